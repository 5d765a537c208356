package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// doubled runs doubler to its end.
func doubled(t testing.TB, c *mastra.Client) *mastra.Run {
	t.Helper()
	run := c.Workflow("doubler").NewRun()
	_, err := run.Start(within(t), mastra.StartRequest{Input: number{1}})
	require.NoError(t, err)
	return run
}

func TestTimeTravel_GoesBackToAStep(t *testing.T) {
	t.Parallel()
	c := client(t)
	again := mastra.TimeTravelRequest{Path: []string{"double"}, Input: number{10}}
	for name, travel := range map[string]func(*mastra.Run) (*mastra.RunState, error){
		"and waits": func(run *mastra.Run) (*mastra.RunState, error) { return run.TimeTravel(within(t), again) },
		"detached": func(run *mastra.Run) (*mastra.RunState, error) {
			require.NoError(t, run.TimeTravelDetached(within(t), again))
			until(t, "the run has the new result", func() bool {
				state, err := run.Get(within(t))
				return err == nil && string(state.Result) == `{"n":20}`
			})
			return run.Get(within(t))
		},
		"as a stream": func(run *mastra.Run) (*mastra.RunState, error) {
			s, err := run.TimeTravelStream(within(t), again)
			s = streamed(t, s, err)
			list, err := types(t, s.Stream)
			require.NoError(t, err)
			assert.Equal(t, []string{"workflow-start", "workflow-step-start", "workflow-step-result", "workflow-finish"}, list)
			return s.Result()
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := doubled(t, c)
			state, err := travel(run)
			require.NoError(t, err)
			assert.Equal(t, mastra.RunSuccess, state.Status)
			assert.JSONEq(t, `{"n":20}`, string(state.Result))
			kept, err := run.Get(within(t))
			require.NoError(t, err)
			assert.JSONEq(t, `{"n":20}`, string(kept.Result), "the record of a finished run is changed")
			assert.JSONEq(t, `{"n":10}`, string(kept.Input))
		})
	}
}

func TestTimeTravel_MaySuspendTheRunAgain(t *testing.T) {
	t.Parallel()
	run, at := suspended(t, client(t).Workflow("approval"), number{1})
	state, err := run.TimeTravel(within(t), mastra.TimeTravelRequest{Path: []string{"double"}, Input: number{10}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)
	_, err = run.Resume(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: approved{true}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended, "the suspension from before the travel is no more")
	state, err = run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":20,"approved":true}`, string(state.Result))

}

func TestTimeTravel_ReachesASuspendedStepWithItsAnswer(t *testing.T) {
	t.Parallel()
	run, _ := suspended(t, client(t).Workflow("approval"), number{1})
	travel := mastra.TimeTravelRequest{
		Path: []string{"approve"}, Input: number{3}, ResumeData: approved{false},
		Context: map[string]any{"double": map[string]any{"status": "success", "output": number{3}}},
	}
	state, err := run.TimeTravel(within(t), travel)
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":3,"approved":false}`, string(state.Result))
	state, err = run.TimeTravel(within(t), travel)
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status, "the step was not suspended any more: it asks again")
}

func TestTimeTravel_FailsAsItsRunDoesOrWhereThereIsNoSuchStep(t *testing.T) {
	t.Parallel()
	c := client(t)
	run := doubled(t, c)
	state, err := run.TimeTravel(within(t), mastra.TimeTravelRequest{Path: []string{"double"}, Input: number{-1}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunFailed, state.Status)
	require.Error(t, state.Err())

	run = doubled(t, c)
	nowhere := mastra.TimeTravelRequest{Path: []string{"elsewhere"}}
	_, err = run.TimeTravel(within(t), nowhere)
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Contains(t, failure(t, err).Message, "Cannot time travel to step 'elsewhere'")
	assert.Equal(t, 1, failure(t, err).Attempts)
	s, err := run.TimeTravelStream(within(t), nowhere)
	if err == nil {
		_, err = streamed(t, s, nil).Result()
	}
	require.Error(t, err, "the stream fails before any step")
	require.NoError(t, run.TimeTravelDetached(within(t), nowhere), "the server answers before it looks")
	kept, err := run.Get(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":2}`, string(kept.Result), "and the record is as it was")

	missing := c.Workflow("doubler").Run(unique("run"))
	back := mastra.TimeTravelRequest{Path: []string{"double"}}
	_, err = missing.TimeTravel(within(t), back)
	require.ErrorIs(t, err, mastra.ErrNotFound)
	_, err = missing.TimeTravelStream(within(t), back)
	require.ErrorIs(t, err, mastra.ErrNotFound)
	require.ErrorIs(t, missing.TimeTravelDetached(within(t), back), mastra.ErrNotFound)
	_, err = run.TimeTravel(within(t), mastra.TimeTravelRequest{})
	var e *mastra.Error
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	require.NotErrorAs(t, err, &e, "refused before it is sent")
}
