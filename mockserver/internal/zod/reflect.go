package zod

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Of derives a schema from a Go type as the client's SchemaOf reads it: structs become
// objects in field order with the names encoding/json uses, omitempty or omitzero fields
// are optional, pointers may be null, interfaces, json.RawMessage and what writes its own
// JSON accept anything, and what writes itself as text is a string. A "jsonschema" or
// "desc" tag becomes the description, an "enum" tag lists the strings that are accepted,
// a "const" tag holds the one JSON value.
func Of[T any]() Schema { return ofType(reflect.TypeFor[T](), nil) }

// OfType is Of for a type that is known at run time only.
func OfType(t reflect.Type) Schema { return ofType(t, nil) }

func ofType(t reflect.Type, parents []reflect.Type) Schema {
	for _, p := range parents {
		if p == t {
			return Any()
		}
	}
	switch t {
	case reflect.TypeFor[json.RawMessage]():
		return Any()
	case reflect.TypeFor[time.Time]():
		return String()
	case reflect.TypeFor[json.Number]():
		return Number()
	}
	if t.Kind() == reflect.Pointer {
		if s := ofType(t.Elem(), parents); s.kind != KindAny {
			return s.Nullable()
		}
		return Any()
	}
	switch {
	case is[json.Marshaler](t), is[json.Unmarshaler](t):
		return Any()
	case is[encoding.TextMarshaler](t), is[encoding.TextUnmarshaler](t):
		return String()
	}
	switch t.Kind() {
	case reflect.String:
		return String()
	case reflect.Bool:
		return Boolean()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return Number()
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 && t.Kind() == reflect.Slice {
			return String()
		}
		return Array(ofType(t.Elem(), parents))
	case reflect.Map:
		return Record(ofType(t.Elem(), parents))
	case reflect.Struct:
		return Object(structProps(t, append(parents, t))...)
	}
	return Any()
}

func is[I any](t reflect.Type) bool { return reflect.PointerTo(t).Implements(reflect.TypeFor[I]()) }

// enumOf is a schema of strings, or of lists of them, of which some are accepted.
func enumOf(s Schema, tag string) Schema {
	var options []string
	for option := range strings.SplitSeq(tag, ",") {
		options = append(options, strings.TrimSpace(option))
	}
	switch {
	case s.kind == KindString:
		enum := Enum(options...)
		enum.optional, enum.nullable = s.optional, s.nullable
		return enum
	case s.kind == KindArray && s.elem != nil && s.elem.kind == KindString:
		items := Enum(options...)
		s.elem = &items
	}
	return s
}

func structProps(t reflect.Type, parents []reflect.Type) []Prop {
	var props []Prop
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			props = append(props, structProps(f.Type, parents)...)
			continue
		}
		if name == "" {
			name = f.Name
		}
		s := ofType(f.Type, parents)
		if text := f.Tag.Get("const"); text != "" {
			if v, err := js.Parse([]byte(text)); err == nil {
				s = Literal(v)
			}
		}
		if tag := f.Tag.Get("enum"); tag != "" {
			s = enumOf(s, tag)
		}
		if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			s.nullable = false // nothing is written in its place
			s = s.Optional()
		} else if s.kind == KindAny {
			s = s.Required("Invalid input: expected nonoptional, received undefined")
		}
		if text := cmp.Or(f.Tag.Get("jsonschema"), f.Tag.Get("desc")); text != "" {
			s = s.Describe(text)
		}
		props = append(props, Prop{Name: name, Schema: s})
	}
	return props
}
