package aisdk

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/stream"
)

// agent converts a chunk of an agent's stream.
func (c *Converter) agent(chunk stream.Chunk) {
	if !c.settled {
		switch {
		case chunk.Type == stream.TypeStart && !c.o.OmitStart:
			c.held = append(c.held[:0], chunk)
			return
		case c.held != nil && isData(chunk.Type):
			c.held = append(c.held, chunk)
			return
		case c.held != nil && chunk.Type == stream.TypeStepStart:
			c.betterID(chunk)
		}
		c.release()
	}
	c.agentPart(chunk)
}

// release sends what is held back.
func (c *Converter) release() {
	c.settled = true
	held := c.held
	c.held = nil
	for _, chunk := range held {
		c.agentPart(chunk)
	}
}

// betterID sends the held start with the message id of the step-start, where both
// name one: the server then goes on with a message that it has already.
func (c *Converter) betterID(stepStart stream.Chunk) {
	var of, step struct {
		MessageID string `json:"messageId"`
	}
	if decode(c.held[0].Payload(), &of) && decode(stepStart.Payload(), &step) && of.MessageID != "" && step.MessageID != "" {
		c.start(step.MessageID, c.metadata(c.held[0]))
		c.held = c.held[1:]
	}
}

// agentPart converts a chunk and makes sure that a start part comes before it.
// Only application data may come earlier: the stream of a run that is resumed has
// no start chunk.
func (c *Converter) agentPart(chunk stream.Chunk) {
	if isData(chunk.Type) {
		c.data(chunk)
		return
	}
	if chunk.Type == stream.TypeStart {
		if !c.o.OmitStart {
			var v struct {
				MessageID string `json:"messageId"`
			}
			decode(chunk.Payload(), &v)
			c.start(v.MessageID, c.metadata(chunk))
		}
		return
	}
	before := len(c.out)
	c.run(chunk)
	if len(c.out) > before && !c.started {
		made := slices.Clone(c.out[before:])
		c.out = c.out[:before]
		c.open()
		c.out = append(c.out, made...)
	}
}

// run converts what belongs to a whole run or to one model call.
func (c *Converter) run(chunk stream.Chunk) {
	switch chunk.Type {
	case stream.TypeStepStart:
		c.emit(Part{Type: PartStartStep})
	case stream.TypeStepFinish:
		c.emit(Part{Type: PartFinishStep})
	case stream.TypeFinish:
		c.finish(chunk)
	case stream.TypeObjectResult:
		if v, ok := chunk.Value().(*stream.ObjectResult); ok {
			c.emit(Part{Type: "data-structured-output", Data: object(func(o *objectWriter) { o.raw("object", v.Value) })})
		}
	case stream.TypeToolCallInputStart, stream.TypeToolCallDelta, stream.TypeToolOutput:
		c.tool(chunk)
	default:
		c.content(chunk)
	}
}

func (c *Converter) finish(chunk stream.Chunk) {
	c.finished = true
	if c.o.OmitFinish {
		return
	}
	var v struct {
		StepResult struct {
			Reason string `json:"reason"`
		} `json:"stepResult"`
	}
	decode(chunk.Payload(), &v)
	c.emit(Part{
		Type:            PartFinish,
		FinishReason:    finishReason(v.StepResult.Reason, c.o.Version),
		MessageMetadata: c.metadata(chunk),
	})
}

// finishReason keeps to the words that the client knows: it refuses all others.
func finishReason(reason string, v Version) string {
	switch reason {
	case "stop", "length", "content-filter", "tool-calls", "error", "other":
		return reason
	case "unknown", "":
		if v.v5() {
			return reason
		}
	}
	return "other"
}

// metadata asks for the metadata that goes with a start or finish.
func (c *Converter) metadata(chunk stream.Chunk) json.RawMessage {
	if c.o.MessageMetadata == nil {
		return nil
	}
	v := c.o.MessageMetadata(chunk)
	if v == nil {
		return nil
	}
	return present(encode(v))
}

// content converts the chunks that steps of a workflow may hold too.
func (c *Converter) content(chunk stream.Chunk) {
	switch chunk.Type {
	case stream.TypeTextStart, stream.TypeTextDelta, stream.TypeTextEnd:
		c.text(chunk)
	case stream.TypeReasoningStart, stream.TypeReasoningDelta, stream.TypeReasoningEnd:
		if c.o.SendReasoning {
			c.text(chunk)
		}
	case stream.TypeSource:
		if c.o.SendSources {
			c.source(chunk)
		}
	case stream.TypeFile:
		c.file(chunk)
	case stream.TypeToolCall, stream.TypeToolCallApproval, stream.TypeToolCallSuspended,
		stream.TypeToolResult, stream.TypeToolError, stream.TypeToolOutputDenied:
		c.tool(chunk)
	case stream.TypeError:
		if v, ok := chunk.Value().(*stream.ErrorChunk); ok {
			c.failed(c.o.describe(v.Error))
		}
	case stream.TypeTripwire:
		c.stopped(chunk)
	case stream.TypeAbort:
		c.emit(Part{Type: PartAbort})
	default:
		if strings.HasPrefix(chunk.Type, "background-task-") {
			c.backgroundTask(chunk)
		}
	}
}

// text converts a piece of text or reasoning; the types are called the same on
// both sides.
func (c *Converter) text(chunk stream.Chunk) {
	payload := chunk.Payload()
	if text, ok := chunk.Text(); ok && c.texts.Idle() && c.last.is(payload, text) {
		c.emit(Part{Type: chunk.Type, ID: c.last.id, Delta: text})
		return
	}
	var v struct {
		ID               *string         `json:"id"`
		Text             json.RawMessage `json:"text"`
		ProviderMetadata json.RawMessage `json:"providerMetadata"`
	}
	if !decode(payload, &v) || v.ID == nil {
		return
	}
	p := Part{Type: chunk.Type, ID: *v.ID, ProviderMetadata: providerData(v.ProviderMetadata)}
	if chunk.Type == stream.TypeTextDelta || chunk.Type == stream.TypeReasoningDelta {
		piece, ok := pieceOf(v.Text)
		if !ok {
			return
		}
		p.Delta = c.delta(&p, "delta", p.ID, piece)
		c.last.learn(p.ID)
	}
	if p.ProviderMetadata != nil && !c.o.SendReasoning {
		p.ProviderMetadata = withoutItemID(p.ProviderMetadata)
	}
	c.emit(p)
}

// lastDelta is a shortcut: the deltas of a text say the same but for the piece, so
// that one needs no decoding where the last one had the same id and nothing else.
type lastDelta struct {
	id, prefix string
}

func (d *lastDelta) learn(id string) {
	if id != d.id || d.prefix == "" {
		d.id, d.prefix = id, `{"id":`+string(jsonstring.Append(nil, id))+`,"text":"`
	}
}

// is tells whether a payload is the id and a text, and nothing else. A text with
// escapes is another one in the payload, and is decoded the long way.
func (d *lastDelta) is(payload json.RawMessage, text string) bool {
	start, end := len(d.prefix), len(payload)-len(`"}`)
	return start > 0 && end == start+len(text) &&
		string(payload[:start]) == d.prefix && string(payload[start:end]) == text && string(payload[end:]) == `"}`
}

// withoutItemID takes out the id by which OpenAI ties a text to the reasoning that
// came before it. Without the reasoning the provider refuses it later.
func withoutItemID(metadata json.RawMessage) json.RawMessage {
	var providers, openai map[string]json.RawMessage
	if !decode(metadata, &providers) || !decode(providers["openai"], &openai) || present(openai["itemId"]) == nil {
		return metadata
	}
	delete(openai, "itemId")
	providers["openai"] = encode(openai)
	return encode(providers)
}

func (c *Converter) source(chunk stream.Chunk) {
	var v source
	if !decode(chunk.Payload(), &v) {
		return
	}
	p := v.part()
	p.ProviderMetadata = providerData(v.ProviderMetadata)
	c.emit(p)
}

// source is a source of the model, in a chunk or a message.
type source struct {
	SourceType       string          `json:"sourceType"`
	ID               string          `json:"id"`
	URL              string          `json:"url"`
	Title            text            `json:"title"`
	MimeType         string          `json:"mimeType"`
	MediaType        string          `json:"mediaType"`
	Filename         text            `json:"filename"`
	ProviderMetadata json.RawMessage `json:"providerMetadata"`
}

func (s *source) part() (p Part) {
	if s.SourceType == "url" {
		p = Part{Type: PartSourceURL, SourceID: s.ID, URL: s.URL}
		p.Title = p.cut.show("title", string(s.Title))
		return p
	}
	// A document must have a title and a media type.
	p = Part{Type: PartSourceDocument, SourceID: s.ID, MediaType: cmp.Or(s.MimeType, s.MediaType, "application/octet-stream")}
	p.Filename = p.cut.show("filename", string(s.Filename))
	p.Title = p.cut.show("title", string(cmp.Or(s.Title, s.Filename, text(s.ID))))
	return p
}

func (c *Converter) file(chunk stream.Chunk) {
	v, ok := chunk.Value().(*stream.File)
	if !ok {
		return
	}
	content, ok := base64Of(v.Data)
	if !ok {
		content = v.Base64
	}
	c.emit(Part{Type: PartFile, MediaType: v.MimeType, URL: "data:" + v.MimeType + ";base64," + content})
}

func (c *Converter) stopped(chunk stream.Chunk) {
	c.tripwire = true
	var v struct {
		Reason      json.RawMessage `json:"reason,omitempty"`
		Retry       json.RawMessage `json:"retry,omitempty"`
		Metadata    json.RawMessage `json:"metadata,omitempty"`
		ProcessorID json.RawMessage `json:"processorId,omitempty"`
	}
	decode(chunk.Payload(), &v)
	c.emit(Part{Type: "data-tripwire", Data: encode(v)})
}

// backgroundTask tells of a task by its id, so that each state replaces the last.
func (c *Converter) backgroundTask(chunk stream.Chunk) {
	var data map[string]json.RawMessage
	if !decode(chunk.Payload(), &data) || data == nil {
		return
	}
	id, ok := textOf(data["taskId"])
	if !ok {
		id, _ = textOf(data["toolCallId"])
	}
	if raw, failed := data["error"]; failed {
		data["error"] = encode(map[string]text{"message": c.o.errorText(raw)})
	}
	if output, nested := data["payload"]; nested {
		data["payload"] = withoutSecrets(output)
	}
	data["state"] = encode(PartPrefixData + chunk.Type)
	if chunk.RunID != "" {
		data["runId"] = encode(chunk.RunID)
	}
	c.emit(Part{Type: PartPrefixData + chunk.Type, ID: id, Data: encode(data)})
}
