package aisdk

import (
	"bytes"
	"encoding/json"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/thrown"
)

var jsonNull = json.RawMessage("null")

// objectWriter writes the members of one JSON object, whose brace is open.
type objectWriter struct{ b []byte }

func (o *objectWriter) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

func (o *objectWriter) text(name, value string) {
	o.key(name)
	o.b = jsonstring.Append(o.b, value)
}

func (o *objectWriter) optional(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *objectWriter) literal(name, value string) {
	o.key(name)
	o.b = append(o.b, value...)
}

func (o *objectWriter) flag(name string, value *bool) {
	switch {
	case value == nil:
	case *value:
		o.literal(name, "true")
	default:
		o.literal(name, "false")
	}
}

// raw writes JSON that is there already, and nothing for nil. Line breaks between
// its tokens would end a frame, so they go.
func (o *objectWriter) raw(name string, value json.RawMessage) {
	if value == nil {
		return
	}
	o.key(name)
	o.b = appendRaw(o.b, value)
}

// appendRaw appends JSON as it is, but in one line.
func appendRaw(b []byte, value json.RawMessage) []byte {
	if bytes.IndexByte(value, '\n') < 0 && bytes.IndexByte(value, '\r') < 0 {
		return append(b, value...)
	}
	buf := bytes.NewBuffer(b)
	if err := json.Compact(buf, value); err != nil {
		return append(b, jsonNull...)
	}
	return buf.Bytes()
}

// value writes anything that encoding/json can write.
func (o *objectWriter) value(name string, v any) { o.raw(name, encode(v)) }

// encode is json.Marshal without the escaping for HTML; what cannot be encoded is
// null.
func encode(v any) json.RawMessage {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return jsonNull
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'})
}

// object makes a JSON object.
func object(write func(o *objectWriter)) json.RawMessage {
	o := objectWriter{[]byte{'{'}}
	write(&o)
	return append(o.b, '}')
}

// present turns the JSON null into nil.
func present(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// orNull turns nil into the JSON null.
func orNull(raw json.RawMessage) json.RawMessage { return or(raw, "null") }

// or replaces nil and null.
func or(raw json.RawMessage, instead string) json.RawMessage {
	if present(raw) == nil {
		return json.RawMessage(instead)
	}
	return raw
}

// textOf is the string in raw, and whether it is one.
func textOf(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// decode reads raw into v and tells whether it fits. Nothing at all does not.
func decode(raw json.RawMessage, v any) bool {
	return len(raw) > 0 && json.Unmarshal(raw, v) == nil
}

// providerData is metadata of model providers, by provider. Browsers refuse a part
// in which it is anything but objects in an object, so anything else is left out.
func providerData(raw json.RawMessage) json.RawMessage {
	var byProvider map[string]map[string]json.RawMessage
	if !decode(raw, &byProvider) || byProvider == nil {
		return nil
	}
	for _, data := range byProvider {
		if data == nil {
			return nil
		}
	}
	return raw
}

// withoutSecrets is JSON without what the errors in it say of the server.
func withoutSecrets(raw json.RawMessage) json.RawMessage {
	clean, _ := thrown.Strip(raw)
	return clean
}
