package mastra_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// both is a run of two steps side by side, left and right, each "waits", "waits anew"
// or done.
func both(status mastra.RunStatus, left, right string) step {
	steps := map[string]string{
		"waits": `{"status":"suspended","suspendedAt":1000}`, "waits anew": `{"status":"suspended","suspendedAt":2000}`, "done": `{"status":"success"}`,
	}
	return answer(200, fmt.Sprintf(`{"runId":"r","workflowName":"w","status":%q,"steps":{"left":%s,"right":%s},
		"serializedStepGraph":[{"type":"parallel","steps":[{"type":"step","step":{"id":"left"}},{"type":"step","step":{"id":"right"}}]}]}`,
		status, steps[left], steps[right]))
}

// The record tells, while an answer is carried out, of all places that wait; that of
// the answer is among them until it has ended.
func TestResume_WaitsForTheAnswerThatIsCarriedOut(t *testing.T) {
	right := &mastra.Suspension{RunID: "r", Path: []string{"right"}, Step: "right", SuspendedAt: at(1000)}
	running := both(mastra.RunRunning, "waits", "waits")
	for name, tt := range map[string]struct {
		get   []step
		req   mastra.ResumeRequest
		calls string
		is    error
	}{
		"that of a step beside it":            {[]step{running, running, both(mastra.RunSuspended, "done", "waits"), answer(200, runEnded)}, mastra.ResumeRequest{Suspension: right}, "get.. resume-stream get", nil},
		"the same, by the step's name":        {[]step{running, running, both(mastra.RunSuspended, "done", "waits"), answer(200, runEnded)}, mastra.ResumeRequest{Step: "right"}, "get.. resume-stream get", nil},
		"and the run sleeps":                  {[]step{both(mastra.RunWaiting, "done", "waits"), both(mastra.RunSuspended, "done", "waits"), answer(200, runEnded)}, mastra.ResumeRequest{Suspension: right}, "get.. resume-stream get", nil},
		"that of the step itself":             {[]step{running, running, both(mastra.RunSuspended, "waits", "done")}, mastra.ResumeRequest{Suspension: right}, "get..", mastra.ErrNotSuspended},
		"the same, by the step's name, once":  {[]step{running, both(mastra.RunSuspended, "waits", "waits anew")}, mastra.ResumeRequest{Step: "right"}, "get..", mastra.ErrNotSuspended},
		"that of the last one":                {[]step{running, answer(200, runEnded)}, mastra.ResumeRequest{Suspension: right}, "get..", mastra.ErrNotSuspended},
		"not, where its own place waits not":  {[]step{both(mastra.RunRunning, "waits", "done")}, mastra.ResumeRequest{Suspension: right}, "get", mastra.ErrNotSuspended},
		"not, where nothing waits":            {[]step{answer(200, runRunning)}, mastra.ResumeRequest{Suspension: right}, "get", mastra.ErrNotSuspended},
		"not, where the run has not begun":    {[]step{both(mastra.RunPending, "waits", "waits")}, mastra.ResumeRequest{Suspension: right}, "get", mastra.ErrNotSuspended},
		"not, where it is not said for which": {[]step{running}, mastra.ResumeRequest{}, "get", mastra.ErrInvalidInput},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: map[string][]step{"get": tt.get, "resume-stream": {replays(t, "approval-resumed")}}}
				_, err := inMemory(t, rt).Workflow("w").Resume(t.Context(), "r", tt.req)
				require.ErrorIs(t, err, tt.is)
				assert.Equal(t, tt.calls, rt.summary())
			})
		})
	}
	t.Run("no longer than its context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			rt := &routes{steps: map[string][]step{"get": {running}}}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := inMemory(t, rt).Workflow("w").Resume(ctx, "r", mastra.ResumeRequest{Suspension: right})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, "nothing was sent")
			assert.ErrorContains(t, err, "run r of workflow w is running")
		})
	})
}

// While the answer to one item or to one inner step is carried out, the record may not
// tell of the others.
func TestResume_WaitsWhereTheRecordHidesItsPlace(t *testing.T) {
	zero := 0
	record := func(status mastra.RunStatus, steps string) step {
		return answer(200, fmt.Sprintf(`{"runId":"r","workflowName":"w","status":%q,"steps":%s}`, status, steps))
	}
	for name, at := range map[string]*mastra.Suspension{
		"an item":       {RunID: "r", Path: []string{"each"}, Step: "each", ForEachIndex: &zero},
		"an inner step": {RunID: "r", Path: []string{"each", "inner"}, Step: "each.inner"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: map[string][]step{"get": {
					record(mastra.RunRunning, `{"each":{"status":"running","resumePayload":{}}}`), record(mastra.RunWaiting, `{"each":{"status":"waiting"}}`),
					record(mastra.RunSuspended, `{"other":{"status":"suspended"}}`),
				}}}
				_, err := inMemory(t, rt).Workflow("w").Resume(t.Context(), "r", mastra.ResumeRequest{Suspension: at})
				require.ErrorIs(t, err, mastra.ErrNotSuspended)
				assert.Equal(t, "get..", rt.summary(), "it is looked for when the run has settled")
			})
		})
	}
}

// A server that has taken an answer may not have begun with it: until the record has
// moved, or as long as an answer may take to arrive, the next one is held back.
func TestResume_FollowsAnAnswerThatHasNotBegun(t *testing.T) {
	left, right := mastra.ResumeRequest{Step: "left"}, mastra.ResumeRequest{Step: "right"}
	waits, running := both(mastra.RunSuspended, "waits", "waits"), both(mastra.RunRunning, "waits", "waits")
	moved := both(mastra.RunSuspended, "done", "waits")
	detached := func(ctx context.Context, run *mastra.Run) error { return run.ResumeDetached(ctx, left) }
	good := answer(200, `{"message":"ok"}`)
	for name, tt := range map[string]struct {
		first func(context.Context, *mastra.Run) error
		post  step // what the first meets
		get   []step
		req   mastra.ResumeRequest
		calls string
		is    error
		after time.Duration // at least
	}{
		"to another place": {detached, good, []step{waits, waits, running, moved, answer(200, runEnded)}, right, "get resume get.. resume-stream get", nil, 200 * time.Millisecond},
		"to the same":      {detached, good, []step{waits, waits, running, moved}, left, "get resume get..", mastra.ErrNotSuspended, 200 * time.Millisecond},
		"and never will":   {detached, good, []step{waits}, left, "get resume get.. resume-stream get", nil, 10 * time.Second},
		"and got lost":     {detached, fails(errReset), []step{waits, waits, moved}, left, "get resume get..", mastra.ErrNotSuspended, 100 * time.Millisecond},
		"and was refused":  {detached, answer(400, `{"error":"no"}`), []step{waits, waits, answer(200, runEnded)}, left, "get resume get resume-stream get", nil, 0},
		"and is left as a stream": {func(ctx context.Context, run *mastra.Run) error {
			s, err := run.ResumeStream(ctx, left)
			if err == nil {
				_, err = s.Next()
				s.Close()
			}
			return err
		}, replays(t, "approval-resumed"), []step{waits, waits, moved}, left, "get resume-stream get..", mastra.ErrNotSuspended, 100 * time.Millisecond},
		"and is refused in a stream": {func(ctx context.Context, run *mastra.Run) error {
			_, err := run.Resume(ctx, left)
			return err
		}, replays(t, "approval-refused"), []step{waits, waits, moved}, left, "get resume-stream get resume-stream", mastra.ErrInvalidInput, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				post := []step{replays(t, "approval-resumed")}
				if !strings.HasPrefix(tt.calls, "get resume ") {
					post = []step{tt.post}
				}
				rt := &routes{steps: map[string][]step{"get": tt.get, "resume": {tt.post}, "resume-stream": post}}
				run := inMemory(t, rt, mastra.WithRetries(0)).Workflow("w").Run("r")
				_ = tt.first(t.Context(), run) // what it came to is not the question
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := run.Resume(ctx, tt.req)
				require.ErrorIs(t, err, tt.is)
				assert.Equal(t, tt.calls, rt.summary())
				assert.GreaterOrEqual(t, time.Since(began), tt.after)
				if tt.after == 0 {
					assert.Less(t, time.Since(began), 100*time.Millisecond)
				}
			})
		})
	}
}

// Of two answers at once to two places each is carried out, and once.
func TestResume_OfTwoPlacesAtOnceBothCount(t *testing.T) {
	type said struct{ Say string }
	for name, resume := range map[string]func(context.Context, *mastra.Run, mastra.ResumeRequest) error{
		"whole": func(ctx context.Context, run *mastra.Run, req mastra.ResumeRequest) error {
			_, err := run.Resume(ctx, req)
			return err
		},
		"streamed": func(ctx context.Context, run *mastra.Run, req mastra.ResumeRequest) error {
			s, err := run.ResumeStream(ctx, req)
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = s.Result()
			return err
		},
		"detached": func(ctx context.Context, run *mastra.Run, req mastra.ResumeRequest) error {
			return run.ResumeDetached(ctx, req)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var answers atomic.Int32
			asks := func(id string) *mockserver.Step {
				return mockserver.NewStep(id, func(s *mockserver.StepCall, _ struct{}) (string, error) {
					var given said
					if !s.Resumed(&given) {
						return "", s.Suspend(struct{}{})
					}
					answers.Add(1)
					s.Sleep(50 * time.Millisecond)
					return given.Say, nil
				}).Resumes(said{})
			}
			inner := mockserver.NewWorkflow[struct{}, any]("inner").Parallel(asks("left"), asks("right"))
			mock := mockserver.Start(t, mockserver.WithWorkflow(mockserver.NewWorkflow[struct{}, any]("w").Parallel(inner, asks("beside"))))
			client, err := mastra.New(mock.URL)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			for range 5 {
				answers.Store(0)
				run := client.Workflow("w").NewRun()
				_, err := run.Start(ctx, mastra.StartRequest{Input: struct{}{}})
				require.NoError(t, err)
				state, err := run.Get(ctx)
				require.NoError(t, err)
				var all sync.WaitGroup
				for _, at := range state.Suspensions() {
					all.Go(func() {
						assert.NoError(t, resume(ctx, run, mastra.ResumeRequest{Suspension: &at, Data: said{at.Step}}))
					})
				}
				all.Wait()
				require.Eventually(t, func() bool {
					state, err = run.Get(ctx)
					return err != nil || state.Status == mastra.RunSuccess
				}, 10*time.Second, 5*time.Millisecond)
				require.NoError(t, err)
				assert.JSONEq(t, `{"inner":{"left":"inner.left","right":"inner.right"},"beside":"beside"}`, string(state.Result))
				assert.EqualValues(t, 3, answers.Load())
			}
		})
	}
}
