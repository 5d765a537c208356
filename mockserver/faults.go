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

// Fault is one thing that goes wrong. The zero value of every field means that
// it does not.
type Fault struct {
	// Operation is the operation id that is hit; empty hits every operation.
	Operation string
	// Skip lets that many matching requests pass first.
	Skip int
	// Times is how many requests are hit; 0 means one, -1 every one.
	Times int

	// Status answers with that status instead of running the handler, and with
	// Body as JSON, {"error": <status text>} by default.
	Status int
	Body   any
	// RetryAfter sets the Retry-After header of a Status answer.
	RetryAfter string
	// Delay waits before anything else happens.
	Delay time.Duration
	// DropBefore closes the connection before the handler runs.
	DropBefore bool
	// DropAfter lets the handler do its work and closes the connection without
	// an answer.
	DropAfter bool
}

// Inject queues a fault. Faults are tried in the order they were injected; at
// most one hits a request.
func (s *Server) Inject(f Fault) {
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
		return f
	}
	return nil
}

// before does what the fault does ahead of the handler; true means that the
// request is answered.
func (f *Fault) before(c *call) bool {
	if f == nil {
		return false
	}
	// What was asked is logged also where nobody reads it.
	if data, err := io.ReadAll(c.r.Body); err == nil {
		c.r.Body = io.NopCloser(bytes.NewReader(data))
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-c.ctx().Done():
		case <-c.srv.ctx.Done():
		}
	}
	if f.DropBefore {
		panic(http.ErrAbortHandler)
	}
	if f.Status == 0 {
		return false
	}
	if f.RetryAfter != "" {
		c.w.Header().Set("Retry-After", f.RetryAfter)
	}
	body := f.Body
	if body == nil {
		text := http.StatusText(f.Status)
		if text == "" {
			text = strconv.Itoa(f.Status)
		}
		body = js.Obj("error", text)
	}
	writeJSON(c.w, f.Status, body)
	return true
}

// after tells whether the answer is to be swallowed.
func (f *Fault) after() bool { return f != nil && f.DropAfter }

// finish drops the connection once the handler has done its work.
func (f *Fault) finish() {
	if f.after() {
		panic(http.ErrAbortHandler)
	}
}
