package mastra_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/internal/leakcheck"
)

var errShutdown = errors.New("the program ends")

// endings are the ways in which a caller's context ends. end makes it end.
var endings = []struct {
	name  string
	start func(context.Context) (ctx context.Context, end func())
	is    []error
}{
	{"cancelled", func(ctx context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancel(ctx)
		return ctx, cancel
	}, []error{context.Canceled}},
	{"cancelled with a cause", func(ctx context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(ctx)
		return ctx, func() { cancel(errShutdown) }
	}, []error{context.Canceled, errShutdown}},
	{"cancelled with a cause that says so itself", func(ctx context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(ctx)
		return ctx, func() { cancel(fmt.Errorf("%w: %w", errShutdown, context.Canceled)) }
	}, []error{context.Canceled, errShutdown}},
	{"expired", func(ctx context.Context) (context.Context, func()) {
		e := &expiring{Context: ctx, done: make(chan struct{})}
		return e, e.expire
	}, []error{context.DeadlineExceeded}},
}

// expiring is a context whose deadline passes when the test says so.
type expiring struct {
	context.Context
	done chan struct{}
	over atomic.Bool
}

func (e *expiring) expire()               { e.over.Store(true); close(e.done) }
func (e *expiring) Done() <-chan struct{} { return e.done }
func (e *expiring) Err() error {
	if e.over.Load() {
		return context.DeadlineExceeded
	}
	return nil
}

func eachEnding(t *testing.T, calls []call, test func(t *testing.T, c call, ctx context.Context, end func(), is []error)) {
	for _, ending := range endings {
		for _, c := range calls {
			t.Run(ending.name+"/"+c.name, func(t *testing.T) {
				ctx, end := ending.start(context.Background())
				test(t, c, ctx, end, ending.is)
			})
		}
	}
}

func assertEnded(t *testing.T, err error, is []error) {
	t.Helper()
	require.Error(t, err)
	for _, target := range is {
		assert.ErrorIs(t, err, target)
	}
	assert.NotContains(t, err.Error(), "\n")
}

func TestContext_EndedBeforeTheCallSendsNothing(t *testing.T) {
	var arrived atomic.Int64
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) { arrived.Add(1); say(w, 200, "{}") })
	eachEnding(t, calls, func(t *testing.T, c call, ctx context.Context, end func(), is []error) {
		end()
		err := c.do(ctx, client)
		assertEnded(t, err, is)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		assert.Zero(t, arrived.Load())
	})
}

func TestContext_EndsTheCallAtOnceDuringThePause(t *testing.T) {
	for _, c := range withBody {
		for _, tt := range []struct {
			name string
			end  func(context.CancelCauseFunc)
			is   []error
		}{
			{"cancelled", func(cancel context.CancelCauseFunc) { cancel(nil) }, []error{context.Canceled}},
			{"with a cause", func(cancel context.CancelCauseFunc) { cancel(errShutdown) }, []error{context.Canceled, errShutdown}},
		} {
			t.Run(tt.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(10*time.Millisecond, func() { tt.end(cancel) })
					rt := play(answer(503, `{"error":"busy"}`))
					start := time.Now()
					var meta mastra.Response
					err := c.do(ctx, inMemory(t, rt), mastra.WithResponse(&meta))
					assert.Equal(t, 10*time.Millisecond, time.Since(start))
					assertEnded(t, err, tt.is)
					assert.ErrorIs(t, err, mastra.ErrUnavailable, "the failure that was waited for is told too")
					assert.ErrorContains(t, err, "busy")
					assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, "a 503 was refused")
					assert.Equal(t, 1, rt.attempts())
					assert.Equal(t, 503, meta.Status)
					assert.Equal(t, 1, meta.Attempts)
				})
			})
		}
	}
	t.Run("after an attempt of unknown outcome", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(10*time.Millisecond, cancel)
			err := generate(ctx, inMemory(t, play(fails(errReset)), mastra.WithRetryPolicy(mastra.RetryAlways)))
			assertEnded(t, err, []error{context.Canceled, mastra.ErrOutcomeUnknown})
		})
	})
}

func TestContext_DoesNotHideAnAnswerThatCameBeforeItsEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	rt := play(func(req *http.Request) (*http.Response, error) {
		return response(req, 404, &closing{strings.NewReader(`{"error":"no such agent"}`), cancel}), nil
	})
	err := list(ctx, inMemory(t, rt))
	assert.ErrorIs(t, err, mastra.ErrNotFound)
	assert.NotErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "no such agent")
	assert.NotContains(t, err.Error(), "waiting")
}

type closing struct {
	io.Reader
	closed func()
}

func (c *closing) Close() error { c.closed(); return nil }

// blocked is a handler that sends what begin sends and then stays, whatever the
// client does, until the test is over.
func blocked(t *testing.T, begin func(http.ResponseWriter), opts ...mastra.ClientOption) (c *mastra.Client, entered <-chan struct{}, inside *atomic.Int64) {
	t.Helper()
	in, release := make(chan struct{}, 8), make(chan struct{})
	inside = new(atomic.Int64)
	c = serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		inside.Add(1)
		defer inside.Add(-1)
		begin(w)
		in <- struct{}{}
		<-release
	}, opts...)
	t.Cleanup(func() { close(release) }) // before the server is closed
	return c, in, inside
}

func TestContext_EndsTheCallAtOnceWhileTheServerIsBusy(t *testing.T) {
	for _, phase := range []struct {
		name  string
		calls []call
		begin func(http.ResponseWriter)
	}{
		{"waiting for headers", calls, func(http.ResponseWriter) {}},
		{"inside the body", withBody, func(w http.ResponseWriter) {
			say(w, 200, `{"text":"ha`)
			w.(http.Flusher).Flush()
		}},
		{"inside an error's body", withBody, func(w http.ResponseWriter) {
			say(w, 502, `{"error":"ha`)
			w.(http.Flusher).Flush()
		}},
	} {
		t.Run(phase.name, func(t *testing.T) {
			eachEnding(t, phase.calls, func(t *testing.T, c call, ctx context.Context, end func(), is []error) {
				leakcheck.Check(t)
				client, entered, inside := blocked(t, phase.begin)
				go func() { <-entered; end() }()
				err := c.do(ctx, client)
				assert.EqualValues(t, 1, inside.Load(), "the handler is still blocked")
				assertEnded(t, err, is)
				assert.Equal(t, !c.safe, errors.Is(err, mastra.ErrOutcomeUnknown))
				assert.Equal(t, 1, asError(t, err).Attempts)
			})
		})
	}
}

func TestContext_EndedWhileTheConnectionIsMadeSendsNothing(t *testing.T) {
	eachEnding(t, calls, func(t *testing.T, c call, ctx context.Context, end func(), is []error) {
		leakcheck.Check(t)
		release := make(chan struct{}) // net/http lets a dial outlive its request
		defer close(release)
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			end()
			<-release
			return nil, errRefused
		}}
		t.Cleanup(transport.CloseIdleConnections)
		err := c.do(ctx, dial(t, "http://mastra.test", mastra.WithHTTPClient(&http.Client{Transport: transport})))
		assertEnded(t, err, is)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	})
}

func TestContext_NilIsAnErrorAndNoPanic(t *testing.T) {
	var none context.Context
	for _, c := range calls {
		assert.ErrorContains(t, c.do(none, inMemory(t, play(answer(200, "{}")))), "context", c.name)
	}
}

func TestContext_CancelledLeavesNoGoroutines(t *testing.T) {
	leakcheck.Check(t)
	client, entered, _ := blocked(t, func(http.ResponseWriter) {}, mastra.WithAttemptTimeout(time.Hour))
	for range 8 {
		ctx, cancel := context.WithCancel(context.Background())
		go func() { <-entered; cancel() }()
		require.ErrorIs(t, generate(ctx, client), context.Canceled)
	}
}
