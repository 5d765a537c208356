package aisdk

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/stream"
)

// networkRun is what is known of one run of a network.
type networkRun struct {
	name    string
	steps   []*networkStep
	hasText bool // the answer has been written
}

// networkStep is a decision of the routing agent, or what it led to.
type networkStep struct {
	ID             string          `json:"id,omitempty"`
	Name           string          `json:"name,omitempty"`
	Status         string          `json:"status"`
	Iteration      json.RawMessage `json:"iteration,omitempty"`
	Input          json.RawMessage `json:"input"`
	Output         json.RawMessage `json:"output,omitempty"`
	Task           json.RawMessage `json:"task"`
	SuspendPayload json.RawMessage `json:"suspendPayload"`
	ResumePayload  json.RawMessage `json:"resumePayload"`

	agents    map[string]*agentRun
	workflows map[string]*workflowRun
}

// networkPayload is what the chunks of networks hold, taken together.
type networkPayload struct {
	RunID           string          `json:"runId"`
	NetworkID       string          `json:"networkId"`
	AgentID         string          `json:"agentId"`
	WorkflowID      string          `json:"workflowId"`
	ToolCallID      string          `json:"toolCallId"`
	Task            json.RawMessage `json:"task"`
	PrimitiveID     json.RawMessage `json:"primitiveId"`
	PrimitiveType   json.RawMessage `json:"primitiveType"`
	SelectionReason json.RawMessage `json:"selectionReason"`
	Result          json.RawMessage `json:"result"`
	Usage           json.RawMessage `json:"usage"`
	Text            json.RawMessage `json:"text"`
	InputData       struct {
		Iteration        json.RawMessage `json:"iteration"`
		Task             json.RawMessage `json:"task"`
		ThreadID         json.RawMessage `json:"threadId"`
		ThreadResourceID json.RawMessage `json:"threadResourceId"`
	} `json:"inputData"`
	Args struct {
		Prompt     json.RawMessage `json:"prompt"`
		Iteration  json.RawMessage `json:"iteration"`
		ToolName   string          `json:"toolName"`
		ToolCallID string          `json:"toolCallId"`
		Args       json.RawMessage `json:"args"`
	} `json:"args"`
}

// overrides is what one part says differently from the run's state.
type overrides struct{ status, usage, output json.RawMessage }

var (
	running  = json.RawMessage(`"running"`)
	finished = json.RawMessage(`"finished"`)
)

// network converts a chunk of a network's stream. Each part about the run repeats
// the state of all its steps, and replaces the one before it. Nothing is said of a
// run whose start was not seen.
func (c *Converter) network(chunk stream.Chunk, typ string) {
	switch {
	case strings.HasPrefix(chunk.Type, stream.PrefixAgentExecutionEvent),
		strings.HasPrefix(chunk.Type, stream.PrefixWorkflowExecutionEvent):
		c.networkEvent(chunk, typ)
		return
	case isData(chunk.Type):
		c.data(chunk)
		return
	}
	var v networkPayload
	if !decode(chunk.Payload(), &v) {
		return
	}
	if chunk.Type == stream.TypeRoutingAgentStart {
		c.routingStart(chunk, &v, typ)
		return
	}
	run := c.networks[chunk.RunID]
	if run == nil {
		return
	}
	over, ok := run.apply(chunk.Type, &v)
	switch {
	case chunk.Type == stream.TypeRoutingAgentTextStart:
		run.hasText = true
		c.emit(Part{Type: PartTextStart, ID: chunk.RunID})
	case chunk.Type == stream.TypeRoutingAgentTextDelta:
		text, isText := pieceOf(v.Text)
		if run.hasText = true; isText {
			c.networkText(chunk.RunID, text)
		}
	case ok:
		state := run.snapshot(over)
		if chunk.Type == stream.TypeNetworkStepFinish {
			c.finalText(run, chunk.RunID, &v)
		}
		c.emit(Part{Type: typ, ID: chunk.RunID, Data: state})
	}
}

func (c *Converter) routingStart(chunk stream.Chunk, v *networkPayload, typ string) {
	run := c.networks[chunk.RunID]
	if run == nil {
		run = &networkRun{name: v.NetworkID}
		c.networks[chunk.RunID] = run
	}
	input := object(func(o *objectWriter) {
		o.raw("task", v.InputData.Task)
		o.raw("threadId", v.InputData.ThreadID)
		o.raw("threadResourceId", v.InputData.ThreadResourceID)
	})
	run.steps = append(run.steps, &networkStep{
		ID: v.RunID, Name: v.AgentID, Status: "running", Iteration: v.InputData.Iteration,
		Input: input, Output: json.RawMessage(`""`), Task: jsonNull,
	})
	c.emit(Part{Type: typ, ID: chunk.RunID, Data: object(func(o *objectWriter) {
		o.text("name", run.name)
		o.raw("status", running)
		o.raw("usage", jsonNull)
		o.value("steps", run.steps)
		o.raw("output", jsonNull)
	})})
}

// apply changes the run's steps and tells what the part about it says besides; not
// ok where the chunk says nothing that is shown.
func (r *networkRun) apply(typ string, v *networkPayload) (over overrides, ok bool) {
	over.status = running
	switch typ {
	case stream.TypeAgentExecutionStart:
		r.begin(v.RunID, v.AgentID, v)
	case stream.TypeWorkflowExecutionStart:
		r.begin(v.RunID, v.WorkflowID, v)
	case stream.TypeToolExecutionStart:
		r.steps = append(r.steps, &networkStep{
			ID: v.Args.ToolCallID, Name: v.Args.ToolName, Status: "running", Iteration: or(v.Args.Iteration, "0"),
			Task:  object(func(o *objectWriter) { o.optional("id", v.Args.ToolName) }),
			Input: orNull(v.Args.Args), Output: jsonNull,
		})
	case stream.TypeAgentExecutionEnd, stream.TypeWorkflowExecutionEnd:
		over.usage, over.output = v.Usage, withoutSecrets(v.Result)
		return over, r.end(v.RunID, over.output) != nil
	case stream.TypeToolExecutionEnd:
		over.output = withoutSecrets(v.Result)
		return over, r.end(v.ToolCallID, over.output) != nil
	case stream.TypeRoutingAgentEnd:
		over = overrides{usage: v.Usage, output: v.Result}
		step := r.end(v.RunID, v.Result)
		if step == nil {
			return over, false
		}
		step.Task = object(func(o *objectWriter) {
			o.raw("id", v.PrimitiveID)
			o.raw("type", v.PrimitiveType)
			o.raw("name", v.Task)
			o.raw("reason", v.SelectionReason)
		})
	case stream.TypeNetworkStepFinish:
		over = overrides{status: finished, output: withoutSecrets(v.Result)}
	case stream.TypeNetworkFinish:
		over = overrides{status: finished, usage: v.Usage, output: withoutSecrets(v.Result)}
	default:
		return over, false
	}
	return over, true
}

func (r *networkRun) begin(id, name string, v *networkPayload) {
	r.steps = append(r.steps, &networkStep{
		ID: id, Name: name, Status: "running", Iteration: or(v.Args.Iteration, "0"),
		Input:  object(func(o *objectWriter) { o.raw("prompt", or(v.Args.Prompt, `""`)) }),
		Output: jsonNull, Task: jsonNull,
	})
}

func (r *networkRun) end(id string, output json.RawMessage) *networkStep {
	step := r.step(id)
	if step != nil {
		step.Status, step.Output = "success", output
	}
	return step
}

// step finds the first step with the id.
func (r *networkRun) step(id string) *networkStep {
	if i := slices.IndexFunc(r.steps, func(s *networkStep) bool { return s.ID == id }); i >= 0 {
		return r.steps[i]
	}
	return nil
}

// finalText writes the answer where the routing agent has not.
func (c *Converter) finalText(run *networkRun, runID string, v *networkPayload) {
	text, _ := pieceOf(v.Result)
	if run.hasText || text == "" {
		return
	}
	if step := run.step(v.RunID); step != nil {
		var task struct {
			ID   string `json:"id"`
			Type string `json:"type"`
		}
		if decode(step.Task, &task) && task.ID == "none" && task.Type == "none" {
			return
		}
	}
	run.hasText = true
	c.emit(Part{Type: PartTextStart, ID: runID})
	c.networkText(runID, text)
}

// networkText sends a piece of the answer.
func (c *Converter) networkText(runID, piece string) {
	p := Part{Type: PartTextDelta, ID: runID}
	p.Delta = c.delta(&p, "delta", runID, piece)
	c.emit(p)
}

// networkEvent converts a chunk of an agent or workflow that the network runs.
func (c *Converter) networkEvent(chunk stream.Chunk, typ string) {
	inner, err := stream.ParseChunk(orNull(chunk.Payload()))
	if err != nil {
		return
	}
	if isData(inner.Type) {
		c.data(inner)
		return
	}
	run := c.networks[chunk.RunID]
	if run == nil {
		return
	}
	step := run.step(inner.RunID)
	if step == nil || inner.RunID == "" {
		return
	}
	if strings.HasPrefix(chunk.Type, stream.PrefixAgentExecutionEvent) {
		if step.agents == nil {
			step.agents = map[string]*agentRun{}
		}
		if agent, _ := c.follow(step.agents, inner); agent != nil {
			task := *agent
			task.Request, task.Response = nil, nil
			step.Task = encode(task)
		}
		c.emit(Part{Type: typ, ID: chunk.RunID, Data: run.snapshot(overrides{status: running})})
		return
	}
	c.workflowEvent(chunk.RunID, run, step, inner, typ)
}

// workflowEvent shows the workflow's state as the step's task, and changes of its
// steps by themselves too.
func (c *Converter) workflowEvent(runID string, run *networkRun, step *networkStep, inner stream.Chunk, typ string) {
	if step.workflows == nil {
		step.workflows = map[string]*workflowRun{}
	}
	sub := &Converter{o: c.o}
	sub.o.EndText = false
	sub.workflow(step.workflows, inner, workflowScope{prefix: "data-workflow"})
	parts := sub.out
	for i := range parts {
		if parts[i].Type != "data-workflow" {
			continue
		}
		if name := step.workflows[inner.RunID].name; name != "" {
			// The task is named by the workflow's id.
			task := objectWriter{slices.Clone(parts[i].Data[:len(parts[i].Data)-1])}
			task.text("id", name)
			parts[i].Data = append(task.b, '}')
		}
		step.Task = parts[i].Data
	}
	c.emit(Part{Type: typ, ID: runID, Data: run.snapshot(overrides{status: running})})
	if len(parts) > 1 {
		for _, p := range parts {
			c.emit(p)
		}
	}
}

// snapshot is the state of the run, with what one part says differently.
func (r *networkRun) snapshot(over overrides) json.RawMessage {
	return object(func(o *objectWriter) {
		o.text("name", r.name)
		o.value("steps", list[*networkStep](r.steps))
		o.raw("usage", orNull(over.usage))
		o.raw("output", orNull(over.output))
		o.flag("hasEmittedText", &r.hasText)
		o.raw("status", over.status)
	})
}
