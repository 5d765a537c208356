package mastra

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/mastra-go/mastra/gen"
)

// StoredMessage is a message as memory holds it.
type StoredMessage struct {
	ID string `json:"id"`
	// Role is "user", "assistant", "system", "tool" or "signal".
	Role       string         `json:"role"`
	CreatedAt  Time           `json:"createdAt,omitzero"`
	ThreadID   string         `json:"threadId,omitzero"`
	ResourceID string         `json:"resourceId,omitzero"`
	Type       string         `json:"type,omitzero"`
	Content    MessageContent `json:"content"`
}

// NewMessage makes a message of plain text, to be saved: give it a thread and a
// resource.
func NewMessage(role, text string) StoredMessage {
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

// MessagePart is one part of a stored message: text, reasoning, a tool call with
// its result, a file, a source.
type MessagePart = gen.MessagePart

// MessageContent is what a stored message says. The server writes format 2;
// messages of the older format, a text or bare parts, are read into the same.
type MessageContent struct {
	Format int           `json:"format"`
	Parts  []MessagePart `json:"parts"`
	// Content is the text as one, where the server keeps it.
	Content string `json:"content,omitzero"`
	// Metadata holds such as modelId, traceId, and pending approvals.
	Metadata         map[string]json.RawMessage `json:"metadata,omitempty"`
	ToolInvocations  []gen.ToolInvocation       `json:"toolInvocations,omitempty"`
	Reasoning        string                     `json:"reasoning,omitzero"`
	Attachments      []json.RawMessage          `json:"experimental_attachments,omitempty"`
	Annotations      []json.RawMessage          `json:"annotations,omitempty"`
	ProviderMetadata map[string]json.RawMessage `json:"providerMetadata,omitempty"`
}

// UnmarshalJSON reads both formats.
func (c *MessageContent) UnmarshalJSON(data []byte) error {
	*c = MessageContent{}
	switch data = bytes.TrimSpace(data); {
	case len(data) > 0 && data[0] == '"':
		c.Format = 1
		if err := json.Unmarshal(data, &c.Content); err != nil {
			return err
		}
		c.Parts = []MessagePart{{Type: "text", Text: c.Content}}
		return nil
	case len(data) > 0 && data[0] == '[':
		c.Format = 1
		return json.Unmarshal(data, &c.Parts)
	}
	type plain MessageContent
	return json.Unmarshal(data, (*plain)(c))
}

// MarshalJSON writes format 2.
func (c MessageContent) MarshalJSON() ([]byte, error) {
	type plain MessageContent
	c.Format = 2
	if c.Parts == nil {
		c.Parts = []MessagePart{}
	}
	return marshal(plain(c))
}
