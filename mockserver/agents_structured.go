package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/jsonschema"
)

// structuredOutput is the schema the client wants the answer to fit.
type structuredOutput struct {
	schema   *js.Object
	strategy string
	fallback any
}

// isList tells whether a list is wanted; the model wraps one in {elements: [...]}.
func (s *structuredOutput) isList() bool { return s.schema.Str("type") == "array" }

// objectStream watches a text that grows into a JSON value and tells of the
// value as far as it can be read.
type objectStream struct {
	run      *agentRun
	last     string
	elements []any
	started  bool
}

func (o *objectStream) emit(v any) {
	o.run.send(js.Obj("from", "AGENT", "runId", o.run.id, "type", "object", "object", v))
}

// sendLast sends a chunk; in a durable run it follows the end.
func (r *agentRun) sendLast(chunk *js.Object) {
	if r.durable() {
		r.late = append(r.late, chunk)
		return
	}
	r.send(chunk)
}

// piece takes the text so far.
func (o *objectStream) piece(text string) {
	v, whole, ok := js.ParsePartial(jsonIn(text))
	if !ok {
		return
	}
	shown := js.String(v)
	if shown == o.last {
		return
	}
	if o.run.options.structured.isList() {
		o.list(v, whole, shown)
		return
	}
	switch v.(type) {
	case *js.Object, []any:
		o.last = shown
		o.emit(v)
	}
}

// list tells of the elements that are there; the last one may still grow.
func (o *objectStream) list(v any, whole bool, shown string) {
	object, _ := v.(*js.Object)
	elements := []any{}
	raw := object.Arr("elements")
	for i, e := range raw {
		if i == len(raw)-1 && !whole {
			if inner, ok := e.(*js.Object); !ok || inner.Len() == 0 {
				continue
			}
		}
		elements = append(elements, e)
	}
	first := !o.started
	o.started = true
	if first && len(elements) == 0 || !same(elements, o.elements) {
		o.last, o.elements = shown, elements
		o.emit(elements)
	}
}

// finish reads and validates the whole text. The value is nil where there is
// none.
func (o *objectStream) finish(text string) (value any, usedFallback bool, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, false, nil
	}
	s := o.run.options.structured
	raw := jsonIn(text)
	v, _, ok := js.ParsePartial(raw)
	if !ok {
		v = js.Undefined
	}
	if s.isList() {
		if object, _ := v.(*js.Object); object.Has("elements") {
			v = object.Get("elements")
		} else {
			v = append([]any{}, o.elements...)
		}
	}
	issues := jsonschema.Validate(s.schema, v)
	if len(issues) == 0 {
		o.run.sendLast(js.Obj("from", "AGENT", "runId", o.run.id, "type", "object-result", "object", v))
		return v, false, nil
	}
	switch s.strategy {
	case "warn":
		return nil, false, nil
	case "fallback":
		o.run.sendLast(js.Obj("from", "AGENT", "runId", o.run.id, "type", "object-result", "object", s.fallback, "metadata", js.Obj("fallback", true)))
		return s.fallback, true, nil
	}
	lines := make([]string, len(issues))
	for i, issue := range issues {
		lines[i] = issue.String()
	}
	shown := raw
	if ok {
		shown = js.String(v)
	}
	return nil, false, &refusedAnswer{message: "Structured output validation failed: " + strings.Join(lines, "\n"),
		code: "STRUCTURED_OUTPUT_SCHEMA_VALIDATION_FAILED", details: js.Obj("value", shown)}
}

// jsonIn finds the JSON in a model's text, which may stand in a code block.
func jsonIn(text string) string {
	trimmed := strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(trimmed, "```json"); ok {
		return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "```"))
	}
	return text
}
