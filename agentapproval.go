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
	// afterwards, as in [AgentRequest]. With them the answer goes by the route of
	// [Agent.ResumeStream], as the server takes no client tools with an approval.
	// The run of a durable agent keeps those that it was begun with.
	ClientTools   []ClientTool `json:"-"`
	MaxToolRounds int          `json:"-"`
	// Memory as in the request that was suspended, for ClientTools only.
	Memory *MemoryRef `json:"-"`
	// Messages as in the request that was suspended ([AgentResult.Asked]). They are not
	// sent. [AgentResult.Conversation] begins with them, and the ClientTools of a durable
	// agent without Memory need them: of another one the server tells them.
	Messages Messages `json:"-"`
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
	// afterwards, as in [AgentRequest]. With them the answer goes by the route of
	// [Agent.ResumeStream], as the server takes no client tools with an approval.
	// The run of a durable agent keeps those that it was begun with.
	ClientTools   []ClientTool `json:"-"`
	MaxToolRounds int          `json:"-"`
	// Memory as in the request that was suspended, for ClientTools only.
	Memory *MemoryRef `json:"-"`
	// Messages as in the request that was suspended ([AgentResult.Asked]). They are not
	// sent. [AgentResult.Conversation] begins with them, and the ClientTools of a durable
	// agent without Memory need them: of another one the server tells them.
	Messages Messages `json:"-"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any `json:"-"`
}

// Approve lets a tool call that waits for approval run, and waits for the whole
// answer. A call that does not wait matches [ErrNotSuspended], or [ErrForbidden]
// where the run of a durable agent has ended.
//
// The run of a durable agent with a memory matches [ErrForbidden] too, but for servers
// whose auth maps users to resources. [Agent.Resume] with the Data
// map[string]any{"approved": true} does the same, on every server.
//
// The server may run the tool twice for two answers at the same moment. So a Client,
// with all that [Client.With] made of it, sends answers to one call one after the
// other: each waits until the first chunk or the error of the one before has come, or
// ctx ends. After one that was given up or lost, of which nothing tells whether the tool
// runs, the next waits for 10 s. Between several processes, or several calls of [New],
// and for tools that take longer, the program has to see to that.
//
// POST /agents/{agentId}/approve-tool-call-generate, or resume-stream where there are
// ClientTools. Never repeated once it was sent.
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
// POST /agents/{agentId}/approve-tool-call, or resume-stream where there are
// ClientTools. Never repeated once it was sent.
func (a *Agent) ApproveStream(ctx context.Context, req ApproveRequest, opts ...Option) (*AgentStream, error) {
	answer, err := a.approval(route.AgentApproveToolCall, req, opts)
	if err != nil {
		return nil, err
	}
	return answer.stream(ctx)
}

// Decline refuses a tool call that waits for approval, tells the model so, and waits
// for the whole answer. The errors are those of [Agent.Approve]; for a durable agent
// with a memory see there too: the Data is {"approved": false, "reason": "..."}.
//
// POST /agents/{agentId}/decline-tool-call-generate, or resume-stream where there are
// ClientTools. Never repeated once it was sent.
func (a *Agent) Decline(ctx context.Context, req DeclineRequest, opts ...Option) (*AgentResult, error) {
	answer, err := a.refusal(route.AgentDeclineToolCallGenerate, req, opts)
	if err != nil {
		return nil, err
	}
	return answer.wait(ctx)
}

// DeclineStream is Decline, and streams what follows.
//
// POST /agents/{agentId}/decline-tool-call, or resume-stream where there are
// ClientTools. Never repeated once it was sent.
func (a *Agent) DeclineStream(ctx context.Context, req DeclineRequest, opts ...Option) (*AgentStream, error) {
	answer, err := a.refusal(route.AgentDeclineToolCall, req, opts)
	if err != nil {
		return nil, err
	}
	return answer.stream(ctx)
}

func (a *Agent) approval(op route.Operation, req ApproveRequest, opts []Option) (*agentAnswer, error) {
	if err := decides(req.Pending, &req.RunID, &req.ToolCallID); err != nil {
		return nil, err
	}
	return a.decision(op, req, decision{RunID: req.RunID, ToolCallID: req.ToolCallID, Data: decided{Approved: true}}, AgentRequest{
		Messages: req.Messages, ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: req.Memory, Model: req.Model,
		RequestContext: req.RequestContext, Extra: req.Extra,
	}, opts)
}

func (a *Agent) refusal(op route.Operation, req DeclineRequest, opts []Option) (*agentAnswer, error) {
	if err := decides(req.Pending, &req.RunID, &req.ToolCallID); err != nil {
		return nil, err
	}
	return a.decision(op, req, decision{RunID: req.RunID, ToolCallID: req.ToolCallID, Data: decided{Reason: req.Reason}}, AgentRequest{
		Messages: req.Messages, ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: req.Memory, Model: req.Model,
		RequestContext: req.RequestContext, Extra: req.Extra,
	}, opts)
}

// decision is an approval or a refusal as the data that a run is resumed with.
type decision struct {
	RunID      string     `json:"runId"`
	ToolCallID string     `json:"toolCallId"`
	Data       decided    `json:"resumeData"`
	Model      string     `json:"model,omitzero"`
	Memory     *MemoryRef `json:"memory,omitempty"`
	// Versions picks the handle's.
	Versions *VersionOverrides `json:"versions,omitempty"`
}

type decided struct {
	Approved bool   `json:"approved"`
	Reason   string `json:"reason,omitzero"`
}

// decision sends an approval or a refusal by its own route; with client tools, which
// that one does not read, by the one that resumes. next is what a request that follows
// is made of.
func (a *Agent) decision(op route.Operation, body any, d decision, next AgentRequest, opts []Option) (*agentAnswer, error) {
	if len(next.ClientTools) > 0 {
		d.Model, d.Memory, d.Versions = next.Model, next.Memory, a.version.over(a.id, nil)
		op, body = route.AgentResumeStream, d
	}
	return a.answer(op, body, waits{a.id, d.RunID, d.ToolCallID}, next, opts)
}

// agentAnswer answers a tool call that waits, and goes on with what follows.
type agentAnswer struct {
	agent   *Agent
	request call.Request
	loop    *toolLoop
	waits   waits
	asked   Messages // by the request that was suspended, where they are known
}

func (a *Agent) answer(op route.Operation, body any, to waits, next AgentRequest, opts []Option) (*agentAnswer, error) {
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	next = a.pinned(next)
	loop, err := newToolLoop(a, next)
	if err != nil {
		return nil, err
	}
	if loop != nil {
		loop.resumed = true
	}
	r := call.Request{Op: op, Body: body, Extra: next.Extra, Context: next.RequestContext}
	return &agentAnswer{a, r, loop, to, next.Messages}, nil
}

// wait is for an operation that is answered with a result, or with a stream that is
// read to its end.
func (q *agentAnswer) wait(ctx context.Context) (res *AgentResult, err error) {
	ctx, end := q.agent.c.account(ctx, q.request.Op, q.waits.run, q.agent.id)
	defer func() { end(err) }()
	if q.request.Op.Stream != nil {
		s, err := q.stream(ctx)
		if err != nil {
			return nil, err
		}
		return s.Result()
	}
	t, err := turnOf(ctx, q.agent.c.cfg(), q.waits)
	if err != nil {
		return nil, err
	}
	defer func() { t.failed(ctx, err) }() // also where a function of the caller's panics
	res, err = q.agent.generate(ctx, q.request, q.loop)
	if res != nil && res.asked == nil {
		res.asked = q.asked
	}
	return res, err
}

// stream is for one that is answered with a stream.
func (q *agentAnswer) stream(ctx context.Context) (*AgentStream, error) {
	t, err := turnOf(ctx, q.agent.c.cfg(), q.waits)
	if err != nil {
		return nil, err
	}
	if q.loop != nil {
		q.loop.owner.owns(q.waits.run)
	}
	s, err := q.agent.openIn(ctx, q.request, q.loop, t.leaves)
	if err != nil {
		if q.loop != nil {
			q.loop.owner.leaves()
		}
		t.failed(ctx, err)
		return nil, err
	}
	s.b.partial.asked = q.asked
	return s, nil
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
