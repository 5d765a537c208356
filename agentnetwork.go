package mastra

import (
	"context"
	"encoding/json"
	"iter"
	"slices"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/internal/veil"
	"github.com/mastra-go/mastra/internal/wtf8"
	"github.com/mastra-go/mastra/stream"
)

// Network lets the agent route the task to its sub-agents, workflows and tools until
// it is done, and waits for what it came to. The request needs Memory; ClientTools
// are refused. No error does not mean that there is a result: see
// [NetworkResult.Err]. With an error that came after the network had begun, what came
// before is returned too.
//
// The server has no route that waits: the result is read from a stream.
//
// POST /agents/{agentId}/network. Repeated only where the server refused it
// unprocessed; any other failure after it was sent matches [ErrOutcomeUnknown].
func (a *Agent) Network(ctx context.Context, req AgentRequest, opts ...Option) (res *NetworkResult, err error) {
	a, err = a.with(opts)
	if err != nil {
		return nil, err
	}
	ctx, end := a.c.account(ctx, route.AgentNetwork, "", a.id)
	defer func() { end(err) }()
	s, err := a.NetworkStream(ctx, req)
	if err != nil {
		return nil, err
	}
	return s.Result()
}

// NetworkStream is Network, and streams what happens.
//
// POST /agents/{agentId}/network. Repeated, before the stream is open, only where
// the server refused it unprocessed.
func (a *Agent) NetworkStream(ctx context.Context, req AgentRequest, opts ...Option) (*NetworkStream, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	if err := noClientTools(req.ClientTools); err != nil {
		return nil, err
	}
	req.Versions = a.version.over(a.id, req.Versions)
	return a.network(ctx, opts, nil, call.Request{Op: route.AgentNetwork, Body: req, Extra: req.Extra, Context: req.RequestContext})
}

// ApproveNetworkStream lets the tool call that a network's run waits for run.
// Beware: a run that does not wait is answered with an empty stream, and an
// approval that is given again runs the tool again.
//
// POST /agents/{agentId}/approve-network-tool-call. Never repeated once it was sent.
func (a *Agent) ApproveNetworkStream(ctx context.Context, req ApproveRequest, opts ...Option) (*NetworkStream, error) {
	if err := approves(req.Pending, &req.RunID, &req.ToolCallID); err != nil {
		return nil, err
	}
	if err := noClientTools(req.ClientTools); err != nil {
		return nil, err
	}
	return a.network(ctx, opts, &waits{a.id, req.RunID, req.ToolCallID}, call.Request{Op: route.AgentApproveNetworkToolCall, Body: req, Extra: req.Extra, Context: req.RequestContext})
}

// DeclineNetworkStream refuses the tool call that a network's run waits for.
// Beware: a run that does not wait is answered with an empty stream.
//
// POST /agents/{agentId}/decline-network-tool-call. Never repeated once it was sent.
func (a *Agent) DeclineNetworkStream(ctx context.Context, req DeclineRequest, opts ...Option) (*NetworkStream, error) {
	if err := approves(req.Pending, &req.RunID, &req.ToolCallID); err != nil {
		return nil, err
	}
	if err := noClientTools(req.ClientTools); err != nil {
		return nil, err
	}
	return a.network(ctx, opts, &waits{a.id, req.RunID, req.ToolCallID}, call.Request{Op: route.AgentDeclineNetworkToolCall, Body: req, Extra: req.Extra, Context: req.RequestContext})
}

// noClientTools: the agents of a network cannot be given any.
func noClientTools(tools []ClientTool) error {
	if len(tools) > 0 {
		return refuse("a network does not run ClientTools")
	}
	return nil
}

func (a *Agent) network(ctx context.Context, opts []Option, answers *waits, r call.Request) (*NetworkStream, error) {
	if err := a.version.byID("a network"); err != nil {
		return nil, err
	}
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	r.IDs, r.Context = []string{a.id}, a.version.inContext(r.Context)
	b := &networkBuilder{veil: a.c.veil}
	h := hooks{OnChunk: b.add, OnEnd: func(err error) error { b.ended = true; return err }}
	var t *callTurn
	if answers != nil {
		if t, err = turnOf(ctx, a.c.cfg(), *answers); err != nil {
			return nil, err
		}
		h = t.leaves(h)
	}
	s, err := a.c.open(ctx, r, h)
	if err != nil {
		if t != nil {
			t.failed(ctx, err)
		}
		return nil, err
	}
	return &NetworkStream{Stream: s, b: b}, nil
}

// NetworkStream is the stream of a network's run: see [stream.Stream] for Chunks
// and Close. It belongs to one goroutine.
type NetworkStream struct {
	*stream.Stream
	b *networkBuilder
}

// NetworkResult is what a network's run came to.
type NetworkResult struct {
	// Text of the answer.
	Text string `json:"text"`
	// Object is the structured answer, where one was asked for.
	Object json.RawMessage `json:"object,omitempty"`
	// Done tells that the routing agent called the task complete; Reason says why the
	// network ended.
	Done   bool   `json:"done"`
	Reason string `json:"reason,omitzero"`
	Usage  Usage  `json:"usage"`
	RunID  string `json:"runId,omitzero"`

	pending []Pending
	failure *RunError
}

// Err is nil unless the network came to no result although the call went well: a
// [*RunError] for one that ended without a result, as it does when the model of the
// routing agent fails, that was aborted, or whose routing agent did not call the task
// complete. A run that waits is no error.
func (r *NetworkResult) Err() error {
	if r.failure == nil {
		return nil
	}
	return r.failure
}

// storedNetwork is the JSON of a NetworkResult: with what stands behind its methods.
type storedNetwork struct {
	plainNetwork
	Pending []Pending `json:"pending,omitempty"`
	Failure *RunError `json:"error,omitempty"`
}

type plainNetwork NetworkResult // without methods

// MarshalJSON writes all that the result tells.
func (r NetworkResult) MarshalJSON() ([]byte, error) {
	return call.Marshal(storedNetwork{plainNetwork(r), r.pending, r.failure})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *NetworkResult) UnmarshalJSON(data []byte) error {
	var in storedNetwork
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = NetworkResult(in.plainNetwork)
	r.pending, r.failure = in.Pending, in.Failure
	return nil
}

// Pending lists what the run waits for: an approval or an answer, of which the server
// takes only the approval ([Agent.ApproveNetworkStream], [Agent.DeclineNetworkStream]).
func (r *NetworkResult) Pending() []Pending { return slices.Clone(r.pending) }

// Text iterates over the final answer's text as the routing agent writes it. The
// text of the agents that it calls is in Chunks.
func (s *NetworkStream) Text() iter.Seq2[string, error] { return growth(s.Stream, &s.b.text) }

// Result reads what is left of the stream and returns what the run came to. A run
// that ended without a result, as one whose model failed does, has Done false, and
// [NetworkResult.Err] says so.
func (s *NetworkStream) Result() (*NetworkResult, error) {
	for _, err := range s.Chunks() {
		if err != nil {
			return s.b.result(), err
		}
	}
	if !s.b.ended {
		return s.b.result(), ErrClosed
	}
	return s.b.result(), nil
}

// Pending reads what is left of the stream and lists what the run waits for.
func (s *NetworkStream) Pending() ([]Pending, error) {
	res, err := s.Result()
	return res.Pending(), err
}

type networkBuilder struct {
	veil    func() *veil.Veil
	text    wtf8.Text
	finish  *stream.NetworkFinish
	pending []Pending
	runID   string
	aborted bool
	failure *RunError // as the stream tells it
	ended   bool
}

func (b *networkBuilder) add(c *stream.Chunk) {
	if b.runID == "" {
		b.runID = c.RunID
	}
	switch c.Type {
	case stream.TypeRoutingAgentTextDelta:
		stream.AddText(&b.text, c)
	case stream.TypeRoutingAgentAbort:
		b.aborted = true
	case stream.TypeError:
		if v, ok := c.Value().(*stream.ErrorChunk); ok {
			b.failure = v.Err()
		}
	case stream.TypeNetworkFinish:
		b.finish, _ = c.Value().(*stream.NetworkFinish)
	case stream.TypeToolExecutionApproval, stream.TypeToolExecutionSuspended, stream.TypeAgentExecutionApproval, stream.TypeAgentExecutionSuspended:
		if v, ok := c.Value().(interface{ Pending() Pending }); ok {
			p := v.Pending()
			p.RunID = b.runID // an agent's own run is not what is answered
			b.pending = append(b.pending, p)
		}
	}
}

func (b *networkBuilder) result() *NetworkResult {
	r := &NetworkResult{Text: b.text.String(), pending: slices.Clone(b.pending), RunID: b.runID}
	if f := b.finish; f != nil {
		r.Object, r.Done, r.Reason, r.Usage = f.Object, f.IsComplete, f.CompletionReason, f.Usage
		if r.Text == "" && json.Unmarshal(f.Result, &r.Text) != nil {
			r.Text = string(f.Result) // a result that is no text
		}
	}
	if failure := b.failed(); failure != nil {
		r.failure = b.veil().RunError(failure)
	}
	return r
}

// failed is why there is no result; nil where there is one, or may still be.
func (b *networkBuilder) failed() *RunError {
	why := "the network did not complete the task"
	switch f := b.finish; {
	case len(b.pending) > 0, f != nil && f.IsComplete:
		return nil
	case b.failure != nil:
		return b.failure
	case b.aborted:
		why = "the network was aborted"
	case f == nil:
		why = "the network ended without a result"
	case f.CompletionReason != "":
		why += ": " + f.CompletionReason
	}
	return &RunError{RunID: b.runID, Message: why}
}

// ObserveAgentRequest says which run of a durable agent to read.
type ObserveAgentRequest struct {
	RunID string `json:"runId"`
	// Offset is the index of the first event wanted; a negative one counts from
	// the end. The index of each stands in its [stream.ObservedChunk].
	Offset int `json:"offset,omitzero"`
}

// Observe reads the run of a durable agent that somebody else streams, or that
// ended less than about 30 s ago. Its chunks are wrapped, each in a
// [stream.ObservedChunk]; Text, Result and Pending look inside.
//
// A run that the server does not know, and an agent that is not durable, are not
// told apart from a run that is silent: after 30 s without a byte the stream ends
// with [ErrIdleTimeout], and so does the call where the server sends no headers
// before the first byte, if [WithIdleTimeout] does not say otherwise. A run that is
// known and has nothing more to tell gives [ErrTruncated].
//
// POST /agents/{agentId}/observe. Safe to repeat, and repeated before the stream is
// open.
func (a *Agent) Observe(ctx context.Context, req ObserveAgentRequest, opts ...Option) (*AgentStream, error) {
	if req.RunID == "" {
		return nil, refuse("ObserveAgentRequest.RunID is empty")
	}
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, call.Request{Op: route.AgentObserve, Body: req}, nil)
}

// RecoverAgentRequest says which run to take up.
type RecoverAgentRequest struct {
	RunID string `json:"runId"`
	// Versions picks stored versions of the agent and its sub-agents.
	Versions *VersionOverrides `json:"versions,omitempty"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
}

// RecoverStream takes up a durable agent's run that was cut off, by a crash of the
// server for example, and streams what follows. An unknown run matches
// [ErrServer], an agent that is not durable [ErrBadRequest].
//
// POST /agents/{agentId}/recover. Never repeated once it was sent.
func (a *Agent) RecoverStream(ctx context.Context, req RecoverAgentRequest, opts ...Option) (*AgentStream, error) {
	if req.RunID == "" {
		return nil, refuse("RecoverAgentRequest.RunID is empty")
	}
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	req.Versions = a.version.over(a.id, req.Versions)
	return a.open(ctx, call.Request{Op: route.AgentRecover, Body: req, Context: a.version.inContext(req.RequestContext)}, nil)
}
