package differential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// kind is what a JSON value is.
type kind byte

const (
	scalar kind = iota // null, true, false, or a number as it was written
	text
	array
	object
)

// value is JSON that remembers the order of keys and how numbers were written.
type value struct {
	kind kind
	// word is a scalar as it was written, or a text's content.
	word  string
	keys  []string // of an object, in its order
	items []*value // of an array, or of an object beside its keys
}

// parseJSON reads exactly one value.
func parseJSON(data []byte) (*value, error) {
	d := json.NewDecoder(bytes.NewReader(showHalves(data)))
	d.UseNumber()
	v, err := parseValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return v, nil
}

var escapes = regexp.MustCompile(`\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\.`)

// showHalves makes text of the escape of half a character, which encoding/json would
// replace: the two servers must send the same half.
func showHalves(data []byte) []byte {
	return escapes.ReplaceAllFunc(data, func(escape []byte) []byte {
		if isHalf := len(escape) == len(`\ud83d`); isHalf {
			return append([]byte{'\\'}, escape...)
		}
		return escape
	})
}

func parseValue(d *json.Decoder) (*value, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return parseMembers(d, t)
	case string:
		return &value{kind: text, word: t}, nil
	case json.Number:
		return &value{word: t.String()}, nil
	case bool:
		return &value{word: strconv.FormatBool(t)}, nil
	default:
		return &value{word: "null"}, nil
	}
}

func parseMembers(d *json.Decoder, open json.Delim) (*value, error) {
	v := &value{kind: array}
	if open == '{' {
		v.kind = object
	}
	for d.More() {
		if v.kind == object {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v.keys = append(v.keys, fmt.Sprint(key))
		}
		item, err := parseValue(d)
		if err != nil {
			return nil, err
		}
		v.items = append(v.items, item)
	}
	_, err := d.Token()
	return v, err
}

// member is the value under a key, nil where there is none.
func (v *value) member(key string) *value {
	for i, k := range v.keys {
		if k == key {
			return v.items[i]
		}
	}
	return nil
}

// String writes the value as JSON without spaces, in its own order of keys.
func (v *value) String() string {
	var b strings.Builder
	v.write(&b)
	return b.String()
}

func (v *value) write(b *strings.Builder) {
	switch v.kind {
	case scalar:
		b.WriteString(v.word)
	case text:
		b.WriteString(quote(v.word))
	default:
		open, shut := byte('['), byte(']')
		if v.kind == object {
			open, shut = '{', '}'
		}
		b.WriteByte(open)
		for i, item := range v.items {
			if i > 0 {
				b.WriteByte(',')
			}
			if v.kind == object {
				b.WriteString(quote(v.keys[i]))
				b.WriteByte(':')
			}
			item.write(b)
		}
		b.WriteByte(shut)
	}
}

// quote writes a string as JSON and leaves < and > as they are.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return strconv.Quote(s)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
