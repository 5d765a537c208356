package mockserver

import (
	"errors"
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

// misfits says what of a value does not fit.
func (s *structuredOutput) misfits(v any) []string {
	var lines []string
	if s.own != nil {
		_, issues := s.own.Parse(v)
		for _, issue := range issues {
			lines = append(lines, "- "+issue.Field()+": "+issue.Message)
		}
		return lines
	}
	for _, issue := range jsonschema.Validate(s.schema, v) {
		lines = append(lines, issue.String())
	}
	return lines
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
// value as far as it can be read.
type objectStream struct {
	run      *agentRun
	last     string
	elements []any
	started  bool
	chosen   string
}

// objectError is a final value that does not fit the schema.
type objectError struct {
	message, value string
	plain          bool // nothing more is told
}

func (e *objectError) Error() string { return e.message }

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
	if s.choices() != nil {
		object, _ := v.(*js.Object)
		chosen, ok := object.Get("result").(string)
		if !ok {
			return o.misfit(&objectError{message: "Invalid enum format: expected object with result property", plain: true})
		}
		v = chosen
	}
	lines := s.misfits(v)
	if len(lines) == 0 {
		o.run.sendLast(js.Obj("from", "AGENT", "runId", o.run.id, "type", "object-result", "object", v))
		return v, false, nil
	}
	shown := raw
	if ok {
		shown = js.String(v)
	}
	return o.misfit(&objectError{message: "Structured output validation failed: " + strings.Join(lines, "\n"), value: shown})
}

// misfit is what becomes of a value that does not fit.
func (o *objectStream) misfit(err error) (value any, usedFallback bool, _ error) {
	s := o.run.options.structured
	switch s.strategy {
	case "warn":
		return nil, false, nil
	case "fallback":
		o.run.sendLast(js.Obj("from", "AGENT", "runId", o.run.id, "type", "object-result", "object", s.fallback, "metadata", js.Obj("fallback", true)))
		return s.fallback, true, nil
	}
	return nil, false, err
}

// jsonIn finds the JSON in a model's text, which may stand in a code block or
// between words. Line ends and tabs within its texts are escaped.
func jsonIn(text string) string {
	trimmed := strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(trimmed, "```json"); ok {
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "```"))
	}
	if object, ok := objectWithin(text); ok {
		text = object
	}
	var b strings.Builder
	eachByte(text, func(i int, inText, escaped bool) {
		as := map[byte]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}[text[i]]
		if inText && !escaped && as != "" {
			b.WriteString(as)
			return
		}
		b.WriteByte(text[i])
	})
	return b.String()
}

// objectWithin finds the last whole object in a text that is not JSON itself.
func objectWithin(text string) (object string, ok bool) {
	if t := strings.TrimSpace(text); strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
		return "", false
	}
	start, depth := 0, 0
	eachByte(text, func(i int, inText, escaped bool) {
		switch {
		case inText || escaped:
		case text[i] == '{':
			if depth == 0 {
				start = i
			}
			depth++
		case text[i] == '}' && depth > 0:
			if depth--; depth == 0 {
				object, ok = text[start:i+1], true
			}
		}
	})
	return object, ok
}

// eachByte goes through a text and tells of each byte whether it stands within
// quotes, and whether behind a backslash.
func eachByte(text string, f func(i int, inText, escaped bool)) {
	inText, escaped := false, false
	for i := range len(text) {
		f(i, inText, escaped)
		switch {
		case escaped:
			escaped = false
		case text[i] == '\\':
			escaped = true
		case text[i] == '"':
			inText = !inText
		}
	}
}

// emitObjectError tells of a value that does not fit.
func (r *agentRun) emitObjectError(err error) bool {
	var invalid *objectError
	if !errors.As(err, &invalid) {
		return false
	}
	told := js.Obj("message", invalid.message, "domain", "AGENT", "category", "SYSTEM", "code", "STRUCTURED_OUTPUT_SCHEMA_VALIDATION_FAILED",
		"details", js.Obj("value", invalid.value))
	if invalid.plain {
		told = js.Obj("message", invalid.message, "name", "Error", "stack", stackOf(err))
	}
	r.send(js.Obj("from", "AGENT", "runId", r.id, "type", "error", "payload", js.Obj("error", told)))
	return true
}
