package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

type service struct {
	*httptest.Server
	t   *testing.T
	log bytes.Buffer
}

func newService(t *testing.T, requests int) *service {
	t.Helper()
	mock := mockserver.Start(t, mockserver.WithDemoWorld())
	client, err := mastra.New(mock.URL)
	require.NoError(t, err)
	s := &service{t: t}
	a := &api{
		agent: client.Agent("assistant"), workflow: client.Workflow("approval"),
		log:    slog.New(slog.NewJSONHandler(&s.log, nil)),
		users:  map[string]string{"token-a": "ann", "token-b": "bob"},
		limits: newLimits(requests, time.Minute), timeout: 10 * time.Second,
	}
	s.Server = httptest.NewServer(a.routes())
	t.Cleanup(s.Close)
	return s
}

func (s *service) call(token, method, path, body string) (int, map[string]any) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	var out map[string]any
	require.NoError(s.t, json.Unmarshal(b, &out), string(b))
	return resp.StatusCode, out
}

func TestAsk_IsAnsweredOrRefusedWithAStatus(t *testing.T) {
	s := newService(t, 100)
	status, out := s.call("token-a", "POST", "/v1/ask", `{"question":"Hello"}`)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "You said: Hello", out["answer"])

	for body, want := range map[string]int{
		`{"question":""}`: 422,
		`{"question":"` + strings.Repeat("x", 5000) + `"}`: 422,
		`{"question":"x","memory":{"resource":"bob"}}`:     400,
		`{`: 400,
		`{"question":"` + strings.Repeat("x", 70<<10) + `"}`:      413,
		`{"question":"fail-model"}`:                               502,
		`{"question":"tool:delicate {\"what\":\"vase\"}"}`:        409,
		`{"question":"x","conversation":` + `"` + "c" + `"` + `}`: 200,
	} {
		status, out := s.call("token-a", "POST", "/v1/ask", body)
		assert.Equal(t, want, status, "%.60s: %v", body, out)
		assert.NotContains(t, fmt.Sprint(out), "model exploded")
	}
	s.Close() // and with it the last request is in the log
	assert.Contains(t, s.log.String(), "model exploded", "the log has what the caller is not told")
	assert.Contains(t, s.log.String(), `"user":"ann"`)
	assert.NotContains(t, s.log.String(), "token-a")
}

func TestApproval_IsGivenOnceByItsUser(t *testing.T) {
	s := newService(t, 100)
	status, out := s.call("token-a", "POST", "/v1/approvals", `{"n":3}`)
	require.Equal(t, http.StatusCreated, status, out)
	assert.Equal(t, "suspended", out["status"])
	path := "/v1/approvals/" + out["id"].(string)

	status, _ = s.call("token-b", "GET", path, "")
	assert.Equal(t, http.StatusNotFound, status, "it is not bob's")
	status, _ = s.call("token-b", "POST", path+"/decision", `{"approved":true}`)
	assert.Equal(t, http.StatusNotFound, status)
	status, _ = s.call("token-a", "POST", path+"/decision", `{}`)
	assert.Equal(t, http.StatusUnprocessableEntity, status)

	status, out = s.call("token-a", "POST", path+"/decision", `{"approved":true}`)
	require.Equal(t, http.StatusOK, status, out)
	assert.Equal(t, map[string]any{"n": 6.0, "approved": true}, out["result"])
	status, _ = s.call("token-a", "POST", path+"/decision", `{"approved":false}`)
	assert.Equal(t, http.StatusConflict, status)
	status, out = s.call("token-a", "GET", path, "")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "success", out["status"])

	status, _ = s.call("token-a", "GET", "/v1/approvals/unknown", "")
	assert.Equal(t, http.StatusNotFound, status)
	status, out = s.call("token-a", "POST", "/v1/approvals", `{"n":-1}`)
	assert.Equal(t, http.StatusUnprocessableEntity, status)
	assert.Len(t, out["fields"], 1)
}

func TestAsk_NeedsATokenAndKeepsToItsLimit(t *testing.T) {
	s := newService(t, 2)
	status, _ := s.call("wrong", "POST", "/v1/ask", `{"question":"x"}`)
	assert.Equal(t, http.StatusUnauthorized, status)
	for _, want := range []int{200, 200, 429} {
		status, _ := s.call("token-a", "POST", "/v1/ask", `{"question":"x"}`)
		assert.Equal(t, want, status)
	}
	status, _ = s.call("token-b", "POST", "/v1/ask", `{"question":"x"}`)
	assert.Equal(t, http.StatusOK, status, "bob has a limit of his own")
}

func TestLimits_ComeBackWithTime(t *testing.T) {
	l := newLimits(2, time.Minute)
	now := time.Unix(0, 0)
	assert.Zero(t, l.take("a", now))
	assert.Zero(t, l.take("a", now))
	assert.Equal(t, 30*time.Second, l.take("a", now))
	assert.Zero(t, l.take("a", now.Add(30*time.Second)))
	assert.NotZero(t, l.take("a", now.Add(30*time.Second)))
	assert.Zero(t, l.take("a", now.Add(time.Hour)))
}
