package mastra

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/tolerant"
)

// Suspension is one place where a run waits for a resume. It encodes to JSON and
// back, so that it can be stored and answered by another process.
type Suspension struct {
	WorkflowID string `json:"workflowId,omitzero"`
	RunID      string `json:"runId"`
	// Path is the list of step ids: one for a step of the workflow itself, several
	// for a step of a nested workflow. It is what is sent.
	Path []string `json:"path"`
	// Step is the same for reading and naming: the ids joined by dots.
	Step string `json:"step"`
	// ForEachIndex is the item of a foreach step; nil for other steps. Beware: of a
	// foreach inside a nested workflow the server does not look at it, and gives the
	// answer to every item that waits. Of items that are workflows it resumes the first
	// that waits, whichever is named: an answer to another gives [ErrConflict].
	ForEachIndex *int `json:"forEachIndex,omitempty"`
	// Payload is what the step suspended with.
	Payload json.RawMessage `json:"payload,omitempty"`
	// SuspendedAt tells this suspension from a later one of the same place. It is zero
	// inside a nested workflow where the run was read in a form that does not tell of
	// the steps there: the answer of a call that waited, an entry of a list.
	SuspendedAt Time `json:"suspendedAt,omitzero"`
}

// Suspensions lists every place where the run waits, in the order of the step graph:
// each item of a foreach, and each step inside a nested workflow, with its own
// payload. [Run.Get] and [Run.Wait] tell of all. The answers of calls that waited and
// entries of lists tell of one place in each nested workflow only, and so does the
// server of each item of a foreach whose items are workflows.
func (s *RunState) Suspensions() []Suspension {
	if s.Status != RunSuspended {
		return nil
	}
	return s.places()
}

// places are those where the run waits, or would if it did not work at an answer to
// one of them.
func (s *RunState) places() []Suspension {
	w := places{run: s}
	w.walk(stepGraph(s.Graph), nil)
	if len(w.found) == 0 { // no graph, or one that is not understood
		for _, id := range s.waitingSteps() {
			w.place(graphStep{ID: id}, nil)
		}
	}
	return w.found
}

// same tells whether two suspensions are one: same step, item and moment. A
// moment that is not known, on either side, does not count.
func (a Suspension) same(b Suspension) bool {
	sameIndex := a.ForEachIndex == nil || b.ForEachIndex == nil || *a.ForEachIndex == *b.ForEachIndex
	sameTime := a.SuspendedAt.IsZero() || b.SuspendedAt.IsZero() || a.SuspendedAt.Equal(b.SuspendedAt.Time)
	return slices.Equal(a.Path, b.Path) && sameIndex && sameTime
}

// waitingSteps are the steps of the outermost workflow that wait.
func (s *RunState) waitingSteps() []string {
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
	return ids
}

// places collects where a run waits.
type places struct {
	run   *RunState
	found []Suspension
}

// walk looks at the steps of one workflow, which stands at a path.
func (w *places) walk(graph []graphStep, path []string) {
	for _, step := range graph {
		w.place(step, path)
	}
}

// place looks at one step.
func (w *places) place(step graphStep, above []string) {
	path := append(slices.Clip(above), step.ID)
	state, ok := w.run.Steps[strings.Join(path, ".")]
	if !ok || !state.waits() {
		return
	}
	if !step.ForEach { // of a nested workflow its own steps tell more
		before := len(w.found)
		w.walk(step.Flow, path)
		if len(w.found) > before {
			return
		}
	}
	place := placeOf(state.SuspendPayload)
	for _, i := range place.waitingItems() {
		item := place.Items[i]
		inside := placeOf(item.SuspendPayload).Path // the items are workflows, or stand in one
		if len(inside) == 0 {
			inside = place.Path
		}
		w.add(append(slices.Clip(path), inside...), &i, item)
	}
	if len(place.Items) > 0 {
		return
	}
	if len(place.Path) > 0 {
		path = append(slices.Clip(path), place.Path...)
		state.SuspendedAt = Time{} // it moves whenever a step beside it is answered
		if inner, ok := w.run.Steps[strings.Join(path, ".")]; ok {
			state = inner
		}
	}
	w.add(path, place.Index, state)
}

func (w *places) add(path []string, index *int, state StepState) {
	w.found = append(w.found, Suspension{
		WorkflowID: w.run.WorkflowID, RunID: w.run.RunID, Path: path, Step: strings.Join(path, "."),
		ForEachIndex: index, Payload: withoutMeta(state.SuspendPayload), SuspendedAt: state.SuspendedAt,
	})
}

// waits: the step is suspended. A nested workflow whose steps wait stands in the
// record as running.
func (s *StepState) waits() bool {
	return s.Status == RunSuspended || s.Status == RunRunning && len(placeOf(s.SuspendPayload).Path) > 0
}

// suspendedPlace is the member of a suspend payload in which the server keeps where,
// inside a nested workflow or a foreach, a step waits.
type suspendedPlace struct {
	Path  []string    `json:"path"`
	Index *int        `json:"foreachIndex"`
	Items []StepState `json:"foreachOutput"`
}

func placeOf(payload json.RawMessage) suspendedPlace {
	var members struct {
		Place suspendedPlace `json:"__workflow_meta"`
	}
	_, _ = tolerant.Unmarshal(payload, &members) // a payload of another shape has no place
	return members.Place
}

// resumedBefore gives the item of a foreach that the server would resume in place of
// the one that waits at a place. Of items that are workflows it resumes the run of the
// first that waits, whichever is named.
func (s *RunState) resumedBefore(at Suspension) (first int, before bool) {
	if at.ForEachIndex == nil {
		return 0, false
	}
	for n := range at.Path {
		place := placeOf(s.Steps[strings.Join(at.Path[:n+1], ".")].SuspendPayload)
		if waiting := place.waitingItems(); slices.Contains(waiting, *at.ForEachIndex) {
			first = waiting[0]
			return first, first != *at.ForEachIndex && len(placeOf(place.Items[first].SuspendPayload).Path) > 0
		}
	}
	return 0, false
}

// waitingItems are the indexes of the items that wait.
func (p *suspendedPlace) waitingItems() []int {
	var out []int
	for i := range p.Items {
		if p.Items[i].waits() {
			out = append(out, i)
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
	out, _ := call.Marshal(members) // it has been JSON before
	return out
}
