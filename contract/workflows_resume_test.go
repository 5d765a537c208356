package contract_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

type value struct {
	Value int `json:"value"`
}

// suspended starts a run and expects it to wait at one or more steps.
func suspended(t testing.TB, w *mastra.Workflow, input any) (*mastra.Run, []mastra.Suspension) {
	t.Helper()
	run := w.NewRun()
	state, err := run.Start(within(t), mastra.StartRequest{Input: input})
	require.NoError(t, err)
	require.Equal(t, mastra.RunSuspended, state.Status)
	require.NoError(t, state.Err(), "waiting is no failure")
	_, err = mastra.ResultAs[number](state)
	require.ErrorIs(t, err, mastra.ErrSuspended)
	require.NotEmpty(t, state.Suspensions())
	return run, state.Suspensions()
}

func TestResume_GoesOnWhereTheRunSaysThatItWaits(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("approval")
	ways := map[string]func(*mastra.Run, mastra.Suspension) (*mastra.RunState, error){
		"by its only suspension": func(run *mastra.Run, _ mastra.Suspension) (*mastra.RunState, error) {
			return run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
		},
		"by the step's id": func(run *mastra.Run, _ mastra.Suspension) (*mastra.RunState, error) {
			return run.Resume(within(t), mastra.ResumeRequest{Step: "approve", Data: approved{true}})
		},
		"by the suspension, after it was stored": func(run *mastra.Run, at mastra.Suspension) (*mastra.RunState, error) {
			kept, err := json.Marshal(at)
			require.NoError(t, err)
			var again mastra.Suspension
			require.NoError(t, json.Unmarshal(kept, &again))
			return run.Resume(within(t), mastra.ResumeRequest{Suspension: &again, Data: approved{true}})
		},
		"as a stream": func(run *mastra.Run, _ mastra.Suspension) (*mastra.RunState, error) {
			s, err := run.ResumeStream(within(t), mastra.ResumeRequest{Data: approved{true}})
			return streamed(t, s, err).Result()
		},
		"detached": func(run *mastra.Run, _ mastra.Suspension) (*mastra.RunState, error) {
			require.NoError(t, run.ResumeDetached(within(t), mastra.ResumeRequest{Data: approved{true}}))
			ended(t, run)
			return run.Get(within(t))
		},
	}
	for name, resume := range ways {
		t.Run(name, func(t *testing.T) {
			run, at := suspended(t, w, number{4})
			require.Len(t, at, 1)
			assert.Equal(t, []string{"approve"}, at[0].Path)
			assert.Nil(t, at[0].ForEachIndex)
			assert.JSONEq(t, `{"reason":"needs approval"}`, string(at[0].Payload))
			assert.Equal(t, run.ID(), at[0].RunID)
			assert.False(t, at[0].SuspendedAt.IsZero())
			state, err := resume(run, at[0])
			require.NoError(t, err)
			assert.Equal(t, mastra.RunSuccess, state.Status)
			assert.JSONEq(t, `{"n":8,"approved":true}`, string(state.Result))
			assert.JSONEq(t, `{"n":4}`, string(state.Input))
			assert.Empty(t, state.Suspensions())
		})
	}
}

// ended waits for the end of a run that is still suspended when it is resumed
// detached: the server answers before anything has changed.
func ended(t testing.TB, run *mastra.Run) {
	t.Helper()
	until(t, "the run has ended", func() bool {
		state, err := run.Get(within(t))
		require.NoError(t, err)
		return state.Status.Ended()
	})
}

func TestResume_NeedsARunThatIsSuspended(t *testing.T) {
	t.Parallel()
	c := client(t)
	answered, at := suspended(t, c.Workflow("approval"), number{4})
	_, err := answered.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.NoError(t, err)
	finished := c.Workflow("doubler").NewRun()
	_, err = finished.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	elsewhere, _ := suspended(t, c.Workflow("approval"), number{4})

	for name, x := range map[string]struct {
		run *mastra.Run
		req mastra.ResumeRequest
	}{
		"it has been resumed":                 {answered, mastra.ResumeRequest{Data: approved{false}}},
		"it has been resumed, by suspension":  {answered, mastra.ResumeRequest{Suspension: &at[0], Data: approved{false}}},
		"it has ended without ever waiting":   {finished, mastra.ResumeRequest{Data: approved{true}}},
		"it waits at another step":            {elsewhere, mastra.ResumeRequest{Step: "zzz", Data: approved{true}}},
		"the suspension is of another moment": {elsewhere, mastra.ResumeRequest{Suspension: &at[0], Data: approved{true}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := x.run.Resume(within(t), x.req)
			require.ErrorIs(t, err, mastra.ErrNotSuspended)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.Equal(t, 409, mastra.HTTPStatus(err))
			_, err = x.run.ResumeStream(within(t), x.req)
			require.ErrorIs(t, err, mastra.ErrNotSuspended)
			require.ErrorIs(t, x.run.ResumeDetached(within(t), x.req), mastra.ErrNotSuspended)
		})
	}
	state, err := answered.Get(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":8,"approved":true}`, string(state.Result), "the first answer counts")
	state, err = elsewhere.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status)
}

func TestResume_ThatTheServerItselfRefusesIsAFailedFinishAndNothingChanges(t *testing.T) {
	t.Parallel()
	c := client(t)
	one, _ := suspended(t, c.Workflow("approval"), number{4})
	two, _ := suspended(t, c.Workflow("review"), number{1})
	finished := c.Workflow("doubler").NewRun()
	_, err := finished.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	for name, x := range map[string]struct {
		run           *mastra.Run
		body, message string
	}{
		"an unknown step":        {one, `{"step":"zzz","resumeData":{"approved":true}}`, `This workflow step "zzz" was not suspended. Available suspended steps: [approve]`},
		"a step that has ended":  {one, `{"step":"double","resumeData":{"approved":true}}`, `This workflow step "double" was not suspended. Available suspended steps: [approve]`},
		"two steps, none named":  {two, `{"resumeData":{"approved":true}}`, `Multiple suspended steps found: [left], [right].`},
		"a run that has ended":   {finished, `{"step":"double","resumeData":{}}`, `This workflow run was not suspended`},
		"data that does not fit": {one, `{"step":"approve","resumeData":{"approved":7}}`, "Invalid resume data: \n- approved: Invalid input"},
	} {
		t.Run(name, func(t *testing.T) {
			before, err := x.run.Get(within(t))
			require.NoError(t, err)
			path := "/workflows/" + x.run.WorkflowID() + "/resume-stream?runId=" + x.run.ID()
			s, err := c.OpenStream(within(t), "POST", path, json.RawMessage(x.body))
			require.NoError(t, err)
			var list []string
			var last mastra.Chunk
			for chunk, err := range s.Chunks() {
				require.NoError(t, err)
				list, last = append(list, chunk.Type), chunk
			}
			assert.Equal(t, []string{"workflow-start", "workflow-finish"}, list)
			finish, ok := last.Value().(*stream.WorkflowFinish)
			require.True(t, ok)
			assert.Equal(t, "failed", finish.Status)
			assert.Contains(t, finish.Metadata.ErrorMessage, x.message)
			after, err := x.run.Get(within(t))
			require.NoError(t, err)
			assert.Equal(t, before, after)
		})
	}
}

func TestResume_WithDataThatDoesNotFitIsRefusedAndTheRunStaysSuspended(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct {
		workflow string
		input    any
		right    any
		result   string
	}{
		"a step":  {"approval", number{4}, approved{true}, `{"n":8,"approved":true}`},
		"an item": {"fan", []int{-1}, value{7}, `{"big":{"size":"big","sum":14}}`},
	} {
		t.Run(name, func(t *testing.T) {
			run, _ := suspended(t, c.Workflow(x.workflow), x.input)
			wrong := mastra.ResumeRequest{Data: map[string]any{"approved": 7, "value": "seven"}}
			_, err := run.Resume(within(t), wrong)
			require.ErrorIs(t, err, mastra.ErrInvalidInput)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.Equal(t, 400, mastra.HTTPStatus(err))
			s, err := run.ResumeStream(within(t), wrong)
			require.NoError(t, err, "the stream itself tells")
			_, err = s.Result()
			require.ErrorIs(t, err, mastra.ErrInvalidInput)
			require.NoError(t, run.ResumeDetached(within(t), wrong), "the server looks at the data later")

			state, err := run.Resume(within(t), mastra.ResumeRequest{Data: x.right})
			require.NoError(t, err)
			assert.JSONEq(t, x.result, string(state.Result))
		})
	}
}

func TestResume_WithDataThatDoesNotFitANestedStepFailsTheRun(t *testing.T) {
	t.Parallel()
	run, at := suspended(t, client(t).Workflow("outer"), number{4})
	state, err := run.Resume(within(t), mastra.ResumeRequest{Data: map[string]any{"approved": 7}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunFailed, state.Status)
	var failed *mastra.RunFailure
	require.ErrorAs(t, state.Err(), &failed)
	assert.Equal(t, "WORKFLOW_SCHEMA_VALIDATION_FAILED", failed.Code)
	_, err = run.Resume(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended, "the suspension is used up")
}

func TestResume_AnswersTwoStepsThatWaitOneByOne(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("review")
	run, at := suspended(t, w, number{1})
	require.Len(t, at, 2)
	assert.Equal(t, []string{"left"}, at[0].Path)
	assert.Equal(t, []string{"right"}, at[1].Path)
	assert.JSONEq(t, `{"reason":"left must look","requiredApprovers":["ann","bob"],"urgency":"high"}`, string(at[0].Payload))
	assert.JSONEq(t, `{"reason":"right must look","requiredApprovers":["cleo"],"urgency":"low"}`, string(at[1].Payload))

	_, err := run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrInvalidInput, "which of the two is not said")

	state, err := run.Resume(within(t), mastra.ResumeRequest{Step: "right", Data: approved{false}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status, "the left one still waits")
	require.Len(t, state.Suspensions(), 1)
	assert.Equal(t, []string{"left"}, state.Suspensions()[0].Path)
	_, err = run.Resume(within(t), mastra.ResumeRequest{Suspension: &at[1], Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended)

	state, err = run.Resume(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: approved{true}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"left":{"approved":true},"right":{"approved":false}}`, string(state.Result))
}

func TestResume_StreamOfOneBranchDoesNotPassForTheWholeRun(t *testing.T) {
	t.Parallel()
	run, at := suspended(t, client(t).Workflow("review"), number{1})
	s, err := run.ResumeStream(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: approved{true}})
	s = streamed(t, s, err)
	list, err := types(t, s.Stream)
	require.NoError(t, err)
	assert.Equal(t, []string{"workflow-start", "workflow-step-start", "workflow-step-result", "workflow-finish"}, list)
	state, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status, "the finish chunk says success, and means its own part")
	require.Len(t, state.Suspensions(), 1)
	assert.Equal(t, []string{"right"}, state.Suspensions()[0].Path)
}

func TestResume_AnswersTheItemsOfALoopByIndex(t *testing.T) {
	t.Parallel()
	run, at := suspended(t, client(t).Workflow("fan"), []int{1, -2, 3, -4})
	for i, answer := range []value{{5}, {6}} {
		index, item := 1+2*i, -2-2*i
		require.Len(t, at, 1, "one item at a time")
		assert.Equal(t, []string{"twice"}, at[0].Path)
		require.NotNil(t, at[0].ForEachIndex)
		assert.Equal(t, index, *at[0].ForEachIndex)
		payload, err := json.Marshal(map[string]any{"reason": "negative item", "item": item})
		require.NoError(t, err)
		assert.JSONEq(t, string(payload), string(at[0].Payload))
		state, err := run.Resume(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: answer})
		require.NoError(t, err)
		at = state.Suspensions()
	}
	assert.Empty(t, at)
	state, err := run.Get(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"big":{"size":"big","sum":30}}`, string(state.Result))
}

func TestResume_LeavesAnItemThatDoesNotWaitAsItIs(t *testing.T) {
	t.Parallel()
	run, _ := suspended(t, client(t).Workflow("fan"), []int{1, -2})
	state, err := run.Resume(within(t), mastra.ResumeRequest{Step: "twice", ForEachIndex: ptr(0), Data: value{50}})
	require.NoError(t, err)
	require.Len(t, state.Suspensions(), 1, "the run still waits for the other item")
	assert.Equal(t, 1, *state.Suspensions()[0].ForEachIndex)
	state, err = run.Resume(within(t), mastra.ResumeRequest{Step: "twice", ForEachIndex: ptr(1), Data: value{5}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"big":{"size":"big","sum":12}}`, string(state.Result))
}

func TestResume_AnsweredSuspensionOfAnItemIsNotTheNextOnes(t *testing.T) {
	t.Parallel()
	run, at := suspended(t, client(t).Workflow("fan"), []int{-1, -2})
	req := mastra.ResumeRequest{Suspension: &at[0], Data: value{1}}
	state, err := run.Resume(within(t), req)
	require.NoError(t, err)
	require.Equal(t, mastra.RunSuspended, state.Status)
	_, err = run.Resume(within(t), req)
	require.ErrorIs(t, err, mastra.ErrNotSuspended, "the second item's suspension is another one")
	state, err = run.Get(within(t))
	require.NoError(t, err)
	require.Len(t, state.Suspensions(), 1)
	assert.Equal(t, 1, *state.Suspensions()[0].ForEachIndex)
}

func TestResume_AnswersAStepOfANestedWorkflow(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("outer")
	for name, step := range map[string]string{"unnamed": "", "by its path": "approval.approve", "by the nested workflow's id": "approval"} {
		t.Run(name, func(t *testing.T) {
			run, at := suspended(t, w, number{3})
			require.Len(t, at, 1)
			assert.Equal(t, []string{"approval", "approve"}, at[0].Path)
			assert.Equal(t, "approval.approve", at[0].Step)
			assert.JSONEq(t, `{"reason":"needs approval"}`, string(at[0].Payload))
			state, err := run.Resume(within(t), mastra.ResumeRequest{Step: step, Data: approved{false}})
			require.NoError(t, err)
			assert.JSONEq(t, `{"n":6,"approved":false}`, string(state.Result))
			assert.Equal(t, mastra.RunSuccess, state.Steps["approval.approve"].Status)
		})
	}
	t.Run("but not by an unknown step, and nothing is lost", func(t *testing.T) {
		run, _ := suspended(t, w, number{3})
		_, err := run.Resume(within(t), mastra.ResumeRequest{Step: "approval.zzz", Data: approved{true}})
		require.ErrorIs(t, err, mastra.ErrNotSuspended)
		state, err := run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
		require.NoError(t, err)
		assert.JSONEq(t, `{"n":6,"approved":true}`, string(state.Result))
	})
}

func TestResume_OfTwoAtOnceOneCounts(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("approval")
	for range 10 {
		run, at := suspended(t, w, number{4})
		outcomes := make(chan error, 2)
		answers := []bool{true, false}
		ctx := within(t)
		for _, yes := range answers {
			go func() {
				state, err := run.Resume(ctx, mastra.ResumeRequest{Suspension: &at[0], Data: approved{yes}})
				if err == nil {
					got, wrong := mastra.ResultAs[approved](state)
					if err = wrong; err == nil && got.Approved != yes {
						err = errors.New("the answer of the other one is passed off as one's own")
					}
				}
				outcomes <- err
			}()
		}
		good := 0
		for range answers {
			err := <-outcomes
			if err == nil {
				good++
				continue
			}
			require.ErrorIs(t, err, mastra.ErrNotSuspended)
		}
		assert.Equal(t, 1, good)
	}
}

// Of two answers to one suspension at once, one is carried out.
func TestResume_GivenTwiceAtOnceIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("approval")
	ways := map[string]func(*mastra.Run, mastra.ResumeRequest) error{
		"whole": func(run *mastra.Run, req mastra.ResumeRequest) error {
			_, err := run.Resume(within(t), req)
			return err
		},
		"streamed": func(run *mastra.Run, req mastra.ResumeRequest) error {
			s, err := run.ResumeStream(within(t), req)
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = s.Result()
			return err
		},
	}
	for name, resume := range ways {
		for range 6 {
			run, at := suspended(t, w, number{4})
			errs := make(chan error, 2)
			for range 2 {
				go func() { errs <- resume(run, mastra.ResumeRequest{Suspension: &at[0], Data: approved{true}}) }()
			}
			one, two := <-errs, <-errs
			if one != nil {
				one, two = two, one
			}
			assert.NoError(t, one, name)
			assert.ErrorIs(t, two, mastra.ErrNotSuspended, name)
		}
	}
}
