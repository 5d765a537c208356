package jsonstring

import (
	"bytes"

	"github.com/mastra-go/mastra/internal/wtf8"
)

// Halved is the text of a valid JSON value that is a string with half of a surrogate
// pair in it; ok is false for every other value.
func Halved(raw []byte) (text string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' || !bytes.Contains(raw, []byte(`\u`)) {
		return "", false
	}
	return Unquote(raw)
}

// Came is a text as it came, in WTF-8: raw is the valid JSON value that it came in, or
// nil. One that has been changed since is the text itself.
func Came(text string, raw []byte) string {
	if came, ok := Halved(raw); ok && wtf8.UTF8(came) == text {
		return came
	}
	return text
}

// Inside is the text of a valid JSON value that is a string, to be read as JSON in its
// turn: half a character is escaped in it. ok is false for every other value.
func Inside(raw []byte) (inner []byte, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return nil, false
	}
	text, halves := Unquote(raw)
	if inner = []byte(text); halves {
		inner = inner[:0:0]
		for i := 0; i < len(text); i++ {
			if half := wtf8.Half(text[i:]); half != 0 {
				inner = appendUnit(inner, half)
				i += len("\xed\xa0\x80") - 1
				continue
			}
			inner = append(inner, text[i])
		}
	}
	return inner, true
}
