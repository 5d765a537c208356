package contract_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// number is the input of doubler, approval, outer and review.
type number struct {
	N int `json:"n"`
}

type approved struct {
	Approved bool `json:"approved"`
}

type countedInput struct {
	Key string `json:"key"`
	Ms  int    `json:"ms"`
}

// countOf tells how often the workflow counted has run to its end for a key.
func countOf(t testing.TB, c *mastra.Client, key string) int {
	t.Helper()
	var out struct{ Count int }
	require.NoError(t, c.Do(within(t), "GET", "/counted/"+url.PathEscape(key), nil, &out, mastra.WithAPIPrefix("")))
	return out.Count
}

func TestWorkflow_ListHasEveryOne(t *testing.T) {
	t.Parallel()
	workflows, err := client(t).Workflows().List(within(t))
	require.NoError(t, err)
	for _, id := range []string{"doubler", "approval", "review", "slowly", "fan", "outer", "flaky", "counted"} {
		assert.Contains(t, workflows, id)
	}
}

func TestWorkflow_TellsOfItsStepsAndSchemas(t *testing.T) {
	t.Parallel()
	info, err := client(t).Workflow("outer").Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, "outer", info.Name)
	assert.Contains(t, info.Steps, "approval")
	assert.Contains(t, info.AllSteps, "approval.approve", "the steps of the nested workflow too")
	var schema mastra.Schema
	require.NoError(t, json.Unmarshal(info.InputSchema, &schema))
	assert.Contains(t, string(schema), `"n":{"type":"number"}`)
}

func TestWorkflow_UnknownIsNotFound(t *testing.T) {
	t.Parallel()
	c := client(t)
	w := c.Workflow("nothing")
	calls := map[string]func() error{
		"get":                   func() error { _, err := w.Get(within(t)); return err },
		"start":                 func() error { _, err := w.Start(within(t), mastra.StartRequest{Input: number{1}}); return err },
		"stream":                func() error { _, err := w.Stream(within(t), mastra.StartRequest{Input: number{1}}); return err },
		"create a run":          func() error { _, err := w.CreateRun(within(t), mastra.CreateRunRequest{}); return err },
		"start detached":        func() error { return w.NewRun().StartDetached(within(t), mastra.StartRequest{Input: number{1}}) },
		"get a run":             func() error { _, err := w.NewRun().Get(within(t)); return err },
		"wait for a run":        func() error { _, err := w.NewRun().Wait(within(t)); return err },
		"observe a run":         func() error { _, err := w.NewRun().Observe(within(t), mastra.ObserveRequest{}); return err },
		"cancel a run":          func() error { return w.NewRun().Cancel(within(t)) },
		"resume a run":          func() error { _, err := w.Resume(within(t), "r", mastra.ResumeRequest{}); return err },
		"resume detached":       func() error { return w.NewRun().ResumeDetached(within(t), mastra.ResumeRequest{}) },
		"start, as it is sent":  func() error { _, err := do(t, c, "POST", "/workflows/nothing/start?runId=r", `{}`); return err },
		"resume, as it is sent": func() error { _, err := do(t, c, "POST", "/workflows/nothing/resume?runId=r", `{}`); return err },
		"resume and stream, as it is sent": func() error {
			_, err := do(t, c, "POST", "/workflows/nothing/resume-stream?runId=r", `{}`)
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, mastra.ErrNotFound)
			e := failure(t, err)
			assert.Equal(t, 404, e.Status)
			assert.NotEmpty(t, e.Message)
			assert.Equal(t, 1, e.Attempts)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		})
	}
}

func TestRun_UnknownIsNotFound(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("doubler").Run(unique("run"))
	for name, call := range map[string]func() error{
		"get":     func() error { _, err := run.Get(within(t)); return err },
		"wait":    func() error { _, err := run.Wait(within(t)); return err },
		"observe": func() error { _, err := run.Observe(within(t), mastra.ObserveRequest{}); return err },
		"cancel":  func() error { return run.Cancel(within(t)) },
		"resume":  func() error { _, err := run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}}); return err },
	} {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, call(), mastra.ErrNotFound) })
	}
}

func TestStart_RunsAWorkflowToItsResult(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct {
		workflow     string
		input        any
		result, step string
	}{
		"one step":                   {"doubler", number{4}, `{"n":8}`, "double"},
		"a loop and a branch, big":   {"fan", []int{1, 5}, `{"big":{"size":"big","sum":12}}`, "big"},
		"a loop and a branch, small": {"fan", []int{1, 2}, `{"small":{"size":"small","sum":6}}`, "small"},
		"a step that is tried again": {"flaky", map[string]int{"failures": 2}, `{"attempts":3}`, "attempt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := c.Workflow(x.workflow).NewRun()
			state, err := run.Start(within(t), mastra.StartRequest{Input: x.input})
			require.NoError(t, err)
			require.NoError(t, state.Err())
			input, err := json.Marshal(x.input)
			require.NoError(t, err)
			stored, err := run.Get(within(t))
			require.NoError(t, err)
			for from, s := range map[string]*mastra.RunState{"the call": state, "the record": stored} {
				assert.Equal(t, mastra.RunSuccess, s.Status, from)
				assert.JSONEq(t, x.result, string(s.Result), from)
				assert.JSONEq(t, string(input), string(s.Input), from)
				assert.Equal(t, run.ID(), s.RunID, from)
				assert.Equal(t, x.workflow, s.WorkflowID, from)
				assert.Equal(t, mastra.RunSuccess, s.Steps[x.step].Status, from)
				assert.Empty(t, s.Suspensions(), from)
			}
			assert.False(t, stored.CreatedAt.IsZero())
			again, err := json.Marshal(stored)
			require.NoError(t, err)
			var kept mastra.RunState
			require.NoError(t, json.Unmarshal(again, &kept))
			assert.Equal(t, stored.Result, kept.Result)
			assert.Equal(t, stored.Steps, kept.Steps)
		})
	}
}

func TestStart_StepThatThrowsIsAFailedRunAndNoFailedCall(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct {
		workflow, step, message string
		input                   any
	}{
		"at once":          {"doubler", "double", "negative", number{-1}},
		"at the last time": {"flaky", "attempt", "flaky 3", map[string]int{"failures": 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := c.Workflow(x.workflow).NewRun()
			state, err := run.Start(within(t), mastra.StartRequest{Input: x.input})
			require.NoError(t, err)
			stored, err := run.Get(within(t))
			require.NoError(t, err)
			for from, s := range map[string]*mastra.RunState{"the call": state, "the record": stored} {
				assert.Equal(t, mastra.RunFailed, s.Status, from)
				var failed *mastra.RunFailure
				require.ErrorAs(t, s.Err(), &failed, from)
				assert.Equal(t, x.message, failed.Message, from)
				require.NotNil(t, s.Steps[x.step].Failure, from)
				assert.Equal(t, x.message, s.Steps[x.step].Failure.Message, from)
				assert.Nil(t, s.Result, from)
				_, err := mastra.ResultAs[number](s)
				require.ErrorAs(t, err, &failed, from)
			}
		})
	}
}

func TestStart_WithInputThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("doubler")
	run := w.NewRun()
	wrong := mastra.StartRequest{Input: map[string]any{"n": "four"}}

	_, err := run.Start(within(t), wrong)
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	assert.Contains(t, failure(t, err).Message, "n: Invalid input")
	assert.Equal(t, "/api/workflows/doubler/stream", failure(t, err).Path)
	assert.Equal(t, 1, failure(t, err).Attempts)
	assert.Equal(t, 400, mastra.HTTPStatus(err))

	s, err := w.Stream(within(t), wrong)
	require.NoError(t, err, "the stream itself tells")
	_, err = s.Result()
	require.ErrorIs(t, err, mastra.ErrInvalidInput)

	state, err := run.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunPending, state.Status)
}

func TestStart_ThatWasRefusedIsRefusedAgainWhateverTheInput(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("doubler")
	for name, input := range map[string]any{"good": number{4}, "as wrong as before": map[string]any{"n": "four"}} {
		t.Run(name, func(t *testing.T) {
			run := w.NewRun()
			_, err := run.Start(within(t), mastra.StartRequest{Input: map[string]any{"n": "four"}})
			require.ErrorIs(t, err, mastra.ErrInvalidInput)
			_, err = run.Start(within(t), mastra.StartRequest{Input: input})
			require.ErrorIs(t, err, mastra.ErrInvalidInput)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, "nothing was executed")
		})
	}
}

func TestRun_IsCreatedOnceHoweverOftenItIsAskedFor(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("doubler")
	user := unique("user")
	run, err := w.CreateRun(within(t), mastra.CreateRunRequest{ResourceID: user})
	require.NoError(t, err)
	require.NotEmpty(t, run.ID())
	again, err := w.CreateRun(within(t), mastra.CreateRunRequest{RunID: run.ID()})
	require.NoError(t, err)
	assert.Equal(t, run.ID(), again.ID())
	state, err := run.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunPending, state.Status)
	assert.Equal(t, user, state.ResourceID)
	state, err = run.Start(within(t), mastra.StartRequest{Input: number{1}})
	require.NoError(t, err)
	n, err := mastra.ResultAs[number](state)
	require.NoError(t, err)
	assert.Equal(t, number{2}, n)
}

func TestStart_DetachedReturnsAtOnceAndTheRunIsWaitedFor(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("slowly").NewRun()
	user := unique("user")
	require.NoError(t, run.StartDetached(within(t), mastra.StartRequest{Input: map[string]int{"ms": 300}, ResourceID: user}))
	state, err := run.Get(within(t))
	require.NoError(t, err)
	assert.False(t, state.Status.Ended(), "it is %s", state.Status)
	state, err = run.Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"ok":true}`, string(state.Result))
	assert.Equal(t, user, state.ResourceID)
}

func TestStart_DetachedDoesNotTellOfInputThatDoesNotFit(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("doubler").NewRun()
	require.NoError(t, run.StartDetached(within(t), mastra.StartRequest{Input: map[string]any{"n": "four"}}))
	state, err := run.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunPending, state.Status)
}

func TestID_MayHoldAnyCharacter(t *testing.T) {
	t.Parallel()
	c := client(t)
	for i, id := range []string{"a/b", "a b", "é😀", "a?b=c&d", "a%2Fb", "a#b", "a+b", "..a", `"quoted"`} {
		t.Run(strconv.Itoa(i)+" "+url.QueryEscape(id), func(t *testing.T) {
			t.Parallel()
			run := c.Workflow("approval").Run(unique(id))
			state, err := run.Start(within(t), mastra.StartRequest{Input: number{1}})
			require.NoError(t, err)
			assert.Equal(t, run.ID(), state.RunID)
			require.Equal(t, mastra.RunSuspended, state.Status)
			state, err = run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
			require.NoError(t, err)
			assert.Equal(t, run.ID(), state.RunID)
			assert.JSONEq(t, `{"n":2,"approved":true}`, string(state.Result))
			state, err = run.Wait(within(t))
			require.NoError(t, err)
			assert.Equal(t, mastra.RunSuccess, state.Status)
		})
	}
}

func TestID_ThatCannotStandInAPathIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	c, recorder := recorded(t, suite.server.URL())
	for _, id := range []string{"", ".", ".."} {
		_, err := c.Workflow("doubler").Run(id).Get(within(t))
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
		_, err = c.Agent(id).Generate(within(t), ask("hi"))
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
		_, err = c.Tool(id).Execute(within(t), nil)
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
	}
	assert.Empty(t, recorder.Exchanges())
}
