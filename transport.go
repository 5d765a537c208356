package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/stream"
)

// request is one call of an operation, before anything of it is encoded.
type request struct {
	op      operation
	ids     []string // for the placeholders of op.path, in order
	query   url.Values
	body    any            // encoded as JSON; nil: no body
	extra   map[string]any // further members of the body
	context map[string]any // request context of the request itself
	form    *form          // a body that is no JSON, instead of body
	opts    []Option
}

// call sends a request whose answer is JSON, and decodes the answer into out.
// An empty answer leaves out as it is where the client does not know the route;
// where it does, the result is missing.
func (c *Client) call(ctx context.Context, r request, out any) error {
	x, err := c.exchange(ctx, r)
	if err != nil {
		return err
	}
	resp, err := x.do(ctx)
	if err != nil || out == nil {
		return err
	}
	body := x.body
	if len(bytes.TrimSpace(body)) == 0 {
		if r.op.id == "" {
			return nil
		}
		return x.unreadable(resp, body, errEmptyAnswer)
	}
	if raw, ok := out.(*json.RawMessage); ok && json.Valid(body) {
		*raw = body
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return x.unreadable(resp, body, err)
	}
	return nil
}

// callFor is call for a result type.
func callFor[T any](ctx context.Context, c *Client, r request) (*T, error) {
	out := new(T)
	if err := c.call(ctx, r, out); err != nil {
		return nil, err
	}
	return out, nil
}

// hooks is what a call hangs into the stream that it opens.
type hooks = hook.Hooks[stream.Chunk]

// open sends a request whose answer is a stream.
func (c *Client) open(ctx context.Context, r request, h hooks) (*stream.Stream, error) {
	resp, o, err := c.openFrames(ctx, r)
	if err != nil {
		return nil, err
	}
	return stream.NewWithHooks(ctx, resp.Body, o, h), nil
}

// openFrames sends a request whose answer is a stream, and says how to read it.
func (c *Client) openFrames(ctx context.Context, r request) (*http.Response, stream.Options, error) {
	x, err := c.exchange(ctx, r)
	if err != nil {
		return nil, stream.Options{}, err
	}
	x.accept = "text/event-stream, text/plain"
	resp, err := x.do(ctx)
	if err != nil {
		return nil, stream.Options{}, err
	}
	o := stream.Options{
		Framing: r.op.framing, End: r.op.end, MaxEventSize: x.cfg.maxEvent,
		IdleTimeout: r.op.idle, FirstByteTimeout: r.op.first,
	}
	if x.cfg.idleTimeout != nil {
		o.IdleTimeout, o.FirstByteTimeout = *x.cfg.idleTimeout, 0
	}
	if !streamed(resp, &o, r.op.streams) {
		return nil, o, x.notStream(resp)
	}
	return resp, o, nil
}

// openBody sends a request whose answer is neither JSON nor a stream of chunks.
// The caller closes the body.
func (c *Client) openBody(ctx context.Context, r request) (*http.Response, error) {
	x, err := c.exchange(ctx, r)
	if err != nil {
		return nil, err
	}
	x.accept = "*/*"
	resp, err := x.do(ctx)
	if err == nil && isHTML(resp.Header, nil) {
		return nil, x.notStream(resp)
	}
	return resp, err
}

// streamed looks at the answer's type: a page or a JSON value is no stream.
// Where the operation does not say its framing, the type does.
func streamed(resp *http.Response, o *stream.Options, known bool) bool {
	switch kind := mediaType(resp.Header); kind {
	case "text/event-stream":
		if !known {
			o.Framing, o.End = stream.SSE, stream.EndDoneOrTerminal
		}
		return o.Framing == stream.SSE
	case "text/plain", "application/octet-stream", "":
		if !known {
			o.Framing, o.End = stream.Records, stream.EndWorkflow
		}
		return o.Framing == stream.Records || kind == ""
	}
	return false
}

// notStream is the error of a success that holds something else than it should.
func (x *exchange) notStream(resp *http.Response) error {
	body := x.readError(resp)
	message := "the answer is not a stream but " + clip(mediaType(resp.Header), 100)
	if isHTML(resp.Header, body) {
		message = notJSON(resp.StatusCode, resp.Header, body)
	}
	x.report()
	return x.fail(&Error{Status: resp.StatusCode, Header: resp.Header, Body: body, Message: message}, true)
}

func mediaType(h http.Header) string {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

var errEmptyAnswer = errors.New("the answer is empty")

// unreadable is the error of a success whose body does not decode. The text says
// what was expected, and nothing of what came.
func (x *exchange) unreadable(resp *http.Response, body []byte, err error) error {
	message := "the answer does not decode: a value in it has an unexpected form"
	var kind *json.UnmarshalTypeError
	switch {
	case err == errEmptyAnswer:
		message = err.Error()
	case !json.Valid(body):
		message = "the answer is not JSON"
	case errors.As(err, &kind):
		what, _, _ := strings.Cut(kind.Value, " ") // behind it stands the value
		message = "the answer does not decode: " + what + " in place of " + kind.Type.String()
		if kind.Field != "" {
			message += " in " + kind.Field
		}
	}
	return x.fail(&Error{Status: resp.StatusCode, Header: resp.Header, Body: head(body), Message: clip(message, maxErrorText), cause: err}, true)
}
