package extraworld

import (
	"fmt"
	"math"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

// output is what a loop's condition looks at.
func output(s *mockserver.StepCall) (out number) {
	if err := s.Input(&out); err != nil {
		panic(err)
	}
	return out
}

// last is a step that tells how many steps there were.
func last() *mockserver.Step {
	type steps struct {
		Steps float64 `json:"steps"`
	}
	return mockserver.NewStep("last", func(s *mockserver.StepCall, in number) (any, error) {
		var state steps
		err := s.State(&state)
		return struct {
			number
			steps
		}{in, state}, err
	})
}

func climb() *mockserver.Workflow {
	return mockserver.NewWorkflow[number, any]("climb").
		DoWhile("async ({ inputData }) => inputData.n % 5 !== 0", up(), func(s *mockserver.StepCall) bool { return math.Mod(output(s).N, 5) != 0 }).
		Then(last())
}

func loopWorkflows() []*mockserver.Workflow {
	ten := mockserver.NewStep("plus-ten", func(_ *mockserver.StepCall, in number) (number, error) { return number{in.N + 10}, nil })
	pair := mockserver.NewWorkflow[number, number]("pair").Then(up()).Then(ten)
	rounds := mockserver.NewWorkflow[number, any]("rounds").
		DoUntil("async ({ inputData, iterationCount }) => inputData.n > 100 || iterationCount >= 3", pair,
			func(s *mockserver.StepCall) bool { return output(s).N > 100 || s.Iteration >= 3 }).
		Then(last())
	pause := mockserver.NewStep("pause", func(s *mockserver.StepCall, in number) (number, error) {
		s.Sleep(time.Duration(in.N) * time.Millisecond)
		return in, nil
	})
	endless := mockserver.NewWorkflow[number, number]("endless").
		DoWhile("async () => true", pause, func(*mockserver.StepCall) bool { return true })
	stuck := mockserver.NewWorkflow[number, number]("stuck").
		DoUntil("async ({ inputData }) => {\n  if (inputData.n > 2) throw new Error(\"no end in sight\");\n  return false;\n}", up(),
			func(s *mockserver.StepCall) bool {
				if output(s).N > 2 {
					panic("no end in sight")
				}
				return false
			})
	return []*mockserver.Workflow{climb(), endless, pair, rounds, stuck}
}

func up() *mockserver.Step {
	type at struct {
		At float64 `json:"at"`
	}
	type to struct {
		To float64 `json:"to"`
	}
	return mockserver.NewStep("up", func(s *mockserver.StepCall, in number) (number, error) {
		var state struct {
			Steps float64 `json:"steps"`
		}
		if err := s.State(&state); err != nil {
			return in, err
		}
		state.Steps++
		if err := s.SetState(state); err != nil {
			return in, err
		}
		var answer to
		switch {
		case s.Resumed(&answer):
			return number{answer.To}, nil
		case in.N == 7:
			return in, s.Suspend(at{in.N})
		case in.N == 13:
			return in, fmt.Errorf("unlucky")
		case in.N == 21:
			return in, s.Bail(number{-1})
		}
		return number{in.N + 1}, nil
	}).Suspends(at{}).Resumes(to{})
}
