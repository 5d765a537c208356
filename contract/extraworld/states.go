package contract

import (
	"encoding/json"
	"fmt"

	"github.com/mastra-go/mastra/mockserver"
)

type extraTally struct {
	Count float64  `json:"count"`
	Notes []string `json:"notes"`
}

// extraSet makes a step that sets the shared state to what f makes of it.
func extraSet(id string, f func(in extraN, state extraTally) extraTally) *mockserver.Step {
	return mockserver.NewStep(id, func(s *mockserver.StepCall, in extraN) (extraN, error) {
		var state extraTally
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
	}).State(extraTally{})
}

func extraAsk() *mockserver.Step {
	type count struct {
		Count float64 `json:"count"`
	}
	type plus struct {
		Plus float64 `json:"plus"`
	}
	return mockserver.NewStep("ask", func(s *mockserver.StepCall, in extraN) (extraN, error) {
		var state extraTally
		if err := s.State(&state); err != nil || in.N <= 10 {
			return in, err
		}
		var answer plus
		if s.Resumed(&answer) {
			return in, s.SetState(extraTally{state.Count + answer.Plus, append(state.Notes, "answered")})
		}
		if err := s.SetState(extraTally{state.Count + 100, append(state.Notes, "asked")}); err != nil {
			return in, err
		}
		return in, s.Suspend(count{state.Count})
	}).State(extraTally{}).Suspends(count{}).Resumes(plus{})
}

// extraWhole is a step that gives the whole state.
func extraWhole() *mockserver.Step {
	return mockserver.NewStep("whole", func(s *mockserver.StepCall, _ any) (any, error) {
		var state json.RawMessage // whose members keep their order
		err := s.State(&state)
		return map[string]any{"state": state}, err
	})
}

func extraStates() []*mockserver.Workflow {
	tell := mockserver.NewStep("tell", func(s *mockserver.StepCall, _ extraN) (state extraTally, err error) {
		err = s.State(&state)
		return state, err
	}).State(extraTally{})
	note := extraSet("note", func(in extraN, state extraTally) extraTally {
		return extraTally{state.Count + in.N, append(state.Notes, "note")}
	})
	tally := mockserver.NewWorkflow[extraN, extraTally]("tally").State(extraTally{}).Then(note).Then(extraAsk()).Then(tell)
	begin := mockserver.NewStep("begin", func(s *mockserver.StepCall, in extraN) (extraN, error) {
		return in, s.SetState(struct {
			extraTally
			Other bool `json:"other"`
		}{extraTally{in.N, []string{"begun"}}, true})
	})
	loose := extraLoose()
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
	mark := func(id string) *mockserver.Step {
		return mockserver.NewStep(id, func(s *mockserver.StepCall, in extraN) (extraN, error) {
			return extraN{in.N + 1}, s.SetState(map[string]float64{id: in.N})
		})
	}
	list := mockserver.NewStep("list", func(s *mockserver.StepCall, _ any) ([]float64, error) {
		var in extraN
		err := s.InitData(&in)
		return []float64{1, in.N, 3}, err
	})
	return []*mockserver.Workflow{
		mockserver.NewWorkflow[extraN, any]("around").Then(begin).Then(tally).Then(extraWhole()),
		mockserver.NewWorkflow[extraN, any]("chosen").Branch(
			mockserver.If("async ({ state }) => state.big === true", isBig, mark("big")),
			mockserver.If("async ({ state }) => state.big !== true", func(s *mockserver.StepCall) bool { return !isBig(s) }, mark("small")),
		).Then(extraWhole()),
		loose,
		mockserver.NewWorkflow[value, any]("picky").Then(particular).Then(extraWhole()),
		mockserver.NewWorkflow[extraN, any]("spread").Parallel(mark("left"), mark("right")).Then(list).ForEach(extraSeenItem(), 1).Then(extraWhole()),
		tally,
		mockserver.NewWorkflow[extraN, any]("wrapped").Then(begin).Then(loose).Then(extraWhole()),
	}
}

func extraLoose() *mockserver.Workflow {
	type a struct {
		A float64 `json:"a"`
	}
	set := mockserver.NewStep("set", func(s *mockserver.StepCall, in extraN) (extraN, error) {
		return in, s.SetState(a{in.N})
	})
	more := mockserver.NewStep("set-more", func(s *mockserver.StepCall, in extraN) (extraN, error) {
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
	return mockserver.NewWorkflow[extraN, any]("loose").Then(set).Then(more).Then(extraWhole())
}

func extraSeenItem() *mockserver.Step {
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
