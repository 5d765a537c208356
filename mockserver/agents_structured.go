package mockserver

import (
	"fmt"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/jsonschema"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// structuredOutput is the schema the client wants the answer to fit.
type structuredOutput struct {
	schema   *js.Object
	strategy string
	fallback any
	// own is the schema where it is the server's; what does not fit it is told
	// otherwise.
	own *zod.Schema
}

// misfits says what of a value does not fit, and why where the schema is the server's.
func (s *structuredOutput) misfits(v any) (lines []string, cause *js.Object) {
	if s.own != nil {
		_, issues := s.own.Parse(v)
		for _, issue := range issues {
			lines = append(lines, "- "+issue.Field()+": "+issue.Message)
		}
		return lines, zodError(issues)
	}
	for _, issue := range jsonschema.Validate(s.schema, v) {
		lines = append(lines, issue.String())
	}
	return lines, nil
}

// isList tells whether a list is wanted; the model wraps one in {elements: [...]}.
func (s *structuredOutput) isList() bool { return s.schema.Str("type") == "array" }

// choices are the values of which one is wanted, nil where it is no choice; the
// model wraps it in {result: ...}.
func (s *structuredOutput) choices() []any {
	if s.isList() {
		return nil
	}
	return s.schema.Arr("enum")
}

// objectStream watches a text that grows into a JSON value and tells of the
// value as far as it can be read. A durable run has one for all of its steps, every
// other run one for each.
type objectStream struct {
	run      *agentRun
	text     string
	done     bool
	last     string
	elements []any
	started  bool
	chosen   string
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

// piece takes the next piece of the text.
func (o *objectStream) piece(text string) {
	o.text = js.Join(o.text, text)
	v, whole, ok := js.ParsePartial(jsonIn(o.text))
	if !ok {
		return
	}
	shown := js.String(v)
	if shown == o.last {
		return
	}
	wanted := o.run.options.structured
	if wanted.isList() {
		o.list(v, whole, shown)
		return
	}
	if choices := o.run.options.structured.choices(); choices != nil {
		o.choice(v, shown, choices)
		return
	}
	switch v.(type) {
	case *js.Object, []any:
		o.last = shown
		o.emit(v)
	}
}

// choice tells of the choice that the text so far can only mean, or of its
// beginning.
func (o *objectStream) choice(v any, shown string, choices []any) {
	object, _ := v.(*js.Object)
	begun := object.Str("result")
	var fitting []string
	for _, c := range choices {
		if text, ok := c.(string); ok && strings.HasPrefix(text, begun) {
			fitting = append(fitting, text)
		}
	}
	if begun == "" || len(fitting) == 0 {
		return
	}
	if len(fitting) == 1 {
		begun = fitting[0]
	}
	if begun != o.chosen {
		o.last, o.chosen = shown, begun
		o.emit(begun)
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
func (o *objectStream) finish(reason FinishReason) (value any, usedFallback bool, err error) {
	if o.done || strings.TrimSpace(o.text) == "" {
		return nil, false, nil
	}
	o.done = true
	s := o.run.options.structured
	if reason == FinishLength || reason == FinishContentFilter {
		err = &refusedAnswer{message: fmt.Sprintf("Structured output was truncated because the model finished with reason %q.", reason),
			code: "STRUCTURED_OUTPUT_TRUNCATED", details: js.Obj("finishReason", string(reason), "value", o.text)}
	} else if value, err = o.value(); err == nil {
		o.run.sendLast(js.Obj("from", "AGENT", "runId", o.run.id, "type", "object-result", "object", value))
		return value, false, nil
	}
	switch s.strategy {
	case "warn":
		return nil, false, nil
	case "fallback":
		o.run.sendLast(js.Obj("from", "AGENT", "runId", o.run.id, "type", "object-result", "object", s.fallback, "metadata", js.Obj("fallback", true)))
		return s.fallback, true, nil
	}
	return nil, false, err
}

// value is the value of the whole text, if it fits the schema.
func (o *objectStream) value() (any, error) {
	s := o.run.options.structured
	shown := jsonIn(o.text)
	v, _, ok := js.ParsePartial(shown)
	object, _ := v.(*js.Object)
	isChoice := s.choices() != nil
	switch {
	case s.isList() && object.Has("elements"):
		v = object.Get("elements")
	case s.isList():
		v = append([]any{}, o.elements...)
	case isChoice && !isText(object.Get("result")):
		return nil, &refusedAnswer{message: "Invalid enum format: expected object with result property"}
	case isChoice:
		v = object.Get("result")
	case !ok:
		v = js.Undefined
	}
	lines, cause := s.misfits(v)
	if len(lines) == 0 {
		return v, nil
	}
	if word, isWord := v.(string); isWord {
		shown = word
	} else if v != js.Undefined {
		shown = js.String(v)
	}
	return nil, &refusedAnswer{message: "Structured output validation failed: " + strings.Join(lines, "\n"),
		code: "STRUCTURED_OUTPUT_SCHEMA_VALIDATION_FAILED", details: js.Obj("value", shown), cause: cause}
}

func isText(v any) bool { _, ok := v.(string); return ok }
