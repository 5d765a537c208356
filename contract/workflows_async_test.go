package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestAsync_StartTellsItsTrace(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("doubler")
	run := w.NewRun()
	state, err := run.StartAsync(within(t), mastra.StartRequest{Input: number{4}, Resource: "ann"})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.Equal(t, run.ID(), state.RunID)
	assert.JSONEq(t, `{"n":8}`, string(state.Result))
	assert.JSONEq(t, `{"n":4}`, string(state.Input))
	assert.Equal(t, []string{"double"}, state.ExecutionPath)
	assert.Len(t, state.TraceID, 32)
	assert.Len(t, state.SpanID, 16)
	kept, err := run.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, "ann", kept.ResourceID)

	again, err := run.StartAsync(within(t), mastra.StartRequest{Input: number{5}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":10}`, string(again.Result), "this route runs a run twice")
}

func TestAsync_StartFailsAsItsRunDoes(t *testing.T) {
	t.Parallel()
	c := client(t)
	w := c.Workflow("doubler")
	state, err := w.NewRun().StartAsync(within(t), mastra.StartRequest{Input: number{-1}})
	require.NoError(t, err, "a run that fails is no error of the call")
	assert.Equal(t, mastra.RunFailed, state.Status)
	var why *mastra.RunFailure
	require.ErrorAs(t, state.Err(), &why)
	assert.Equal(t, "negative", why.Message)

	_, err = w.NewRun().StartAsync(within(t), mastra.StartRequest{Input: map[string]string{"n": "x"}})
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	assert.Contains(t, failure(t, err).Message, "Invalid input data")
	assert.Equal(t, 1, failure(t, err).Attempts)
	_, err = c.Workflow("nothing").NewRun().StartAsync(within(t), mastra.StartRequest{Input: number{1}})
	require.ErrorIs(t, err, mastra.ErrNotFound)
}

func TestAsync_SuspendedRunIsResumed(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("approval")
	run := w.NewRun()
	state, err := run.StartAsync(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)
	assert.Equal(t, []string{"approve"}, state.Suspensions()[0].Step)
	at := stored(t, state.Suspensions()[0])

	_, err = run.ResumeAsync(within(t), mastra.ResumeRequest{Data: map[string]any{"approved": 7}})
	require.ErrorIs(t, err, mastra.ErrInvalidInput, "and it still waits")
	_, err = run.ResumeAsync(within(t), mastra.ResumeRequest{Step: "elsewhere", Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
	state, err = run.ResumeAsync(within(t), mastra.ResumeRequest{Suspension: &at, Data: approved{true}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"n":8,"approved":true}`, string(state.Result))
	assert.Len(t, state.TraceID, 32)
	_, err = run.ResumeAsync(within(t), mastra.ResumeRequest{Suspension: &at, Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended, "it was answered")
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
}

func TestResume_NeedNotWait(t *testing.T) {
	t.Parallel()
	c := client(t)
	run, at := suspended(t, c.Workflow("approval"), number{4})
	require.NoError(t, run.ResumeNoWait(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: approved{false}}))
	ended(t, run)
	state, err := run.Get(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":8,"approved":false}`, string(state.Result))
	err = run.ResumeNoWait(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: approved{false}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended, "the client sees it; the server would not say")
	err = c.Workflow("approval").Run(unique("run")).ResumeNoWait(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotFound)
}

func TestAsync_ItemOfAForeachIsResumedByItsIndex(t *testing.T) {
	t.Parallel()
	run, at := suspended(t, client(t).Workflow("fan"), []int{1, -2, -3})
	require.Len(t, at, 1)
	require.Equal(t, ptr(1), at[0].ForEachIndex)
	state, err := run.ResumeAsync(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: value{5}})
	require.NoError(t, err)
	require.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)
	state, err = run.ResumeAsync(within(t), mastra.ResumeRequest{Data: value{6}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"big":{"size":"big","sum":24}}`, string(state.Result))
}
