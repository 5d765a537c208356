package contract_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract"
)

// capture is an exchange with a real server of another world than the demo's, with
// more of what a server can do: testdata/captures has one on each line.
type capture struct {
	Name, Method, Path string
	ContentType        string
	Request            json.RawMessage
	RawRequest         *string // a body that is not JSON
	Status             int
	AnswerType         string
	Answer             json.RawMessage
	AnswerText         string // where the answer is not JSON
	Cut                bool
	exchange           contract.Exchange
	operation          string
}

// captures reads all of them.
func captures(t testing.TB) []capture {
	t.Helper()
	files, err := filepath.Glob("testdata/captures/*.jsonl")
	require.NoError(t, err)
	var all []capture
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Buffer(nil, len(data)+1)
		for lines.Scan() {
			var c capture
			require.NoError(t, json.Unmarshal(lines.Bytes(), &c), file)
			c.exchange = contract.Exchange{
				Method: c.Method, Path: c.Path, RequestHeader: http.Header{}, RequestBody: c.Request,
				Status: c.Status, Header: http.Header{}, Body: c.Answer, Cut: c.Cut,
			}
			if c.ContentType != "" {
				c.exchange.RequestHeader.Set("Content-Type", c.ContentType)
			}
			if c.RawRequest != nil {
				c.exchange.RequestBody = []byte(*c.RawRequest)
			}
			c.exchange.Header.Set("Content-Type", c.AnswerType)
			if !strings.Contains(c.AnswerType, "json") {
				c.exchange.Body = []byte(c.AnswerText)
			}
			c.operation = suite.spec.Operation(c.exchange)
			all = append(all, c)
		}
		require.NoError(t, lines.Err())
	}
	require.Greater(t, len(all), 500)
	return all
}

// undescribed are requests that the server accepts and the description leaves out
// on purpose, and exchanges of which the capture does not hold everything.
var undescribed = map[string]string{
	"673-threads-orderBy-legacy":     "the older form of orderBy, a plain word",
	"1035-B-messages-orderBy-legacy": "the older form of orderBy, a plain word",
	"1401-E-body-4-4MB-ok":           "the capture holds the size of the body in its place",
}

func TestCaptures_AreAsDescribed(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	events := 0
	for _, c := range captures(t) {
		require.NotEmpty(t, c.operation, c.Name)
		met[c.operation] = true
		verdict := suite.spec.Check(t.Context(), c.exchange)
		events += verdict.Events
		assert.Empty(t, verdict.Unlisted, "%s: events without a component for their payload", c.Name)
		if why, ok := undescribed[c.Name]; ok {
			assert.Len(t, verdict.Problems, 1, "%s (%s)", c.Name, why)
			continue
		}
		assert.Empty(t, verdict.Problems, "%s: %s", c.Name, c.operation)
	}
	assert.Greater(t, events, 700)
	assert.GreaterOrEqual(t, len(met), 80, "operations")
}

// A capture must not tell of the machine that it was made on.
func TestCaptures_TellNothingOfTheirMachine(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/captures/*.jsonl")
	require.NoError(t, err)
	path := regexp.MustCompile(`/(?:work|root|home|Users)/[^"\\ ]+`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Empty(t, path.FindString(string(data)), file)
	}
}
