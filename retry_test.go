package mastra_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

const html = "<!doctype html><html><body>Bad gateway</body></html>"

// faults are met by every attempt of a call. The numbers are the attempts made,
// of four that are allowed.
var faults = []struct {
	name                  string
	met                   step
	safe, refused, always int
	is                    []error
	unknown               bool // a call that was sent cannot know what became of it
}{
	{"no connection", fails(errRefused), 4, 4, 4, []error{mastra.ErrUnavailable, errRefused.Err}, false},
	{"reset before headers", fails(errReset), 4, 1, 4, []error{errReset.Err}, true},
	{"closed before headers", fails(io.EOF), 4, 1, 4, []error{io.EOF}, true},
	{"reset mid-body", cut(errReset), 4, 1, 4, []error{errReset.Err}, true},
	{"closed mid-body", cut(io.ErrUnexpectedEOF), 4, 1, 4, []error{io.ErrUnexpectedEOF}, true},
	{"200 that is a page", answer(200, html, "Content-Type", "text/html"), 1, 1, 1, nil, true},
	{"304", answer(304, ""), 1, 1, 1, nil, false},
	{"400", answer(400, `{"error":"bad"}`), 1, 1, 1, []error{mastra.ErrBadRequest}, false},
	{"401", answer(401, `{"error":"no"}`), 1, 1, 1, []error{mastra.ErrUnauthorized}, false},
	{"403", answer(403, `{"error":"no"}`), 1, 1, 1, []error{mastra.ErrForbidden}, false},
	{"404", answer(404, `{"error":"no"}`), 1, 1, 1, []error{mastra.ErrNotFound}, false},
	{"408", answer(408, ""), 4, 1, 1, nil, false},
	{"409", answer(409, `{"error":"no"}`), 1, 1, 1, []error{mastra.ErrConflict}, false},
	{"413", answer(413, `{"error":"Request body too large"}`), 1, 1, 1, []error{mastra.ErrTooLarge}, false},
	{"425", answer(425, ""), 1, 1, 1, nil, false},
	{"429", answer(429, `{"error":"slow down"}`), 4, 4, 1, []error{mastra.ErrRateLimited}, false},
	{"500", answer(500, `{"error":"boom"}`), 2, 1, 4, []error{mastra.ErrServer}, false},
	{"501", answer(501, ""), 1, 1, 4, []error{mastra.ErrServer}, false},
	{"502", answer(502, html, "Content-Type", "text/html"), 4, 1, 4, []error{mastra.ErrServer, mastra.ErrUnavailable}, true},
	{"503", answer(503, `{"error":"busy"}`), 4, 4, 4, []error{mastra.ErrServer, mastra.ErrUnavailable}, false},
	{"503 of a proxy", answer(503, html, "Content-Type", "text/html"), 4, 1, 4, []error{mastra.ErrServer, mastra.ErrUnavailable}, true},
	{"504", answer(504, `{"error":"Gateway Timeout"}`), 4, 1, 4, []error{mastra.ErrServer, mastra.ErrTimeout}, true},
}

var policies = []struct {
	name   string
	policy mastra.RetryPolicy
}{{"RetrySafe", mastra.RetrySafe}, {"RetryAlways", mastra.RetryAlways}, {"RetryNever", mastra.RetryNever}}

func TestRetry_RepeatsEveryFaultAsOftenAsClassAndPolicyAllow(t *testing.T) {
	for _, f := range faults {
		for _, c := range withBody {
			for _, p := range policies {
				want := map[string]int{"RetryNever": 1, "RetryAlways": f.always, "RetrySafe": f.refused}[p.name]
				if c.safe && p.name == "RetrySafe" {
					want = f.safe
				}
				t.Run(f.name+"/"+c.name+"/"+p.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						rt := play(f.met)
						client := inMemory(t, rt, mastra.WithBackoff(200*time.Millisecond), mastra.WithMaxBackoff(500*time.Millisecond), mastra.WithRetryPolicy(p.policy))
						start := time.Now()

						err := c.do(t.Context(), client)

						e := asError(t, err)
						assert.Equal(t, want, rt.attempts())
						assert.Equal(t, want, e.Attempts)
						for _, target := range f.is {
							assert.ErrorIs(t, err, target)
						}
						assert.Equal(t, f.unknown && !c.safe, errors.Is(err, mastra.ErrOutcomeUnknown))
						assert.Zero(t, e.RetryAfter)
						assertPauses(t, rt.waits(), 200*time.Millisecond, 400*time.Millisecond, 500*time.Millisecond)
						assert.Equal(t, rt.times[len(rt.times)-1].Sub(start), time.Since(start), "no pause after the last attempt")
					})
				})
			}
		}
	}
}

// assertPauses: each pause is shortened by at most half.
func assertPauses(t *testing.T, got []time.Duration, longest ...time.Duration) {
	t.Helper()
	for i, d := range got {
		assert.GreaterOrEqual(t, d, longest[i]/2, "pause %d", i)
		assert.LessOrEqual(t, d, longest[i], "pause %d", i)
	}
}

func TestRetry_PausesDoubleUpToTheMaximumAndVary(t *testing.T) {
	for _, tt := range []struct {
		name         string
		backoff, max time.Duration
		longest      []time.Duration
	}{
		{"the defaults are 300 ms and 5 s", -1, -1, []time.Duration{300 * time.Millisecond, 600 * time.Millisecond, 1200 * time.Millisecond, 2400 * time.Millisecond, 4800 * time.Millisecond, 5 * time.Second, 5 * time.Second}},
		{"a first pause over the maximum is cut to it", time.Minute, time.Second, []time.Duration{time.Second, time.Second, time.Second, time.Second, time.Second, time.Second, time.Second}},
		{"no backoff is no pause", 0, time.Second, make([]time.Duration, 7)},
		{"a maximum of zero is no pause", time.Second, 0, make([]time.Duration, 7)},
		{"a nanosecond can be halved", 1, 1, []time.Duration{1, 1, 1, 1, 1, 1, 1}},
		{"the largest durations do not overflow", math.MaxInt64, math.MaxInt64, []time.Duration{math.MaxInt64}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := play(answer(503, ""))
				opts := []mastra.ClientOption{mastra.WithRetries(len(tt.longest))}
				if tt.backoff >= 0 {
					opts = append(opts, mastra.WithBackoff(tt.backoff), mastra.WithMaxBackoff(tt.max))
				}
				if tt.max == math.MaxInt64 {
					rt = play(answer(503, ""), answer(200, "{}"))
				}
				_ = list(t.Context(), inMemory(t, rt, opts...))
				require.Equal(t, len(tt.longest)+1, rt.attempts())
				assertPauses(t, rt.waits(), tt.longest...)
			})
		})
	}
	t.Run("two calls do not pause alike", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			seen := map[time.Duration]bool{}
			for range 20 {
				rt := play(answer(503, ""), answer(200, "{}"))
				require.NoError(t, list(t.Context(), inMemory(t, rt)))
				seen[rt.waits()[0]] = true
			}
			assert.Greater(t, len(seen), 10)
		})
	})
	t.Run("many repetitions do not shift the pause out of range", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			rt := play(answer(503, ""))
			_ = list(t.Context(), inMemory(t, rt, mastra.WithRetries(100), mastra.WithMaxBackoff(time.Second)))
			require.Equal(t, 101, rt.attempts())
			for i, d := range rt.waits() {
				assert.Greater(t, d, time.Duration(0), i)
				assert.LessOrEqual(t, d, time.Second, i)
			}
		})
	})
}

func TestRetry_ObeysRetryAfterOrEndsTheCall(t *testing.T) {
	const ignored = -1
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for _, tt := range []struct {
		name     string
		header   func() string
		wait     time.Duration // ignored: the ordinary pause
		stops    bool
		reported time.Duration
	}{
		{"seconds", func() string { return "2" }, 2 * time.Second, false, 2 * time.Second},
		{"seconds with blanks around", func() string { return " 2 " }, 2 * time.Second, false, 2 * time.Second},
		{"no seconds", func() string { return "0" }, 0, false, 0},
		{"exactly the maximum", func() string { return "5" }, 5 * time.Second, false, 5 * time.Second},
		{"over the maximum", func() string { return "6" }, 0, true, 6 * time.Second},
		{"a date", func() string { return in(3 * time.Second) }, 3 * time.Second, false, 3 * time.Second},
		{"an RFC 850 date", func() string { return time.Now().Add(3 * time.Second).UTC().Format("Monday, 02-Jan-06 15:04:05 GMT") }, 3 * time.Second, false, 3 * time.Second},
		{"a date that is past", func() string { return in(-time.Hour) }, 0, false, 0},
		{"a date over the maximum", func() string { return in(time.Minute) }, 0, true, time.Minute},
		{"a date in a thousand years", func() string { return "Fri, 31 Dec 2999 23:59:59 GMT" }, 0, true, math.MaxInt64},
		{"more seconds than a duration holds", func() string { return "9999999999999" }, 0, true, math.MaxInt64 / time.Second * time.Second},
		{"more seconds than an integer holds", func() string { return strings.Repeat("9", 40) }, 0, true, math.MaxInt64},
		{"a word", func() string { return "soon" }, ignored, false, 0},
		{"a fraction", func() string { return "1.5" }, ignored, false, 0},
		{"a negative number", func() string { return "-1" }, ignored, false, 0},
		{"a very negative number", func() string { return "-" + strings.Repeat("9", 40) }, ignored, false, 0},
		{"nothing", func() string { return "" }, ignored, false, 0},
	} {
		for _, status := range []int{429, 503} {
			for _, c := range calls {
				t.Run(tt.name+"/"+http.StatusText(status)+"/"+c.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						rt := play(func(req *http.Request) (*http.Response, error) {
							return answer(status, `{"error":"busy"}`, "Retry-After", tt.header())(req)
						})
						client := inMemory(t, rt)
						start := time.Now()

						e := asError(t, c.do(t.Context(), client))

						assert.Equal(t, tt.reported, e.RetryAfter)
						assert.Equal(t, status, e.Status)
						assert.NotErrorIs(t, e, mastra.ErrOutcomeUnknown)
						if tt.stops {
							assert.Equal(t, 1, rt.attempts())
							assert.Zero(t, time.Since(start), "stops at once")
							return
						}
						require.Equal(t, 4, rt.attempts())
						if tt.wait == ignored {
							assertPauses(t, rt.waits(), 300*time.Millisecond, 600*time.Millisecond, 1200*time.Millisecond)
							return
						}
						assert.Equal(t, []time.Duration{tt.wait, tt.wait, tt.wait}, rt.waits())
					})
				})
			}
		}
	}
}

func TestRetry_PauseThatWouldOutlastTheDeadlineEndsTheCallAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name     string
		met      step
		deadline time.Duration
		attempts int
		is       error
	}{
		{"the ordinary pause", answer(503, `{"error":"busy"}`), 100 * time.Millisecond, 1, mastra.ErrUnavailable},
		{"a later pause", answer(503, `{"error":"busy"}`), 400 * time.Millisecond, 2, mastra.ErrUnavailable},
		{"Retry-After", answer(429, "", "Retry-After", "2"), time.Second, 1, mastra.ErrRateLimited},
		{"no connection", fails(errRefused), 100 * time.Millisecond, 1, mastra.ErrUnavailable},
	} {
		for _, c := range calls {
			t.Run(tt.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), tt.deadline)
					defer cancel()
					rt := play(tt.met)
					err := c.do(ctx, inMemory(t, rt))
					assert.ErrorIs(t, err, tt.is)
					assert.NotErrorIs(t, err, context.DeadlineExceeded)
					assert.NoError(t, ctx.Err(), "it did not wait for the deadline")
					assert.Equal(t, tt.attempts, asError(t, err).Attempts)
					assert.Zero(t, time.Since(rt.times[len(rt.times)-1]))
				})
			})
		}
	}
}

func TestRetry_SucceedsAfterFaultsThatMayBeRepeated(t *testing.T) {
	ok := answer(200, fine)
	for _, tt := range []struct {
		name     string
		steps    []step
		attempts int
		refused  bool // for calls that may not be carried out twice, too
	}{
		{"no connection, then an answer", []step{fails(errRefused), ok}, 2, true},
		{"busy, rate limited, then an answer", []step{answer(503, `{"error":"busy"}`), answer(429, ""), ok}, 3, true},
		{"every kind of connection fault, then an answer", []step{fails(errReset), cut(io.ErrUnexpectedEOF), fails(errRefused), ok}, 4, false},
		{"one 500 between others", []step{answer(502, ""), answer(500, ""), answer(504, ""), ok}, 4, false},
	} {
		for _, c := range withBody {
			if !c.safe && !tt.refused {
				continue
			}
			t.Run(tt.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var meta mastra.Response
					rt := play(tt.steps...)
					require.NoError(t, c.do(t.Context(), inMemory(t, rt), mastra.WithResponse(&meta)))
					assert.Equal(t, tt.attempts, rt.attempts())
					assert.Equal(t, mastra.Response{Status: 200, Header: meta.Header, Attempts: tt.attempts, Body: []byte(fine)}, meta)
					for _, body := range rt.bodies {
						assert.Equal(t, rt.bodies[0], body, "every attempt sends the whole body")
					}
				})
			})
		}
	}
	t.Run("a second 500 ends a safe call although others stand between", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			rt := play(answer(500, ""), answer(503, ""), answer(500, ""), ok)
			assert.ErrorIs(t, list(t.Context(), inMemory(t, rt)), mastra.ErrServer)
			assert.Equal(t, 3, rt.attempts())
		})
	})
	t.Run("an attempt of unknown outcome is remembered", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			rt := play(fails(errReset), answer(404, `{"error":"gone"}`))
			err := generate(t.Context(), inMemory(t, rt, mastra.WithRetryPolicy(mastra.RetryAlways)))
			assert.ErrorIs(t, err, mastra.ErrNotFound)
			assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
		})
	})
}

func TestRetry_OfADeleteTakesNotFoundForSuccess(t *testing.T) {
	gone := answer(404, `{"error":"Thread not found"}`)
	for _, tt := range []struct {
		name    string
		call    func(context.Context, *mastra.Client, ...mastra.Option) error
		steps   []step
		success bool
	}{
		{"after a lost answer", remove, []step{fails(errReset), gone}, true},
		{"after a cut answer", remove, []step{cut(io.EOF), gone}, true},
		{"after a gateway's error", remove, []step{answer(502, ""), gone}, true},
		{"after a 503, which a proxy may send late", remove, []step{answer(503, ""), gone}, true},
		{"the first time", remove, []step{gone}, false},
		{"when nothing was sent before", remove, []step{fails(errRefused), gone}, false},
		{"when the server was too busy before", remove, []step{answer(429, ""), gone}, false},
		{"in plain text: the route is missing", remove, []step{fails(errReset), answer(404, "404 Not Found", "Content-Type", "text/plain")}, false},
		{"to a GET", list, []step{fails(errReset), gone}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := tt.call(t.Context(), inMemory(t, play(tt.steps...)))
				if tt.success {
					assert.NoError(t, err)
				} else {
					assert.ErrorIs(t, err, mastra.ErrNotFound)
				}
			})
		})
	}
}

func TestRetry_PolicyOfTheUserSeesEachFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []mastra.Attempt
		policy := func(a mastra.Attempt) bool { seen = append(seen, a); return true }
		rt := play(fails(errRefused), answer(500, ""), fails(errReset), answer(500, ""))
		err := generate(t.Context(), inMemory(t, rt, mastra.WithRetryPolicy(policy)))
		assert.ErrorIs(t, err, mastra.ErrServer)
		require.Len(t, seen, 3, "it is not asked where no attempt is left")
		assert.ErrorIs(t, seen[0].Err, errRefused)
		assert.ErrorIs(t, seen[2].Err, errReset)
		seen[0].Err, seen[2].Err = nil, nil
		assert.Equal(t, []mastra.Attempt{
			{Operation: "AgentGenerate", Method: "POST", Number: 1},
			{Operation: "AgentGenerate", Method: "POST", Number: 2, Status: 500, Sent: true, ServerErrors: 1},
			{Operation: "AgentGenerate", Method: "POST", Number: 3, Sent: true, ServerErrors: 1},
		}, seen)
	})
}

func TestRetry_OfAStreamHappensOnlyUntilItIsOpen(t *testing.T) {
	open := func(ctx context.Context, c *mastra.Client, _ ...mastra.Option) error {
		s, err := c.Agent("assistant").Stream(ctx, ask())
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = s.Result()
		return err
	}
	t.Run("refused, then open", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			rt := play(answer(503, `{"error":"busy"}`), answer(200, "data: [DONE]\n\n", "Content-Type", "text/event-stream"))
			require.NoError(t, open(t.Context(), inMemory(t, rt)))
			assert.Equal(t, 2, rt.attempts())
		})
	})
	t.Run("cut after it opened", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			rt := play(func(req *http.Request) (*http.Response, error) {
				return response(req, 200, io.NopCloser(failingReader{errReset}), "Content-Type", "text/event-stream"), nil
			})
			err := open(t.Context(), inMemory(t, rt, mastra.WithRetryPolicy(mastra.RetryAlways)))
			assert.ErrorIs(t, err, mastra.ErrTruncated)
			assert.Equal(t, 1, rt.attempts())
		})
	})
	t.Run("a page in place of a stream", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var meta mastra.Response
			rt := play(answer(200, html, "Content-Type", "text/html"))
			_, err := inMemory(t, rt).Agent("assistant").Stream(t.Context(), ask(), mastra.WithResponse(&meta))
			assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.ErrorContains(t, err, "HTML page")
			assert.Equal(t, html, string(meta.Body))
			assert.Equal(t, 1, rt.attempts())
		})
	})
}
