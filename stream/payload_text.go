package stream

import "encoding/json"

// TextStart is the payload of `text-start`: a text part begins.
type TextStart struct {
	ID               string          `json:"id"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// TextDelta is the payload of `text-delta`: a piece of the answer. [Chunk.Text]
// gives the text alone at less cost.
type TextDelta struct {
	ID               string          `json:"id"`
	Text             string          `json:"text"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

func (d *TextDelta) decode(c *Chunk) error { return decodeDelta(c, d) }

// decodeDelta reads the members of a delta by hand, as there are so many of them.
func decodeDelta(c *Chunk, d *TextDelta) error {
	payload := c.Payload()
	if payload == nil {
		return errNoPayload
	}
	type plain TextDelta
	if !c.isText {
		if _, is := jsonString(member(payload, "text")); !is && member(payload, "text") != nil {
			return errNoText // a number is no text of a model's
		}
		return decodePayload(payload, (*plain)(d))
	}
	d.Text = c.text
	o := openObject(payload, skipSpace(payload, 0), 0)
	for {
		more, err := o.next()
		if !more || err != nil {
			return err
		}
		switch value := o.value.in(payload); string(o.keyBytes()) {
		case "id":
			if value[0] != '"' {
				return decodePayload(payload, (*plain)(d))
			}
			d.ID = unquote(value)
		case "providerMetadata":
			d.ProviderMetadata = json.RawMessage(value)
		}
	}
}

// TextEnd is the payload of `text-end`.
type TextEnd struct {
	ID               string          `json:"id"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// ReasoningStart is the payload of `reasoning-start`.
type ReasoningStart struct {
	ID               string          `json:"id"`
	Signature        string          `json:"signature,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// ReasoningDelta is the payload of `reasoning-delta`: a piece of the model's
// reasoning.
type ReasoningDelta struct {
	ID               string          `json:"id"`
	Text             string          `json:"text"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

func (d *ReasoningDelta) decode(c *Chunk) error { return decodeDelta(c, (*TextDelta)(d)) }

// ReasoningEnd is the payload of `reasoning-end`.
type ReasoningEnd struct {
	ID               string          `json:"id"`
	Signature        string          `json:"signature,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// ReasoningSignature is the payload of `reasoning-signature`.
type ReasoningSignature struct {
	ID               string          `json:"id"`
	Signature        string          `json:"signature"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// RedactedReasoning is the payload of `redacted-reasoning`.
type RedactedReasoning struct {
	ID               string          `json:"id"`
	Data             json.RawMessage `json:"data"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// Source is the payload of `source`: what the model used.
type Source struct {
	ID string `json:"id"`
	// SourceType is "url" or "document".
	SourceType       string          `json:"sourceType"`
	Title            string          `json:"title,omitempty"`
	URL              string          `json:"url,omitempty"`
	MimeType         string          `json:"mimeType,omitempty"`
	Filename         string          `json:"filename,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// File is the payload of `file`: a file that the model made.
type File struct {
	MimeType string `json:"mimeType"`
	Filename string `json:"filename,omitempty"`
	// Base64 is the content as base64 text, where the server sends it so.
	Base64 string `json:"base64,omitempty"`
	// Data is the content as sent: most often base64 text in a JSON string.
	Data             json.RawMessage `json:"data,omitempty"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// ReasoningFile is the payload of `reasoning-file`: a file that belongs to the
// model's reasoning.
type ReasoningFile struct{ File }

// Custom is the payload of `custom`: content of a kind that only the provider
// knows.
type Custom struct {
	Kind             string          `json:"kind"`
	ProviderMetadata json.RawMessage `json:"providerMetadata,omitempty"`
}

// ResponseMetadata is the payload of `response-metadata`.
type ResponseMetadata struct {
	ID        string `json:"id,omitempty"`
	ModelID   string `json:"modelId,omitempty"`
	Timestamp Time   `json:"timestamp,omitzero"`
	Signature string `json:"signature,omitempty"`
}

// Object is an `object` chunk: the structured answer as far as it has come.
type Object struct {
	// Value is the partial object, any JSON.
	Value json.RawMessage `json:"object"`
}

// ObjectResult is an `object-result` chunk: the complete structured answer.
type ObjectResult struct {
	Value json.RawMessage `json:"object"`
}

func (o *Object) decode(c *Chunk) error {
	o.Value = c.Payload()
	return nil
}

func (o *ObjectResult) decode(c *Chunk) error {
	o.Value = c.Payload()
	return nil
}

// Data is a `data-*` chunk: an application's own data, written by a tool or a
// workflow step.
type Data struct {
	// Name is the type without the prefix: "weather" for `data-weather`.
	Name string
	// Data is any JSON; nil if the chunk has none.
	Data json.RawMessage
	ID   string
	// Transient data is not meant to be stored with the message.
	Transient bool
}

func (d *Data) decode(c *Chunk) error {
	var rest struct {
		ID        string `json:"id"`
		Transient bool   `json:"transient"`
	}
	if err := json.Unmarshal(c.Raw(), &rest); err != nil {
		return err
	}
	*d = Data{Name: c.Type[len(PrefixData):], Data: c.Payload(), ID: rest.ID, Transient: rest.Transient}
	return nil
}
