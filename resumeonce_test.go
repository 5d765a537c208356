package mastra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// suspendedIn is a run that waits at one step, in a graph; more are members of
// that step.
func suspendedIn(graph, more string) step {
	return answer(200, fmt.Sprintf(`{"runId":"r","workflowName":"w","status":"suspended","suspendedPaths":{"ask":[0]},"serializedStepGraph":%s,
		"steps":{"ask":{"status":"suspended","suspendedAt":1000,"startedAt":900,"suspendPayload":{}%s}}}`, graph, more))
}

const (
	flatGraph   = `[{"type":"step","step":{"id":"ask","canSuspend":true}}]`
	loopGraph   = `[{"type":"loop","step":{"type":"step","step":{"id":"ask","canSuspend":true}},"loopType":"dowhile"}]`
	nestedLoop  = `[{"type":"parallel","steps":[{"type":"step","step":{"id":"x"}},{"type":"loop","step":{"id":"ask"},"loopType":"dountil"}]}]`
	otherLoop   = `[{"type":"loop","step":{"type":"step","step":{"id":"x"}},"loopType":"dowhile"},{"type":"step","step":{"id":"ask"}}]`
	oddGraph    = `"not known yet"`
	runEnded    = `{"runId":"r","workflowName":"w","status":"success","result":{"ok":true},"steps":{}}`
	runRunning  = `{"runId":"r","workflowName":"w","status":"running","steps":{}}`
	notWaiting  = `{"type":"workflow-start","runId":"r","payload":{}}` + "\x1e" + `{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"failed","metadata":{"errorMessage":"This workflow run was not suspended"}}}` + "\x1e"
	claimed     = `{"type":"workflow-start","runId":"r","payload":{}}` + "\x1e" + `{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"failed","metadata":{"errorMessage":"This suspended workflow run was already resumed by another caller. Workflow \"w\" run \"r\" moved from \"suspended\" to \"running\" before this resume could claim it. Only one resume() call may continue a given suspension; re-read the run state before resuming again."}}}` + "\x1e"
	waitsAnew   = `{"runId":"r","workflowName":"w","status":"suspended","suspendedPaths":{"ask":[0]},"steps":{"ask":{"status":"suspended","suspendedAt":2000,"resumedAt":1500}}}`
	resumedOnce = `,"resumedAt":950`
)

type resuming struct {
	name  string
	steps map[string][]step
	req   mastra.ResumeRequest
	opts  []mastra.Option
	calls string // all requests in their order
	// body of each resume; "" where it does not matter.
	body    string
	status  mastra.RunStatus
	is      []error
	unknown bool
	pauses  []time.Duration
}

// still is what the reads of a run tell that stands where it stood for as long as it
// is looked at, and has moved on afterwards.
func still(before, after step) []step { return append(slices.Repeat([]step{before}, 1+14), after) }

func resumings(t *testing.T) []resuming {
	reset, refused := fails(errReset), fails(errRefused)
	ended, running := answer(200, runEnded), answer(200, runRunning)
	flat := suspendedIn(flatGraph, "")
	good := replays(t, "approval-resumed")
	approve := mastra.ResumeRequest{Step: "ask", Data: map[string]any{"approved": true}}
	body := `{"step":["ask"],"resumeData":{"approved":true}}`
	pinned := func(file string) mastra.ResumeRequest {
		return mastra.ResumeRequest{Suspension: &recordedRun(t, file).Suspensions()[0], Data: 1}
	}
	stale := pinned("approval-suspended")
	stale.Suspension.SuspendedAt = at(5)
	foreign := pinned("approval-suspended") // of the same moment, as it may happen
	foreign.Suspension.RunID = "another"
	strange := pinned("approval-suspended")
	strange.Suspension.WorkflowID = "another"
	five, negative := 5, -1
	fan, fanAgain := tells(t, "fan-suspended"), tells(t, "fan-suspended-again")
	fanBody := `{"step":["twice"],"forEachIndex":1,"resumeData":{"value":5}}`
	item := mastra.ResumeRequest{Step: "twice", Data: map[string]int{"value": 5}}
	outer := tells(t, "outer-suspended")
	type m = map[string][]step
	return []resuming{
		{name: "the answer comes", steps: m{"get": {flat, ended}, "resume-stream": {good}}, req: approve, body: body, calls: "get resume-stream get", status: mastra.RunSuccess},
		{name: "the only step need not be named", steps: m{"get": {flat, ended}, "resume-stream": {good}}, req: mastra.ResumeRequest{Data: map[string]any{"approved": true}}, body: body, calls: "get resume-stream get", status: mastra.RunSuccess},
		{name: "the run goes on for a while", steps: m{"get": {flat, running, running, ended}, "resume-stream": {good}}, req: approve, calls: "get resume-stream get..", status: mastra.RunSuccess},
		{name: "the run suspends again", steps: m{"get": {flat, answer(200, waitsAnew)}, "resume-stream": {good}}, req: approve, calls: "get resume-stream get", status: mastra.RunSuspended},
		{name: "a pinned suspension", steps: m{"get": {tells(t, "approval-suspended"), tells(t, "approval-ended")}, "resume-stream": {good}}, req: pinned("approval-suspended"), body: `{"step":["approve"],"resumeData":1}`, calls: "get resume-stream get", status: mastra.RunSuccess},
		{name: "one that the answer of a start told of, inside a nested workflow", steps: m{"get": {outer, tells(t, "outer-ended")}, "resume-stream": {good}}, req: pinned("outer-started"), body: `{"step":["approval","approve"],"resumeData":1}`, calls: "get resume-stream get", status: mastra.RunSuccess},
		{name: "a nested step by its path", steps: m{"get": {outer, tells(t, "outer-ended")}, "resume-stream": {good}}, req: mastra.ResumeRequest{Step: "approval.approve", Data: 1}, body: `{"step":["approval","approve"],"resumeData":1}`, calls: "get resume-stream get", status: mastra.RunSuccess},
		{name: "a nested step by its workflow", steps: m{"get": {outer, tells(t, "outer-ended")}, "resume-stream": {good}}, req: mastra.ResumeRequest{Step: "approval", Data: 1}, body: `{"step":["approval","approve"],"resumeData":1}`, calls: "get resume-stream get", status: mastra.RunSuccess},
		{name: "one of several", steps: m{"get": {tells(t, "review-suspended"), tells(t, "review-left-suspended")}, "resume-stream": {good}}, req: mastra.ResumeRequest{Step: "right", Data: 1}, body: `{"step":["right"],"resumeData":1}`, calls: "get resume-stream get", status: mastra.RunSuspended},
		{name: "a foreach: the index is always sent", steps: m{"get": {fan, fanAgain}, "resume-stream": {good}}, req: item, body: fanBody, calls: "get resume-stream get", status: mastra.RunSuspended},
		{name: "a foreach: another index than the one that waits", steps: m{"get": {fan, fanAgain}, "resume-stream": {good}}, req: mastra.ResumeRequest{Step: "twice", ForEachIndex: &five, Data: 1}, body: `{"step":["twice"],"forEachIndex":5,"resumeData":1}`, calls: "get resume-stream get", status: mastra.RunSuspended},

		{name: "a suspension that was answered", steps: m{"get": {tells(t, "approval-suspended")}}, req: stale, calls: "get", is: []error{mastra.ErrNotSuspended}},
		{name: "a suspension of another run", steps: m{"get": {tells(t, "approval-suspended")}}, req: foreign, calls: "get", is: []error{mastra.ErrNotSuspended}},
		{name: "a suspension of another workflow", steps: m{"get": {tells(t, "approval-suspended")}}, req: strange, calls: "get", is: []error{mastra.ErrNotSuspended}},
		{name: "an item that was answered", steps: m{"get": {fanAgain}}, req: pinned("fan-suspended"), calls: "get", is: []error{mastra.ErrNotSuspended}},
		{name: "a run that has ended", steps: m{"get": {ended}}, req: approve, calls: "get", is: []error{mastra.ErrNotSuspended}},
		{name: "a run that is not there", steps: m{"get": {answer(404, `{"error":"no"}`)}}, req: approve, calls: "get", is: []error{mastra.ErrNotFound}},
		{name: "a step that does not wait", steps: m{"get": {flat}}, req: mastra.ResumeRequest{Step: "other"}, calls: "get", is: []error{mastra.ErrNotSuspended}},
		{name: "several wait and none is named", steps: m{"get": {tells(t, "review-suspended")}}, req: mastra.ResumeRequest{Data: 1}, calls: "get", is: []error{mastra.ErrInvalidInput}},
		{name: "the data does not fit", steps: m{"get": {tells(t, "approval-suspended")}, "resume-stream": {replays(t, "approval-refused")}}, req: mastra.ResumeRequest{Data: 1}, calls: "get resume-stream", is: []error{mastra.ErrInvalidInput}},
		{name: "somebody else was faster", steps: m{"get": {tells(t, "approval-suspended")}, "resume-stream": {replays(t, "approval-resumed-twice")}}, req: mastra.ResumeRequest{Data: 1}, calls: "get resume-stream", is: []error{mastra.ErrNotSuspended}},
		{name: "somebody else has just begun", steps: m{"get": {flat}, "resume-stream": {recordsText(claimed)}}, req: approve, calls: "get resume-stream", is: []error{mastra.ErrNotSuspended}},
		{name: "somebody else is at it", steps: m{"get": {flat}, "resume-stream": {answer(409, `{"error":"claimed"}`)}}, req: approve, calls: "get resume-stream", is: []error{mastra.ErrConflict}},

		{name: "lost, and the run has moved on", steps: m{"get": {flat, ended}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", status: mastra.RunSuccess},
		{name: "lost, and the run goes on", steps: m{"get": {flat, running, running, ended}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", status: mastra.RunSuccess},
		{name: "lost in the middle, and the run has moved on", steps: m{"get": {flat, ended}, "resume-stream": {breaksOff(t, "approval-resumed", 2, errReset)}}, req: approve, calls: "get resume-stream get..", status: mastra.RunSuccess},
		{name: "lost, and the run stands where it stood: asked again", steps: m{"get": still(flat, ended), "resume-stream": {reset, good}}, req: approve, body: body, calls: "get resume-stream get.. resume-stream get", status: mastra.RunSuccess},
		{name: "lost, asked again, not suspended any more", steps: m{"get": still(flat, ended), "resume-stream": {reset, recordsText(notWaiting)}}, req: approve, calls: "get resume-stream get.. resume-stream get", status: mastra.RunSuccess},
		{name: "lost, and the run moves on a little later", steps: m{"get": {flat, flat, flat, ended}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", status: mastra.RunSuccess},
		{name: "lost, at a step in a loop, and the run moves on a little later", steps: m{"get": {suspendedIn(loopGraph, ""), suspendedIn(loopGraph, ""), ended}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", status: mastra.RunSuccess},
		{name: "lost, asked again, and a 500 says that it is not suspended", steps: m{"get": still(flat, ended), "resume-stream": {reset, answer(500, `{"error":"This workflow run was not suspended"}`)}}, req: approve, calls: "get resume-stream get.. resume-stream get", status: mastra.RunSuccess},
		{name: "lost, asked again, and the first is at it", steps: m{"get": still(flat, ended), "resume-stream": {reset, answer(409, `{"error":"claimed"}`)}}, req: approve, calls: "get resume-stream get.. resume-stream get", status: mastra.RunSuccess},
		{name: "lost, and the same item waits: asked again with its index", steps: m{"get": still(fan, fanAgain), "resume-stream": {reset, good}}, req: item, body: fanBody, calls: "get resume-stream get.. resume-stream get", status: mastra.RunSuspended},
		{name: "lost, and the next item waits", steps: m{"get": {fan, fanAgain}, "resume-stream": {reset}}, req: item, body: fanBody, calls: "get resume-stream get..", status: mastra.RunSuspended},
		{name: "lost, and the step waits anew", steps: m{"get": {flat, answer(200, waitsAnew)}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", status: mastra.RunSuspended},
		{name: "lost, at a step in a loop", steps: m{"get": {suspendedIn(loopGraph, "")}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", unknown: true},
		{name: "lost, at a step in a loop in a branch", steps: m{"get": {suspendedIn(nestedLoop, "")}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", unknown: true},
		{name: "lost, at a step that was resumed before", steps: m{"get": {suspendedIn(flatGraph, resumedOnce)}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", unknown: true},
		{name: "lost, in a graph that is not understood", steps: m{"get": {suspendedIn(oddGraph, "")}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", unknown: true},
		{name: "lost, beside a loop", steps: m{"get": still(suspendedIn(otherLoop, ""), ended), "resume-stream": {reset, good}}, req: approve, calls: "get resume-stream get.. resume-stream get", status: mastra.RunSuccess},
		{name: "always lost", steps: m{"get": {flat}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get.. resume-stream get.. resume-stream get.. resume-stream get..", is: []error{errReset.Err}, unknown: true},
		{name: "lost, and nobody listens", steps: m{"get": {flat, refused}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get..", is: []error{mastra.ErrUnavailable}, unknown: true},
		{name: "lost, and nobody listens to the repetition", steps: m{"get": {flat}, "resume-stream": {reset, refused}}, req: approve, calls: "get resume-stream get.. resume-stream resume-stream resume-stream", is: []error{mastra.ErrUnavailable}, unknown: true},
		{name: "lost, and the run is gone", steps: m{"get": {flat, answer(404, `{"error":"no"}`)}, "resume-stream": {reset}}, req: approve, calls: "get resume-stream get", is: []error{mastra.ErrNotFound}, unknown: true},
		{name: "resumed, and the record cannot be read", steps: m{"get": {flat, answer(403, `{"error":"no"}`)}, "resume-stream": {good}}, req: approve, calls: "get resume-stream get..", is: []error{mastra.ErrForbidden}, unknown: true},
		{name: "resumed, and the record is not to be had for a while", steps: m{"get": {flat, answer(503, ""), ended}, "resume-stream": {good}}, req: approve, calls: "get resume-stream get..", status: mastra.RunSuccess},

		{name: "busy for two seconds", steps: m{"get": {flat, ended}, "resume-stream": {answer(503, "", "Retry-After", "2"), good}}, req: approve, calls: "get resume-stream resume-stream get", status: mastra.RunSuccess, pauses: []time.Duration{2 * time.Second}},
		{name: "no connection", steps: m{"get": {flat}, "resume-stream": {refused}}, req: approve, calls: "get resume-stream resume-stream resume-stream resume-stream", is: []error{mastra.ErrUnavailable}},
		{name: "a failure of the server", steps: m{"get": {flat}, "resume-stream": {answer(500, `{"error":"boom"}`)}}, req: approve, calls: "get resume-stream", is: []error{mastra.ErrServer}},
		{name: "RetryNever gives up", steps: m{"get": {flat}, "resume-stream": {reset}}, req: approve, opts: []mastra.Option{mastra.WithRetryPolicy(mastra.RetryNever)}, calls: "get resume-stream get..", is: []error{errReset.Err}, unknown: true},
		{name: "RetryNever finds that the run has moved on", steps: m{"get": {flat, ended}, "resume-stream": {reset}}, req: approve, opts: []mastra.Option{mastra.WithRetryPolicy(mastra.RetryNever)}, calls: "get resume-stream get..", status: mastra.RunSuccess},
		{name: "an index that is negative", steps: m{"get": {fan}}, req: mastra.ResumeRequest{ForEachIndex: &negative}, calls: "get", is: []error{mastra.ErrInvalidInput}},
	}
}

// unsureWhy is what is said of some of those whose outcome is unknown.
var unsureWhy = map[string]string{
	"lost, at a step in a loop":               "step ask may suspend again, so its resume is not repeated",
	"lost, at a step in a loop in a branch":   "step ask may suspend again, so its resume is not repeated",
	"lost, at a step that was resumed before": "step ask may suspend again, so its resume is not repeated",
	"lost, in a graph that is not understood": "step ask may suspend again, so its resume is not repeated",
	"lost, and the run is gone":               "the run could not be read: mastra: GET " + base + "/api/workflows/w/runs/r: 404 Not Found: no",
	"lost, and nobody listens":                "the run could not be read: mastra: GET " + base + "/api/workflows/w/runs/r: cannot connect to http://mastra.test",
	"resumed, and the record cannot be read":  "403 Forbidden: no",
}

func TestResume_AnswersASuspensionOnceWhateverGetsLost(t *testing.T) {
	for _, tt := range resumings(t) {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: tt.steps}
				state, err := inMemory(t, rt).Workflow("w").Resume(t.Context(), "r", tt.req, tt.opts...)

				assert.Equal(t, tt.calls, rt.summary())
				if tt.is == nil && !tt.unknown {
					require.NoError(t, err)
					assert.Equal(t, tt.status, state.Status)
				} else {
					assert.Contains(t, asError(t, err).Message, unsureWhy[tt.name])
					for _, target := range tt.is {
						assert.ErrorIs(t, err, target)
					}
					assert.Equal(t, tt.unknown, errors.Is(err, mastra.ErrOutcomeUnknown), "outcome unknown: %v", err)
				}
				for _, body := range rt.sent("resume-stream") {
					if tt.body != "" {
						assert.JSONEq(t, tt.body, body, "the same each time")
					}
				}
				if tt.pauses != nil {
					assert.Equal(t, tt.pauses, rt.waits("resume-stream"))
				}
			})
		})
	}
}

func TestResume_ThatCannotBeSentIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &routes{steps: map[string][]step{"get": {suspendedIn(flatGraph, "")}}}
		run := inMemory(t, rt).Workflow("w").Run("r")
		start := time.Now()
		for _, req := range []mastra.ResumeRequest{{Data: make(chan int)}, {Extra: map[string]any{"step": "x"}}, {RequestContext: map[string]any{"mastra__user": 1}}} {
			_, err := run.Resume(t.Context(), req)
			assert.Error(t, err)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		}
		assert.Zero(t, rt.count("resume-stream"))
		assert.Zero(t, time.Since(start))
		_, err := inMemory(t, rt).Workflow("w").Run("").Resume(t.Context(), mastra.ResumeRequest{})
		assert.ErrorContains(t, err, "runId is empty")
	})
}

func TestResume_StreamedOrDetachedIsSentOnce(t *testing.T) {
	for name, resume := range map[string]func(*testing.T, *mastra.Run) error{
		"resume-stream": func(t *testing.T, r *mastra.Run) error {
			_, err := r.ResumeStream(t.Context(), mastra.ResumeRequest{Data: 1})
			return err
		},
		"resume": func(t *testing.T, r *mastra.Run) error {
			return r.ResumeDetached(t.Context(), mastra.ResumeRequest{Data: 1})
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			rt := &routes{steps: map[string][]step{"get": {tells(t, "fan-suspended")}, name: {fails(errReset)}}}
			err := resume(t, inMemory(t, rt).Workflow("w").Run("r"))
			assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown, name)
			assert.Equal(t, []string{`{"step":["twice"],"resumeData":1,"forEachIndex":1}`}, rt.sent(name))
		})
	}
}

func TestSuspension_CanBeStoredAndAnsweredElsewhere(t *testing.T) {
	stored, err := json.Marshal(recordedRun(t, "fan-started").Suspensions()[0])
	require.NoError(t, err)
	at := decode[mastra.Suspension](t, stored)
	rt := &routes{steps: map[string][]step{"get": {tells(t, "fan-suspended"), tells(t, "fan-ended")}, "resume-stream": {replays(t, "approval-resumed")}}}
	state, err := inMemory(t, rt).Workflow(at.WorkflowID).Resume(t.Context(), at.RunID, mastra.ResumeRequest{Suspension: &at, Data: map[string]int{"value": 5}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"step":["twice"],"forEachIndex":1,"resumeData":{"value":5}}`, rt.sent("resume-stream")[0])
}

// The look that would decide gets lost: then it is looked again.
func TestResume_IsNotGivenUpBecauseTheLastLookGetsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, lost := time.Now(), 0
		get := func(req *http.Request) (*http.Response, error) {
			switch since := time.Since(start); {
			case since < 10*time.Second:
				return suspendedIn(flatGraph, "")(req)
			case since == 10*time.Second:
				lost++
				return answer(503, "")(req)
			}
			return answer(200, runEnded)(req)
		}
		rt := &routes{steps: map[string][]step{"get": {get}, "resume-stream": {fails(errReset)}}}
		state, err := inMemory(t, rt, mastra.WithRetryPolicy(mastra.RetryNever)).Workflow("w").Resume(t.Context(), "r", mastra.ResumeRequest{Step: "ask", Data: 1})
		require.NoError(t, err)
		assert.Equal(t, mastra.RunSuccess, state.Status)
		assert.Equal(t, 1, lost)
	})
}

// What cannot be told within 10 s is not waited for any longer.
func TestResume_LooksAtARunForTenSeconds(t *testing.T) {
	for name, later := range map[string]step{"that stands where it stood": suspendedIn(flatGraph, ""), "that cannot be read": answer(503, "")} {
		synctest.Test(t, func(t *testing.T) {
			rt := &routes{steps: map[string][]step{"get": {suspendedIn(flatGraph, ""), later}, "resume-stream": {fails(errReset)}}}
			start := time.Now()
			_, err := inMemory(t, rt, mastra.WithRetryPolicy(mastra.RetryNever)).Workflow("w").Resume(t.Context(), "r", mastra.ResumeRequest{Step: "ask", Data: 1})
			assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown, name)
			assert.Equal(t, 10*time.Second, time.Since(start), name)
		})
	}
}

// What is at hand of a run after an answer that was empty is of the time before.
func TestResumeStream_ThatIsAnsweredWithNothingIsNotToldFromTheRunsPast(t *testing.T) {
	past := recordsIn(recordsOf(t, "approval-suspended")...)
	for name, empty := range map[string]step{
		"an empty answer":     answer(200, "", "Content-Type", "text/plain"),
		"no content":          answer(204, ""),
		"a cut at the begin":  breaking(),
		"an empty event-line": answer(200, "\x1e", "Content-Type", "text/plain"),
	} {
		for _, reattach := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					waits := answer(200, string(testdata(t, "runs", "approval-suspended.json")))
					rt := &routes{steps: map[string][]step{"get": {waits}, "resume-stream": {empty}, "observe": {past}}}
					s, err := inMemory(t, rt, mastra.WithReattach(reattach)).Workflow("w").Run("r").ResumeStream(t.Context(), mastra.ResumeRequest{Data: true})
					if err == nil {
						n := 0
						for _, next := range s.Chunks() {
							if err = next; err == nil {
								n++
							}
						}
						assert.Zero(t, n)
					}
					require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
				})
			})
		}
	}
}

func TestResume_ThatDoesNotLookIsSentOnceByAnyPolicy(t *testing.T) {
	for name, do := range map[string]func(context.Context, *mastra.Run) error{
		"streamed": func(ctx context.Context, r *mastra.Run) error {
			return second(r.ResumeStream(ctx, mastra.ResumeRequest{Data: true}))
		},
		"detached": func(ctx context.Context, r *mastra.Run) error {
			return r.ResumeDetached(ctx, mastra.ResumeRequest{Data: true})
		},
		"a start": func(ctx context.Context, r *mastra.Run) error { return r.StartDetached(ctx, mastra.StartRequest{}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				waits, lost := answer(200, string(testdata(t, "runs", "approval-suspended.json"))), fails(errReset)
				rt := &routes{steps: map[string][]step{"get": {waits}, "create-run": {answer(200, `{"runId":"r"}`)}, "resume-stream": {lost}, "resume": {lost}, "start": {lost}}}
				err := do(t.Context(), inMemory(t, rt, mastra.WithRetryPolicy(mastra.RetryAlways)).Workflow("w").Run("r"))
				require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
				assert.Equal(t, 1, asError(t, err).Attempts)
			})
		})
	}
}
