package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

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
