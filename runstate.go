package mastra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/tolerant"
	"github.com/mastra-go/mastra/internal/veil"
	"github.com/mastra-go/mastra/stream"
)

// RunStatus is where a workflow run stands.
type RunStatus string

// The statuses a run can have. A run that waits for a resume is suspended.
const (
	RunPending   RunStatus = "pending"
	RunRunning   RunStatus = "running"
	RunWaiting   RunStatus = "waiting" // in a sleep
	RunSuspended RunStatus = "suspended"
	RunPaused    RunStatus = "paused" // after one step of a run started with PerStep
	RunSuccess   RunStatus = "success"
	RunFailed    RunStatus = "failed"
	RunCanceled  RunStatus = "canceled"
	RunTripwire  RunStatus = "tripwire"
	RunBailed    RunStatus = "bailed"
	RunSkipped   RunStatus = "skipped"
)

// Ended tells whether the run will not go on by itself nor by a resume.
func (s RunStatus) Ended() bool {
	switch s {
	case RunSuccess, RunFailed, RunCanceled, RunTripwire, RunBailed, RunSkipped:
		return true
	}
	return false
}

// settled: nothing more happens unless somebody acts.
func (s RunStatus) settled() bool { return s.Ended() || s == RunSuspended || s == RunPaused }

// RunState is a workflow run as the server knows it. Start, Resume, Wait, Get
// and ListRuns return the same type. It encodes to JSON and back.
//
// What a run that was just driven to its end through a stream tells is enough
// for Status, Input, Result, Failure and Steps; CreatedAt, UpdatedAt, ResourceID
// and the raw paths are there when the state was read from the server's record,
// which Get, Wait, Resume, ListRuns and every suspended run do.
type RunState struct {
	RunID      string    `json:"runId"`
	WorkflowID string    `json:"workflowName,omitzero"`
	ResourceID string    `json:"resourceId,omitzero"`
	Status     RunStatus `json:"status"`
	// Input is what the run was started with.
	Input json.RawMessage `json:"payload,omitempty"`
	// Result is what the workflow returned; nil unless Status is RunSuccess.
	Result json.RawMessage `json:"result,omitempty"`
	// Failure says why Status is RunFailed.
	Failure *RunFailure `json:"error,omitempty"`
	// Tripwire says why a processor stopped the run, where Status is RunTripwire.
	Tripwire *stream.Tripwire `json:"tripwire,omitempty"`
	// State is the workflow's shared state; the server's record calls it
	// initialState, and shows how it stands now.
	State json.RawMessage `json:"initialState,omitempty"`
	// Steps by id; a nested workflow's steps are "outer.inner".
	Steps map[string]StepState `json:"steps,omitempty"`
	// ExecutionPath lists the steps in the order in which they ran; empty where
	// they ran in parallel, in branches or in a foreach.
	ExecutionPath []string `json:"stepExecutionPath,omitempty"`
	// SuspendedPaths gives, by suspended step, its place in the step graph;
	// ActivePaths and WaitingPaths do so for steps in progress and in a sleep.
	SuspendedPaths map[string][]int `json:"suspendedPaths,omitempty"`
	ActivePaths    map[string][]int `json:"activeStepsPath,omitempty"`
	WaitingPaths   map[string][]int `json:"waitingPaths,omitempty"`
	// ResumeLabels names the steps to which the workflow has given labels.
	ResumeLabels map[string]ResumeLabel `json:"resumeLabels,omitempty"`
	// Graph is the workflow's step graph as it was for this run.
	Graph     json.RawMessage `json:"serializedStepGraph,omitempty"`
	CreatedAt Time            `json:"createdAt,omitzero"`
	UpdatedAt Time            `json:"updatedAt,omitzero"`
	TraceID   string          `json:"traceId,omitzero"`
	SpanID    string          `json:"spanId,omitzero"`
}

// StepState is one step of a run.
type StepState struct {
	Status         RunStatus       `json:"status"`
	Input          json.RawMessage `json:"payload,omitempty"`
	Output         json.RawMessage `json:"output,omitempty"`
	Failure        *RunFailure     `json:"error,omitempty"`
	SuspendPayload json.RawMessage `json:"suspendPayload,omitempty"`
	// SuspendOutput is what a suspended step has put out so far.
	SuspendOutput json.RawMessage `json:"suspendOutput,omitempty"`
	ResumePayload json.RawMessage `json:"resumePayload,omitempty"`
	// Tripwire says why a processor stopped the step.
	Tripwire    *stream.Tripwire `json:"tripwire,omitempty"`
	StartedAt   Time             `json:"startedAt,omitzero"`
	EndedAt     Time             `json:"endedAt,omitzero"`
	SuspendedAt Time             `json:"suspendedAt,omitzero"`
	ResumedAt   Time             `json:"resumedAt,omitzero"`
	// Metadata holds such as iterationCount.
	Metadata json.RawMessage `json:"metadata,omitempty"`
}

// ResumeLabel is what a workflow has given a label: a step, or an item of a
// foreach step.
type ResumeLabel struct {
	Step         string `json:"stepId,omitzero"`
	ForEachIndex *int   `json:"foreachIndex,omitempty"`
}

// Err is nil unless the run ended without success: failed (a [*RunFailure] is
// wrapped), canceled, or stopped by a tripwire (a [*TripwireError] is wrapped). A
// suspended run is no error.
func (s *RunState) Err() error {
	which := "a run"
	if s.RunID != "" {
		which = "workflow " + s.WorkflowID + ", run " + s.RunID
	}
	switch s.Status {
	case RunFailed:
		if s.Failure != nil {
			return failed(http.StatusBadGateway, "mastra: %s failed: %w", which, s.Failure)
		}
		return failed(http.StatusBadGateway, "mastra: %s failed", which)
	case RunTripwire:
		if s.Tripwire != nil {
			return fmt.Errorf("mastra: %s: %w", which, s.Tripwire.Err())
		}
		return failed(http.StatusUnprocessableEntity, "mastra: %s: %s", which, s.Status)
	case RunCanceled:
		return failed(http.StatusBadGateway, "mastra: %s: %s", which, s.Status)
	}
	return nil
}

// UnmarshalJSON reads a run in each form the server gives it: its record, an
// entry of a list of runs, and the answer of a call that waited. A member that cannot
// be read costs itself.
func (s *RunState) UnmarshalJSON(data []byte) error {
	type plain RunState
	var wire struct {
		plain
		Steps    map[string]json.RawMessage `json:"steps"`
		RawInput json.RawMessage            `json:"input"`
		State    json.RawMessage            `json:"state"`
		Snapshot json.RawMessage            `json:"snapshot"`
	}
	if _, err := tolerant.Unmarshal(data, &wire); err != nil {
		return err
	}
	*s = RunState(wire.plain)
	steps := wire.Steps
	if wire.Snapshot != nil {
		if inside, err := s.restore(wire.Snapshot); err == nil { // else it costs itself
			steps = inside
		}
	}
	if s.Input == nil {
		s.Input = wire.RawInput
	}
	if s.State == nil {
		s.State = wire.State
	}
	delete(steps, "input") // the server puts the run's input among the steps
	s.Steps = nil
	if steps != nil {
		s.Steps = make(map[string]StepState, len(steps))
	}
	for id, raw := range steps {
		var step StepState
		if _, err := tolerant.Unmarshal(raw, &step); err == nil {
			s.Steps[id] = step
		}
	}
	if s.Status == RunTripwire && s.Tripwire == nil {
		s.Tripwire = s.stepTripwire() // the record of a run has it at the step alone
	}
	return nil
}

// stepTripwire is the tripwire of the step that a processor stopped first.
func (s *RunState) stepTripwire() *stream.Tripwire {
	var first StepState
	for id, step := range s.Steps {
		if step.Tripwire != nil && !strings.Contains(id, ".") && (first.Tripwire == nil || step.EndedAt.Before(first.EndedAt.Time)) {
			first = step
		}
	}
	return first.Tripwire
}

// restore takes over what an entry of a list keeps in its snapshot, which some
// storage gives as JSON inside a text, and returns the steps.
func (s *RunState) restore(snapshot json.RawMessage) (map[string]json.RawMessage, error) {
	if inner, ok := jsonstring.Inside(snapshot); ok {
		snapshot = inner
	}
	type plain RunState
	var snap struct {
		plain
		Steps map[string]json.RawMessage `json:"context"`
		State json.RawMessage            `json:"value"`
		Trace struct {
			TraceID string `json:"traceId"`
			SpanID  string `json:"spanId"`
		} `json:"tracingContext"`
	}
	if len(snapshot) == 0 {
		return nil, nil
	}
	if _, err := tolerant.Unmarshal(snapshot, &snap); err != nil {
		return nil, err
	}
	record := *s
	*s = RunState(snap.plain)
	s.RunID, s.WorkflowID, s.ResourceID = record.RunID, record.WorkflowID, record.ResourceID
	s.CreatedAt, s.UpdatedAt = record.CreatedAt, record.UpdatedAt
	s.TraceID, s.SpanID = snap.Trace.TraceID, snap.Trace.SpanID
	s.Input = snap.Steps["input"]
	if string(snap.State) != "{}" {
		s.State = snap.State
	}
	return snap.Steps, nil
}

// ResultAs decodes what the workflow returned into a T. A run that has not
// succeeded gives its error, a suspended one [ErrSuspended].
func ResultAs[T any](s *RunState) (T, error) {
	var out T
	if err := s.Err(); err != nil {
		return out, err
	}
	if s.Status == RunSuspended {
		return out, fmt.Errorf("%w: run %s waits for a resume", ErrSuspended, s.RunID)
	}
	if s.Status != RunSuccess && s.Status != RunBailed {
		return out, failed(http.StatusConflict, "mastra: run %s has no result yet: it is %s", s.RunID, s.Status)
	}
	if len(s.Result) == 0 {
		return out, failed(http.StatusBadGateway, "mastra: run %s returned nothing", s.RunID)
	}
	if err := json.Unmarshal(s.Result, &out); err != nil {
		return out, failed(http.StatusBadGateway, "mastra: the result of run %s does not fit: %w", s.RunID, call.WithoutValue(err))
	}
	return out, nil
}

// ErrSuspended: the run has no result because it waits for a resume.
var ErrSuspended = errors.New("mastra: suspended")

func (s *RunState) hide(through func() *veil.Veil) {
	s.Failure, s.Tripwire = s.Failure.without(through), tripwireWithout(s.Tripwire, through)
	for id, step := range s.Steps {
		if step.Failure != nil || step.Tripwire != nil {
			step.Failure, step.Tripwire = step.Failure.without(through), tripwireWithout(step.Tripwire, through)
			s.Steps[id] = step
		}
	}
}

func tripwireWithout(t *stream.Tripwire, through func() *veil.Veil) *stream.Tripwire {
	if t == nil {
		return nil
	}
	clean := *t
	clean.Reason, clean.ProcessorID = through().Text(t.Reason), through().Text(t.ProcessorID)
	return &clean
}
