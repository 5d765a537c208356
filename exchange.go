package mastra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// exchange is one call under way: its encoded request and what its attempts met.
type exchange struct {
	client      *Client
	cfg         config
	op          operation
	url         string
	query       string // its query; must not be shown
	path        string // for errors: no query
	payload     []byte
	contentType string // of the payload
	accept      string // what the answer should be; "" is JSON, anything else stays open

	attempts     int
	serverErrors int
	started      time.Time     // of the running attempt
	next         time.Duration // the pause before the next one
	pausing      bool          // it is that pause
	token        string        // the one last sent
	tokenErr     error         // the token source failed
	refreshed    bool          // a 401 has been answered with another token
	trace        *attemptTrace // of the running attempt; nil before it reaches the transport
	ran          bool          // some attempt may have been carried out
	unknown      bool          // and no answer said whether it was
	failure      *Error        // of the last attempt

	// The last answer that came.
	status int
	header http.Header
	body   []byte // the whole of it, where it is no stream; an error's beginning

	bodyErr error // why an error's body was not read to its end
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
	if cfg.response != nil {
		*cfg.response = Response{}
	}
	if err := checkRequestContext(r.context); err != nil {
		return nil, err
	}
	path, err := r.op.expand(r.ids)
	if err != nil {
		return nil, err
	}
	if !r.op.safe && idempotent(cfg.header) {
		return nil, fmt.Errorf("mastra: %w", errIdempotencyKey)
	}
	x := &exchange{client: c, cfg: cfg, op: r.op, contentType: "application/json", path: c.basePath + cfg.prefix + path}
	if err := x.encode(ctx, r); err != nil {
		return nil, err
	}
	return x, nil
}

// encode makes the URL and the body, and puts the request context into one of them.
func (x *exchange) encode(ctx context.Context, r request) error {
	query := cloneValues(r.query)
	if query == nil {
		query = url.Values{}
	}
	for name, values := range x.cfg.query {
		if query.Has(name) {
			return fmt.Errorf("mastra: WithQuery(%q): the call itself sends this parameter", name)
		}
		query[name] = values
	}
	var err error
	if x.payload, err = encodeBody(r.body, r.extra); err != nil {
		return err
	}
	if x.cfg.trace != nil && r.op.id != "" && r.op.contextInBody && x.payload != nil {
		if x.payload, err = x.cfg.addTrace(ctx, x.payload); err != nil {
			return err
		}
	}
	switch values := mergeContext(x.cfg.requestContext, r.context); {
	case len(values) == 0:
	case r.op.id != "" && (r.op.method == http.MethodPatch || r.op.method == http.MethodDelete): // these routes read none
	case r.op.contextInBody && (x.payload == nil || x.payload[0] == '{'):
		if x.payload, err = addContext(x.payload, values); err != nil {
			return err
		}
	case query.Has("requestContext"):
		return errors.New(`mastra: the query holds a "requestContext" already; use WithRequestContext alone`)
	default:
		text, err := contextQuery(values)
		if err != nil {
			return err
		}
		query.Set("requestContext", text)
	}
	if r.form != nil {
		x.payload, x.contentType = r.form.body, r.form.contentType
	}
	x.url = x.client.origin + x.path
	if len(query) > 0 {
		x.query = query.Encode()
		x.url += "?" + x.query
	}
	return nil
}

// do sends the request, as often as the policy allows, and returns the answer
// if it is a success: its body open for a stream, else read into x.body.
func (x *exchange) do(ctx context.Context) (*http.Response, error) {
	defer x.report()
	var raw any
	if x.payload != nil {
		raw = x.payload
	}
	req, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, exchangeKey{}, x), x.op.method, x.url, raw)
	if err != nil {
		return nil, fmt.Errorf("mastra: the request cannot be built: %w", plainCause(err))
	}
	if err := x.prepare(req.Request); err != nil {
		return nil, fmt.Errorf("mastra: %w", err)
	}
	attempts := retryablehttp.Client{
		HTTPClient:   x.client.http,
		RetryMax:     x.cfg.retries,
		CheckRetry:   x.check,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return x.next },
		PrepareRetry: x.prepare,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := attempts.Do(req)
	switch {
	case err == nil && x.failure == nil:
		return resp, nil
	case x.failure == nil: // no attempt has ended
		x.failure = x.transportError(ctx, err)
		x.failure.tidy(x.hide)
	case x.pausing:
		x.failure.also(contextError(ctx), " while waiting to repeat")
	case x.tokenErr != nil:
		x.failure.also(x.tokenErr, "")
	}
	return nil, x.fail(x.failure, false)
}

// prepare makes a request ready for its next attempt. The headers are made anew:
// net/http and middleware have added theirs to the last ones, and may still be
// reading them.
func (x *exchange) prepare(req *http.Request) error {
	x.pausing, x.trace = false, nil
	req.Header = make(http.Header, 8+len(x.cfg.header))
	x.setHeaders(req.Header)
	if err := x.authorize(req); err != nil {
		x.tokenErr = err
		return err
	}
	x.started = time.Now()
	return nil
}

// check looks at the end of one attempt. It is retryablehttp's CheckRetry.
func (x *exchange) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	x.attempts++
	final := false // another attempt would meet the same
	if err != nil {
		x.failure = x.transportError(ctx, err)
		final = untrusted(err) || errors.Is(err, errIdempotencyKey)
	} else {
		x.status, x.header, x.body = resp.StatusCode, resp.Header, nil
		x.failure, final = x.judge(ctx, resp)
	}
	if x.failure == nil {
		x.log(ctx)
		return false, nil
	}
	x.failure.tidy(x.hide)
	x.pausing = x.repeat(ctx, err, final)
	x.log(ctx)
	return x.pausing, nil
}

// judge tells whether an answer is a success, and reads it unless it is a stream.
func (x *exchange) judge(ctx context.Context, resp *http.Response) (failure *Error, final bool) {
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		if x.accept != "" {
			return nil, false
		}
		if err := x.read(resp); err != nil {
			failure = x.transportError(ctx, err)
			failure.Header = resp.Header
			return failure, errors.Is(err, errAnswerTooLarge)
		}
		if isHTML(resp.Header, x.body) {
			return &Error{Status: resp.StatusCode, Header: resp.Header, Body: head(x.body), Message: notJSON(resp.StatusCode, resp.Header, x.body)}, true
		}
		return nil, false
	case resp.StatusCode < 400:
		failure = redirectError(resp)
		failure.Body = x.readError(resp)
		return failure, true
	}
	body := x.readError(resp)
	if x.ran && x.op.method == http.MethodDelete && resp.StatusCode == http.StatusNotFound && json.Valid(body) {
		x.body = nil
		return nil, false // an earlier attempt has deleted it
	}
	failure = errorFrom(resp.StatusCode, resp.Header, body)
	if x.op.method == http.MethodHead {
		failure.Message = "" // that speaks of the body
	}
	if x.bodyErr != nil && ctx.Err() != nil {
		failure.also(contextError(ctx), " while reading the answer")
	}
	return failure, false
}

// repeat decides whether the attempt that has just failed is followed by another.
func (x *exchange) repeat(ctx context.Context, err error, final bool) bool {
	a := Attempt{
		Operation: x.op.id, Method: x.op.method, Number: x.attempts, Safe: x.op.safe,
		Status: x.failure.Status, Sent: err == nil || x.trace.sent(err),
	}
	if x.failure.Status < 300 {
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
	x.ran = x.ran || a.Sent && a.Status != http.StatusUnauthorized && a.Status != http.StatusTooManyRequests
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

// report fills what WithResponse gave.
func (x *exchange) report() {
	if x.cfg.response != nil {
		*x.cfg.response = Response{Status: x.status, Header: x.header, Attempts: x.attempts, Body: x.body}
	}
}
