package mockserver

import (
	"context"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// threadKey names a thread of a resource.
type threadKey struct{ resource, thread string }

// threadHub knows which runs are active on which threads, what waits for their
// end, and who follows the threads.
type threadHub struct {
	mu        sync.Mutex
	active    map[threadKey]*activeRun
	waiting   map[threadKey][]queuedSignal
	followers map[threadKey]map[*feed]struct{}
	parked    map[threadKey]*activeRun // that wait to be approved or answered
}

// activeRun is a run that streams on a thread.
type activeRun struct {
	hub     *threadHub
	key     threadKey
	agentID string
	runID   string
	cancel  context.CancelFunc

	told    []*js.Object // so far: who begins to follow the thread is told it too
	lasting bool         // told stays whole when the run has waited
	signals []*signal    // to be taken at the next step
	closing bool         // it takes no more
	aborted bool
}

// queuedSignal starts a run of its own once the thread is idle.
type queuedSignal struct {
	agent    *Agent
	runID    string
	signal   *signal // nil: messages
	messages any     // those of a continuation
	options  runOptions
	recall   *js.Object // options of the memory
}

func newThreadHub() *threadHub {
	return &threadHub{active: map[threadKey]*activeRun{}, waiting: map[threadKey][]queuedSignal{}, followers: map[threadKey]map[*feed]struct{}{},
		parked: map[threadKey]*activeRun{}}
}

// begin makes a run the active one of its thread; nil for a run on none.
func (h *threadHub) begin(r *agentRun, cancel context.CancelFunc) *activeRun {
	if r.threadID == "" || r.resourceID == "" {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.activate(threadKey{r.resourceID, r.threadID}, r.tools, r.id, cancel)
}

func (h *threadHub) activate(key threadKey, a *Agent, runID string, cancel context.CancelFunc) *activeRun {
	run := &activeRun{hub: h, key: key, agentID: a.ID, runID: runID, cancel: cancel, lasting: a.Durable}
	if before := h.parked[key]; before != nil && before.runID == runID && before.lasting {
		run.told = before.told
	}
	h.active[key] = run
	delete(h.parked, key)
	return run
}

// publish tells those who follow the run's thread of a chunk.
func (a *activeRun) publish(chunk *js.Object) {
	if a == nil {
		return
	}
	a.hub.mu.Lock()
	defer a.hub.mu.Unlock()
	chunk = followed(chunk, a.runID)
	a.told = append(a.told, chunk)
	for f := range a.hub.followers[a.key] {
		f.add(chunk)
	}
}

// followed is a chunk as those who follow a thread see it: without the
// conversation, and always with its run.
func followed(chunk *js.Object, runID string) *js.Object {
	switch chunk.Str("type") {
	case "step-finish", "finish":
		payload := chunk.Obj("payload").Without("messages")
		if output := payload.Obj("output"); output != nil {
			payload.Set("output", output.Without("steps"))
		}
		chunk = chunk.Clone().Set("payload", payload)
		if !chunk.Has("runId") { // of a durable run
			chunk = js.Obj("type", chunk.Get("type"), "runId", runID).Merge(chunk)
		}
		return chunk
	case "abort":
		return js.Obj("type", "abort", "runId", runID)
	}
	if !chunk.Has("runId") {
		return chunk.Clone().Set("runId", runID)
	}
	return chunk
}

// take gives the signals that arrived; with last set and none there the run
// takes no more.
func (a *activeRun) take(last bool) []*signal {
	if a == nil {
		return nil
	}
	a.hub.mu.Lock()
	defer a.hub.mu.Unlock()
	list := a.signals
	a.signals = nil
	a.closing = last && len(list) == 0
	return list
}

func (a *activeRun) isAborted() bool {
	if a == nil {
		return false
	}
	a.hub.mu.Lock()
	defer a.hub.mu.Unlock()
	return a.aborted
}

// end makes the thread idle, and starts what waited for that.
func (a *activeRun) end(s *Server) {
	if a == nil {
		return
	}
	a.cancel()
	h := a.hub
	h.mu.Lock()
	if h.active[a.key] != a {
		h.mu.Unlock()
		return
	}
	delete(h.active, a.key)
	if s.agents.get(a.runID) != nil {
		h.parked[a.key] = a
	}
	if s.ctx.Err() != nil {
		h.mu.Unlock()
		return
	}
	if len(a.signals) > 0 && !a.aborted {
		late := []queuedSignal{}
		for _, sig := range a.signals {
			late = append(late, queuedSignal{agent: s.world.agent(a.agentID), runID: a.runID, signal: sig, options: runOptions{requestContext: sig.requestContext}})
		}
		h.waiting[a.key] = append(late, h.waiting[a.key]...)
	}
	list := h.waiting[a.key]
	if len(list) == 0 {
		h.mu.Unlock()
		return
	}
	next := list[0]
	if h.waiting[a.key] = list[1:]; len(list) == 1 {
		delete(h.waiting, a.key)
	}
	start := h.wake(s, a.key, next)
	h.mu.Unlock()
	start()
}

// wake makes a run of a signal the active one; the function it returns starts
// it.
func (h *threadHub) wake(s *Server, key threadKey, q queuedSignal) func() {
	ctx, cancel := context.WithCancel(s.ctx)
	run := h.activate(key, q.agent, q.runID, cancel)
	if q.signal != nil {
		run.signals = []*signal{q.signal}
	}
	return func() { s.spawn(func() { s.runOnThread(ctx, q, run) }) }
}

// runOnThread runs an agent on a thread for those who follow it.
func (s *Server) runOnThread(ctx context.Context, q queuedSignal, active *activeRun) {
	defer active.end(s)
	a := q.agent
	r := &agentRun{
		srv: s, agent: a, tools: a, id: active.runID, messageID: newID(), traceID: newTraceID(), spanID: newSpanID(),
		threadID: active.key.thread, resourceID: active.key.resource, active: active, sink: func(*js.Object) {},
		options: q.options,
	}
	if r.chooseModels() != nil {
		return
	}
	if a.Memory != nil && s.memory.thread(r.threadID) == nil {
		at := now()
		s.memory.saveThread(thread{id: r.threadID, resourceID: r.resourceID, created: at, updated: at})
	}
	if n, ok := q.recall.Num("lastMessages"); ok && n > 0 {
		r.lastMessages = whole(n)
	}
	if r.durable() {
		r.record = s.durables.begin(a.ID, r.id)
		r.sink = r.record.chunk
	}
	r.converse()
	if q.messages != nil && r.messages.add(q.messages, fromInput) != nil {
		return
	}
	defer s.carryOut(r)()
	r.recall()
	r.run(ctx)
	r.settle()
}

func (s *Server) abortThread(c *call) error {
	key, err := c.threadKey()
	if err != nil {
		return err
	}
	h := s.agents.threads
	expected := c.body.Str("expectedRunId")
	h.mu.Lock()
	defer h.mu.Unlock()
	run := h.active[key]
	if run == nil || run.closing || run.agentID != c.param("agentId") || expected != "" && run.runID != expected {
		return c.json(js.Obj("aborted", false))
	}
	run.aborted = true
	run.cancel()
	return c.json(js.Obj("aborted", true))
}

// threadKey is the thread that the body names. One of another resource is
// refused.
func (c *call) threadKey() (threadKey, error) {
	a, err := c.agent()
	if err != nil {
		return threadKey{}, err
	}
	key := threadKey{c.body.Str("resourceId"), c.body.Str("threadId")}
	if a.Memory != nil && key.thread != "" {
		err = checkOwner(c.srv.memory.thread(key.thread), key.resource)
	}
	return key, err
}

// heartbeat is how long a subscription is silent before it says that it lives.
const heartbeat = 25 * time.Second

// subscribeThread streams the chunks of every run on a thread. It does not end.
func (s *Server) subscribeThread(c *call) error {
	key, err := c.threadKey()
	if err != nil {
		return err
	}
	f := s.agents.follow(key)
	defer s.agents.threads.unfollow(key, f)
	w := c.sse()
	if _, err := c.w.Write([]byte(": connected\n\n")); err != nil {
		return err
	}
	c.w.Flush()
	silence := time.NewTimer(heartbeat)
	defer silence.Stop()
	for {
		select {
		case <-c.ctx().Done():
			return nil
		case <-silence.C:
			if _, err := c.w.Write([]byte(": heartbeat\n\n")); err != nil {
				return err
			}
			c.w.Flush()
		case <-f.wake:
		}
		silence.Reset(heartbeat)
		for _, chunk := range f.take() {
			if err := w.chunk(chunk); err != nil {
				return err
			}
		}
	}
}

// follow begins with the run that is under way, or waits.
func (a *agentRuns) follow(key threadKey) *feed {
	h := a.threads
	h.mu.Lock()
	defer h.mu.Unlock()
	f := &feed{wake: make(chan struct{}, 1)}
	run := h.active[key]
	if waits := h.parked[key]; run == nil && waits != nil && a.get(waits.runID) != nil {
		run = waits
	}
	if run != nil {
		for _, chunk := range run.told {
			f.add(chunk)
		}
	}
	if h.followers[key] == nil {
		h.followers[key] = map[*feed]struct{}{}
	}
	h.followers[key][f] = struct{}{}
	return f
}

func (h *threadHub) unfollow(key threadKey, f *feed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.followers[key], f)
	if len(h.followers[key]) == 0 {
		delete(h.followers, key)
	}
}

// feed is what one follower has not read yet.
type feed struct {
	mu    sync.Mutex
	items []*js.Object
	wake  chan struct{}
}

func (f *feed) add(chunk *js.Object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.items = append(f.items, chunk)
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *feed) take() []*js.Object {
	f.mu.Lock()
	defer f.mu.Unlock()
	items := f.items
	f.items = nil
	return items
}

// goOn resumes a run apart from any request.
func (s *Server) goOn(a *Agent, kept *suspendedRun, data any, o runOptions) {
	ctx, cancel := context.WithCancel(s.ctx)
	r := s.restore(a, kept, func(*js.Object) {})
	if !a.Durable {
		r.goesOnWith(o)
	}
	if r.record = s.durables.get(r.id); r.record != nil {
		r.sink = r.record.chunk
	}
	r.active = s.agents.threads.begin(r, cancel)
	stop := s.carryOut(r)
	s.spawn(func() {
		defer cancel()
		defer r.active.end(s)
		defer stop()
		r.resumeRun(ctx, data)
		r.settle()
	})
}
