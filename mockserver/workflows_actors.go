package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// AgentStep makes a step of an agent: it is asked the prompt of the step's input,
// {prompt}, and its answer is the output, {text}. The chunks of its stream are the
// step's in the run's. A tripwire ends the run with the status tripwire; an agent that
// waits for the client makes the run wait for ever, as on the server. The agent need
// not be served, and is not durable here.
func AgentStep(a Agent) *Step {
	return agentStepOf(a, zod.Object(zod.P("text", zod.String())), nil)
}

// AgentStepAs is AgentStep where the answer is to fit Out, and is the output.
func AgentStepAs[Out any](a Agent) *Step {
	output := zod.Of[Out]()
	return agentStepOf(a, output, &output)
}

func agentStepOf(a Agent, output zod.Schema, structured *zod.Schema) *Step {
	a.Durable = false
	return &Step{nodeDef{
		id: a.ID, description: a.Description, component: "AGENT",
		input: zod.Object(zod.P("prompt", zod.String())), output: output, structured: structured,
		run: func(s *StepCall, input any) (any, error) {
			o, _ := input.(*js.Object)
			return s.ask(&a, o.Str("prompt"), structured)
		},
	}}
}

// ToolStep makes a step of a tool, which is executed without approval. It can suspend
// the run, and has the step's call as [ToolCall.Step].
func ToolStep(t Tool) *Step {
	return &Step{nodeDef{
		id: t.id, description: t.description, component: "TOOL",
		input: t.input, output: t.output, suspend: t.suspend, resume: t.resume,
		run: func(s *StepCall, input any) (any, error) {
			return t.execute(&ToolCall{
				Context: s.Context, RunID: s.RunID, Step: s, requestContext: s.execution.context(), canSuspend: true,
				resumeData: s.resumeData, resumed: truthy(s.resumeData),
			}, input)
		},
	}}
}

// ask runs an agent to its end. What it streams is written into the run's stream.
func (s *StepCall) ask(a *Agent, prompt string, structured *zod.Schema) (any, error) {
	x := s.execution
	r := &agentRun{
		srv: x.srv, agent: a, tools: a, inner: true, id: newID(), messages: newChat("", ""), messageID: newID(), traceID: x.trace.traceID, spanID: newSpanID(),
		options: runOptions{requestContext: x.context()},
		sink:    func(chunk *js.Object) { s.write(chunk) },
	}
	if structured != nil {
		r.options.structured = &structuredOutput{schema: structured.JSONSchema(zod.Draft7), own: structured}
	}
	_ = r.messages.add(prompt, fromInput) // a text cannot be refused
	if err := r.chooseModels(); err != nil {
		return nil, err
	}
	r.run(s.Context)
	switch {
	case r.tripped != nil:
		return nil, &blocked{r.tripped}
	case r.pending != nil:
		<-x.srv.ctx.Done()
		return nil, x.srv.ctx.Err()
	case s.Err() != nil:
		return js.Undefined, nil
	case structured != nil:
		if object, _ := r.object(); object != nil {
			return object, nil
		}
		return nil, noObject(r)
	case r.failure != nil:
		return nil, &stepFailure{thrown(r.failure)}
	}
	return js.Obj("text", r.text()), nil
}

// noObject is the failure of a step whose agent has not given what it should.
func noObject(r *agentRun) error {
	details := js.Obj("stepId", r.agent.ID, "finishReason", "unknown")
	if r.failure == nil {
		details.Set("finishReason", r.steps[len(r.steps)-1].reason).Set("usage", r.totalUsage())
	}
	return &stepFailure{js.Obj("message", "Agent step '"+r.agent.ID+"' declared structuredOutput.schema but the agent finished without producing an object.",
		"domain", "MASTRA_WORKFLOW", "category", "USER", "code", "STRUCTURED_OUTPUT_OBJECT_UNDEFINED",
		"details", details)}
}

// blocked is a tripwire as the error of a step.
type blocked struct{ payload *js.Object }

func (b *blocked) Error() string { return b.payload.Str("reason") }

// told is the tripwire as a step's result shows it.
func (b *blocked) told() *js.Object {
	p := b.payload
	return js.Obj("reason", p.Get("reason"), "retry", valueOf(p, "retry"), "metadata", valueOf(p, "metadata"), "processorId", valueOf(p, "processorId"))
}

// value is the tripwire as an error.
func (b *blocked) value() *js.Object {
	p := b.payload
	return js.Obj("message", p.Get("reason"), "name", "Error",
		"options", js.Obj("retry", valueOf(p, "retry"), "metadata", valueOf(p, "metadata")), "processorId", valueOf(p, "processorId"))
}

// actorGraph is a step that is an agent or a tool as the graph shows it.
func (n *nodeDef) actorGraph() *js.Object {
	kind := strings.ToLower(n.component)
	o := js.Obj("type", kind, "id", n.id, kind+"Id", n.id, "description", js.Opt(n.description))
	if n.structured != nil {
		o.Set("outputSchema", n.structured.JSONSchema(zod.Draft7))
	}
	options := js.Obj()
	if n.retries != nil {
		options.Set("retries", *n.retries)
	}
	options.Set("metadata", n.shown())
	return o.Set("options", js.When(options.Len() > 0, options))
}
