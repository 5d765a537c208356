package extraworld

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/mastra-go/mastra/mockserver"
)

func seeingWorkflows() []*mockserver.Workflow {
	later := mockserver.NewStep("later", func(_ *mockserver.StepCall, in json.RawMessage) (any, error) { return map[string]any{"saw": in}, nil })
	looking := mockserver.NewWorkflow[number, any]("looking").Then(double()).Then(look()).Then(later)
	overlooking := mockserver.NewWorkflow[number, any]("overlooking").Then(looking).
		Map("async ({ inputData }) => ({ inner: inputData })", func(s *mockserver.StepCall) (any, error) {
			var in json.RawMessage
			err := s.Input(&in)
			return map[string]any{"inner": in}, err
		})
	gated := mockserver.NewWorkflow[number, any]("gated").Then(gate("gate", "open"))
	return []*mockserver.Workflow{
		gated,
		mockserver.NewWorkflow[number, any]("gates").Parallel(gate("north", "up", "top"), gate("south", "down")),
		looking,
		overlooking,
		mockserver.NewWorkflow[[]float64, any]("stadium").ForEach(turnstile(), 2),
		mockserver.NewWorkflow[number, any]("walled").Then(gated),
	}
}

func look() *mockserver.Step {
	type seen struct {
		Init       number          `json:"init"`
		Double     *number         `json:"double"`
		Nothing    any             `json:"nothing"`
		Tenant     json.RawMessage `json:"tenant"`
		RetryCount int             `json:"retryCount"`
		RunID      string          `json:"runId"`
		WorkflowID string          `json:"workflowId"`
	}
	return mockserver.NewStep("look", func(s *mockserver.StepCall, in number) (any, error) {
		switch {
		case in.N == 2:
			return nil, s.Bail(map[string]float64{"stopped": in.N})
		case in.N == 4:
			s.Abort()
			return map[string]bool{"aborted": true}, nil
		case in.N == 6 && s.Attempt == 0:
			return nil, fmt.Errorf("again")
		}
		out := seen{Tenant: s.RequestContext("tenant"), RetryCount: s.Attempt, RunID: s.RunID, WorkflowID: s.WorkflowID}
		if err := s.InitData(&out.Init); err != nil {
			return nil, err
		}
		var doubled number
		if s.StepResult("double", &doubled) {
			out.Double = &doubled
		}
		if s.StepResult("later", &out.Nothing) {
			return nil, fmt.Errorf("a result of a step that has not run")
		}
		return out, nil
	}).Describe("Looks around").Retries(1)
}

func gate(id string, labels ...string) *mockserver.Step {
	type ask struct {
		Ask string `json:"ask"`
	}
	type verdict struct {
		OK bool `json:"ok"`
	}
	return mockserver.NewStep(id, func(s *mockserver.StepCall, in number) (any, error) {
		var answer verdict
		if !s.Resumed(&answer) {
			return nil, s.Suspend(ask{id}, labels...)
		}
		var asked any
		if !s.SuspendData(&asked) {
			return nil, fmt.Errorf("nothing was asked")
		}
		return struct {
			number
			verdict
			Asked any `json:"asked"`
		}{in, answer, asked}, nil
	}).Suspends(ask{}).Resumes(verdict{})
}

func turnstile() *mockserver.Step {
	type item struct {
		Item float64 `json:"item"`
	}
	type value struct {
		Value float64 `json:"value"`
	}
	return mockserver.NewStep("turnstile", func(s *mockserver.StepCall, in float64) (float64, error) {
		var given value
		if s.Resumed(&given) {
			return given.Value, nil
		}
		if in < 0 {
			return 0, s.Suspend(item{in}, "item"+strconv.FormatFloat(in, 'f', -1, 64))
		}
		return in, nil
	}).Suspends(item{}).Resumes(value{})
}
