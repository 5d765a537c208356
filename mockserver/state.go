package mockserver

import (
	"errors"
	"fmt"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// stateVersion marks the format of state files.
const stateVersion = 1

// stateInterval is how often what happens between requests is written.
const stateInterval = 200 * time.Millisecond

// KeepState reads a file that an earlier server has left, where there is one,
// and from now on writes what is to survive this one: runs and networks that wait,
// the records of workflow runs, threads, messages, working memory, vectors and
// scores. It is called before the server serves.
//
// The file is replaced as a whole before a request is answered, and before a
// stream tells its end. Where that fails the request is answered 500, or the
// stream cut off: no answer tells of what could be lost. WithStateErrors tells
// why. The next request tries again.
//
// A file that is damaged, that was written by another version or that cannot be
// written is an error and stays as it is.
func (s *Server) KeepState(path string) error {
	f, err := openState(path)
	if err != nil {
		return fmt.Errorf("mockserver: state file %s cannot be used: %w", path, reason(err))
	}
	if f.last != nil {
		if err := s.restoreState(f.last); err != nil {
			return fmt.Errorf("mockserver: state file %s cannot be used: %w", path, err)
		}
	}
	f.last = nil // it is written at once, so that one which cannot be is known
	f.sections = s.stateSections()
	s.state = f
	if err := s.SaveState(); err != nil {
		s.state = nil
		return err
	}
	s.spawn(func() {
		ticker := time.NewTicker(stateInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				s.keep()
			case <-s.ctx.Done():
				return
			}
		}
	})
	return nil
}

// SaveState writes the file of KeepState where something has changed, and does
// nothing without one. Once the server is closed it is an error: what ends with
// the server is not written.
func (s *Server) SaveState() error {
	f := s.state
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.ctx.Err() != nil {
		return errors.New("mockserver: state: the server is closed")
	}
	if err := f.write(); err != nil {
		return fmt.Errorf("mockserver: state file %s cannot be written: %w", f.path, reason(err))
	}
	return nil
}

// keep is SaveState where the failure is told apart from the answer too.
func (s *Server) keep() error {
	err := s.SaveState()
	if s.state == nil || s.ctx.Err() != nil {
		return err
	}
	f := s.state
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil && !f.failing {
		s.config.stateErrors(err)
	}
	f.failing = err != nil
	return err
}

// restoreState takes over what a file holds, or nothing of it.
func (s *Server) restoreState(data []byte) (err error) {
	if len(data) == 0 {
		return errors.New("it is empty")
	}
	v, err := js.Parse(data)
	if err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	o, _ := v.(*js.Object)
	switch version, ok := o.Num("mastraMock"); {
	case !ok:
		return errors.New("it holds no state of this program")
	case version != stateVersion:
		return fmt.Errorf("it is of version %s, not %d", js.Number(version), stateVersion)
	}
	memory, vectors, runs, agents := newMemoryStore(), map[string]*vectorStore{}, newWorkflowRuns(), newAgentRuns()
	durables, scores := newDurableRuns(), &scoreStore{}
	for name := range s.vectors {
		vectors[name] = newVectorStore()
	}
	err = errors.Join(memory.restore(o.Obj("memory")), restoreVectors(vectors, o.Obj("vectors")), runs.restore(o.Get("workflowRuns")), agents.restoreState(o.Get("agentRuns")),
		agents.restoreNetworks(o.Get("networks")), durables.restore(o.Get("stuckRuns")), scores.restore(o.Get("scores")))
	if err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	s.memory, s.vectors, s.runs = memory, vectors, runs
	s.agents.suspended, s.agents.networks, s.agents.seq = agents.suspended, agents.networks, agents.seq
	s.durables.stuck, s.scores.rows = durables.stuck, scores.rows
	return nil
}

// stateList is a list of objects in a state file.
func stateList(v any, what string) ([]*js.Object, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is no list", what)
	}
	out := make([]*js.Object, len(list))
	for i, e := range list {
		if out[i], ok = e.(*js.Object); !ok {
			return nil, fmt.Errorf("%s %d is no object", what, i)
		}
	}
	return out, nil
}

// stateTime is a time in a state file.
func stateTime(o *js.Object, key string) (time.Time, error) {
	t, ok := js.ParseDate(o.Str(key))
	if !ok {
		return t, fmt.Errorf("%s is no time: %s", key, js.String(o.Get(key)))
	}
	return t, nil
}

func stateInt(o *js.Object, key string) int {
	n, _ := o.Num(key)
	return whole(n)
}

func stateStrings(list []any) []string {
	var out []string
	for _, v := range list {
		text, _ := v.(string)
		out = append(out, text)
	}
	return out
}
