package mockserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Request is what a client asked, as the server saw it. Printed, logged or encoded as JSON
// it tells the sizes of its headers and its body, and no query: they hold the client's
// credentials. Print the fields that you want to see.
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

// Format prints what was asked and answered for every verb.
func (r Request) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{%s %s %s: %d, %d headers, body of %d bytes}", r.Operation, r.Method, r.Path, r.Status, len(r.Header), len(r.Body))
}

// MarshalJSON writes what Format prints, and the times.
func (r Request) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Operation  string    `json:"operation,omitempty"`
		Method     string    `json:"method"`
		Path       string    `json:"path"`
		Headers    int       `json:"headers"`
		BodyBytes  int       `json:"bodyBytes"`
		Received   time.Time `json:"received"`
		Ended      time.Time `json:"ended,omitzero"`
		Status     int       `json:"status"`
		ClientLeft bool      `json:"clientLeft,omitempty"`
	}{r.Operation, r.Method, r.Path, len(r.Header), len(r.Body), r.Received, r.Ended, r.Status, r.ClientLeft})
}

const maxLoggedBody = 1 << 20

// requestLog keeps the newest requests, in a ring once it is full.
type requestLog struct {
	kept int

	mu      sync.Mutex
	entries []*requestEntry
	oldest  int
}

type requestEntry struct {
	log     *requestLog
	request Request
	body    bytes.Buffer
}

// Requests returns what was asked so far, oldest first; of very many
// requests only the newest are kept, see WithRequestsKept.
func (s *Server) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	out := make([]Request, len(s.requests.entries))
	for i := range out {
		out[i] = s.requests.entries[(s.requests.oldest+i)%len(out)].shown()
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
		Query:     parseQuery(r.URL.RawQuery),
		Header:    r.Header.Clone(),
		Received:  time.Now(),
	}}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.kept == 0:
	case len(l.entries) < l.kept:
		l.entries = append(l.entries, e)
	default:
		l.entries[l.oldest] = e
		l.oldest = (l.oldest + 1) % l.kept
	}
	return e
}

// shown is a copy of what is known; the log is locked.
func (e *requestEntry) shown() Request {
	r := e.request
	r.Body = bytes.Clone(e.body.Bytes())
	return r
}

// end completes the entry and returns it.
func (e *requestEntry) end(status int, clientLeft bool) Request {
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	e.request.Ended = time.Now()
	e.request.Status = status
	e.request.ClientLeft = clientLeft
	return e.shown()
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
