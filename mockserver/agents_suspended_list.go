package mockserver

import (
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// suspendedRuns lists the runs of an agent that wait, newest first.
func (s *Server) suspendedRuns(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	threadID, resource := c.query.Str("threadId"), c.query.Str("resourceId")
	if threadID != "" {
		if a.Memory == nil {
			return forbidden("Access denied: agent has no memory configured to validate thread ownership")
		}
		t := s.memory.thread(threadID)
		if t == nil {
			return forbidden("Access denied: thread not found")
		}
		if err := checkOwner(t, resource); err != nil {
			return err
		}
	}
	from, hasFrom := c.query.Get("fromDate").(time.Time)
	to, hasTo := c.query.Get("toDate").(time.Time)
	list := s.agents.list(func(run *suspendedRun) bool {
		return run.agentID == a.ID && (threadID == "" || run.threadID == threadID) && (resource == "" || run.resourceID == resource) &&
			(!hasFrom || !run.at.Before(from)) && (!hasTo || !run.at.After(to))
	})
	total := len(list)
	// Without a size there is no page, and without a page no size.
	page, hasPage := c.query.Num("page")
	perPage, hasSize := c.query.Num("perPage")
	if hasPage && hasSize {
		start, end := window(page, perPage, total)
		list = list[start:end]
	}
	runs := []any{}
	for _, run := range list {
		runs = append(runs, run.json(a))
	}
	return c.json(js.Obj("runs", runs, "total", total))
}

func (run *suspendedRun) json(a *Agent) *js.Object {
	p := run.pending
	asked, approval := p.asks()
	o := js.Obj("toolCallId", p.call.id, "toolName", asked.name)
	if approval && !a.Durable {
		o.Set("args", asked.args).Set("requiresApproval", true)
	} else {
		o.Set("requiresApproval", false).Set("suspendPayload", js.When(!approval, p.payload))
	}
	return js.Obj("runId", run.runID, "status", "suspended", "threadId", js.Opt(run.threadID), "resourceId", js.Opt(run.resourceID),
		"suspendedAt", js.ISO(run.at), "toolCalls", []any{o})
}
