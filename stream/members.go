package stream

import (
	"encoding/json"
	"errors"
	"iter"
	"unicode/utf8"
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
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '"' {
		return "", false
	}
	end, _, err := scanString(b, i)
	if err != nil {
		return "", false
	}
	return unquote(b[i:end]), true
}

// unquote decodes a valid JSON string with its quotes, as encoding/json does:
// broken UTF-8 and lone surrogates become U+FFFD.
func unquote(b []byte) string {
	b = b[1 : len(b)-1]
	if isPlain(b) {
		return string(b)
	}
	out := make([]byte, 0, len(b)+utf8.UTFMax)
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '\\' && b[i+1] == 'u':
			r := hex4(b[i+2:])
			i += 6
			if 0xD800 <= r && r < 0xE000 {
				low := rune(-1)
				if r < 0xDC00 && i+6 <= len(b) && b[i] == '\\' && b[i+1] == 'u' {
					low = hex4(b[i+2:])
				}
				if 0xDC00 <= low && low < 0xE000 {
					r = (r-0xD800)<<10 | (low - 0xDC00) + 0x10000
					i += 6
				} else {
					r = utf8.RuneError
				}
			}
			out = utf8.AppendRune(out, r)
		case c == '\\':
			out = append(out, unescape(b[i+1]))
			i += 2
		case c < utf8.RuneSelf:
			out = append(out, c)
			i++
		default:
			r, size := utf8.DecodeRune(b[i:])
			out = utf8.AppendRune(out, r)
			i += size
		}
	}
	return string(out)
}

// isPlain tells that a string's bytes are its text: no escape, no broken UTF-8.
func isPlain(b []byte) bool {
	return plainRun(b, 0) == len(b) && utf8.Valid(b)
}

func unescape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c // " \ /
}

func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		r = r<<4 | rune(hexDigit(c))
	}
	return r
}
