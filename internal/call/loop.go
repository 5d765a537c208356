package call

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/mastra-go/mastra/internal/logbook"
	"github.com/mastra-go/mastra/stream"
)

// leastPause is between the attempts of a call that repeats without end, so that a
// dead server is not asked without a pause.
const leastPause = 100 * time.Millisecond

// ErrDone ends a call of which [Request].Lost found that it was carried out
// although its answer was lost.
var ErrDone = errors.New("call: carried out, its answer lost")

// do sends the request, as often as the policy allows, and returns the answer if
// it is a success: its body open for a stream, else read into x.body.
//
// This is the one loop of the client: whatever is repeated goes through failed.
func (x *Exchange) do(ctx context.Context) (resp *http.Response, err error) {
	defer x.Report()
	var raw any
	switch body := x.req.Raw; {
	case body != nil:
		raw = retryablehttp.ReaderFunc(body.open)
		defer func() {
			if err != nil || x.kind.isRead() {
				body.close()
			} else {
				body.asked(resp)
			}
		}()
	case x.payload != nil:
		raw = x.payload
	}
	req, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, attemptKey{}, &x.now), x.req.Op.Method, x.url, raw)
	if err != nil {
		return nil, Refuse("mastra: the request cannot be built: %w", plainCause(err))
	}
	if body := x.req.Raw; body != nil && body.copies == nil {
		req.GetBody, x.now.blocks = nil, true // there is no other copy
	}
	if err := x.prepare(req.Request); err != nil {
		if x.failure == nil {
			return nil, x.Veil().Error(fmt.Errorf("mastra: %w", err)) // nothing was sent
		}
		x.failure.also(err, "")
		return nil, x.fail(x.failure)
	}
	x.logBody(ctx, logbook.RequestBody, x.contentType, x.payload)
	attempts := retryablehttp.Client{
		HTTPClient:   x.server.http,
		RetryMax:     1 << 30, // x.check counts
		CheckRetry:   x.check,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return x.next },
		PrepareRetry: x.prepare,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err = attempts.Do(req)
	switch {
	case x.done:
		return nil, ErrDone
	case err == nil && x.failure == nil:
		return resp, nil
	case x.failure == nil: // no attempt has ended
		x.failure = transportFailure(ctx, &x.now, x.server.origin, x.advice, err)
	case x.pausing:
		x.failure.also(ContextError(ctx), " while waiting to repeat")
	case x.credentials.err != nil:
		x.failure.also(x.credentials.err, "")
	}
	return nil, x.fail(x.failure)
}

// Again goes on with a call whose answer was a stream that broke before it had told
// what the caller needs: the attempt has failed after all, and is repeated as any.
func (x *Exchange) Again(ctx context.Context, broken error) (*http.Response, stream.Options, error) {
	if err := x.Broke(ctx, broken); err != nil {
		return nil, stream.Options{}, err
	}
	return x.Frames(ctx)
}

// Broke says that the stream that was opened has broken. It pauses and returns nil
// where the call may be attempted again.
func (x *Exchange) Broke(ctx context.Context, broken error) error {
	x.failure = &Failure{Message: broken.Error(), Cause: broken}
	if !x.failed(ctx, true, true, errors.Is(broken, stream.ErrEventTooLarge)) {
		x.Report()
		if x.done {
			return ErrDone
		}
		return x.fail(x.failure)
	}
	if err := Sleep(ctx, x.next); err != nil {
		x.failure.also(err, " while waiting to repeat")
		return x.fail(x.failure)
	}
	return nil
}

// Progressed says that the stream that was opened has told something: what failed
// before it does not count any more.
func (x *Exchange) Progressed() { x.attempts, x.serverErrors, x.unknown = 1, 0, false }

// prepare makes a request ready for its next attempt. The headers are made anew:
// net/http and middleware have added theirs to the last ones, and may still be
// reading them.
func (x *Exchange) prepare(req *http.Request) error {
	x.pausing, x.now.trace, x.now.circles, x.veil = false, nil, false, nil
	req.Header = x.headers()
	if err := x.credentials.put(req, x.failure != nil && x.failure.Status == http.StatusUnauthorized); err != nil {
		return err
	}
	x.now.cookie = req.Header["Cookie"]
	x.server.tokens.add(x.credentials.token)
	x.now.started = time.Now()
	x.attempts++
	return nil
}

// check looks at the end of one attempt. It is retryablehttp's CheckRetry.
func (x *Exchange) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	sent, final := true, false // final: another attempt would meet the same
	if err != nil {
		x.failure = transportFailure(ctx, &x.now, x.server.origin, x.advice, err)
		sent = x.now.sent(err)
		final = lasting(err) != "" || errors.Is(err, errIdempotencyKey) || errors.Is(err, stream.ErrIdleTimeout) && x.req.silenceIsAnAnswer()
		x.blameBody(ctx)
	} else {
		x.status, x.header, x.body = resp.StatusCode, resp.Header, nil
		x.failure, final = x.judge(ctx, resp)
	}
	if x.failure == nil {
		x.logAttempt(ctx, false)
		return false, nil
	}
	final = final || x.req.Raw != nil && x.req.Raw.failure() != nil
	return x.failed(ctx, false, sent, final), nil
}

// blameBody says of an attempt without an answer that the caller's reader has failed.
func (x *Exchange) blameBody(ctx context.Context) {
	if x.req.Raw == nil || ctx.Err() != nil {
		return
	}
	if err := x.req.Raw.failure(); err != nil {
		x.failure.Cause, x.failure.Message = err, "the request's body cannot be read: "+err.Error()
	}
}

// failed tells whether the attempt that has just failed is followed by another.
func (x *Exchange) failed(ctx context.Context, broke, sent, final bool) bool {
	x.failure.tidy(x.Veil())
	x.pausing = x.repeat(ctx, sent, final)
	x.logAttempt(ctx, broke)
	return x.pausing
}

func (x *Exchange) repeat(ctx context.Context, sent, final bool) bool {
	a := Attempt{
		Operation: x.req.Op.ID, Method: x.req.Op.Method, Number: x.attempts, Safe: x.req.Op.Safe,
		Status: x.failure.Status, Sent: sent, Refused: x.failure.refused(),
	}
	if x.failure.Status < 300 {
		a.Err = x.failure.Cause
		if a.Err == nil {
			a.Err = x.failure
		}
	}
	if x.failure.Status == http.StatusInternalServerError {
		x.serverErrors++
	}
	a.ServerErrors = x.serverErrors
	x.ran = x.ran || sent && !a.Refused
	page := a.Status == http.StatusInternalServerError && isHTML(x.failure.Header, x.failure.Body) // a proxy's, perhaps
	if page || outcomeUnknown(a) {
		x.unknown = true
		if x.req.Lost != nil && ctx.Err() == nil && !x.settle(ctx, &a) {
			return false
		}
	}
	if final || ctx.Err() != nil || x.attempts > x.cfg.Retries && !x.req.Endless {
		return false
	}
	if x.req.Raw != nil && x.req.Raw.spent() {
		if x.cfg.Policy(a) || x.failure.Status == http.StatusUnauthorized && x.credentials.source != nil {
			x.failure.also(errReadOnce, "")
		}
		return false
	}
	if x.failure.Status == http.StatusUnauthorized {
		x.next = 0
		return x.credentials.source != nil && x.cfg.Policy(a) && x.credentials.refresh(ctx)
	}
	if !x.cfg.Policy(a) {
		return false
	}
	pause, ok := x.cfg.wait(x.attempts-1, x.failure.Header)
	if x.req.Endless {
		pause = max(pause, leastPause)
	}
	if !ok {
		x.failure.Advice = fmt.Sprintf("the server asks to wait for %s, longer than the %s that WithMaxBackoff allows", pause, x.cfg.MaxBackoff)
		return false
	}
	if deadline, has := ctx.Deadline(); has && !time.Now().Add(pause).Before(deadline) {
		x.failure.Advice = fmt.Sprintf("not repeated, because the pause of %s before that would outlast the context", pause.Round(time.Millisecond))
		return false
	}
	x.next = pause
	return true
}

// settle finds out what became of an attempt whose answer was lost, and tells
// whether a repetition may be thought of.
func (x *Exchange) settle(ctx context.Context, a *Attempt) bool {
	verdict, reason := x.req.Lost(ctx)
	switch {
	case verdict == Done:
		x.done = true
	case verdict == NotDone:
		a.Safe = true
	case reason != nil:
		x.failure.also(reason, "")
	}
	return verdict == NotDone
}

// outcomeUnknown: the request may have been carried out although it failed.
func outcomeUnknown(a Attempt) bool {
	switch {
	case a.Status == 0:
		return a.Sent
	case a.Status < 300:
		return true
	case a.Status == http.StatusInternalServerError, a.Status == http.StatusNotImplemented:
		return false
	}
	return a.Status >= 500 && !a.Refused
}
