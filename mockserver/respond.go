package mockserver

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"sort"
	"strconv"
	"sync"

	"github.com/tmaxmax/go-sse"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// responseWriter remembers the status. With discard set it swallows what a
// handler writes, for faults that drop the answer after the work was done; after
// a timeout, too. Headers reach the client with the status.
type responseWriter struct {
	http.ResponseWriter
	header  http.Header
	discard bool
	fault   *faultWriter
	// keep, if any, saves what the answer tells of.
	keep func() error

	mu       sync.Mutex
	status   int
	timedOut bool
	lost     bool // the answer says that it could not be saved
}

var errLost = errors.New("the answer could not be saved")

func newResponseWriter(w http.ResponseWriter) *responseWriter {
	return &responseWriter{ResponseWriter: w, header: w.Header().Clone()}
}

// Header is the handler's own, so that a handler which goes on after a timeout
// disturbs nobody.
func (w *responseWriter) Header() http.Header { return w.header }

// WriteHeader sends the status and the headers.
func (w *responseWriter) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(status)
}

func (w *responseWriter) writeHeader(status int) {
	if w.timedOut || w.status != 0 {
		return
	}
	w.status = status
	if w.discard {
		return
	}
	if w.keep != nil {
		if err := w.keep(); err != nil {
			w.lose(err)
			return
		}
	}
	maps.Copy(w.ResponseWriter.Header(), w.header)
	w.fault.begin(w.header.Get("Content-Type"))
	w.ResponseWriter.WriteHeader(status)
}

// lose answers, instead of what the handler says, that it could not be saved.
func (w *responseWriter) lose(err error) {
	w.lost, w.status = true, http.StatusInternalServerError
	maps.Copy(w.ResponseWriter.Header(), w.header)
	writeJSON(w.ResponseWriter, w.status, js.Obj("error", err.Error()))
}

// kept saves what the rest of an answer tells of.
func (w *responseWriter) kept() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keep == nil || w.lost {
		return nil
	}
	return w.keep()
}

func (w *responseWriter) Write(data []byte) (int, error) {
	w.mu.Lock()
	w.writeHeader(http.StatusOK)
	timedOut, lost := w.timedOut, w.lost
	w.mu.Unlock()
	switch {
	case timedOut:
		return 0, http.ErrHandlerTimeout
	case lost:
		return 0, errLost
	case w.discard:
		return len(data), nil
	case w.fault != nil:
		return w.fault.write(data)
	}
	return w.ResponseWriter.Write(data)
}

// Flush sends what was written so far.
func (w *responseWriter) Flush() {
	w.mu.Lock()
	timedOut := w.timedOut
	w.mu.Unlock()
	if !timedOut && !w.discard {
		w.flush()
	}
}

func (w *responseWriter) flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// code is the status that was sent, 0 for none.
func (w *responseWriter) code() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}

// timeOut takes the answer away from a handler that has not begun it.
func (w *responseWriter) timeOut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.status != 0 {
		return false
	}
	w.timedOut, w.status = true, http.StatusGatewayTimeout
	return true
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
	if c.w.code() != 0 {
		return
	}
	var he *httpError
	if !errors.As(err, &he) {
		he = &httpError{http.StatusInternalServerError, js.Obj("error", err.Error())}
	}
	writeJSON(c.w, he.status, he.body)
}

// chunkWriter frames the chunks of a stream, and its end.
type chunkWriter interface {
	chunk(v any) error
	done() error
}

// sseWriter frames chunks as server-sent events: only data lines, and a last
// [DONE].
type sseWriter struct{ w *responseWriter }

func (c *call) sse() chunkWriter {
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no")
	c.w.WriteHeader(http.StatusOK)
	c.w.Flush()
	return &sseWriter{c.w}
}

func (s *sseWriter) chunk(v any) error { return s.data(js.String(v)) }

func (s *sseWriter) done() error {
	if err := s.w.kept(); err != nil {
		return err
	}
	return s.data("[DONE]")
}

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

func (c *call) records() chunkWriter {
	c.w.Header().Set("Content-Type", "text/plain")
	c.w.WriteHeader(http.StatusOK)
	c.w.Flush()
	return &recordWriter{c.w}
}

// done does nothing: the end of the answer is that of the stream.
func (*recordWriter) done() error { return nil }

func (r *recordWriter) chunk(v any) error {
	if o, ok := v.(*js.Object); ok && o.Str("type") == "workflow-finish" {
		if err := r.w.kept(); err != nil {
			return err
		}
	}
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
