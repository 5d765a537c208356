package extraworld

import (
	"encoding/json"

	"github.com/mastra-go/mastra/mockserver"
)

func contextWorkflows() []*mockserver.Workflow {
	type tenant struct {
		Tenant string `json:"tenant"`
	}
	read := mockserver.NewStep("read", func(s *mockserver.StepCall, _ number) (any, error) {
		return struct {
			Tenant json.RawMessage `json:"tenant,omitempty"`
			Role   json.RawMessage `json:"role"`
		}{s.RequestContext("tenant"), s.RequestContext("role")}, nil
	}).RequestContext(tenant{})
	promote := mockserver.NewStep("promote", func(s *mockserver.StepCall, in number) (number, error) {
		if err := s.SetRequestContext("role", in.N); err != nil {
			return in, err
		}
		if in.N == 5 && !s.Resumed(&number{}) {
			return in, s.Suspend(struct{}{})
		}
		return in, nil
	}).Resumes(number{})
	promoted := mockserver.NewWorkflow[number, any]("promoted").Then(promote).Then(read)
	tenanted := mockserver.NewWorkflow[number, any]("tenanted").RequestContext(tenant{}).Then(read)
	init := func(s *mockserver.StepCall) (any, error) {
		var init json.RawMessage
		err := s.InitData(&init)
		return init, err
	}
	same := mockserver.NewStep("same", func(_ *mockserver.StepCall, in float64) (float64, error) { return in, nil })
	all := func(s *mockserver.StepCall) int {
		var list []float64
		if err := s.Input(&list); err != nil {
			panic(err)
		}
		return len(list)
	}
	return []*mockserver.Workflow{
		mockserver.NewWorkflow[number, any]("housed").Then(promoted).
			Map("async ({ getInitData }) => getInitData()", init).
			Then(tenanted),
		promoted,
		tenanted,
		mockserver.NewWorkflow[[]float64, any]("wide").ForEachFunc(same, "({ inputData }) => inputData.length", all),
	}
}
