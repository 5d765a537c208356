package mockserver

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Request is what a client asked, as the server saw it.
type Request struct {
	// Operation is the operation id of the route, "" where no route matched.
	Operation string
	Method    string
	// Path is the path as it was sent, escapes included.
	Path   string
	Query  url.Values
	Header http.Header
	// Body is the request body, at most the first MiB of it.
	Body     []byte
	Received time.Time
	// Ended is zero while the request is being answered.
	Ended time.Time
	// Status is the status that was answered, 0 if the connection was dropped
	// before the headers.
	Status int
	// ClientLeft tells that the client closed the connection before the answer
	// was complete.
	ClientLeft bool
}

const (
	maxLoggedRequests = 4096
	maxLoggedBody     = 1 << 20
)

// requestLog keeps the newest requests.
type requestLog struct {
	mu      sync.Mutex
	entries []*requestEntry
}

type requestEntry struct {
	log     *requestLog
	request Request
	body    bytes.Buffer
}

// Requests returns what was asked so far, oldest first; of very many requests
// only the newest 4096 are kept.
func (s *Server) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	out := make([]Request, len(s.requests.entries))
	for i, e := range s.requests.entries {
		out[i] = e.request
		out[i].Body = bytes.Clone(e.body.Bytes())
	}
	return out
}

// RequestsOf returns the requests for one operation id, oldest first.
func (s *Server) RequestsOf(operation string) []Request {
	var out []Request
	for _, r := range s.Requests() {
		if r.Operation == operation {
			out = append(out, r)
		}
	}
	return out
}

func (l *requestLog) begin(r *http.Request, operation string) *requestEntry {
	e := &requestEntry{log: l, request: Request{
		Operation: operation,
		Method:    r.Method,
		Path:      r.URL.EscapedPath(),
		Query:     r.URL.Query(),
		Header:    r.Header.Clone(),
		Received:  time.Now(),
	}}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) >= maxLoggedRequests {
		l.entries = append(l.entries[:0:0], l.entries[len(l.entries)/2:]...)
	}
	l.entries = append(l.entries, e)
	return e
}

func (e *requestEntry) end(status int, clientLeft bool) {
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	e.request.Ended = time.Now()
	e.request.Status = status
	e.request.ClientLeft = clientLeft
}

// tee keeps what is read from the body.
func (e *requestEntry) tee(body io.ReadCloser) io.ReadCloser {
	return &teeBody{ReadCloser: body, entry: e}
}

type teeBody struct {
	io.ReadCloser
	entry *requestEntry
}

func (t *teeBody) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if n > 0 {
		t.entry.log.mu.Lock()
		room := maxLoggedBody - t.entry.body.Len()
		t.entry.body.Write(p[:min(n, room)])
		t.entry.log.mu.Unlock()
	}
	return n, err
}
