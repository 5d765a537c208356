package mastra_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// recordedRun reads a run from testdata/runs as the workflow's calls do.
func recordedRun(t testing.TB, name string) *mastra.RunState {
	t.Helper()
	s := decode[mastra.RunState](t, testdata(t, "runs", name+".json"))
	if s.WorkflowID == "" { // an answer of a call that waited: the handle knows it
		s.WorkflowID, _, _ = strings.Cut(name, "-")
	}
	return &s
}

// recordedRuns are all recorded forms of a run, by name; an entry of a list is
// one of its own.
func recordedRuns(t testing.TB) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{}
	add := func(name string, body []byte) {
		page := decode[struct{ Runs []json.RawMessage }](t, body)
		for i, run := range page.Runs {
			out[name+"/"+string(rune('a'+i))] = run
		}
		if page.Runs == nil {
			out[name] = body
		}
	}
	for _, r := range recordings(t, "workflows", "WorkflowGetRun", "WorkflowListRuns", "WorkflowStartAsync", "WorkflowResumeAsync", "WorkflowRestartAsync", "WorkflowTimeTravelAsync") {
		add(r.Operation+"/"+r.Name, r.Body)
	}
	files, err := filepath.Glob("testdata/runs/*.json")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		add(filepath.Base(file), text)
	}
	require.Greater(t, len(out), 60)
	return out
}

// asRecord gives an answer the names of the server's record, which RunState has.
func asRecord(v any) any {
	m := v.(map[string]any)
	if snapshot, ok := m["snapshot"].(map[string]any); ok {
		steps := snapshot["context"].(map[string]any)
		snapshot["steps"], snapshot["payload"] = steps, steps["input"]
		snapshot["initialState"] = snapshot["value"]
		if trace, ok := snapshot["tracingContext"].(map[string]any); ok {
			snapshot["traceId"], snapshot["spanId"] = trace["traceId"], trace["spanId"]
		}
		for _, name := range []string{"runId", "workflowName", "resourceId", "createdAt", "updatedAt"} {
			snapshot[name] = m[name]
		}
		// requestContext is not kept: it may hold secrets of who started the run.
		m = without(snapshot, "context", "value", "tracingContext", "timestamp", "activePaths", "requestContext").(map[string]any)
	}
	if input, ok := m["input"]; ok {
		m["payload"] = input
	}
	if state, ok := m["state"]; ok {
		m["initialState"] = state
	}
	if steps, ok := m["steps"]; ok {
		m["steps"] = without(steps, "input")
	}
	return without(m, "input", "state", "suspended", "suspendPayload") // the last two: Suspensions
}

func TestRunState_EveryRecordedOneIsReadWithoutLoss(t *testing.T) {
	for name, body := range recordedRuns(t) {
		t.Run(name, func(t *testing.T) {
			s := decode[mastra.RunState](t, body)
			assert.NotEmpty(t, s.RunID)
			first, err := json.Marshal(s)
			require.NoError(t, err)
			assertHolds(t, value(t, first), asRecord(value(t, body)), "")

			again := decode[mastra.RunState](t, first)
			assert.Equal(t, s.Suspensions(), again.Suspensions())
			second, err := json.Marshal(again)
			require.NoError(t, err)
			assert.JSONEq(t, string(first), string(second))
			assert.Equal(t, s.Err() == nil, again.Err() == nil)
		})
	}
}

func at(ms int64) mastra.Time { return mastra.Time{Time: time.UnixMilli(ms).UTC()} }

func TestSuspension_SaysWhereARunWaits(t *testing.T) {
	index := func(i int) *int { return &i }
	for _, tt := range []struct {
		name  string
		files []string // forms of the same run
		want  []mastra.Suspension
	}{
		{"one step", []string{"approval-started"}, []mastra.Suspension{{Path: []string{"approve"}, Step: "approve", Payload: json.RawMessage(`{"reason":"needs approval"}`)}}},
		{"one step, from the record", []string{"approval-suspended"}, []mastra.Suspension{{Path: []string{"approve"}, Step: "approve", Payload: json.RawMessage(`{"reason":"needs approval"}`)}}},
		{"parallel steps come in the order of the graph", []string{"review-started", "review-suspended"}, []mastra.Suspension{
			{Path: []string{"left"}, Step: "left", Payload: json.RawMessage(`{"reason":"left must look","requiredApprovers":["ann","bob"],"urgency":"high"}`)},
			{Path: []string{"right"}, Step: "right", Payload: json.RawMessage(`{"reason":"right must look","requiredApprovers":["cleo"],"urgency":"low"}`)},
		}},
		{"what was answered is gone", []string{"review-right-resumed", "review-left-suspended"}, []mastra.Suspension{
			{Path: []string{"left"}, Step: "left", Payload: json.RawMessage(`{"reason":"left must look","requiredApprovers":["ann","bob"],"urgency":"high"}`)},
		}},
		{"an item of a foreach", []string{"fan-started", "fan-suspended"}, []mastra.Suspension{
			{Path: []string{"twice"}, Step: "twice", ForEachIndex: index(1), Payload: json.RawMessage(`{"reason":"negative item","item":-2}`)},
		}},
		{"the next item of a foreach", []string{"fan-resumed-once", "fan-suspended-again"}, []mastra.Suspension{
			{Path: []string{"twice"}, Step: "twice", ForEachIndex: index(3), Payload: json.RawMessage(`{"reason":"negative item","item":-4}`)},
		}},
		{"a nested workflow", []string{"outer-started", "outer-suspended", "outer-suspended-without-nested"}, []mastra.Suspension{
			{Path: []string{"approval", "approve"}, Step: "approval.approve", Payload: json.RawMessage(`{"reason":"needs approval"}`)},
		}},
		{"a run that has ended", []string{"approval-ended", "approval-resume-answer", "fan-ended", "outer-resumed", "doubler-failed"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var first []mastra.Suspension
			for i, file := range tt.files {
				s := recordedRun(t, file)
				got := s.Suspensions()
				require.Len(t, got, len(tt.want), file)
				for n, want := range tt.want {
					assert.Equal(t, s.RunID, got[n].RunID)
					assert.Equal(t, s.WorkflowID, got[n].WorkflowID)
					assert.Equal(t, want.Step, got[n].Step)
					assert.Equal(t, want.ForEachIndex, got[n].ForEachIndex)
					assert.JSONEq(t, string(want.Payload), string(got[n].Payload), "the server's own member is taken out")
					if len(want.Path) == 1 {
						assert.False(t, got[n].SuspendedAt.IsZero())
					}
				}
				if i == 0 {
					first = got
				} else { // else a stored one would be taken for another
					for n := range got {
						if got[n].SuspendedAt.IsZero() || first[n].SuspendedAt.IsZero() { // the form does not tell of nested steps
							got[n].SuspendedAt = first[n].SuspendedAt
						}
					}
					assert.Equal(t, first, got, "%s says the same as %s", file, tt.files[0])
				}
			}
		})
	}
}

func TestRunState_OfAListIsThatOfTheRecord(t *testing.T) {
	page := decode[mastra.RunPage](t, testdata(t, "runs", "approval-list-suspended.json"))
	record := recordedRun(t, "approval-suspended")
	require.NotEmpty(t, page.Runs)
	listed := page.Runs[0]
	require.Equal(t, record.RunID, listed.RunID)
	listed.TraceID, listed.SpanID = "", "" // the record does not have them
	assert.Equal(t, record.ExecutionPath, []string(nil))
	listed.ExecutionPath = nil
	assert.Equal(t, record, &listed)

	inText := `{"runId":"r","workflowName":"w","createdAt":"2026-01-02T03:04:05.678Z","updatedAt":null,"resourceId":null,
		"snapshot":"{\"status\":\"success\",\"value\":{\"seen\":1},\"context\":{\"input\":[1],\"a\":{\"status\":\"success\",\"output\":2}},\"result\":2}"}`
	s := decode[mastra.RunState](t, []byte(inText))
	assert.Equal(t, mastra.RunSuccess, s.Status)
	assert.JSONEq(t, `[1]`, string(s.Input))
	assert.JSONEq(t, `{"seen":1}`, string(s.State))
	assert.JSONEq(t, `2`, string(s.Steps["a"].Output))
	assert.NotContains(t, s.Steps, "input")
	assert.Equal(t, at(1767323045678), s.CreatedAt)

	for _, snapshot := range []string{`null`, `""`, `"{"`, `7`, `true`, `[]`, `"text"`, `{"context":7}`} {
		s := decode[mastra.RunState](t, []byte(`{"runId":"r","workflowName":"w","snapshot":`+snapshot+`}`))
		assert.Equal(t, "r", s.RunID)
	}
}

func TestRunState_ErrTellsWhyThereIsNoResult(t *testing.T) {
	failed := recordedRun(t, "doubler-failed")
	var failure *mastra.RunFailure
	require.ErrorAs(t, failed.Err(), &failure)
	assert.Equal(t, "negative", failure.Message)
	assert.Contains(t, failed.Err().Error(), "workflow doubler, run "+failed.RunID+" failed: negative")

	assert.NoError(t, recordedRun(t, "approval-suspended").Err())
	assert.NoError(t, recordedRun(t, "approval-ended").Err())
	assert.ErrorContains(t, (&mastra.RunState{RunID: "r", WorkflowID: "w", Status: mastra.RunCanceled}).Err(), "workflow w, run r: canceled")
	assert.ErrorContains(t, (&mastra.RunState{Status: mastra.RunFailed}).Err(), "failed")
	assert.ErrorContains(t, (&mastra.RunState{Status: mastra.RunTripwire}).Err(), "tripwire")

	tripped := decode[mastra.RunState](t, []byte(`{"runId":"r","status":"tripwire","tripwire":{"reason":"Blocked","processorId":"guard","retry":true}}`))
	var tripwire *mastra.TripwireError
	require.ErrorAs(t, tripped.Err(), &tripwire)
	assert.Equal(t, mastra.TripwireError{Reason: "Blocked", ProcessorID: "guard", Retry: true}, *tripwire)
	assert.Equal(t, &stream.Tripwire{Reason: "Blocked", ProcessorID: "guard", Retry: true}, tripped.Tripwire)

	recorded := decode[mastra.RunState](t, []byte(`{"runId":"r","status":"tripwire","steps":{
		"later":{"status":"failed","endedAt":9,"tripwire":{"reason":"Blocked later","processorId":"gate"}},
		"inner.watched":{"status":"failed","endedAt":1,"tripwire":{"reason":"Blocked within","processorId":"guard"}},
		"inner":{"status":"failed","endedAt":2,"tripwire":{"reason":"Blocked","processorId":"guard"}}}}`))
	require.ErrorAs(t, recorded.Err(), &tripwire)
	assert.Equal(t, mastra.TripwireError{Reason: "Blocked", ProcessorID: "guard"}, *tripwire, "a record has it at the step alone")
}

func TestRunState_FailureKeepsWhateverTheServerSays(t *testing.T) {
	for _, tt := range []struct {
		name, wire string
		want       mastra.RunFailure
		text, back string
	}{
		{"an error with properties and a cause",
			`{"message":"custom boom","name":"Error","cause":{"message":"root cause","name":"TypeError"},"code":"E_CUSTOM","statusCode":418}`,
			mastra.RunFailure{Name: "Error", Message: "custom boom", Code: "E_CUSTOM", Cause: &mastra.RunFailure{Name: "TypeError", Message: "root cause"},
				Fields: map[string]json.RawMessage{"statusCode": json.RawMessage("418")}},
			"custom boom", ""},
		{"an error of the server's", `{"name":"MastraError","message":"m","id":"X","domain":"TOOL","category":"USER","details":{"a":1}}`,
			mastra.RunFailure{Name: "MastraError", Message: "m", Fields: map[string]json.RawMessage{
				"id": json.RawMessage(`"X"`), "domain": json.RawMessage(`"TOOL"`), "category": json.RawMessage(`"USER"`), "details": json.RawMessage(`{"a":1}`)}},
			"MastraError: m", ""},
		{"a stack trace is left out", `{"message":"m","stack":"at x"}`, mastra.RunFailure{Message: "m"}, "m", `{"message":"m"}`},
		{"a number as code", `{"message":"m","code":42}`, mastra.RunFailure{Message: "m", Code: "42", Fields: map[string]json.RawMessage{"code": json.RawMessage("42")}}, "m", ""},
		{"a message that is no text", `{"message":{"a":1}}`, mastra.RunFailure{Fields: map[string]json.RawMessage{"message": json.RawMessage(`{"a":1}`)}}, "unknown failure", ""},
		{"a cause that is null", `{"message":"m","cause":null}`, mastra.RunFailure{Message: "m"}, "m", `{"message":"m"}`},
		{"something else", `[1]`, mastra.RunFailure{Message: "unreadable failure"}, "unreadable failure", `{"message":"unreadable failure"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := decode[mastra.RunFailure](t, []byte(tt.wire))
			assert.Equal(t, tt.want, f)
			assert.EqualError(t, &f, tt.text)
			if f.Cause != nil {
				var cause *mastra.RunFailure
				require.ErrorAs(t, errors.Unwrap(&f), &cause)
				assert.Equal(t, "root cause", cause.Message)
			} else {
				assert.NoError(t, errors.Unwrap(&f))
			}
			if tt.back == "" {
				tt.back = tt.wire
			}
			back, err := json.Marshal(f)
			require.NoError(t, err)
			assert.JSONEq(t, tt.back, string(back))
		})
	}
	text := decode[mastra.RunFailure](t, []byte(`"just text"`))
	assert.EqualError(t, &text, "just text")
	back, err := json.Marshal(&text)
	require.NoError(t, err)
	assert.Equal(t, `"just text"`, string(back))
}

func TestTyped_ResultOfARecordedRunIsDecoded(t *testing.T) {
	type result struct{ N int }
	got, err := mastra.ResultAs[result](recordedRun(t, "doubler-ended"))
	require.NoError(t, err)
	assert.Equal(t, result{4}, got)

	_, err = mastra.ResultAs[result](recordedRun(t, "approval-suspended"))
	assert.ErrorIs(t, err, mastra.ErrSuspended)
	_, err = mastra.ResultAs[result](recordedRun(t, "doubler-failed"))
	assert.ErrorContains(t, err, "negative")
	_, err = mastra.ResultAs[result](&mastra.RunState{RunID: "r", Status: mastra.RunRunning})
	assert.ErrorContains(t, err, "it is running")
	_, err = mastra.ResultAs[result](&mastra.RunState{RunID: "r", Status: mastra.RunSuccess})
	assert.ErrorContains(t, err, "returned nothing")
	_, err = mastra.ResultAs[[]string](recordedRun(t, "doubler-ended"))
	assert.ErrorContains(t, err, "does not fit")
}

func TestSuspension_AndPendingSurviveStorage(t *testing.T) {
	for _, file := range []string{"approval-suspended", "review-suspended", "fan-suspended", "outer-suspended"} {
		for _, s := range recordedRun(t, file).Suspensions() {
			text, err := json.Marshal(s)
			require.NoError(t, err)
			assert.Equal(t, s, decode[mastra.Suspension](t, text))
		}
	}
	for _, name := range []string{"approval", "suspended", "client-tool"} {
		res := decode[mastra.AgentResult](t, testdata(t, "answers", name+".json"))
		require.Len(t, res.Pending(), 1)
		text, err := json.Marshal(res.Pending()[0])
		require.NoError(t, err)
		assert.Equal(t, res.Pending()[0], decode[mastra.Pending](t, text))
	}
}

func TestRunState_StatusKnowsWhetherTheRunHasEnded(t *testing.T) {
	ended := []mastra.RunStatus{mastra.RunSuccess, mastra.RunFailed, mastra.RunCanceled, mastra.RunTripwire, mastra.RunBailed, mastra.RunSkipped}
	for _, s := range ended {
		assert.True(t, s.Ended(), s)
	}
	for _, s := range []mastra.RunStatus{mastra.RunPending, mastra.RunRunning, mastra.RunWaiting, mastra.RunSuspended, mastra.RunPaused, "", "new"} {
		assert.False(t, s.Ended(), s)
	}
}
