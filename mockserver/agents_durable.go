package mockserver

import (
	"context"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// durableKeep is how long the events of a durable run can be observed after its
// end.
const durableKeep = 30 * time.Second

// durableRuns holds the event logs of durable runs, and which runs are stored
// though they do not wait.
type durableRuns struct {
	mu   storeLock
	runs map[string]*durableRun
	// running has a channel for every run that is being carried out, closed when it
	// ends or waits.
	running map[string]chan struct{}
	// stuck are runs that no one carries out and that cannot be resumed: what a
	// server that ended has left, and runs that were resumed in vain.
	stuck map[string]bool
}

// durableRun is the record of one run of a durable agent: everything it tells,
// for the client that began it and for those who observe it.
type durableRun struct {
	agentID string
	log     *chunkLog

	mu     sync.Mutex
	events int
}

// durableEvent is one thing that happened. Hidden events are for the streams of
// those who run the agent, not for observers.
type durableEvent struct {
	kind   string
	data   *js.Object
	id     string
	liveID string // its id where it is told as it happens
	at     time.Time
	index  int
	hidden bool
}

func newDurableRuns() *durableRuns {
	return &durableRuns{runs: map[string]*durableRun{}, running: map[string]chan struct{}{}, stuck: map[string]bool{}}
}

func (d *durableRuns) get(runID string) *durableRun {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.runs[runID]
}

func (d *durableRuns) begin(agentID, runID string) *durableRun {
	d.mu.Lock()
	defer d.mu.Unlock()
	run := &durableRun{agentID: agentID, log: newChunkLog()}
	d.runs[runID] = run
	return run
}

// forget forgets the log of a run.
func (d *durableRuns) forget(runID string, run *durableRun) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.runs[runID] == run {
		delete(d.runs, runID)
	}
}

// endDurable closes the log of a run. It is forgotten after a while, and at once
// where the client got the end of the run whole.
func (s *Server) endDurable(r *agentRun) {
	r.record.log.finish()
	if r.whole {
		s.durables.forget(r.id, r.record)
		return
	}
	s.spawn(func() {
		select {
		case <-time.After(durableKeep):
		case <-s.ctx.Done():
		}
		s.durables.forget(r.id, r.record)
	})
}

func (d *durableRun) add(kind string, data *js.Object, hidden bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := durableEvent{kind: kind, data: data, id: newID(), liveID: newID(), at: now(), index: d.events, hidden: hidden}
	if !hidden {
		d.events++
	}
	d.log.append(e)
}

// chunk records a chunk of the run.
func (d *durableRun) chunk(chunk *js.Object) {
	switch kind := chunk.Str("type"); kind {
	case "step-start":
		d.add(kind, chunk, false)
	case "object", "object-result":
		d.add(kind, chunk, true)
	default:
		d.add("chunk", chunk, false)
	}
}

// shown is the event as a chunk of the run's own stream; nil where it is none.
func (e durableEvent) shown() *js.Object {
	switch e.kind {
	case "finish":
		return js.Obj("type", "finish", "payload", e.data)
	case "iteration-complete", "suspended":
		return nil
	}
	return e.data
}

// envelope is the event as observers see it. Those who were there when it happened
// see another id than those who read of it, and how often it was delivered.
func (e durableEvent) envelope(runID string, live bool) *js.Object {
	id := e.id
	if live {
		id = e.liveID
	}
	return js.Obj("type", e.kind, "runId", runID, "data", e.data, "id", id, "createdAt", js.ISO(e.at), "index", e.index, "deliveryAttempt", js.When(live, 1))
}

// streamDurable runs an agent apart from the request and streams what it
// records. The run is aborted when the client leaves. The stream of a run that
// was resumed ends where it waits again.
func (c *call) streamDurable(r *agentRun, open func() chunkWriter, record *durableRun, from *logReader, resumed bool, work func(context.Context)) error {
	ctx, cancel := context.WithCancel(c.srv.ctx)
	defer cancel()
	r.sink, r.record = record.chunk, record
	r.active = c.srv.agents.threads.begin(r, cancel)
	stop := c.srv.carryOut(r)
	c.srv.spawn(func() {
		defer r.active.end(c.srv)
		defer stop()
		work(ctx)
	})
	w := open() // once it is stored that the run is carried out
	for {
		item, ok := from.read(c.ctx())
		if !ok {
			break
		}
		e := item.(durableEvent)
		if e.kind == "suspended" && resumed {
			break
		}
		if chunk := e.shown(); chunk != nil {
			if err := w.chunk(chunk); err != nil {
				return err
			}
		}
	}
	if c.ctx().Err() != nil {
		return nil
	}
	return w.done()
}

// observeAgent streams the events of a durable run. For anything else it sends
// nothing, and waits.
func (s *Server) observeAgent(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	runID := c.body.Str("runId")
	offset, _ := c.body.Num("offset")
	w := c.sse()
	record := s.durables.get(runID)
	if record == nil || record.agentID != a.ID {
		return c.idle()
	}
	record.mu.Lock()
	seen := record.events
	record.mu.Unlock()
	if offset < 0 {
		offset = max(0, float64(seen)+offset)
	}
	if record.log.isDone() && whole(offset) >= seen {
		return c.idle()
	}
	reader := record.log.reader()
	for {
		item, ok := reader.read(c.ctx())
		if !ok {
			break
		}
		e := item.(durableEvent)
		if e.hidden || e.index < whole(offset) {
			continue
		}
		if err := w.chunk(e.envelope(runID, e.index >= seen)); err != nil {
			return err
		}
	}
	if c.ctx().Err() != nil {
		return nil
	}
	return w.done()
}

// idle keeps the response open and empty until the client or the server ends.
func (c *call) idle() error {
	select {
	case <-c.ctx().Done():
	case <-c.srv.ctx.Done():
	}
	return nil
}
