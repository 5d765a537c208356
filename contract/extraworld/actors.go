package extraworld

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mastra-go/mastra/mockserver"
)

type prompt struct {
	Prompt string `json:"prompt"`
}

// actorWorkflows have agents and tools as steps.
func actorWorkflows() []*mockserver.Workflow {
	asking := mockserver.NewWorkflow[prompt, any]("asking").Then(mockserver.AgentStep(scriptedAgent()))
	watching := mockserver.NewWorkflow[prompt, any]("watching").Then(mockserver.AgentStep(watched()))
	type kind struct {
		Kind string   `json:"kind"`
		N    *float64 `json:"n,omitempty"`
	}
	sorter := mockserver.AgentStepAs[kind](scriptedAgent()).Retries(1).Metadata(map[string]string{"by": "kind"})
	fragile := mockserver.ToolStep(delicate()).Retries(1).Metadata(map[string]bool{"fragile": true})
	conferring := mockserver.NewWorkflow[question, any]("conferring").Then(mockserver.ToolStep(confer()))
	asks := func(in question) bool { return in.Question != "none" }
	fetching := mockserver.NewWorkflow[city, any]("fetching").Then(mockserver.ToolStep(weather()))
	note := mockserver.NewStep("note", func(_ *mockserver.StepCall, in json.RawMessage) (any, error) { return in, nil })
	two := func(*mockserver.StepCall) (any, error) { return number{2}, nil }
	return []*mockserver.Workflow{
		asking,
		watching,
		mockserver.NewWorkflow[prompt, any]("remembering").Then(mockserver.AgentStep(recalling())).Then(mockserver.AgentStep(leading())),
		mockserver.NewWorkflow[prompt, any]("sorting").Then(sorter),
		mockserver.NewWorkflow[prompt, any]("fence").Then(watching),
		mockserver.NewWorkflow[prompt, any]("posts").Parallel(mockserver.AgentStep(watched()), mockserver.AgentStep(scriptedAgent())),
		mockserver.NewWorkflow[[]prompt, any]("rails").ForEach(mockserver.AgentStep(watched()), 1),
		fetching,
		mockserver.NewWorkflow[task, any]("breaking").Then(fragile).
			Map("async () => ({ n: 2 })", two).
			Then(double().Metadata(map[string]any{"noted": []int{1}})),
		conferring,
		mockserver.NewWorkflow[question, any]("chamber").Then(conferring),
		mockserver.NewWorkflow[[]question, any]("council").ForEach(mockserver.ToolStep(confer()).Metadata(map[string]int{"seats": 2}), 2),
		mockserver.NewWorkflow[question, any]("lobby").Branch(
			mockserver.When("async ({ inputData }) => inputData.question !== \"none\"", asks, mockserver.ToolStep(confer()).Retries(1)),
			mockserver.If("async () => true", func(*mockserver.StepCall) bool { return true }, mockserver.ToolStep(weather())),
		),
		mockserver.NewWorkflow[any, any]("porch").Parallel(fetching, mockserver.AgentStep(scriptedAgent()), mockserver.ToolStep(weather()), note, mockserver.ToolStep(delicate())),
		digest(asking),
	}
}

// confer is a tool that knows the step it is.
func confer() mockserver.Tool {
	return mockserver.NewTool("confer", "Confers", func(t *mockserver.ToolCall, in question) (answer, error) {
		if err := t.Step.SetState(map[string]string{"asked": in.Question}); err != nil {
			return answer{}, err
		}
		var given answer
		switch {
		case in.Question == "who":
			var who string
			err := json.Unmarshal(t.RequestContext("who"), &who)
			return answer{who + " " + t.Step.WorkflowID}, err
		case in.Question == "break":
			return answer{}, errors.New("no such question")
		case t.Resumed(&given):
			return given, nil
		}
		return answer{}, t.Suspend(in)
	}).Suspends(question{}).Resumes(answer{})
}

// digest asks tools and agents one after the other and side by side.
func digest(asking *mockserver.Workflow) *mockserver.Workflow {
	script := func(texts ...string) prompt {
		said, _ := json.Marshal(texts)
		return prompt{`[[{"text":` + string(said) + `}]]`}
	}
	prompts := func(s *mockserver.StepCall) (any, error) {
		var in []report
		err := s.Input(&in)
		out := make([]prompt, len(in))
		for i, r := range in {
			out[i] = script(r.City+" ", fmt.Sprintf("has %g", r.TempC))
		}
		return out, err
	}
	joined := func(s *mockserver.StepCall) (any, error) {
		var in []struct {
			Text string `json:"text"`
		}
		err := s.Input(&in)
		var texts []string
		for _, said := range in {
			texts = append(texts, said.Text)
		}
		return script(strings.Join(texts, ", ")), err
	}
	return mockserver.NewWorkflow[[]city, any]("digest").
		ForEach(mockserver.ToolStep(weather()), 2).
		Map("async ({ inputData }) => inputData.map((r) => ({ prompt: `[[{\"text\":[\"${r.city} \",\"has ${r.tempC}\"]}]]` }))", prompts).
		ForEach(mockserver.AgentStep(scriptedAgent()), 1).
		Map("async ({ inputData }) => ({ prompt: `[[{\"text\":[\"${inputData.map(({ text }) => text).join(\", \")}\"]}]]` })", joined).
		Parallel(mockserver.AgentStep(recalling()), asking)
}
