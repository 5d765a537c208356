// Package extraworld is for the mock server what server/src/mastra/agents/extra.ts and
// workflows/extra are for the real one: the same agents and workflows, written with
// what the mock offers to everybody.
package extraworld

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

// World is the demo world with the extra agents and workflows.
func World() []mockserver.Option {
	all := slices.Concat(actorWorkflows(), contextWorkflows(), deepWorkflows(), loopWorkflows(), mappingWorkflows(), seeingWorkflows(), sleepWorkflows(), stateWorkflows(), shapeWorkflows(), writingWorkflows())
	// As the other server lists what a module exports.
	slices.SortFunc(all, func(a, b *mockserver.Workflow) int { return strings.Compare(a.ID(), b.ID()) })
	options := append(agents(), mockserver.WithDemoWorld())
	for _, w := range all {
		options = append(options, mockserver.WithWorkflow(w))
	}
	return options
}

type number struct {
	N float64 `json:"n"`
}

type span struct {
	MS float64 `json:"ms"`
}

func double() *mockserver.Step {
	return mockserver.NewStep("double", func(_ *mockserver.StepCall, in number) (number, error) {
		if in.N < 0 {
			return in, fmt.Errorf("negative")
		}
		return number{2 * in.N}, nil
	})
}

func nap() *mockserver.Workflow {
	return mockserver.NewWorkflow[number, number]("nap").
		Then(double()).
		Sleep(300 * time.Millisecond).As("nap-a").
		Then(double())
}

func sleepWorkflows() []*mockserver.Workflow {
	arrive := mockserver.NewStep("arrive", func(s *mockserver.StepCall, in span) (any, error) {
		var state json.RawMessage
		err := s.State(&state)
		return struct {
			MS    float64         `json:"ms"`
			State json.RawMessage `json:"state"`
		}{in.MS, state}, err
	})
	input := func(s *mockserver.StepCall) (in span) {
		if err := s.Input(&in); err != nil {
			panic(err)
		}
		return in
	}
	ms := func(in span) time.Duration { return time.Duration(in.MS) * time.Millisecond }
	naps := mockserver.NewWorkflow[span, any]("naps").
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
	return []*mockserver.Workflow{mockserver.NewWorkflow[number, number]("bed").Then(nap()), nap(), naps}
}

func mappingWorkflows() []*mockserver.Workflow {
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
	mapped := mockserver.NewWorkflow[number, any]("mapped").
		Then(double()).
		Map(toPair, func(s *mockserver.StepCall) (any, error) {
			var in, init, doubled number
			if err := s.Input(&in); err != nil || in.N == 26 {
				return nil, fmt.Errorf("not mapped")
			}
			if err := s.InitData(&init); err != nil || !s.StepResult("double", &doubled) {
				return nil, fmt.Errorf("no result: %w", err)
			}
			return pair{init.N, doubled.N}, nil
		}).
		Then(sum).
		Map(named, func(s *mockserver.StepCall) (any, error) {
			var init number
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
	badly := mockserver.NewWorkflow[number, any]("badlyMapped").
		Map("async ({ inputData }) => ({ a: inputData.n })", func(s *mockserver.StepCall) (any, error) {
			var in number
			err := s.Input(&in)
			return map[string]float64{"a": in.N}, err
		}).
		Then(sum)
	return []*mockserver.Workflow{badly, mapped}
}

func writingWorkflows() []*mockserver.Workflow {
	write := mockserver.NewStep("write", func(s *mockserver.StepCall, in number) (number, error) {
		type progress struct {
			Type string `json:"type"`
			Data number `json:"data"`
		}
		written := []error{s.Write(map[string]float64{"progress": in.N}), s.WriteChunk(progress{"data-progress", in}), s.Write("half")}
		if in.N == 2 {
			written = append(written,
				s.Write(json.RawMessage(`{"type":"finish","payload":{"usage":{"inputTokens":3,"outputTokens":4.5,"totalTokens":7,"reasoningTokens":1}}}`)),
				s.Write(json.RawMessage(`{"type":"finish","payload":{"output":{"usage":{"promptTokens":10,"completionTokens":20,"totalTokens":30}}}}`)),
				s.Write(json.RawMessage(`{"type":"finish","payload":{}}`)),
				s.WriteChunk(json.RawMessage(`{"type":"data-plain","data":2,"transient":true}`)),
				s.WriteChunk(json.RawMessage(`{"type":"odd","payload":{"id":"x","y":1},"more":true}`)))
		}
		if err := errors.Join(written...); err != nil {
			return in, err
		}
		if in.N == 5 && !s.Resumed(&struct{}{}) {
			return in, s.Suspend(struct{}{})
		}
		return in, nil
	}).Resumes(struct {
		OK bool `json:"ok"`
	}{})
	writing := mockserver.NewWorkflow[number, number]("writing").Then(write)
	return []*mockserver.Workflow{mockserver.NewWorkflow[number, number]("dictating").Then(writing), writing}
}
