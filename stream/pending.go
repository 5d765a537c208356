package stream

import (
	"bytes"
	"encoding/json"

	"github.com/mastra-go/mastra/internal/jsonstring"
)

// PendingKind is what a suspended run waits for.
type PendingKind string

const (
	// PendingApproval waits for a tool call to be approved or declined.
	PendingApproval PendingKind = "approval"
	// PendingSuspended waits for the answer to a tool that suspended.
	PendingSuspended PendingKind = "suspended"
	// PendingClientTool waits for the result of a tool that the client runs.
	PendingClientTool PendingKind = "client-tool"
)

// Pending is one thing that an agent's run waits for. It survives a round trip
// through JSON, so it can be stored until another process has the answer.
type Pending struct {
	Kind       PendingKind `json:"kind"`
	RunID      string      `json:"runId"`
	ToolCallID string      `json:"toolCallId"`
	ToolName   string      `json:"toolName"`
	// Args is the input that the tool was called with.
	Args json.RawMessage `json:"args,omitempty"`
	// SuspendPayload is what the tool said when it suspended; nil for the others.
	SuspendPayload json.RawMessage `json:"suspendPayload,omitempty"`
	// ResumeSchema is the JSON Schema of the answer; nil if the server sent none.
	ResumeSchema Schema `json:"resumeSchema,omitempty"`
}

// Schema is a JSON Schema. On the wire it may be an object, JSON text inside a
// string, or either of them under the key "json"; a Schema holds the bare schema
// and is written as that.
type Schema json.RawMessage

// MarshalJSON writes the bare schema, null for none.
func (s Schema) MarshalJSON() ([]byte, error) { return orNull(s), nil }

func orNull(b []byte) []byte {
	if len(b) == 0 {
		return []byte("null")
	}
	return b
}

// UnmarshalJSON reads any of the forms that the server sends. Text that is not
// JSON is kept as a JSON string.
func (s *Schema) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if inner, ok := jsonstring.Inside(b); ok && json.Valid(inner) {
		b = bytes.TrimSpace(inner)
	}
	var wrapped struct {
		JSON json.RawMessage `json:"json"`
	}
	if json.Unmarshal(b, &wrapped) == nil && bytes.HasPrefix(wrapped.JSON, []byte{'{'}) {
		b = wrapped.JSON
	}
	if bytes.Equal(b, []byte("null")) {
		b = nil
	}
	*s = append(Schema(nil), b...)
	return nil
}
