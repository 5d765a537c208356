package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestCancel_EndsARunningRun(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("slowly").NewRun()
	s, err := run.Stream(within(t), mastra.StartRequest{Input: map[string]int{"ms": 20_000}})
	s = streamed(t, s, err)
	var list []string
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		list = append(list, chunk.Type)
		if chunk.Type == "workflow-step-start" {
			require.NoError(t, run.Cancel(within(t)))
		}
	}
	assert.Equal(t, []string{"workflow-start", "workflow-step-start", "workflow-step-result", "workflow-canceled", "workflow-finish"}, list)
	state, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, mastra.RunCanceled, state.Status)
	require.Error(t, state.Err())
	stored, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunCanceled, stored.Status)
}

func TestCancel_EndsAStartThatWaits(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("slowly").NewRun()
	type outcome struct {
		state *mastra.RunState
		err   error
	}
	ended := make(chan outcome, 1)
	ctx := within(t)
	go func() {
		state, err := run.Start(ctx, mastra.StartRequest{Input: map[string]int{"ms": 20_000}})
		ended <- outcome{state, err}
	}()
	until(t, "the run is running", func() bool {
		state, err := run.Get(within(t))
		return err == nil && state.Status == mastra.RunRunning
	})
	require.NoError(t, run.Cancel(within(t)))
	got := <-ended
	require.NoError(t, got.err)
	assert.Equal(t, mastra.RunCanceled, got.state.Status)
}

func TestCancel_OfARunThatHasEndedRewritesItsStatusAndKeepsItsResult(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("doubler").NewRun()
	_, err := run.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	require.NoError(t, run.Cancel(within(t)))
	state, err := run.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunCanceled, state.Status)
	assert.JSONEq(t, `{"n":8}`, string(state.Result))
	require.Error(t, state.Err())
}

func TestCancel_OfASuspendedRunPreventsItsResume(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("approval").NewRun()
	_, err := run.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	require.NoError(t, run.Cancel(within(t)))
	state, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunCanceled, state.Status)
	_, err = run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
}
