package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

// extraWorld is the demo world with the workflows of server/src/mastra/workflows/extra,
// written with what the mock server offers to everybody.
func extraWorld() []mockserver.Option {
	all := slices.Concat(extraLoops(), extraMappings(), extraSeen(), extraSleeps(), extraStates(), extraWriting())
	// As the other server lists what a module exports.
	slices.SortFunc(all, func(a, b *mockserver.Workflow) int { return strings.Compare(a.ID(), b.ID()) })
	options := []mockserver.Option{mockserver.WithDemoWorld()}
	for _, w := range all {
		options = append(options, mockserver.WithWorkflow(w))
	}
	return options
}

type extraN struct {
	N float64 `json:"n"`
}

type extraTime struct {
	MS float64 `json:"ms"`
}

func extraDouble() *mockserver.Step {
	return mockserver.NewStep("double", func(_ *mockserver.StepCall, in extraN) (extraN, error) {
		if in.N < 0 {
			return in, fmt.Errorf("negative")
		}
		return extraN{2 * in.N}, nil
	})
}

func extraSleeps() []*mockserver.Workflow {
	nap := mockserver.NewWorkflow[extraN, extraN]("nap").
		Then(extraDouble()).
		Sleep(300 * time.Millisecond).As("nap-a").
		Then(extraDouble())
	arrive := mockserver.NewStep("arrive", func(s *mockserver.StepCall, in extraTime) (any, error) {
		var state json.RawMessage
		err := s.State(&state)
		return struct {
			MS    float64         `json:"ms"`
			State json.RawMessage `json:"state"`
		}{in.MS, state}, err
	})
	input := func(s *mockserver.StepCall) (in extraTime) {
		if err := s.Input(&in); err != nil {
			panic(err)
		}
		return in
	}
	ms := func(in extraTime) time.Duration { return time.Duration(in.MS) * time.Millisecond }
	naps := mockserver.NewWorkflow[extraTime, any]("naps").
		SleepFunc("async ({ inputData }) => inputData.ms", func(s *mockserver.StepCall) time.Duration { return ms(input(s)) }).
		SleepUntilFunc("async ({ inputData, setState }) => {\n  await setState({ until: inputData.ms });\n  if (inputData.ms === 13) throw new Error(\"no such date\");\n  return new Date(Date.now() + inputData.ms);\n}",
			func(s *mockserver.StepCall) time.Time {
				in := input(s)
				if err := s.SetState(map[string]float64{"until": in.MS}); err != nil || in.MS == 13 {
					panic("no such date")
				}
				return time.Now().Add(ms(in))
			}).As("naps-until").
		SleepUntil(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)).As("naps-past").
		Then(arrive)
	return []*mockserver.Workflow{mockserver.NewWorkflow[extraN, extraN]("bed").Then(nap), nap, naps}
}

func extraMappings() []*mockserver.Workflow {
	type pair struct {
		A float64 `json:"a"`
		B float64 `json:"b"`
	}
	type total struct {
		Sum float64 `json:"sum"`
	}
	sum := mockserver.NewStep("sum", func(_ *mockserver.StepCall, in pair) (total, error) { return total{in.A + in.B}, nil })
	const toPair = "async ({ inputData, getInitData, getStepResult }) => {\n  if (inputData.n === 26) throw new Error(\"not mapped\");\n  return { a: getInitData().n, b: getStepResult(double).n };\n}"
	const named = `{
  "total": {
    "step": "sum",
    "path": "sum"
  },
  "first": {
    "initData": "doubler",
    "path": "n"
  },
  "kind": {
    "value": "sum",
    "schema": {
      "def": {
        "type": "string"
      },
      "type": "string"
    }
  }
}`
	mapped := mockserver.NewWorkflow[extraN, any]("mapped").
		Then(extraDouble()).
		Map(toPair, func(s *mockserver.StepCall) (any, error) {
			var in, init, double extraN
			if err := s.Input(&in); err != nil || in.N == 26 {
				return nil, fmt.Errorf("not mapped")
			}
			if err := s.InitData(&init); err != nil || !s.StepResult("double", &double) {
				return nil, fmt.Errorf("no result: %w", err)
			}
			return pair{init.N, double.N}, nil
		}).
		Then(sum).
		Map(named, func(s *mockserver.StepCall) (any, error) {
			var init extraN
			var sum total
			if err := s.InitData(&init); err != nil || !s.StepResult("sum", &sum) {
				return nil, fmt.Errorf("no result: %w", err)
			}
			return struct {
				Total float64 `json:"total"`
				First float64 `json:"first"`
				Kind  string  `json:"kind"`
			}{sum.Sum, init.N, "sum"}, nil
		}).As("named")
	badly := mockserver.NewWorkflow[extraN, any]("badlyMapped").
		Map("async ({ inputData }) => ({ a: inputData.n })", func(s *mockserver.StepCall) (any, error) {
			var in extraN
			err := s.Input(&in)
			return map[string]float64{"a": in.N}, err
		}).
		Then(sum)
	return []*mockserver.Workflow{badly, mapped}
}

func extraWriting() []*mockserver.Workflow {
	write := mockserver.NewStep("write", func(s *mockserver.StepCall, in extraN) (extraN, error) {
		type progress struct {
			Type string `json:"type"`
			Data extraN `json:"data"`
		}
		for _, err := range []error{s.Write(map[string]float64{"progress": in.N}), s.WriteChunk(progress{"data-progress", in}), s.Write("half")} {
			if err != nil {
				return in, err
			}
		}
		if in.N == 5 && !s.Resumed(&struct{}{}) {
			return in, s.Suspend(struct{}{})
		}
		return in, nil
	}).Resumes(struct {
		OK bool `json:"ok"`
	}{})
	writing := mockserver.NewWorkflow[extraN, extraN]("writing").Then(write)
	return []*mockserver.Workflow{mockserver.NewWorkflow[extraN, extraN]("dictating").Then(writing), writing}
}
