// Package jsonstring writes and reads JSON strings as JavaScript does: the text may
// hold halves of surrogate pairs, which JSON escapes and package wtf8 describes.
package jsonstring

import (
	"unicode/utf8"

	"github.com/mastra-go/mastra/internal/wtf8"
)

const hexDigits = "0123456789abcdef"

// Append appends s as a JSON string, as JSON.stringify writes it: nothing is
// escaped that need not be. Half a surrogate pair is `\ud83d`, two that meet are one
// character, and any other invalid UTF-8 becomes U+FFFD, as it does with
// encoding/json.
func Append(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(b, s[start:i]...)
				b, size = appendInvalid(b, s[i:])
				start = i + size
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		default:
			b = appendUnit(b, rune(c))
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

// appendInvalid appends what s begins with, which is no UTF-8, and tells how many
// bytes of s that was.
func appendInvalid(b []byte, s string) ([]byte, int) {
	if r, ok := wtf8.Pair(s); ok {
		return utf8.AppendRune(b, r), 6
	}
	if half := wtf8.Half(s); half != 0 {
		return appendUnit(b, half), 3
	}
	return utf8.AppendRune(b, utf8.RuneError), 1
}

// appendUnit appends the escape of a UTF-16 unit.
func appendUnit(b []byte, unit rune) []byte {
	return append(b, '\\', 'u', hexDigits[unit>>12&15], hexDigits[unit>>8&15], hexDigits[unit>>4&15], hexDigits[unit&15])
}
