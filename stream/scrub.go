package stream

import (
	"bytes"
	"encoding/json"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/thrown"
)

// maxScrubDepth bounds how deep chunks within chunks, and errors within errors, are
// followed; what lies deeper is replaced by null.
const maxScrubDepth = 16

// scrub removes what must not leave the house from the chunk in b, which is valid
// JSON. It returns false if there was nothing to remove.
func scrub(typ string, b []byte) ([]byte, bool) {
	clean, changed := forBrowsers.chunk(typ, b, 0)
	if changed && bytes.ContainsAny(clean, "\r\n") {
		// A line end between two tokens would break the line of an event.
		var line bytes.Buffer
		if json.Compact(&line, clean) == nil {
			clean = line.Bytes()
		}
	}
	return clean, changed
}

// edit changes the value of a member; it returns false to leave it.
type edit func(value []byte) ([]byte, bool)

// errorEdits change what chunks tell of errors.
type errorEdits struct {
	all      edit // of an error chunk
	short    edit // of the error of a tool or a task
	full     edit // of the error of a workflow or one of its steps
	tripwire edit // of a processor's reason; nil leaves it
	result   edit // of the result of a tool that failed; nil leaves it
	other    edit // of what stands in the place of a chunk and is none; nil leaves it
}

var forBrowsers = errorEdits{
	all:   func(b []byte) ([]byte, bool) { return scrubErrorChunk(b), true },
	short: shortError, full: stripError, other: thrown.Strip,
}

// chunk edits a chunk, and those within it.
func (e *errorEdits) chunk(typ string, b []byte, depth int) ([]byte, bool) {
	if depth > maxScrubDepth {
		return []byte("null"), true
	}
	inner := func(value []byte) ([]byte, bool) { return e.nested(value, depth+1) }
	switch typ {
	case TypeError:
		return e.all(b)
	case TypeToolError, TypeBackgroundTaskFailed:
		return editMember(b, "payload", within("error", e.short))
	case TypeWorkflowStepResult:
		return editMember(b, "payload", within("error", e.full))
	case TypeWorkflowFinish:
		return editMember(b, "payload", within("metadata", within("error", e.full)))
	case TypeTripwire:
		if e.tripwire != nil {
			return e.tripwire(b)
		}
	case TypeToolResult:
		if e.result != nil {
			return editMember(b, "payload", func(payload []byte) ([]byte, bool) {
				if string(member(payload, "isError")) != "true" {
					return payload, false
				}
				return editMember(payload, "result", e.result)
			})
		}
	}
	switch outer, in := nesting(typ); {
	case outer == "":
		return b, false
	case in == "":
		return editMember(b, outer, inner)
	default:
		return editMember(b, outer, within(in, inner))
	}
}

// nested edits a value that may be a chunk.
func (e *errorEdits) nested(b []byte, depth int) ([]byte, bool) {
	typ, ok := jsonString(member(b, "type"))
	switch {
	case ok:
		return e.chunk(typ, b, depth)
	case e.other != nil:
		return e.other(b)
	}
	return b, false
}

// scrubErrorChunk keeps of an error chunk what says whose it is, and the error's
// name and message.
func scrubErrorChunk(b []byte) []byte {
	var e envelope
	_ = e.read(b) // it was read before
	c := Chunk{Type: TypeError, raw: b, payload: e.body()}
	short, _ := shortError(c.errorJSON())
	out := []byte(`{"type":"error"`)
	for _, m := range []struct {
		name  string
		value span
	}{{"runId", e.runID}, {"from", e.from}} {
		if _, isString := jsonString(m.value.in(b)); isString {
			out = append(append(out, `,"`+m.name+`":`...), m.value.in(b)...)
		}
	}
	if e.payload.end == 0 && e.err.end > 0 {
		out = append(append(out, `,"error":`...), short...)
	} else {
		out = append(append(append(out, `,"payload":{"error":`...), short...), '}')
	}
	return append(out, '}')
}

// shortError is an error's name and message, with half a character where they have
// one.
func shortError(value []byte) ([]byte, bool) {
	d := readError(value, jsonText)
	short := []byte{'{'}
	if d.Name != "" {
		short = append(jsonstring.Append(append(short, `"name":`...), d.Name), ',')
	}
	return append(jsonstring.Append(append(short, `"message":`...), d.Message), '}'), true
}

// stripError removes the secret members from an error and from what it contains.
func stripError(value []byte) ([]byte, bool) {
	out, changed := strip(nil, value, 0)
	if !changed {
		return value, false
	}
	return out, true
}

// strip appends value to dst without the secret members.
func strip(dst, value []byte, depth int) (out []byte, changed bool) {
	i := skipSpace(value, 0)
	switch {
	case i >= len(value) || value[i] != '{' && value[i] != '[':
		return append(dst, value...), false
	case depth > maxScrubDepth:
		return append(dst, "null"...), true
	case value[i] == '[':
		return stripElements(dst, value, depth)
	}
	dst = append(dst, '{')
	first := len(dst)
	o := openObject(value, i, 0)
	for {
		more, err := o.next()
		if !more || err != nil {
			return append(dst, '}'), changed
		}
		if thrown.Secret(string(o.keyBytes())) {
			changed = true
			continue
		}
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = append(append(dst, o.key.in(value)...), ':')
		var inner bool
		dst, inner = strip(dst, o.value.in(value), depth+1)
		changed = changed || inner
	}
}

func stripElements(dst, value []byte, depth int) (out []byte, changed bool) {
	var elements []json.RawMessage
	if json.Unmarshal(value, &elements) != nil {
		return append(dst, "null"...), true
	}
	dst = append(dst, '[')
	for i, element := range elements {
		if i > 0 {
			dst = append(dst, ',')
		}
		var inner bool
		dst, inner = strip(dst, element, depth+1)
		changed = changed || inner
	}
	return append(dst, ']'), changed
}

// within is the edit of one member of an object.
func within(name string, do edit) edit {
	return func(value []byte) ([]byte, bool) { return editMember(value, name, do) }
}

// editMember edits a member of an object, wherever its name stands, and keeps every
// other byte.
func editMember(b []byte, name string, do edit) ([]byte, bool) {
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return b, false
	}
	var out []byte
	copied, changed := 0, false
	o := openObject(b, i, 0)
	for {
		more, err := o.next()
		if !more || err != nil {
			break
		}
		if string(o.keyBytes()) != name {
			continue
		}
		if value, edited := do(o.value.in(b)); edited {
			out = append(append(out, b[copied:o.value.start]...), value...)
			copied, changed = o.value.end, true
		}
	}
	if !changed {
		return b, false
	}
	return append(out, b[copied:]...), true
}
