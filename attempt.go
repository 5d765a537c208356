package mastra

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
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
	x.trace = nil
	if req.Context().Err() != nil { // a transport might not look before it sends
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, context.Cause(req.Context())
	}
	x.trace = new(attemptTrace)
	ctx, cancel := context.WithCancelCause(req.Context())
	var decided atomic.Bool // by the headers or by the timer, whichever is first
	if d := x.cfg.attemptTimeout; d > 0 {
		timer := time.AfterFunc(d-time.Since(x.started), func() {
			if decided.CompareAndSwap(false, true) {
				cancel(errAttemptTimeout)
			}
		})
		defer timer.Stop()
	}
	resp, err := t.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, x.trace.hooks())))
	if late := !decided.CompareAndSwap(false, true); late && req.Context().Err() == nil {
		if err == nil {
			resp.Body.Close()
		}
		err = errAttemptTimeout
	}
	if err != nil {
		cancel(nil)
		return nil, err
	}
	dropOddLocation(req, resp)
	resp.Body = &attemptBody{body: resp.Body, cancel: cancel}
	return resp, nil
}

// attemptBody keeps the attempt's context alive until the body is closed.
type attemptBody struct {
	body   io.ReadCloser
	cancel context.CancelCauseFunc
	once   sync.Once
	err    error
}

func (b *attemptBody) Read(p []byte) (int, error) { return b.body.Read(p) }

// Close may come while another goroutine reads: the context ends first, because
// some bodies cannot be closed before a read of theirs returns.
func (b *attemptBody) Close() error {
	b.once.Do(func() {
		b.cancel(nil)
		b.err = b.body.Close()
	})
	return b.err
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
// unless it says itself that it could not dial. No trace: no transport was asked.
func (t *attemptTrace) sent(err error) bool {
	if t == nil || dialError(err) || errors.Is(err, errIdempotencyKey) {
		return false
	}
	return !t.watched.Load() || t.wrote.Load()
}

func dialError(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

// untrusted: the server's certificate was refused, and would be again.
func untrusted(err error) bool {
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &certificate)
}

var errAttemptTimeout error = attemptTimeoutError{}

type attemptTimeoutError struct{}

func (attemptTimeoutError) Error() string   { return "no response headers within the attempt timeout" }
func (attemptTimeoutError) Timeout() bool   { return true }
func (attemptTimeoutError) Temporary() bool { return true }

// transportError says why no (whole) answer came.
func (x *exchange) transportError(ctx context.Context, err error) *Error {
	err = plainCause(err)
	text := err.Error()
	e := &Error{Message: text, cause: err}
	switch {
	case ctx.Err() != nil:
		e.cause = contextError(ctx)
		e.Message = e.cause.Error()
	case errors.Is(err, errAttemptTimeout):
		e.mark(ErrTimeout)
	case errors.Is(err, errAnswerTooLarge):
		e.mark(ErrTooLarge)
	case errors.Is(err, errIdempotencyKey):
	case x.trace.sent(err):
		e.Message = "the connection broke: " + text
	default:
		e.mark(ErrUnavailable)
		e.Message = "cannot connect to " + x.client.origin + ": " + text
		if !untrusted(err) {
			e.Message += "; is the Mastra server running?"
		}
	}
	return e
}

// contextError is the context's error, with its cause where that says more.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	switch {
	case cause == nil || cause == err:
		return err
	case errors.Is(cause, err):
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// plainCause takes off the url.Error, whose text holds the query.
func plainCause(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}
