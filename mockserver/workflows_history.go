package mockserver

import (
	"slices"
	"sync"
)

// runHistory is what was streamed of runs, by run id, for those who observe them.
type runHistory struct {
	mu      sync.Mutex
	chunks  map[string][]any
	writing map[string]bool
}

func newRunHistory() *runHistory {
	return &runHistory{chunks: map[string][]any{}, writing: map[string]bool{}}
}

// keep writes down what a stream sends. A run has one writer at a time.
func (h *runHistory) keep(runID string, log *chunkLog) {
	h.mu.Lock()
	if h.writing[runID] {
		h.mu.Unlock()
		return
	}
	h.writing[runID] = true
	h.mu.Unlock()
	log.follow(func(chunk any) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.chunks[runID] = append(h.chunks[runID], chunk)
	}, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.writing, runID)
	})
}

// from is what was streamed of a run, from an index on; a negative index counts
// from the end.
func (h *runHistory) from(runID string, index int) []any {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.chunks[runID]
	if index < 0 {
		index = max(0, len(list)+index)
	}
	return slices.Clone(list[min(index, len(list)):])
}
