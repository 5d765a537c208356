package aisdk

import (
	"encoding/json"
	"iter"
	"maps"
	"strings"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/internal/jsonstring"
)

// History turns the messages of a thread into those that useChat begins with:
//
//	messages, err := aisdk.History(thread.Messages(ctx, mastra.ListMessagesRequest{}), aisdk.Display{})
//
// Tool calls keep their results, and what waits for an approval or an answer waits
// on the page too. Reasoning and sources are left out unless the Display says
// otherwise, as they are while the answer is written. Messages that are not the
// user's or the assistant's are left out, and so are failures. Of the metadata the
// page gets when a message was stored (createdAt), and what the user's message
// brought along itself.
//
// It blocks until all messages are read, and returns the error that ended them.
func History(stored iter.Seq2[mastra.StoredMessage, error], d Display) ([]Message, error) {
	var all []mastra.StoredMessage
	for m, err := range stored {
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return Messages(all, d), nil
}

// Messages is History for messages that are there already, the oldest first.
func Messages(stored []mastra.StoredMessage, d Display) []Message {
	h := history{display: d, calls: map[string]storedCall{}, told: map[string]bool{}}
	for i := range stored {
		h.learn(&stored[i])
	}
	messages := []Message{}
	for i := range stored {
		if m := h.message(&stored[i]); len(m.Parts) > 0 {
			messages = append(messages, m)
		}
	}
	return messages
}

// history is what is known of a thread beyond the single message.
type history struct {
	display Display
	// calls are the tool calls as they stand now. A call that a tool in the browser
	// answered is stored twice: once as it was made, once with its result.
	calls map[string]storedCall
	told  map[string]bool // calls that a message has shown
}

func (h *history) message(m *mastra.StoredMessage) Message {
	out := Message{ID: m.ID, Role: m.Role}
	switch {
	case m.Role == "user" || m.Role == "assistant":
	case m.Role == "signal" && (m.Type == "user" || m.Type == "user-message"):
		out.Role = "user"
	default:
		return out
	}
	b := messageBuilder{history: h, waiting: waitingIn(m)}
	for i := range m.Content.Parts {
		b.part(&m.Content.Parts[i])
	}
	b.olderForms(&m.Content)
	out.Parts = b.parts

	metadata := map[string]json.RawMessage{}
	if out.Role == "user" {
		maps.Copy(metadata, m.Content.Metadata)
		delete(metadata, "mastra")
	}
	if !m.CreatedAt.IsZero() {
		metadata["createdAt"] = encode(m.CreatedAt)
	}
	if len(metadata) > 0 {
		out.Metadata = encode(metadata)
	}
	return out
}

// messageBuilder makes the parts of one message.
type messageBuilder struct {
	*history
	waiting                              map[string]waitingCall
	parts                                []json.RawMessage
	hasText, hasReason, hasFile, hasCall bool
}

func (b *messageBuilder) add(typ string, write func(o *objectWriter)) {
	b.parts = append(b.parts, object(func(o *objectWriter) {
		o.text("type", typ)
		write(o)
	}))
}

func (b *messageBuilder) part(p *mastra.MessagePart) {
	metadata := encode(p.ProviderMetadata)
	switch p.Type {
	case "text":
		b.hasText = true
		b.text(jsonstring.Came(p.Text, p.Fields["text"]), b.metadata(metadata))
	case "reasoning":
		b.hasReason = true
		b.reasoning(p, b.metadata(metadata))
	case "tool-invocation":
		if p.ToolInvocation != nil {
			b.hasCall = true
			b.call(p.ToolInvocation.ToolCallID, metadata)
		}
	case "file":
		b.hasFile = true
		b.file(p.Data, p.MimeType, jsonstring.Came(p.Filename, p.Fields["filename"]))
	case "source":
		b.source(p.Source, b.metadata(metadata))
	case "step-start":
		b.add("step-start", func(*objectWriter) {})
	default:
		// What waits is told by the metadata.
		if isData(p.Type) && p.Type != "data-tool-call-approval" && p.Type != "data-tool-call-suspended" {
			b.add(p.Type, func(o *objectWriter) { o.raw("data", orNull(p.Data)) })
		}
	}
}

// metadata is what the page may keep of a part's metadata: not the server's own.
func (b *messageBuilder) metadata(metadata json.RawMessage) json.RawMessage {
	if metadata = providerData(metadata); metadata == nil {
		return nil
	}
	if !b.display.SendReasoning {
		metadata = withoutItemID(metadata)
	}
	var providers map[string]json.RawMessage
	decode(metadata, &providers)
	delete(providers, "mastra")
	if len(providers) == 0 {
		return nil
	}
	return encode(providers)
}

func (b *messageBuilder) text(text string, metadata json.RawMessage) {
	b.add("text", func(o *objectWriter) {
		o.text("text", text)
		o.text("state", "done")
		o.raw("providerMetadata", metadata)
	})
}

func (b *messageBuilder) reasoning(p *mastra.MessagePart, metadata json.RawMessage) {
	said := jsonstring.Came(p.Reasoning, p.Fields["reasoning"])
	if said == "" {
		for _, raw := range p.Details {
			var detail struct {
				Type string
				Text text
			}
			if decode(raw, &detail) && detail.Type == "text" {
				said += string(detail.Text)
			}
		}
	}
	if !b.display.SendReasoning || said == "" {
		return
	}
	b.add("reasoning", func(o *objectWriter) {
		o.text("text", said)
		o.text("state", "done")
		o.raw("providerMetadata", metadata)
	})
}

func (b *messageBuilder) file(data json.RawMessage, media, filename string) {
	url, _ := textOf(data)
	if !strings.Contains(url, ":") { // no URL of any kind
		content, ok := base64Of(data)
		if !ok {
			return
		}
		url = "data:" + media + ";base64," + content
	}
	b.add("file", func(o *objectWriter) {
		o.text("url", url)
		o.text("mediaType", media)
		o.optional("filename", filename)
	})
}

func (b *messageBuilder) source(raw json.RawMessage, metadata json.RawMessage) {
	var v source
	if !b.display.SendSources || !decode(raw, &v) {
		return
	}
	p := v.part()
	p.ProviderMetadata = metadata
	b.parts = append(b.parts, p.appendJSON(nil))
}

// olderForms takes what messages of earlier versions keep beside their parts.
func (b *messageBuilder) olderForms(c *mastra.MessageContent) {
	if !b.hasCall {
		for i := range c.ToolInvocations {
			b.call(c.ToolInvocations[i].ToolCallID, nil)
		}
	}
	if !b.hasReason && c.Reasoning != "" {
		b.reasoning(&mastra.MessagePart{Reasoning: c.Reasoning, Fields: c.Fields}, nil)
	}
	if !b.hasFile {
		for _, raw := range c.Attachments {
			var v struct {
				URL, ContentType string
				Name             text
			}
			if decode(raw, &v) && v.URL != "" {
				b.file(encode(v.URL), v.ContentType, string(v.Name))
			}
		}
	}
	if !b.hasText && c.Content != "" {
		b.text(jsonstring.Came(c.Content, c.Fields["content"]), nil)
	}
}
