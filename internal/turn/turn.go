// Package turn lets calls that concern the same thing go one after the other. It is
// internal because only answers to what waits need it.
package turn

import (
	"context"
	"sync"
)

// Turns are the calls under way, by what they concern. The zero Turns is ready.
type Turns[K comparable] struct {
	mu    sync.Mutex
	taken map[K]chan struct{}
}

// Take waits until no call that concerns key is under way, and returns what ends the
// turn; that may be called any number of times. When ctx ends first, it returns the
// context's error.
func (t *Turns[K]) Take(ctx context.Context, key K) (end func(), err error) {
	for {
		t.mu.Lock()
		before, taken := t.taken[key]
		if !taken {
			mine := make(chan struct{})
			if t.taken == nil {
				t.taken = map[K]chan struct{}{}
			}
			t.taken[key] = mine
			t.mu.Unlock()
			return sync.OnceFunc(func() {
				t.mu.Lock()
				delete(t.taken, key)
				t.mu.Unlock()
				close(mine)
			}), nil
		}
		t.mu.Unlock()
		select {
		case <-before:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
