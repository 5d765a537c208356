package mockserver

import (
	"fmt"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// messageFromClient turns a message that a client saves, of format 1 or 2, into
// a stored one, and into what the answer shows of it.
func messageFromClient(o *js.Object) (m storedMessage, shown *js.Object, err error) {
	m = storedMessage{id: o.Str("id"), role: o.Str("role"), threadID: o.Str("threadId"), resourceID: o.Str("resourceId"), created: now()}
	if m.id == "" {
		m.id = newID()
	}
	if text := o.Str("createdAt"); text != "" {
		at, ok := js.ParseDate(text)
		if !ok {
			return m, nil, said("Invalid time value")
		}
		m.created = at
	}
	complete := o.Clone().Set("id", m.id).Set("createdAt", js.ISO(m.created))
	if content := o.Obj("content"); content.Get("format") == 2.0 {
		m.content = content.Clone()
		m.content.Set("parts", js.Array(objectsOf(content.Get("parts"))))
		complete.Set("content", m.content)
		// "v2" is how the store marks the format, and is not given back.
		if kind := o.Str("type"); kind != "v2" {
			m.kind = kind
		}
		return m, complete, nil
	}
	if o.Get("content") == nil && len(o.Arr("parts")) == 0 {
		return m, nil, said("Message with role %q must have either a 'content' property (string or array) or a 'parts' property (array) that is not empty, null, or undefined. Received message: %s", m.role, js.Indent(complete))
	}
	switch m.role {
	case "user", "assistant", "system":
	case "tool":
		m.role = "assistant"
	default:
		return m, nil, fmt.Errorf("BUG: add handling for message role %s in message %s", m.role,
			js.Indent(js.Obj("content", valueOf(o, "content"), "role", m.role)))
	}
	m.content = newChat("", "").contentOf4(o, olderForm)
	return m, js.Obj("id", m.id, "role", m.role, "createdAt", js.ISO(m.created), "threadId", m.threadID,
		"resourceId", m.resourceID, "content", m.content), nil
}

// contentOf turns a string or a list of parts into a content of format 2. Parts
// are stamped with the time, in epoch milliseconds, unless it is 0.
func contentOf(v any, at float64) *js.Object {
	stamp := func(part *js.Object) *js.Object {
		if at != 0 {
			part.Set("createdAt", at)
		}
		return part
	}
	if text, ok := v.(string); ok {
		return js.Obj("format", 2, "parts", []any{stamp(js.Obj("type", "text", "text", text))}, "content", text)
	}
	parts := []any{}
	list, _ := v.([]any)
	for _, e := range list {
		if part, ok := e.(*js.Object); ok {
			parts = append(parts, stamp(part.Clone()))
		}
	}
	return js.Obj("format", 2, "parts", parts)
}

// textOfParts joins the text parts of a content.
func textOfParts(content *js.Object, separator string) string {
	var texts []string
	for _, p := range content.Arr("parts") {
		if part, ok := p.(*js.Object); ok && part.Str("type") == "text" {
			texts = append(texts, part.Str("text"))
		}
	}
	return strings.Join(texts, separator)
}
