package mastra

import (
	"context"
	"io"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/stream"
)

var (
	opAgentsList     = get("AgentsList", "/agents")
	opAgentGet       = get("AgentGet", "/agents/{agentId}")
	opAgentGenerate  = post("AgentGenerate", "/agents/{agentId}/generate")
	opAgentStream    = post("AgentStream", "/agents/{agentId}/stream").sse(stream.EndDoneOrTerminal)
	opAgentUntilIdle = post("AgentStreamUntilIdle", "/agents/{agentId}/stream-until-idle").sse(stream.EndDone)
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
	return a.generate(ctx, request{op: opAgentGenerate, body: req, extra: req.Extra, context: req.RequestContext, opts: opts}, loop)
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
// With ClientTools the stream goes on in further exchanges, and stays one stream:
// the results of the tools are chunks between the answers of the model. An
// exchange that fails ends the stream with its error.
//
// POST /agents/{agentId}/stream, or stream-until-idle where UntilIdle is set.
// Repeated, before the stream is open, only where the server refused it unprocessed.
func (a *Agent) Stream(ctx context.Context, req AgentRequest, opts ...Option) (*AgentStream, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	loop, err := newToolLoop(a, req, opts)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, ask(req, opts), loop)
}

// ask is the request of a stream.
func ask(req AgentRequest, opts []Option) request {
	r := request{op: opAgentStream, body: req, extra: req.Extra, context: req.RequestContext, opts: opts}
	if idle := req.UntilIdle; idle != nil {
		req.UntilIdle = nil
		r.op, r.body = opAgentUntilIdle, untilIdleAsk{req, idle.MaxIdleMs}
	}
	return r
}

// untilIdleAsk: the route takes the limit beside the other fields.
type untilIdleAsk struct {
	AgentRequest
	MaxIdleMs int64 `json:"maxIdleMs,omitzero"`
}

// generate sends a request that is answered with a result, and goes on while the
// model calls client tools.
func (a *Agent) generate(ctx context.Context, r request, loop *toolLoop) (*AgentResult, error) {
	r.ids, r.extra = []string{a.id}, loop.extra(r.extra)
	res, err := callFor[AgentResult](ctx, a.c, r)
	if err != nil || loop == nil {
		return res, err
	}
	return loop.generateOn(ctx, res)
}

// open sends a request that is answered with a stream.
func (a *Agent) open(ctx context.Context, r request, loop *toolLoop) (*AgentStream, error) {
	r.ids, r.extra = []string{a.id}, loop.extra(r.extra)
	b := new(agentBuilder)
	h := hooks{OnChunk: b.add, OnEnd: func(err error) error { b.ended = true; return err }}
	if loop != nil {
		b.transcript = new(transcript)
		h.Continue = func(ctx context.Context, end error) (io.ReadCloser, error) { return loop.streamOn(ctx, b, end) }
	}
	s, err := a.c.open(ctx, r, h)
	if err != nil {
		return nil, err
	}
	return &AgentStream{Stream: s, b: b}, nil
}
