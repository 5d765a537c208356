package extraworld

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

func shapeWorkflows() []*mockserver.Workflow {
	crew := mockserver.NewWorkflow[number, number]("crew").Then(join()).Then(double())
	leftWing := mockserver.NewWorkflow[number, number]("leftWing").Sleep(60 * time.Millisecond).As("wing-nap").Then(mark("feather"))
	always := func(*mockserver.StepCall) bool { return true }
	never := func(*mockserver.StepCall) bool { return false }
	over := func(n float64) func(number) bool { return func(in number) bool { return in.N > n } }
	inner, named := names(always, never)
	return []*mockserver.Workflow{
		mockserver.NewWorkflow[number, any]("abreast").Parallel(bailer("one"), mark("two")).Then(whole()),
		mockserver.NewWorkflow[[]number, any]("armada").ForEach(crew, 3),
		crew,
		mockserver.NewWorkflow[[]number, any]("fleet").ForEach(crew, 1).Then(whole()),
		mockserver.NewWorkflow[number, any]("forked").Branch(
			mockserver.When("async ({ inputData }) => inputData.n > 0", over(0), door()),
			mockserver.When("async ({ inputData }) => inputData.n > 1", over(1), mark("path")),
			mockserver.When("async ({ inputData }) => inputData.n > 2", over(2), bailer("exit")),
			mockserver.If("async () => {\n      throw new Error(\"no way\");\n    }", func(*mockserver.StepCall) bool { panic("no way") }, mark("never")),
		).Then(whole()),
		inner,
		leftWing,
		named,
		mockserver.NewWorkflow[number, any]("oddly").Then(odd()),
		mockserver.NewWorkflow[[]number, any]("queue").ForEach(each(), 1).Then(whole()),
		results(),
		mockserver.NewWorkflow[number, any]("split").Branch(
			mockserver.If("async () => true", always, nap()),
			mockserver.If("async () => true", always, mark("quick")),
		),
		mockserver.NewWorkflow[number, any]("stubborn").Then(attempt()).Retries(2, time.Millisecond),
		mockserver.NewWorkflow[number, any]("twin").Parallel(nap(), mark("quick")),
		mockserver.NewWorkflow[number, any]("wings").Parallel(leftWing, climb(), mark("tail")).Then(whole()),
	}
}

func join() *mockserver.Step {
	type who struct {
		Who float64 `json:"who"`
	}
	type as struct {
		As float64 `json:"as"`
	}
	return mockserver.NewStep("join", func(s *mockserver.StepCall, in number) (number, error) {
		var state struct {
			Crew []float64 `json:"crew"`
		}
		if err := s.State(&state); err != nil {
			return in, err
		}
		state.Crew = append(state.Crew, in.N)
		if err := s.SetState(state); err != nil {
			return in, err
		}
		var given as
		switch {
		case s.Resumed(&given):
			return number{given.As}, nil
		case in.N < 0:
			return in, s.Suspend(who{in.N}, fmt.Sprintf("crew%g", in.N))
		case in.N == 0:
			return in, s.Bail(number{100})
		case in.N == 13:
			return in, fmt.Errorf("unlucky")
		}
		return in, nil
	}).Suspends(who{}).Resumes(as{})
}

func bailer(id string) *mockserver.Step {
	return mockserver.NewStep(id, func(s *mockserver.StepCall, in number) (number, error) {
		if err := s.SetState(map[string]string{id: "bailed"}); err != nil {
			return in, err
		}
		return in, s.Bail(number{-in.N})
	})
}

func each() *mockserver.Step {
	return mockserver.NewStep("each", func(s *mockserver.StepCall, in number) (number, error) {
		if in.N == 0 {
			return in, s.Bail(number{100})
		}
		return in, nil
	})
}

func door() *mockserver.Step {
	type knock struct {
		Knock bool `json:"knock"`
	}
	type open struct {
		Open bool `json:"open"`
	}
	return mockserver.NewStep("door", func(s *mockserver.StepCall, _ number) (any, error) {
		var answer open
		if !s.Resumed(&answer) {
			return nil, s.Suspend(knock{true})
		}
		if !answer.Open {
			return nil, fmt.Errorf("stays shut")
		}
		return answer, nil
	}).Suspends(knock{}).Resumes(open{})
}

// input gives on what it gets.
func input(s *mockserver.StepCall) (any, error) {
	var in json.RawMessage
	err := s.Input(&in)
	return in, err
}

func names(always, never func(*mockserver.StepCall) bool) (inner, named *mockserver.Workflow) {
	type mood struct {
		Mood string `json:"mood,omitempty"`
	}
	described := mockserver.NewStep("described", func(_ *mockserver.StepCall, in json.RawMessage) (any, error) { return in, nil }).
		Describe("Has a description").State(mood{})
	inner = mockserver.NewWorkflow[any, any]("inner").Describe("Lies within").State(mood{}).
		Then(described).
		Map("async ({ inputData }) => inputData", input)
	give := func(v any) func(*mockserver.StepCall) (any, error) {
		return func(*mockserver.StepCall) (any, error) { return v, nil }
	}
	named = mockserver.NewWorkflow[number, any]("named").Describe("Has names").
		Parallel(mark("p1"), mark("p2")).As("both").
		Map("async () => ({ n: 1 })", give(number{1})).
		Branch(mockserver.If("async () => true", always, mark("b1"))).As("fork").
		Map("async () => ({ n: 1 })", give(number{1})).
		DoWhile("async () => false", mark("w1"), never).As("while").
		Map("async () => [{ n: 1 }]", give([]number{{1}})).
		ForEach(each(), 2).As("each-of").
		Map("async () => ({ n: 1 })", give(number{1})).As("mapping_named_4").
		Map("async () => ({ n: 2 })", give(number{2})).
		Sleep(time.Millisecond).As("short").
		Then(inner)
	return inner, named
}

func attempt() *mockserver.Step {
	return mockserver.NewStep("attempt", func(s *mockserver.StepCall, in number) (any, error) {
		if err := s.SetState(map[string]bool{fmt.Sprintf("try%d", s.Attempt): true}); err != nil {
			return nil, err
		}
		given := in
		if !s.Resumed(&given) && in.N == 5 {
			return nil, s.Suspend(struct{}{})
		}
		if float64(s.Attempt) < given.N {
			return nil, fmt.Errorf("try %d", s.Attempt)
		}
		return map[string]int{"retryCount": s.Attempt}, nil
	}).Resumes(number{})
}

func odd() *mockserver.Step {
	type told struct {
		List []struct {
			K string `json:"k"`
		} `json:"list"`
	}
	return mockserver.NewStep("odd", func(s *mockserver.StepCall, in number) (any, error) {
		var data json.RawMessage
		switch {
		case s.Resumed(&data):
			return map[string]any{"resumed": data}, nil
		case in.N == 1:
			return nil, s.Suspend(json.RawMessage(`{"list":[{"k":"a"},{"k":2}]}`))
		case in.N == 2:
			return nil, s.Suspend(nil)
		case in.N == 3:
			return nil, s.Suspend(json.RawMessage(`{"list":[{"k":"a","more":1}],"other":true}`))
		}
		return in, nil
	}).Suspends(told{})
}

func results() *mockserver.Workflow {
	const text = "async ({ getStepResult }) => ({\n  m: getStepResult(\"m\"),\n  s: getStepResult(\"s\"),\n  climb: getStepResult(\"climb\"),\n  up: getStepResult(\"up\"),\n  each: getStepResult(\"each\"),\n  self: getStepResult(\"r\")\n})"
	return mockserver.NewWorkflow[number, any]("results").
		Map("async ({ inputData }) => inputData", input).As("m").
		Sleep(time.Millisecond).As("s").
		Then(climb()).
		Map("async () => [{ n: 1 }, { n: 2 }]", func(*mockserver.StepCall) (any, error) { return []number{{1}, {2}}, nil }).As("l").
		ForEach(each(), 1).
		Map(text, func(s *mockserver.StepCall) (any, error) {
			var out struct {
				M     json.RawMessage `json:"m"`
				S     json.RawMessage `json:"s"`
				Climb json.RawMessage `json:"climb"`
				Up    json.RawMessage `json:"up"`
				Each  json.RawMessage `json:"each"`
				Self  json.RawMessage `json:"self"`
			}
			for id, v := range map[string]*json.RawMessage{"m": &out.M, "s": &out.S, "climb": &out.Climb, "up": &out.Up, "each": &out.Each, "r": &out.Self} {
				s.StepResult(id, v)
			}
			return out, nil
		}).As("r")
}
