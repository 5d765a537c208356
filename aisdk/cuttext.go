package aisdk

import (
	"encoding/json"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/wtf8"
)

// A model's text is UTF-16, and a delta may end within a character. Mastra passes the
// halves on and the browser joins them; so they go out as they came, while in Go each
// character is whole, in the delta that completes it. Half a character that is alone, in
// any text, goes out as it came too, and is U+FFFD in Go.

// text is a string of JavaScript, which may have half a character in it.
type text string

func (t text) MarshalJSON() ([]byte, error) { return jsonstring.Append(nil, string(t)), nil }

func (t *text) UnmarshalJSON(raw []byte) error {
	s, ok := pieceOf(raw)
	if !ok {
		return json.Unmarshal(raw, new(string)) // its error, and none for null
	}
	*t = text(s)
	return nil
}

// pieceOf is the string in raw, with the halves that it has, and whether it is one.
func pieceOf(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	s, _ := jsonstring.Unquote(raw)
	return s, true
}

// cutText is a text that differs between Go and JSON.
type cutText struct{ member, shown, sent string }

// cutTexts are those of one value.
type cutTexts []cutText

// show returns a member's text as it is in Go.
func (c *cutTexts) show(member, sent string) string {
	shown := wtf8.UTF8(sent)
	c.note(member, shown, sent)
	return shown
}

func (c *cutTexts) note(member, shown, sent string) {
	if shown != sent {
		*c = append(*c, cutText{member, shown, sent})
	}
}

// wire is what goes out for a member: the text that came, if nobody has changed what
// stands for it.
func (c cutTexts) wire(member, shown string) string {
	for i := range c {
		if c[i].member == member && c[i].shown == shown {
			return c[i].sent
		}
	}
	return shown
}

// delta adds a piece to the text that the part belongs to, which has the key, and
// returns it as it is in Go.
func (c *Converter) delta(p *Part, member, key, piece string) string {
	shown := wtf8.UTF8(c.texts.Add(p.Type+key, piece))
	p.cut.note(member, shown, piece)
	return shown
}

// endHalf gives up the half that a text still waited for: it ends, or another one of
// its id begins.
func (c *Converter) endHalf(p *Part) {
	switch p.Type {
	case PartTextStart, PartTextEnd:
		c.texts.End(PartTextDelta + p.ID)
	case PartReasoningStart, PartReasoningEnd:
		c.texts.End(PartReasoningDelta + p.ID)
	}
}
