package js

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// SyntaxError is the error JSON.parse throws; its text is V8's.
type SyntaxError struct{ Message string }

func (e *SyntaxError) Error() string { return e.Message }

// maxDepth bounds the nesting Parse follows.
const maxDepth = 5000

// Parse reads one JSON text.
func Parse(data []byte) (any, error) {
	p := &parser{src: string(data)}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.pos < len(p.src) {
		return nil, p.at("Unexpected non-whitespace character after JSON")
	}
	return v, nil
}

type parser struct {
	src string
	pos int
}

func (p *parser) space() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// at is an error that names the position, in UTF-16 units as V8 counts.
func (p *parser) at(message string) error {
	if !strings.HasSuffix(message, " JSON") {
		message += " in JSON"
	}
	before := p.src[:min(p.pos, len(p.src))]
	line := 1 + strings.Count(before, "\n")
	column := Length(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return &SyntaxError{fmt.Sprintf("%s at position %d (line %d column %d)", message, Length(before), line, column)}
}

func (p *parser) unexpected() error {
	if p.pos >= len(p.src) {
		return &SyntaxError{"Unexpected end of JSON input"}
	}
	c := p.src[p.pos]
	if c >= '0' && c <= '9' || c == '-' {
		return p.at("Unexpected number")
	}
	if c == '"' {
		return p.at("Unexpected string")
	}
	return p.token()
}

// token is V8's complaint about one character, which quotes its surroundings.
func (p *parser) token() error {
	const context = 10
	units := Units(p.src)
	pos := Length(p.src[:p.pos])
	r, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	text := func(from, to int) string { return FromUnits(units[from:to]) }
	var message string
	switch {
	case len(units) < 4*context:
		message = fmt.Sprintf("Unexpected token '%c', %q is not valid JSON", r, raw(p.src))
	case pos < context:
		message = fmt.Sprintf("Unexpected token '%c', %q... is not valid JSON", r, raw(text(0, pos+context)))
	case pos >= len(units)-context:
		message = fmt.Sprintf("Unexpected token '%c', ...%q is not valid JSON", r, raw(text(pos-context, len(units))))
	default:
		message = fmt.Sprintf("Unexpected token '%c', ...%q... is not valid JSON", r, raw(text(pos-context, pos+context)))
	}
	return &SyntaxError{message}
}

// raw prints a string between quotes without escaping anything.
type raw string

func (r raw) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "\"%s\"", string(r)) }

func (p *parser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, &SyntaxError{"Maximum call stack size exceeded"}
	}
	p.space()
	if p.pos >= len(p.src) {
		return nil, p.unexpected()
	}
	switch c := p.src[p.pos]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.str()
	case c == 't':
		return true, p.literal("true")
	case c == 'f':
		return false, p.literal("false")
	case c == 'n':
		return nil, p.literal("null")
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	return nil, p.unexpected()
}

func (p *parser) literal(word string) error {
	for i := 0; i < len(word); i++ {
		if p.pos >= len(p.src) {
			return p.unexpected()
		}
		if p.src[p.pos] != word[i] {
			return p.token()
		}
		p.pos++
	}
	return nil
}

func (p *parser) object(depth int) (any, error) {
	o := &Object{}
	p.pos++
	p.space()
	if p.pos < len(p.src) && p.src[p.pos] == '}' {
		p.pos++
		return o, nil
	}
	for first := true; ; first = false {
		p.space()
		if p.pos >= len(p.src) || p.src[p.pos] != '"' {
			if first {
				return nil, p.at("Expected property name or '}'")
			}
			return nil, p.at("Expected double-quoted property name")
		}
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		p.space()
		if p.pos >= len(p.src) || p.src[p.pos] != ':' {
			return nil, p.at("Expected ':' after property name")
		}
		p.pos++
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.Set(key, v)
		p.space()
		if p.pos < len(p.src) && p.src[p.pos] == ',' {
			p.pos++
			continue
		}
		if p.pos < len(p.src) && p.src[p.pos] == '}' {
			p.pos++
			return o, nil
		}
		return nil, p.at("Expected ',' or '}' after property value")
	}
}

func (p *parser) array(depth int) (any, error) {
	list := []any{}
	p.pos++
	p.space()
	if p.pos < len(p.src) && p.src[p.pos] == ']' {
		p.pos++
		return list, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.space()
		if p.pos < len(p.src) && p.src[p.pos] == ',' {
			p.pos++
			continue
		}
		if p.pos < len(p.src) && p.src[p.pos] == ']' {
			p.pos++
			return list, nil
		}
		return nil, p.at("Expected ',' or ']' after array element")
	}
}

func (p *parser) number() (any, error) {
	start := p.pos
	digits := func() int {
		n := 0
		for p.pos < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
			p.pos++
			n++
		}
		return n
	}
	if p.src[p.pos] == '-' {
		p.pos++
	}
	if p.pos < len(p.src) && p.src[p.pos] == '0' {
		p.pos++
		if p.pos < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
			return nil, p.unexpected()
		}
	} else if digits() == 0 {
		return nil, p.at("No number after minus sign")
	}
	if p.pos < len(p.src) && p.src[p.pos] == '.' {
		p.pos++
		if digits() == 0 {
			return nil, p.at("Unterminated fractional number")
		}
	}
	if p.pos < len(p.src) && (p.src[p.pos] == 'e' || p.src[p.pos] == 'E') {
		p.pos++
		if p.pos < len(p.src) && (p.src[p.pos] == '+' || p.src[p.pos] == '-') {
			p.pos++
		}
		if digits() == 0 {
			return nil, p.at("Exponent part is missing a number")
		}
	}
	f, _ := strconv.ParseFloat(p.src[start:p.pos], 64)
	return f, nil
}

func (p *parser) str() (string, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		if c == '"' {
			s := p.src[start:p.pos]
			p.pos++
			return s, nil
		}
		if c == '\\' {
			return p.escaped(start)
		}
		if c < ' ' {
			return "", p.at("Bad control character in string literal")
		}
		p.pos++
	}
	return "", p.at("Unterminated string")
}

var plainEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped reads on from the first backslash of a string.
func (p *parser) escaped(start int) (string, error) {
	var b strings.Builder
	b.WriteString(p.src[start:p.pos])
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		switch {
		case c == '"':
			p.pos++
			return b.String(), nil
		case c < ' ':
			return "", p.at("Bad control character in string literal")
		case c != '\\':
			b.WriteByte(c)
			p.pos++
		default:
			p.pos++
			if p.pos >= len(p.src) {
				return "", p.at("Unterminated string")
			}
			if plain, ok := plainEscapes[p.src[p.pos]]; ok {
				b.WriteByte(plain)
				p.pos++
				continue
			}
			if p.src[p.pos] != 'u' {
				return "", p.at("Bad escaped character")
			}
			p.pos++
			unit, err := p.hex()
			if err != nil {
				return "", err
			}
			if utf16.IsSurrogate(unit) && strings.HasPrefix(p.src[p.pos:], "\\u") {
				save := p.pos
				p.pos += 2
				low, err := p.hex()
				if err != nil {
					return "", err
				}
				if pair := utf16.DecodeRune(unit, low); pair != utf8.RuneError {
					b.WriteRune(pair)
					continue
				}
				p.pos = save
			}
			b.Write(appendRune(nil, unit))
		}
	}
	return "", p.at("Unterminated string")
}

func (p *parser) hex() (rune, error) {
	var n rune
	for i := 0; i < 4; i++ {
		if p.pos >= len(p.src) {
			return 0, p.at("Bad Unicode escape")
		}
		d, err := strconv.ParseUint(p.src[p.pos:p.pos+1], 16, 8)
		if err != nil {
			return 0, p.at("Bad Unicode escape")
		}
		n = n<<4 | rune(d)
		p.pos++
	}
	return n, nil
}
