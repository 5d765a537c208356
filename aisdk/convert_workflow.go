package aisdk

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/stream"
)

// workflowRun is what is known of one run of a workflow.
type workflowRun struct {
	name  string
	steps []*workflowStep // in the order in which they began
}

// workflowStep is a step as the browser sees it. What nobody has said stays nil
// and is left out.
type workflowStep struct {
	id             string
	Name           string          `json:"name,omitempty"`
	Status         json.RawMessage `json:"status,omitempty"`
	Input          json.RawMessage `json:"input,omitempty"`
	Output         json.RawMessage `json:"output,omitempty"`
	SuspendPayload json.RawMessage `json:"suspendPayload,omitempty"`
	ResumePayload  json.RawMessage `json:"resumePayload,omitempty"`
}

// workflowScope says where a workflow runs: by itself, in a tool, in a network.
type workflowScope struct {
	// prefix of the parts' types: "data-workflow" or "data-tool-workflow".
	prefix string
	// text passes on what agents in steps write.
	text bool
}

// stepPayload is what the chunks about steps hold, taken together.
type stepPayload struct {
	ID             string          `json:"id"`
	Status         json.RawMessage `json:"status"`
	Payload        json.RawMessage `json:"payload"`
	Output         json.RawMessage `json:"output"`
	Error          json.RawMessage `json:"error"`
	SuspendPayload json.RawMessage `json:"suspendPayload"`
	ResumePayload  json.RawMessage `json:"resumePayload"`
}

// workflow converts a chunk of a workflow's stream. Each part about the run
// repeats the state of all its steps, and replaces the one before it.
func (c *Converter) workflow(runs map[string]*workflowRun, chunk stream.Chunk, scope workflowScope) {
	run := runs[chunk.RunID]
	switch chunk.Type {
	case stream.TypeWorkflowStart:
		var v stream.WorkflowStart
		if !decode(chunk.Payload(), &v) {
			return
		}
		run = &workflowRun{name: v.WorkflowID}
		runs[chunk.RunID] = run
		c.runPart(scope, chunk.RunID, run.snapshot("running", false, nil))
	case stream.TypeWorkflowStepStart:
		c.stepStart(runs, chunk, scope)
	case stream.TypeWorkflowStepResult, stream.TypeWorkflowStepSuspended:
		if run != nil {
			c.stepEnd(run, chunk, scope)
		}
	case stream.TypeWorkflowFinish:
		var v struct {
			Status json.RawMessage `json:"workflowStatus"`
			Output json.RawMessage `json:"output"`
		}
		if run == nil || !decode(chunk.Payload(), &v) {
			return
		}
		status, _ := textOf(v.Status)
		c.runPart(scope, chunk.RunID, run.snapshot(status, true, v.Output))
	case stream.TypeWorkflowStepOutput:
		c.stepOutput(chunk, scope)
	default:
		if isData(chunk.Type) {
			c.data(chunk)
		}
	}
}

// stepStart adds a step. The run may be unknown: a resumed one can lack its start.
func (c *Converter) stepStart(runs map[string]*workflowRun, chunk stream.Chunk, scope workflowScope) {
	var v stepPayload
	if !decode(chunk.Payload(), &v) || v.ID == "" {
		return
	}
	run := runs[chunk.RunID]
	if run == nil {
		run = &workflowRun{}
		runs[chunk.RunID] = run
	}
	*run.step(v.ID) = workflowStep{
		id: v.ID, Name: v.ID, Status: v.Status, Input: orNull(v.Payload),
		Output: jsonNull, SuspendPayload: jsonNull, ResumePayload: jsonNull,
	}
	c.runPart(scope, chunk.RunID, run.snapshot("running", false, nil))
}

// stepEnd changes a step that has ended or is suspended.
func (c *Converter) stepEnd(run *workflowRun, chunk stream.Chunk, scope workflowScope) {
	var v stepPayload
	if !decode(chunk.Payload(), &v) || v.ID == "" {
		return
	}
	step, status := run.step(v.ID), "running"
	step.Status = v.Status
	step.Output = orNull(v.Output)
	if chunk.Type == stream.TypeWorkflowStepSuspended {
		status = "suspended"
		step.Output = jsonNull
		step.SuspendPayload = orNull(v.SuspendPayload)
		step.ResumePayload = orNull(v.ResumePayload)
	}
	c.runPart(scope, chunk.RunID, run.snapshot(status, false, nil))

	c.emit(Part{Type: scope.prefix + "-step", ID: chunk.RunID + ":" + v.ID, Data: object(func(o *objectWriter) {
		o.text("name", run.name)
		o.text("status", status)
		o.text("stepId", v.ID)
		o.value("step", step)
	})})

	if c.o.SendStepErrors && present(v.Error) != nil {
		c.failed(c.o.errorText(v.Error))
	}
}

// stepOutput converts what a step wrote while it ran: its own data, or the chunks
// of an agent that it called.
func (c *Converter) stepOutput(chunk stream.Chunk, scope workflowScope) {
	var v struct {
		Output json.RawMessage `json:"output"`
	}
	if !decode(chunk.Payload(), &v) || len(v.Output) == 0 {
		return
	}
	inner, err := stream.ParseChunk(v.Output)
	switch {
	case err != nil:
	case isData(inner.Type):
		c.data(inner)
	case scope.text && isStepText(inner.Type):
		c.content(inner)
	}
}

// isStepText tells the chunks that make sense without the agent's run around them.
func isStepText(typ string) bool {
	switch typ {
	case stream.TypeTextStart, stream.TypeTextDelta, stream.TypeTextEnd,
		stream.TypeReasoningStart, stream.TypeReasoningDelta, stream.TypeReasoningEnd,
		stream.TypeFile, stream.TypeSource,
		stream.TypeToolCall, stream.TypeToolCallApproval, stream.TypeToolCallSuspended,
		stream.TypeToolResult, stream.TypeToolError, stream.TypeToolOutputDenied,
		stream.TypeError, stream.TypeAbort, stream.TypeTripwire:
		return true
	}
	return strings.HasPrefix(typ, "background-task-")
}

func (c *Converter) runPart(scope workflowScope, runID string, data json.RawMessage) {
	c.emit(Part{Type: scope.prefix, ID: runID, Data: data})
}

// step finds a step, or adds it.
func (r *workflowRun) step(id string) *workflowStep {
	if i := slices.IndexFunc(r.steps, func(s *workflowStep) bool { return s.id == id }); i >= 0 {
		return r.steps[i]
	}
	step := &workflowStep{id: id}
	r.steps = append(r.steps, step)
	return step
}

// snapshot is the state of the run. Outputs are large, so only the last snapshot
// has them.
func (r *workflowRun) snapshot(status string, outputs bool, output json.RawMessage) json.RawMessage {
	steps := object(func(o *objectWriter) {
		for _, s := range r.steps {
			shown := *s
			if !outputs {
				shown.Output = jsonNull
			}
			name := jsonstring.Append(nil, s.id)
			o.value(string(name[1:len(name)-1]), shown)
		}
	})
	return object(func(o *objectWriter) {
		o.text("name", r.name)
		o.text("status", status)
		o.raw("steps", steps)
		o.raw("output", orNull(output))
	})
}
