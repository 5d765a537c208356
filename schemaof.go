package mastra

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// SchemaOf makes the JSON Schema of a Go type, as encoding/json writes it:
//
//   - a field without omitempty or omitzero is required;
//   - a tag jsonschema:"..." is its description, a tag enum:"a,b,c" lists the
//     values it may have (of its items, for a slice);
//   - a pointer may be null, a time.Time is a date-time, a []byte is base64, a
//     json.RawMessage or an any is anything;
//   - a type that writes itself as text is a string, one that writes its own JSON
//     is anything;
//   - a struct allows no further members;
//   - a type that contains itself stands among the definitions, "$defs".
//
// A type that JSON cannot hold, such as a channel or a func, and a map whose keys are
// no text are errors.
func SchemaOf[T any]() (Schema, error) {
	schema, err := schemaFor(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	return schemaText(schema)
}

func schemaText(schema *jsonschema.Schema) (Schema, error) {
	text, err := json.Marshal(schema)
	if err == nil && string(text) == "true" {
		text = []byte("{}") // the same, and the only form that the server takes
	}
	return text, err
}

func schemaFor(t reflect.Type) (*jsonschema.Schema, error) {
	known := map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[time.Time]():       {Type: "string", Format: "date-time"},
		reflect.TypeFor[Time]():            {Type: "string", Format: "date-time"},
		reflect.TypeFor[[]byte]():          {Type: "string", ContentEncoding: "base64"},
		reflect.TypeFor[json.RawMessage](): {},
		reflect.TypeFor[Schema]():          {},
		reflect.TypeFor[json.Number]():     {Type: "number"},
	}
	writers(t, known, map[reflect.Type]bool{})
	if err := checkTags(t, known, map[reflect.Type]bool{}); err != nil {
		return nil, refuse("%s has no JSON Schema: %w", t, err)
	}
	schema, err := schemaIn(t, cycles(t, known), known)
	if err != nil {
		return nil, refuse("%s has no JSON Schema: %w", t, err)
	}
	return schema, nil
}

// writers notes the types within t that write their JSON themselves.
func writers(t reflect.Type, known map[reflect.Type]*jsonschema.Schema, seen map[reflect.Type]bool) {
	if known[t] != nil || seen[t] || t.Kind() == reflect.Interface {
		return
	}
	seen[t] = true
	if t.Kind() != reflect.Pointer {
		switch {
		case is[json.Marshaler](t), is[json.Unmarshaler](t):
			known[t] = &jsonschema.Schema{}
			return
		case is[encoding.TextMarshaler](t), is[encoding.TextUnmarshaler](t):
			known[t] = &jsonschema.Schema{Type: "string"}
			return
		}
	}
	for _, part := range parts(t) {
		writers(part, known, seen)
	}
}

func is[I any](t reflect.Type) bool { return reflect.PointerTo(t).Implements(reflect.TypeFor[I]()) }

// refine adds to a schema what the library does not know of a Go type: the values
// of an enum, numbers that are written as text, and that a slice is not null.
func refine(s *jsonschema.Schema, t reflect.Type) error {
	nullable := t.Kind() == reflect.Pointer
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		if i := slices.Index(s.Types, "null"); i >= 0 && len(s.Types) == 2 && !nullable {
			s.Type, s.Types = s.Types[1-i], nil
		}
		if s.Items != nil {
			return refine(s.Items, t.Elem())
		}
	case reflect.Map:
		if s.AdditionalProperties != nil {
			return refine(s.AdditionalProperties, t.Elem())
		}
	case reflect.Struct:
		for _, f := range reflect.VisibleFields(t) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			property := s.Properties[name]
			if property == nil || f.Anonymous {
				continue
			}
			if err := refine(property, f.Type); err != nil {
				return err
			}
			if slices.Contains(strings.Split(options, ","), "string") {
				quote(property)
			}
			if tag, ok := f.Tag.Lookup("enum"); ok {
				if err := enumerate(property, f.Type, tag); err != nil {
					return fmt.Errorf("field %s: %w", f.Name, err)
				}
			}
		}
	}
	return nil
}

// quote makes text of a number or a bool.
func quote(s *jsonschema.Schema) {
	quoted := func(name string) bool { return name == "integer" || name == "number" || name == "boolean" }
	if quoted(s.Type) {
		s.Type, s.Minimum, s.Maximum = "string", nil, nil
	}
	if i := slices.IndexFunc(s.Types, quoted); i >= 0 {
		s.Types[i], s.Minimum, s.Maximum = "string", nil, nil
	}
}

// enumerate sets the values that a field may have, in the field's own type.
func enumerate(s *jsonschema.Schema, t reflect.Type, tag string) error {
	null := false
	for ; t.Kind() == reflect.Pointer || s.Items != nil; t = t.Elem() {
		if t.Kind() == reflect.Pointer {
			null = true
		} else {
			s, null = s.Items, false
		}
	}
	for text := range strings.SplitSeq(tag, ",") {
		text = strings.TrimSpace(text)
		switch {
		case s.Type == "string" || slices.Contains(s.Types, "string"):
			s.Enum = append(s.Enum, text)
		case s.Type == "" && len(s.Types) == 0, t.Kind() == reflect.Map, t.Kind() == reflect.Struct:
			return fmt.Errorf("%s cannot have an enum", t)
		default:
			v := reflect.New(t)
			if err := json.Unmarshal([]byte(text), v.Interface()); err != nil {
				return fmt.Errorf("enum value %q is no %s", text, t)
			}
			s.Enum = append(s.Enum, v.Elem().Interface())
		}
	}
	if null {
		s.Enum = append(s.Enum, nil)
	}
	return nil
}
