package mockserver

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// agentRuns holds the suspended runs of agents.
type agentRuns struct {
	mu        sync.Mutex
	suspended map[string]*suspendedRun
}

// suspendedRun is what is kept of a run that waits for the client.
type suspendedRun struct {
	agentID, runID       string
	threadID, resourceID string
	traceID              string
	messageID            string
	at                   time.Time
	options              runOptions
	messages             *messageList
	steps                []*agentStep
	records              []*js.Object
	pending              *pendingTool
	modelFrom            int
}

func newAgentRuns() *agentRuns { return &agentRuns{suspended: map[string]*suspendedRun{}} }

// suspend keeps a run.
func (a *agentRuns) suspend(r *agentRun) {
	r.saveMemory()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.suspended[r.id] = &suspendedRun{
		agentID: r.agent.ID, runID: r.id, threadID: r.threadID, resourceID: r.resourceID, traceID: r.traceID, messageID: r.messageID,
		at: now(), options: r.options, messages: r.messages, steps: r.steps, records: r.records, pending: r.pending, modelFrom: r.modelFrom,
	}
}

// take removes a run from the suspended ones, for a client that resumes it.
func (a *agentRuns) take(agentID, runID, callID string) (*suspendedRun, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	run := a.suspended[runID]
	if run == nil {
		return nil, fmt.Errorf("Agent %q resumeStream() could not find a suspended run for runId %q. The run may have already completed, never suspended, or the runId is invalid. Ensure you are calling resumeStream() only with a runId from a currently-suspended run.", agentID, runID)
	}
	if callID != "" && run.pending.call.id != callID {
		return nil, fmt.Errorf("Agent %q resumeStream() cannot resume tool call %q because it is not suspended.", agentID, callID)
	}
	delete(a.suspended, runID)
	return run, nil
}

// list returns the suspended runs of an agent, newest first.
func (a *agentRuns) list(keep func(*suspendedRun) bool) []*suspendedRun {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []*suspendedRun
	for _, run := range a.suspended {
		if keep(run) {
			out = append(out, run)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].at.After(out[j].at) })
	return out
}

// restore makes a run of a suspended one.
func (s *Server) restore(kept *suspendedRun, sink func(*js.Object)) *agentRun {
	r := &agentRun{
		srv: s, agent: s.world.agent(kept.agentID), id: kept.runID, sink: sink, options: kept.options, messages: kept.messages,
		messageID: kept.messageID, threadID: kept.threadID, resourceID: kept.resourceID, traceID: kept.traceID, spanID: newSpanID(),
		steps: kept.steps, records: kept.records, modelFrom: kept.modelFrom, pending: kept.pending,
	}
	step := *kept.pending.suspendedStep
	step.toolCalls = nil
	for _, c := range kept.pending.suspendedStep.toolCalls {
		copied := *c
		step.toolCalls = append(step.toolCalls, &copied)
		if c == kept.pending.call {
			r.pending = &pendingTool{call: &copied, approval: kept.pending.approval, payload: kept.pending.payload, resumeSchema: kept.pending.resumeSchema, suspendedStep: &step}
		}
	}
	r.steps = append(kept.steps[:len(kept.steps)-1:len(kept.steps)-1], &step)
	return r
}

// resumeRun continues a run with the client's data.
func (r *agentRun) resumeRun(ctx context.Context, data any) {
	p := r.pending
	step := p.suspendedStep
	r.pending = nil
	r.clearPendingMetadata(p.call.id)
	if p.approval {
		decision, _ := data.(*js.Object)
		approval := js.Obj("id", p.call.id, "approved", decision.Bool("approved"))
		if reason, ok := decision.Get("reason").(string); ok {
			approval.Set("reason", reason)
		}
		p.call.approval = approval
	} else if waits := r.runTool(ctx, p.call, data, data != nil && data != js.Undefined); waits != nil {
		r.pending = r.suspendedTool(step, p.call, waits)
		r.suspend()
		return
	}
	if r.pending = r.runTools(ctx, step); r.pending != nil {
		r.suspend()
		return
	}
	step.metadata = js.Obj()
	if n := len(r.records); n > 0 {
		record := r.records[n-1].Clone()
		record.Set("response", js.Obj("messages", record.Obj("response").Get("messages")))
		r.records = append(r.records[:n-1:n-1], record)
	}
	r.finishTools(step)
	r.rotate()
	if r.closeStep(step) {
		r.resumed = true
		r.loop(ctx)
	}
}

// rotate seals the answer so far; what follows is a message of its own.
func (r *agentRun) rotate() {
	for _, m := range r.messages.list {
		if m.Str("id") == r.messageID {
			metadata := js.Obj().Merge(m.content().Obj("metadata"))
			m.content().Set("metadata", metadata.Set("mastra", js.Obj("responseBoundary", true)))
		}
	}
	r.messageID = newID()
}

func (r *agentRun) clearPendingMetadata(callID string) {
	m, _ := r.messages.findTool(callID)
	if m == nil {
		return
	}
	if metadata := m.content().Obj("metadata"); metadata != nil {
		m.content().Set("metadata", metadata.Without("pendingToolApprovals", "suspendedTools"))
	}
}
