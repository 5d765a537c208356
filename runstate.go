package mastra

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	// State is the workflow's shared state; the server's record calls it
	// initialState, and shows how it stands now.
	State json.RawMessage `json:"initialState,omitempty"`
	// Steps by id; a nested workflow's steps are "outer.inner".
	Steps map[string]StepState `json:"steps,omitempty"`
	// SuspendedPaths gives, by suspended step, its place in the step graph.
	SuspendedPaths map[string][]int `json:"suspendedPaths,omitempty"`
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
	ResumePayload  json.RawMessage `json:"resumePayload,omitempty"`
	StartedAt      Time            `json:"startedAt,omitzero"`
	EndedAt        Time            `json:"endedAt,omitzero"`
	SuspendedAt    Time            `json:"suspendedAt,omitzero"`
	ResumedAt      Time            `json:"resumedAt,omitzero"`
	Metadata       json.RawMessage `json:"metadata,omitempty"`
}

// RunFailure is the error with which a run or a step failed.
type RunFailure struct {
	Name    string `json:"name,omitzero"`
	Message string `json:"message"`
	Code    string `json:"code,omitzero"`
}

func (f *RunFailure) Error() string {
	if f.Name == "" || f.Name == "Error" {
		return f.Message
	}
	return f.Name + ": " + f.Message
}

// UnmarshalJSON also takes the bare text that some steps fail with.
func (f *RunFailure) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &f.Message) == nil {
		return nil
	}
	type plain RunFailure
	if json.Unmarshal(data, (*plain)(f)) != nil {
		*f = RunFailure{Message: "unreadable failure"}
	}
	return nil
}

// Suspension is one place where a run waits for a resume. It encodes to JSON and
// back, so that it can be stored and answered by another process.
type Suspension struct {
	WorkflowID string `json:"workflowId,omitzero"`
	RunID      string `json:"runId"`
	// Step is the path of step ids: one for a step of the workflow itself,
	// several for a step of a nested workflow.
	Step []string `json:"step"`
	// ForEachIndex is the item of a foreach step; nil for other steps.
	ForEachIndex *int `json:"forEachIndex,omitempty"`
	// Payload is what the step suspended with.
	Payload json.RawMessage `json:"payload,omitempty"`
	// SuspendedAt tells this suspension from a later one of the same step.
	SuspendedAt Time `json:"suspendedAt,omitzero"`
}

// Err is nil unless the run ended without success: failed (the RunFailure is
// wrapped), canceled, or stopped by a tripwire. A suspended run is no error.
func (s *RunState) Err() error {
	switch s.Status {
	case RunFailed:
		if s.Failure != nil {
			return fmt.Errorf("mastra: workflow %s, run %s failed: %w", s.WorkflowID, s.RunID, s.Failure)
		}
		return fmt.Errorf("mastra: workflow %s, run %s failed", s.WorkflowID, s.RunID)
	case RunCanceled, RunTripwire:
		return fmt.Errorf("mastra: workflow %s, run %s: %s", s.WorkflowID, s.RunID, s.Status)
	}
	return nil
}

// Suspensions lists where the run waits, in the order of the step graph.
func (s *RunState) Suspensions() []Suspension {
	if s.Status != RunSuspended {
		return nil
	}
	ids := slices.Collect(maps.Keys(s.SuspendedPaths))
	if len(ids) == 0 {
		for id, step := range s.Steps {
			if step.Status == RunSuspended && !strings.Contains(id, ".") {
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(slices.Compare(s.SuspendedPaths[a], s.SuspendedPaths[b]), cmp.Compare(a, b))
	})
	out := make([]Suspension, 0, len(ids))
	for _, id := range ids {
		out = append(out, s.suspension(id))
	}
	return out
}

// suspension describes the suspended step id of the outermost workflow. The
// server keeps the place inside a nested workflow or a foreach in a member of
// the suspend payload.
func (s *RunState) suspension(id string) Suspension {
	step := s.Steps[id]
	var payload struct {
		Meta struct {
			Path         []string `json:"path"`
			ForEachIndex *int     `json:"foreachIndex"`
		} `json:"__workflow_meta"`
	}
	_ = json.Unmarshal(step.SuspendPayload, &payload) // a payload of another shape has no place
	out := Suspension{
		WorkflowID: s.WorkflowID, RunID: s.RunID,
		Step:         append([]string{id}, payload.Meta.Path...),
		ForEachIndex: payload.Meta.ForEachIndex,
		Payload:      withoutMeta(step.SuspendPayload),
		SuspendedAt:  step.SuspendedAt,
	}
	if inner, ok := s.Steps[strings.Join(out.Step, ".")]; ok && len(out.Step) > 1 {
		out.SuspendedAt = inner.SuspendedAt
		if out.ForEachIndex == nil {
			_ = json.Unmarshal(inner.SuspendPayload, &payload)
			out.ForEachIndex = payload.Meta.ForEachIndex
		}
	}
	return out
}

func withoutMeta(payload json.RawMessage) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(payload, &members) != nil || members["__workflow_meta"] == nil {
		return payload
	}
	delete(members, "__workflow_meta")
	out, err := marshal(members)
	if err != nil {
		return payload
	}
	return out
}

// UnmarshalJSON reads a run in each form the server gives it: its record, an
// entry of a list of runs, and the answer of a call that waited.
func (s *RunState) UnmarshalJSON(data []byte) error {
	type plain RunState
	var wire struct {
		plain
		Steps    map[string]json.RawMessage `json:"steps"`
		RawInput json.RawMessage            `json:"input"`
		State    json.RawMessage            `json:"state"`
		Snapshot *struct {
			plain
			Steps map[string]json.RawMessage `json:"context"`
		} `json:"snapshot"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*s = RunState(wire.plain)
	steps := wire.Steps
	if snap := wire.Snapshot; snap != nil {
		s.Status, s.Result, s.Failure = snap.Status, snap.Result, snap.Failure
		s.State, s.SuspendedPaths, s.Graph = snap.State, snap.SuspendedPaths, snap.Graph
		steps = snap.Steps
		s.Input = steps["input"]
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
		if err := json.Unmarshal(raw, &step); err != nil {
			return fmt.Errorf("step %q: %w", id, err)
		}
		s.Steps[id] = step
	}
	return nil
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
		return out, fmt.Errorf("mastra: run %s has no result yet: it is %s", s.RunID, s.Status)
	}
	if len(s.Result) == 0 {
		return out, fmt.Errorf("mastra: run %s returned nothing", s.RunID)
	}
	if err := json.Unmarshal(s.Result, &out); err != nil {
		return out, fmt.Errorf("mastra: the result of run %s does not fit: %w", s.RunID, err)
	}
	return out, nil
}

// ErrSuspended: the run has no result because it waits for a resume.
var ErrSuspended = errors.New("mastra: suspended")
