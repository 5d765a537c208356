package mastra_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestAttemptTimeout_EndsEachAttemptThatBringsNoHeaders(t *testing.T) {
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := play(hangs)
				start := time.Now()
				err := c.do(t.Context(), inMemory(t, rt, mastra.WithAttemptTimeout(time.Second), mastra.WithBackoff(0)))
				assert.ErrorIs(t, err, mastra.ErrTimeout)
				assert.Equal(t, !c.safe, errors.Is(err, mastra.ErrOutcomeUnknown))
				assert.NotErrorIs(t, err, context.Canceled, "that is for the caller's context")
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.ErrorContains(t, err, "attempt timeout")
				var timeout interface{ Timeout() bool }
				require.True(t, errors.As(err, &timeout))
				assert.True(t, timeout.Timeout())
				want := 1
				if c.safe {
					want = 4
				}
				assert.Equal(t, want, rt.attempts())
				assert.Equal(t, time.Duration(want)*time.Second, time.Since(start))
			})
		})
	}
}

func TestAttemptTimeout_BeforeAnythingWasSentMayBeRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{}) // net/http lets a dial outlive its request
		defer close(release)
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			<-release
			return nil, errRefused
		}}
		err := generate(t.Context(), inMemory(t, transport, mastra.WithAttemptTimeout(time.Second)))
		assert.ErrorIs(t, err, mastra.ErrTimeout)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		assert.Equal(t, 4, asError(t, err).Attempts)
	})
}

func TestAttemptTimeout_YieldsToTheCallersContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := list(ctx, inMemory(t, play(hangs), mastra.WithAttemptTimeout(2*time.Second)))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, mastra.ErrTimeout)
	})
}

// slowly is a body that comes piece by piece, and breaks when the attempt's
// context ends, as net/http's does.
type slowly struct {
	ctx    context.Context
	pieces []string
	pause  time.Duration
}

func (s *slowly) Read(p []byte) (int, error) {
	time.Sleep(s.pause)
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.pieces[0])
	s.pieces = s.pieces[1:]
	return n, nil
}

func (s *slowly) Close() error { return nil }

func TestAttemptTimeout_DoesNotCutASlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, play(func(req *http.Request) (*http.Response, error) {
			return response(req, 200, &slowly{req.Context(), []string{`{"te`, `xt":"h`, `ello"}`}, time.Minute}), nil
		}), mastra.WithAttemptTimeout(time.Second))
		res, err := c.Agent("assistant").Generate(t.Context(), ask())
		require.NoError(t, err)
		assert.Equal(t, "hello", res.Text)
	})
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, play(func(req *http.Request) (*http.Response, error) {
			body := &slowly{req.Context(), []string{"data: {\"type\":\"text-delta\",\"payload\":{\"text\":\"hi\"}}\n\n", "data: [DONE]\n\n"}, time.Minute}
			return response(req, 200, body, "Content-Type", "text/event-stream"), nil
		}), mastra.WithAttemptTimeout(time.Second))
		s, err := c.Agent("assistant").Stream(t.Context(), ask())
		require.NoError(t, err)
		res, err := s.Result()
		require.NoError(t, err)
		assert.Equal(t, "hi", res.Text)
	})
}

func TestAttemptTimeout_HeadersThatArriveAsItRunsOutAreKeptOrDroppedWhole(t *testing.T) {
	kept, dropped := 0, 0
	for range 300 {
		synctest.Test(t, func(t *testing.T) {
			c := inMemory(t, play(func(req *http.Request) (*http.Response, error) {
				time.Sleep(time.Second)
				return response(req, 200, &slowly{req.Context(), []string{`{"text":"hello"}`}, time.Second}), nil
			}), mastra.WithAttemptTimeout(time.Second))
			res, err := c.Agent("assistant").Generate(t.Context(), ask())
			if err != nil {
				require.ErrorIs(t, err, mastra.ErrTimeout)
				require.ErrorContains(t, err, "attempt timeout")
				dropped++
				return
			}
			require.Equal(t, "hello", res.Text)
			kept++
		})
	}
	t.Logf("%d kept, %d dropped", kept, dropped)
}

func TestRedirect_DoesNotLengthenAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(func(req *http.Request) (*http.Response, error) {
			select {
			case <-time.After(600 * time.Millisecond):
				return answer(302, "", "Location", req.URL.Path)(req)
			case <-req.Context().Done():
				return nil, context.Cause(req.Context())
			}
		})
		start := time.Now()
		err := list(t.Context(), inMemory(t, rt, mastra.WithAttemptTimeout(time.Second), mastra.WithRetries(0)))
		assert.ErrorIs(t, err, mastra.ErrTimeout)
		assert.Equal(t, time.Second, time.Since(start))
	})
}

// stalled is a body that sends nothing more and only ends when it is closed.
type stalled struct {
	begin  io.Reader
	closed chan struct{}
}

func (s *stalled) Read(p []byte) (int, error) {
	if n, err := s.begin.Read(p); err == nil {
		return n, nil
	}
	<-s.closed
	return 0, errors.New("read on closed body")
}

func (s *stalled) Close() error {
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

func TestRetry_StalledErrorBodyHoldsItUpForAMomentOnly(t *testing.T) {
	for _, c := range withBody {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := play(func(req *http.Request) (*http.Response, error) {
					return response(req, 503, &stalled{strings.NewReader(`{"error":"busy"`), make(chan struct{})}, "Retry-After", "0"), nil
				}, answer(200, fine))
				require.NoError(t, c.do(t.Context(), inMemory(t, rt, mastra.WithBackoff(0))))
				assert.Equal(t, []time.Duration{2 * time.Second}, rt.waits())
			})
		})
	}
}

func TestError_BodyThatTricklesOnIsLeftAfterAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(func(req *http.Request) (*http.Response, error) {
			return response(req, 503, trickle{req.Context()}), nil
		})
		start := time.Now()
		assert.ErrorIs(t, list(t.Context(), inMemory(t, rt, mastra.WithRetries(0))), mastra.ErrUnavailable)
		assert.LessOrEqual(t, time.Since(start), 3*time.Second)
	})
}

// trickle never ends, and knows of the attempt's end only by its context.
type trickle struct{ ctx context.Context }

func (t trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		return copy(p, "x"), nil
	case <-t.ctx.Done():
		return 0, t.ctx.Err()
	}
}

func (trickle) Close() error { return nil }

func TestAttemptTimeout_TimerDoesNotOutliveItsAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ctxs []context.Context
		rt := play(func(req *http.Request) (*http.Response, error) {
			ctxs = append(ctxs, req.Context())
			return answer(200, "{}")(req)
		})
		require.NoError(t, list(t.Context(), inMemory(t, rt, mastra.WithAttemptTimeout(time.Second))))
		time.Sleep(time.Hour)
		assert.Equal(t, context.Canceled, context.Cause(ctxs[0]), "ended with its body, not by the timer")
	})
}

// Behind a page of a proxy's, the server may have acted.
func TestOutcome_OfAPageInPlaceOfAServerErrorIsUnknown(t *testing.T) {
	for body, unknown := range map[string]bool{
		"<html><h1>Internal Server Error</h1></html>": true, `{"error":"boom"}`: false, "Internal Server Error": false,
	} {
		kind := "text/plain"
		switch body[0] {
		case '<':
			kind = "text/html"
		case '{':
			kind = "application/json"
		}
		rt := play(answer(500, body, "Content-Type", kind))
		err := generate(t.Context(), inMemory(t, rt))
		assert.Equal(t, unknown, errors.Is(err, mastra.ErrOutcomeUnknown), body)
		assert.ErrorIs(t, err, mastra.ErrServer)
		assert.Equal(t, 1, rt.attempts())
	}
}
