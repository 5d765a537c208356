package mastra

import (
	"slices"

	"github.com/mastra-go/mastra/internal/call"
)

// Those who follow a thread are told of every run that streams on it, also of those that
// Stream, ApproveStream and their like have asked for. The client tools of these belong
// to whoever has asked: a client's subscriptions leave them alone.

// toolsOf are the client tools that a run waits for.
func toolsOf(runID string) waits { return waits{run: runID, toolCall: "client tools"} }

// begins claims the run that a request for a stream is about to begin. It gives it an id
// for that: followers may be told of the run before its own stream is read.
func (l *toolLoop) begins(req AgentRequest) AgentRequest {
	if l == nil || req.Memory == nil {
		return req
	}
	if req.RunID == "" {
		req.RunID = call.NewID()
	}
	l.owns(req.RunID)
	return req
}

// owns claims a run whose stream is about to be opened.
func (l *toolLoop) owns(runID string) {
	if l == nil {
		return
	}
	own := toolsOf(runID)
	l.agent.c.cfg().answers.claim(own)
	l.owned.Store(&own)
}

// leaves gives up the run of a stream that nobody reads any more: if it goes on, that is
// told to those who follow the thread.
func (l *toolLoop) leaves() {
	if l == nil {
		return
	}
	if own := l.owned.Load(); own != nil {
		l.agent.c.cfg().answers.unclaim(*own)
	}
}

// suspended tells whether a run waits to be approved or answered.
func (r *AgentResult) suspended() bool {
	return slices.ContainsFunc(r.pending, func(p Pending) bool { return p.Kind != PendingClientTool })
}
