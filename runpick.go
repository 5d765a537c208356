package mastra

import (
	"fmt"
	"slices"
	"strings"
)

// pick finds the suspension that a request means, in a run that is suspended or works
// at another answer. Where there is none it says why, and of which kind the error is.
func (s *RunState) pick(req ResumeRequest) (at Suspension, refusal string, kind error) {
	at, refusal, kind = s.meant(req)
	if kind != nil {
		return at, refusal, kind
	}
	if first, before := s.resumedBefore(at); before {
		return at, fmt.Sprintf("item %d of step %q waits too, and the server would give it the answer to item %d: answer item %d first", first, at.Step, *at.ForEachIndex, first), ErrConflict
	}
	return at, "", nil
}

// meant is pick, whatever the server would do with the answer.
func (s *RunState) meant(req ResumeRequest) (at Suspension, refusal string, kind error) {
	all := s.places()
	if req.ForEachIndex != nil && *req.ForEachIndex < 0 {
		return at, "ForEachIndex is negative", ErrInvalidInput
	}
	if s.Status != RunSuspended && !(s.works() && len(all) > 0) {
		return at, "the run is not suspended, it is " + string(s.Status), ErrNotSuspended
	}
	if want := req.Suspension; want != nil {
		switch {
		case len(want.Path) == 0:
			return at, "the Suspension has no Path: pass it as Suspensions gave it, or name the Step", ErrInvalidInput
		case req.Step != "" && req.Step != want.Step, req.ForEachIndex != nil && (want.ForEachIndex == nil || *req.ForEachIndex != *want.ForEachIndex):
			return at, "the request names another step or item than its Suspension does", ErrInvalidInput
		}
		if want.WorkflowID != "" && s.WorkflowID != "" && want.WorkflowID != s.WorkflowID {
			return at, "that suspension is of workflow " + want.WorkflowID, ErrNotSuspended
		}
		if want.RunID != "" && want.RunID != s.RunID {
			return at, "that suspension is of run " + want.RunID, ErrNotSuspended
		}
		for _, at := range all {
			if want.same(at) {
				if at.ForEachIndex == nil {
					at.ForEachIndex = want.ForEachIndex
				}
				return at, "", nil
			}
		}
		return at, "that suspension of " + want.Step + " has been answered; " + waiting(all), ErrNotSuspended
	}
	named := named(all, req.Step)
	if i := req.ForEachIndex; i != nil && len(named) > 0 {
		at = named[0] // an item that does not wait is the server's to refuse
		if n := slices.IndexFunc(named, func(s Suspension) bool { return s.ForEachIndex != nil && *s.ForEachIndex == *i }); n >= 0 {
			at = named[n]
		}
		at.ForEachIndex = i
		return at, "", nil
	}
	switch {
	case len(named) == 1:
		return named[0], "", nil
	case len(named) > 1 && req.Step == "":
		return at, "the request names no step; " + waiting(all), ErrInvalidInput
	case len(named) > 1:
		return at, fmt.Sprintf("step %q waits in several places: name one by its Suspension, or give ForEachIndex; %s", req.Step, waiting(all)), ErrInvalidInput
	}
	return at, fmt.Sprintf("step %q is not suspended; %s", req.Step, waiting(all)), ErrNotSuspended
}

// works: the run is being carried out.
func (s *RunState) works() bool { return s.Status == RunRunning || s.Status == RunWaiting }

// hides: the run works within a step that the place is part of, and the record may not
// tell of the other places in it.
func (s *RunState) hides(at Suspension) bool {
	if !s.works() {
		return false
	}
	for n := 1; n <= len(at.Path); n++ {
		step := s.Steps[strings.Join(at.Path[:n], ".")]
		inside := n < len(at.Path) || at.ForEachIndex != nil
		if inside && (step.Status == RunRunning || step.Status == RunWaiting) {
			return true
		}
	}
	return false
}

// named are the suspensions that a name means: those of the step, or of the steps
// inside a nested workflow of that name. No name means all.
func named(all []Suspension, name string) []Suspension {
	var exact, inside []Suspension
	for _, at := range all {
		switch {
		case name == "" || at.Step == name:
			exact = append(exact, at)
		case at.Path[0] == name:
			inside = append(inside, at)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return inside
}

func waiting(all []Suspension) string {
	names := make([]string, len(all))
	for i, at := range all {
		names[i] = at.Step
		if at.ForEachIndex != nil {
			names[i] += fmt.Sprintf(" (item %d)", *at.ForEachIndex)
		}
	}
	return "the run waits at " + strings.Join(names, ", ")
}

// suspendsAgain: the step may be found suspended anew after it was resumed, and
// nothing tells the server which time a resume was meant for. A foreach item is
// told by its index; otherwise a step that has been resumed before, or stands in
// a loop, is such a step.
func (s *RunState) suspendsAgain(at Suspension) bool {
	if at.ForEachIndex != nil {
		return false
	}
	if step, ok := s.Steps[at.Step]; !ok || !step.ResumedAt.IsZero() {
		return true // or not told of
	}
	graph := stepGraph(s.Graph)
	return len(graph) == 0 && len(s.Graph) > 0 || inLoop(graph, at.Path)
}
