package mastra

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mastra-go/mastra/internal/turn"
)

// waits is what is answered: a tool call of an agent's run, or a workflow's run, of
// which each answer reads anew where it waits.
type waits struct{ actor, run, toolCall string }

// answers are those that a client, and all that With makes of it, has under way.
type answers struct {
	turn.Turns[waits]
	mu    sync.Mutex
	sent  map[waits]*sentAnswer
	sweep time.Time // when those that no longer matter are forgotten next
}

// sentAnswer is the last answer to a run of which nothing has told yet that the server
// has begun with it, or refused it.
type sentAnswer struct {
	at    Suspension
	until time.Time // when it has arrived, or never will
}

// last is the answer of the turn before, or nil.
func (a *answers) last(to waits) *sentAnswer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sent[to]
}

// keep remembers an answer, and now and then forgets those that no longer matter.
func (a *answers) keep(to waits, s *sentAnswer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.put(to, s)
}

func (a *answers) put(to waits, s *sentAnswer) {
	if now := time.Now(); now.After(a.sweep) {
		maps.DeleteFunc(a.sent, func(_ waits, old *sentAnswer) bool { return now.After(old.until) })
		a.sweep = s.until
	}
	if a.sent == nil {
		a.sent = map[waits]*sentAnswer{}
	}
	a.sent[to] = s
}

func (a *answers) forget(to waits, s *sentAnswer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sent[to] == s {
		delete(a.sent, to)
	}
}

// mayBegin: the record shows the place as it was, and the answer may still arrive.
func (s *sentAnswer) mayBegin(now *RunState) bool {
	return s != nil && time.Now().Before(s.until) && slices.ContainsFunc(now.places(), s.at.same)
}

// claim tells whether nobody has claimed the same before.
func (a *answers) claim(what waits) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sent[what] != nil {
		return false
	}
	a.put(what, &sentAnswer{until: time.Now().Add(claimed)})
	return true
}

// unclaim leaves to others what was claimed.
func (a *answers) unclaim(what waits) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sent, what)
}

// claimed is how long a claim holds: longer than a run can be told of again.
const claimed = time.Hour
