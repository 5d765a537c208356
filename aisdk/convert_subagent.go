package aisdk

import (
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"github.com/mastra-go/mastra/stream"
)

// list is a slice that is an array in JSON even where it is nil.
type list[T any] []T

func (l list[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return encode([]T(l)), nil
}

// agentState is what a sub-agent has done, over its run or in one step.
type agentState struct {
	ID               string                     `json:"id"`
	Object           json.RawMessage            `json:"object"`
	FinishReason     json.RawMessage            `json:"finishReason"`
	Usage            json.RawMessage            `json:"usage,omitempty"`
	Warnings         json.RawMessage            `json:"warnings,omitempty"`
	Text             text                       `json:"text"`
	Reasoning        list[text]                 `json:"reasoning"`
	Sources          list[json.RawMessage]      `json:"sources"`
	Files            list[json.RawMessage]      `json:"files"`
	ToolCalls        list[json.RawMessage]      `json:"toolCalls"`
	PendingToolCalls list[pendingToolCall]      `json:"pendingToolCalls"`
	ToolResults      list[json.RawMessage]      `json:"toolResults"`
	ToolErrors       list[toolError]            `json:"toolErrors"`
	Request          *struct{}                  `json:"request,omitempty"` // nothing of it is shown
	Response         map[string]json.RawMessage `json:"response,omitempty"`
	Status           string                     `json:"status"`
}

// agentRun is a sub-agent's run so far. Its text and reasoning are those of all
// steps; the rest of the state is that of the step under way.
type agentRun struct {
	agentState
	Steps list[agentStep] `json:"steps"`

	textOf, reasoningOf int // how much belongs to steps that have ended
}

type agentStep struct {
	agentState
	StepType           string                `json:"stepType"`
	ReasoningText      text                  `json:"reasoningText"`
	StaticToolCalls    list[json.RawMessage] `json:"staticToolCalls"`
	DynamicToolCalls   list[json.RawMessage] `json:"dynamicToolCalls"`
	StaticToolResults  list[json.RawMessage] `json:"staticToolResults"`
	DynamicToolResults list[json.RawMessage] `json:"dynamicToolResults"`
}

type pendingToolCall struct {
	ToolCallID       string          `json:"toolCallId"`
	ToolName         string          `json:"toolName"`
	ArgsText         text            `json:"argsText"`
	State            string          `json:"state"`
	ProviderExecuted json.RawMessage `json:"providerExecuted,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
	Dynamic          json.RawMessage `json:"dynamic,omitempty"`
}

type toolError struct {
	ToolCallID       string          `json:"toolCallId,omitempty"`
	ToolName         string          `json:"toolName,omitempty"`
	Args             json.RawMessage `json:"args,omitempty"`
	ErrorText        text            `json:"errorText"`
	ProviderExecuted json.RawMessage `json:"providerExecuted,omitempty"`
}

func now() json.RawMessage { return encode(stream.Time{Time: time.Now()}) }

func newAgentRun(id string) *agentRun {
	return &agentRun{agentState: agentState{
		ID: id, Object: jsonNull, FinishReason: jsonNull, Usage: jsonNull, Warnings: json.RawMessage("[]"),
		Request: &struct{}{},
		Response: map[string]json.RawMessage{
			"id": json.RawMessage(`""`), "timestamp": now(),
			"modelId": json.RawMessage(`""`), "messages": json.RawMessage("[]"),
		},
		Status: "running",
	}}
}

// subAgent tells what a sub-agent that runs as a tool has done.
func (c *Converter) subAgent(chunk stream.Chunk, ancestry []Ancestor) {
	run, step := c.follow(c.agents, chunk)
	if run == nil {
		return
	}
	finished := chunk.Type == stream.TypeFinish
	data := *run
	data.Steps = nil
	for _, s := range run.Steps {
		if !finished {
			s = s.outline()
		}
		data.Steps = append(data.Steps, s)
	}
	if !finished {
		data.Response = withoutMessages(run.Response)
	}
	c.emit(Part{Type: "data-tool-agent", ID: chunk.RunID, Data: encode(data), Ancestry: ancestry})
	if step != nil {
		index := len(run.Steps) - 1
		c.emit(Part{
			Type: "data-tool-agent-step", ID: chunk.RunID + ":" + strconv.Itoa(index), Ancestry: ancestry,
			Data: object(func(o *objectWriter) {
				o.text("runId", chunk.RunID)
				o.literal("stepIndex", strconv.Itoa(index))
				o.value("step", step)
			}),
		})
	}
}

// follow adds a chunk to the run that it belongs to. The run is nil where the
// chunk changes nothing; the step is the one that the chunk ended.
func (c *Converter) follow(runs map[string]*agentRun, chunk stream.Chunk) (*agentRun, *agentStep) {
	payload := chunk.Payload()
	run := runs[chunk.RunID]
	if run == nil {
		run = newAgentRun("")
	}
	var step *agentStep
	switch chunk.Type {
	case stream.TypeStart:
		var v stream.Start
		decode(payload, &v)
		run = newAgentRun(v.ID)
	case stream.TypeTextDelta:
		run.Text += pieceIn(payload)
	case stream.TypeReasoningDelta:
		run.Reasoning = append(run.Reasoning, pieceIn(payload))
	case stream.TypeSource:
		run.Sources = append(run.Sources, orNull(payload))
	case stream.TypeFile:
		run.Files = append(run.Files, orNull(payload))
	case stream.TypeObject, stream.TypeObjectResult:
		run.Object = orNull(payload)
	case stream.TypeToolCallInputStart, stream.TypeToolCallDelta, stream.TypeToolCallInputEnd,
		stream.TypeToolCall, stream.TypeToolResult, stream.TypeToolError:
		if !run.tool(chunk.Type, payload, &c.o.Display) {
			return nil, nil
		}
	case stream.TypeStepFinish:
		step = run.endStep(payload)
	case stream.TypeFinish:
		run.finish(payload)
	default:
		return nil, nil
	}
	runs[chunk.RunID] = run
	return run, step
}

// pieceIn is the text of a delta.
func pieceIn(payload json.RawMessage) text {
	var v struct {
		Text json.RawMessage `json:"text"`
	}
	decode(payload, &v)
	piece, _ := pieceOf(v.Text)
	return text(piece)
}

func (r *agentRun) tool(typ string, payload json.RawMessage, d *Display) bool {
	var v struct {
		pendingToolCall
		ArgsTextDelta text            `json:"argsTextDelta"`
		Args          json.RawMessage `json:"args"`
		Error         json.RawMessage `json:"error"`
	}
	if !decode(payload, &v) {
		return false
	}
	switch typ {
	case stream.TypeToolCallInputStart:
		call := r.pendingCall(v.ToolCallID)
		call.State, call.ProviderExecuted = "input-streaming", present(v.ProviderExecuted)
		call.ProviderMetadata, call.Dynamic = present(v.ProviderMetadata), present(v.Dynamic)
		call.named(v.ToolName)
		return true
	case stream.TypeToolCallDelta:
		call := r.pendingCall(v.ToolCallID)
		call.State = "input-streaming"
		call.ArgsText += v.ArgsTextDelta
		call.metadata(v.ProviderMetadata)
		call.named(v.ToolName)
		return true
	case stream.TypeToolCallInputEnd:
		call := r.pendingCall(v.ToolCallID)
		call.State = "input-available"
		call.metadata(v.ProviderMetadata)
		return true
	case stream.TypeToolCall:
		r.ToolCalls = append(r.ToolCalls, payload)
	case stream.TypeToolResult:
		r.ToolResults = append(r.ToolResults, payload)
	case stream.TypeToolError:
		r.ToolErrors = append(r.ToolErrors, toolError{
			ToolCallID: v.ToolCallID, ToolName: v.ToolName, Args: v.Args,
			ErrorText: d.errorText(v.Error), ProviderExecuted: v.ProviderExecuted,
		})
	}
	var left list[pendingToolCall]
	for _, call := range r.PendingToolCalls {
		if call.ToolCallID != v.ToolCallID {
			left = append(left, call)
		}
	}
	r.PendingToolCalls = left
	return true
}

// pendingCall finds a call whose arguments are being written, or adds it.
func (r *agentRun) pendingCall(id string) *pendingToolCall {
	for i := range r.PendingToolCalls {
		if r.PendingToolCalls[i].ToolCallID == id {
			return &r.PendingToolCalls[i]
		}
	}
	r.PendingToolCalls = append(r.PendingToolCalls, pendingToolCall{ToolCallID: id})
	return &r.PendingToolCalls[len(r.PendingToolCalls)-1]
}

func (c *pendingToolCall) named(name string) {
	if name != "" {
		c.ToolName = name
	}
}

func (c *pendingToolCall) metadata(m json.RawMessage) {
	if m = present(m); m != nil {
		c.ProviderMetadata = m
	}
}

// runEnd is what step-finish and finish hold, taken together.
type runEnd struct {
	ID         string `json:"id"`
	StepResult struct {
		Reason   json.RawMessage `json:"reason"`
		Warnings json.RawMessage `json:"warnings"`
	} `json:"stepResult"`
	FinishReason json.RawMessage `json:"finishReason"`
	Output       struct {
		Usage json.RawMessage `json:"usage"`
	} `json:"output"`
	Usage    json.RawMessage `json:"usage"`
	Metadata struct {
		Timestamp json.RawMessage `json:"timestamp"`
		ModelID   string          `json:"modelId"`
		Model     string          `json:"model"`
	} `json:"metadata"`
	Response map[string]json.RawMessage `json:"response"`
}

func (r *agentRun) finish(payload json.RawMessage) {
	var v runEnd
	decode(payload, &v)
	r.FinishReason = jsonNull
	for _, reason := range []json.RawMessage{v.FinishReason, v.StepResult.Reason} {
		if present(reason) != nil {
			r.FinishReason = reason
		}
	}
	r.Usage, r.Warnings, r.Status = present(v.Output.Usage), v.StepResult.Warnings, "finished"
	if r.Usage == nil {
		r.Usage = v.Usage
	}
	maps.Copy(r.Response, v.Response)
}

func (r *agentRun) endStep(payload json.RawMessage) *agentStep {
	var v runEnd
	decode(payload, &v)
	warnings := present(v.StepResult.Warnings)
	if warnings == nil {
		warnings = json.RawMessage("[]")
	}

	step := agentStep{agentState: r.agentState, StepType: "initial"}
	if len(r.Steps) > 0 {
		step.StepType = "tool-result"
	}
	step.Text = r.Text[r.textOf:]
	step.Reasoning = r.Reasoning[r.reasoningOf:]
	for _, piece := range step.Reasoning {
		step.ReasoningText += piece
	}
	step.PendingToolCalls = nil
	step.FinishReason, step.Usage, step.Warnings = v.StepResult.Reason, v.Output.Usage, warnings
	step.Response = maps.Clone(r.Response)
	step.Response["id"] = encode(v.ID)
	step.Response["timestamp"] = present(v.Metadata.Timestamp)
	if step.Response["timestamp"] == nil {
		step.Response["timestamp"] = now()
	}
	model := v.Metadata.ModelID
	if model == "" {
		model = v.Metadata.Model
	}
	step.Response["modelId"] = encode(model)
	messages := step.Response["messages"]
	maps.Copy(step.Response, v.Response)
	if present(step.Response["messages"]) == nil {
		step.Response["messages"] = orNull(messages)
	}

	r.Sources, r.Files, r.ToolCalls, r.PendingToolCalls, r.ToolResults, r.ToolErrors = nil, nil, nil, nil, nil, nil
	r.Usage, r.Warnings = v.Output.Usage, warnings
	r.Steps = append(r.Steps, step)
	r.textOf, r.reasoningOf = len(r.Text), len(r.Reasoning)
	return &step
}

// outline is the step without what its own part has told already.
func (s agentStep) outline() agentStep {
	s.Object, s.Text, s.ReasoningText, s.Reasoning = jsonNull, "", "", nil
	s.Files, s.Sources, s.ToolCalls, s.ToolResults, s.ToolErrors = nil, nil, nil, nil, nil
	s.Response = withoutMessages(s.Response)
	return s
}

func withoutMessages(response map[string]json.RawMessage) map[string]json.RawMessage {
	response = maps.Clone(response)
	for _, name := range []string{"messages", "dbMessages", "uiMessages"} {
		if _, ok := response[name]; ok {
			response[name] = json.RawMessage("[]")
		}
	}
	return response
}
