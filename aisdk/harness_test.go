package aisdk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// call is a request that reached the upstream server.
type call struct {
	Method, Path, Query string
	Body                string
	Header              http.Header
}

// upstream is a Mastra server that answers as it is told and notes what it was
// asked.
type upstream struct {
	*httptest.Server
	mu    sync.Mutex
	calls []call
	// answer is called for every request but those for suspended runs.
	answer http.HandlerFunc
	// suspended is the JSON of the runs that wait.
	suspended string
}

func newUpstream(t testing.TB, answer http.HandlerFunc) *upstream {
	t.Helper()
	u := &upstream{answer: answer, suspended: `[]`}
	u.Server = httptest.NewServer(http.HandlerFunc(u.serve))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	u.mu.Lock()
	u.calls = append(u.calls, call{r.Method, r.URL.Path, r.URL.RawQuery, string(body), r.Header.Clone()})
	u.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/suspended-runs") {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"runs":%s,"total":1}`, u.suspended)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	u.answer(w, r)
}

// seen is what the upstream was asked so far.
func (u *upstream) seen() []call {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]call(nil), u.calls...)
}

func (u *upstream) agent(t testing.TB) *mastra.Agent { return u.client(t).Agent("assistant") }

func (u *upstream) client(t testing.TB) *mastra.Client {
	t.Helper()
	c, err := mastra.New(u.URL, mastra.WithRetries(0), mastra.WithToken("SECRET-TOKEN"))
	require.NoError(t, err)
	return c
}

// replay answers with the chunks as an agent's stream.
func replay(chunks ...stream.Chunk) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, c := range chunks {
			fmt.Fprintf(w, "data: %s\n\n", c.Raw())
		}
		fmt.Fprint(w, "data: [DONE]\n\n")
	}
}

// records answers with the chunks as a workflow's stream.
func records(chunks ...stream.Chunk) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		for _, c := range chunks {
			fmt.Fprintf(w, "%s\x1e", c.Raw())
		}
	}
}

// sequence answers the n-th request with the n-th handler.
func sequence(handlers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handlers[0]
		if len(handlers) > 1 {
			handlers = handlers[1:]
		}
		mu.Unlock()
		h(w, r)
	}
}

// answered is what a browser got.
type answered struct {
	Status int
	Header http.Header
	Body   string
}

// post sends a body to a handler over a real connection.
func post(t testing.TB, h http.Handler, body string) answered {
	t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	return postTo(t, srv.URL+"/api/chat", body)
}

func postTo(t testing.TB, url, body string) answered {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answered{resp.StatusCode, resp.Header, string(b)}
}

// parts reads the parts out of a whole answer, and that it was one.
func (a answered) parts(t testing.TB) []any {
	t.Helper()
	require.Equal(t, http.StatusOK, a.Status, a.Body)
	body, ok := strings.CutSuffix(a.Body, "data: [DONE]\n\n")
	require.True(t, ok, "no [DONE] at the end of %s", a.Body)
	all := []any{}
	for frame := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		if frame == "" || strings.HasPrefix(frame, ":") {
			continue
		}
		data, ok := strings.CutPrefix(frame, "data: ")
		require.True(t, ok, "frame %q", frame)
		require.NotContains(t, data, "\n")
		all = append(all, value(t, data))
	}
	return all
}

// chatBody is what useChat sends for one message.
func chatBody(text string) string {
	b, _ := json.Marshal(map[string]any{
		"id": "chat1", "trigger": "submit-message",
		"messages": []any{map[string]any{
			"id": "u1", "role": "user", "parts": []any{map[string]any{"type": "text", "text": text}},
		}},
	})
	return string(b)
}

// recorder is a response in memory that cannot be flushed.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
