package call

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// OneLine keeps a text of several lines in one line of a log, and what would
// steer a terminal out of it.
func OneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// Clip cuts text to at most max bytes, between characters.
func Clip(text string, max int) string {
	long := len(text) > max
	if long { // more than max is never needed; the last character may be cut, and makes room for the mark
		text = text[:max]
		for i := len(text) - 1; i >= 0 && i >= len(text)-utf8.UTFMax; i-- {
			if utf8.RuneStart(text[i]) {
				text = text[:i]
				break
			}
		}
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if !long && len(text) <= max {
		return text
	}
	const more = "…"
	cut := min(len(text), max-len(more))
	for cut > 0 && cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + more
}

// PlainID tells whether an id of somebody else's is fit to stand in an error's text:
// it is short, and has nothing but what ids are made of.
func PlainID(id string) bool {
	const plain = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:=/+@"
	return id != "" && len(id) <= 64 && strings.Trim(id, plain) == ""
}
