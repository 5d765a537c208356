package zod

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Of derives a schema from a Go type: structs become objects in field order
// with the names encoding/json uses, pointers and omitempty or omitzero fields
// are optional, interfaces and json.RawMessage accept anything. A "desc" tag
// becomes the description, a "const" tag holds the one JSON value that is accepted.
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
	}
	switch t.Kind() {
	case reflect.Pointer:
		return ofType(t.Elem(), parents).Optional()
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
		if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			s = s.Optional()
		} else if s.kind == KindAny {
			s = s.Required("Invalid input: expected nonoptional, received undefined")
		}
		if text := f.Tag.Get("desc"); text != "" {
			s = s.Describe(text)
		}
		props = append(props, Prop{Name: name, Schema: s})
	}
	return props
}
