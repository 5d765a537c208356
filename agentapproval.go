package mastra

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// ApproveRequest approves a tool call that waits.
type ApproveRequest struct {
	// RunID and ToolCallID stand in the [Pending] that is answered.
	RunID      string `json:"runId"`
	ToolCallID string `json:"toolCallId"`
	// Model is another model to go on with, as "provider/model".
	Model string `json:"model,omitzero"`
	// ClientTools, and how often they are run, are for what the model calls
	// afterwards, as in [AgentRequest].
	ClientTools   []ClientTool `json:"-"`
	MaxToolRounds int          `json:"-"`
	// Memory as in the request that was suspended. It is needed for ClientTools
	// only: without it, their results are sent with the conversation as the server
	// last told it.
	Memory *MemoryRef `json:"-"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any `json:"-"`
}

// DeclineRequest declines a tool call that waits.
type DeclineRequest struct {
	// RunID and ToolCallID stand in the [Pending] that is answered.
	RunID      string `json:"runId"`
	ToolCallID string `json:"toolCallId"`
	// Reason is told to the model.
	Reason string `json:"reason,omitzero"`
	// Model is another model to go on with, as "provider/model".
	Model string `json:"model,omitzero"`
	// ClientTools, and how often they are run, are for what the model calls
	// afterwards, as in [AgentRequest].
	ClientTools   []ClientTool `json:"-"`
	MaxToolRounds int          `json:"-"`
	// Memory as in the request that was suspended. It is needed for ClientTools
	// only: without it, their results are sent with the conversation as the server
	// last told it.
	Memory *MemoryRef `json:"-"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any `json:"-"`
}

// AgentResumeRequest answers a tool that has suspended the run.
type AgentResumeRequest struct {
	// RunID and ToolCallID stand in the [Pending] that is answered. ToolCallID may
	// be empty where only one call waits.
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
	// afterwards, as in [AgentRequest].
	ClientTools   []ClientTool `json:"-"`
	MaxToolRounds int          `json:"-"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any `json:"-"`
}

// ApproveToolCall lets a tool call that waits for approval run, and streams what
// follows. A call that does not wait matches [ErrNotSuspended], or [ErrForbidden]
// where the run of a durable agent has ended.
//
// POST /agents/{agentId}/approve-tool-call. Never repeated once it was sent.
func (a *Agent) ApproveToolCall(ctx context.Context, req ApproveRequest, opts ...Option) (*AgentStream, error) {
	a, r, loop, err := a.approval(route.AgentApproveToolCall, req, opts)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, r, loop)
}

// ApproveToolCallGenerate is ApproveToolCall for the whole answer at once.
//
// POST /agents/{agentId}/approve-tool-call-generate. Never repeated once it was sent.
func (a *Agent) ApproveToolCallGenerate(ctx context.Context, req ApproveRequest, opts ...Option) (*AgentResult, error) {
	a, r, loop, err := a.approval(route.AgentApproveToolCallGenerate, req, opts)
	if err != nil {
		return nil, err
	}
	return a.generate(ctx, r, loop)
}

// DeclineToolCall refuses a tool call that waits for approval, tells the model
// so, and streams what follows. A call that does not wait matches
// [ErrNotSuspended], or [ErrForbidden] where the run of a durable agent has ended.
//
// POST /agents/{agentId}/decline-tool-call. Never repeated once it was sent.
func (a *Agent) DeclineToolCall(ctx context.Context, req DeclineRequest, opts ...Option) (*AgentStream, error) {
	a, r, loop, err := a.refusal(route.AgentDeclineToolCall, req, opts)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, r, loop)
}

// DeclineToolCallGenerate is DeclineToolCall for the whole answer at once.
//
// POST /agents/{agentId}/decline-tool-call-generate. Never repeated once it was sent.
func (a *Agent) DeclineToolCallGenerate(ctx context.Context, req DeclineRequest, opts ...Option) (*AgentResult, error) {
	a, r, loop, err := a.refusal(route.AgentDeclineToolCallGenerate, req, opts)
	if err != nil {
		return nil, err
	}
	return a.generate(ctx, r, loop)
}

// ResumeStream answers a tool that has suspended the run, and streams what
// follows. A run that is not suspended matches [ErrNotSuspended]; one of a durable
// agent that has just ended gives a stream that ends with a *[RunError].
//
// POST /agents/{agentId}/resume-stream, or resume-stream-until-idle where
// UntilIdle is set. Never repeated once it was sent: data that does not fit uses
// the suspension up.
func (a *Agent) ResumeStream(ctx context.Context, req AgentResumeRequest, opts ...Option) (*AgentStream, error) {
	switch {
	case req.RunID == "":
		return nil, errors.New("mastra: AgentResumeRequest.RunID is empty")
	case req.Data == nil:
		return nil, errors.New("mastra: AgentResumeRequest.Data is nil; the tool would suspend again")
	}
	if err := checkLimits(req.MaxSteps, req.UntilIdle); err != nil {
		return nil, err
	}
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	loop, err := newToolLoop(a, AgentRequest{
		ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: req.Memory, RequestContext: req.RequestContext,
	})
	if err != nil {
		return nil, err
	}
	body := resumeAgentBody{AgentResumeRequest: req}
	r := call.Request{Op: route.AgentResumeStream, Extra: req.Extra, Context: req.RequestContext}
	if idle := req.UntilIdle; idle != nil {
		r.Op, body.UntilIdle, body.MaxIdleMs = route.AgentResumeStreamUntilIdle, nil, idle.MaxIdleMs
	}
	r.Body = body
	return a.open(ctx, r, loop)
}

// resumeAgentBody is what the server reads; until idle, the limit stands beside
// the other fields.
type resumeAgentBody struct {
	AgentResumeRequest
	MaxIdleMs int64 `json:"maxIdleMs,omitzero"`
}

func (a *Agent) approval(op route.Operation, req ApproveRequest, opts []Option) (*Agent, call.Request, *toolLoop, error) {
	return a.answer(op, req.RunID, req.ToolCallID, req, req.Extra, AgentRequest{
		ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: req.Memory, Model: req.Model, RequestContext: req.RequestContext,
	}, opts)
}

func (a *Agent) refusal(op route.Operation, req DeclineRequest, opts []Option) (*Agent, call.Request, *toolLoop, error) {
	return a.answer(op, req.RunID, req.ToolCallID, req, req.Extra, AgentRequest{
		ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: req.Memory, Model: req.Model, RequestContext: req.RequestContext,
	}, opts)
}

// answer is the request that answers a tool call, and the loop that goes on with
// what follows.
func (a *Agent) answer(op route.Operation, runID, toolCallID string, body any, extra map[string]any, next AgentRequest, opts []Option) (*Agent, call.Request, *toolLoop, error) {
	var r call.Request
	if err := checkCall(runID, toolCallID); err != nil {
		return nil, r, nil, err
	}
	a, err := a.with(opts)
	if err != nil {
		return nil, r, nil, err
	}
	loop, err := newToolLoop(a, next)
	return a, call.Request{Op: op, Body: body, Extra: extra, Context: next.RequestContext}, loop, err
}

func checkCall(runID, toolCallID string) error {
	if runID == "" {
		return errors.New("mastra: the run id is empty")
	}
	if toolCallID == "" {
		return errors.New("mastra: the tool call id is empty")
	}
	return nil
}
