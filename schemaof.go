package mastra

import (
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
//   - a struct allows no further members.
//
// A type that JSON cannot hold, such as a channel or a func, a type that contains
// itself, and a map whose keys are no text are errors.
func SchemaOf[T any]() (Schema, error) {
	schema, err := schemaFor(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	return json.Marshal(schema)
}

func schemaFor(t reflect.Type) (*jsonschema.Schema, error) {
	schema, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[time.Time]():       {Type: "string", Format: "date-time"},
		reflect.TypeFor[Time]():            {Type: "string", Format: "date-time"},
		reflect.TypeFor[[]byte]():          {Type: "string", ContentEncoding: "base64"},
		reflect.TypeFor[json.RawMessage](): {},
		reflect.TypeFor[Schema]():          {},
	}})
	if err != nil {
		return nil, fmt.Errorf("mastra: %s has no JSON Schema: %w", t, err)
	}
	if err := refine(schema, t); err != nil {
		return nil, fmt.Errorf("mastra: %s has no JSON Schema: %w", t, err)
	}
	return schema, nil
}

// refine adds to a schema what the library does not know of a Go type: the values
// of an enum, and that a slice is not null.
func refine(s *jsonschema.Schema, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s.Items == nil && s.Properties == nil && s.AdditionalProperties == nil {
		return nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		if i := slices.Index(s.Types, "null"); i >= 0 && len(s.Types) == 2 {
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
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
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
			if tag, ok := f.Tag.Lookup("enum"); ok {
				if err := enumerate(property, f, tag); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// enumerate sets the values that a field may have, in the field's own type.
func enumerate(s *jsonschema.Schema, f reflect.StructField, tag string) error {
	t := f.Type
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		if t.Kind() != reflect.Pointer {
			s = s.Items
		}
		t = t.Elem()
	}
	for text := range strings.SplitSeq(tag, ",") {
		value := any(text)
		if t.Kind() != reflect.String {
			v := reflect.New(t)
			if err := json.Unmarshal([]byte(text), v.Interface()); err != nil {
				return fmt.Errorf("field %s: enum value %q is no %s", f.Name, text, t)
			}
			value = v.Elem().Interface()
		}
		s.Enum = append(s.Enum, value)
	}
	return nil
}
