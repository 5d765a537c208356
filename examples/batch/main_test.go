package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// flight counts the requests that are under way.
type flight struct {
	http.RoundTripper
	now, most atomic.Int32
}

func (f *flight) RoundTrip(req *http.Request) (*http.Response, error) {
	now := f.now.Add(1)
	defer f.now.Add(-1)
	for most := f.most.Load(); now > most && !f.most.CompareAndSwap(most, now); most = f.most.Load() {
	}
	return f.RoundTripper.RoundTrip(req)
}

func client(t *testing.T, url string, f *flight) *mastra.Client {
	t.Helper()
	c, err := mastra.New(url, mastra.WithBackoff(time.Millisecond), mastra.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		f.RoundTripper = next
		return f
	}))
	require.NoError(t, err)
	return c
}

// On the server at MASTRA_BASE_URL, else on a mock.
func TestBatch_AnswersAllInTheirOrder(t *testing.T) {
	url := os.Getenv("MASTRA_BASE_URL")
	if url == "" {
		url = mockserver.Start(t).URL
	}
	var f flight
	var out bytes.Buffer
	results := run(t.Context(), client(t, url, &f), prompts(500), &out)
	require.Len(t, results, 500)
	for i, r := range results {
		require.NoError(t, r.Err)
		assert.Equal(t, Order{i, "Rome", i % 7}, r.Value)
	}
	assert.LessOrEqual(t, f.most.Load(), int32(atOnce))
	assert.Contains(t, out.String(), "250 of 500, 0 failed\n")
	s := summarise(&out, results)
	assert.Equal(t, 500, s.Done)
	assert.Equal(t, 500*18, s.Usage.TotalTokens)
}

func TestBatch_GoesOnWhereOneFails(t *testing.T) {
	mock := mockserver.Start(t)
	var f flight
	c := client(t, mock.URL, &f)
	mock.Inject(mockserver.Fault{Operation: "AgentGenerate", Times: 10, Status: http.StatusTooManyRequests})    // are repeated
	mock.Inject(mockserver.Fault{Operation: "AgentGenerate", Times: 3, Status: http.StatusInternalServerError}) // are not
	mock.Inject(mockserver.Fault{Operation: "AgentGenerate", Times: 2, DropAfter: true})
	all := prompts(100)
	all[50] = `json:{"id":"fifty"}`
	var out bytes.Buffer
	s := summarise(&out, run(t.Context(), c, all, &out))
	assert.Equal(t, 94, s.Done)
	assert.Equal(t, 6, s.Failed)
	assert.Equal(t, 3, s.Again, "the two that were lost, and the one that does not fit")
	assert.Equal(t, 95*18, s.Usage.TotalTokens, "what does not fit has cost its tokens too")
	assert.Contains(t, out.String(), "50: mastra: the structured answer does not fit")
}

func TestBatch_StopsWithItsContext(t *testing.T) {
	mock := mockserver.Start(t)
	mock.Inject(mockserver.Fault{Operation: "AgentGenerate", Times: -1, Skip: 30, Delay: time.Minute})
	var f flight
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	done := make(chan []Result[Order])
	go func() {
		done <- generateAll[Order](ctx, client(t, mock.URL, &f).Agent("plain"), prompts(500), atOnce, func(done, _ int) {
			if done == 30 {
				cancel()
			}
		})
	}()
	select {
	case results := <-done:
		s := summarise(&out, results)
		assert.Equal(t, 30, s.Done)
		assert.Equal(t, 470, s.Failed)
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
}
