package mockserver

import "sync"

// Counter counts by key. It is safe for concurrent use.
type Counter struct {
	mu     sync.Mutex
	counts map[string]int
}

// NewCounter makes a counter at zero.
func NewCounter() *Counter { return &Counter{counts: map[string]int{}} }

// Add adds one and returns the new count.
func (c *Counter) Add(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[key]++
	return c.counts[key]
}

// Count is how often the key was counted.
func (c *Counter) Count(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts[key]
}
