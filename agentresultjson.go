package mastra

import (
	"encoding/json"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/tolerant"
	"github.com/mastra-go/mastra/stream"
)

// storedResult is the JSON of an AgentResult. Pending is always there: no answer of
// the server has it.
type storedResult struct {
	Text              string            `json:"text"`
	Reasoning         string            `json:"reasoning,omitzero"`
	Object            json.RawMessage   `json:"object,omitempty"`
	FinishReason      FinishReason      `json:"finishReason,omitzero"`
	Usage             Usage             `json:"usage"`
	ToolCalls         []ToolCall        `json:"toolCalls,omitzero"`
	ToolResults       []ToolResult      `json:"toolResults,omitzero"`
	Sources           []Source          `json:"sources,omitzero"`
	Files             []stream.File     `json:"files,omitzero"`
	Pending           []Pending         `json:"pending"`
	Tripwire          *TripwireError    `json:"tripwire,omitempty"`
	Failure           *RunError         `json:"error,omitempty"`
	RunID             string            `json:"runId,omitzero"`
	MessageID         string            `json:"messageId,omitzero"`
	TraceID           string            `json:"traceId,omitzero"`
	SpanID            string            `json:"spanId,omitzero"`
	ModelID           string            `json:"modelId,omitzero"`
	Warnings          []json.RawMessage `json:"warnings,omitzero"`
	UsedFallbackValue bool              `json:"usedFallbackValue,omitzero"`
	Steps             []AgentStep       `json:"steps,omitempty"`
}

// MarshalJSON writes the result to be stored, and for logs and browsers: all that it
// tells but Raw and Messages, which may hold what was remembered of other
// conversations. What was sent to the model's provider, and the headers that it
// answered with, are left out of the steps.
func (r AgentResult) MarshalJSON() ([]byte, error) {
	steps, err := r.Steps()
	if err != nil {
		return nil, err
	}
	for i := range steps {
		steps[i].Request = nil
		if response := steps[i].Response; response != nil {
			response.Headers = nil
		}
	}
	out := storedResult{
		r.Text, r.Reasoning, r.Object, r.FinishReason, r.Usage, r.ToolCalls, r.ToolResults, r.Sources, r.Files, r.pending, r.Tripwire, r.failure,
		r.RunID, r.MessageID, r.TraceID, r.SpanID, r.ModelID, r.Warnings, r.UsedFallbackValue, steps,
	}
	if out.Pending == nil {
		out.Pending = []Pending{}
	}
	return call.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes, and the server's answer of generate.
func (r *AgentResult) UnmarshalJSON(data []byte) error {
	var form struct {
		Pending json.RawMessage `json:"pending"`
	}
	if err := json.Unmarshal(data, &form); err != nil || string(data) == "null" {
		return err // null changes nothing, as everywhere in JSON
	}
	if form.Pending == nil {
		return r.readAnswer(data)
	}
	var in struct {
		storedResult
		Steps json.RawMessage `json:"steps"`
	}
	if _, err := tolerant.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = AgentResult{
		Text: in.Text, Reasoning: in.Reasoning, Object: in.Object, FinishReason: in.FinishReason, Usage: in.Usage,
		ToolCalls: in.ToolCalls, ToolResults: in.ToolResults, Sources: in.Sources, Files: in.Files,
		Tripwire: in.Tripwire, RunID: in.RunID, MessageID: in.MessageID, TraceID: in.TraceID, SpanID: in.SpanID,
		ModelID: in.ModelID, Warnings: in.Warnings, UsedFallbackValue: in.UsedFallbackValue, pending: in.Pending, failure: in.Failure,
	}
	if len(r.pending) == 0 {
		r.pending = nil
	}
	if in.Steps != nil {
		r.told = []exchange{{list: in.Steps}}
	}
	return nil
}
