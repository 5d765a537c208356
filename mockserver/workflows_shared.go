package mockserver

import (
	"sync"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// sharedState is what the steps of a run share. A nested workflow that declares no
// state has that of the workflow around it. The value is never changed in place.
type sharedState struct {
	mu    sync.Mutex
	value any
}

func newSharedState(value any) *sharedState {
	if value == nil || value == js.Undefined {
		value = js.Obj()
	}
	return &sharedState{value: value}
}

func (s *sharedState) get() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}

// assign does what Object.assign does: members of the update replace those of the
// state. A state that is no object stays as it is; one that is a text cannot even
// be assigned to itself.
func (s *sharedState) assign(update any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if update == js.Undefined {
		update = s.value
	}
	switch value := s.value.(type) {
	case *js.Object:
		if members, ok := update.(*js.Object); ok {
			s.value = value.Clone().Merge(members)
		}
	case []any:
		if items, ok := update.([]any); ok {
			s.value = append(append([]any(nil), items...), value[min(len(items), len(value)):]...)
		}
	case string:
		if text, ok := update.(string); ok && text != "" {
			return said("Cannot assign to read only property '0' of object '[object String]'")
		}
	}
	return nil
}

// stateShown is the state as runs show it, which is not at all where it is empty.
func stateShown(value any) any {
	switch v := value.(type) {
	case *js.Object:
		return js.When(v.Len() > 0, v)
	case []any:
		return js.When(len(v) > 0, v)
	case string:
		return js.When(v != "", v)
	}
	return js.Undefined
}

// State decodes the state that the run's steps share into v. A step does not see
// what it sets itself.
func (s *StepCall) State(v any) error { return js.Into(s.execution.state.get(), v) }

// SetState sets the shared state for the steps that follow: the members of v
// replace those that are there, and the others stay. It takes effect when the step
// ends or suspends, and not where it fails. Where the step declares a state and v
// does not fit, it returns the error with which the step should fail.
func (s *StepCall) SetState(v any) error {
	value, err := js.From(v)
	if err != nil {
		return err
	}
	s.update = js.Undefined
	if !truthy(value) {
		return nil
	}
	if s.node != nil && s.node.state != nil {
		parsed, issues := s.node.state.Parse(value)
		if len(issues) > 0 {
			return said("Step state data validation failed: \n%s", zod.Lines(issues))
		}
		value = parsed
	}
	s.update = value
	return nil
}

// initialState validates the state that a client gives with a start.
func (w *Workflow) initialState(given any) (*sharedState, error) {
	state := newSharedState(given)
	if w.state == nil {
		return state, nil
	}
	parsed, issues := w.state.Parse(state.value)
	if len(issues) > 0 {
		return nil, invalidData("initial data", issues)
	}
	return newSharedState(parsed), nil
}

// nestedState is the state of a nested workflow that begins: the one around it, or
// what its own schema leaves of that.
func (x *execution) nestedState(w *Workflow) (*sharedState, error) {
	if w.state == nil {
		return x.state, nil
	}
	return w.initialState(x.state.get())
}
