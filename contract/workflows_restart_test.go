package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// orphan starts a run that takes as long, and leaves it once it is running.
func orphan(t testing.TB, c *mastra.Client, ms int) *mastra.Run {
	t.Helper()
	run := c.Workflow("counted").NewRun()
	require.NoError(t, run.StartDetached(within(t), mastra.StartRequest{Input: countedInput{run.ID(), ms}}))
	until(t, "the run is running", func() bool {
		state, err := run.Get(within(t))
		return err == nil && state.Steps["count"].Status == mastra.RunRunning
	})
	return run
}

func TestRestart_TakesUpRunsThatACrashHasCutOff(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	const ms = 2000 // much longer than it takes to kill the server
	alone, detached := orphan(t, c, ms), orphan(t, c, ms)
	waits, at := suspended(t, c.Workflow("approval"), number{4})
	killed(t, server)

	state, err := alone.Restart(within(t), mastra.RestartRequest{})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"key":"`+alone.ID()+`","count":1}`, string(state.Result))
	require.NoError(t, detached.RestartDetached(within(t), mastra.RestartRequest{}))
	state, err = detached.Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.Equal(t, 1, countOf(t, c, detached.ID()))

	t.Run("all of a workflow at once", func(t *testing.T) {
		for name, restart := range map[string]func(*mastra.Workflow) error{
			"waiting":  func(w *mastra.Workflow) error { return w.RestartAll(within(t)) },
			"detached": func(w *mastra.Workflow) error { return w.RestartAllDetached(within(t)) },
		} {
			runs := []*mastra.Run{orphan(t, c, ms), orphan(t, c, ms)}
			killed(t, server)
			require.NoError(t, restart(c.Workflow("counted")), name)
			for _, run := range runs {
				state, err := run.Wait(within(t))
				require.NoError(t, err, name)
				assert.Equal(t, mastra.RunSuccess, state.Status, name)
				assert.Equal(t, 1, countOf(t, c, run.ID()), name)
			}
		}
	})
	state, err = waits.Resume(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: approved{true}})
	require.NoError(t, err, "what waits is not touched")
	assert.JSONEq(t, `{"n":8,"approved":true}`, string(state.Result))
}

func TestRestart_DoesNotCarryOutAgainARunThatHasEnded(t *testing.T) {
	t.Parallel()
	c := client(t)
	run := c.Workflow("counted").NewRun()
	_, err := run.Start(within(t), mastra.StartRequest{Input: countedInput{run.ID(), 0}})
	require.NoError(t, err)
	state, err := run.Restart(within(t), mastra.RestartRequest{})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	require.NoError(t, run.RestartDetached(within(t), mastra.RestartRequest{}))
	assert.Equal(t, 1, countOf(t, c, run.ID()))

	missing := c.Workflow("counted").Run(unique("run"))
	_, err = missing.Restart(within(t), mastra.RestartRequest{})
	require.ErrorIs(t, err, mastra.ErrNotFound)
	require.ErrorIs(t, missing.RestartDetached(within(t), mastra.RestartRequest{}), mastra.ErrNotFound)
	require.NoError(t, c.Workflow("flaky").RestartAll(within(t)), "nothing to take up")
	require.NoError(t, c.Workflow("flaky").RestartAllDetached(within(t)))
	require.ErrorIs(t, c.Workflow("nothing").RestartAll(within(t)), mastra.ErrNotFound)
	require.ErrorIs(t, c.Workflow("nothing").RestartAllDetached(within(t)), mastra.ErrNotFound)
}
