package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// A limit of the server: a cancel reaches the process that it was sent to, and the
// record. Another one that executes the run does not learn of it.
func TestCancel_ThroughAnotherProcessIsRecordedAndTheRunGoesOn(t *testing.T) {
	t.Parallel()
	executing := own(t, contract.Config{Mortal: true})
	beside := own(t, contract.Config{Mortal: true, Beside: executing})
	c, _ := recorded(t, executing.URL())
	other, _ := recorded(t, beside.URL())

	const ms = 5000 // much longer than a cancel takes
	counted := c.Workflow("counted").NewRun()
	result := running(t, counted, countedInput{counted.ID(), ms})
	elsewhere := other.Workflow("counted").Run(counted.ID())
	require.NoError(t, elsewhere.Cancel(within(t)))
	for name, run := range map[string]*mastra.Run{"of the one": counted, "of the other": elsewhere} {
		state, err := run.Get(within(t))
		require.NoError(t, err)
		assert.Equal(t, mastra.RunCanceled, state.Status, "by the record %s", name)
	}
	require.Zero(t, countOf(t, c, counted.ID()), "the step still works")
	got := <-result
	require.NoError(t, got.err)
	assert.Equal(t, mastra.RunSuccess, got.state.Status)
	assert.Equal(t, 1, countOf(t, c, counted.ID()), "the step was carried out")
	state, err := elsewhere.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)

	slowly := c.Workflow("slowly").NewRun()
	result = running(t, slowly, map[string]int{"ms": 20_000})
	require.NoError(t, slowly.Cancel(within(t)))
	got = <-result
	require.NoError(t, got.err)
	assert.Equal(t, mastra.RunCanceled, got.state.Status)
	state, err = other.Workflow("slowly").Run(slowly.ID()).Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunCanceled, state.Status)
}
