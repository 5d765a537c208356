package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
)

func TestAsync_StartTellsItsTrace(t *testing.T) {
	t.Parallel()
	c := client(t)
	raw, run := workflows.New(c), c.Workflow("doubler").NewRun()
	state, err := raw.StartAsync(within(t), "doubler", run.ID(), mastra.StartRequest{Input: number{4}, ResourceID: "ann"})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.Equal(t, run.ID(), state.RunID)
	assert.Equal(t, "doubler", state.WorkflowID)
	assert.JSONEq(t, `{"n":8}`, string(state.Result))
	assert.JSONEq(t, `{"n":4}`, string(state.Input))
	assert.Equal(t, []string{"double"}, state.ExecutionPath)
	assert.Len(t, state.TraceID, 32)
	assert.Len(t, state.SpanID, 16)
	kept, err := run.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, "ann", kept.ResourceID)

	again, err := raw.StartAsync(within(t), "doubler", run.ID(), mastra.StartRequest{Input: number{5}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":10}`, string(again.Result), "this route runs a run twice")
}

func TestAsync_StartFailsAsItsRunDoes(t *testing.T) {
	t.Parallel()
	raw := workflows.New(client(t))
	state, err := raw.StartAsync(within(t), "doubler", unique("run"), mastra.StartRequest{Input: number{-1}})
	require.NoError(t, err, "a run that fails is no error of the call")
	assert.Equal(t, mastra.RunFailed, state.Status)
	var why *mastra.RunFailure
	require.ErrorAs(t, state.Err(), &why)
	assert.Equal(t, "negative", why.Message)

	_, err = raw.StartAsync(within(t), "doubler", unique("run"), mastra.StartRequest{Input: map[string]string{"n": "x"}})
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	assert.Contains(t, failure(t, err).Message, "Invalid input data")
	assert.Equal(t, 1, failure(t, err).Attempts)
	_, err = raw.StartAsync(within(t), "nothing", unique("run"), mastra.StartRequest{Input: number{1}})
	require.ErrorIs(t, err, mastra.ErrNotFound)
}

func TestAsync_SuspendedRunIsResumed(t *testing.T) {
	t.Parallel()
	c := client(t)
	raw, run := workflows.New(c), c.Workflow("approval").NewRun()
	state, err := raw.StartAsync(within(t), "approval", run.ID(), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)
	assert.Equal(t, []string{"approve"}, state.Suspensions()[0].Path)

	resume := func(req workflows.ResumeRequest) (*mastra.RunState, error) {
		return raw.ResumeAsync(within(t), "approval", run.ID(), req)
	}
	_, err = resume(workflows.ResumeRequest{Path: []string{"approve"}, Data: map[string]any{"approved": 7}})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	_, err = resume(workflows.ResumeRequest{Path: []string{"elsewhere"}, Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
	state, err = resume(workflows.ResumeRequest{Data: approved{true}})
	require.NoError(t, err, "it still waits")
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"n":8,"approved":true}`, string(state.Result))
	assert.Len(t, state.TraceID, 32)
	_, err = resume(workflows.ResumeRequest{Path: []string{"approve"}, Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended, "it was answered")
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	_, err = raw.ResumeAsync(within(t), "approval", unique("run"), workflows.ResumeRequest{Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotFound)
}

func TestResume_NeedNotWait(t *testing.T) {
	t.Parallel()
	c := client(t)
	raw := workflows.New(c)
	run, at := suspended(t, c.Workflow("approval"), number{4})
	resume := func(req workflows.ResumeRequest) error {
		return raw.ResumeNoWait(within(t), "approval", run.ID(), req)
	}
	// The server says nothing of what it refuses, and the run waits on.
	require.NoError(t, resume(workflows.ResumeRequest{Path: at[0].Path, Data: map[string]any{"approved": 7}}))
	require.NoError(t, resume(workflows.ResumeRequest{Path: []string{"elsewhere"}, Data: approved{true}}))
	require.NoError(t, resume(workflows.ResumeRequest{Path: at[0].Path, Data: approved{false}}))
	ended(t, run)
	state, err := run.Get(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":8,"approved":false}`, string(state.Result))
	require.NoError(t, resume(workflows.ResumeRequest{Path: at[0].Path, Data: approved{true}}), "nor of one that comes too late")
	state, err = run.Get(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":8,"approved":false}`, string(state.Result))
	err = raw.ResumeNoWait(within(t), "approval", unique("run"), workflows.ResumeRequest{Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotFound)
}

func TestAsync_ItemOfAForeachIsResumedByItsIndex(t *testing.T) {
	t.Parallel()
	c := client(t)
	raw := workflows.New(c)
	run, at := suspended(t, c.Workflow("fan"), []int{1, -2, -3})
	require.Len(t, at, 1)
	require.Equal(t, ptr(1), at[0].ForEachIndex)
	state, err := raw.ResumeAsync(within(t), "fan", run.ID(), workflows.ResumeRequest{Path: at[0].Path, ForEachIndex: at[0].ForEachIndex, Data: value{5}})
	require.NoError(t, err)
	require.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)
	state, err = raw.ResumeAsync(within(t), "fan", run.ID(), workflows.ResumeRequest{Data: value{6}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"big":{"size":"big","sum":24}}`, string(state.Result))
}
