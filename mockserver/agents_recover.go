package mockserver

import (
	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// recoverAgent would run on what a crash has cut off. Here nothing is ever cut
// off: a run that waits is told to be no such run, and waits on.
func (s *Server) recoverAgent(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	runID := c.body.Str("runId")
	if runID == "" {
		return badRequest("Run id is required")
	}
	if !a.Durable {
		return badRequest("Agent does not support recover. Only durable agents (createDurableAgent) can recover runs.")
	}
	if kept := s.agents.get(runID); kept == nil || kept.agentID != a.ID {
		return said("DurableAgent %q recover(%s): no persisted workflow snapshot found. The run may have already completed or been cleaned up.", a.ID, runID)
	}
	// It can be resumed as any other from now on.
	if s.durables.get(runID) == nil {
		s.durables.begin(a.ID, runID)
	}
	w := c.sse()
	err = said("This workflow run was not active")
	if err := w.chunk(js.Obj("type", "error", "payload", js.Obj("error", js.Obj("message", err.Error(), "name", "Error", "stack", stackOf(err))))); err != nil {
		return err
	}
	return w.done()
}
