package mockserver

import (
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

func (s *scoreStore) state() any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return js.Array(s.rows)
}

func (s *scoreStore) restore(v any) (err error) {
	s.rows, err = stateList(v, "scores")
	return err
}

// state lists the runs that the next server cannot go on with.
func (d *durableRuns) state() any {
	d.mu.RLock()
	defer d.mu.RUnlock()
	stored := map[string]bool{}
	for id := range d.running {
		stored[id] = true
	}
	for id := range d.stuck {
		stored[id] = true
	}
	return js.Strings(sortedKeys(stored))
}

func (d *durableRuns) restore(v any) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("stuckRuns is no list")
	}
	for _, id := range stateStrings(list) {
		d.stuck[id] = true
	}
	return nil
}
