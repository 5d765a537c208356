package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func streamed(t testing.TB, s *mastra.RunStream, err error) *mastra.RunStream {
	t.Helper()
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // closing again does nothing
	return s
}

func TestRunStream_TellsOfEveryStep(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct {
		workflow string
		input    any
		chunks   string
		status   mastra.RunStatus
	}{
		"to its result": {"doubler", number{4}, "workflow-start workflow-step-start workflow-step-result workflow-finish", mastra.RunSuccess},
		"to a failure":  {"doubler", number{-1}, "workflow-start workflow-step-start workflow-step-result workflow-finish", mastra.RunFailed},
		"to a suspension": {"approval", number{4}, "workflow-start workflow-step-start workflow-step-result" +
			" workflow-step-start workflow-step-suspended workflow-finish", mastra.RunSuspended},
		"through a loop and a branch": {"fan", []int{1, 2}, "workflow-start workflow-step-start workflow-step-progress workflow-step-progress" +
			" workflow-step-result workflow-step-start workflow-step-result workflow-step-start workflow-step-result workflow-finish", mastra.RunSuccess},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := c.Workflow(x.workflow).NewRun()
			s, err := run.Stream(within(t), mastra.StartRequest{Input: x.input})
			s = streamed(t, s, err)
			list, err := types(t, s.Stream)
			require.NoError(t, err)
			assert.Equal(t, x.chunks, strings.Join(list, " "))
			assert.Equal(t, run.ID(), s.RunID())
			state, err := s.Result()
			require.NoError(t, err)
			assert.Equal(t, x.status, state.Status)
			suspensions, err := s.Suspensions()
			require.NoError(t, err)
			assert.Len(t, suspensions, len(state.Suspensions()))
		})
	}
}

func TestRunStream_EndTellsHowTheRunHasEnded(t *testing.T) {
	t.Parallel()
	c := client(t)
	s, err := c.Workflow("doubler").Stream(within(t), mastra.StartRequest{Input: number{-1}})
	state, err := streamed(t, s, err).Result()
	require.NoError(t, err, "the stream itself was read to its end")
	var failed *mastra.RunFailure
	require.ErrorAs(t, state.Err(), &failed)
	assert.Equal(t, "negative", failed.Message)
}

func TestStart_OfARunningRunJoinsIt(t *testing.T) {
	t.Parallel()
	c := client(t)
	key := unique("key")
	run := c.Workflow("counted").NewRun()
	first, err := run.Stream(within(t), mastra.StartRequest{Input: countedInput{key, 400}})
	first = streamed(t, first, err)
	second, err := run.Stream(within(t), mastra.StartRequest{Input: countedInput{"another", 0}})
	second = streamed(t, second, err)
	for _, s := range []*mastra.RunStream{first, second} {
		state, err := s.Result()
		require.NoError(t, err)
		assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result), "the second input does not count")
	}
	assert.Equal(t, 1, countOf(t, c, key))
}

func TestRunStream_OfARunThatHasEndedIsRefusedButItsStateIsRead(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("doubler").NewRun()
	_, err := run.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	_, err = run.Stream(within(t), mastra.StartRequest{Input: number{5}})
	require.ErrorIs(t, err, mastra.ErrConflict)
	assert.Equal(t, 409, failure(t, err).Status)
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	state, err := run.Start(within(t), mastra.StartRequest{Input: number{5}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":8}`, string(state.Result), "what the first start came to")
}

func TestStart_OfASuspendedRunGivesTheSuspensionAgain(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("approval").NewRun()
	_, err := run.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	state, err := run.Start(within(t), mastra.StartRequest{Input: number{5}})
	require.NoError(t, err)
	require.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)
	assert.Equal(t, []string{"approve"}, state.Suspensions()[0].Path)

	s, err := run.Stream(within(t), mastra.StartRequest{Input: number{5}})
	state, err = streamed(t, s, err).Result()
	require.NoError(t, err, "a replay ends without workflow-finish")
	assert.Equal(t, mastra.RunSuspended, state.Status)
	state, err = run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":8,"approved":true}`, string(state.Result), "of the first input")
}

func TestStart_OfASuspendedRunGivesTheSuspensionAfterARefusedResumeToo(t *testing.T) {
	t.Parallel()
	run, _ := suspended(t, client(t).Workflow("approval"), number{4})
	_, err := run.Resume(within(t), mastra.ResumeRequest{Data: map[string]any{"approved": 7}})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	state, err := run.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)
	s, err := run.Observe(within(t), mastra.ObserveRequest{})
	state, err = streamed(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status)
}

func TestObserve_GivesAFinishedRunFromAnyChunk(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("doubler").NewRun()
	s, err := run.Stream(within(t), mastra.StartRequest{Input: number{4}})
	all, err := types(t, streamed(t, s, err).Stream)
	require.NoError(t, err)
	require.Len(t, all, 4)
	for offset, want := range map[int][]string{0: all, 1: all[1:], 3: all[3:], -1: all[3:], -3: all[1:]} {
		s, err := run.Observe(within(t), mastra.ObserveRequest{Offset: offset})
		list, err := types(t, streamed(t, s, err).Stream)
		require.NoError(t, err, "offset %d", offset)
		assert.Equal(t, want, list, "offset %d", offset)
	}
	s, err = run.Observe(within(t), mastra.ObserveRequest{})
	state, err := streamed(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"n":8}`, string(state.Result))
}

func TestObserve_FollowsARunningRunToItsEnd(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("slowly").NewRun()
	first, err := run.Stream(within(t), mastra.StartRequest{Input: map[string]int{"ms": 300}})
	first = streamed(t, first, err)
	for range 2 { // the step has begun
		_, err := first.Next()
		require.NoError(t, err)
	}
	s, err := run.Observe(within(t), mastra.ObserveRequest{})
	s = streamed(t, s, err)
	list, err := types(t, s.Stream)
	require.NoError(t, err)
	// What has happened before may come twice.
	assert.True(t, strings.HasPrefix(strings.Join(list, " "), "workflow-start workflow-step-start "), list)
	assert.True(t, strings.HasSuffix(strings.Join(list, " "), " workflow-step-start workflow-step-result workflow-finish"), list)
	for _, s := range []*mastra.RunStream{first, s} {
		state, err := s.Result()
		require.NoError(t, err)
		assert.Equal(t, mastra.RunSuccess, state.Status)
		assert.JSONEq(t, `{"ok":true}`, string(state.Result))
	}
}

func TestObserve_GivesASuspendedAndAResumedRun(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("approval").NewRun()
	_, err := run.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	s, err := run.Observe(within(t), mastra.ObserveRequest{})
	state, err := streamed(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)

	_, err = run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.NoError(t, err)
	s, err = run.Observe(within(t), mastra.ObserveRequest{})
	state, err = streamed(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"n":8,"approved":true}`, string(state.Result))
	assert.Equal(t, mastra.RunSuccess, state.Steps["double"].Status)
}

func TestObserve_FindsNothingOfARunThatWasNeverStreamed(t *testing.T) {
	t.Parallel()
	run := client(t).Workflow("doubler").NewRun()
	require.NoError(t, run.StartDetached(within(t), mastra.StartRequest{Input: number{4}}))
	state, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	s, err := run.Observe(within(t), mastra.ObserveRequest{})
	_, err = streamed(t, s, err).Result()
	require.ErrorIs(t, err, mastra.ErrTruncated)
}
