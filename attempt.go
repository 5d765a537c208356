package mastra

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// exchangeKey finds, in the context of an HTTP request, the exchange it belongs to.
type exchangeKey struct{}

// attemptTransport runs one attempt: it bounds the time to the response headers
// and watches whether anything was written. It has no CloseIdleConnections
// method on purpose: retryablehttp would empty the pool after every failed call.
type attemptTransport struct{ next http.RoundTripper }

func (t attemptTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	x, ok := req.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return t.next.RoundTrip(req)
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	x.trace = new(attemptTrace)
	expired := func() bool { return false }
	if d := x.cfg.attemptTimeout; d > 0 {
		timer := time.AfterFunc(d, func() { cancel(errAttemptTimeout) })
		expired = func() bool { return !timer.Stop() && context.Cause(ctx) == errAttemptTimeout }
	}
	resp, err := t.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, x.trace.hooks())))
	if expired() && req.Context().Err() == nil {
		if err == nil {
			resp.Body.Close()
		}
		err = errAttemptTimeout
	}
	if err != nil {
		cancel(nil)
		return nil, err
	}
	resp.Body = &attemptBody{resp.Body, cancel}
	return resp, nil
}

// attemptBody keeps the attempt's context alive until the body is closed.
type attemptBody struct {
	io.ReadCloser
	cancel context.CancelCauseFunc
}

func (b *attemptBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}

// attemptTrace knows whether a request may have left this machine.
type attemptTrace struct{ watched, wrote atomic.Bool }

func (t *attemptTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		// net/http asks for another connection only after writing nothing to the last one.
		GetConn:      func(string) { t.watched.Store(true); t.wrote.Store(false) },
		WroteHeaders: func() { t.wrote.Store(true) },
	}
}

// sent tells whether the attempt that failed with err may have reached the
// server. A transport that reports nothing is taken to have sent everything,
// unless it says itself that it could not dial.
func (t *attemptTrace) sent(err error) bool {
	if dialError(err) {
		return false
	}
	return t == nil || !t.watched.Load() || t.wrote.Load()
}

func dialError(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

var (
	errAttemptTimeout error = attemptTimeoutError{}
	errAnswerTooLarge       = errors.New("the answer is larger than WithMaxResponseSize allows")
)

type attemptTimeoutError struct{}

func (attemptTimeoutError) Error() string   { return "no response headers within the attempt timeout" }
func (attemptTimeoutError) Timeout() bool   { return true }
func (attemptTimeoutError) Temporary() bool { return true }

// transportError says why no (whole) answer came.
func (x *exchange) transportError(ctx context.Context, err error) *Error {
	err = plainCause(err)
	e := &Error{Message: clip(err.Error(), maxErrorText), cause: err}
	switch {
	case ctx.Err() != nil:
		e.cause = contextError(ctx)
		e.Message = clip(e.cause.Error(), maxErrorText)
	case errors.Is(err, errAttemptTimeout):
		e.mark(ErrTimeout)
	case errors.Is(err, errAnswerTooLarge):
		e.mark(ErrTooLarge)
	case !x.trace.sent(err):
		e.mark(ErrUnavailable)
		e.Message = clip("cannot connect to "+x.client.origin+": "+err.Error()+"; is the Mastra server running?", maxErrorText)
	default:
		e.Message = clip("the connection broke: "+err.Error(), maxErrorText)
	}
	return e
}

// contextError is the context's error, with its cause where that says more.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || errors.Is(cause, err) {
		return err
	}
	return errors.Join(err, cause)
}

// plainCause takes off the url.Error, whose text holds the query.
func plainCause(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

func redirectError(resp *http.Response) *Error {
	e := &Error{Status: resp.StatusCode, Header: resp.Header, Message: "a redirect, which is not followed"}
	if u, err := resp.Location(); err == nil {
		e.Message = "a redirect to " + clip(u.Scheme+"://"+u.Host, 200) + " is not followed"
	}
	return e
}

// followRedirect is the http.Client's CheckRedirect: only a GET is led on, and
// only on the host it was sent to.
func followRedirect(users func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		first := via[0]
		if first.Method != http.MethodGet || req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || len(via) >= 10 {
			return http.ErrUseLastResponse
		}
		if users != nil {
			return users(req, via)
		}
		return nil
	}
}

func (x *exchange) log(ctx context.Context, again bool) {
	if x.cfg.logger == nil {
		return
	}
	level, attrs := slog.LevelDebug, make([]slog.Attr, 0, 8)
	attrs = append(attrs, slog.String("operation", x.op.id), slog.String("method", x.op.method), slog.String("path", x.path),
		slog.Int("attempt", x.attempts), slog.Duration("took", time.Since(x.started)))
	if x.failure != nil {
		attrs = append(attrs, slog.Int("status", x.failure.Status), slog.String("error", x.failure.Message))
	}
	if again {
		level = slog.LevelWarn
		attrs = append(attrs, slog.Duration("repeat_in", x.next))
	}
	x.cfg.logger.LogAttrs(ctx, level, "mastra: attempt", attrs...)
}
