package mastra

import (
	"context"

	"github.com/mastra-go/mastra/internal/route"
)

// ResumeAgentRequest answers a tool that has suspended the run.
type ResumeAgentRequest struct {
	// Pending is what is answered, as [AgentResult.Pending] gave it, perhaps in
	// another process.
	Pending *Pending `json:"-"`
	// RunID and ToolCallID say so where there is no Pending. ToolCallID may be empty
	// where only one call waits.
	RunID      string `json:"runId"`
	ToolCallID string `json:"toolCallId,omitzero"`
	// Data is encoded as JSON and must fit the tool's resume schema: data that
	// does not is told to the model as the tool's failure, and the suspension is
	// used up. It may not be nil.
	Data any `json:"resumeData"`
	// Memory as in the request that was suspended.
	Memory *MemoryRef `json:"memory,omitempty"`
	// MaxSteps bounds the model calls of the run; 0 leaves it to the agent.
	MaxSteps int             `json:"maxSteps,omitzero"`
	Tracing  *TracingOptions `json:"tracingOptions,omitempty"`
	// UntilIdle keeps a stream open until the background tasks of the run have ended.
	UntilIdle *UntilIdle `json:"untilIdle,omitempty"`
	// ClientTools, and how often they are run, are for what the model calls
	// afterwards, as in [AgentRequest]. The run of a durable agent keeps those that it
	// was begun with.
	ClientTools   []ClientTool `json:"-"`
	MaxToolRounds int          `json:"-"`
	// Messages as in the request that was suspended ([AgentResult.Asked]). They are not
	// sent. [AgentResult.Conversation] begins with them, and the ClientTools of a durable
	// agent without Memory need them: of another one the server tells them.
	Messages Messages `json:"-"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any `json:"-"`
}

// Resume answers a tool that has suspended the run, and waits for the whole answer.
// A run that is not suspended matches [ErrNotSuspended]; one of a durable agent that
// has just ended gives a *[RunError]. With an error that came after the answer had
// begun, what came before is returned too. Answers to one call go one after the other,
// as with [Agent.Approve].
//
// The server has no route that waits: the answer is read from a stream.
//
// POST /agents/{agentId}/resume-stream, or resume-stream-until-idle where UntilIdle
// is set. Never repeated once it was sent: data that does not fit uses the
// suspension up.
func (a *Agent) Resume(ctx context.Context, req ResumeAgentRequest, opts ...Option) (*AgentResult, error) {
	answer, err := a.resumption(req, opts)
	if err != nil {
		return nil, err
	}
	return answer.wait(ctx)
}

// ResumeStream is Resume, and streams what follows. The error of a run that has just
// ended stands at the end of the stream.
//
// POST /agents/{agentId}/resume-stream, or resume-stream-until-idle where UntilIdle
// is set. Never repeated once it was sent.
func (a *Agent) ResumeStream(ctx context.Context, req ResumeAgentRequest, opts ...Option) (*AgentStream, error) {
	answer, err := a.resumption(req, opts)
	if err != nil {
		return nil, err
	}
	return answer.stream(ctx)
}

func (a *Agent) resumption(req ResumeAgentRequest, opts []Option) (*agentAnswer, error) {
	if err := pendingIDs(req.Pending, &req.RunID, &req.ToolCallID); err != nil {
		return nil, err
	}
	if req.Data == nil {
		return nil, refuse("ResumeAgentRequest.Data is nil; the tool would suspend again")
	}
	if err := checkLimits(req.MaxSteps, req.UntilIdle); err != nil {
		return nil, err
	}
	op, body := route.AgentResumeStream, resumeAgentBody{ResumeAgentRequest: req, Versions: a.version.over(a.id, nil)}
	if idle := req.UntilIdle; idle != nil {
		op, body.UntilIdle, body.MaxIdle = route.AgentResumeStreamUntilIdle, nil, idle.milliseconds()
	}
	return a.answer(op, body, waits{a.id, req.RunID, req.ToolCallID}, AgentRequest{
		Messages: req.Messages, ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: req.Memory,
		MaxSteps: req.MaxSteps, Tracing: req.Tracing, UntilIdle: req.UntilIdle, RequestContext: req.RequestContext, Extra: req.Extra,
	}, opts)
}

// resumeAgentBody is what the server reads; until idle, the limit stands beside
// the other fields.
type resumeAgentBody struct {
	ResumeAgentRequest
	MaxIdle int64 `json:"maxIdleMs,omitzero"`
	// Versions picks the handle's.
	Versions *VersionOverrides `json:"versions,omitempty"`
}
