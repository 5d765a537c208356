package mastra

import (
	"context"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// ApproveRequest approves a tool call that waits.
type ApproveRequest struct {
	// Pending is what is answered, as [AgentResult.Pending] gave it, perhaps in
	// another process.
	Pending *Pending `json:"-"`
	// RunID and ToolCallID say so where there is no Pending.
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
	// Pending is what is answered, as [AgentResult.Pending] gave it, perhaps in
	// another process.
	Pending *Pending `json:"-"`
	// RunID and ToolCallID say so where there is no Pending.
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

// Approve lets a tool call that waits for approval run, and waits for the whole
// answer. A call that does not wait matches [ErrNotSuspended], or [ErrForbidden]
// where the run of a durable agent has ended.
//
// The server may run the tool twice for two answers at the same moment. So a Client,
// with all that [Client.With] made of it, sends answers to one call one after the
// other: each waits until the first chunk or the error of the one before has come, or
// ctx ends. Between several processes, or several calls of [New], the program has to
// see to that.
//
// POST /agents/{agentId}/approve-tool-call-generate. Never repeated once it was sent.
func (a *Agent) Approve(ctx context.Context, req ApproveRequest, opts ...Option) (*AgentResult, error) {
	answer, err := a.approval(route.AgentApproveToolCallGenerate, req, opts)
	if err != nil {
		return nil, err
	}
	return answer.wait(ctx)
}

// ApproveStream is Approve, and streams what follows. The next answer to the same call
// goes out when the first chunk has been read, or the stream was closed.
//
// POST /agents/{agentId}/approve-tool-call. Never repeated once it was sent.
func (a *Agent) ApproveStream(ctx context.Context, req ApproveRequest, opts ...Option) (*AgentStream, error) {
	answer, err := a.approval(route.AgentApproveToolCall, req, opts)
	if err != nil {
		return nil, err
	}
	return answer.stream(ctx)
}

// Decline refuses a tool call that waits for approval, tells the model so, and waits
// for the whole answer. A call that does not wait matches [ErrNotSuspended], or
// [ErrForbidden] where the run of a durable agent has ended.
//
// POST /agents/{agentId}/decline-tool-call-generate. Never repeated once it was sent.
func (a *Agent) Decline(ctx context.Context, req DeclineRequest, opts ...Option) (*AgentResult, error) {
	answer, err := a.refusal(route.AgentDeclineToolCallGenerate, req, opts)
	if err != nil {
		return nil, err
	}
	return answer.wait(ctx)
}

// DeclineStream is Decline, and streams what follows.
//
// POST /agents/{agentId}/decline-tool-call. Never repeated once it was sent.
func (a *Agent) DeclineStream(ctx context.Context, req DeclineRequest, opts ...Option) (*AgentStream, error) {
	answer, err := a.refusal(route.AgentDeclineToolCall, req, opts)
	if err != nil {
		return nil, err
	}
	return answer.stream(ctx)
}

func (a *Agent) approval(op route.Operation, req ApproveRequest, opts []Option) (*agentAnswer, error) {
	err := decides(req.Pending, &req.RunID, &req.ToolCallID)
	if err != nil {
		return nil, err
	}
	return a.answer(op, req, req.Extra, req.RunID, req.ToolCallID, AgentRequest{
		ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: req.Memory, Model: req.Model, RequestContext: req.RequestContext,
	}, opts)
}

func (a *Agent) refusal(op route.Operation, req DeclineRequest, opts []Option) (*agentAnswer, error) {
	err := decides(req.Pending, &req.RunID, &req.ToolCallID)
	if err != nil {
		return nil, err
	}
	return a.answer(op, req, req.Extra, req.RunID, req.ToolCallID, AgentRequest{
		ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: req.Memory, Model: req.Model, RequestContext: req.RequestContext,
	}, opts)
}

// agentAnswer answers a tool call that waits, and goes on with what follows.
type agentAnswer struct {
	agent   *Agent
	request call.Request
	loop    *toolLoop
	waits   waits
}

func (a *Agent) answer(op route.Operation, body any, extra map[string]any, runID, toolCallID string, next AgentRequest, opts []Option) (*agentAnswer, error) {
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	loop, err := newToolLoop(a, next)
	if err != nil {
		return nil, err
	}
	r := call.Request{Op: op, Body: body, Extra: extra, Context: next.RequestContext}
	return &agentAnswer{a, r, loop, waits{a.id, runID, toolCallID}}, nil
}

// wait is for an operation that is answered with a result.
func (q *agentAnswer) wait(ctx context.Context) (*AgentResult, error) {
	leave, err := alone(ctx, q.agent.c.cfg().answers, q.waits)
	if err != nil {
		return nil, err
	}
	defer leave()
	return q.agent.generate(ctx, q.request, q.loop)
}

// stream is for one that is answered with a stream.
func (q *agentAnswer) stream(ctx context.Context) (*AgentStream, error) {
	leave, err := alone(ctx, q.agent.c.cfg().answers, q.waits)
	if err != nil {
		return nil, err
	}
	return q.agent.openAlone(ctx, q.request, q.loop, leave)
}

// decides checks what an approval or a refusal names, and takes it from a Pending.
func decides(p *Pending, runID, toolCallID *string) error {
	if err := approves(p, runID, toolCallID); err != nil {
		return err
	}
	if *toolCallID == "" {
		return refuse("no tool call is named: give the Pending, or RunID and ToolCallID")
	}
	return nil
}

// approves is decides where the call need not be named.
func approves(p *Pending, runID, toolCallID *string) error {
	if p != nil && p.Kind == PendingSuspended {
		return refuse("that Pending waits for an answer, not for an approval; use Resume")
	}
	return pendingIDs(p, runID, toolCallID)
}

// pendingIDs takes the ids from a Pending, where there is one.
func pendingIDs(p *Pending, runID, toolCallID *string) error {
	if p != nil {
		switch {
		case p.Kind == PendingClientTool:
			return refuse("that Pending waits for a client tool; send its result as a ToolMessage")
		case *runID != "" && *runID != p.RunID || *toolCallID != "" && *toolCallID != p.ToolCallID:
			return refuse("the request names another call than its Pending does")
		}
		*runID, *toolCallID = p.RunID, p.ToolCallID
	}
	if *runID == "" {
		return refuse("no run is named: give the Pending, or RunID and ToolCallID")
	}
	return nil
}
