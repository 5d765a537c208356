package mastra_test

import (
	"context"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// bodies counts the bodies of answers that were opened and closed.
type bodies struct{ opened, closed atomic.Int64 }

// counted is a step whose body is counted.
func (b *bodies) counted(next step) step {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := next(req)
		if err == nil {
			b.opened.Add(1)
			var once atomic.Bool
			inner := resp.Body
			resp.Body = &closing{inner, func() {
				if once.CompareAndSwap(false, true) {
					b.closed.Add(1)
				}
				inner.Close()
			}}
		}
		return resp, err
	}
}

func TestResponse_BodyIsAlwaysClosed(t *testing.T) {
	stream := func(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
		s, err := c.Agent("a").Stream(ctx, ask(), opts...)
		if err != nil {
			return err
		}
		_, err = s.Result()
		return err
	}
	speak := func(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
		audio, err := c.Agent("a").Voice().Speak(ctx, mastra.SpeakRequest{Text: "x"}, opts...)
		if err != nil {
			return err
		}
		return audio.Close()
	}
	all := append([]call{{"stream", false, stream}, {"speak", false, speak}}, withBody...)
	for _, f := range faults {
		for _, c := range all {
			t.Run(f.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var b bodies
					client := inMemory(t, play(b.counted(f.met)), mastra.WithRetryPolicy(mastra.RetryAlways), mastra.WithAttemptTimeout(time.Second))
					_ = c.do(t.Context(), client)
					assert.Equal(t, b.opened.Load(), b.closed.Load())
				})
			})
		}
	}
	for name, met := range map[string]step{
		"a success": answer(200, "{}"), "an event stream": answer(200, "data: [DONE]\n\n", "Content-Type", "text/event-stream"),
		"records": answer(200, "{}\x1e", "Content-Type", "text/plain"), "a redirect to nowhere": answer(302, ""), "too much": answer(200, strings.Repeat(" ", 200)),
	} {
		for _, c := range all {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				var b bodies
				_ = c.do(t.Context(), inMemory(t, play(b.counted(met))), mastra.WithMaxResponseSize(100))
				assert.EqualValues(t, 1, b.opened.Load())
				assert.EqualValues(t, 1, b.closed.Load())
			})
		}
	}
}

// endless is a body that never ends.
type endless struct{ read atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read.Add(int64(len(p)))
	return len(p), nil
}

func (*endless) Close() error { return nil }

func TestResponse_BodyIsNeverReadWithoutLimit(t *testing.T) {
	for _, status := range []int{200, 302, 400, 500} {
		for _, c := range withBody {
			t.Run(http.StatusText(status)+"/"+c.name, func(t *testing.T) {
				body := new(endless)
				client := inMemory(t, play(func(req *http.Request) (*http.Response, error) { return response(req, status, body), nil }),
					mastra.WithRetries(0), mastra.WithMaxResponseSize(1<<20))
				err := c.do(t.Context(), client)
				require.Error(t, err)
				if status == 200 {
					assert.ErrorIs(t, err, mastra.ErrTooLarge)
				}
				assert.LessOrEqual(t, body.read.Load(), int64(4<<20))
				assert.LessOrEqual(t, len(asError(t, err).Body), 64<<10)
			})
		}
	}
}

func TestResponse_LargestLimitIsNoLimit(t *testing.T) {
	res, err := inMemory(t, play(answer(200, `{"text":"hi"}`))).Agent("a").Generate(t.Context(), ask(), mastra.WithMaxResponseSize(math.MaxInt64))
	require.NoError(t, err)
	assert.Equal(t, "hi", res.Text)
}

func TestResponse_BreakingExactlyAtTheLimitIsNoSuccess(t *testing.T) {
	const body = `{"text":"hi"}`
	c := inMemory(t, play(func(req *http.Request) (*http.Response, error) {
		return response(req, 200, io.NopCloser(io.MultiReader(strings.NewReader(body), failingReader{errReset}))), nil
	}))
	err := generate(t.Context(), c, mastra.WithMaxResponseSize(int64(len(body))))
	assert.ErrorIs(t, err, errReset.Err)
	assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
}

func TestError_OfAHEADDoesNotComplainAboutItsBody(t *testing.T) {
	for status, want := range map[int]string{
		404: "mastra: HEAD " + base + "/api/x: 404 Not Found",
		500: "mastra: HEAD " + base + "/api/x: 500 Internal Server Error",
	} {
		c := inMemory(t, play(answer(status, "")), mastra.WithRetries(0))
		assert.EqualError(t, c.Do(t.Context(), "HEAD", "/x", nil, nil), want)
	}
}

func TestVoice_PageInPlaceOfSoundIsAnError(t *testing.T) {
	var meta mastra.Response
	_, err := inMemory(t, play(answer(200, html, "Content-Type", "text/html"))).Agent("a").Voice().Speak(t.Context(), mastra.SpeakRequest{Text: "x"}, mastra.WithResponse(&meta))
	assert.ErrorContains(t, err, "HTML page")
	assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
	assert.Equal(t, html, string(meta.Body))
}

func TestAgentStream_AnswerThatIsNoStreamIsAnError(t *testing.T) {
	for _, tt := range []struct{ name, contentType, body, says string }{
		{"JSON", "application/json; charset=utf-8", `{"text":"hi"}`, "not a stream but application/json"},
		{"a page", "text/html", html, "an HTML page"},
		{"a page that does not say so", "text/plain", html, "an HTML page"},
		{"the other framing", "text/plain", "{}\x1e", "not a stream but text/plain"},
		{"a long type", "x/" + strings.Repeat("y", 1000), "", "not a stream but x/yyy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := play(answer(200, tt.body, "Content-Type", tt.contentType))
			_, err := inMemory(t, rt).Agent("a").Stream(t.Context(), ask())
			assert.ErrorContains(t, err, tt.says)
			assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.Equal(t, tt.body, string(asError(t, err).Body))
			assert.LessOrEqual(t, len(asError(t, err).Message), 500)
			assert.Equal(t, 1, rt.attempts())
		})
	}
	t.Run("a type in capitals", func(t *testing.T) {
		s, err := inMemory(t, play(answer(200, "data: [DONE]\n\n", "Content-Type", "Text/Event-Stream; charset=UTF-8"))).Agent("a").Stream(t.Context(), ask())
		require.NoError(t, err)
		assert.NoError(t, s.Close())
	})
}

func TestOpenStream_TellsTheFramingByTheContentType(t *testing.T) {
	for name, met := range map[string]step{
		"events":  answer(200, "data: {\"type\":\"finish\",\"payload\":{}}\n\ndata: [DONE]\n\n", "Content-Type", "text/event-stream"),
		"records": answer(200, "{\"type\":\"workflow-start\",\"payload\":{}}\x1e{\"type\":\"workflow-finish\",\"payload\":{}}\x1e", "Content-Type", "text/plain; charset=UTF-8"),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := inMemory(t, play(met)).OpenStream(t.Context(), "POST", "/mine", map[string]int{"n": 1})
			require.NoError(t, err)
			chunks := 0
			for _, err := range s.Chunks() {
				require.NoError(t, err)
				chunks++
			}
			assert.Positive(t, chunks)
		})
	}
}

func TestAgentStream_EndsWithALargeEventOrALongSilence(t *testing.T) {
	t.Run("an event over the size", func(t *testing.T) {
		c := inMemory(t, play(answer(200, "data: "+strings.Repeat("x", 2000)+"\n\n", "Content-Type", "text/event-stream")), mastra.WithMaxEventSize(1<<20))
		s, err := c.Agent("a").Stream(t.Context(), ask(), mastra.WithMaxEventSize(1000))
		require.NoError(t, err)
		_, err = s.Result()
		assert.ErrorIs(t, err, stream.ErrEventTooLarge)
	})
	t.Run("a silence over the time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := inMemory(t, play(func(req *http.Request) (*http.Response, error) {
				body := &stalled{strings.NewReader(": connected\n\n"), make(chan struct{})}
				return response(req, 200, body, "Content-Type", "text/event-stream"), nil
			}))
			start := time.Now()
			s, err := c.Agent("a").Stream(t.Context(), ask(), mastra.WithIdleTimeout(3*time.Second))
			require.NoError(t, err)
			_, err = s.Result()
			assert.ErrorIs(t, err, stream.ErrIdleTimeout)
			assert.Equal(t, 3*time.Second, time.Since(start))
		})
	})
}
