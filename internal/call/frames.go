package call

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/stream"
)

// Frames sends the request, whose answer is a stream, and says how to read it.
func (x *Exchange) Frames(ctx context.Context) (*http.Response, stream.Options, error) {
	x.kind = streamAnswer
	resp, err := x.do(ctx)
	x.ended(ctx, err)
	if err != nil {
		return nil, stream.Options{}, err
	}
	o, _ := x.streamOptions(resp) // judged already
	return resp, o, nil
}

var (
	framings = map[route.Framing]stream.Framing{route.SSE: stream.SSE, route.Records: stream.Records}
	ends     = map[route.End]stream.EndRule{
		route.DoneOrTerminal: stream.EndDoneOrTerminal, route.Done: stream.EndDone,
		route.Terminal: stream.EndWorkflow, route.Endless: stream.EndEndless,
	}
)

// silence bounds the wait for the first byte, headers included: on a route on which a
// server that has nothing to say is known to stay silent, on one whose streams are known
// never to, and where the request takes up a stream that had a limit. 0: no limit.
// Some servers send no headers before that byte.
func (r *Request) silence(cfg *Config) time.Duration {
	rule := r.Op.Stream
	switch {
	case rule == nil || rule.FirstByte == 0 && rule.Idle == 0 && !r.TakesUp:
		return 0
	case cfg.IdleTimeout != nil:
		return *cfg.IdleTimeout
	}
	return cmp.Or(rule.FirstByte, rule.Idle)
}

// silenceIsAnAnswer: another attempt would be met with the same.
func (r *Request) silenceIsAnAnswer() bool { return r.Op.Stream != nil && r.Op.Stream.FirstByte > 0 }

// streamOptions says how to read an answer, and whether it is a stream at all: a
// page or a JSON value is none. Where the operation does not say its framing, the
// answer's type does.
func (x *Exchange) streamOptions(resp *http.Response) (o stream.Options, ok bool) {
	rule := x.req.Op.Stream
	o.MaxEventSize = x.cfg.MaxEvent
	if rule != nil {
		o.Framing, o.End, o.IdleTimeout = framings[rule.Framing], ends[rule.End], rule.Idle
	}
	if x.cfg.IdleTimeout != nil {
		o.IdleTimeout = *x.cfg.IdleTimeout
	}
	if x.now.silence > 0 { // the headers may have taken a part of it
		o.FirstByteTimeout = max(x.now.silence-time.Since(x.now.started), 1)
	}
	if end := x.cfg.StreamEnd; end != nil && (rule == nil || rule.End == route.Done) {
		defer func() { o.End = *end }()
	}
	switch kind := mediaType(resp.Header); kind {
	case "text/event-stream":
		if rule == nil {
			o.Framing, o.End, o.AnyData = stream.SSE, stream.EndDoneOrTerminal, true
		}
		return o, o.Framing == stream.SSE
	case "text/plain", "application/octet-stream", "":
		if rule == nil {
			o.Framing, o.End = stream.Records, stream.EndWorkflow
		}
		return o, o.Framing == stream.Records || kind == ""
	}
	return o, false
}

// notStream is the failure of a success that holds something else than it should.
func (x *Exchange) notStream(resp *http.Response) *Failure {
	body := x.readError(resp)
	message := "the answer is not a stream but " + Clip(x.Veil().Text(mediaType(resp.Header)), 100)
	if x.req.Op.ID == "" {
		message += "; Client.Do takes it, with a *[]byte or an *io.ReadCloser"
	}
	if isHTML(resp.Header, body) || codingOf(resp.Header) != "" {
		message = notJSON(x.Veil(), resp.StatusCode, resp.Header, body)
	}
	if f := x.errorInside(); f != nil {
		return f
	}
	return &Failure{Status: resp.StatusCode, Header: resp.Header, Body: body, Message: message}
}

// Stream sends the request and opens its answer as a stream.
func (x *Exchange) Stream(ctx context.Context, h hook.Hooks[stream.Chunk]) (*stream.Stream, error) {
	resp, o, err := x.Frames(ctx)
	if err != nil {
		return nil, err
	}
	return stream.NewWithHooks(ctx, resp.Body, o, x.server.StreamHooks(ctx, x.cfg, x.req.Op, x.path, x.Veil, h)), nil
}
