package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/wtf8"
)

// Chunk is one message of a stream. It owns its bytes: a chunk, and all that its
// methods return, stays valid for as long as it is kept. The JSON that they return
// may be shared between copies of a chunk; do not change it.
//
// A Chunk is encoded as the JSON that it came as.
type Chunk struct {
	// Type says what the chunk is: one of the Type constants, an application's own
	// `data-*`, or something newer than this package. In a stream an object that has an
	// error and no type is an [ErrorChunk]; its JSON, read alone, gives an empty Type.
	Type string
	// RunID is the run that the chunk belongs to. Some chunks have none.
	RunID string
	// From says who sent it: "AGENT", "USER", "SYSTEM", "WORKFLOW" or "NETWORK".
	// Some chunks have none.
	From string

	raw     []byte // the chunk's JSON; nil if it is in line
	line    string // the same for a delta, whose text is a part of it
	text    string // of a delta; if it is cut, also of one in a chunk inside this one
	isText  bool
	isPlain bool // line is data that is not JSON
	cut     bool // text is not what the JSON alone says, or that has half a character
	payload span
	sse     *sseFields // nil: neither a name nor an id
}

// ParseChunk reads one chunk from its JSON text. Valid JSON of any shape gives a
// chunk; the error, for text that is not JSON, is a *MalformedError.
func ParseChunk(b []byte) (Chunk, error) {
	var d decoder
	c, err := d.chunk(b, true)
	return c, locate(err, 0)
}

// locate turns a syntax error into a MalformedError for the event with the given
// number.
func locate(err error, event int) error {
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		return &MalformedError{Event: event, Offset: int64(syntax.at), Reason: syntax.reason}
	}
	return err
}

// Raw returns the chunk's JSON.
func (c Chunk) Raw() json.RawMessage {
	if c.raw == nil && c.line != "" {
		return json.RawMessage(c.line)
	}
	return c.raw
}

// Payload returns the JSON of the chunk's payload. For the types that have none it
// is the chunk's `object`, `data` or `error`, and nil if it has nothing of these.
func (c Chunk) Payload() json.RawMessage {
	if c.raw == nil && c.payload.end > 0 {
		return json.RawMessage(c.line[c.payload.start:c.payload.end])
	}
	return c.payload.in(c.raw)
}

// Metadata returns the JSON of the chunk's `metadata`, or nil.
func (c Chunk) Metadata() json.RawMessage { return member(c.Raw(), "metadata") }

// Text returns the text of a text-delta or reasoning-delta chunk. It costs nothing:
// the text was decoded when the chunk was read.
//
// A server cuts text where it likes, also within a character that is two UTF-16 units.
// In the chunks of a [Stream] such a character is whole, in the delta that completes
// it. If the other half does not follow in the same text, U+FFFD stands in its place,
// and nothing if the text ends with it. A chunk that was read alone, from JSON, has
// U+FFFD for each half.
func (c Chunk) Text() (string, bool) {
	if !c.isText {
		return "", false
	}
	return c.text, true
}

// MarshalJSON returns the chunk's JSON, null for the zero Chunk.
func (c Chunk) MarshalJSON() ([]byte, error) { return c.Raw().MarshalJSON() }

// UnmarshalJSON reads a chunk as ParseChunk does.
func (c *Chunk) UnmarshalJSON(b []byte) error {
	parsed, err := ParseChunk(b)
	if err == nil {
		*c = parsed
	}
	return err
}

// errorJSON is the error that an `error` chunk is about: in its payload, or beside
// the type where the payload holds none, or else the payload itself.
func (c *Chunk) errorJSON() json.RawMessage {
	payload := c.Payload()
	if isObject(payload) {
		if inner := member(payload, "error"); inner != nil {
			return inner
		}
	}
	if beside := member(c.Raw(), "error"); beside != nil {
		return beside
	}
	return payload
}

// nested reads a chunk inside another chunk's payload.
func nested(b json.RawMessage) (Chunk, bool) {
	if !isObject(b) {
		return Chunk{}, false
	}
	c, err := ParseChunk(b)
	return c, err == nil && c.Type != ""
}

var (
	errNoPayload = errors.New("stream: chunk has no payload")
	errNoChunk   = errors.New("stream: payload is not a chunk")
	errNoText    = errors.New("stream: payload has no text")
)

// needType refuses what is valid JSON but no chunk.
func needType(c Chunk) error {
	if c.Type == "" {
		return errNoChunk
	}
	return nil
}

// decoder makes chunks. It keeps the strings that repeat from chunk to chunk, so
// that most chunks cost one allocation.
type decoder struct {
	typ, runID, from string
	last             template
	joins            bool // the chunks are those of a stream
	texts            wtf8.Joiner
}

// chunk reads the chunk in b. An owned chunk has a copy of the bytes; the others
// borrow them and their text is not decoded.
func (d *decoder) chunk(b []byte, owned bool) (Chunk, error) {
	if d.texts.Idle() {
		if c, ok := d.last.match(b, owned); ok {
			return c, nil
		}
	}
	var e envelope
	if err := e.read(b); err != nil {
		return Chunk{}, err
	}
	c := Chunk{
		Type:    intern(e.typ.in(b), &d.typ),
		RunID:   intern(e.runID.in(b), &d.runID),
		From:    intern(e.from.in(b), &d.from),
		payload: e.body(),
	}
	var text span
	if c.Type == TypeTextDelta || c.Type == TypeReasoningDelta {
		if text = textIn(b, c.payload); text.end > 0 {
			d.last.learn(&c, b, text)
		}
	}
	switch {
	case !owned:
		c.raw = b
	case text.end == 0:
		c.raw = bytes.Clone(b)
	case isPlain(b[text.start+1 : text.end-1]):
		c.line = string(b)
		c.text, c.isText = c.line[text.start+1:text.end-1], true
	default:
		c.raw, c.isText = bytes.Clone(b), true
		c.text, c.cut = jsonstring.Unquote(b[text.start:text.end])
		c.text = wtf8.UTF8(c.text)
	}
	if owned && d.joins {
		d.join(&c)
	}
	return c, nil
}

// textIn finds the string `text` of a payload; the zero span if it has none.
func textIn(b []byte, payload span) (text span) {
	if payload.end == 0 || b[payload.start] != '{' {
		return span{}
	}
	o := openObject(b, payload.start, 1)
	for {
		more, err := o.next()
		if !more || err != nil {
			break
		}
		if string(o.keyBytes()) == "text" {
			text = o.value
		}
	}
	if text.end == 0 || b[text.start] != '"' {
		return span{}
	}
	return text
}

// template is a shortcut for deltas. All deltas of a text part are the same bytes
// up to the text, so once one was read in full, the next needs a comparison and a
// look at its text.
type template struct {
	prefix           []byte // up to and with the text's opening quote
	typ, runID, from string
	payload          int // where the payload begins
}

// deltaTail closes the text, the payload and the chunk.
const deltaTail = `"}}`

// learn takes over the prefix of a delta that was read in full. It does so only
// where the text is the very last value of the payload and the payload the last
// one of the chunk: then nothing behind the text can change what the prefix says.
func (t *template) learn(c *Chunk, b []byte, text span) {
	if text.end-1 != len(b)-len(deltaTail) || string(b[text.end-1:]) != deltaTail {
		return
	}
	t.prefix = append(t.prefix[:0], b[:text.start+1]...)
	t.typ, t.runID, t.from, t.payload = c.Type, c.RunID, c.From, c.payload.start
}

func (t *template) match(b []byte, owned bool) (Chunk, bool) {
	start, end := len(t.prefix), len(b)-len(deltaTail)
	if start == 0 || end < start || !bytes.Equal(b[:start], t.prefix) ||
		plainRun(b, start) != end || string(b[end:]) != deltaTail {
		return Chunk{}, false
	}
	c := Chunk{Type: t.typ, RunID: t.runID, From: t.from, payload: span{t.payload, len(b) - 1}}
	if !owned {
		c.raw = b
		return c, true
	}
	if !utf8.Valid(b[start:end]) {
		return Chunk{}, false
	}
	c.line = string(b)
	c.text, c.isText = c.line[start:end], true
	return c, true
}
