package mastra

import (
	"context"
	"io"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// ask is the request of a stream.
func ask(req AgentRequest) call.Request {
	r := call.Request{Op: route.AgentStream, Body: req, Extra: req.Extra, Context: req.RequestContext}
	if idle := req.UntilIdle; idle != nil {
		req.UntilIdle = nil
		r.Op, r.Body = route.AgentStreamUntilIdle, untilIdleAsk{req, idle.milliseconds()}
	}
	return r
}

// untilIdleAsk: the route takes the limit beside the other fields.
type untilIdleAsk struct {
	AgentRequest
	MaxIdle int64 `json:"maxIdleMs,omitzero"`
}

// generate sends a request that is answered with a result, and goes on while the
// model calls client tools.
func (a *Agent) generate(ctx context.Context, r call.Request, loop *toolLoop) (*AgentResult, error) {
	r.IDs, r.Extra = []string{a.id}, loop.extra(r.Extra)
	res, err := callFor[AgentResult](ctx, a.c, nil, r)
	if err != nil || loop == nil {
		return res, err
	}
	return loop.generateOn(ctx, res)
}

// open sends a request that is answered with a stream.
func (a *Agent) open(ctx context.Context, r call.Request, loop *toolLoop) (*AgentStream, error) {
	return a.openIn(ctx, r, loop, func(h hooks) hooks { return h })
}

// openIn is open, with a turn that the stream ends.
func (a *Agent) openIn(ctx context.Context, r call.Request, loop *toolLoop, turn func(hooks) hooks) (*AgentStream, error) {
	r.IDs, r.Extra = []string{a.id}, loop.extra(r.Extra)
	b := &agentBuilder{veil: a.c.veil}
	h := hooks{OnChunk: b.add, OnEnd: func(err error) error { b.ended = true; return err }}
	if loop != nil {
		b.transcript, loop.agent = new(transcript), a.quiet()
		h.Continue = func(ctx context.Context, end error) (io.ReadCloser, error) { return loop.streamOn(ctx, b, end) }
		h.OnClose = loop.owner.leaves
	}
	s, err := a.c.open(ctx, r, turn(h))
	if err != nil {
		return nil, err
	}
	return &AgentStream{Stream: s, b: b}, nil
}
