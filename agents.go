package mastra

import (
	"context"
	"net/url"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// AgentInfo is what the server says about an agent: see [gen.AgentInfo].
type AgentInfo = gen.AgentInfo

// Agents is the collection of the server's agents: see [Client.Agents].
type Agents struct{ c *Client }

// Agents lists what the server offers.
func (c *Client) Agents() Agents { return Agents{c} }

// List describes all agents, by key. The key works as an id.
//
// GET /agents. Safe to repeat, and repeated.
func (a Agents) List(ctx context.Context, opts ...Option) (map[string]AgentInfo, error) {
	return a.list(ctx, nil, opts)
}

// ListPartial is List without the input and output schemas of the agents' tools, which
// are most of the answer.
//
// GET /agents?partial=true. Safe to repeat, and repeated.
func (a Agents) ListPartial(ctx context.Context, opts ...Option) (map[string]AgentInfo, error) {
	return a.list(ctx, partial(), opts)
}

func (a Agents) list(ctx context.Context, query url.Values, opts []Option) (out map[string]AgentInfo, err error) {
	err = a.c.call(ctx, opts, call.Request{Op: route.AgentsList, Query: query}, &out)
	return out, err
}

// partial asks for a list without what is long.
func partial() url.Values { return url.Values{"partial": {"true"}} }

// Agent is a handle to one agent of the server, or to a version of it. It holds ids
// only.
type Agent struct {
	c       *Client
	id      string
	version AgentVersion
}

// Agent gives a handle to the agent with this id.
func (c *Client) Agent(id string) *Agent { return &Agent{c: c, id: id} }

// Version gives a handle to a version of the agent. The zero AgentVersion is the agent
// as it is in use.
//
//   - Get and PlanFile read that version, Clone copies it.
//   - Generate, Stream, Network and what is built on them run it, and so do
//     SendMessage, QueueMessage and SendSignal where they start a run. A run goes on in
//     the version that it was begun in: answer it with the handle that has begun it.
//   - Tool, Voice and Skill know no versions on the server: their calls are refused
//     before anything is sent, with an error that matches [ErrInvalidInput].
//   - The other calls are the same for all versions.
//
// The ID stands in the request context too, as "agentVersionId": durable agents and
// networks read it nowhere else. A Status alone is not read for these: Network and
// Clone are refused with it, and a durable agent runs what is published.
//
// A version that does not exist is no error of the server's: it takes the one that is
// published, or the agent as it is in the server's code. So does a server without an
// editor. GET /stored/agents/{agentId}/versions/{versionId} tells whether there is one.
func (a *Agent) Version(v AgentVersion) *Agent { return &Agent{a.c, a.id, v} }

// with is the agent as a call with these options works with it.
func (a *Agent) with(opts []Option) (*Agent, error) {
	c, err := a.c.with(opts)
	if err != nil {
		return nil, err
	}
	return &Agent{c, a.id, a.version}, nil
}

// quiet is the agent as work beside the call works with it.
func (a *Agent) quiet() *Agent { return &Agent{a.c.quiet(), a.id, a.version} }

// ID of the agent.
func (a *Agent) ID() string { return a.id }

// Get describes the agent. An unknown one matches [ErrNotFound].
//
// GET /agents/{agentId}. Safe to repeat, and repeated.
func (a *Agent) Get(ctx context.Context, opts ...Option) (*AgentInfo, error) {
	var p call.Params
	a.version.query(&p)
	info, err := callFor[AgentInfo](ctx, a.c, opts, call.Request{Op: route.AgentGet, IDs: []string{a.id}, Query: p.Values})
	if err == nil && info.ID == "" {
		info.ID = a.id // the server leaves it out here
	}
	return info, err
}

// pinned is a request for the handle's version.
func (a *Agent) pinned(req AgentRequest) AgentRequest {
	req.Versions, req.RequestContext = a.version.over(a.id, req.Versions), a.version.inContext(req.RequestContext)
	return req
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
func (a *Agent) Generate(ctx context.Context, req AgentRequest, opts ...Option) (res *AgentResult, err error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	a, err = a.with(opts)
	if err != nil {
		return nil, err
	}
	req = a.pinned(req)
	loop, err := newToolLoop(a, req)
	if err != nil {
		return nil, err
	}
	ctx, end := a.c.account(ctx, route.AgentGenerate, "", a.id)
	defer func() { end(err) }()
	res, err = a.generate(ctx, call.Request{Op: route.AgentGenerate, Body: req, Extra: req.Extra, Context: req.RequestContext}, loop)
	if res != nil && res.asked == nil {
		res.asked = req.Messages
	}
	return res, err
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
// The stream of a durable agent stays open while a call waits to be approved or answered:
// look for the chunk that says so ([stream.ToolCallApproval], [stream.ToolCallSuspended])
// and answer it from there. Result and Pending would wait for the end.
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
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	req = a.pinned(req)
	loop, err := newToolLoop(a, req)
	if err != nil {
		return nil, err
	}
	req = loop.begins(req)
	s, err := a.open(ctx, ask(req), loop)
	if err != nil {
		return nil, err
	}
	s.b.partial.asked = req.Messages
	return s, nil
}
