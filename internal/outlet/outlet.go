// Package outlet writes a stream to the client of an http.Handler, under deadlines of
// its own: the WriteTimeout of an http.Server bounds a whole response, and would cut a
// stream that lasts.
package outlet

import (
	"errors"
	"net/http"
	"time"
)

// pieceSize is how much is written under one deadline: a client that is slow with a
// large event is not gone.
const pieceSize = 32 << 10

// Outlet writes to a client. After an error it writes no more. It belongs to one
// goroutine.
type Outlet struct {
	w       http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration
	err     error
}

// New makes an outlet for a client that counts as gone when it has taken nothing for as
// long as limit; 0: never.
func New(w http.ResponseWriter, limit time.Duration) *Outlet {
	return &Outlet{w: w, control: http.NewResponseController(w), limit: limit}
}

// Err is the error of writing, nil if there was none.
func (o *Outlet) Err() error { return o.err }

// Write writes b, which may stay in a buffer.
func (o *Outlet) Write(b []byte) {
	for o.err == nil && len(b) > 0 {
		piece := b[:min(len(b), pieceSize)]
		b = b[len(piece):]
		o.within(o.limit)
		_, o.err = o.w.Write(piece)
	}
}

// Flush sends what has been written. A response that cannot be flushed still arrives,
// at its end.
func (o *Outlet) Flush() {
	if o.err != nil {
		return
	}
	o.within(o.limit)
	if err := o.control.Flush(); !errors.Is(err, http.ErrNotSupported) {
		o.err = err
	}
}

// Wait takes the deadline off while nothing is to be written: HTTP/2 resets a response
// whose deadline passes, whether or not something waits to be written.
func (o *Outlet) Wait() { o.within(0) }

// within sets the deadline of the next write; 0: none. A writer without deadlines is
// written to all the same.
func (o *Outlet) within(d time.Duration) {
	var deadline time.Time
	if d > 0 {
		deadline = time.Now().Add(d)
	}
	_ = o.control.SetWriteDeadline(deadline)
}
