package mockserver

import (
	"context"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// runKey names a run: ids are unique within a workflow only.
type runKey struct{ workflow, run string }

// runRecord is the stored state of a run. Its values are never changed in
// place, so that a copy of the struct is a snapshot.
type runRecord struct {
	key        runKey
	resourceID any
	created    time.Time
	updated    time.Time

	status         string
	state          any        // what the steps share
	context        *js.Object // "input" and the results by step id
	result         any
	err            any
	activePaths    []any
	activeSteps    *js.Object
	suspended      *js.Object
	labels         *js.Object // resume labels
	path           []any      // the ids of the steps that ran in order
	requestContext *js.Object
	traceID        string
	tracing        *js.Object // nil for none
	seq            int
}

// ended tells whether the run is over for good.
func (r *runRecord) ended() bool {
	switch r.status {
	case "success", "failed", "canceled", "tripwire":
		return true
	}
	return false
}

// answered tells whether the run has ended with a result, an error or a tripwire.
func (r *runRecord) answered() bool { return r.ended() && r.status != "canceled" }

// liveRun is a run as long as the process has something to do with it: until it
// ends, and through its suspensions.
type liveRun struct {
	key        runKey
	workflow   *Workflow
	resourceID any
	ctx        context.Context
	cancel     context.CancelFunc
	// begun is closed when the first step has begun to run.
	begun     chan struct{}
	beginOnce sync.Once

	mu       sync.Mutex
	sinks    map[int]func(*js.Object)
	nextSink int
	output   *runOutput
	closing  func()
	// walking counts what executes the run now; waiters wait for its end.
	walking int
	waiters []chan struct{}
}

// walk runs f, which executes the run, in a goroutine.
func (s *Server) walk(l *liveRun, f func()) {
	l.mu.Lock()
	l.walking++
	l.mu.Unlock()
	s.spawn(func() {
		defer l.rest()
		f()
	})
}

func (l *liveRun) rest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.walking--; l.walking > 0 {
		return
	}
	for _, waiter := range l.waiters {
		close(waiter)
	}
	l.waiters = nil
}

// resting is closed when nothing executes the run any more.
func (l *liveRun) resting() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiter := make(chan struct{})
	if l.walking == 0 {
		close(waiter)
	} else {
		l.waiters = append(l.waiters, waiter)
	}
	return waiter
}

func (l *liveRun) begin() { l.beginOnce.Do(func() { close(l.begun) }) }

// watch calls sink with every event of the run until the returned function is
// called.
func (l *liveRun) watch(sink func(*js.Object)) (unwatch func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := l.nextSink
	l.nextSink++
	if l.sinks == nil {
		l.sinks = map[int]func(*js.Object){}
	}
	l.sinks[id] = sink
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.sinks, id)
	}
}

// publish hands an event, {type, payload}, to everyone who watches.
func (l *liveRun) publish(event *js.Object) {
	l.mu.Lock()
	sinks := make([]func(*js.Object), 0, len(l.sinks))
	for i := 0; i < l.nextSink; i++ {
		if sink := l.sinks[i]; sink != nil {
			sinks = append(sinks, sink)
		}
	}
	l.mu.Unlock()
	for _, sink := range sinks {
		sink(event)
	}
}

// workflowRuns holds the runs of every workflow.
type workflowRuns struct {
	mu      storeLock
	records map[runKey]*runRecord
	live    map[runKey]*liveRun
	seq     int
	started map[string]int
	last    map[runKey]string // the status that was stored last
	history *runHistory
}

func newWorkflowRuns() *workflowRuns {
	return &workflowRuns{
		records: map[runKey]*runRecord{},
		live:    map[runKey]*liveRun{},
		started: map[string]int{},
		last:    map[runKey]string{},
		history: newRunHistory(),
	}
}

func (r *workflowRuns) executions(runID string) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.started[runID]
}

func (r *workflowRuns) countStart(runID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started[runID]++
}

// get returns a copy of the record, nil if there is none.
func (r *workflowRuns) get(key runKey) *runRecord {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.copyOf(key)
}

func (r *workflowRuns) copyOf(key runKey) *runRecord {
	rec := r.records[key]
	if rec == nil {
		return nil
	}
	c := *rec
	return &c
}

// list returns copies of the records of a workflow, newest first.
func (r *workflowRuns) list(workflow string, keep func(*runRecord) bool) []*runRecord {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []*runRecord
	for key := range r.records {
		if c := r.copyOf(key); (workflow == "" || key.workflow == workflow) && keep(c) {
			out = append(out, c)
		}
	}
	sortRecords(out)
	return out
}

// store writes a record, keeping the creation time of an existing one.
func (r *workflowRuns) store(rec runRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put(rec)
}

// put is store for who holds the lock.
func (r *workflowRuns) put(rec runRecord) {
	rec.updated = now()
	if old := r.records[rec.key]; old != nil {
		rec.created, rec.seq = old.created, old.seq
		if rec.resourceID == nil {
			rec.resourceID = old.resourceID
		}
	} else {
		rec.created = rec.updated
		r.seq++
		rec.seq = r.seq
	}
	r.records[rec.key] = &rec
}

// setStatus changes the status of a record; with expected given only when it is
// the status before.
func (r *workflowRuns) setStatus(key runKey, status, expected string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.records[key]
	if old == nil || (expected != "" && old.status != expected) {
		return false
	}
	c := *old
	c.status = status
	c.updated = now()
	r.records[key] = &c
	return true
}

func (r *workflowRuns) delete(key runKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.records, key)
	delete(r.live, key)
}

// createRun returns the live run of that id, and makes it and its record, in
// status pending, where they do not exist.
func (s *Server) createRun(w *Workflow, runID string, resourceID any) *liveRun {
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	return s.liveRun(w, runID, resourceID)
}

// createUnfinished is createRun for a run that has not ended. Of one that has, it
// returns the status: no run ends between the look at its record and the joining.
func (s *Server) createUnfinished(w *Workflow, runID string, resourceID any) (l *liveRun, ended string) {
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	if rec := s.runs.records[runKey{w.id, runID}]; rec != nil && rec.ended() {
		return nil, rec.status
	}
	return s.liveRun(w, runID, resourceID), ""
}

// liveRun is createRun for who holds the lock.
func (s *Server) liveRun(w *Workflow, runID string, resourceID any) *liveRun {
	if runID == "" {
		runID = newID()
	}
	key := runKey{w.id, runID}
	live := s.runs.live[key]
	if live == nil {
		live = &liveRun{key: key, workflow: w, resourceID: resourceID, begun: make(chan struct{})}
		live.ctx, live.cancel = context.WithCancel(s.ctx)
		s.runs.live[key] = live
	}
	if s.runs.records[key] == nil {
		s.runs.put(runRecord{
			key: key, resourceID: resourceID, status: "pending", state: js.Obj(), context: js.Obj(), result: js.Undefined, err: js.Undefined,
			activePaths: []any{}, activeSteps: js.Obj(), suspended: js.Obj(), labels: js.Obj(),
		})
	}
	return live
}

// isLive tells whether that is still the live run of its id.
func (r *workflowRuns) isLive(l *liveRun) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.live[l.key] == l
}

// forget drops the live run of that id once one has ended, whichever it is: as on the
// server, a cancellation that came too late is forgotten with it.
func (r *workflowRuns) forget(l *liveRun) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.live, l.key)
}
