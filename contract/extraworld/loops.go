package contract

import (
	"fmt"
	"math"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

func extraLoops() []*mockserver.Workflow {
	type steps struct {
		Steps float64 `json:"steps"`
	}
	up := extraUp()
	last := mockserver.NewStep("last", func(s *mockserver.StepCall, in extraN) (any, error) {
		var state steps
		err := s.State(&state)
		return struct {
			extraN
			steps
		}{in, state}, err
	})
	output := func(s *mockserver.StepCall) (in extraN) {
		if err := s.Input(&in); err != nil {
			panic(err)
		}
		return in
	}
	climb := mockserver.NewWorkflow[extraN, any]("climb").
		DoWhile("async ({ inputData }) => inputData.n % 5 !== 0", up, func(s *mockserver.StepCall) bool { return math.Mod(output(s).N, 5) != 0 }).
		Then(last)
	ten := mockserver.NewStep("plus-ten", func(_ *mockserver.StepCall, in extraN) (extraN, error) { return extraN{in.N + 10}, nil })
	pair := mockserver.NewWorkflow[extraN, extraN]("pair").Then(up).Then(ten)
	rounds := mockserver.NewWorkflow[extraN, any]("rounds").
		DoUntil("async ({ inputData, iterationCount }) => inputData.n > 100 || iterationCount >= 3", pair,
			func(s *mockserver.StepCall) bool { return output(s).N > 100 || s.Iteration >= 3 }).
		Then(last)
	pause := mockserver.NewStep("pause", func(s *mockserver.StepCall, in extraN) (extraN, error) {
		s.Sleep(time.Duration(in.N) * time.Millisecond)
		return in, nil
	})
	endless := mockserver.NewWorkflow[extraN, extraN]("endless").
		DoWhile("async () => true", pause, func(*mockserver.StepCall) bool { return true })
	stuck := mockserver.NewWorkflow[extraN, extraN]("stuck").
		DoUntil("async ({ inputData }) => {\n  if (inputData.n > 2) throw new Error(\"no end in sight\");\n  return false;\n}", up,
			func(s *mockserver.StepCall) bool {
				if output(s).N > 2 {
					panic("no end in sight")
				}
				return false
			})
	return []*mockserver.Workflow{climb, endless, pair, rounds, stuck}
}

func extraUp() *mockserver.Step {
	type at struct {
		At float64 `json:"at"`
	}
	type to struct {
		To float64 `json:"to"`
	}
	return mockserver.NewStep("up", func(s *mockserver.StepCall, in extraN) (extraN, error) {
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
			return extraN{answer.To}, nil
		case in.N == 7:
			return in, s.Suspend(at{in.N})
		case in.N == 13:
			return in, fmt.Errorf("unlucky")
		case in.N == 21:
			return in, s.Bail(extraN{-1})
		}
		return extraN{in.N + 1}, nil
	}).Suspends(at{}).Resumes(to{})
}
