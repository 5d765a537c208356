package mockserver

import (
	"bytes"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// storeLock guards what a state file keeps. Who only reads takes it with RLock:
// Lock counts a change.
type storeLock struct {
	sync.RWMutex
	changes atomic.Uint64
}

func (l *storeLock) Lock() {
	l.RWMutex.Lock()
	l.changes.Add(1)
}

// stateSection is a member of the state file, which is written out anew where its
// stores have changed.
type stateSection struct {
	name  string
	locks []*storeLock
	value func() any

	text    []byte
	changes uint64 // how many the text has
}

// refresh tells whether there is anything new.
func (x *stateSection) refresh() bool {
	var changes uint64
	for _, lock := range x.locks {
		changes += lock.changes.Load()
	}
	if x.text != nil && x.changes == changes {
		return false
	}
	x.text, x.changes = js.Marshal(x.value()), changes
	return true
}

func (s *Server) stateSections() []*stateSection {
	var vectors []*storeLock
	for _, name := range sortedKeys(s.vectors) {
		vectors = append(vectors, &s.vectors[name].mu)
	}
	section := func(name string, value func() any, locks ...*storeLock) *stateSection {
		return &stateSection{name: name, locks: locks, value: value}
	}
	return []*stateSection{
		section("mastraMock", func() any { return stateVersion }),
		section("memory", s.memory.state, &s.memory.mu),
		section("vectors", s.vectorState, vectors...),
		section("workflowRuns", s.runs.state, &s.runs.mu),
		section("agentRuns", s.agents.state, &s.agents.mu),
		section("networks", s.agents.networkState, &s.agents.mu),
		section("stuckRuns", s.durables.state, &s.durables.mu),
		section("scores", s.scores.state, &s.scores.mu),
	}
}

// joinSections is the content of a state file.
func joinSections(sections []*stateSection) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range sections {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(x.name) + ":")
		b.Write(x.text)
	}
	b.WriteByte('}')
	return b.Bytes()
}
