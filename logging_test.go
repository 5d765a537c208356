package mastra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// logbook keeps the lines of a log.
type logbook struct {
	mu  sync.Mutex
	out []logLine
}

type logLine struct {
	level   slog.Level
	message string
	attrs   map[string]any
}

func (l *logbook) Enabled(context.Context, slog.Level) bool { return true }
func (l *logbook) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *logbook) WithGroup(string) slog.Handler            { return l }
func (l *logbook) Handle(_ context.Context, r slog.Record) error {
	line := logLine{r.Level, r.Message, map[string]any{}}
	r.Attrs(func(a slog.Attr) bool { line.attrs[a.Key] = a.Value.Any(); return true })
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = append(l.out, line)
	return nil
}

// take returns the lines with this message, of the level Info.
func (l *logbook) take(message string) (out []logLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.out {
		if line.message == message && line.level == slog.LevelInfo {
			out = append(out, line)
		}
	}
	return out
}

func (l *logbook) clear() { l.mu.Lock(); l.out = nil; l.mu.Unlock() }

func TestLog_HasOneLineForEachCallOfEveryKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, log := &catcher{t: t}, new(logbook)
		client := inMemory(t, rt, mastra.WithRetries(0), mastra.WithLogger(slog.New(log)))
		for _, m := range methods(client, agentID, otherID) {
			if strings.HasPrefix(m.name, "Client.") && m.name != "Client.Health" {
				continue // Do and OpenStream take other arguments
			}
			err := m.invoke(t.Context(), full)
			calls := log.take("mastra: call")
			if !assert.Len(t, calls, 1, m.name) {
				log.clear()
				continue
			}
			line := calls[0].attrs
			assert.NotEmpty(t, line["operation"], m.name)
			assert.NotEmpty(t, line["method"], m.name)
			assert.NotContains(t, line["path"], "?", m.name)
			assert.EqualValues(t, 200, line["status"], m.name)
			assert.IsType(t, time.Duration(0), line["duration"], m.name)
			if m.name != "Run.StartDetached" || err == nil {
				assert.EqualValues(t, 1, line["attempts"], m.name)
			}
			assert.Equal(t, err != nil, line["error"] != nil, "%s: %v", m.name, err)
			if strings.HasPrefix(m.name, "Run.") {
				assert.Equal(t, agentID, line["run_id"], m.name)
			}
			streams := 0
			if strings.HasSuffix(m.name, "Stream") || strings.HasSuffix(m.name, "Observe") || m.name == "Agent.SubscribeThread" {
				streams = 1
			}
			assert.Len(t, log.take("mastra: stream ended"), streams, m.name)
			time.Sleep(time.Minute) // until no answer to the run can be on its way
			log.clear()
		}
		require.NoError(t, client.Do(t.Context(), "GET", "/x?secret=word", nil, nil))
		line := log.take("mastra: call")[0].attrs
		assert.Equal(t, base+"/api/x", line["path"])
		assert.NotContains(t, line, "operation")
		log.clear()
		_, err := client.Agent("").Generate(t.Context(), ask())
		require.Error(t, err)
		assert.Empty(t, log.out, "nothing was sent")
	})
}

func TestLog_OfACallThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(logbook)
		client := inMemory(t, play(answer(429, `{"error":"slow down"}`), fails(errReset)), mastra.WithLogger(slog.New(log)))
		require.Error(t, generate(t.Context(), client))
		calls := log.take("mastra: call")
		require.Len(t, calls, 1)
		line := calls[0].attrs
		assert.EqualValues(t, 2, line["attempts"])
		assert.Equal(t, true, line["outcome_unknown"])
		assert.Contains(t, line["error"], "the connection broke")
		assert.NotContains(t, line, "status")
	})
}

// A lost start is one call, whatever it takes to find the run.
func TestLog_OfALostStartIsOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(logbook)
		rt := &routes{steps: map[string][]step{"stream": {fails(errReset)}, "get": {tells(t, "doubler-ended")}}}
		_, err := inMemory(t, rt, mastra.WithLogger(slog.New(log))).Workflow("w").Run("r").Start(t.Context(), mastra.StartRequest{})
		require.NoError(t, err)
		calls := log.take("mastra: call")
		require.Len(t, calls, 1)
		assert.Equal(t, "WorkflowStream", calls[0].attrs["operation"])
		assert.EqualValues(t, 1, calls[0].attrs["attempts"])
		assert.EqualValues(t, 200, calls[0].attrs["status"])
		assert.Equal(t, "r", calls[0].attrs["run_id"])
	})
}

func TestLog_TellsHowEachStreamEnded(t *testing.T) {
	const start = "data: {\"type\":\"start\",\"runId\":\"r-1\"}\n\n"
	const finish = "data: {\"type\":\"finish\",\"runId\":\"r-1\",\"payload\":{\"stepResult\":{\"reason\":\"stop\"}}}\n\n"
	for name, tt := range map[string]struct {
		text  string
		after func(*testing.T, context.CancelFunc, *mastra.AgentStream)
		hangs bool
		want  string
	}{
		"whole":       {start + finish, nil, false, "complete"},
		"cut":         {start, nil, false, "truncated"},
		"failed":      {start + "data: {\"type\":\"error\",\"runId\":\"r-1\",\"payload\":{\"error\":{\"message\":\"boom\"}}}\n\ndata: [DONE]\n\n", nil, false, "run_failed"},
		"tripwire":    {start + "data: {\"type\":\"tripwire\",\"runId\":\"r-1\",\"payload\":{\"reason\":\"no\"}}\n\n", nil, false, "tripwire"},
		"not JSON":    {start + "data: {\n\n", nil, false, "failed"},
		"silent":      {start, nil, true, "idle"},
		"closed":      {start, func(_ *testing.T, _ context.CancelFunc, s *mastra.AgentStream) { _ = s.Close() }, true, "closed"},
		"cancelled":   {start, func(_ *testing.T, cancel context.CancelFunc, _ *mastra.AgentStream) { cancel() }, true, "canceled"},
		"left at one": {start + finish, func(_ *testing.T, _ context.CancelFunc, s *mastra.AgentStream) { _, _ = s.Next(); _ = s.Close() }, false, "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(logbook)
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, tt.text)
				w.(http.Flusher).Flush()
				if tt.hangs {
					<-r.Context().Done()
				}
			}, mastra.WithLogger(slog.New(log)), mastra.WithIdleTimeout(50*time.Millisecond))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s, err := c.Agent("a").Stream(ctx, ask())
			require.NoError(t, err)
			require.Len(t, log.take("mastra: call"), 1, "it is open")
			if tt.after != nil {
				tt.after(t, cancel, s)
			}
			_, _ = s.Result()
			_ = s.Close()
			require.Eventually(t, func() bool { return len(log.take("mastra: stream ended")) > 0 }, time.Second, time.Millisecond)
			ended := log.take("mastra: stream ended")
			require.Len(t, ended, 1)
			assert.Equal(t, tt.want, ended[0].attrs["end"])
			assert.Equal(t, "AgentStream", ended[0].attrs["operation"])
			assert.Equal(t, tt.want == "complete" || tt.want == "closed", ended[0].attrs["error"] == nil)
			if tt.after == nil {
				assert.Equal(t, "r-1", ended[0].attrs["run_id"])
				assert.EqualValues(t, len(tt.text), ended[0].attrs["bytes"])
			}
		})
	}
}

func TestDebugLog_ShowsBodiesWithoutTheirSecrets(t *testing.T) {
	const secret = "hush-7f3a9c5e"
	var out bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "stream") {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "data: {\"type\":\"text-delta\",\"payload\":{\"text\":\"shown\",\"apiKey\":%q,\"echo\":%q}}\n\ndata: [DONE]\n\n", secret, "token-"+secret)
			return
		}
		say(w, 200, fmt.Sprintf(`{"text":"shown","usage":{"totalTokens":18},"headers":{"Set-Cookie":%q},"args":%q,"echo":%q}`, secret, `{"password":"`+secret+`","city":"Rome"}`, "token-"+secret))
	}, mastra.WithLogger(logger), mastra.WithToken("token-"+secret), mastra.WithHeader("X-Key", "header-"+secret), mastra.WithQuery("key", "query-"+secret))
	req := mastra.AgentRequest{
		Messages:       mastra.Messages{mastra.UserParts(mastra.Text("asked"), mastra.File([]byte(strings.Repeat("bytes", 100)), "image/png"))},
		RequestContext: map[string]any{"accessToken": secret, "session": map[string]any{"id": secret}, "locale": "it"},
		Extra:          map[string]any{"deep": []any{map[string]any{"client_secret": secret, "Private-Key": secret}}},
	}
	run := func(opts ...mastra.Option) {
		_, err := c.Agent("a").Generate(t.Context(), req, opts...)
		require.NoError(t, err)
		s, err := c.Agent("a").Stream(t.Context(), req, opts...)
		require.NoError(t, err)
		_, err = s.Result()
		require.NoError(t, err)
	}
	run()
	for _, word := range []string{"asked", "shown", "hush", "body"} {
		assert.NotContains(t, out.String(), word, "off by default")
	}
	run(mastra.WithDebugLog(true))
	text := out.String()
	assert.NotContains(t, text, "hush-7f3a")
	for _, word := range []string{"asked", "shown", "Rome", `\"locale\":\"it\"`, `\"totalTokens\":18`, "mastra: request body", "mastra: answer body", "mastra: stream chunk", "[redacted]"} {
		assert.Contains(t, text, word)
	}
	assert.NotContains(t, text, "Ynl0ZXM", "no bytes of files")

	_, err := mastra.New("http://x.test", mastra.WithDebugLog(true))
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	assert.ErrorContains(t, err, "give the client WithLogger")
	_, err = dial(t, "http://x.test").Agent("a").Generate(t.Context(), ask(), mastra.WithDebugLog(true))
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
}

func TestDebugLog_CutsWhatIsLong(t *testing.T) {
	log := new(logbook)
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, `["`+strings.Repeat("a b ", 10_000)+`"]`); err != nil {
			t.Error(err)
		}
	}, mastra.WithLogger(slog.New(log)), mastra.WithDebugLog(true))
	require.NoError(t, c.Do(t.Context(), "POST", "/x", json.RawMessage(`[1]`), nil))
	var bodies []logLine
	for _, line := range log.out {
		if strings.HasSuffix(line.message, "body") {
			bodies = append(bodies, line)
		}
	}
	require.Len(t, bodies, 2)
	assert.Equal(t, "[1]", bodies[0].attrs["body"])
	assert.LessOrEqual(t, len(bodies[1].attrs["body"].(string)), 4<<10)
	assert.EqualValues(t, 40_004, bodies[1].attrs["bytes"])
}

// The sample of docs/logging.md is what the text handler writes.
func TestLoggingDoc_ShowsWhatIsWritten(t *testing.T) {
	doc, err := os.ReadFile("docs/logging.md")
	require.NoError(t, err)
	var out strings.Builder
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.TimeKey:
			return slog.Attr{}
		case "duration":
			return slog.String(a.Key, "312ms")
		case "repeat_in":
			return slog.String(a.Key, "241ms")
		}
		return a
	}}))
	const feed = "data: {\"type\":\"start\",\"runId\":\"4fd0c1a2\"}\n\n"
	c, err := mastra.New("http://mastra.test", mastra.WithBackoff(time.Microsecond), mastra.WithLogger(logger), mastra.WithHTTPClient(&http.Client{Transport: play(
		answer(503, `{"error":"starting"}`), answer(200, `{"text":"hi","runId":"9b41e7d0"}`), answer(200, feed, "Content-Type", "text/event-stream"),
	)}))
	require.NoError(t, err)
	require.NoError(t, generate(t.Context(), c))
	s, err := c.Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	_, err = s.Result()
	require.ErrorIs(t, err, mastra.ErrTruncated)
	sample := strings.Split(strings.SplitN(string(doc), "```text\n", 2)[1], "```")[0]
	assert.Equal(t, out.String(), sample)
}
