package main

import (
	"cmp"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

// lines writes whole lines, also where several goroutines do.
type lines struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *lines) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.out, format+"\n", args...)
}

// request writes the line of a request. What there is not is a dash: an operation
// outside the API, a status where the connection was dropped.
func (l *lines) request(r mockserver.Request) {
	status, left := "-", ""
	if r.Status != 0 {
		status = fmt.Sprint(r.Status)
	}
	if r.ClientLeft {
		left = " (the client left)"
	}
	l.printf("%s %s %s %s %s %s%s", r.Received.Format(time.RFC3339), r.Method, r.Path, cmp.Or(r.Operation, "-"), status,
		r.Ended.Sub(r.Received).Round(time.Millisecond), left)
}
