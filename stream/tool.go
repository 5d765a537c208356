package stream

import (
	"cmp"
	"encoding/json"
)

// ToolCall is a model's call of a tool. It is the payload of a `tool-call` chunk.
type ToolCall struct {
	// RunID is the run that made the call.
	RunID string `json:"runId,omitempty"`
	// ID identifies the call; its result carries the same id.
	ID   string `json:"toolCallId"`
	Name string `json:"toolName"`
	// Args is the tool's input, any JSON; nil if the model sent none.
	Args json.RawMessage `json:"args,omitempty"`
	// ProviderExecuted tells that the model's provider runs the tool itself.
	ProviderExecuted bool            `json:"providerExecuted,omitempty"`
	Dynamic          bool            `json:"dynamic,omitempty"`
	Output           json.RawMessage `json:"output,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
	Observability    json.RawMessage `json:"observability,omitempty"`
}

// ToolResult is what a tool call came to. It is the payload of a `tool-result`
// chunk; [ToolErrorChunk.Result] makes one of a failed call.
type ToolResult struct {
	RunID string          `json:"runId,omitempty"`
	ID    string          `json:"toolCallId"`
	Name  string          `json:"toolName"`
	Args  json.RawMessage `json:"args,omitempty"`
	// Result is the tool's output, any JSON.
	Result json.RawMessage `json:"result,omitempty"`
	// IsError tells that the call failed; Err then says why.
	IsError          bool            `json:"isError,omitempty"`
	Err              string          `json:"error,omitempty"`
	ProviderExecuted bool            `json:"providerExecuted,omitempty"`
	Dynamic          bool            `json:"dynamic,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// ToolErrorChunk is the payload of a `tool-error` chunk: the tool threw, or there is
// no such tool. The run goes on; the model sees the error.
type ToolErrorChunk struct {
	RunID            string          `json:"runId,omitempty"`
	ID               string          `json:"toolCallId"`
	Name             string          `json:"toolName"`
	Args             json.RawMessage `json:"args,omitempty"`
	Error            ErrorDetail     `json:"error"`
	ProviderExecuted bool            `json:"providerExecuted,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// Result returns the failed call as a ToolResult with IsError set.
func (e *ToolErrorChunk) Result() ToolResult {
	return ToolResult{
		RunID: e.RunID, ID: e.ID, Name: e.Name, Args: e.Args, IsError: true, Err: e.Error.Message,
		ProviderExecuted: e.ProviderExecuted, ProviderMetadata: e.ProviderMetadata,
	}
}

// ToolCallInputStart is the payload of `tool-call-input-streaming-start`: the
// model begins to write a call's arguments.
type ToolCallInputStart struct {
	ID               string          `json:"toolCallId"`
	Name             string          `json:"toolName"`
	ProviderExecuted bool            `json:"providerExecuted,omitempty"`
	Dynamic          bool            `json:"dynamic,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// ToolCallDelta is the payload of `tool-call-delta`: a piece of the arguments'
// JSON text.
type ToolCallDelta struct {
	ID               string          `json:"toolCallId"`
	Name             string          `json:"toolName,omitempty"`
	ArgsTextDelta    string          `json:"argsTextDelta"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

func (d *ToolCallDelta) setText(text string) { d.ArgsTextDelta = text }

// ToolCallInputEnd is the payload of `tool-call-input-streaming-end`.
type ToolCallInputEnd struct {
	ID               string          `json:"toolCallId"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// ToolCallApproval is the payload of `tool-call-approval`: the run is suspended
// until the call is approved or declined.
type ToolCallApproval struct {
	RunID string          `json:"runId,omitempty"`
	ID    string          `json:"toolCallId"`
	Name  string          `json:"toolName"`
	Args  json.RawMessage `json:"args,omitempty"`
	// ResumeSchema is the JSON Schema of the decision.
	ResumeSchema Schema `json:"resumeSchema,omitempty"`
}

// Pending returns what the run waits for.
func (a *ToolCallApproval) Pending() Pending {
	return Pending{
		Kind: PendingApproval, RunID: a.RunID, ToolCallID: a.ID, ToolName: a.Name,
		Args: a.Args, ResumeSchema: a.ResumeSchema,
	}
}

// ToolCallSuspended is the payload of `tool-call-suspended`: the tool suspended
// the run and waits for resume data.
type ToolCallSuspended struct {
	RunID string          `json:"runId,omitempty"`
	ID    string          `json:"toolCallId"`
	Name  string          `json:"toolName"`
	Args  json.RawMessage `json:"args,omitempty"`
	// SuspendPayload is what the tool says about it, any JSON.
	SuspendPayload json.RawMessage `json:"suspendPayload,omitempty"`
	// ResumeSchema is the JSON Schema of the answer.
	ResumeSchema Schema `json:"resumeSchema,omitempty"`
}

// Pending returns what the run waits for.
func (s *ToolCallSuspended) Pending() Pending {
	return Pending{
		Kind: PendingSuspended, RunID: s.RunID, ToolCallID: s.ID, ToolName: s.Name,
		Args: s.Args, SuspendPayload: s.SuspendPayload, ResumeSchema: s.ResumeSchema,
	}
}

// ToolOutputChunk is the payload of `tool-output`: what a tool wrote while it ran. A
// sub-agent or workflow that is used as a tool writes whole chunks; see
// [ToolOutputChunk.Chunk].
type ToolOutputChunk struct {
	ID     string          `json:"toolCallId"`
	Name   string          `json:"toolName,omitempty"`
	Output json.RawMessage `json:"output"`

	joined
}

// Chunk returns the output as a chunk if it is one, which is to say a JSON object
// with a type.
func (o *ToolOutputChunk) Chunk() (Chunk, bool) { return o.joined.chunk(o.Output) }

// ToolOutputDenied is the payload of `tool-output-denied`: the call was declined.
type ToolOutputDenied struct {
	RunID    string          `json:"runId,omitempty"`
	ID       string          `json:"toolCallId"`
	Name     string          `json:"toolName"`
	Args     json.RawMessage `json:"args,omitempty"`
	Approval struct {
		ID       string `json:"id"`
		Approved bool   `json:"approved"`
		Reason   string `json:"reason,omitempty"`
	} `json:"approval"`
}

func (c *ToolCall) setRunID(id string)          { c.RunID = cmp.Or(c.RunID, id) }
func (r *ToolResult) setRunID(id string)        { r.RunID = cmp.Or(r.RunID, id) }
func (e *ToolErrorChunk) setRunID(id string)    { e.RunID = cmp.Or(e.RunID, id) }
func (a *ToolCallApproval) setRunID(id string)  { a.RunID = cmp.Or(a.RunID, id) }
func (s *ToolCallSuspended) setRunID(id string) { s.RunID = cmp.Or(s.RunID, id) }
func (d *ToolOutputDenied) setRunID(id string)  { d.RunID = cmp.Or(d.RunID, id) }
