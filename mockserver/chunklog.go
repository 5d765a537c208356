package mockserver

import (
	"context"
	"sync"
)

// chunkLog is a stream that can be read by many, from its beginning, while it
// is being written. A chunk that it is finished with reaches only those who were
// reading then.
type chunkLog struct {
	mu      sync.Mutex
	chunks  []any
	last    int // how many of the chunks those see who join after the end; -1 before it
	changed chan struct{}
	// hooks run on every appended chunk, under the lock and in order.
	hooks []func(any)
	ends  []func()
}

func newChunkLog() *chunkLog { return &chunkLog{last: -1, changed: make(chan struct{})} }

// append adds a chunk, unless the stream has ended.
func (l *chunkLog) append(chunk any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last >= 0 {
		return
	}
	l.add(chunk)
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *chunkLog) add(chunk any) {
	l.chunks = append(l.chunks, chunk)
	for _, hook := range l.hooks {
		hook(chunk)
	}
}

// finish ends the stream for every reader, with chunks that nobody sees who joins
// later.
func (l *chunkLog) finish(farewell ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last >= 0 {
		return
	}
	l.last = len(l.chunks)
	for _, chunk := range farewell {
		l.add(chunk)
	}
	for _, end := range l.ends {
		end()
	}
	l.hooks, l.ends = nil, nil
	close(l.changed)
}

// follow calls each with every chunk that a reader joining now would read, and
// end when the stream ends, at once if it has.
func (l *chunkLog) follow(each func(any), end func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	chunks := l.chunks
	if l.last >= 0 {
		chunks = chunks[:l.last]
	}
	for _, chunk := range chunks {
		each(chunk)
	}
	if l.last >= 0 {
		end()
		return
	}
	l.hooks = append(l.hooks, each)
	l.ends = append(l.ends, end)
}

// isDone tells whether the stream has ended.
func (l *chunkLog) isDone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last >= 0
}

// reader joins the stream now.
func (l *chunkLog) reader() *logReader {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &logReader{log: l, until: l.last}
}

// tail joins the stream at its end: what came before is not read.
func (l *chunkLog) tail() *logReader {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &logReader{log: l, next: len(l.chunks), until: l.last}
}

// logReader reads a chunkLog from next on, and no further than until, if it is
// not negative.
type logReader struct {
	log         *chunkLog
	next, until int
}

// read returns the next chunk; false at the end of the stream or of ctx.
func (r *logReader) read(ctx context.Context) (any, bool) {
	for {
		r.log.mu.Lock()
		end := r.until
		if end < 0 {
			end = len(r.log.chunks)
		}
		if r.next < end {
			chunk := r.log.chunks[r.next]
			r.next++
			r.log.mu.Unlock()
			return chunk, true
		}
		done, changed := r.log.last >= 0, r.log.changed
		r.log.mu.Unlock()
		if done {
			return nil, false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, false
		}
	}
}
