package mastra_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// routes is a server of workflows in memory: for each of its routes the steps
// that one request after the other meets; the last is met for ever.
type routes struct {
	mu     sync.Mutex
	steps  map[string][]step
	calls  []string // "stream", "get", "observe", ...
	times  []time.Time
	bodies []string
	urls   []string
}

func (r *routes) RoundTrip(req *http.Request) (*http.Response, error) {
	parts := strings.Split(req.URL.Path, "/")
	name := parts[len(parts)-1]
	if req.Method == "GET" {
		name = "get"
	}
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
	}
	r.mu.Lock()
	list := r.steps[name]
	n := 0
	for _, call := range r.calls {
		if call == name {
			n++
		}
	}
	r.calls = append(r.calls, name)
	r.times = append(r.times, time.Now())
	r.bodies = append(r.bodies, string(body))
	r.urls = append(r.urls, req.URL.RequestURI())
	r.mu.Unlock()
	if err := context.Cause(req.Context()); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("nobody expects a request to %s", name)
	}
	return list[min(n, len(list)-1)](req)
}

// waits are the pauses before the requests to a route, from the first one on.
func (r *routes) waits(name string) []time.Duration {
	var out []time.Duration
	var last time.Time
	for i, call := range r.calls {
		if call == name {
			if !last.IsZero() {
				out = append(out, r.times[i].Sub(last))
			}
			last = r.times[i]
		}
	}
	return out
}

// pauses are those before the requests to a route, from the first one on: since the
// request before, whatever that was.
func (r *routes) pauses(name string) []time.Duration {
	var out []time.Duration
	for i, call := range r.calls {
		if i > 0 && call == name {
			out = append(out, r.times[i].Sub(r.times[i-1]))
		}
	}
	return out
}

// summary are all requests in their order; several of one kind in a row that look
// at a run are written once, with two dots behind.
func (r *routes) summary() string {
	var out []string
	for i, call := range r.calls {
		switch {
		case call != "get" || i == 0 || r.calls[i-1] != "get":
			out = append(out, call)
		default:
			out[len(out)-1] = "get.."
		}
	}
	return strings.Join(out, " ")
}

// sent are the bodies of the requests to a route.
func (r *routes) sent(name string) []string {
	var out []string
	for i, call := range r.calls {
		if call == name {
			out = append(out, r.bodies[i])
		}
	}
	return out
}

func (r *routes) count(name string) int { return len(r.sent(name)) }

// replays answers with a stream that was recorded.
func replays(t testing.TB, file string) step {
	return recordsText(string(testdata(t, "runs", file+".rs")))
}

// tells answers with a run that was recorded.
func tells(t testing.TB, file string) step {
	return answer(200, string(testdata(t, "runs", file+".json")))
}

func recordsText(text string) step { return answer(200, text, "Content-Type", "text/plain") }

// breaksOff begins a recorded stream and breaks off after n records.
func breaksOff(t testing.TB, file string, n int, err error) step {
	parts := strings.SplitAfter(string(testdata(t, "runs", file+".rs")), "\x1e")
	return func(req *http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(strings.Join(parts[:n], "")+`{"type":"work`), failingReader{err})
		return response(req, 200, io.NopCloser(body), "Content-Type", "text/plain"), nil
	}
}

// starting is what a start meets, and what it comes to.
type starting struct {
	name  string
	steps map[string][]step
	opts  []mastra.Option
	// calls are all requests in their order; several of one kind are written once
	// with two dots behind.
	calls string
	// status of the run, where the start is a success.
	status mastra.RunStatus
	// is are what the error matches, where it is none; unknown is whether the
	// outcome is among them.
	is      []error
	unknown bool
	pauses  []time.Duration // exact, where the server asked for them
}

func startings(t *testing.T) []starting {
	good, suspended := replays(t, "doubler"), replays(t, "approval-suspended")
	reset, refused := fails(errReset), fails(errRefused)
	record, waits := tells(t, "doubler-ended"), tells(t, "approval-suspended")
	none := answer(404, `{"error":"Workflow run not found"}`)
	pending, running := answer(200, `{"runId":"r","workflowName":"w","status":"pending"}`), answer(200, `{"runId":"r","workflowName":"w","status":"running"}`)
	type m = map[string][]step
	return []starting{
		{name: "the answer comes", steps: m{"stream": {good}}, calls: "stream", status: mastra.RunSuccess},
		{name: "the run fails", steps: m{"stream": {replays(t, "doubler-failed")}}, calls: "stream", status: mastra.RunFailed},
		{name: "the run is suspended: its record tells more", steps: m{"stream": {suspended}, "get": {waits}}, calls: "stream get", status: mastra.RunSuspended},
		{name: "lost before the answer, and not recorded", steps: m{"stream": {reset, good}, "get": {none}}, calls: "stream get.. stream", status: mastra.RunSuccess},
		{name: "lost before the answer, recorded after a while", steps: m{"stream": {reset}, "get": {none, pending, running, record}}, calls: "stream get..", status: mastra.RunSuccess},
		{name: "lost before the answer, and ended", steps: m{"stream": {reset}, "get": {record}}, calls: "stream get", status: mastra.RunSuccess},
		{name: "lost before the answer, and created only", steps: m{"stream": {reset, good}, "get": {pending}}, calls: "stream get.. stream", status: mastra.RunSuccess},
		{name: "lost at the beginning of the answer", steps: m{"stream": {breaksOff(t, "doubler", 0, errReset), good}, "get": {none}}, calls: "stream get.. stream", status: mastra.RunSuccess},
		{name: "lost in the middle of the answer", steps: m{"stream": {breaksOff(t, "doubler", 2, errReset)}, "get": {running, running, record}}, calls: "stream get..", status: mastra.RunSuccess},
		{name: "lost in the middle, ended meanwhile", steps: m{"stream": {breaksOff(t, "doubler", 2, errReset)}, "get": {record}}, calls: "stream get", status: mastra.RunSuccess},
		{name: "lost, not recorded, and ended when it is posted again", steps: m{"stream": {reset, answer(409, `{"error":"already finished"}`)}, "get": append(slices.Repeat([]step{none}, 14), record)}, calls: "stream get.. stream get", status: mastra.RunSuccess},
		{name: "ended before", steps: m{"stream": {answer(409, `{"error":"already finished"}`)}, "get": {record}}, calls: "stream get", status: mastra.RunSuccess},
		{name: "suspended before: the replay has no end", steps: m{"stream": {replays(t, "approval-replayed")}, "get": {waits}}, calls: "stream get", status: mastra.RunSuspended},
		{name: "suspended before, inside a nested workflow", steps: m{"stream": {replays(t, "outer-replayed")}, "get": {tells(t, "outer-streamed")}}, calls: "stream get", status: mastra.RunSuspended},
		{name: "lost, suspended meanwhile", steps: m{"stream": {reset}, "get": {waits}}, calls: "stream get", status: mastra.RunSuspended},
		{name: "a gateway gives up", steps: m{"stream": {answer(504, `{"error":"Gateway Timeout"}`), answer(502, html, "Content-Type", "text/html"), good}, "get": {none}}, calls: "stream get.. stream get.. stream", status: mastra.RunSuccess},
		{name: "a gateway gives up, and the run goes on", steps: m{"stream": {answer(504, `{"error":"Gateway Timeout"}`)}, "get": {running, record}}, calls: "stream get..", status: mastra.RunSuccess},
		{name: "busy for two seconds", steps: m{"stream": {answer(503, "", "Retry-After", "2"), good}}, calls: "stream stream", status: mastra.RunSuccess, pauses: []time.Duration{2 * time.Second}},
		{name: "busy for too long", steps: m{"stream": {answer(503, "", "Retry-After", "60"), good}}, calls: "stream", is: []error{mastra.ErrUnavailable}},
		{name: "always busy", steps: m{"stream": {answer(429, `{"error":"slow down"}`)}}, calls: "stream stream stream stream", is: []error{mastra.ErrRateLimited}},
		{name: "no connection, later one", steps: m{"stream": {refused, refused, good}}, calls: "stream stream stream", status: mastra.RunSuccess},
		{name: "no connection", steps: m{"stream": {refused}}, calls: "stream stream stream stream", is: []error{mastra.ErrUnavailable}},
		{name: "no connection after a lost answer", steps: m{"stream": {reset, refused}, "get": {none}}, calls: "stream get.. stream stream stream", is: []error{mastra.ErrUnavailable}, unknown: true},
		{name: "lost, and the run cannot be read", steps: m{"stream": {reset}, "get": {refused}}, calls: "stream get..", is: []error{mastra.ErrUnavailable, errReset.Err}, unknown: true},
		{name: "lost, and a proxy says that there is nothing", steps: m{"stream": {reset}, "get": {answer(404, "404 page not found", "Content-Type", "text/plain")}}, calls: "stream get..", is: []error{errReset.Err}, unknown: true},
		{name: "lost, and a gateway says in JSON that there is nothing", steps: m{"stream": {reset}, "get": {answer(404, `{"message":"no route"}`)}}, calls: "stream get..", is: []error{errReset.Err}, unknown: true},
		{name: "lost, not recorded, and the last look is lost too", steps: m{"stream": {reset, good}, "get": append(slices.Repeat([]step{none}, 13), reset, reset, reset, reset, reset, none)}, calls: "stream get.. stream", status: mastra.RunSuccess},
		{name: "lost, and the run may not be read", steps: m{"stream": {reset}, "get": {answer(403, `{"error":"no"}`)}}, calls: "stream get", is: []error{mastra.ErrForbidden}, unknown: true},
		{name: "always lost", steps: m{"stream": {reset}, "get": {none}}, calls: "stream get.. stream get.. stream get.. stream get..", is: []error{errReset.Err}, unknown: true},
		{name: "always cut before anything is recorded", steps: m{"stream": {breaksOff(t, "doubler", 0, errReset)}, "get": {none}}, calls: "stream get.. stream get.. stream get.. stream get..", is: []error{mastra.ErrTruncated, errReset.Err}, unknown: true},
		{name: "lost, then a failure of the server", steps: m{"stream": {reset, answer(500, `{"error":"boom"}`)}, "get": {none}}, calls: "stream get.. stream", is: []error{mastra.ErrServer}, unknown: true},
		{name: "a failure of the server", steps: m{"stream": {answer(500, `{"error":"boom"}`)}}, calls: "stream", is: []error{mastra.ErrServer}},
		{name: "no such workflow", steps: m{"stream": {answer(404, `{"error":"no"}`)}}, calls: "stream", is: []error{mastra.ErrNotFound}},
		{name: "no token", steps: m{"stream": {answer(401, `{"error":"no"}`)}}, calls: "stream", is: []error{mastra.ErrUnauthorized}},
		{name: "the input does not fit", steps: m{"stream": {replays(t, "doubler-refused")}}, calls: "stream", is: []error{mastra.ErrInvalidInput}},
		{name: "the input does not fit, and the stream is cut behind the refusal", steps: m{"stream": {breaksOff(t, "doubler-refused", strings.Count(string(testdata(t, "runs", "doubler-refused.rs")), "\x1e"), errReset)}}, calls: "stream", is: []error{mastra.ErrInvalidInput}},
		{name: "the input did not fit the last time: the history says why", steps: m{"stream": {replays(t, "doubler-refused-replayed")}, "get": {tells(t, "doubler-refused")}, "observe": {replays(t, "doubler-refused-observed")}},
			calls: "stream get observe get", is: []error{mastra.ErrInvalidInput}},
		{name: "the refusal is lost", steps: m{"stream": {reset, replays(t, "doubler-refused-replayed")}, "get": {tells(t, "doubler-refused")}, "observe": {replays(t, "doubler-refused-observed")}},
			calls: "stream get.. stream get observe get", is: []error{mastra.ErrInvalidInput}},
		{name: "the record of a suspended run cannot be read", steps: m{"stream": {suspended}, "get": {answer(403, `{"error":"no"}`)}}, calls: "stream get..", is: []error{mastra.ErrForbidden}, unknown: true},
		{name: "the record of an ended run cannot be read", steps: m{"stream": {answer(409, `{"error":"already finished"}`)}, "get": {answer(403, `{"error":"no"}`)}}, calls: "stream get", is: []error{mastra.ErrForbidden}},
		{name: "an event that is too large: the record tells", steps: m{"stream": {good}, "get": {record}}, opts: []mastra.Option{mastra.WithMaxEventSize(100)}, calls: "stream get", status: mastra.RunSuccess},
		{name: "RetryNever looks, and never posts again", steps: m{"stream": {reset}, "get": {none}}, opts: []mastra.Option{mastra.WithRetryPolicy(mastra.RetryNever)}, calls: "stream get..", is: []error{errReset.Err}, unknown: true},
		{name: "RetryNever finds what goes on", steps: m{"stream": {reset}, "get": {running, record}}, opts: []mastra.Option{mastra.WithRetryPolicy(mastra.RetryNever)}, calls: "stream get..", status: mastra.RunSuccess},
		{name: "RetryNever reads what has ended", steps: m{"stream": {answer(409, `{"error":"x"}`)}, "get": {record}}, opts: []mastra.Option{mastra.WithRetryPolicy(mastra.RetryNever)}, calls: "stream get", status: mastra.RunSuccess},
		{name: "RetryAlways repeats a failure of the server", steps: m{"stream": {answer(500, `{"error":"boom"}`), good}}, opts: []mastra.Option{mastra.WithRetryPolicy(mastra.RetryAlways)}, calls: "stream stream", status: mastra.RunSuccess},
		{name: "no retries: looked for, and never posted again", steps: m{"stream": {reset}, "get": {none}}, opts: []mastra.Option{mastra.WithRetries(0)}, calls: "stream get..", is: []error{errReset.Err}, unknown: true},
		{name: "no retries, and it goes on", steps: m{"stream": {reset}, "get": {none, running, record}}, opts: []mastra.Option{mastra.WithRetries(0)}, calls: "stream get..", status: mastra.RunSuccess},
		{name: "one retry", steps: m{"stream": {reset}, "get": {none}}, opts: []mastra.Option{mastra.WithRetries(1)}, calls: "stream get.. stream get..", is: []error{errReset.Err}, unknown: true},
	}
}

func TestStart_RunsAWorkflowOnceWhateverGetsLost(t *testing.T) {
	for _, tt := range startings(t) {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: tt.steps}
				opts := append([]mastra.Option{mastra.WithBackoff(200 * time.Millisecond), mastra.WithMaxBackoff(5 * time.Second)}, tt.opts...)
				start := time.Now()
				state, err := inMemory(t, rt).Workflow("w").Run("r").Start(t.Context(), mastra.StartRequest{Input: map[string]int{"n": 2}}, opts...)

				assert.Equal(t, tt.calls, rt.summary())
				if tt.is == nil {
					require.NoError(t, err)
					assert.Equal(t, tt.status, state.Status)
					assert.NotNil(t, state.Input)
				} else {
					e := asError(t, err)
					for _, target := range tt.is {
						assert.ErrorIs(t, err, target)
					}
					assert.Equal(t, tt.unknown, errors.Is(err, mastra.ErrOutcomeUnknown), "outcome unknown: %v", err)
					assert.Positive(t, e.Attempts)
				}
				for _, body := range rt.sent("stream") {
					assert.JSONEq(t, `{"inputData":{"n":2}}`, body)
				}
				for i, call := range rt.calls {
					if call == "stream" {
						assert.Equal(t, base+"/api/workflows/w/stream?runId=r", rt.urls[i], "the same run each time")
					}
				}
				if tt.pauses != nil {
					assert.Equal(t, tt.pauses, rt.waits("stream"))
				} else {
					assertPauses(t, rt.pauses("stream"), 200*time.Millisecond, 400*time.Millisecond, 800*time.Millisecond)
				}
				assert.Equal(t, rt.times[len(rt.times)-1].Sub(start), time.Since(start), "no pause after the last request")
			})
		})
	}
}

func TestStart_ThatCannotBeSentIsNotRepeated(t *testing.T) {
	var none context.Context
	for _, tt := range []struct {
		name, run, text string
		ctx             context.Context
		req             mastra.StartRequest
		opts            []mastra.Option
	}{
		{name: "no context", run: "r", ctx: none, text: "context is nil"},
		{name: "an empty id", run: "", text: "runId is empty"},
		{name: "a dot segment", run: "..", text: "cannot stand in a path"},
		{name: "input that does not encode", run: "r", req: mastra.StartRequest{Input: make(chan int)}, text: "does not encode"},
		{name: "a field that is modelled among Extra", run: "r", req: mastra.StartRequest{Extra: map[string]any{"inputData": 1}}, text: "Extra"},
		{name: "a request context of the server's", run: "r", req: mastra.StartRequest{RequestContext: map[string]any{"mastra__user": 1}}, text: "mastra__user"},
		{name: "a nil option", run: "r", opts: []mastra.Option{nil}, text: "nil Option"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if tt.ctx == nil && tt.name != "no context" {
					tt.ctx = t.Context()
				}
				rt := &routes{}
				run := inMemory(t, rt).Workflow("w").Run(tt.run)
				start := time.Now()
				_, err := run.Start(tt.ctx, tt.req, tt.opts...)
				assert.ErrorContains(t, err, tt.text)
				assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
				_, err = run.Stream(tt.ctx, tt.req, tt.opts...)
				assert.ErrorContains(t, err, tt.text)
				assert.ErrorContains(t, run.StartDetached(tt.ctx, tt.req, tt.opts...), tt.text)
				assert.Empty(t, rt.sent("stream"))
				assert.Empty(t, rt.sent("start"))
				assert.Zero(t, time.Since(start))
			})
		})
	}
}

func TestStart_EndsWithItsContext(t *testing.T) {
	waiting := func(req *http.Request) (*http.Response, error) { // some records, then silence
		body := io.MultiReader(strings.NewReader(`{"type":"workflow-start","runId":"r","payload":{}}`+"\x1e"), silence{req.Context()})
		return response(req, 200, io.NopCloser(body), "Content-Type", "text/plain"), nil
	}
	running, none := answer(200, `{"runId":"r","workflowName":"w","status":"running"}`), answer(404, `{"error":"Workflow run not found"}`)
	for _, tt := range []struct {
		name    string
		steps   map[string][]step
		after   time.Duration
		calls   string
		unknown bool
	}{
		{"before anything is sent", map[string][]step{"stream": {hangs}}, 0, "", false},
		{"while the answer is awaited", map[string][]step{"stream": {hangs}}, time.Second, "stream", true},
		{"in the middle of the stream", map[string][]step{"stream": {waiting}}, time.Second, "stream", true},
		{"while a lost start is looked for", map[string][]step{"stream": {fails(errReset)}, "get": {none}}, 9 * time.Second, "stream get", true},
		{"while a lost start is looked for after a 503 of a proxy", map[string][]step{"stream": {answer(503, "")}, "get": {none}}, 50 * time.Millisecond, "stream get", true},
		{"during the pause after a lost start was looked for", map[string][]step{"stream": {fails(errReset)}, "get": {none}}, 10*time.Second + 10*time.Millisecond, "stream get", true},
		{"while a look is not answered", map[string][]step{"stream": {fails(errReset)}, "get": {hangs}}, time.Second, "stream get", true},
		{"during the pause after a refusal", map[string][]step{"stream": {answer(503, `{"error":"busy"}`)}}, 10 * time.Millisecond, "stream", false},
		{"while an ended run is read", map[string][]step{"stream": {answer(409, `{"error":"x"}`)}, "get": {running}}, 50 * time.Millisecond, "stream get", false},
		{"while an ended run is read after a loss", map[string][]step{"stream": {fails(errReset)}, "get": {running}}, 350 * time.Millisecond, "stream get", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.after == 0 {
					cancel()
				}
				time.AfterFunc(tt.after, cancel)
				rt := &routes{steps: tt.steps}
				start := time.Now()
				_, err := inMemory(t, rt).Workflow("w").Run("r").Start(ctx, mastra.StartRequest{})
				assert.ErrorIs(t, err, context.Canceled)
				assert.Equal(t, tt.unknown, errors.Is(err, mastra.ErrOutcomeUnknown), "outcome unknown: %v", err)
				assert.Equal(t, tt.after, time.Since(start))
				assert.True(t, strings.HasPrefix(strings.Join(rt.calls, " "), tt.calls), rt.calls)
			})
		})
	}
}

// silence is a body on which nothing comes until its context ends.
type silence struct{ ctx context.Context }

func (s silence) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, context.Cause(s.ctx)
}

func TestStart_WaitsNoLongerThanItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		rt := &routes{steps: map[string][]step{"stream": {answer(503, "", "Retry-After", "3")}}}
		start := time.Now()
		_, err := inMemory(t, rt).Workflow("w").Run("r").Start(ctx, mastra.StartRequest{})
		assert.ErrorIs(t, err, mastra.ErrUnavailable, "the server's error, not the deadline's")
		assert.Equal(t, 3*time.Second, asError(t, err).RetryAfter)
		assert.Zero(t, time.Since(start))
	})
}

// tokenChain gives one token after the other.
type tokenChain []string

func (s *tokenChain) Token(_ context.Context, refused string) (string, error) {
	if refused == (*s)[0] && len(*s) > 1 {
		*s = (*s)[1:]
	}
	return (*s)[0], nil
}

func TestStart_TriesAnotherTokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []string
		needs := func(req *http.Request) (*http.Response, error) {
			seen = append(seen, req.Header.Get("Authorization"))
			if req.Header.Get("Authorization") != "Bearer new" {
				return answer(401, `{"error":"no"}`)(req)
			}
			return replays(t, "doubler")(req)
		}
		rt := &routes{steps: map[string][]step{"stream": {needs}}}
		state, err := inMemory(t, rt, mastra.WithTokenSource(&tokenChain{"old", "new"})).Workflow("w").Start(t.Context(), mastra.StartRequest{})
		require.NoError(t, err)
		assert.Equal(t, mastra.RunSuccess, state.Status)
		assert.Equal(t, []string{"Bearer old", "Bearer new"}, seen)

		seen = nil
		rt = &routes{steps: map[string][]step{"stream": {needs}}}
		_, err = inMemory(t, rt, mastra.WithTokenSource(&tokenChain{"old", "older"})).Workflow("w").Start(t.Context(), mastra.StartRequest{})
		assert.ErrorIs(t, err, mastra.ErrUnauthorized)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		assert.Len(t, seen, 2)
	})
}

func TestRunState_IsToldByTheStream(t *testing.T) {
	for _, tt := range []struct{ file, record string }{{"doubler", "doubler-ended"}, {"flaky", "flaky-ended"}, {"doubler-failed", "doubler-failed"}} {
		rt := &routes{steps: map[string][]step{"stream": {replays(t, tt.file)}}}
		got, err := inMemory(t, rt).Workflow("w").Run("r").Start(t.Context(), mastra.StartRequest{})
		require.NoError(t, err)
		want := recordedRun(t, tt.record)
		assert.Equal(t, want.Status, got.Status)
		assert.Equal(t, want.Result, got.Result, tt.file)
		assert.Equal(t, want.Failure, got.Failure, tt.file)
		require.Len(t, got.Steps, len(want.Steps))
		for id, step := range want.Steps {
			assert.Equal(t, step, got.Steps[id], "%s: step %s", tt.file, id)
		}
		assert.Equal(t, "w", got.WorkflowID)
		assert.Equal(t, "r", got.RunID)
	}
}

func TestRunState_FailureThatWasMadeUpForIsNotTheRuns(t *testing.T) {
	text := strings.Join([]string{
		`{"type":"workflow-start","runId":"r","payload":{}}`,
		`{"type":"workflow-step-result","runId":"r","payload":{"id":"a","status":"failed","error":{"message":"once"}}}`,
		`{"type":"workflow-step-result","runId":"r","payload":{"id":"a","status":"success","output":1}}`,
		`{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"success","finalWorkflowResult":1,"metadata":{}}}`, "",
	}, "\x1e")
	rt := &routes{steps: map[string][]step{"stream": {recordsText(text)}}}
	got, err := inMemory(t, rt).Workflow("w").Run("r").Start(t.Context(), mastra.StartRequest{})
	require.NoError(t, err)
	assert.NoError(t, got.Err())
	assert.Nil(t, got.Failure)
	assert.Nil(t, got.Steps["a"].Failure)
}
