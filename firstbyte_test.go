package mastra_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func observe(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
	s, err := c.Agent("a").Observe(ctx, mastra.ObserveAgentRequest{RunID: "r"}, opts...)
	if err != nil {
		return err
	}
	_, err = s.Result()
	return err
}

// Fastify sends no headers before the first chunk: a run that says nothing must not
// be waited for for ever there either.
func TestFirstByte_LimitOfASilentRouteCoversTheHeaders(t *testing.T) {
	for _, tt := range []struct {
		name     string
		opts     []mastra.Option
		after    time.Duration
		is       error
		attempts int
	}{
		{"the route's own", nil, 30 * time.Second, mastra.ErrIdleTimeout, 1},
		{"the caller's", []mastra.Option{mastra.WithIdleTimeout(5 * time.Second)}, 5 * time.Second, mastra.ErrIdleTimeout, 1},
		{"a longer one of the caller's", []mastra.Option{mastra.WithIdleTimeout(time.Hour)}, time.Hour, mastra.ErrIdleTimeout, 1},
		{"a longer attempt timeout", []mastra.Option{mastra.WithAttemptTimeout(time.Minute)}, 30 * time.Second, mastra.ErrIdleTimeout, 1},
		{"a shorter attempt timeout", []mastra.Option{mastra.WithAttemptTimeout(10 * time.Second), mastra.WithBackoff(0)}, 40 * time.Second, mastra.ErrTimeout, 4},
		{"it repeats nothing by any policy", []mastra.Option{mastra.WithRetryPolicy(mastra.RetryAlways)}, 30 * time.Second, mastra.ErrIdleTimeout, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := play(hangs)
				start := time.Now()
				err := observe(t.Context(), inMemory(t, rt), tt.opts...)
				assert.Equal(t, tt.after, time.Since(start))
				e := asError(t, err)
				assert.ErrorIs(t, e, tt.is)
				if tt.is == mastra.ErrIdleTimeout {
					assert.NotErrorIs(t, e, mastra.ErrTimeout)
					assert.Equal(t, "no first byte came within "+tt.after.String(), e.Message)
				} else {
					assert.NotErrorIs(t, e, mastra.ErrIdleTimeout)
				}
				assert.NotErrorIs(t, e, mastra.ErrOutcomeUnknown)
				assert.NotErrorIs(t, e, context.Canceled)
				assert.NotErrorIs(t, e, context.DeadlineExceeded)
				assert.Equal(t, tt.attempts, e.Attempts)
				assert.Equal(t, 504, mastra.HTTPStatus(e))
				var timeout interface{ Timeout() bool }
				require.ErrorAs(t, e, &timeout)
				assert.True(t, timeout.Timeout())
			})
		})
	}
}

func TestFirstByte_LimitIsOneForHeadersAndBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(func(req *http.Request) (*http.Response, error) {
			time.Sleep(20 * time.Second)
			return response(req, 200, &stalled{strings.NewReader(""), make(chan struct{})}, "Content-Type", "text/event-stream"), nil
		})
		start := time.Now()
		err := observe(t.Context(), inMemory(t, rt))
		assert.ErrorIs(t, err, mastra.ErrIdleTimeout)
		assert.Equal(t, 30*time.Second, time.Since(start))
		assert.Equal(t, 1, rt.attempts())
	})
}

func TestFirstByte_LimitBeginsAnewWithEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(func(req *http.Request) (*http.Response, error) {
			time.Sleep(20 * time.Second)
			return nil, errReset
		}, func(req *http.Request) (*http.Response, error) {
			time.Sleep(20 * time.Second)
			return answer(200, finished, "Content-Type", "text/event-stream")(req)
		})
		require.NoError(t, observe(t.Context(), inMemory(t, rt)))
		assert.Equal(t, 2, rt.attempts())
	})
}

func TestFirstByte_LimitCanBeSwitchedOffAndIsNoneOfOtherRoutes(t *testing.T) {
	late := func(req *http.Request) (*http.Response, error) {
		select {
		case <-time.After(time.Hour):
			return answer(200, finished, "Content-Type", "text/event-stream")(req)
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, observe(t.Context(), inMemory(t, play(late)), mastra.WithIdleTimeout(0)))
		s, err := inMemory(t, play(late), mastra.WithIdleTimeout(time.Second)).Agent("a").Stream(t.Context(), ask())
		require.NoError(t, err, "a model may think")
		_, err = s.Result()
		require.NoError(t, err)
	})
}

func TestFirstByte_LimitDoesNotHideTheEndOfTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := observe(ctx, inMemory(t, play(hangs)))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, mastra.ErrIdleTimeout)
	})
}

func TestFirstByte_SilentServerWithoutHeadersIsGivenUp(t *testing.T) {
	left := make(chan struct{})
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		close(left)
	})
	err := observe(t.Context(), client, mastra.WithIdleTimeout(50*time.Millisecond))
	assert.ErrorIs(t, err, mastra.ErrIdleTimeout)
	<-left // the connection was given up
}
