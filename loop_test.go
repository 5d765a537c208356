package mastra_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// account is all that a call tells about its attempts.
type account struct {
	attempts []mastra.Attempt
	lines    []string
	response mastra.Response
}

// lines is a log: one text for each record about an attempt, without what varies.
type lines struct{ out *[]string }

func (l lines) Enabled(context.Context, slog.Level) bool { return true }
func (l lines) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l lines) WithGroup(string) slog.Handler            { return l }
func (l lines) Handle(_ context.Context, r slog.Record) error {
	if r.Level > slog.LevelDebug || r.Message == "mastra: stream ended" {
		return nil
	}
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "operation", "path", "duration", "repeat_in":
			line += " " + a.Key
		default:
			line += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		}
		return true
	})
	*l.out = append(*l.out, line)
	return nil
}

// telling makes a client that repeats everything and notes what it is told.
func telling(t *testing.T, rt http.RoundTripper, repeat mastra.RetryPolicy) (*mastra.Client, *account) {
	all := new(account)
	return inMemory(t, rt,
		mastra.WithRetryPolicy(func(a mastra.Attempt) bool { all.attempts = append(all.attempts, a); return repeat(a) }),
		mastra.WithLogger(slog.New(lines{&all.lines})),
	), all
}

func anonymous(attempts []mastra.Attempt) []mastra.Attempt {
	out := slices.Clone(attempts)
	for i := range out {
		out[i].Operation = ""
	}
	return out
}

func TestRetry_TellsTheSameOfAToolAndOfAWorkflow(t *testing.T) {
	for name, faults := range map[string][]step{
		"two failures of the server":   {answer(500, `{"error":"boom"}`), answer(500, `{"error":"boom"}`)},
		"no connection":                {fails(errRefused), fails(errRefused)},
		"rate limited, then busy":      {answer(429, `{"error":"slow down"}`), answer(503, `{"error":"busy"}`)},
		"refused, then failed":         {fails(errRefused), answer(500, `{"error":"boom"}`)},
		"failed, refused, then failed": {answer(500, `{"error":"boom"}`), answer(429, `{}`), answer(500, `{"error":"boom"}`)},
	} {
		always := func(mastra.Attempt) bool { return true }
		synctest.Test(t, func(t *testing.T) {
			tool := play(append(slices.Clone(faults), answer(200, `{"ok":true}`))...)
			c, ofTool := telling(t, tool, always)
			_, err := c.Tool("weather").Execute(t.Context(), nil, mastra.WithResponse(&ofTool.response))
			require.NoError(t, err, name)

			run := &routes{steps: map[string][]step{"stream": append(slices.Clone(faults), replays(t, "doubler"))}}
			c, ofRun := telling(t, run, always)
			state, err := c.Workflow("doubler").Start(t.Context(), mastra.StartRequest{}, mastra.WithResponse(&ofRun.response))
			require.NoError(t, err, name)
			assert.Equal(t, mastra.RunSuccess, state.Status)

			require.Len(t, ofTool.attempts, len(faults), name)
			assert.Equal(t, anonymous(ofTool.attempts), anonymous(ofRun.attempts), name)
			assert.Equal(t, ofTool.lines, ofRun.lines, name)
			assert.Equal(t, ofTool.response.Status, ofRun.response.Status, name)
			assert.Equal(t, ofTool.response.Attempts, ofRun.response.Attempts, name)
			assert.Equal(t, len(faults)+1, ofRun.response.Attempts)
			for _, a := range ofRun.attempts {
				assert.Equal(t, "WorkflowStream", a.Operation)
			}
		})
	}
}

func TestRetry_TellsTheSameOfAFailingToolAndWorkflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := answer(503, `{"error":"busy"}`)
		c, ofTool := telling(t, play(fault), mastra.RetrySafe)
		_, toolErr := c.Tool("weather").Execute(t.Context(), nil, mastra.WithResponse(&ofTool.response))
		c, ofRun := telling(t, &routes{steps: map[string][]step{"stream": {fault}}}, mastra.RetrySafe)
		_, runErr := c.Workflow("doubler").Start(t.Context(), mastra.StartRequest{}, mastra.WithResponse(&ofRun.response))
		assert.Equal(t, asError(t, toolErr).Attempts, asError(t, runErr).Attempts)
		assert.Equal(t, anonymous(ofTool.attempts), anonymous(ofRun.attempts))
		assert.Equal(t, ofTool.lines, ofRun.lines)
		assert.Equal(t, ofTool.response, ofRun.response)
	})
}

// What looks at a run that was started tells of its answer, and leaves the number of
// attempts that of the start.
func TestStart_ThatIsFoundTellsItsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &routes{steps: map[string][]step{"stream": {fails(errRefused), fails(errReset)}, "get": {tells(t, "doubler-ended")}}}
		var meta mastra.Response
		_, err := inMemory(t, rt).Workflow("w").Run("r").Start(t.Context(), mastra.StartRequest{}, mastra.WithResponse(&meta))
		require.NoError(t, err)
		assert.Equal(t, 2, meta.Attempts)
		assert.Equal(t, 200, meta.Status)
		assert.NotEmpty(t, meta.Body)
	})
}

func TestReattach_AsksThePolicyAndTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := recordsOf(t, "doubler")
		rt := &routes{steps: map[string][]step{"stream": {breaking(all[:1]...)}, "observe": {breaking(), answer(503, `{"error":"busy"}`), breaking(all[1]), breaking(), recordsIn(all[2:]...)}}}
		c, told := telling(t, rt, mastra.RetrySafe)
		s, err := c.Workflow("w").Run("r").Stream(t.Context(), mastra.StartRequest{}, mastra.WithResponse(&told.response))
		require.NoError(t, err)
		opened := told.response
		chunks, err := wholeOf(s)
		require.NoError(t, err)
		assert.Len(t, chunks, len(all))
		assert.Equal(t, opened, told.response, "what comes after the call leaves its Response alone")
		var numbers []int
		for _, a := range told.attempts {
			assert.Equal(t, "WorkflowObserve", a.Operation)
			assert.True(t, a.Safe && a.Sent)
			numbers = append(numbers, a.Number)
		}
		assert.Equal(t, []int{1, 2, 1, 2}, numbers, "counted anew once something has come")
		assertPauses(t, rt.pauses("observe")[1:], 300*time.Millisecond, 600*time.Millisecond, 300*time.Millisecond, 600*time.Millisecond)
		repeats := slices.DeleteFunc(slices.Clone(told.lines), func(l string) bool { return !strings.Contains(l, "repeat_in") })
		assert.Len(t, repeats, 4)
	})
}

func TestReattach_HappensOnceUnderRetryNever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := recordsOf(t, "doubler")
		rt := &routes{steps: map[string][]step{"stream": {breaking(all[:1]...)}, "observe": {breaking(), recordsIn(all[1:]...)}}}
		s, err := inMemory(t, rt, mastra.WithRetryPolicy(mastra.RetryNever)).Workflow("w").Run("r").Stream(t.Context(), mastra.StartRequest{})
		require.NoError(t, err)
		_, err = wholeOf(s)
		assert.ErrorIs(t, err, mastra.ErrTruncated)
		assert.Equal(t, 1, rt.count("observe"))
	})
}

func TestWait_GoesByTheServersClockWhateverIsAskedFor(t *testing.T) {
	for name, opts := range map[string]func(*mastra.Response) []mastra.Option{
		"without WithResponse": func(*mastra.Response) []mastra.Option { return nil },
		"with WithResponse":    func(meta *mastra.Response) []mastra.Option { return []mastra.Option{mastra.WithResponse(meta)} },
	} {
		synctest.Test(t, func(t *testing.T) {
			behind := func(status string) step {
				return func(req *http.Request) (*http.Response, error) {
					now := time.Now().Add(-time.Hour)
					body := fmt.Sprintf(`{"runId":"r","workflowName":"w","status":%q,"createdAt":%q}`, status, now.Add(-time.Second).UTC().Format(time.RFC3339Nano))
					return answer(200, body, "Date", now.UTC().Format(http.TimeFormat))(req)
				}
			}
			rt := &routes{steps: map[string][]step{"get": {behind("pending"), behind("running"), behind("success")}}}
			var meta mastra.Response
			state, err := inMemory(t, rt).Workflow("w").Run("r").Wait(t.Context(), opts(&meta)...)
			require.NoError(t, err, name)
			assert.Equal(t, mastra.RunSuccess, state.Status)
			assert.Equal(t, name == "with WithResponse", meta.Status == 200)
		})
	}
}

func TestOption_OfACallHoldsForAllItsRequests(t *testing.T) {
	rt := &routes{steps: map[string][]step{"stream": {answer(500, `{"error":"x"}`)}, "get": {answer(500, `{"error":"x"}`)}}}
	run := inMemory(t, rt, mastra.WithRetries(0)).Workflow("w").Run("r")
	_, err := run.Start(t.Context(), mastra.StartRequest{}, mastra.WithAPIPrefix("/v2"))
	assert.Equal(t, base+"/v2/workflows/w/stream", asError(t, err).Path)
	_, err = run.Resume(t.Context(), mastra.ResumeRequest{}, mastra.WithAPIPrefix("/v2"))
	assert.Equal(t, base+"/v2/workflows/w/runs/r", asError(t, err).Path)
	for _, url := range rt.urls {
		assert.True(t, strings.HasPrefix(url, base+"/v2/"), url)
	}
}

func TestTrace_GoesWhereTheRouteReadsItAndIsAskedForOnce(t *testing.T) {
	asked := 0
	rt := play(answer(200, `{"ok":true}`))
	c := inMemory(t, rt, mastra.WithTrace(func(context.Context) (mastra.TraceContext, bool) {
		asked++
		return mastra.TraceContext{TraceID: strings.Repeat("a", 32), SpanID: strings.Repeat("b", 16)}, true
	}))
	_, err := c.Tool("weather").Execute(t.Context(), nil)
	require.NoError(t, err)
	assert.NotContains(t, rt.bodies[0], "tracingOptions", "the route knows no such member")
	assert.Zero(t, asked)
	require.NoError(t, c.Workflow("w").NewRun().StartDetached(t.Context(), mastra.StartRequest{}))
	assert.Equal(t, 1, asked)
	assert.NotContains(t, rt.bodies[1], "tracingOptions", "create-run")
	assert.Contains(t, rt.bodies[2], `"tracingOptions":{"parentSpanId":"bbbbbbbbbbbbbbbb","traceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`)
}

func TestSend_IsTheDoorForThePackagesUnderAPI(t *testing.T) {
	rt := play(answer(200, `{"ok":true}`), answer(200, "data: [DONE]\n\n", "Content-Type", "text/event-stream"))
	c := inMemory(t, rt, mastra.WithRequestContext(map[string]any{"tenant": "acme"}))
	var out map[string]bool
	require.NoError(t, c.Send(t.Context(), rawRequest("ToolExecute", "weather"), &out, mastra.WithHeader("X-One", "1")))
	assert.True(t, out["ok"])
	assert.Equal(t, base+"/api/tools/weather/execute", rt.seen[0].URL.Path)
	assert.Equal(t, "1", rt.seen[0].Header.Get("X-One"))
	assert.JSONEq(t, `{"data":{},"requestContext":{"tenant":"acme"}}`, rt.bodies[0])
	s, err := c.SendStream(t.Context(), rawRequest("AgentStream", "assistant"))
	require.NoError(t, err)
	_, err = s.Next()
	assert.Equal(t, io.EOF, err)
	err = c.Send(t.Context(), rawRequest("ToolExecute", ""), nil)
	assert.ErrorIs(t, err, mastra.ErrInvalidInput)
}

func TestCredentials_ATokenSourceThatFailsIsNobodysInvalidInput(t *testing.T) {
	rt := play(answer(200, "{}"))
	err := list(t.Context(), inMemory(t, rt, mastra.WithTokenSource(&tokens{err: errReset.Err})))
	require.Error(t, err)
	assert.NotErrorIs(t, err, mastra.ErrInvalidInput)
	assert.Equal(t, 500, mastra.HTTPStatus(err))
	assert.Zero(t, rt.attempts())
}

func TestRetry_APolicySeesErrorsOfThePackage(t *testing.T) {
	var seen error
	rt := play(cut(io.ErrUnexpectedEOF))
	_ = generate(t.Context(), inMemory(t, rt, mastra.WithRetryPolicy(func(a mastra.Attempt) bool { seen = a.Err; return false })))
	assert.ErrorIs(t, seen, io.ErrUnexpectedEOF)
}
