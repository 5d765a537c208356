package mastra

import (
	"context"
	"errors"
	"net/http"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/internal/veil"
	"github.com/mastra-go/mastra/stream"
)

// with is the client that a call works with: the options are applied here, once.
func (c *Client) with(opts []Option) (*Client, error) {
	if c.host() == nil {
		return nil, publicError(call.ErrNoServer)
	}
	if len(opts) == 0 {
		return c, nil
	}
	cfg := c.cfg().clone()
	for _, o := range opts {
		if o == nil {
			return nil, refuse("a nil Option")
		}
		if err := o.applyCall(cfg); err != nil {
			return nil, err
		}
	}
	if cfg.DebugLog && cfg.Logger == nil {
		return nil, errNoLogger
	}
	return newClient(c.host(), cfg), nil
}

var errNoLogger = refuse("WithDebugLog: there is no log to write to; give the client WithLogger")

// quiet is the client as work beside a call works with it: what the caller gave for
// the call's last answer is left alone, and the log has no line for it.
func (c *Client) quiet() *Client {
	cfg := *c.cfg()
	cfg.Answer, cfg.Beside = nil, true
	return newClient(c.host(), &cfg)
}

// begin checks and encodes a request.
func (c *Client) begin(ctx context.Context, r call.Request) (*call.Exchange, error) {
	x, err := c.host().Begin(ctx, &c.cfg().Config, r)
	return x, publicError(err)
}

// call sends a request whose answer is JSON, and decodes the answer into out.
func (c *Client) call(ctx context.Context, opts []Option, r call.Request, out any) error {
	c, err := c.with(opts)
	if err != nil {
		return err
	}
	x, err := c.begin(ctx, r)
	if err != nil {
		return err
	}
	if err := x.JSON(ctx, out); err != nil {
		return publicError(err)
	}
	if out, ok := out.(failing); ok {
		out.hide(x.Veil)
	}
	return nil
}

// account makes one call, and one line in the log, of all that is sent with the context
// that it returns, until end is told how the call ended.
func (c *Client) account(ctx context.Context, op route.Operation, runID string, ids ...string) (inner context.Context, end func(error)) {
	ctx, ended := c.host().Account(ctx, &c.cfg().Config, op, runID, ids...)
	return ctx, func(err error) {
		text := ""
		var public *Error
		switch {
		case err == nil:
		case errors.As(err, &public) && public.advice != "":
			text = public.Message + "; " + public.advice
		case errors.As(err, &public):
			text = public.Message
		default:
			text = err.Error()
		}
		ended(text, errors.Is(err, ErrOutcomeUnknown))
	}
}

// callFor is call for a result type.
func callFor[T any](ctx context.Context, c *Client, opts []Option, r call.Request) (*T, error) {
	out := new(T)
	if err := c.call(ctx, opts, r, out); err != nil {
		return nil, err
	}
	return out, nil
}

// hooks is what a call hangs into the stream that it opens.
type hooks = hook.Hooks[stream.Chunk]

// open sends a request whose answer is a stream.
func (c *Client) open(ctx context.Context, r call.Request, h hooks) (*stream.Stream, error) {
	x, err := c.begin(ctx, r)
	if err != nil {
		return nil, err
	}
	s, err := x.Stream(ctx, h)
	return s, publicError(err)
}

// frames sends a request whose answer is a stream, and leaves the reading of it to
// the caller, who closes the body.
func (c *Client) frames(ctx context.Context, r call.Request) (*http.Response, error) {
	x, err := c.begin(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, _, err := x.Frames(ctx)
	return resp, publicError(err)
}

// openBody sends a request whose answer is neither JSON nor a stream of chunks.
// The caller closes the body.
func (c *Client) openBody(ctx context.Context, opts []Option, r call.Request) (*http.Response, error) {
	c, err := c.with(opts)
	if err != nil {
		return nil, err
	}
	x, err := c.begin(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := x.Body(ctx)
	return resp, publicError(err)
}

// veil hides what this client sends.
func (c *Client) veil() *veil.Veil { return c.host().Veil(&c.cfg().Config) }

// failing is a result that may hold why something failed, in the server's words, which
// may repeat what it was sent. They become errors, and are cleaned where a result is made.
type failing interface {
	hide(through func() *veil.Veil)
}
