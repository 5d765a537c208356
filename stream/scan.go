package stream

import (
	"encoding/binary"
	"math/bits"
)

// The scanner in this file reads JSON text (RFC 8259) in place, checks every byte
// of it and allocates nothing. Its verdict is that of json.Valid.

// maxDepth is how deep arrays and objects may nest; encoding/json has the same
// limit.
const maxDepth = 10000

// syntaxError is a place in a JSON text that breaks a rule.
type syntaxError struct {
	at     int
	reason string
}

func (e *syntaxError) Error() string { return e.reason }

func badJSON(at int, reason string) error { return &syntaxError{at, reason} }

const unexpectedEnd = "unexpected end"

// checkJSON reports the first broken rule of a complete JSON text.
func checkJSON(b []byte) error {
	end, err := scanValue(b, skipSpace(b, 0), 0)
	if err != nil {
		return err
	}
	return checkEnd(b, end)
}

// checkEnd reports bytes that follow a complete JSON text.
func checkEnd(b []byte, i int) error {
	if i = skipSpace(b, i); i < len(b) {
		return badJSON(i, "text after the value")
	}
	return nil
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// scanValue returns the index behind the value that begins at b[i]; depth is the
// number of arrays and objects around it.
func scanValue(b []byte, i, depth int) (int, error) {
	if i >= len(b) {
		return i, badJSON(i, unexpectedEnd)
	}
	switch c := b[i]; {
	case c == '"':
		end, _, err := scanString(b, i)
		return end, err
	case c == '{':
		o := openObject(b, i, depth)
		for {
			if more, err := o.next(); !more {
				return o.i, err
			}
		}
	case c == '[':
		return scanArray(b, i, depth)
	case c == '-' || '0' <= c && c <= '9':
		return scanNumber(b, i)
	case c == 't':
		return scanLiteral(b, i, "true")
	case c == 'f':
		return scanLiteral(b, i, "false")
	case c == 'n':
		return scanLiteral(b, i, "null")
	}
	return i, badJSON(i, "no value begins with this byte")
}

func scanArray(b []byte, i, depth int) (int, error) {
	if depth >= maxDepth {
		return i, badJSON(i, "nested too deep")
	}
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1, nil
	}
	for {
		end, err := scanValue(b, i, depth+1)
		if err != nil {
			return end, err
		}
		i = skipSpace(b, end)
		if i >= len(b) {
			return i, badJSON(i, unexpectedEnd)
		}
		switch b[i] {
		case ',':
			i = skipSpace(b, i+1)
		case ']':
			return i + 1, nil
		default:
			return i, badJSON(i, "no comma or ] after an array element")
		}
	}
}

// object walks the members of one JSON object and checks them on the way.
type object struct {
	b     []byte
	i     int // where to go on; behind the object at its end
	depth int
	first bool

	key     span // with its quotes
	escaped bool // the key holds escapes
	value   span
}

// span is a range of bytes; the zero span stands for "absent", because no member
// begins at byte 0.
type span struct{ start, end int }

func (s span) in(b []byte) []byte {
	if s.end == 0 {
		return nil
	}
	return b[s.start:s.end:s.end]
}

// openObject begins with the object whose { is at b[i].
func openObject(b []byte, i, depth int) object {
	return object{b: b, i: i, depth: depth, first: true}
}

// next moves to the next member. It returns false at the end of the object and at
// an error.
func (o *object) next() (bool, error) {
	b, i := o.b, o.i
	if o.first {
		if o.depth >= maxDepth {
			return false, badJSON(i, "nested too deep")
		}
		o.first = false
		i = skipSpace(b, i+1)
		if i < len(b) && b[i] == '}' {
			o.i = i + 1
			return false, nil
		}
	} else {
		i = skipSpace(b, i)
		if i >= len(b) {
			return false, badJSON(i, unexpectedEnd)
		}
		switch b[i] {
		case '}':
			o.i = i + 1
			return false, nil
		case ',':
			i = skipSpace(b, i+1)
		default:
			return false, badJSON(i, "no comma or } after a member")
		}
	}

	if i >= len(b) {
		return false, badJSON(i, unexpectedEnd)
	}
	if b[i] != '"' {
		return false, badJSON(i, "a member's name must be a string")
	}
	end, escaped, err := scanString(b, i)
	if err != nil {
		return false, err
	}
	o.key, o.escaped = span{i, end}, escaped
	if i = skipSpace(b, end); i >= len(b) {
		return false, badJSON(i, unexpectedEnd)
	}
	if b[i] != ':' {
		return false, badJSON(i, "no colon after a member's name")
	}
	i = skipSpace(b, i+1)
	end, err = scanValue(b, i, o.depth+1)
	if err != nil {
		return false, err
	}
	o.value, o.i = span{i, end}, end
	return true, nil
}

// scanString returns the index behind the string whose opening quote is at b[i],
// and whether it holds escapes.
func scanString(b []byte, i int) (end int, escaped bool, err error) {
	for i++; ; {
		// plainRun, written out: most strings are a word or two long.
		for i+8 <= len(b) {
			hit := special(binary.LittleEndian.Uint64(b[i:]))
			if hit != 0 {
				i += bits.TrailingZeros64(hit) / 8
				break
			}
			i += 8
		}
		if i+8 > len(b) {
			i = plainRun(b, i)
		}
		switch {
		case i >= len(b):
			return i, escaped, badJSON(i, unexpectedEnd)
		case b[i] == '"':
			return i + 1, escaped, nil
		case b[i] != '\\':
			return i, escaped, badJSON(i, "control character in a string")
		}
		escaped = true
		if i, err = scanEscape(b, i); err != nil {
			return i, escaped, err
		}
	}
}

// scanEscape returns the index behind the escape whose backslash is at b[i].
func scanEscape(b []byte, i int) (int, error) {
	if i+1 >= len(b) {
		return i, badJSON(i+1, unexpectedEnd)
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, nil
	case 'u':
		for k := i + 2; k < i+6; k++ {
			if k >= len(b) {
				return i, badJSON(k, unexpectedEnd)
			}
			if !isHex(b[k]) {
				return i, badJSON(k, "no hexadecimal digit in an escape")
			}
		}
		return i + 6, nil
	}
	return i, badJSON(i+1, "unknown escape")
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of w that are a quote, a backslash or a control
// character. The lowest mark is exact; those above it may be carries.
func special(w uint64) uint64 {
	quote, slash := w^(ones*'"'), w^(ones*'\\')
	return ((w-ones*0x20)&^w | (quote-ones)&^quote | (slash-ones)&^slash) & highs
}

// plainRun returns the index of the first byte from i on that is special, eight
// bytes at a time.
func plainRun(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if hit := special(binary.LittleEndian.Uint64(b[i:])); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < 0x20 || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func scanLiteral(b []byte, i int, word string) (int, error) {
	for k := range len(word) {
		if i+k >= len(b) {
			return i, badJSON(i+k, unexpectedEnd)
		}
		if b[i+k] != word[k] {
			return i, badJSON(i+k, "misspelt "+word)
		}
	}
	return i + len(word), nil
}

func scanNumber(b []byte, i int) (int, error) {
	if b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return i, badJSON(i, unexpectedEnd)
	case b[i] == '0':
		i++
	default:
		var err error
		if i, err = scanDigits(b, i); err != nil {
			return i, err
		}
	}
	var err error
	if i < len(b) && b[i] == '.' {
		if i, err = scanDigits(b, i+1); err != nil {
			return i, err
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		i, err = scanDigits(b, i)
	}
	return i, err
}

// scanDigits skips one or more digits.
func scanDigits(b []byte, i int) (int, error) {
	start := i
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	if i > start {
		return i, nil
	}
	if i >= len(b) {
		return i, badJSON(i, unexpectedEnd)
	}
	return i, badJSON(i, "no digit in a number where one must be")
}
