package mockserver

import (
	"context"
	"sync"
)

// chunkLog is a stream that can be read by many, from its beginning, while it
// is being written. Chunks that are marked transient reach only those who were
// reading when they were appended.
type chunkLog struct {
	mu      sync.Mutex
	items   []logItem
	done    bool
	changed chan struct{}
	// hooks run on every appended chunk, under the lock and in order.
	hooks []func(any)
	ends  []func()
}

type logItem struct {
	chunk     any
	transient bool
}

func newChunkLog() *chunkLog { return &chunkLog{changed: make(chan struct{})} }

func (l *chunkLog) append(chunk any, transient bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return
	}
	l.items = append(l.items, logItem{chunk, transient})
	for _, hook := range l.hooks {
		hook(chunk)
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// finish ends the stream for every reader.
func (l *chunkLog) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return
	}
	l.done = true
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
	for _, item := range l.items {
		if !item.transient {
			each(item.chunk)
		}
	}
	if l.done {
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
	return l.done
}

// reader joins the stream now.
func (l *chunkLog) reader() *logReader {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &logReader{log: l, joined: len(l.items)}
}

// tail joins the stream at its end: what came before is not read.
func (l *chunkLog) tail() *logReader {
	r := l.reader()
	r.next = r.joined
	return r
}

type logReader struct {
	log    *chunkLog
	next   int
	joined int
}

// read returns the next chunk; false at the end of the stream or of ctx.
func (r *logReader) read(ctx context.Context) (any, bool) {
	for {
		r.log.mu.Lock()
		for r.next < len(r.log.items) {
			item := r.log.items[r.next]
			r.next++
			if item.transient && r.next <= r.joined {
				continue
			}
			r.log.mu.Unlock()
			return item.chunk, true
		}
		done, changed := r.log.done, r.log.changed
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
