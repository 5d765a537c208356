package veil

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// units cuts a secret into what is quoted as one: a character, or a run of backslashes,
// of which a quoted text has more.
func units(secret string) (out []string) {
	for secret != "" {
		_, size := utf8.DecodeRuneInString(secret)
		for secret[0] == '\\' && size < len(secret) && secret[size] == '\\' {
			size++
		}
		out = append(out, secret[:size])
		secret = secret[size:]
	}
	return out
}

// match tells how many bytes of the text's beginning are the secret, in one of its forms;
// 0 where they are another thing. All readings are followed at once: a % may stand for
// itself or begin an escape.
func match(text string, secret []string) int {
	at, next := []int{0}, []int(nil)
	for _, unit := range secret {
		next = next[:0]
		for _, i := range at {
			next = forms(next, text, i, unit)
		}
		if len(next) == 0 {
			return 0
		}
		slices.Sort(next)
		at, next = slices.Compact(next), at
	}
	return at[len(at)-1]
}

// forms adds the places behind each form of unit that begins at i.
func forms(ends []int, text string, i int, unit string) []int {
	rest := text[i:]
	if rest == "" {
		return ends
	}
	if n := len(unit); n <= len(rest) && strings.EqualFold(rest[:n], unit) {
		ends = append(ends, i+n)
	}
	switch first := rest[0]; {
	case first == '\\':
		if n := backslashed(rest, unit); n > 0 {
			ends = append(ends, i+n)
		}
	case first == '%':
		ends = percented(ends, text, i, unit)
		if unit == " " { // a + in a query that was encoded again
			ends = percented(ends, text, i, "+")
		}
	case first == '&':
		if n := entity(rest, unit); n > 0 {
			ends = append(ends, i+n)
		}
	case first == '+' && unit == " ":
		ends = append(ends, i+1)
	case first >= utf8.RuneSelf && unit[0] >= utf8.RuneSelf:
		latin1 := ""
		for j := range len(unit) {
			latin1 += string(rune(unit[j]))
		}
		if strings.HasPrefix(rest, latin1) {
			ends = append(ends, i+len(latin1))
		}
		if !utf8.ValidString(unit) && strings.HasPrefix(rest, "\uFFFD") {
			ends = append(ends, i+len("\uFFFD"))
		}
	}
	return ends
}

// How deep escapes within escapes are read.
const (
	maxBackslashes = 15
	maxPercents    = 4
)

// backslashed reads an escape of JSON or Go, of whatever depth.
func backslashed(text, unit string) int {
	n := 0
	for n < len(text) && text[n] == '\\' && (n < maxBackslashes || unit[0] == '\\') {
		n++
	}
	bare := text[n:]
	r, _ := utf8.DecodeRuneInString(unit)
	switch {
	case unit[0] == '\\':
		if n >= len(unit) {
			return n
		}
	case len(unit) <= len(bare) && strings.EqualFold(bare[:len(unit)], unit):
		return n + len(unit)
	case unit == "\t" && strings.HasPrefix(bare, "t"):
		return n + 1
	}
	if bare == "" {
		return 0
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[bare[0]]
	code, ok := hex(bare[1:], digits)
	switch {
	case !ok:
		return 0
	case code == r:
		return n + 1 + digits
	case code>>10 == 0xd800>>10: // half of a character
		low := strings.TrimLeft(bare[1+digits:], `\`)
		if second, ok := hex(strings.TrimPrefix(low, "u"), 4); ok && (code-0xd800)<<10+(second-0xdc00)+0x10000 == r {
			return len(text) - len(low) + 5
		}
	}
	return 0
}

// percented adds the places behind a percent-encoded unit, whose escapes may be escaped
// themselves: each depth is a reading of its own.
func percented(ends []int, text string, i int, unit string) []int {
	for begin := "%"; len(begin) <= 1+2*maxPercents && strings.HasPrefix(text[i:], begin); begin += "25" {
		end := i
		for j := range len(unit) {
			code, ok := hex(strings.TrimPrefix(text[end:], begin), 2)
			if !ok || code != rune(unit[j]) || !strings.HasPrefix(text[end:], begin) {
				end = i
				break
			}
			end += len(begin) + 2
		}
		if end > i {
			ends = append(ends, end)
		}
	}
	return ends
}

var entities = map[string]string{"&": "amp;", "<": "lt;", ">": "gt;", `"`: "quot;", "'": "apos;"}

// entity reads a unit as HTML has it.
func entity(text, unit string) int {
	rest := text[1:]
	name := entities[unit]
	for {
		switch {
		case name != "" && strings.HasPrefix(rest, name) && (unit != "&" || !strings.HasPrefix(rest, "amp;amp;")):
			return len(text) - len(rest) + len(name)
		case strings.HasPrefix(rest, "amp;"):
			rest = rest[len("amp;"):]
			continue
		}
		break
	}
	number, _, found := strings.Cut(rest, ";")
	if !found || !strings.HasPrefix(number, "#") {
		return 0
	}
	digits, base := number[1:], 10
	if digits != "" && digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	r, _ := utf8.DecodeRuneInString(unit)
	if code, err := strconv.ParseUint(digits, base, 32); err != nil || rune(code) != r {
		return 0
	}
	return len(text) - len(rest) + len(number) + 1
}

// hex reads a number of so many digits.
func hex(text string, digits int) (rune, bool) {
	if digits == 0 || len(text) < digits {
		return 0, false
	}
	code, err := strconv.ParseUint(text[:digits], 16, 32)
	return rune(code), err == nil
}
