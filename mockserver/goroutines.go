package mockserver

import "sync"

// goroutines counts what runs apart from the requests. Unlike a WaitGroup it may
// be waited for while a request that is still served starts another one.
type goroutines struct {
	mu    sync.Mutex
	count int
	ended *sync.Cond
}

func newGoroutines() *goroutines {
	g := &goroutines{}
	g.ended = sync.NewCond(&g.mu)
	return g
}

func (g *goroutines) start(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count++
	go func() {
		defer g.end()
		f()
	}()
}

func (g *goroutines) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count--
	g.ended.Broadcast()
}

// wait waits until none is left.
func (g *goroutines) wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.count > 0 {
		g.ended.Wait()
	}
}
