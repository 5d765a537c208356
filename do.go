package mastra

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/stream"
)

// Do calls any route, custom ones included. path begins with "/", is escaped already,
// and follows the API prefix ([WithAPIPrefix]: "" for custom routes at the root); it may
// carry a query.
//
// in is the body: nil sends none; a []byte or an [io.Reader] goes out as it is, with
// the type that [WithContentType] gives; anything else as JSON, a [json.RawMessage] too.
// A reader is read from where it stands, and is not closed. One that can be read at any
// place ([io.ReaderAt] with [io.Seeker]), such as a file, is read again for every attempt
// and stays where it stands. Another is read once: when something of it was read, the
// call is not repeated. A Read that is under way when the call ends may return after it.
//
// The answer goes into out. nil drops it; a pointer takes it decoded from JSON, a
// *json.RawMessage as it is. An answer of any type is taken by a *[]byte, up to
// [WithMaxResponseSize]; by an [io.Writer], to which it is copied; and by an
// *[io.ReadCloser], which is set to the open answer: the caller reads and closes it. The
// last two have no limit of size, and [WithIdleTimeout] bounds their silence. An answer
// that is cut off ends with an error that matches [io.ErrUnexpectedEOF].
//
// GET, HEAD and DELETE are repeated as safe operations, the rest only where the
// server refused them unprocessed: see [RetrySafe].
func (c *Client) Do(ctx context.Context, method, path string, in, out any, opts ...Option) error {
	r, err := anyRoute(method, path, in)
	if err != nil {
		return err
	}
	switch out := out.(type) {
	case json.Unmarshaler:
	case *[]byte:
		return c.doRaw(ctx, r, opts, out != nil, func(x *call.Exchange) (err error) { *out, err = x.Bytes(ctx); return err })
	case *io.ReadCloser:
		return c.doRaw(ctx, r, opts, out != nil, func(x *call.Exchange) error {
			resp, err := x.AnyBody(ctx)
			if err == nil {
				*out = resp.Body
			}
			return err
		})
	case io.Writer:
		return c.doRaw(ctx, r, opts, true, func(x *call.Exchange) error { return x.Copy(ctx, out) })
	}
	if v := reflect.ValueOf(out); out != nil && (v.Kind() != reflect.Pointer || v.IsNil()) {
		return refuse("the answer cannot be decoded into a %T; give a pointer", out)
	}
	return c.call(ctx, opts, r, out)
}

// doRaw is Do for an answer that is taken as it is.
func (c *Client) doRaw(ctx context.Context, r call.Request, opts []Option, taken bool, take func(*call.Exchange) error) error {
	if !taken {
		return refuse("the answer cannot be put into a nil pointer")
	}
	c, err := c.with(opts)
	if err != nil {
		return err
	}
	x, err := c.begin(ctx, r)
	if err != nil {
		return err
	}
	return publicError(take(x))
}

// OpenStream is Do for a route whose answer is a stream. The answer's type tells
// the framing: text/event-stream is SSE and ends with [DONE] or a terminal
// chunk, text/plain is records and ends with workflow-finish. [WithStreamEnd] is for
// a stream that ends otherwise. The caller closes the stream.
//
// An SSE event of a route of your own may have a name ([stream.Chunk.Event]); then, and
// with WithStreamEnd, its data need not be JSON ([stream.Chunk.Data]). For an answer
// that is neither, give Do an *[io.ReadCloser].
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
	r := call.Request{Op: op, Query: query}
	if v := reflect.ValueOf(in); v.Kind() == reflect.Pointer && v.IsNil() {
		if _, reads := in.(io.Reader); reads {
			return r, refuse("the body is a nil %T", in)
		}
	}
	switch in := in.(type) {
	case json.Marshaler: // a json.RawMessage among them
		r.Body = in
	case []byte:
		r.Raw = call.NewRawBytes(in)
	case io.Reader:
		r.Raw = call.NewRawBody(in)
	default:
		r.Body = in
	}
	return r, nil
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
		return &Error{Method: r.Op.Method, Path: c.host().PathOf(&c.cfg().Config, r.Op), Status: http.StatusOK,
			Message: "the answer is not that of a Mastra server"}
	}
	return err
}
