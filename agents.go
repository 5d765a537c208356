package mastra

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/stream"
)

var (
	opAgentsList      = get("AgentsList", "/agents")
	opAgentGet        = get("AgentGet", "/agents/{agentId}")
	opAgentGenerate   = post("AgentGenerate", "/agents/{agentId}/generate")
	opAgentStream     = post("AgentStream", "/agents/{agentId}/stream").sse(stream.EndDoneOrTerminal)
	opAgentResume     = post("AgentResumeStream", "/agents/{agentId}/resume-stream").sse(stream.EndDoneOrTerminal)
	opAgentUntilIdle  = post("AgentStreamUntilIdle", "/agents/{agentId}/stream-until-idle").sse(stream.EndDone)
	opResumeUntilIdle = post("AgentResumeStreamUntilIdle", "/agents/{agentId}/resume-stream-until-idle").sse(stream.EndDone)
	opAgentApprove    = post("AgentApproveToolCall", "/agents/{agentId}/approve-tool-call").sse(stream.EndDoneOrTerminal)
	opAgentDecline    = post("AgentDeclineToolCall", "/agents/{agentId}/decline-tool-call").sse(stream.EndDoneOrTerminal)
	opApproveGenerate = post("AgentApproveToolCallGenerate", "/agents/{agentId}/approve-tool-call-generate")
	opDeclineGenerate = post("AgentDeclineToolCallGenerate", "/agents/{agentId}/decline-tool-call-generate")
)

// AgentInfo is what the server says about an agent.
type AgentInfo = gen.AgentInfo

// Agents is the collection of the server's agents: see [Client.Agents].
type Agents struct{ c *Client }

// Agents lists what the server offers.
func (c *Client) Agents() Agents { return Agents{c} }

// List describes all agents, by key. The key works as an id.
//
// GET /agents. Safe to repeat, and repeated.
func (a Agents) List(ctx context.Context, opts ...Option) (map[string]AgentInfo, error) {
	var out map[string]AgentInfo
	err := a.c.call(ctx, request{op: opAgentsList, opts: opts}, &out)
	return out, err
}

// Agent is a handle to one agent of the server. It holds the id only.
type Agent struct {
	c  *Client
	id string
}

// Agent gives a handle to the agent with this id.
func (c *Client) Agent(id string) *Agent { return &Agent{c, id} }

// ID of the agent.
func (a *Agent) ID() string { return a.id }

// Get describes the agent. An unknown one matches [ErrNotFound].
//
// GET /agents/{agentId}. Safe to repeat, and repeated.
func (a *Agent) Get(ctx context.Context, opts ...Option) (*AgentInfo, error) {
	info, err := callFor[AgentInfo](ctx, a.c, request{op: opAgentGet, ids: []string{a.id}, opts: opts})
	if err == nil && info.ID == "" {
		info.ID = a.id // the server leaves it out here
	}
	return info, err
}

// Generate runs the agent and waits for its whole answer. Bound it with ctx: the
// server sends nothing until the agent is done, and gives up after its own limit,
// 180 s if not configured otherwise ([ErrTimeout]; the run goes on).
//
// No error does not mean that the agent has answered: see [AgentResult.Err] for a
// tripwire, [AgentResult.Pending] for a tool call that waits. A model that fails
// matches [ErrServer], an unknown agent [ErrNotFound], a thread of another
// resource [ErrForbidden].
//
// With ClientTools the call is several exchanges. When one of them fails, what
// came before is returned together with its error.
//
// POST /agents/{agentId}/generate. Repeated only where the server refused it
// unprocessed; any other failure after it was sent matches [ErrOutcomeUnknown].
func (a *Agent) Generate(ctx context.Context, req AgentRequest, opts ...Option) (*AgentResult, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	loop, err := newToolLoop(a, req, opts)
	if err != nil {
		return nil, err
	}
	res, err := a.generate(ctx, request{op: opAgentGenerate, body: req, extra: loop.extra(req.Extra), context: req.RequestContext, opts: opts})
	if err != nil || loop == nil {
		return res, err
	}
	return loop.generateOn(ctx, res)
}

// Stream runs the agent and streams its answer. It blocks until the response
// headers are there. Cancelling ctx, or closing the stream, makes the server stop
// the run.
//
//	s, err := client.Agent("assistant").Stream(ctx, mastra.AgentRequest{Messages: mastra.Prompt("Tell me a story")})
//	if err != nil {
//		return err
//	}
//	defer s.Close()
//	for text, err := range s.Text() {
//		...
//	}
//	res, err := s.Result()
//
// POST /agents/{agentId}/stream, or stream-until-idle where UntilIdle is set.
// Repeated, before the stream is open, only where
// the server refused it unprocessed.
func (a *Agent) Stream(ctx context.Context, req AgentRequest, opts ...Option) (*AgentStream, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	r := request{op: opAgentStream, body: req, extra: req.Extra, context: req.RequestContext, opts: opts}
	if idle := req.UntilIdle; idle != nil {
		req.UntilIdle = nil
		r.op, r.body = opAgentUntilIdle, untilIdleAsk{req, idle.MaxIdleMs}
	}
	return a.open(ctx, r)
}

// ApproveToolCall lets a tool call that waits for approval run, and streams what
// follows. A call that does not wait matches [ErrNotSuspended].
//
// POST /agents/{agentId}/approve-tool-call. Never repeated once it was sent.
func (a *Agent) ApproveToolCall(ctx context.Context, req ApproveRequest, opts ...Option) (*AgentStream, error) {
	r, err := approval(opAgentApprove, req, opts)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, r)
}

// ApproveToolCallGenerate is ApproveToolCall for the whole answer at once.
//
// POST /agents/{agentId}/approve-tool-call-generate. Never repeated once it was sent.
func (a *Agent) ApproveToolCallGenerate(ctx context.Context, req ApproveRequest, opts ...Option) (*AgentResult, error) {
	r, err := approval(opApproveGenerate, req, opts)
	if err != nil {
		return nil, err
	}
	return a.generate(ctx, r)
}

// DeclineToolCall refuses a tool call that waits for approval, tells the model
// so, and streams what follows. A call that does not wait matches [ErrNotSuspended].
//
// POST /agents/{agentId}/decline-tool-call. Never repeated once it was sent.
func (a *Agent) DeclineToolCall(ctx context.Context, req DeclineRequest, opts ...Option) (*AgentStream, error) {
	r, err := refusal(opAgentDecline, req, opts)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, r)
}

// DeclineToolCallGenerate is DeclineToolCall for the whole answer at once.
//
// POST /agents/{agentId}/decline-tool-call-generate. Never repeated once it was sent.
func (a *Agent) DeclineToolCallGenerate(ctx context.Context, req DeclineRequest, opts ...Option) (*AgentResult, error) {
	r, err := refusal(opDeclineGenerate, req, opts)
	if err != nil {
		return nil, err
	}
	return a.generate(ctx, r)
}

// ResumeStream answers a tool that has suspended the run, and streams what
// follows. A run that is not suspended matches [ErrNotSuspended].
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
	r := request{op: opAgentResume, body: req, extra: req.Extra, context: req.RequestContext, opts: opts}
	if idle := req.UntilIdle; idle != nil {
		req.UntilIdle = nil
		r.op, r.body = opResumeUntilIdle, untilIdleResume{req, idle.MaxIdleMs}
	}
	return a.open(ctx, r)
}

// The routes that stream until idle take the limit beside the other fields.
type (
	untilIdleAsk struct {
		AgentRequest
		MaxIdleMs int64 `json:"maxIdleMs,omitzero"`
	}
	untilIdleResume struct {
		AgentResumeRequest
		MaxIdleMs int64 `json:"maxIdleMs,omitzero"`
	}
)

func approval(op operation, req ApproveRequest, opts []Option) (request, error) {
	return request{op: op, body: req, extra: req.Extra, context: req.RequestContext, opts: opts}, checkCall(req.RunID, req.ToolCallID)
}

func refusal(op operation, req DeclineRequest, opts []Option) (request, error) {
	return request{op: op, body: req, extra: req.Extra, context: req.RequestContext, opts: opts}, checkCall(req.RunID, req.ToolCallID)
}

func (a *Agent) generate(ctx context.Context, r request) (*AgentResult, error) {
	r.ids = []string{a.id}
	return callFor[AgentResult](ctx, a.c, r)
}

func (a *Agent) open(ctx context.Context, r request) (*AgentStream, error) {
	r.ids = []string{a.id}
	b := new(agentBuilder)
	s, err := a.c.open(ctx, r, func(o *stream.Options) {
		o.OnChunk = b.add
		o.OnEnd = func(err error) error { b.ended = true; return err }
	})
	if err != nil {
		return nil, err
	}
	return &AgentStream{Stream: s, b: b}, nil
}
