// Package wtf8 holds the text of JavaScript in Go strings.
//
// JavaScript counts text in UTF-16 units. Most characters are one unit, some, such as
// 😀, a pair of surrogates, and a program can cut between the two; JSON writes what it
// is left with as `\ud83d` and `\ude00`. WTF-8 is UTF-8 in which such a half has three
// bytes, as any character of its number would. A string in WTF-8 stays inside this
// module: UTF8 makes what others may see.
package wtf8

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Halves of a pair: a high one, then a low one.
const (
	firstHigh = 0xd800
	firstLow  = 0xdc00
	afterLow  = 0xe000
)

// size is how many bytes half a pair has.
const size = 3

// Half is the half of a pair that s begins with, and 0 if it begins with none.
func Half(s string) rune {
	if len(s) < size || s[0] != 0xed || s[1] < 0xa0 || s[1] > 0xbf || s[2] < 0x80 || s[2] > 0xbf {
		return 0
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f)
}

// Pair is the character that s begins with as two halves; ok is false if it does not.
func Pair(s string) (r rune, ok bool) {
	high := Half(s)
	if high == 0 {
		return 0, false
	}
	r = utf16.DecodeRune(high, Half(s[size:]))
	return r, r != utf8.RuneError
}

// AppendRune appends a character, or half of one.
func AppendRune(b []byte, r rune) []byte {
	if firstHigh <= r && r < afterLow {
		return append(b, 0xed, 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(b, r)
}

// UTF8 makes one character of two halves that meet, and U+FFFD of each half that is
// alone and of every other byte that is no UTF-8.
func UTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for s != "" {
		if r, ok := Pair(s); ok {
			b, s = utf8.AppendRune(b, r), s[2*size:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		if Half(s) != 0 {
			n = size
		}
		b, s = utf8.AppendRune(b, r), s[n:]
	}
	return string(b)
}

// Join appends text to a text. Two halves that meet become one character.
func Join(s, next string) string {
	rest, high := CutHigh(s)
	if r, ok := Pair(high + next[:min(size, len(next))]); ok {
		return rest + string(r) + next[size:]
	}
	return s + next
}

// CutHigh cuts off the high half that s ends with, if it does.
func CutHigh(s string) (rest, high string) {
	if at := len(s) - size; at >= 0 {
		if r := Half(s[at:]); firstHigh <= r && r < firstLow {
			return s[:at], s[at:]
		}
	}
	return s, ""
}
