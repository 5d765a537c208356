package js

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/internal/jsonstring"
)

// Marshal writes a value as JSON.stringify does: no escaping of <, > and &, no
// spaces.
func Marshal(v any) []byte { return Append(nil, v) }

// String is Marshal as a string.
func String(v any) string { return string(Marshal(v)) }

// Append appends the JSON text of a value.
func Append(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case string:
		return jsonstring.Append(b, v)
	case float64:
		return appendNumber(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case *Object:
		return appendObject(b, v)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = Append(b, e)
		}
		return append(b, ']')
	case []string:
		return Append(b, Strings(v))
	case []*Object:
		return Append(b, Array(v))
	case map[string]any:
		return appendObject(b, fromMap(v))
	case undefined:
		return append(b, "null"...)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...)
	}
	if parsed, err := Parse(data); err == nil {
		return Append(b, parsed)
	}
	return append(b, "null"...)
}

// Strings turns a []string into an array value.
func Strings(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// Array turns a slice into an array value.
func Array[T any](list []T) []any {
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = e
	}
	return out
}

func fromMap(m map[string]any) *Object {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	o := &Object{}
	for _, k := range keys {
		o.Set(k, m[k])
	}
	return o
}

func appendObject(b []byte, o *Object) []byte {
	if o == nil {
		return append(b, "null"...)
	}
	b = append(b, '{')
	first := true
	for _, m := range o.members {
		if m.Value == Undefined {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = jsonstring.Append(b, m.Key)
		b = append(b, ':')
		b = Append(b, m.Value)
	}
	return append(b, '}')
}

// Indent writes a value as JSON.stringify(value, null, 2) does.
func Indent(v any) string {
	var b strings.Builder
	indent(&b, v, "\n")
	return b.String()
}

func indent(b *strings.Builder, v any, newline string) {
	inner := newline + "  "
	switch v := v.(type) {
	case *Object:
		if v.Len() == 0 {
			break
		}
		b.WriteByte('{')
		for i, m := range v.members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(inner)
			b.Write(jsonstring.Append(nil, m.Key))
			b.WriteString(": ")
			indent(b, m.Value, inner)
		}
		b.WriteString(newline)
		b.WriteByte('}')
		return
	case []any:
		if len(v) == 0 {
			break
		}
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(inner)
			indent(b, e, inner)
		}
		b.WriteString(newline)
		b.WriteByte(']')
		return
	}
	b.Write(Marshal(v))
}

// Number is the text JavaScript gives a number.
func Number(f float64) string { return string(appendNumber(nil, f)) }

func appendNumber(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	if f == 0 {
		return append(b, '0')
	}
	abs := math.Abs(f)
	if abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	sign := exponent[:1]
	return append(b, mantissa+"e"+sign+strings.TrimLeft(exponent[1:], "0")...)
}
