package mastra_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

// pausing is a workflow that waits, in its second step, until it is cancelled or let
// go.
func pausing(letGo <-chan struct{}) *mockserver.Workflow {
	type none struct{}
	return mockserver.NewWorkflow[none, none]("pausing").
		Then(mockserver.NewStep("first", func(*mockserver.StepCall, none) (none, error) { return none{}, nil })).
		Then(mockserver.NewStep("second", func(s *mockserver.StepCall, _ none) (none, error) {
			select {
			case <-letGo:
			case <-s.Done():
			}
			return none{}, s.Err()
		}))
}

func TestCancelOnClose_CancelsARunWhoseStreamIsGivenUp(t *testing.T) {
	for _, tt := range []struct {
		name   string
		giveUp func(context.CancelFunc, *mastra.RunStream)
	}{
		{"closed", func(_ context.CancelFunc, s *mastra.RunStream) { _ = s.Close() }},
		{"closed from elsewhere", func(_ context.CancelFunc, s *mastra.RunStream) {
			done := make(chan struct{})
			go func() { defer close(done); _ = s.Close() }()
			<-done
		}},
		{"the context ends", func(cancel context.CancelFunc, _ *mastra.RunStream) { cancel() }},
		{"the loop is left", func(_ context.CancelFunc, s *mastra.RunStream) {
			for range s.Chunks() {
				break
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, mock := onMock(t, mockserver.WithWorkflow(pausing(nil)))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var meta mastra.Response
			run := client.Workflow("pausing").NewRun()
			s, err := run.Stream(ctx, mastra.StartRequest{Input: struct{}{}}, mastra.WithCancelOnClose(true), mastra.WithResponse(&meta))
			require.NoError(t, err)
			chunk, err := s.Next()
			require.NoError(t, err)
			assert.Equal(t, stream.TypeWorkflowStart, chunk.Type)
			tt.giveUp(cancel, s)
			assert.Equal(t, 200, meta.Status, "what was filled in stays as it is")
			state, err := run.Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, mastra.RunCanceled, state.Status)
			assert.Len(t, mock.RequestsOf("WorkflowCancelRun"), 1)
		})
	}
}

func TestCancelOnClose_CancelsAResumedRunWhoseStreamIsGivenUp(t *testing.T) {
	type none struct{}
	asks := mockserver.NewStep("asks", func(s *mockserver.StepCall, _ none) (none, error) {
		if !s.Resumed(&none{}) {
			return none{}, s.Suspend(none{})
		}
		<-s.Done()
		return none{}, s.Err()
	}).Suspends(none{}).Resumes(none{})
	client, mock := onMock(t, mockserver.WithWorkflow(mockserver.NewWorkflow[none, none]("asking").Then(asks)))
	state, err := client.Workflow("asking").Start(t.Context(), mastra.StartRequest{Input: none{}})
	require.NoError(t, err)
	require.Equal(t, mastra.RunSuspended, state.Status)

	run := client.Workflow("asking").Run(state.RunID)
	s, err := run.ResumeStream(t.Context(), mastra.ResumeRequest{Data: none{}}, mastra.WithCancelOnClose(true))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	state, err = run.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, mastra.RunCanceled, state.Status)
	assert.Len(t, mock.RequestsOf("WorkflowCancelRun"), 1)
}

func TestCancelOnClose_LeavesARunThatHasEnded(t *testing.T) {
	letGo := make(chan struct{})
	close(letGo)
	client, mock := onMock(t, mockserver.WithWorkflow(pausing(letGo)))
	start := func() (*mastra.Run, *mastra.RunStream, context.CancelFunc) {
		ctx, cancel := context.WithCancel(t.Context())
		run := client.Workflow("pausing").NewRun()
		s, err := run.Stream(ctx, mastra.StartRequest{Input: struct{}{}}, mastra.WithCancelOnClose(true))
		require.NoError(t, err)
		return run, s, cancel
	}
	for name, giveUp := range map[string]func(*mastra.Run, *mastra.RunStream, context.CancelFunc){
		"read to its end":                   func(_ *mastra.Run, s *mastra.RunStream, _ context.CancelFunc) { _, _ = s.Result(); _ = s.Close() },
		"read to its end, the context ends": func(_ *mastra.Run, s *mastra.RunStream, cancel context.CancelFunc) { _, _ = s.Result(); cancel() },
		"closed behind workflow-finish": func(_ *mastra.Run, s *mastra.RunStream, _ context.CancelFunc) {
			for chunk := range s.Chunks() {
				if chunk.Type == stream.TypeWorkflowFinish {
					_ = s.Close()
				}
			}
		},
		"left at workflow-finish": func(_ *mastra.Run, s *mastra.RunStream, _ context.CancelFunc) {
			for chunk := range s.Chunks() {
				if chunk.Type == stream.TypeWorkflowFinish {
					break
				}
			}
		},
		"ended before its end was read": func(run *mastra.Run, s *mastra.RunStream, _ context.CancelFunc) {
			_, err := run.Wait(t.Context())
			assert.NoError(t, err)
			_ = s.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			run, s, cancel := start()
			giveUp(run, s, cancel)
			cancel()
			state, err := run.Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, mastra.RunSuccess, state.Status)
			assert.Empty(t, mock.RequestsOf("WorkflowCancelRun"))
		})
	}
}

// A stream that tells of the whole run is not asked about again.
func TestRunStream_ResultIsThatOfTheRecord(t *testing.T) {
	letGo := make(chan struct{})
	close(letGo)
	client, mock := onMock(t, mockserver.WithWorkflow(pausing(letGo)))
	run := client.Workflow("pausing").NewRun()
	s, err := run.Stream(t.Context(), mastra.StartRequest{Input: struct{}{}})
	require.NoError(t, err)
	told, err := s.Result()
	require.NoError(t, err)
	assert.Empty(t, mock.RequestsOf("WorkflowGetRun"))
	recorded, err := run.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, recorded.RunID, told.RunID)
	assert.Equal(t, recorded.WorkflowID, told.WorkflowID)
	assert.Equal(t, recorded.Status, told.Status)
	assert.JSONEq(t, string(recorded.Input), string(told.Input))
	assert.JSONEq(t, string(recorded.Result), string(told.Result))
	require.Len(t, recorded.Steps, 2)
	require.Len(t, told.Steps, 2)
	for id, step := range recorded.Steps {
		assert.Equal(t, step.Status, told.Steps[id].Status, id)
		assert.JSONEq(t, string(step.Input), string(told.Steps[id].Input), id)
		assert.JSONEq(t, string(step.Output), string(told.Steps[id].Output), id)
		assert.Equal(t, step.StartedAt, told.Steps[id].StartedAt, id)
		assert.Equal(t, step.EndedAt, told.Steps[id].EndedAt, id)
	}
}

func TestCancelOnClose_HasToBeAskedFor(t *testing.T) {
	letGo := make(chan struct{})
	client, mock := onMock(t, mockserver.WithWorkflow(pausing(letGo)))
	run := client.Workflow("pausing").NewRun()
	s, err := run.Stream(t.Context(), mastra.StartRequest{Input: struct{}{}})
	require.NoError(t, err)
	require.NoError(t, s.Close())

	watcher, err := run.Observe(t.Context(), mastra.ObserveRequest{}, mastra.WithCancelOnClose(true))
	require.NoError(t, err)
	require.NoError(t, watcher.Close(), "who looks on does not cancel")
	close(letGo)
	state, err := run.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.Empty(t, mock.RequestsOf("WorkflowCancelRun"))
}

func TestCancelOnClose_LeavesARunWhoseStreamBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &routes{steps: map[string][]step{"stream": {breaking(recordsOf(t, "doubler")[:2]...)}, "observe": {answer(404, `{"error":"gone"}`)}}}
		s, err := inMemory(t, rt).Workflow("w").Run("r").Stream(t.Context(), mastra.StartRequest{}, mastra.WithCancelOnClose(true))
		require.NoError(t, err)
		_, err = s.Result()
		require.ErrorIs(t, err, mastra.ErrTruncated)
		require.NoError(t, s.Close())
		synctest.Wait()
		assert.Zero(t, rt.count("cancel"))
	})
}

func TestCancelOnClose_HoldsCloseUpForSecondsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := func(req *http.Request) (*http.Response, error) {
			return response(req, 200, silentBody{strings.NewReader(recordsOf(t, "doubler")[0]), req.Context()}, "Content-Type", "text/plain"), nil
		}
		rt := &routes{steps: map[string][]step{"stream": {silent}, "get": {hangs}, "cancel": {hangs}}}
		s, err := inMemory(t, rt).Workflow("w").Run("r").Stream(t.Context(), mastra.StartRequest{}, mastra.WithCancelOnClose(true))
		require.NoError(t, err)
		_, err = s.Next()
		require.NoError(t, err)
		start := time.Now()
		require.NoError(t, s.Close())
		assert.LessOrEqual(t, time.Since(start), 5*time.Second)
	})
}

// silentBody says something and then nothing until the context ends.
type silentBody struct {
	*strings.Reader
	ctx context.Context
}

func (b silentBody) Read(p []byte) (int, error) {
	if b.Len() > 0 {
		return b.Reader.Read(p)
	}
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func (b silentBody) Close() error { return nil }
