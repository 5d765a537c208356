package contract

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/mastra-go/mastra/mockserver"
)

func extraSeen() []*mockserver.Workflow {
	later := mockserver.NewStep("later", func(_ *mockserver.StepCall, in json.RawMessage) (any, error) { return map[string]any{"saw": in}, nil })
	looking := mockserver.NewWorkflow[extraN, any]("looking").Then(extraDouble()).Then(extraLook()).Then(later)
	overlooking := mockserver.NewWorkflow[extraN, any]("overlooking").Then(looking).
		Map("async ({ inputData }) => ({ inner: inputData })", func(s *mockserver.StepCall) (any, error) {
			var in json.RawMessage
			err := s.Input(&in)
			return map[string]any{"inner": in}, err
		})
	gated := mockserver.NewWorkflow[extraN, any]("gated").Then(extraGate("gate", "open"))
	turnstile := extraTurnstile()
	return []*mockserver.Workflow{
		gated,
		mockserver.NewWorkflow[extraN, any]("gates").Parallel(extraGate("north", "up", "top"), extraGate("south", "down")),
		looking,
		overlooking,
		mockserver.NewWorkflow[[]float64, any]("stadium").ForEach(turnstile, 2),
		mockserver.NewWorkflow[extraN, any]("walled").Then(gated),
	}
}

func extraLook() *mockserver.Step {
	type seen struct {
		Init       extraN          `json:"init"`
		Double     *extraN         `json:"double"`
		Nothing    any             `json:"nothing"`
		Tenant     json.RawMessage `json:"tenant"`
		RetryCount int             `json:"retryCount"`
		RunID      string          `json:"runId"`
		WorkflowID string          `json:"workflowId"`
	}
	return mockserver.NewStep("look", func(s *mockserver.StepCall, in extraN) (any, error) {
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
		var double extraN
		if s.StepResult("double", &double) {
			out.Double = &double
		}
		if s.StepResult("later", &out.Nothing) {
			return nil, fmt.Errorf("a result of a step that has not run")
		}
		return out, nil
	}).Describe("Looks around").Retries(1)
}

func extraGate(id string, labels ...string) *mockserver.Step {
	type ask struct {
		Ask string `json:"ask"`
	}
	type verdict struct {
		OK bool `json:"ok"`
	}
	return mockserver.NewStep(id, func(s *mockserver.StepCall, in extraN) (any, error) {
		var answer verdict
		if !s.Resumed(&answer) {
			return nil, s.Suspend(ask{id}, labels...)
		}
		var asked any
		if !s.SuspendData(&asked) {
			return nil, fmt.Errorf("nothing was asked")
		}
		return struct {
			extraN
			verdict
			Asked any `json:"asked"`
		}{in, answer, asked}, nil
	}).Suspends(ask{}).Resumes(verdict{})
}

func extraTurnstile() *mockserver.Step {
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
