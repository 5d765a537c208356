package mastra_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func runIs(status mastra.RunStatus, created time.Time) step {
	return answer(200, fmt.Sprintf(`{"runId":"r","workflowName":"w","status":%q,"createdAt":%q,"steps":{}}`, status, created.UTC().Format(time.RFC3339Nano)))
}

func TestWait_AsksMoreAndMoreSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var steps []step
		for range 9 {
			steps = append(steps, runIs(mastra.RunRunning, time.Now()))
		}
		rt := &routes{steps: map[string][]step{"get": append(steps, runIs(mastra.RunSuccess, time.Now()))}}
		state, err := inMemory(t, rt).Workflow("w").Run("r").Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, mastra.RunSuccess, state.Status)
		ms := time.Millisecond
		assert.Equal(t, []time.Duration{100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 2000 * ms, 2000 * ms, 2000 * ms, 2000 * ms}, rt.waits("get"))
	})
}

func TestWait_ReturnsWhereNothingHappensByItself(t *testing.T) {
	for _, status := range []mastra.RunStatus{
		mastra.RunSuccess, mastra.RunFailed, mastra.RunCanceled, mastra.RunTripwire, mastra.RunBailed, mastra.RunSkipped, mastra.RunSuspended, mastra.RunPaused,
	} {
		synctest.Test(t, func(t *testing.T) {
			rt := &routes{steps: map[string][]step{"get": {runIs(mastra.RunRunning, time.Now()), runIs(mastra.RunWaiting, time.Now()), runIs(status, time.Now())}}}
			state, err := inMemory(t, rt).Workflow("w").Run("r").Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, status, state.Status)
			assert.Equal(t, 3, rt.count("get"))
		})
	}
}

func TestWait_GivesUpOnARunThatNobodyHasStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		created := time.Now()
		rt := &routes{steps: map[string][]step{"get": {runIs(mastra.RunPending, created)}}}
		state, err := inMemory(t, rt).Workflow("w").Run("r").Wait(t.Context())
		assert.ErrorIs(t, err, mastra.ErrNotStarted)
		assert.Equal(t, mastra.RunPending, state.Status)
		assert.Greater(t, time.Since(created), 30*time.Second)
		assert.Less(t, time.Since(created), 33*time.Second)

		rt = &routes{steps: map[string][]step{"get": {runIs(mastra.RunPending, created)}}}
		_, err = inMemory(t, rt).Workflow("w").Run("r").Wait(t.Context())
		assert.ErrorIs(t, err, mastra.ErrNotStarted)
		assert.Equal(t, 1, rt.count("get"), "it has been pending for long")
	})
}

// Where the server tells its time, that counts: the clocks need not agree.
func TestWait_CountsHowLongARunIsPendingByTheServersClock(t *testing.T) {
	for _, tt := range []struct {
		name    string
		pending time.Duration
		looks   int
	}{
		{"for 30 s", 30 * time.Second, 2},
		{"for longer", 31 * time.Second, 1},
		{"not for long", time.Second, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				created := time.Now().Add(-time.Hour).Truncate(time.Second)
				pending := fmt.Sprintf(`{"runId":"r","status":"pending","createdAt":%q}`, created.UTC().Format(time.RFC3339Nano))
				rt := &routes{steps: map[string][]step{"get": {
					answer(200, pending, "Date", created.Add(tt.pending).UTC().Format(http.TimeFormat)), runIs(mastra.RunSuccess, created),
				}}}
				_, err := inMemory(t, rt).Workflow("w").Run("r").Wait(t.Context())
				assert.Equal(t, tt.looks == 1, errors.Is(err, mastra.ErrNotStarted), "%v", err)
				assert.Equal(t, tt.looks, rt.count("get"))
			})
		})
	}
}

func TestWait_EndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 250*time.Millisecond, fmt.Errorf("enough"))
		defer cancel()
		rt := &routes{steps: map[string][]step{"get": {runIs(mastra.RunRunning, time.Now())}}}
		start := time.Now()
		state, err := inMemory(t, rt).Workflow("w").Run("r").Wait(ctx)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "run r of workflow w is running")
		assert.ErrorContains(t, err, "enough")
		assert.Equal(t, mastra.RunRunning, state.Status)
		assert.Equal(t, 250*time.Millisecond, time.Since(start))
	})
}

func TestWait_PassesErrorsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &routes{steps: map[string][]step{"get": {runIs(mastra.RunRunning, time.Now()), fails(errReset), answer(503, ""), answer(404, `{"error":"gone"}`)}}}
		_, err := inMemory(t, rt).Workflow("w").Run("r").Wait(t.Context())
		assert.ErrorIs(t, err, mastra.ErrNotFound)
		assert.Equal(t, 4, rt.count("get"), "a passing failure is repeated")
	})
}

func TestStart_DetachedRecordsTheRunThenStartsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &routes{steps: map[string][]step{
			"create-run": {fails(errReset), answer(503, ""), answer(200, `{"runId":"r"}`)}, "start": {answer(200, `{"message":"Workflow run started"}`)},
		}}
		req := mastra.StartRequest{Input: 1, ResourceID: "user-7", PerStep: true, RequestContext: map[string]any{"locale": "it"}}
		require.NoError(t, inMemory(t, rt).Workflow("w").Run("r").StartDetached(t.Context(), req))
		assert.Equal(t, "create-run create-run create-run start", strings.Join(rt.calls, " "))
		assert.Equal(t, base+"/api/workflows/w/create-run?runId=r", rt.urls[0])
		assert.JSONEq(t, `{"resourceId":"user-7"}`, rt.bodies[0])
		assert.Equal(t, base+"/api/workflows/w/start?runId=r", rt.urls[3])
		assert.JSONEq(t, `{"inputData":1,"resourceId":"user-7","perStep":true,"requestContext":{"locale":"it"}}`, rt.bodies[3])
	})
	for _, tt := range []struct {
		name    string
		met     step
		starts  int
		unknown bool
	}{
		{"lost", fails(errReset), 1, true},
		{"no connection", fails(errRefused), 4, false},
		{"busy", answer(429, ""), 4, false},
		{"a failure of the server", answer(500, `{"error":"boom"}`), 1, false},
		{"a gateway gives up", answer(502, ""), 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: map[string][]step{"create-run": {answer(200, `{"runId":"r"}`)}, "start": {tt.met}}}
				err := inMemory(t, rt).Workflow("w").NewRun().StartDetached(t.Context(), mastra.StartRequest{})
				require.Error(t, err)
				assert.Equal(t, tt.starts, rt.count("start"))
				assert.Equal(t, 1, rt.count("create-run"))
				if tt.unknown {
					assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
				} else {
					assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
				}
			})
		})
	}
}

func TestRunStream_IsStartedOnce(t *testing.T) {
	for _, tt := range []struct {
		name    string
		steps   []step
		streams int
		is      error
		unknown bool
	}{
		{"the answer comes", []step{replays(t, "doubler")}, 1, nil, false},
		{"lost before the answer", []step{fails(errReset), replays(t, "doubler")}, 2, nil, false},
		{"always lost", []step{fails(errReset)}, 4, errReset.Err, true},
		{"nobody listens after a loss", []step{fails(errReset), fails(errRefused)}, 4, mastra.ErrUnavailable, true},
		{"ended before", []step{answer(409, `{"error":"x"}`)}, 1, mastra.ErrConflict, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: map[string][]step{"stream": tt.steps, "get": {answer(404, `{"error":"Workflow run not found"}`)}}}
				s, err := inMemory(t, rt).Workflow("w").Stream(t.Context(), mastra.StartRequest{})
				assert.Equal(t, tt.streams, rt.count("stream"))
				if tt.is != nil {
					assert.ErrorIs(t, err, tt.is)
					assert.Equal(t, tt.unknown, errors.Is(err, mastra.ErrOutcomeUnknown))
					return
				}
				require.NoError(t, err)
				state, err := s.Result()
				require.NoError(t, err)
				assert.Equal(t, mastra.RunSuccess, state.Status)
			})
		})
	}
}

func TestRunStream_ThatBreaksIsNotStartedAgain(t *testing.T) {
	rt := &routes{steps: map[string][]step{"stream": {breaksOff(t, "doubler", 3, errReset)}}}
	s, err := inMemory(t, rt).Workflow("w").Run("r").Stream(t.Context(), mastra.StartRequest{}, mastra.WithReattach(false))
	require.NoError(t, err)
	n := 0
	var last error
	for _, err := range s.Chunks() {
		if last = err; err == nil {
			n++
		}
	}
	assert.Equal(t, 3, n)
	assert.ErrorIs(t, last, mastra.ErrTruncated)
	state, err := s.Result()
	assert.ErrorIs(t, err, mastra.ErrTruncated)
	assert.Equal(t, mastra.RunSuccess, state.Steps["double"].Status, "what came before the end")
	assert.Equal(t, 1, rt.count("stream"))
}

func TestRunStream_OfASuspendedRunListsItsSuspensions(t *testing.T) {
	rt := &routes{steps: map[string][]step{"stream": {replays(t, "outer-streamed")}, "get": {tells(t, "outer-streamed")}}}
	s, err := inMemory(t, rt).Workflow("outer").Run("r").Stream(t.Context(), mastra.StartRequest{})
	require.NoError(t, err)
	got, err := s.Suspensions()
	require.NoError(t, err)
	assert.Equal(t, recordedRun(t, "outer-streamed").Suspensions(), got)
	require.NoError(t, s.Close())

	rt = &routes{steps: map[string][]step{"stream": {replays(t, "outer-streamed")}}}
	s, err = inMemory(t, rt).Workflow("outer").Run("r").Stream(t.Context(), mastra.StartRequest{})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = s.Result()
	assert.ErrorIs(t, err, mastra.ErrClosed)
	assert.Zero(t, rt.count("get"))
}

// The history of a run may end with a resume that was refused: that is no failure
// of who observes the run.
func TestObserve_TellsOfTheRunNotOfTheLastRefusal(t *testing.T) {
	history := string(testdata(t, "runs", "approval-suspended.rs")) + string(testdata(t, "runs", "approval-refused.rs"))
	for _, tt := range []struct {
		name    string
		history step
		record  string
		status  mastra.RunStatus
	}{
		{"a suspended run", recordsText(history), "approval-suspended", mastra.RunSuspended},
		{"a run that has ended since", recordsText(history), "approval-ended", mastra.RunSuccess},
		{"a run whose start was refused", replays(t, "doubler-refused-observed"), "doubler-refused", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: map[string][]step{"observe": {tt.history}, "get": {tells(t, tt.record)}}}
				s, err := inMemory(t, rt).Workflow("w").Run("r").Observe(t.Context(), mastra.ObserveRequest{})
				require.NoError(t, err)
				state, err := s.Result()
				if tt.status == "" {
					assert.ErrorIs(t, err, mastra.ErrInvalidInput)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, tt.status, state.Status)
			})
		})
	}
}

// A refusal counts as long as nothing has happened since: the steps of a later resume
// are told without asking how the run stands.
func TestObserve_ForgetsARefusalThatWasFollowedByAResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &routes{steps: map[string][]step{
			"observe": {recordsIn(recordsOf(t, "approval-suspended", "approval-refused", "approval-resumed")...)}, "get": {answer(403, `{"error":"no"}`)},
		}}
		s, err := inMemory(t, rt).Workflow("w").Run("r").Observe(t.Context(), mastra.ObserveRequest{})
		require.NoError(t, err)
		for _, err := range s.Chunks() {
			require.NoError(t, err)
		}
		assert.Zero(t, rt.count("get"))
	})
}
