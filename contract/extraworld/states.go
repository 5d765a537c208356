package extraworld

import (
	"encoding/json"
	"fmt"

	"github.com/mastra-go/mastra/mockserver"
)

type tally struct {
	Count float64  `json:"count"`
	Notes []string `json:"notes"`
}

// set makes a step that sets the shared state to what f makes of it.
func set(id string, f func(in number, state tally) tally) *mockserver.Step {
	return mockserver.NewStep(id, func(s *mockserver.StepCall, in number) (number, error) {
		var state tally
		if err := s.State(&state); err != nil {
			return in, err
		}
		if err := s.SetState(f(in, state)); err != nil {
			return in, err
		}
		if in.N == 13 {
			return in, fmt.Errorf("unlucky")
		}
		return in, nil
	}).State(tally{})
}

func ask() *mockserver.Step {
	type count struct {
		Count float64 `json:"count"`
	}
	type plus struct {
		Plus float64 `json:"plus"`
	}
	return mockserver.NewStep("ask", func(s *mockserver.StepCall, in number) (number, error) {
		var state tally
		if err := s.State(&state); err != nil || in.N <= 10 {
			return in, err
		}
		var answer plus
		if s.Resumed(&answer) {
			return in, s.SetState(tally{state.Count + answer.Plus, append(state.Notes, "answered")})
		}
		if err := s.SetState(tally{state.Count + 100, append(state.Notes, "asked")}); err != nil {
			return in, err
		}
		return in, s.Suspend(count{state.Count})
	}).State(tally{}).Suspends(count{}).Resumes(plus{})
}

// whole is a step that gives the whole state.
func whole() *mockserver.Step {
	return mockserver.NewStep("whole", func(s *mockserver.StepCall, _ any) (any, error) {
		var state json.RawMessage // whose members keep their order
		err := s.State(&state)
		return map[string]any{"state": state}, err
	})
}

// mark is a step that leaves its input in the state.
func mark(id string) *mockserver.Step {
	return mockserver.NewStep(id, func(s *mockserver.StepCall, in number) (number, error) {
		return number{in.N + 1}, s.SetState(map[string]float64{id: in.N})
	})
}

func stateWorkflows() []*mockserver.Workflow {
	tell := mockserver.NewStep("tell", func(s *mockserver.StepCall, _ number) (state tally, err error) {
		err = s.State(&state)
		return state, err
	}).State(tally{})
	note := set("note", func(in number, state tally) tally {
		return tally{state.Count + in.N, append(state.Notes, "note")}
	})
	tallied := mockserver.NewWorkflow[number, tally]("tally").State(tally{}).Then(note).Then(ask()).Then(tell)
	begin := mockserver.NewStep("begin", func(s *mockserver.StepCall, in number) (number, error) {
		return in, s.SetState(struct {
			tally
			Other bool `json:"other"`
		}{tally{in.N, []string{"begun"}}, true})
	})
	anything := loose()
	type value struct {
		Value any `json:"value"`
	}
	particular := mockserver.NewStep("particular", func(s *mockserver.StepCall, in value) (any, error) {
		return map[string]bool{"done": true}, s.SetState(in.Value)
	}).State(struct {
		Count float64 `json:"count"`
	}{})
	type big struct {
		Big any `json:"big"`
	}
	isBig := func(s *mockserver.StepCall) bool {
		var state big
		return s.State(&state) == nil && state.Big == true
	}
	list := mockserver.NewStep("list", func(s *mockserver.StepCall, _ any) ([]float64, error) {
		var in number
		err := s.InitData(&in)
		return []float64{1, in.N, 3}, err
	})
	return []*mockserver.Workflow{
		mockserver.NewWorkflow[number, any]("around").Then(begin).Then(tallied).Then(whole()),
		mockserver.NewWorkflow[number, any]("chosen").Branch(
			mockserver.If("async ({ state }) => state.big === true", isBig, mark("big")),
			mockserver.If("async ({ state }) => state.big !== true", func(s *mockserver.StepCall) bool { return !isBig(s) }, mark("small")),
		).Then(whole()),
		anything,
		mockserver.NewWorkflow[value, any]("picky").Then(particular).Then(whole()),
		mockserver.NewWorkflow[number, any]("spread").Parallel(mark("left"), mark("right")).Then(list).ForEach(seenItem(), 1).Then(whole()),
		tallied,
		mockserver.NewWorkflow[number, any]("wrapped").Then(begin).Then(anything).Then(whole()),
	}
}

func loose() *mockserver.Workflow {
	type a struct {
		A float64 `json:"a"`
	}
	first := mockserver.NewStep("set", func(s *mockserver.StepCall, in number) (number, error) {
		return in, s.SetState(a{in.N})
	})
	more := mockserver.NewStep("set-more", func(s *mockserver.StepCall, in number) (number, error) {
		type more struct {
			B *float64  `json:"b"`
			C []float64 `json:"c"`
		}
		next := more{C: []float64{in.N}}
		var state a
		if s.State(&state) == nil {
			b := state.A + 1
			next.B = &b
		}
		if err := s.SetState(next); err != nil {
			return in, err
		}
		if in.N < 0 {
			return in, fmt.Errorf("negative")
		}
		return in, nil
	})
	return mockserver.NewWorkflow[number, any]("loose").Then(first).Then(more).Then(whole())
}

func seenItem() *mockserver.Step {
	type item struct {
		Item float64 `json:"item"`
	}
	type value struct {
		Value float64 `json:"value"`
	}
	return mockserver.NewStep("seen", func(s *mockserver.StepCall, in float64) (float64, error) {
		var state struct {
			Seen []float64 `json:"seen"`
		}
		if err := s.State(&state); err != nil {
			return 0, err
		}
		state.Seen = append(state.Seen, in)
		if err := s.SetState(state); err != nil {
			return 0, err
		}
		var given value
		if s.Resumed(&given) {
			return given.Value, nil
		}
		if in < 0 {
			return 0, s.Suspend(item{in})
		}
		return 2 * in, nil
	}).Suspends(item{}).Resumes(value{})
}
