package js

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// JavaScript's text is UTF-16, and half of a character that has two units is a text
// too. Here it has three bytes, as UTF-8 would have for the unit's number; Append
// writes it as an escape.

// half is how many bytes half a character has.
const half = 3

// Units are the UTF-16 units of a text.
func Units(s string) []uint16 {
	units := make([]uint16, 0, len(s))
	for s != "" {
		r, size := decodeRune(s)
		units, s = appendUnits(units, r), s[size:]
	}
	return units
}

// FromUnits is the text of UTF-16 units.
func FromUnits(units []uint16) string {
	var b []byte
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if i+1 < len(units) {
			if pair := utf16.DecodeRune(r, rune(units[i+1])); pair != utf8.RuneError {
				r = pair
				i++
			}
		}
		b = appendRune(b, r)
	}
	return string(b)
}

// Slice is the text from the n-th unit on.
func Slice(s string, n int) string { return FromUnits(Units(s)[n:]) }

// Characters are the characters of a text, as iterating over it gives them: half a
// character that is alone is one.
func Characters(s string) []string {
	var list []string
	for s != "" {
		_, size := decodeRune(s)
		list, s = append(list, s[:size]), s[size:]
	}
	return list
}

// Length is the length of a string in UTF-16 units, JavaScript's length.
func Length(s string) int {
	n := 0
	for s != "" {
		r, size := decodeRune(s)
		n += max(utf16.RuneLen(r), 1) // half a character has none
		s = s[size:]
	}
	return n
}

// Join joins texts. Halves that meet become one character.
func Join(texts ...string) string {
	joined := strings.Join(texts, "")
	if utf8.ValidString(joined) {
		return joined
	}
	return FromUnits(Units(joined))
}

// decodeRune is the character that s begins with, or the half of one.
func decodeRune(s string) (rune, int) {
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && len(s) >= half && s[0] == 0xed && s[1]&0xe0 == 0xa0 && s[2]&0xc0 == 0x80 {
		return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), half
	}
	return r, size
}

func appendRune(b []byte, r rune) []byte {
	if utf16.IsSurrogate(r) {
		return append(b, 0xed, 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(b, r)
}

func appendUnits(units []uint16, r rune) []uint16 {
	if utf16.IsSurrogate(r) {
		return append(units, uint16(r))
	}
	return utf16.AppendRune(units, r)
}
