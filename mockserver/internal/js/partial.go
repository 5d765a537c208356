package js

import (
	"strings"
)

// ParsePartial reads a JSON text that may break off anywhere. What is complete
// enough is kept: an open string ends where the text ends, a number keeps its
// digits, a key without a value is dropped; so is what follows the value. whole tells that nothing was
// missing; ok is false where there is no value at all.
func ParsePartial(text string) (v any, whole, ok bool) {
	if v, err := Parse([]byte(text)); err == nil {
		return v, true, true
	}
	p := &partial{parser{src: text}}
	v, _, ok = p.any(0)
	return v, false, ok
}

type partial struct{ parser }

// any reads one value; done tells that it is complete.
func (p *partial) any(depth int) (v any, done, ok bool) {
	p.space()
	if p.pos >= len(p.src) || depth > maxDepth {
		return nil, false, false
	}
	switch c := p.src[p.pos]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.string()
	case c == 't' || c == 'f' || c == 'n':
		return p.word()
	case c == '-' || c >= '0' && c <= '9':
		return p.digits()
	}
	return nil, false, false
}

func (p *partial) string() (any, bool, bool) {
	start := p.pos
	if s, err := p.str(); err == nil {
		return s, true, true
	}
	// The string breaks off: cut an escape that is not complete, and close it.
	rest := p.src[start:]
	p.pos = len(p.src)
	for cut := 0; cut <= 6 && cut < len(rest); cut++ {
		closed := &parser{src: rest[:len(rest)-cut] + `"`}
		if s, err := closed.str(); err == nil && closed.pos == len(closed.src) {
			return s, false, true
		}
	}
	return nil, false, false
}

var words = map[byte]struct {
	text  string
	value any
}{'t': {"true", true}, 'f': {"false", false}, 'n': {"null", nil}}

func (p *partial) word() (any, bool, bool) {
	w := words[p.src[p.pos]]
	rest := p.src[p.pos:]
	if strings.HasPrefix(rest, w.text) {
		p.pos += len(w.text)
		return w.value, true, true
	}
	if strings.HasPrefix(w.text, rest) {
		p.pos = len(p.src)
		return w.value, false, true
	}
	return nil, false, false
}

func (p *partial) digits() (any, bool, bool) {
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte("+-.eE0123456789", p.src[p.pos]) >= 0 {
		p.pos++
	}
	done := p.pos < len(p.src)
	for end := p.pos; end > start; end-- {
		if v, err := Parse([]byte(p.src[start:end])); err == nil {
			return v, done, true
		}
		if done {
			break
		}
	}
	return nil, false, false
}

func (p *partial) object(depth int) (any, bool, bool) {
	o := &Object{}
	p.pos++
	for {
		p.space()
		if p.pos >= len(p.src) {
			return o, false, true
		}
		switch p.src[p.pos] {
		case '}':
			p.pos++
			return o, true, true
		case ',':
			p.pos++
			continue
		case '"':
		default:
			return nil, false, false
		}
		key, done, ok := p.string()
		p.space()
		if !ok || !done || p.pos >= len(p.src) {
			return o, false, true
		}
		if p.src[p.pos] != ':' {
			return nil, false, false
		}
		p.pos++
		before := p.pos
		v, done, ok := p.any(depth + 1)
		if !ok {
			if strings.TrimSpace(p.src[before:]) == "" || p.pos >= len(p.src) || p.src[p.pos] == '-' {
				return o, false, true
			}
			return nil, false, false
		}
		o.Set(key.(string), v)
		if !done {
			p.pos = len(p.src)
			return o, false, true
		}
	}
}

func (p *partial) array(depth int) (any, bool, bool) {
	list := []any{}
	p.pos++
	for {
		p.space()
		if p.pos >= len(p.src) {
			return list, false, true
		}
		switch p.src[p.pos] {
		case ']':
			p.pos++
			return list, true, true
		case ',':
			p.pos++
			continue
		}
		v, done, ok := p.any(depth + 1)
		if !ok {
			if p.pos >= len(p.src) {
				return list, false, true
			}
			return nil, false, false
		}
		list = append(list, v)
		if !done {
			p.pos = len(p.src)
			return list, false, true
		}
	}
}
