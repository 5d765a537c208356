package mastra

import (
	"context"
	"io"
	"strings"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/stream"
)

// AbortThreadRequest says which run to stop.
type AbortThreadRequest struct {
	ThreadID   string `json:"threadId"`
	ResourceID string `json:"resourceId,omitzero"`
	// ExpectedRunID stops only this run.
	ExpectedRunID string `json:"expectedRunId,omitzero"`
}

// AbortThread stops the run that is active on the thread, a durable one too, and
// tells whether there was one.
//
// POST /agents/{agentId}/threads/abort. Repeated only where the server refused it unprocessed.
func (a *Agent) AbortThread(ctx context.Context, req AbortThreadRequest, opts ...Option) (aborted bool, err error) {
	if req.ThreadID == "" {
		return false, refuse("AbortThreadRequest.ThreadID is empty")
	}
	var out gen.AbortResult
	err = a.c.call(ctx, opts, call.Request{Op: route.AgentAbortThread, IDs: []string{a.id}, Body: req}, &out)
	return out.Aborted, err
}

// SubscribeThreadRequest says which thread to follow.
type SubscribeThreadRequest struct {
	ThreadID   string `json:"threadId"`
	ResourceID string `json:"resourceId,omitzero"`
	// ClientTools are run where a run on the thread calls them, and the model is given
	// their results: see [Agent.SubscribeThread]. They need the ResourceID.
	ClientTools []ClientTool `json:"-"`
	// MaxToolRounds is how often in a row; 0 means 10.
	MaxToolRounds int `json:"-"`
	// StreamOptions are members of an [AgentRequest], for the runs that go on with the
	// results.
	StreamOptions map[string]any `json:"-"`
}

// SubscribeThread streams the chunks of every run on the thread, whoever starts
// it, until the caller closes the stream or ctx ends: it has no good end.
//
// A subscription that breaks, or on which nothing arrives for 60 s, not even the
// server's heartbeat ([WithIdleTimeout]), is opened again, and so is one whose opening
// is not answered for as long: after the pauses of [WithBackoff], while the retry policy
// lets it be repeated, and without a bound on the number. A chunk of type "resubscribed"
// tells where. As for whoever begins to follow a thread, the server then tells a run that
// is under way from its start; whatever else happened in between is missing. An answer
// that the policy does not repeat, such as 401 or 404, ends the stream with its error.
// With [WithReattach](false) a subscription that breaks ends with [ErrTruncated] or
// [ErrIdleTimeout].
//
// With ClientTools, a run that ends because it calls them is answered: when its last
// chunk has been read, the next read runs the tools, gives their results as chunks
// (tool-result, tool-error), and sends them to the server, where another run goes on with
// them. However long the tools take, the subscription is not called silent. As in
// [Agent.Generate], all calls of a moment must be of Go functions; where one is not,
// answer all with [ToolMessage] in [ToolApprovalRequest].Messages. A model knows the tools
// of a run that a message starts from [IfIdle].ClientTools, and of one that is approved
// from [ToolApprovalRequest].ClientTools. What fails there is an "error" chunk of the
// run, [stream.ErrorChunk], with the name ClientToolError, and the subscription goes on.
//
// A call is run once by a Client, and what [Client.With] made of it: by one of its
// subscriptions, or by its [Agent.Stream], [Agent.ApproveStream] and their like where
// these have asked for the run with ClientTools of their own. Subscriptions of another
// Client, or of another process, answer too, and the tools run twice: give ClientTools to
// one. A run of another agent on the thread is answered through this one. Calls of a run
// whose end fell into a break are not answered.
//
// POST /agents/{agentId}/threads/subscribe, and with ClientTools
// POST /agents/{agentId}/send-tool-approval. Safe to repeat, and repeated before the
// stream is open, as often as [WithRetries] says.
func (a *Agent) SubscribeThread(ctx context.Context, req SubscribeThreadRequest, opts ...Option) (*AgentStream, error) {
	if req.ThreadID == "" {
		return nil, refuse("SubscribeThreadRequest.ThreadID is empty")
	}
	a, err := a.with(opts)
	if err != nil {
		return nil, err
	}
	tools, err := newThreadTools(a.quiet(), req)
	if err != nil {
		return nil, err
	}
	q := call.Request{Op: route.AgentSubscribeThread, IDs: []string{a.id}, Body: req}
	x, err := a.c.begin(ctx, q)
	if err != nil {
		return nil, err
	}
	resp, o, err := x.Frames(ctx)
	if err != nil {
		return nil, publicError(err)
	}
	b := &agentBuilder{veil: a.c.veil}
	h := hooks{OnChunk: func(c *stream.Chunk) { tools.see(c); b.add(c) }}
	if tools != nil {
		h.Insert = tools.insert
	}
	if a.c.cfg().reattach {
		s := &subscription{client: a.c.quiet(), request: q, last: x}
		h.OnChunk = func(c *stream.Chunk) { s.last.Progressed(); tools.see(c); b.add(c) }
		h.Continue = s.again
	}
	host, cfg := a.c.host(), &a.c.cfg().Config
	h = host.StreamHooks(ctx, cfg, q.Op, host.PathOf(cfg, q.Op, a.id), a.c.veil, h)
	return &AgentStream{Stream: stream.NewWithHooks(ctx, resp.Body, o, h), b: b}, nil
}

// subscription is a stream without an end, which is opened again when it breaks.
type subscription struct {
	client  *Client
	request call.Request
	last    *call.Exchange // that opened it
}

// again opens the stream again, as soon as the server will have it.
func (s *subscription) again(ctx context.Context, end error) (io.ReadCloser, error) {
	if !broken(end) {
		return nil, end
	}
	s.request.After, s.request.Endless, s.request.TakesUp = s.last, true, true
	x, err := s.client.begin(ctx, s.request)
	if err != nil {
		return nil, err
	}
	s.last = x
	resp, _, err := x.Again(ctx, end)
	if err != nil {
		return nil, publicError(err)
	}
	const mark = "data: {\"type\":\"" + stream.TypeResubscribed + "\"}\n\n"
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(strings.NewReader(mark), resp.Body), resp.Body}, nil
}
