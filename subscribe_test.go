package mastra_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// broadcast begins a subscription that tells of texts and then breaks.
func broadcast(texts ...string) step {
	return answer(200, subscription(texts...), "Content-Type", "text/event-stream")
}

// goesOn is a broadcast that does not break and then says nothing.
func goesOn(texts ...string) step {
	return func(req *http.Request) (*http.Response, error) {
		return response(req, 200, silentBody{strings.NewReader(subscription(texts...)), req.Context()}, "Content-Type", "text/event-stream"), nil
	}
}

func subscription(texts ...string) string {
	out := ": connected\n\n"
	for _, text := range texts {
		out += `data: {"type":"text-delta","runId":"r","payload":{"text":"` + text + `"}}` + "\n\n"
	}
	return out
}

// heard is what a subscription tells until it ends; "|" stands for the places where
// it was taken up again.
func heard(s *mastra.AgentStream, until string) (out string, err error) {
	for chunk, err := range s.Chunks() {
		if err != nil {
			return out, err
		}
		if chunk.Type == stream.TypeResubscribed {
			out += "|"
			continue
		}
		text, _ := chunk.Text()
		if out += text; text == until {
			return out, nil
		}
	}
	return out, nil
}

func TestSubscribe_ThatBreaksIsTakenUp(t *testing.T) {
	busy, failing := answer(503, ""), answer(500, `{"error":"boom"}`)
	for _, tt := range []struct {
		name   string
		steps  []step
		opts   []mastra.Option
		want   string
		err    error
		pauses []time.Duration // at most, the least is half of each
	}{
		{name: "at once", steps: []step{broadcast("a"), goesOn("b", "end")}, want: "a|bend", pauses: []time.Duration{200 * time.Millisecond}},
		{name: "again and again", steps: []step{broadcast("a"), broadcast("b"), broadcast(), goesOn("c", "end")}, want: "a|b||cend", pauses: ms(200, 200, 200)},
		{name: "when the server is back", steps: []step{broadcast("a"), busy, fails(errRefused), fails(errReset), failing, answer(429, ""), answer(408, ""), goesOn("end")},
			want: "a|end", pauses: ms(200, 400, 800, 1000, 1000, 1000, 1000)},
		{name: "the pauses begin anew", steps: []step{broadcast("a"), busy, busy, broadcast("b"), goesOn("end")}, want: "a|b|end", pauses: ms(200, 400, 800, 200)},
		{name: "never without a pause", steps: []step{broadcast("a"), busy, busy, broadcast("b"), goesOn("end")}, opts: []mastra.Option{mastra.WithBackoff(0)},
			want: "a|b|end", pauses: ms(100, 100, 100, 100)},
		{name: "a [DONE] is passed over", steps: []step{answer(200, "data: [DONE]\n\n"+subscription("a"), "Content-Type", "text/event-stream"), goesOn("end")}, want: "a|end"},
		{name: "not when the server says 401", steps: []step{broadcast("a"), busy, answer(401, `{"error":"no"}`)}, want: "a", err: mastra.ErrUnauthorized, pauses: ms(200, 400)},
		{name: "not when the server says 404", steps: []step{broadcast("a"), answer(404, `{"error":"no"}`)}, want: "a", err: mastra.ErrNotFound},
		{name: "not when the server says 403", steps: []step{broadcast("a"), answer(403, `{"error":"no"}`)}, want: "a", err: mastra.ErrForbidden},
		{name: "not if that is not wanted", steps: []step{broadcast("a")}, opts: []mastra.Option{mastra.WithReattach(false)}, want: "a", err: mastra.ErrTruncated},
		{name: "when nobody answers", steps: []step{broadcast("a"), hangs, hangs, hangs, hangs, hangs, goesOn("end")}, want: "a|end"},
		{name: "when nobody answers for a time of one's own", steps: []step{broadcast("a"), hangs, goesOn("end")}, opts: []mastra.Option{mastra.WithIdleTimeout(time.Second)}, want: "a|end"},
		{name: "not after an event that is too large", steps: []step{broadcast("a", strings.Repeat("b", 2000)), goesOn("end")}, opts: []mastra.Option{mastra.WithMaxEventSize(1000)}, want: "a", err: mastra.ErrEventTooLarge},
		{name: "after a silence", steps: []step{goesOn("a"), goesOn("end")}, want: "a|end"},
		{name: "not after a silence, if that is not wanted", steps: []step{goesOn("a")}, opts: []mastra.Option{mastra.WithReattach(false)}, want: "a", err: mastra.ErrIdleTimeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := play(tt.steps...)
				client := inMemory(t, rt, mastra.WithBackoff(200*time.Millisecond), mastra.WithMaxBackoff(time.Second))
				s, err := client.Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u"}, tt.opts...)
				require.NoError(t, err)
				text, err := heard(s, "end")
				assert.Equal(t, tt.want, text)
				if tt.err == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, tt.err)
				}
				for _, body := range rt.bodies {
					assert.JSONEq(t, `{"threadId":"t","resourceId":"u"}`, body)
				}
				if tt.pauses != nil {
					waits := rt.waits()
					require.Len(t, waits, len(tt.pauses))
					for i, most := range tt.pauses {
						assert.GreaterOrEqual(t, waits[i], most/2, "pause %d", i)
						assert.LessOrEqual(t, waits[i], most, "pause %d", i)
					}
				}
			})
		})
	}
}

func TestSubscribe_IsNotLeftWithoutAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subscribe := func(rt *script, opts ...mastra.Option) error {
			return second(inMemory(t, rt, mastra.WithBackoff(0)).Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u"}, opts...))
		}
		start := time.Now()
		require.NoError(t, subscribe(play(hangs, goesOn("end"))))
		assert.Equal(t, time.Minute, time.Since(start))
		start = time.Now()
		require.ErrorIs(t, subscribe(play(hangs), mastra.WithIdleTimeout(time.Second), mastra.WithRetries(2)), mastra.ErrIdleTimeout)
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestSubscribe_ThatTellsNoJSONIsNotTakenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(answer(200, subscription("a")+"data: {\n\n", "Content-Type", "text/event-stream"), goesOn("end"))
		s, err := inMemory(t, rt).Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u"})
		require.NoError(t, err)
		_, err = heard(s, "end")
		var malformed *stream.MalformedError
		require.ErrorAs(t, err, &malformed)
		assert.Equal(t, 2, malformed.Event)
		assert.Equal(t, 1, rt.attempts())
	})
}

func ms(list ...int) (out []time.Duration) {
	for _, n := range list {
		out = append(out, time.Duration(n)*time.Millisecond)
	}
	return out
}

func TestSubscribe_IsKeptOpenByHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		beats := func(req *http.Request) (*http.Response, error) {
			return response(req, 200, &beating{every: 30 * time.Second, left: 10, last: subscription("end")}, "Content-Type", "text/event-stream"), nil
		}
		rt := play(beats)
		s, err := inMemory(t, rt).Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u"})
		require.NoError(t, err)
		start := time.Now()
		text, err := heard(s, "end")
		require.NoError(t, err)
		assert.Equal(t, "end", text)
		assert.Equal(t, 5*time.Minute, time.Since(start))
		assert.Equal(t, 1, rt.attempts())
	})
}

// beating sends comments, and something to end with.
type beating struct {
	every time.Duration
	left  int
	last  string
}

func (b *beating) Read(p []byte) (int, error) {
	if b.left--; b.left < 0 {
		return copy(p, b.last), nil
	}
	time.Sleep(b.every)
	return copy(p, ": heartbeat\n\n"), nil
}

func (*beating) Close() error { return nil }

func TestSubscribe_EndsWithItsReader(t *testing.T) {
	for name, opening := range map[string][]step{
		"while nothing is said":           {goesOn("a")},
		"while it waits for the server":   {broadcast("a"), answer(503, "")},
		"while the server does not reply": {broadcast("a"), hangs},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cases := map[string]error{"closed": mastra.ErrClosed, "cancelled": context.Canceled}
				for kind, want := range cases {
					ctx, cancel := context.WithCancel(t.Context())
					s, err := inMemory(t, play(opening...)).Agent("a").SubscribeThread(ctx, mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u"}, mastra.WithIdleTimeout(time.Hour))
					require.NoError(t, err)
					go func() {
						time.Sleep(10 * time.Minute)
						if kind == "closed" {
							_ = s.Close()
						}
						cancel()
					}()
					start := time.Now()
					_, err = heard(s, "end")
					require.ErrorIs(t, err, want)
					assert.Equal(t, 10*time.Minute, time.Since(start))
					synctest.Wait()
				}
			})
		})
	}
}

func TestSubscribe_OutlivesItsToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(broadcast("a"), answer(401, `{"error":"expired"}`), goesOn("end"))
		client := inMemory(t, rt, mastra.WithTokenSource(renewed{}))
		s, err := client.Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u"})
		require.NoError(t, err)
		text, err := heard(s, "end")
		require.NoError(t, err)
		assert.Equal(t, "a|end", text)
		assert.Equal(t, "Bearer new", rt.seen[2].Header.Get("Authorization"))
	})
}

// renewed gives another token once one was refused.
type renewed struct{}

func (renewed) Token(_ context.Context, refused string) (string, error) {
	if refused != "" {
		return "new", nil
	}
	return "old", nil
}
