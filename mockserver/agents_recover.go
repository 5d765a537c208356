package mockserver

// recoverAgent would run on what a crash has cut off, but no run is one that it
// can: one that waits is told to be no such run and waits on, and of one that was
// cut off too little is stored.
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
	kept := s.agents.get(runID)
	if kept == nil && s.durables.isStored(runID) {
		return said("DurableAgent %q recover(%s): persisted snapshot does not contain a durable-agent workflow input.", a.ID, runID)
	}
	if kept == nil || kept.agentID != a.ID {
		return said("DurableAgent %q recover(%s): no persisted workflow snapshot found. The run may have already completed or been cleaned up.", a.ID, runID)
	}
	// It can be resumed as any other from now on.
	s.durables.join(a.ID, runID)
	return c.durableFailure("This workflow run was not active")
}
