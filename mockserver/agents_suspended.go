package mockserver

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// agentRuns holds the suspended runs of agents.
type agentRuns struct {
	mu        storeLock
	suspended map[string]*suspendedRun
	networks  map[string]*waitingNetwork
	models    modelSets
	threads   *threadHub
	seq       int
}

// suspendedRun is what is kept of a run that waits for the client.
type suspendedRun struct {
	agentID, runID       string
	threadID, resourceID string
	traceID, spanID      string
	messageID            string
	at                   time.Time
	options              runOptions
	messages             *chat
	steps                []*agentStep
	records              []*js.Object
	pending              *pendingTool
	modelFrom            int
	durable              bool
	// whole tells that the client got the run so far at once.
	whole bool
	seq   int // orders what was suspended within the same millisecond
	// told is closed when everything is told of the suspension; nil where that was
	// before this server.
	told chan struct{}
}

func newAgentRuns() *agentRuns {
	return &agentRuns{suspended: map[string]*suspendedRun{}, networks: map[string]*waitingNetwork{}, threads: newThreadHub()}
}

// suspend keeps a run with its conversation. The function that it returns is to be
// called when the suspension is told: until then nobody goes on with the run.
func (a *agentRuns) suspend(r *agentRun, messages *chat) (told func()) {
	r.saveMemory()
	if r.remembers() {
		r.messages.settle()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seq++
	done := make(chan struct{})
	a.suspended[r.id] = &suspendedRun{
		seq: a.seq, told: done,
		agentID: r.tools.ID, runID: r.id, threadID: r.threadID, resourceID: r.resourceID, traceID: r.traceID, spanID: r.spanID, messageID: r.messageID,
		at: now(), options: r.options, messages: messages, steps: r.steps, records: r.records, pending: r.pending, modelFrom: r.modelFrom,
		durable: r.durable(), whole: r.whole || r.begunWhole,
	}
	return func() { close(done) }
}

// get finds a suspended run.
func (a *agentRuns) get(runID string) *suspendedRun {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.suspended[runID]
}

// take removes a run from the suspended ones, for a client that resumes it.
func (a *agentRuns) take(method, agentID, runID, callID string) (*suspendedRun, error) {
	run, err := a.remove(method, agentID, runID, callID)
	if err == nil && run.told != nil {
		<-run.told
	}
	return run, err
}

func (a *agentRuns) remove(method, agentID, runID, callID string) (*suspendedRun, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	run := a.suspended[runID]
	if run == nil || run.durable && run.agentID != agentID {
		return nil, said("Agent %q %s() could not find a suspended run for runId %q. The run may have already completed, never suspended, or the runId is invalid. Ensure you are calling %[2]s() only with a runId from a currently-suspended run.", agentID, method, runID)
	}
	if callID != "" && run.pending.call.id != callID {
		return nil, said("Agent %q %s() cannot resume tool call %q because it is not suspended.", agentID, method, callID)
	}
	delete(a.suspended, runID)
	return run, nil
}

// list returns the suspended runs of an agent, newest first.
func (a *agentRuns) list(keep func(*suspendedRun) bool) []*suspendedRun {
	a.mu.RLock()
	defer a.mu.RUnlock()
	var out []*suspendedRun
	for _, run := range a.suspended {
		if keep(run) {
			out = append(out, run)
		}
	}
	slices.SortFunc(out, func(a, b *suspendedRun) int { return cmp.Or(b.at.Compare(a.at), b.seq-a.seq) })
	return out
}

// restore makes a run of a suspended one.
func (s *Server) restore(a *Agent, kept *suspendedRun, sink func(*js.Object)) *agentRun {
	r := &agentRun{
		srv: s, agent: a, tools: s.world.agent(kept.agentID), id: kept.runID, sink: sink, options: kept.options, messages: kept.messages,
		messageID: kept.messageID, threadID: kept.threadID, resourceID: kept.resourceID, traceID: kept.traceID, spanID: newSpanID(),
		steps: kept.steps, records: kept.records, modelFrom: kept.modelFrom, pending: kept.pending, begunWhole: kept.whole, resumedOnce: true, resumedFrom: kept.spanID,
	}
	r.keepTime()
	if !r.durable() {
		// These are not kept with a run that waits.
		r.options.maxSteps, r.options.structured, r.options.scored = 0, nil, false
		r.options.clientTools, r.options.activeTools = nil, nil
	}
	step := *kept.pending.suspendedStep
	step.toolCalls = nil
	for _, c := range kept.pending.suspendedStep.toolCalls {
		copied := *c
		step.toolCalls = append(step.toolCalls, &copied)
		if c == kept.pending.call {
			r.pending = &pendingTool{call: &copied, approval: kept.pending.approval, payload: kept.pending.payload, resumeSchema: kept.pending.resumeSchema, suspendedStep: &step, delegated: kept.pending.delegated, asked: kept.pending.asked}
		}
	}
	r.steps = append(kept.steps[:len(kept.steps)-1:len(kept.steps)-1], &step)
	return r
}

// resumeRun continues a run with the client's data.
func (r *agentRun) resumeRun(ctx context.Context, data any) {
	p := r.pending
	step := p.suspendedStep
	decision, _ := data.(*js.Object)
	if _, decided := decision.Get("approved").(bool); p.approval && !decided {
		r.suspend()
		return
	}
	if r.durable() {
		step.callChunks, step.resultChunks = nil, nil
	}
	r.pending = nil
	r.clearPendingMetadata(p.call.id)
	if p.delegated != "" {
		if waits := r.resumeAgent(ctx, p.call, p.delegated, data); waits != nil {
			r.pending = r.suspendedTool(step, p.call, waits)
			r.suspend()
			return
		}
	} else if p.approval {
		p.call.approval = js.Obj("id", p.call.id, "approved", decision.Bool("approved"))
		if !decision.Bool("approved") {
			p.call.approval.Set("reason", cmp.Or(decision.Str("reason"), denialOf(nil)))
		}
	} else if waits := r.runTool(ctx, p.call, data, data != nil && data != js.Undefined); waits != nil {
		r.pending = r.suspendedTool(step, p.call, waits)
		r.suspend()
		return
	}
	if r.pending = r.runTools(ctx, step); r.pending != nil {
		if r.durable() {
			r.tellResults(step)
		}
		r.suspend()
		return
	}
	r.finishTools(step)
	r.rotate()
	r.resuming = true
	if r.closeStep(step) {
		r.resumed = true
		r.loop(ctx)
	}
}

// rotate ends the answer that a suspension broke.
func (r *agentRun) rotate() {
	if !r.durable() {
		r.seal()
	}
}

// seal ends the answer so far; what follows is a message of its own.
func (r *agentRun) seal() {
	r.messages.seal(r.messageID)
	r.messageID = newID()
}

// remembers tells whether the run's messages are stored.
func (r *agentRun) remembers() bool { return r.agent.Memory != nil && r.threadID != "" }

// clearPendingMetadata forgets what the run waited for; only stored messages are
// updated.
func (r *agentRun) clearPendingMetadata(callID string) {
	m, _ := r.messages.findTool(callID)
	if m == nil || !r.remembers() {
		return
	}
	m.becomeResponse()
	if metadata := m.content().Obj("metadata"); metadata != nil {
		metadata = metadata.Clone()
		for _, key := range []string{"pendingToolApprovals", "suspendedTools"} {
			if rest := metadata.Obj(key).Without(callID); rest.Len() > 0 {
				metadata.Set(key, rest)
			} else {
				metadata.Delete(key)
			}
		}
		m.content().Set("metadata", metadata)
	}
}
