package mockserver

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// stateVersion marks the format of state files.
const stateVersion = 1

// stateFile is where a server keeps what survives it.
type stateFile struct {
	path string

	mu   sync.Mutex
	last []byte // what the file holds
}

// stateInterval is how often what happens between requests is written.
const stateInterval = 200 * time.Millisecond

// KeepState reads a file that an earlier server has left, where there is one,
// and from now on writes what is to survive this one: suspended runs and the
// records of workflow runs, threads, messages, working memory and vectors. The
// file is replaced as a whole, before a request is answered. It is called before
// the server serves.
//
// A file that is damaged, or that was written by another version, is an error
// and stays as it is.
func (s *Server) KeepState(path string) error {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("mockserver: state: %w", err)
	default:
		if err := s.restoreState(data); err != nil {
			return fmt.Errorf("mockserver: state file %s is damaged: %w", path, err)
		}
	}
	s.state = &stateFile{path: path, last: data}
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
				_ = s.SaveState()
			case <-s.ctx.Done():
				return
			}
		}
	})
	return nil
}

// SaveState writes the file of KeepState where something has changed, and does
// nothing without one.
func (s *Server) SaveState() error {
	f := s.state
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.ctx.Err() != nil {
		return nil // what ends with the server is not written
	}
	data := js.Marshal(s.stateObject())
	if bytes.Equal(data, f.last) {
		return nil
	}
	if err := replaceFile(f.path, data); err != nil {
		return fmt.Errorf("mockserver: state: %w", err)
	}
	f.last = data
	return nil
}

// replaceFile writes a file next to the one that it then takes the place of: at
// every moment the path holds the old content or the new one.
func replaceFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (s *Server) stateObject() *js.Object {
	return js.Obj("mastraMock", stateVersion, "memory", s.memory.state(), "vectors", s.vectorState(),
		"workflowRuns", s.runs.state(), "agentRuns", s.agents.state())
}

// restoreState takes over what a file holds, or nothing of it.
func (s *Server) restoreState(data []byte) (err error) {
	v, err := js.Parse(data)
	if err != nil {
		return err
	}
	o, ok := v.(*js.Object)
	if !ok {
		return errors.New("it is no JSON object")
	}
	if version, ok := o.Num("mastraMock"); !ok || version != stateVersion {
		return fmt.Errorf("it is no state of version %d", stateVersion)
	}
	memory, vectors, runs, agents := newMemoryStore(), map[string]*vectorStore{}, newWorkflowRuns(), newAgentRuns()
	for name := range s.vectors {
		vectors[name] = newVectorStore()
	}
	err = errors.Join(memory.restore(o.Obj("memory")), restoreVectors(vectors, o.Obj("vectors")), runs.restore(o.Get("workflowRuns")), agents.restoreState(o.Get("agentRuns")))
	if err != nil {
		return err
	}
	s.memory, s.vectors, s.runs = memory, vectors, runs
	s.agents.suspended = agents.suspended
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
