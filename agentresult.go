package mastra

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/tolerant"
	"github.com/mastra-go/mastra/internal/veil"
	"github.com/mastra-go/mastra/stream"
)

// AgentResult is what a run of an agent came to, whole or streamed. An empty Text
// has a reason: see Err and Pending. Streams do not tell TraceID, SpanID and Raw, nor
// all of Steps and Messages, which say what is missing.
type AgentResult struct {
	// Text of the answer, over all steps.
	Text string
	// Reasoning is the model's reasoning as one text.
	Reasoning string
	// Object is the structured answer, where one was asked for.
	Object json.RawMessage
	// FinishReason tells why the run ended; [FinishSuspended] where it waits.
	FinishReason FinishReason
	// Usage counts the tokens of all steps.
	Usage Usage
	// ToolCalls and ToolResults, in the order in which they came. A failed call
	// has a result too, with IsError set.
	ToolCalls   []ToolCall
	ToolResults []ToolResult
	Sources     []Source
	Files       []stream.File
	// Tripwire is the processor's reason, where one stopped the run.
	Tripwire *TripwireError
	// RunID is needed to approve, decline and resume.
	RunID string
	// MessageID is the stored answer's id, where the server told it.
	MessageID string
	// TraceID and SpanID are the run's trace, where the server traces and said so.
	TraceID, SpanID string
	// ModelID is the model that has answered last, as its provider names it.
	ModelID string
	// Warnings of the model's provider on the last step, such as settings that it
	// does not support.
	Warnings []json.RawMessage
	// UsedFallbackValue: Object is the fallback value.
	UsedFallbackValue bool
	// Raw is the whole answer of a call that did not stream.
	Raw json.RawMessage

	pending      []Pending
	failure      *RunError
	told         []exchange      // behind Steps; nil: in Raw
	conversation json.RawMessage // behind Messages; nil: in Raw
	asked        Messages
	finish       *stream.Chunk // behind Conversation, where a stream's finish does not tell it
}

// Err is nil unless the run ended without an answer although the call went well:
// a [*TripwireError], or a [*RunError]. A run that waits is no error, nor is one in whose
// stream a model failed and another has answered.
//
// The methods of a nil result, as a zero [Typed] has it, tell nothing.
func (r *AgentResult) Err() error {
	switch {
	case r == nil:
	case r.Tripwire != nil:
		return r.Tripwire
	case r.failure != nil:
		return r.failure
	}
	return nil
}

// Pending lists what the run waits for: approvals, answers to tools that have
// suspended it, and calls of tools that the client runs.
func (r *AgentResult) Pending() []Pending {
	if r == nil {
		return nil
	}
	return slices.Clone(r.pending)
}

func (r *AgentResult) part(wire any) error {
	if r.Raw == nil {
		return nil
	}
	if _, err := tolerant.Unmarshal(r.Raw, wire); err != nil {
		return failed(http.StatusBadGateway, "mastra: the result does not decode: %s", strings.TrimPrefix(call.WithoutValue(err).Error(), "json: "))
	}
	return nil
}

// resultWire is the answer of generate.
type resultWire struct {
	Text         string           `json:"text"`
	Reasoning    string           `json:"reasoningText"`
	Object       json.RawMessage  `json:"object"`
	FinishReason FinishReason     `json:"finishReason"`
	Usage        Usage            `json:"usage"`
	TotalUsage   Usage            `json:"totalUsage"`
	ToolCalls    []stream.Chunk   `json:"toolCalls"`
	ToolResults  []stream.Chunk   `json:"toolResults"`
	Sources      []stream.Chunk   `json:"sources"`
	Files        []stream.Chunk   `json:"files"`
	Tripwire     *stream.Tripwire `json:"tripwire"`
	Error        json.RawMessage  `json:"error"`
	RunID        string           `json:"runId"`
	TraceID      string           `json:"traceId"`
	SpanID       string           `json:"spanId"`
	UsedFallback bool             `json:"usedFallbackValue"`
	Suspended    *suspendedWire   `json:"suspendPayload"`
	Warnings     json.RawMessage  `json:"warnings"`
	Response     struct {
		ModelID  string `json:"modelId"`
		Messages []struct {
			Content json.RawMessage `json:"content"`
		} `json:"messages"`
	} `json:"response"`
}

// contentWire is a part of a message of the answer. The results of tool calls
// that failed or were declined stand only there.
type contentWire struct {
	Type       string          `json:"type"`
	ToolCallID string          `json:"toolCallId"`
	ToolName   string          `json:"toolName"`
	Input      json.RawMessage `json:"input"`
	Output     struct {
		Type  string          `json:"type"`
		Value json.RawMessage `json:"value"`
	} `json:"output"`
	Error stream.ErrorDetail `json:"error"`
}

// failed gives the result of a tool call that failed, or that was declined: the
// model is then told a text in place of a result.
func (c *contentWire) failed() (ToolResult, bool) {
	r := ToolResult{ID: c.ToolCallID, Name: c.ToolName, Args: c.Input, IsError: true}
	switch {
	case c.Type == "tool-error":
		r.Err = c.Error.Message
	case c.Type == "tool-result" && (c.Output.Type == "error-text" || c.Output.Type == "error-json" || c.Output.Type == "text"):
		if json.Unmarshal(c.Output.Value, &r.Err) != nil {
			r.Err = string(c.Output.Value)
		}
	default:
		return r, false
	}
	return r, true
}

type suspendedWire struct {
	ToolCallID     string          `json:"toolCallId"`
	ToolName       string          `json:"toolName"`
	Args           json.RawMessage `json:"args"`
	SuspendPayload json.RawMessage `json:"suspendPayload"`
	ResumeSchema   Schema          `json:"resumeSchema"`
}

// readAnswer reads the answer of generate.
func (r *AgentResult) readAnswer(data []byte) error {
	var wire resultWire
	lost, err := tolerant.Unmarshal(data, &wire)
	switch {
	case err != nil:
		return err
	case slices.Contains(lost, "text"):
		return json.Unmarshal(data, &struct {
			Text string `json:"text"`
		}{}) // nothing is left without it
	}
	b := agentBuilder{}
	for _, list := range [][]stream.Chunk{wire.ToolCalls, wire.ToolResults, wire.Sources, wire.Files} {
		for i := range list {
			b.add(&list[i])
		}
	}
	for _, message := range wire.Response.Messages {
		var parts []contentWire
		if json.Unmarshal(message.Content, &parts) != nil {
			continue // plain text
		}
		for i := range parts {
			if r, ok := parts[i].failed(); ok && !b.knows(r.ID) {
				r.RunID = wire.RunID
				b.answered(r)
			}
		}
	}
	if s := wire.Suspended; s != nil {
		p := Pending{Kind: PendingApproval, RunID: wire.RunID, ToolCallID: s.ToolCallID, ToolName: s.ToolName, Args: s.Args, ResumeSchema: s.ResumeSchema}
		if s.SuspendPayload != nil {
			p.Kind, p.SuspendPayload = PendingSuspended, s.SuspendPayload
		}
		b.waits(p)
	}
	*r = *b.result()
	r.Text, r.Reasoning, r.Object = wire.Text, wire.Reasoning, wire.Object
	r.FinishReason, r.RunID, r.TraceID, r.SpanID = wire.FinishReason, wire.RunID, wire.TraceID, wire.SpanID
	r.UsedFallbackValue = wire.UsedFallback
	r.ModelID, r.Warnings = wire.Response.ModelID, warningsOf(wire.Warnings)
	r.Usage = wire.TotalUsage
	if r.Usage.InputTokens == 0 && r.Usage.OutputTokens == 0 {
		r.Usage = wire.Usage
	}
	if wire.Tripwire != nil {
		r.Tripwire = wire.Tripwire.Err()
	}
	if told := len(wire.Error) > 0 && string(wire.Error) != "null"; told || wire.FinishReason == FinishError {
		var failure stream.ErrorChunk
		_ = failure.Error.UnmarshalJSON(wire.Error) // never fails
		failure.RunID = wire.RunID
		r.failure = failure.Err()
	}
	r.clientTools(r.ToolCalls, r.ToolResults)
	r.Raw = append(json.RawMessage(nil), data...)
	return nil
}

// clientTools adds the calls that the run ended for: those without a result.
func (r *AgentResult) clientTools(calls []ToolCall, results []ToolResult) {
	if r.FinishReason != FinishToolCalls {
		return
	}
	for _, call := range calls {
		answered := slices.ContainsFunc(results, func(t ToolResult) bool { return t.ID == call.ID })
		if !answered && !call.ProviderExecuted {
			r.pending = append(r.pending, Pending{Kind: PendingClientTool, RunID: call.RunID, ToolCallID: call.ID, ToolName: call.Name, Args: call.Args})
		}
	}
}

// suspended tells whether a run waits to be approved or answered.
func (r *AgentResult) suspended() bool {
	return slices.ContainsFunc(r.pending, func(p Pending) bool { return p.Kind != PendingClientTool })
}

func (r *AgentResult) hide(through func() *veil.Veil) {
	if r.Tripwire != nil {
		r.Tripwire = through().TripwireError(r.Tripwire)
	}
	if r.failure != nil {
		r.failure = through().RunError(r.failure)
	}
	for i := range r.ToolResults {
		if result := &r.ToolResults[i]; result.IsError {
			result.Err = through().Text(result.Err)
		}
	}
}
