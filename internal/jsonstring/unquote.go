package jsonstring

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mastra-go/mastra/internal/wtf8"
)

// Unquote decodes a valid JSON string, with its quotes, to WTF-8, and tells whether
// the text has halves of surrogate pairs. Invalid UTF-8 becomes U+FFFD, as it does
// with encoding/json.
func Unquote(b []byte) (text string, halves bool) {
	b = b[1 : len(b)-1]
	out := make([]byte, 0, len(b)+utf8.UTFMax)
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '\\' && b[i+1] == 'u':
			r := unit(b[i+2:])
			i += 6
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if i+6 <= len(b) && b[i] == '\\' && b[i+1] == 'u' {
					low = unit(b[i+2:])
				}
				if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
					r = pair
					i += 6
				} else {
					halves = true
				}
			}
			out = wtf8.AppendRune(out, r)
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
	return string(out), halves
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

// unit reads four hexadecimal digits.
func unit(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		if c > '9' {
			c = c&^0x20 - 'A' + 10 + '0'
		}
		r = r<<4 | rune(c-'0')
	}
	return r
}
