package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
	"github.com/mastra-go/mastra/mockserver"
)

func client(t *testing.T) *mastra.Client {
	t.Helper()
	c, err := mastra.New(mockserver.Start(t).URL)
	require.NoError(t, err)
	return c
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestAsync_StartWaitsAndTellsTheState(t *testing.T) {
	var meta mastra.Response
	state, err := workflows.New(client(t)).StartAsync(within(t), "doubler", "run-1", mastra.StartRequest{Input: map[string]int{"n": 4}}, mastra.WithResponse(&meta))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"n":8}`, string(state.Result))
	assert.Equal(t, "doubler", state.WorkflowID)
	assert.Equal(t, "run-1", state.RunID)
	assert.Equal(t, 1, meta.Attempts)
}

func TestAsync_ResumeAnswersASuspension(t *testing.T) {
	c := client(t)
	api := workflows.New(c)
	state, err := api.StartAsync(within(t), "approval", "run-1", mastra.StartRequest{Input: map[string]int{"n": 4}})
	require.NoError(t, err)
	require.Equal(t, mastra.RunSuspended, state.Status)
	answer := workflows.ResumeRequest{Path: []string{"approve"}, Data: map[string]bool{"approved": true}}
	state, err = api.ResumeAsync(within(t), "approval", "run-1", answer)
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	_, err = api.ResumeAsync(within(t), "approval", "run-1", answer)
	assert.ErrorIs(t, err, mastra.ErrNotSuspended)

	_, err = api.StartAsync(within(t), "approval", "run-2", mastra.StartRequest{Input: map[string]int{"n": 1}})
	require.NoError(t, err)
	require.NoError(t, api.ResumeNoWait(within(t), "approval", "run-2", answer))
	state, err = c.Workflow("approval").Run("run-2").Wait(within(t))
	require.NoError(t, err)
	for state.Status == mastra.RunSuspended { // the server answers before it has begun
		time.Sleep(10 * time.Millisecond)
		state, err = c.Workflow("approval").Run("run-2").Wait(within(t))
		require.NoError(t, err)
	}
	assert.Equal(t, mastra.RunSuccess, state.Status)
}

func TestAsync_FailuresAreThoseOfTheClient(t *testing.T) {
	api := workflows.New(client(t))
	_, err := api.StartAsync(within(t), "nothing", "run-1", mastra.StartRequest{})
	assert.ErrorIs(t, err, mastra.ErrNotFound)
	var e *mastra.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "/api/workflows/nothing/start-async", e.Path)
	_, err = api.StartAsync(within(t), "", "run-1", mastra.StartRequest{})
	assert.ErrorIs(t, err, mastra.ErrInvalidInput)
	_, err = api.StartAsync(within(t), "doubler", "", mastra.StartRequest{Input: map[string]int{"n": 4}})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	assert.ErrorContains(t, err, "the runId is empty")
	_, err = api.ResumeAsync(within(t), "approval", "run-1", workflows.ResumeRequest{Extra: map[string]any{"step": 1}})
	assert.ErrorIs(t, err, mastra.ErrInvalidInput)
}
