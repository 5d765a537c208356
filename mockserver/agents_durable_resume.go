package mockserver

import (
	"context"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// carryOut notes that a durable run is being carried out, until the function that
// it returns is called; then its log ends with it, unless it waits.
func (s *Server) carryOut(r *agentRun) (stop func()) {
	if !r.durable() {
		return func() {}
	}
	d, stopped := s.durables, make(chan struct{})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running[r.id] = stopped
	delete(d.stuck, r.id)
	return func() {
		d.mu.Lock()
		if d.running[r.id] == stopped {
			delete(d.running, r.id)
		}
		d.mu.Unlock()
		close(stopped)
		if r.record != nil && r.pending == nil {
			s.endDurable(r)
		}
		s.keep() // its stream may stay open, and no request end, for long
	}
}

// isStored tells whether a run is stored though it does not wait.
func (d *durableRuns) isStored(runID string) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.running[runID] != nil || d.stuck[runID]
}

// join gives the log of a run; one that the server does not know begins now.
func (d *durableRuns) join(agentID, runID string) *durableRun {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.runs[runID] == nil {
		d.runs[runID] = &durableRun{agentID: agentID, log: newChunkLog()}
	}
	return d.runs[runID]
}

// checkDurable refuses decisions on what does not wait for them.
func (c *call) checkDurable(a *Agent) error {
	runID := c.body.Str("runId")
	waiting := c.srv.agents.get(runID)
	switch {
	case waiting == nil && !c.srv.durables.isStored(runID), waiting != nil && waiting.resourceID != "":
		// A server tells whose a request is by its auth alone.
		return forbidden("Access denied: durable run belongs to a different resource")
	case waiting == nil || waiting.agentID != a.ID || waiting.pending.call.id != c.body.Str("toolCallId"):
		return forbidden("Access denied: tool call is not suspended on this durable run")
	}
	return nil
}

// checkStored refuses to resume what an earlier server has not left waiting.
func (c *call) checkStored(a *Agent, runID string) error {
	waiting := c.srv.agents.get(runID)
	switch {
	case waiting == nil && c.srv.durables.isStored(runID):
		return said("%s", notSuspended)
	case waiting == nil:
		return said("No registry entry found for run %s. Cannot resume.", runID)
	case waiting.agentID != a.ID:
		return said("DurableAgent %q resume(%s): persisted run belongs to agent %q, not %q.", a.ID, runID, waiting.agentID, a.ID)
	}
	return nil
}

const notSuspended = "This workflow run was not suspended"

// resumeDurable continues a durable run, also one that an earlier server has left
// waiting. Its streams that are still open go on.
func (c *call) resumeDurable(a *Agent, data any) error {
	runID := c.body.Str("runId")
	if c.decides() {
		if err := c.checkDurable(a); err != nil {
			return err
		}
	}
	if record := c.srv.durables.get(runID); record == nil || record.agentID != a.ID {
		if err := c.checkStored(a, runID); err != nil {
			return err
		}
	}
	record := c.srv.durables.join(a.ID, runID)
	kept, err := c.srv.agents.take("resume", a.ID, runID, "")
	if err != nil {
		return c.resumeInVain(runID)
	}
	r := c.srv.restore(a, kept, record.chunk)
	return c.streamDurable(r, c.sse, record, record.log.tail(), true, func(ctx context.Context) { r.resumeRun(ctx, data) })
}

// resumeInVain answers for a run that does not wait, once it is not carried out
// any more. What is stored of it then stays.
func (c *call) resumeInVain(runID string) error {
	d := c.srv.durables
	d.mu.RLock()
	running := d.running[runID]
	d.mu.RUnlock()
	if running != nil {
		select {
		case <-running:
		case <-c.ctx().Done():
			return nil
		}
	}
	d.mu.Lock()
	d.stuck[runID] = true
	d.mu.Unlock()
	return c.durableFailure(notSuspended)
}

// durableFailure answers a stream that fails before it has said anything.
func (c *call) durableFailure(message string) error {
	w := c.sse()
	if err := w.chunk(js.Obj("type", "error", "payload", js.Obj("error", thrown(said("%s", message))))); err != nil {
		return err
	}
	return w.done()
}
