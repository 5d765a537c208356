package call

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mastra-go/mastra/stream"
)

// attempt is one attempt under way, as the transports see it.
type attempt struct {
	safe    bool          // may be carried out twice
	timeout time.Duration // until the response headers; 0: none
	silence time.Duration // until the first byte, headers included; 0: none
	started time.Time
	trace   *writeTrace                  // nil before a transport was asked
	header  atomic.Pointer[http.Header]  // that the request went out with
	request atomic.Pointer[http.Request] // as the transport got it
	circles bool                         // it was led on too often
	cookie  []string                     // the header, before a jar adds to it
	blocks  bool                         // reading the body may take any time
}

// limit bounds the wait for the response headers, and is what runs out then.
func (a *attempt) limit() (time.Duration, error) {
	if a.silence > 0 && (a.timeout <= 0 || a.silence <= a.timeout) {
		return a.silence, stream.ErrIdleTimeout
	}
	return a.timeout, errAttemptTimeout
}

type attemptKey struct{}

// attemptOf finds, in the context of an HTTP request, the attempt it belongs to;
// nil for a request that is not one of this package's.
func attemptOf(ctx context.Context) *attempt {
	a, _ := ctx.Value(attemptKey{}).(*attempt)
	return a
}

// attemptTransport runs one attempt: it bounds the time to the response headers
// and watches whether anything was written. It has no CloseIdleConnections
// method on purpose: retryablehttp would empty the pool after every failed call.
type attemptTransport struct{ next http.RoundTripper }

func (t attemptTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	a := attemptOf(req.Context())
	if a == nil {
		return t.next.RoundTrip(req)
	}
	a.trace = nil
	header := req.Header // with the cookies of a jar
	a.header.Store(&header)
	if req.Context().Err() != nil { // a transport might not look before it sends
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, context.Cause(req.Context())
	}
	a.trace = new(writeTrace)
	ctx, cancel := context.WithCancelCause(req.Context())
	var decided atomic.Bool // by the headers or by the timer, whichever is first
	limit, over := a.limit()
	if limit > 0 {
		timer := time.AfterFunc(limit-time.Since(a.started), func() {
			if decided.CompareAndSwap(false, true) {
				cancel(over)
			}
		})
		defer timer.Stop()
	}
	inner := req.WithContext(httptrace.WithClientTrace(ctx, a.trace.hooks()))
	if a.blocks && inner.Body != nil {
		inner.Body = &leftBehind{ctx: ctx, body: inner.Body}
	}
	resp, err := t.next.RoundTrip(inner)
	if late := !decided.CompareAndSwap(false, true); late && req.Context().Err() == nil {
		if err == nil {
			resp.Body.Close()
		}
		err = over
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

// writeTrace knows whether a request may have left this machine.
type writeTrace struct{ watched, wrote atomic.Bool }

func (t *writeTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		// net/http asks for another connection only after writing nothing to the last one.
		GetConn:      func(string) { t.watched.Store(true); t.wrote.Store(false) },
		WroteHeaders: func() { t.wrote.Store(true) },
	}
}

// sent tells whether the attempt that failed with err may have reached the
// server. A transport that reports nothing is taken to have sent everything,
// unless it says itself that it could not dial.
func (a *attempt) sent(err error) bool {
	if a.trace == nil || dialError(err) || lasting(err) != "" || errors.Is(err, errIdempotencyKey) {
		return false
	}
	return !a.trace.watched.Load() || a.trace.wrote.Load()
}

func dialError(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

var errAttemptTimeout error = attemptTimeoutError{}

type attemptTimeoutError struct{}

func (attemptTimeoutError) Error() string   { return "no response headers within the attempt timeout" }
func (attemptTimeoutError) Timeout() bool   { return true }
func (attemptTimeoutError) Temporary() bool { return true }

// transportFailure says why no (whole) answer came, and what to do where no connection
// could be made.
func transportFailure(ctx context.Context, a *attempt, origin string, advice func(error) string, err error) *Failure {
	err = plainCause(err)
	text := err.Error()
	f := &Failure{Message: text, Cause: err}
	switch {
	case ctx.Err() != nil:
		f.Cause = ContextError(ctx)
		f.Message = f.Cause.Error()
	case errors.Is(err, errAttemptTimeout):
		f.Kind |= TimedOut
	case errors.Is(err, stream.ErrIdleTimeout):
		f.Message = "no first byte came within " + a.silence.String()
	case errors.Is(err, errAnswerTooLarge):
		f.Kind |= TooLarge
	case errors.Is(err, errIdempotencyKey):
	case brokenGzip(err):
		f.Message = brokenGzipText(err)
	case a.sent(err):
		f.Message = "the connection broke: " + text
	default:
		f.Kind |= Unavailable
		f.Message = "cannot connect to " + origin + ": " + text + "; " + advice(err)
	}
	return f
}

// plainCause takes off the url.Error, whose text holds the query.
func plainCause(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}
