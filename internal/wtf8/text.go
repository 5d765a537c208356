package wtf8

import "strings"

// Joiner joins texts that come in pieces, several at a time, each under a key. A high
// half at the end of a piece waits for the next piece of its own text. The zero Joiner
// is ready.
type Joiner struct{ waiting map[string]string }

// Add takes the next piece of a text and returns what can be said now: the piece,
// with the half that waited before it and without the half that waits now.
func (j *Joiner) Add(key, piece string) string {
	if len(j.waiting) > 0 {
		piece = Join(j.waiting[key], piece)
		delete(j.waiting, key)
	}
	said, high := CutHigh(piece)
	if high != "" {
		if j.waiting == nil {
			j.waiting = map[string]string{}
		}
		j.waiting[key] = high
	}
	return said
}

// End ends a text and returns the half that waited.
func (j *Joiner) End(key string) string {
	high := j.waiting[key]
	delete(j.waiting, key)
	return high
}

// Idle tells that no half waits, so that a piece without halves needs no Add.
func (j *Joiner) Idle() bool { return len(j.waiting) == 0 }

// Text is what the pieces of texts come to, in the order in which they came. A half
// whose text has ended joins the piece that came next, of whichever text, as it does
// where JavaScript puts all pieces together. The zero Text is ready.
type Text struct {
	Joiner
	b    strings.Builder
	said int // how much of it Grown has returned
}

// Plain adds a piece without halves while no half waits.
func (t *Text) Plain(piece string) { t.b.WriteString(piece) }

// Add adds a piece of the text with the key.
func (t *Text) Add(key, piece string) { t.b.WriteString(t.Joiner.Add(key, piece)) }

// End ends the text with the key.
func (t *Text) End(key string) { t.b.WriteString(t.Joiner.End(key)) }

// String is the whole text in UTF-8. Half a character that waits is U+FFFD.
func (t *Text) String() string { return UTF8(t.WTF8()) }

// WTF8 is the whole text with the halves that it has.
func (t *Text) WTF8() string {
	text := t.b.String()
	for _, high := range t.waiting {
		text += high
	}
	return text
}

// Grown returns what has been added since it was called last, in UTF-8 and without
// half a character that may become a whole one.
func (t *Text) Grown() string {
	text, _ := CutHigh(t.b.String()[t.said:])
	t.said += len(text)
	return UTF8(text)
}

// Rest returns what Grown has held back.
func (t *Text) Rest() string { return UTF8(t.WTF8()[t.said:]) }
