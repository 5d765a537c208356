package mastra

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// pick finds the suspension that a request means. Where there is none it says
// why, and of which kind the error is.
func (s *RunState) pick(req ResumeRequest) (at Suspension, refusal string, kind error) {
	all := s.Suspensions()
	if req.ForEachIndex != nil && *req.ForEachIndex < 0 {
		return at, "ForEachIndex is negative", ErrInvalidInput
	}
	if s.Status != RunSuspended {
		return at, "the run is not suspended, it is " + string(s.Status), ErrNotSuspended
	}
	if want := req.Suspension; want != nil {
		if want.RunID != "" && want.RunID != s.RunID {
			return at, "that suspension is of run " + want.RunID, ErrNotSuspended
		}
		for _, at := range all {
			if want.same(at) {
				return at, "", nil
			}
		}
		return at, "that suspension of " + want.Step + " has been answered; " + waiting(all), ErrNotSuspended
	}
	if req.Step == "" && len(all) > 1 {
		return at, "the request names no step; " + waiting(all), ErrInvalidInput
	}
	for _, at := range all {
		if req.Step == "" || at.Step == req.Step || at.Path[0] == req.Step {
			if req.ForEachIndex != nil {
				at.ForEachIndex = req.ForEachIndex
			}
			return at, "", nil
		}
	}
	return at, fmt.Sprintf("step %q is not suspended; %s", req.Step, waiting(all)), ErrNotSuspended
}

func waiting(all []Suspension) string {
	names := make([]string, len(all))
	for i, at := range all {
		names[i] = at.Step
	}
	return "the run waits at " + strings.Join(names, ", ")
}

// same tells whether two suspensions are one: same step, item and moment. A
// moment that is not known, on either side, does not count.
func (a Suspension) same(b Suspension) bool {
	sameIndex := a.ForEachIndex == nil || b.ForEachIndex == nil || *a.ForEachIndex == *b.ForEachIndex
	sameTime := a.SuspendedAt.IsZero() || b.SuspendedAt.IsZero() || a.SuspendedAt.Equal(b.SuspendedAt.Time)
	return slices.Equal(a.Path, b.Path) && sameIndex && sameTime
}

// suspendsAgain: the step may be found suspended anew after it was resumed, and
// nothing tells the server which time a resume was meant for. A foreach item is
// told by its index; otherwise a step that has been resumed before, or stands in
// a loop, is such a step.
func (s *RunState) suspendsAgain(at Suspension) bool {
	if at.ForEachIndex != nil {
		return false
	}
	for i := range at.Path {
		if !s.Steps[strings.Join(at.Path[:i+1], ".")].ResumedAt.IsZero() {
			return true
		}
	}
	return inLoop(s.Graph, at.Path)
}

// inLoop looks for a loop in a step graph, and in the nested ones, that holds the
// step.
func inLoop(graph json.RawMessage, step []string) bool {
	var entries []struct {
		Type  string            `json:"type"`
		ID    string            `json:"id"`
		Step  json.RawMessage   `json:"step"`
		Steps []json.RawMessage `json:"steps"`
		Inner json.RawMessage   `json:"serializedStepFlow"`
	}
	if json.Unmarshal(graph, &entries) != nil {
		return len(graph) > 0 // not understood: take no risk
	}
	for _, e := range entries {
		if e.Type == "loop" && strings.Contains(string(e.Step), `"`+step[0]+`"`) {
			return true
		}
		for _, branch := range e.Steps {
			if inLoop(json.RawMessage("["+string(branch)+"]"), step) {
				return true
			}
		}
		if e.ID == step[0] && len(step) > 1 && len(e.Inner) > 0 && inLoop(e.Inner, step[1:]) {
			return true
		}
	}
	return false
}
