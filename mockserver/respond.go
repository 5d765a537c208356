package mockserver

import (
	"errors"
	"io"
	"net/http"
	"sort"
	"strconv"

	"github.com/tmaxmax/go-sse"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// responseWriter remembers the status; with discard set it swallows what a
// handler writes, for faults that drop the answer after the work was done.
type responseWriter struct {
	http.ResponseWriter
	status  int
	discard bool
}

func (w *responseWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	if !w.discard {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *responseWriter) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if w.discard {
		return len(data), nil
	}
	return w.ResponseWriter.Write(data)
}

// Flush sends what was written so far.
func (w *responseWriter) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok && !w.discard {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (w *responseWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func plainNotFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("404 Not Found"))
}

// page is what GET answers outside the API: a client with a wrong prefix meets
// HTML and status 200.
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <title>Mastra Server</title>
  </head>
  <body>
    <main>
      <h1>Welcome to Mastra</h1>
      <p>The API is served under /api.</p>
    </main>
  </body>
</html>
`

func writePage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, page)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data := js.Marshal(v)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// json answers 200 with a value.
func (c *call) json(v any) error {
	writeJSON(c.w, http.StatusOK, v)
	return nil
}

// fail answers with an error body; errors of other kinds are 500.
func (c *call) fail(err error) {
	if c.w.status != 0 {
		return
	}
	var he *httpError
	if !errors.As(err, &he) {
		he = &httpError{http.StatusInternalServerError, js.Obj("error", err.Error())}
	}
	writeJSON(c.w, he.status, he.body)
}

// sseWriter frames chunks as server-sent events: only data lines, and a last
// [DONE].
type sseWriter struct{ w *responseWriter }

func (c *call) sse() *sseWriter {
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no")
	c.w.WriteHeader(http.StatusOK)
	c.w.Flush()
	return &sseWriter{c.w}
}

func (s *sseWriter) chunk(v any) error { return s.data(js.String(v)) }

func (s *sseWriter) done() error { return s.data("[DONE]") }

func (s *sseWriter) data(text string) error {
	m := &sse.Message{}
	m.AppendData(text)
	if _, err := m.WriteTo(s.w); err != nil {
		return err
	}
	s.w.Flush()
	return nil
}

// recordWriter frames chunks as JSON texts each followed by the record
// separator, as workflow streams are.
type recordWriter struct{ w *responseWriter }

const recordSeparator = 0x1e

func (c *call) records() *recordWriter {
	c.w.Header().Set("Content-Type", "text/plain")
	c.w.WriteHeader(http.StatusOK)
	c.w.Flush()
	return &recordWriter{c.w}
}

func (r *recordWriter) chunk(v any) error {
	if _, err := r.w.Write(append(js.Marshal(v), recordSeparator)); err != nil {
		return err
	}
	r.w.Flush()
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
