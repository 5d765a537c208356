package stream

import (
	"bytes"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/wtf8"
)

// deltaForm is where the payload of a delta has the id of its text and the piece.
type deltaForm struct{ id, piece string }

var deltaForms = map[string]deltaForm{
	TypeTextDelta:             {"id", "text"},
	TypeReasoningDelta:        {"id", "text"},
	TypeToolCallDelta:         {"toolCallId", "argsTextDelta"},
	TypeRoutingAgentTextDelta: {"", "text"}, // one text for each run
}

// bounds are the chunks before and behind the deltas of a text.
var bounds = map[string]string{
	TypeTextStart:             TypeTextDelta,
	TypeTextEnd:               TypeTextDelta,
	TypeReasoningStart:        TypeReasoningDelta,
	TypeReasoningEnd:          TypeReasoningDelta,
	TypeToolCallInputStart:    TypeToolCallDelta,
	TypeToolCallInputEnd:      TypeToolCallDelta,
	TypeRoutingAgentTextStart: TypeRoutingAgentTextDelta,
	TypeNetworkFinish:         TypeRoutingAgentTextDelta,
}

// place is what a chunk says to a text that comes in pieces.
type place struct {
	text  string // which text: the kind, the run, the id
	piece []byte // a JSON string; nil at a bound
}

// place finds the text that the chunk belongs to, or a chunk inside it; false if
// there is none.
func (c *Chunk) place(depth int) (place, bool) {
	if inner, ok := c.inside(); ok && depth < maxScrubDepth {
		return inner.place(depth + 1)
	}
	typ := c.Type
	if of, ok := bounds[typ]; ok {
		typ = of
	}
	form, ok := deltaForms[typ]
	if !ok {
		return place{}, false
	}
	payload := c.Payload()
	p := place{text: typ + "\n" + c.RunID + "\n" + string(member(payload, form.id))}
	if typ == c.Type {
		if p.piece = member(payload, form.piece); len(p.piece) == 0 || p.piece[0] != '"' {
			return place{}, false
		}
	}
	return p, true
}

// nesting tells where the chunks of a type have another chunk inside: in a member of
// the chunk, and in a member of that if it is not "".
func nesting(typ string) (outer, inner string) {
	switch typ {
	case TypeToolOutput, TypeWorkflowStepOutput, TypeStepOutput:
		return "payload", "output"
	case TypeBackgroundTaskOutput:
		return "payload", "payload"
	case TypeObserved:
		return "data", ""
	}
	if isNestedType(typ) {
		return "payload", ""
	}
	return "", ""
}

// inside returns the chunk inside a chunk.
func (c *Chunk) inside() (Chunk, bool) {
	outer, inner := nesting(c.Type)
	if outer == "" {
		return Chunk{}, false
	}
	b := member(c.Raw(), outer)
	if inner != "" {
		b = member(b, inner)
	}
	return nested(b)
}

// join gives the chunk its text as it is joined to what came before: where a delta was
// cut within a character, the character goes into the delta that completes it.
func (d *decoder) join(c *Chunk) {
	if d.texts.Idle() && !c.mayBeCut() {
		return
	}
	p, ok := c.place(0)
	if !ok {
		return
	}
	if p.piece == nil {
		d.texts.End(p.text)
		return
	}
	piece, halves := jsonstring.Unquote(p.piece)
	if joined := d.texts.Add(p.text, piece); halves || joined != piece {
		c.text, c.cut = wtf8.UTF8(joined), true
	}
}

// mayBeCut tells of most chunks that no text in them is cut within a character.
func (c *Chunk) mayBeCut() bool {
	if c.isText {
		return c.cut
	}
	outer, _ := nesting(c.Type)
	_, isDelta := deltaForms[c.Type]
	return (outer != "" || isDelta) && holdsSurrogate(c.raw)
}

// holdsSurrogate tells whether b holds an escape from \ud800 to \udfff, or what looks
// like one.
func holdsSurrogate(b []byte) bool {
	for {
		i := bytes.Index(b, []byte(`\u`))
		if i < 0 || len(b) < i+4 {
			return false
		}
		if b = b[i+2:]; b[0]|0x20 == 'd' && b[1] >= '8' {
			return true
		}
	}
}

// lend gives a chunk inside c the text that was joined.
func (c *Chunk) lend(inner *Chunk) {
	if c.cut && !c.isText {
		inner.text, inner.cut = c.text, true
	}
}

// joined is a text that differs from what the JSON beside it says.
type joined struct{ text *string }

func (j *joined) setText(text string) { j.text = &text }

// chunk is nested for the JSON beside.
func (j *joined) chunk(b []byte) (Chunk, bool) {
	c, ok := nested(b)
	if ok && j.text != nil {
		c.text, c.cut = *j.text, true
	}
	return c, ok
}

// AddText adds what a chunk says to a text that consists of all deltas of one kind. It
// is for the other packages of this module, which alone can name the Text: use
// [Chunk.Text].
func AddText(t *wtf8.Text, c *Chunk) {
	if c.isText && !c.cut && t.Idle() {
		t.Plain(c.text)
		return
	}
	p, ok := c.place(0)
	switch {
	case !ok:
	case p.piece == nil:
		t.End(p.text)
	default:
		piece, _ := jsonstring.Unquote(p.piece)
		t.Add(p.text, piece)
	}
}
