package call

import (
	"slices"
	"sync"
)

// tokens are those that were sent last to a server: one that has been replaced since
// may still be told by a run that began with it.
type tokens struct {
	mu   sync.Mutex
	last []string
}

const maxTokens = 16

func (t *tokens) add(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token == "" || slices.Contains(t.last, token) {
		return
	}
	t.last = append(t.last[max(0, len(t.last)-maxTokens+1):], token)
}

func (t *tokens) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.last)
}
