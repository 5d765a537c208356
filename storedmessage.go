package mastra

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/jsonstring"
)

// StoredMessage is a message as memory holds it. It encodes to JSON and back
// without loss, whatever the server's storage has put into it.
type StoredMessage struct {
	ID         string         `json:"id"`
	Role       Role           `json:"role"`
	CreatedAt  Time           `json:"createdAt,omitzero"`
	ThreadID   string         `json:"threadId,omitzero"`
	ResourceID string         `json:"resourceId,omitzero"`
	Type       string         `json:"type,omitzero"`
	Content    MessageContent `json:"content"`
	// Fields holds members that this struct does not model, and texts with half a
	// character in them, which the field of that name has with U+FFFD.
	Fields map[string]json.RawMessage `json:"-"`
}

// NewStoredMessage makes a message of plain text, to be saved: give it a thread and a
// resource.
func NewStoredMessage(role Role, text string) StoredMessage {
	return StoredMessage{Role: role, Content: MessageContent{Format: 2, Parts: []MessagePart{{Type: "text", Text: text}}}}
}

// Text of the message: its text parts, joined.
func (m *StoredMessage) Text() string {
	var b strings.Builder
	for _, p := range m.Content.Parts {
		if p.Type == "text" {
			b.WriteString(p.Text)
		}
	}
	if b.Len() == 0 {
		return m.Content.Content
	}
	return b.String()
}

// UnmarshalJSON reads a message.
func (m *StoredMessage) UnmarshalJSON(data []byte) (err error) {
	type plain StoredMessage
	*m = StoredMessage{}
	m.Fields, err = readMembers(data, (*plain)(m))
	return err
}

// MarshalJSON writes the message as the server reads it.
func (m StoredMessage) MarshalJSON() ([]byte, error) {
	type plain StoredMessage
	return writeMembers(plain(m), m.Fields)
}

// MessageContent is what a stored message says. The server writes format 2.
// Messages of the older format, a text or bare parts, are read into the same
// fields and written as they were.
type MessageContent struct {
	// Format is 2, or 1 for the older one; 0 is written as 2.
	Format int           `json:"format"`
	Parts  []MessagePart `json:"parts"`
	// Content is the text as one, where the server keeps it.
	Content string `json:"content,omitzero"`
	// Metadata holds such as modelId, traceId, and pending approvals.
	Metadata         map[string]json.RawMessage `json:"metadata,omitempty"`
	ToolInvocations  []ToolInvocation           `json:"toolInvocations,omitempty"`
	Reasoning        string                     `json:"reasoning,omitzero"`
	Attachments      []json.RawMessage          `json:"experimental_attachments,omitempty"`
	Annotations      []json.RawMessage          `json:"annotations,omitempty"`
	ProviderMetadata map[string]json.RawMessage `json:"providerMetadata,omitempty"`
	// Fields holds members that this struct does not model, and texts with half a
	// character in them, which the field of that name has with U+FFFD.
	Fields map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON reads both formats.
func (c *MessageContent) UnmarshalJSON(data []byte) (err error) {
	*c = MessageContent{}
	switch data = bytes.TrimSpace(data); {
	case len(data) > 0 && data[0] == '"':
		c.Format = 1
		if err = json.Unmarshal(data, &c.Content); err != nil {
			return err
		}
		part := MessagePart{Type: "text", Text: c.Content}
		if _, halved := jsonstring.Halved(data); halved {
			c.Fields = map[string]json.RawMessage{"content": bytes.Clone(data)}
			part.Fields = map[string]json.RawMessage{"text": c.Fields["content"]}
		}
		c.Parts = []MessagePart{part}
	case len(data) > 0 && data[0] == '[':
		c.Format = 1
		err = json.Unmarshal(data, &c.Parts)
	default:
		type plain MessageContent
		c.Fields, err = readMembers(data, (*plain)(c))
	}
	return err
}

// MarshalJSON writes the content in its format.
func (c MessageContent) MarshalJSON() ([]byte, error) {
	if c.Parts == nil {
		c.Parts = []MessagePart{}
	}
	switch c.Format {
	case 0:
		c.Format = 2
	case 1:
		if len(c.Parts) == 1 && c.Parts[0].isText(c.Content) {
			if came := c.Fields["content"]; jsonstring.Came(c.Content, came) != c.Content {
				return came, nil
			}
			return call.Marshal(c.Content)
		}
		return call.Marshal(c.Parts)
	}
	type plain MessageContent
	return writeMembers(plain(c), c.Fields)
}

// MessagePart is one part of a stored message. Which fields are set depends on
// its type.
type MessagePart struct {
	// Type is "text", "reasoning", "tool-invocation", "source", "file",
	// "step-start", "error", or an application's own "data-*".
	Type string `json:"type"`
	Text string `json:"text,omitzero"`
	// Reasoning is the text of a part of that type, Details the same in pieces.
	Reasoning string            `json:"reasoning,omitzero"`
	Details   []json.RawMessage `json:"details,omitempty"`
	// ToolInvocation is a tool call with its result.
	ToolInvocation *ToolInvocation `json:"toolInvocation,omitempty"`
	Source         json.RawMessage `json:"source,omitempty"`
	// Data is the content of a file or of an application's own part.
	Data     json.RawMessage `json:"data,omitempty"`
	MimeType string          `json:"mimeType,omitzero"`
	Filename string          `json:"filename,omitzero"`
	// Model of a step-start, as "provider/model".
	Model string          `json:"model,omitzero"`
	Error json.RawMessage `json:"error,omitempty"`
	// CreatedAt is when it was written, mostly in milliseconds since 1970.
	CreatedAt        json.RawMessage            `json:"createdAt,omitempty"`
	ProviderMetadata map[string]json.RawMessage `json:"providerMetadata,omitempty"`
	// Fields holds members that this struct does not model, and texts with half a
	// character in them, which the field of that name has with U+FFFD.
	Fields map[string]json.RawMessage `json:"-"`
}

func (p *MessagePart) isText(text string) bool {
	_, halved := p.Fields["text"]
	return p.Type == "text" && p.Text == text && p.CreatedAt == nil && p.ProviderMetadata == nil && (len(p.Fields) == 0 || halved && len(p.Fields) == 1)
}

// UnmarshalJSON reads a part.
func (p *MessagePart) UnmarshalJSON(data []byte) (err error) {
	type plain MessagePart
	*p = MessagePart{}
	p.Fields, err = readMembers(data, (*plain)(p))
	return err
}

// MarshalJSON writes the part as the server reads it: one of type text has its
// text even where that is empty.
func (p MessagePart) MarshalJSON() ([]byte, error) {
	type plain MessagePart
	if p.Type == "text" && p.Text == "" {
		return writeMembers(struct {
			Text string `json:"text"`
			plain
		}{"", plain(p)}, p.Fields)
	}
	return writeMembers(plain(p), p.Fields)
}

// ToolInvocation is a tool call in a stored message.
type ToolInvocation struct {
	// State is "partial-call", "call", "result", "approval-requested" or
	// "output-denied".
	State      string          `json:"state,omitzero"`
	ToolCallID string          `json:"toolCallId,omitzero"`
	ToolName   string          `json:"toolName,omitzero"`
	Args       json.RawMessage `json:"args,omitempty"`
	// RawInput are the arguments as the model wrote them.
	RawInput json.RawMessage `json:"rawInput,omitempty"`
	Result   json.RawMessage `json:"result,omitempty"`
	// ErrorText says why the call failed.
	ErrorText string `json:"errorText,omitzero"`
	// Step is the number of the step that made the call.
	Step int `json:"step,omitzero"`
	// Approval is the decision on the call.
	Approval json.RawMessage `json:"approval,omitempty"`
	// Fields holds members that this struct does not model, and texts with half a
	// character in them, which the field of that name has with U+FFFD.
	Fields map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON reads a tool call.
func (i *ToolInvocation) UnmarshalJSON(data []byte) (err error) {
	type plain ToolInvocation
	*i = ToolInvocation{}
	i.Fields, err = readMembers(data, (*plain)(i))
	return err
}

// MarshalJSON writes the tool call as the server reads it.
func (i ToolInvocation) MarshalJSON() ([]byte, error) {
	type plain ToolInvocation
	return writeMembers(plain(i), i.Fields)
}
