package mastra

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/stream"
)

// Do calls any route, custom ones included, and decodes its JSON answer into
// out; a *json.RawMessage takes it as it is, nil drops it. path begins with "/",
// is escaped already, and follows the API prefix ([WithAPIPrefix]: "" for custom
// routes at the root); it may carry a query. in is sent as JSON, nil as no body.
//
// GET, HEAD and DELETE are repeated as safe operations, the rest only where the
// server refused them unprocessed: see [RetrySafe].
func (c *Client) Do(ctx context.Context, method, path string, in, out any, opts ...Option) error {
	r, err := anyRoute(method, path, in)
	if err != nil {
		return err
	}
	if v := reflect.ValueOf(out); out != nil && (v.Kind() != reflect.Pointer || v.IsNil()) {
		return refuse("the answer cannot be decoded into a %T; give a pointer", out)
	}
	return c.call(ctx, opts, r, out)
}

// OpenStream is Do for a route whose answer is a stream. The answer's type tells
// the framing: text/event-stream is SSE and ends with [DONE] or a terminal
// chunk, text/plain is records and ends with workflow-finish. The caller closes
// the stream.
func (c *Client) OpenStream(ctx context.Context, method, path string, in any, opts ...Option) (*stream.Stream, error) {
	r, err := anyRoute(method, path, in)
	if err != nil {
		return nil, err
	}
	return c.SendStream(ctx, r, opts...)
}

func anyRoute(method, path string, in any) (call.Request, error) {
	method = strings.ToUpper(method)
	op, query, err := call.AnyRoute(method, path)
	if err != nil {
		return call.Request{}, publicError(err)
	}
	op.Context = route.Query // all that a GET is read for, whatever its body
	if method == http.MethodPost || in != nil && method != http.MethodGet && method != http.MethodHead {
		op.Context = route.Body
	}
	return call.Request{Op: op, Query: query, Body: in}, nil
}

// Send is how the packages of this module under api/ call the server: nobody else
// can make its parameter. See [Client.Do] for any route.
func (c *Client) Send(ctx context.Context, r call.Request, out any, opts ...Option) error {
	return c.call(ctx, opts, r, out)
}

// SendStream is Send for an answer that is a stream. See [Client.OpenStream] for
// any route.
func (c *Client) SendStream(ctx context.Context, r call.Request, opts ...Option) (*stream.Stream, error) {
	c, err := c.with(opts)
	if err != nil {
		return nil, err
	}
	return c.open(ctx, r, hooks{})
}

// Health asks whether the server is up: nil means that GET /health, at the
// server's root, answered with success. It is repeated like every GET; to ask
// once, pass WithRetries(0).
func (c *Client) Health(ctx context.Context, opts ...Option) error {
	var health struct {
		Success bool `json:"success"`
	}
	r := call.Request{Op: route.Health}
	err := c.call(ctx, opts, r, &health)
	if err == nil && !health.Success {
		return &Error{Method: r.Op.Method, Path: c.server.PathOf(&c.cfg().Config, r.Op), Status: http.StatusOK,
			Message: "the answer is not that of a Mastra server"}
	}
	return err
}
