package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

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
// An empty answer leaves out as it is.
func (c *Client) call(ctx context.Context, r request, out any) error {
	x, err := c.exchange(ctx, r)
	if err != nil {
		return err
	}
	resp, err := x.do(ctx)
	if err != nil {
		return err
	}
	body := x.body
	if out == nil || len(bytes.TrimSpace(body)) == 0 {
		return nil
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

// open sends a request whose answer is a stream. hooks may complete the
// stream's options.
func (c *Client) open(ctx context.Context, r request, hooks func(*stream.Options)) (*stream.Stream, error) {
	x, err := c.exchange(ctx, r)
	if err != nil {
		return nil, err
	}
	x.streams = true
	resp, err := x.do(ctx)
	if err != nil {
		return nil, err
	}
	o := stream.Options{
		Framing: r.op.framing, End: r.op.end, MaxEventSize: x.cfg.maxEvent,
		IdleTimeout: r.op.idle, FirstByteTimeout: r.op.first,
	}
	if x.cfg.idleTimeout != nil {
		o.IdleTimeout, o.FirstByteTimeout = *x.cfg.idleTimeout, 0
	}
	if err := x.checkStream(resp, &o, r.op.streams); err != nil {
		return nil, err
	}
	if hooks != nil {
		hooks(&o)
	}
	return stream.New(ctx, resp.Body, o), nil
}

// openBody sends a request whose answer is neither JSON nor a stream of chunks.
// The caller closes the body.
func (c *Client) openBody(ctx context.Context, r request) (*http.Response, error) {
	x, err := c.exchange(ctx, r)
	if err != nil {
		return nil, err
	}
	x.streams = true
	return x.do(ctx)
}

// checkStream looks at the answer's type: a page or a JSON value is no stream.
// Where the operation does not say its framing, the type does.
func (x *exchange) checkStream(resp *http.Response, o *stream.Options, known bool) error {
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	switch strings.TrimSpace(kind) {
	case "text/event-stream":
		if !known {
			o.Framing, o.End = stream.SSE, stream.EndDoneOrTerminal
		}
		if o.Framing == stream.SSE {
			return nil
		}
	case "text/plain", "application/octet-stream", "":
		if !known {
			o.Framing, o.End = stream.Records, stream.EndWorkflow
		}
		if o.Framing == stream.Records || kind == "" {
			return nil
		}
	}
	body := x.readError(resp)
	message := "the answer is not a stream but " + kind
	if isHTML(resp.Header, body) {
		message = notJSON(resp.StatusCode, resp.Header, body)
	}
	return x.fail(&Error{Status: resp.StatusCode, Header: resp.Header, Body: body, Message: message}, true)
}

// exchange is one call under way: its encoded request and what its attempts met.
type exchange struct {
	client  *Client
	cfg     config
	op      operation
	url     string
	path    string // for errors: no query
	payload []byte
	streams bool

	contentType string // of the payload

	attempts     int
	serverErrors int
	started      time.Time     // of the running attempt
	next         time.Duration // the pause before the next one
	token        string        // the one last sent
	refreshed    bool          // a 401 has been answered with another token
	trace        *attemptTrace // of the running attempt
	unknown      bool          // some attempt may have been carried out
	failure      *Error        // of the last attempt
	body         []byte        // the whole answer, where it is no stream
}

// exchange checks and encodes a request. Its errors mean that nothing was sent.
func (c *Client) exchange(ctx context.Context, r request) (*exchange, error) {
	if ctx == nil {
		return nil, errors.New("mastra: the context is nil")
	}
	cfg, err := c.cfg.with(r.opts)
	if err != nil {
		return nil, err
	}
	if err := checkRequestContext(r.context); err != nil {
		return nil, err
	}
	path, err := r.op.expand(r.ids)
	if err != nil {
		return nil, err
	}
	if !r.op.safe && (cfg.header.Get("Idempotency-Key") != "" || cfg.header.Get("X-Idempotency-Key") != "") {
		return nil, errors.New("mastra: an Idempotency-Key header is refused here: the server does not know it, and net/http would send the request twice")
	}
	query := cloneValues(r.query)
	for name, values := range cfg.query {
		if query.Has(name) {
			return nil, fmt.Errorf("mastra: WithQuery(%q): the call itself sends this parameter", name)
		}
		if query == nil {
			query = url.Values{}
		}
		query[name] = values
	}
	values := mergeContext(cfg.requestContext, r.context)
	if len(values) > 0 && !r.op.contextInBody {
		if query == nil {
			query = url.Values{}
		}
		text, err := contextQuery(values)
		if err != nil {
			return nil, err
		}
		query.Set("requestContext", text)
		values = nil
	}
	payload, err := encodeBody(r.body, r.extra, values)
	if err != nil {
		return nil, err
	}
	x := &exchange{client: c, cfg: cfg, op: r.op, payload: payload, contentType: "application/json", path: c.basePath + cfg.prefix + path}
	if r.form != nil {
		x.payload, x.contentType = r.form.body, r.form.contentType
	}
	x.url = c.origin + x.path
	if len(query) > 0 {
		x.url += "?" + query.Encode()
	}
	return x, nil
}

// do sends the request, as often as the policy allows, and returns the answer
// if it is a success: its body open for a stream, else read into x.body.
func (x *exchange) do(ctx context.Context) (*http.Response, error) {
	var raw any
	if x.payload != nil {
		raw = x.payload
	}
	req, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, exchangeKey{}, x), x.op.method, x.url, raw)
	if err != nil {
		return nil, fmt.Errorf("mastra: the request cannot be built: %w", plainCause(err))
	}
	x.setHeaders(req.Header)
	if err := x.authorize(req.Request, ""); err != nil {
		return nil, err
	}
	attempts := retryablehttp.Client{
		HTTPClient: x.client.http,
		RetryMax:   x.cfg.retries,
		CheckRetry: x.check,
		Backoff:    func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return x.next },
		PrepareRetry: func(req *http.Request) error {
			x.started = time.Now()
			return x.authorize(req, x.token)
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	x.started = time.Now()
	resp, err := attempts.Do(req)
	if x.cfg.response != nil {
		x.report(resp)
	}
	switch {
	case err == nil && x.failure == nil:
		return resp, nil
	case x.failure == nil: // before the first attempt ended: the context, or the token source
		return nil, x.fail(x.transportError(ctx, err), false)
	case ctx.Err() != nil && !errors.Is(x.failure, ctx.Err()): // during the pause after a failure
		x.failure.cause = errors.Join(contextError(ctx), x.failure.cause)
		x.failure.Message = clip(contextError(ctx).Error()+" while waiting to repeat: "+x.failure.Message, maxErrorText)
	case err != nil && x.failure.cause == nil: // the token source, before a repetition
		x.failure.cause = err
	}
	return nil, x.fail(x.failure, false)
}

// check looks at the end of one attempt. It is retryablehttp's CheckRetry.
func (x *exchange) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	x.attempts++
	x.failure = nil
	final := false // another attempt would meet the same
	switch {
	case err != nil:
		x.failure = x.transportError(ctx, err)
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		if x.streams {
			break
		}
		if err := x.read(resp); err != nil {
			x.failure = x.transportError(ctx, err)
			x.failure.Header = resp.Header
			final = errors.Is(err, errAnswerTooLarge)
		} else if isHTML(resp.Header, x.body) {
			x.failure = &Error{Status: resp.StatusCode, Header: resp.Header, Body: head(x.body), Message: notJSON(resp.StatusCode, resp.Header, x.body)}
			final = true
		}
	case resp.StatusCode < 400:
		x.failure = redirectError(resp)
		x.failure.Body = x.readError(resp)
	case x.op.method == http.MethodDelete && x.attempts > 1 && resp.StatusCode == http.StatusNotFound:
		body := x.readError(resp)
		if x.failure = errorFrom(resp.StatusCode, resp.Header, body); json.Valid(body) {
			x.failure, x.body = nil, nil // an earlier attempt has deleted it
		}
	default:
		x.failure = errorFrom(resp.StatusCode, resp.Header, x.readError(resp))
	}
	again := x.failure != nil && x.repeat(ctx, err, final)
	x.log(ctx, again)
	return again, nil
}

// repeat decides whether the attempt that has just failed is followed by another.
func (x *exchange) repeat(ctx context.Context, err error, final bool) bool {
	a := Attempt{
		Operation: x.op.id, Method: x.op.method, Number: x.attempts, Safe: x.op.safe,
		Status: x.failure.Status, Sent: x.failure.Status != 0 || x.trace.sent(err),
	}
	if x.failure.Status == 0 || x.failure.Status < 300 {
		a.Err = x.failure.cause
		if a.Err == nil {
			a.Err = x.failure
		}
	}
	if x.failure.Status == http.StatusInternalServerError {
		x.serverErrors++
	}
	a.ServerErrors = x.serverErrors
	x.unknown = x.unknown || outcomeUnknown(a)
	if final || ctx.Err() != nil || x.attempts > x.cfg.retries {
		return false
	}
	if x.failure.Status == http.StatusUnauthorized {
		return x.refreshToken(ctx, a)
	}
	if !x.cfg.policy(a) {
		return false
	}
	pause, ok := x.cfg.wait(x.attempts-1, x.failure.Header)
	if deadline, has := ctx.Deadline(); !ok || has && !time.Now().Add(pause).Before(deadline) {
		return false
	}
	x.next = pause
	return true
}

// outcomeUnknown: the request may have been carried out although it failed.
func outcomeUnknown(a Attempt) bool {
	switch {
	case a.Status == 0:
		return a.Sent
	case a.Status < 300:
		return true
	case a.Status == http.StatusInternalServerError, a.Status == http.StatusNotImplemented, a.Status == http.StatusServiceUnavailable:
		return false
	}
	return a.Status >= 500
}

// fail completes an error with what the exchange knows.
func (x *exchange) fail(e *Error, unknown bool) *Error {
	e.Method, e.Path, e.Attempts = x.op.method, x.path, x.attempts
	if !x.op.safe && (x.unknown || unknown) {
		e.mark(ErrOutcomeUnknown)
	}
	return e
}

// unreadable is the error of a success whose body does not decode.
func (x *exchange) unreadable(resp *http.Response, body []byte, err error) error {
	message := "the answer does not decode: " + strings.TrimPrefix(err.Error(), "json: ")
	if len(message) > maxErrorText || !json.Valid(body) {
		message = "the answer is not JSON"
	}
	return x.fail(&Error{Status: resp.StatusCode, Header: resp.Header, Body: head(body), Message: message, cause: err}, true)
}

// read takes the whole answer in.
func (x *exchange) read(resp *http.Response) error {
	defer resp.Body.Close()
	var b bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= x.cfg.maxResponse {
		b.Grow(int(n) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(resp.Body, x.cfg.maxResponse+1))
	if err == nil && n > x.cfg.maxResponse {
		return errAnswerTooLarge
	}
	x.body = b.Bytes()
	return err
}

// readError takes in the beginning of an answer that is no success, and waits
// for it no longer than a moment.
func (x *exchange) readError(resp *http.Response) []byte {
	stop := time.AfterFunc(errorBodyWait, func() { resp.Body.Close() })
	defer stop.Stop()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	resp.Body.Close()
	resp.Body = http.NoBody
	x.body = body
	return body
}

const errorBodyWait = 2 * time.Second

func head(body []byte) []byte { return body[:min(len(body), maxErrorBody)] }

func (x *exchange) report(resp *http.Response) {
	*x.cfg.response = Response{Attempts: x.attempts, Body: x.body}
	if resp != nil {
		x.cfg.response.Status, x.cfg.response.Header = resp.StatusCode, resp.Header
	}
}
