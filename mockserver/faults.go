package mockserver

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Fault is one thing that goes wrong, or several at once. The zero value of
// every field means that it does not.
//
// The events of an answer are the frames of a stream, the last [DONE] of a
// server-sent one included; every other body is one event.
type Fault struct {
	// Operation is the operation id that is hit; empty hits every operation.
	Operation string
	// Skip lets that many matching requests pass first.
	Skip int
	// Times is how many requests are hit; 0 means one, -1 every one.
	Times int

	// Status, from 200 to 999, answers with that status instead of running the
	// handler, and with Body as JSON, {"error": <status text>} by default.
	Status int
	Body   any
	// RetryAfter is the text of a Status answer's Retry-After header: seconds, a date,
	// or what a proxy may write there.
	RetryAfter string
	// HTML answers with a page, as a proxy or a wrong path does, instead of
	// running the handler; with status 200 unless Status is set.
	HTML bool

	// Delay waits before anything else happens.
	Delay time.Duration
	// EventDelay waits before every event of the answer.
	EventDelay time.Duration

	// DropUnread closes the connection before the request's body is read.
	DropUnread bool
	// DropBefore closes the connection once the request is read, before the
	// handler runs.
	DropBefore bool
	// DropAfter lets the handler do its work and closes the connection without
	// an answer.
	DropAfter bool

	// CutAtByte closes the connection after that many bytes of the answer's body;
	// a negative number closes it right after the headers.
	CutAtByte int
	// CutAtEvent closes the connection after that many events; a negative number
	// closes it right after the headers.
	CutAtEvent int
	// CutClean makes a cut look like the regular end of the answer: of a stream
	// only the last frames are missing.
	CutClean bool

	// Split sends the body in pieces of that many bytes each, which breaks
	// characters and frames apart.
	Split int
	// At is the event, from 0, before which Garbage, Giant and Silence stand.
	At int
	// Garbage is sent as the content of a frame of its own.
	Garbage string
	// Giant sends a valid event whose data has that many bytes.
	Giant int
	// Silence sends nothing for so long; a negative one lasts until the client
	// leaves or the server is closed.
	Silence time.Duration
}

// Inject queues a fault. Faults are tried in the order they were injected; at
// most one hits a request. A fault that could never hit, of an operation that there
// is not or with a status that cannot be answered, panics: a test that waits for it
// would prove nothing.
func (s *Server) Inject(f Fault) {
	if err := s.checkFaults(f); err != nil {
		panic("mockserver: " + err.Error())
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.queue = append(s.faults.queue, &f)
}

// ClearFaults forgets every fault that has not hit yet.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.queue = nil
}

type faultQueue struct {
	mu    sync.Mutex
	queue []*Fault
}

// take returns the fault that hits a request of the operation, nil for none.
func (q *faultQueue) take(operation string) *Fault {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, f := range q.queue {
		if f.Operation != "" && f.Operation != operation {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				q.queue = append(q.queue[:i:i], q.queue[i+1:]...)
			}
		}
		hit := *f
		return &hit
	}
	return nil
}

// before does what the fault does ahead of the handler; true means that the
// request is answered.
func (f *Fault) before(c *call) bool {
	if f == nil {
		return false
	}
	if f.DropUnread {
		c.wait(f.Delay)
		panic(http.ErrAbortHandler)
	}
	answers := f.Status != 0 || f.HTML
	c.readAhead(f.DropBefore || answers)
	c.wait(f.Delay)
	if f.DropBefore {
		panic(http.ErrAbortHandler)
	}
	c.w.discard = f.DropAfter
	if f.shapes() {
		c.w.fault = &faultWriter{Fault: f, call: c}
	}
	if !answers {
		return false
	}
	f.answer(c.w)
	return true
}

// readAhead reads the body: what was asked is logged also where nobody wants it,
// and whether the client has left is known only behind it. Of one that is too
// large the handler reads the rest, unless all of it is read here.
func (c *call) readAhead(all bool) {
	body := c.r.Body
	data, err := io.ReadAll(io.LimitReader(body, c.srv.config.bodyLimit+1))
	if err != nil {
		return
	}
	if all {
		_, _ = io.Copy(io.Discard, body)
	}
	c.r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(data), body), body}
}

// hasStatus tells whether the status is one that ends a request.
func (f *Fault) hasStatus() bool { return f.Status >= 200 && f.Status <= 999 }

// answer sends the status and the body of the fault.
func (f *Fault) answer(w http.ResponseWriter) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	if f.HTML {
		w.Header().Set("Content-Type", "text/html")
		if f.Status != 0 {
			w.WriteHeader(f.Status)
		}
		_, _ = io.WriteString(w, page)
		return
	}
	body := f.Body
	if body == nil {
		text := http.StatusText(f.Status)
		if text == "" {
			text = strconv.Itoa(f.Status)
		}
		body = js.Obj("error", text)
	}
	writeJSON(w, f.Status, body)
}

// finish drops the connection once the handler has done its work.
func (f *Fault) finish(w *responseWriter) {
	if f == nil {
		return
	}
	if f.DropAfter {
		panic(http.ErrAbortHandler)
	}
	if w.fault.end() {
		panic(http.ErrAbortHandler)
	}
}

// wait waits; it returns early when the client leaves or the server is closed. A
// negative time lasts until then.
func (c *call) wait(d time.Duration) {
	if d == 0 {
		return
	}
	var passed <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-passed:
	case <-c.ctx().Done(): // with the server, too
	}
}
