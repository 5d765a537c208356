package stream

import (
	"encoding/json"
	"errors"
	"iter"
	"unicode/utf8"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/wtf8"
)

var errNotObject = errors.New("stream: payload is not a JSON object")

// membersOf ranges over the members of a JSON object, nothing else copied than
// the names. A value that is no object, or stops being JSON, ends the range.
func membersOf(b []byte) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		i := skipSpace(b, 0)
		if i >= len(b) || b[i] != '{' {
			return
		}
		o := openObject(b, i, 0)
		for {
			more, err := o.next()
			if !more || err != nil || !yield(string(o.keyBytes()), o.value.in(b)) {
				return
			}
		}
	}
}

// member returns the value of one member of a JSON object, the last one where the
// name stands twice; nil if there is none.
func member(b []byte, name string) json.RawMessage {
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return nil
	}
	var found json.RawMessage
	o := openObject(b, i, 0)
	for {
		more, err := o.next()
		if !more || err != nil {
			return found
		}
		if string(o.keyBytes()) == name {
			found = o.value.in(b)
		}
	}
}

// keyBytes is the member's name without its quotes. It allocates only if the name
// holds escapes.
func (o *object) keyBytes() []byte {
	if o.escaped {
		return []byte(unquote(o.b[o.key.start:o.key.end]))
	}
	return o.b[o.key.start+1 : o.key.end-1]
}

func isObject(b []byte) bool {
	i := skipSpace(b, 0)
	return i < len(b) && b[i] == '{'
}

// jsonString decodes a JSON string and says whether b is one.
func jsonString(b []byte) (string, bool) {
	text, ok := jsonText(b)
	return wtf8.UTF8(text), ok
}

// jsonText is jsonString for what is passed on: the text is in WTF-8.
func jsonText(b []byte) (string, bool) {
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '"' {
		return "", false
	}
	end, _, err := scanString(b, i)
	if err != nil {
		return "", false
	}
	return unquoteText(b[i:end]), true
}

// unquote decodes a valid JSON string with its quotes, as encoding/json does:
// broken UTF-8 and lone surrogates become U+FFFD.
func unquote(b []byte) string { return wtf8.UTF8(unquoteText(b)) }

// unquoteText is unquote with half a character in WTF-8.
func unquoteText(b []byte) string {
	if inner := b[1 : len(b)-1]; isPlain(inner) {
		return string(inner)
	}
	text, _ := jsonstring.Unquote(b)
	return text
}

// isPlain tells that a string's bytes are its text: no escape, no broken UTF-8.
func isPlain(b []byte) bool {
	return plainRun(b, 0) == len(b) && utf8.Valid(b)
}
