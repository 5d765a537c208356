package mastra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// fit compares values with a schema.
type fit struct{ root *jsonschema.Schema }

// decodeStrictly checks JSON against the schema of a type and decodes it, with
// nothing missing and nothing left over. The error tells where the JSON does not fit,
// and nothing that stands in it.
func decodeStrictly(schema *jsonschema.Resolved, data []byte, out any) error {
	var value any
	if json.Unmarshal(data, &value) != nil {
		return errors.New("it is not JSON")
	}
	f := fit{schema.Schema()}
	value = f.withoutNulls(f.root, value)
	if schema.Validate(value) != nil {
		if where := f.misfit(f.root, value, ""); where != "" {
			return errors.New(where)
		}
		return errors.New("it does not match the schema")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return goMisfit(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("text after the value")
	}
	return nil
}

// goMisfit is why a value that fits the schema does not fit the Go type.
func goMisfit(err error) error {
	var kind *json.UnmarshalTypeError
	if !errors.As(err, &kind) {
		return errors.New("a value that its Go type refuses")
	}
	what, _, _ := strings.Cut(kind.Value, " ") // behind it stands the value
	return errors.New(what + " in place of " + kind.Type.String() + in(kind.Field))
}

// withoutNulls leaves out the members that are null and may be missing: providers
// that insist on every member send them so.
func (f fit) withoutNulls(s *jsonschema.Schema, value any) any {
	s, _ = target(f.root, s)
	switch value := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range value {
			property := s.Properties[name]
			if member == nil && property != nil && !slices.Contains(s.Required, name) {
				continue
			}
			if property == nil {
				property = s.AdditionalProperties
			}
			if property != nil {
				member = f.withoutNulls(property, member)
			}
			out[name] = member
		}
		return out
	case []any:
		if s.Items == nil {
			return value
		}
		out := make([]any, len(value))
		for i, element := range value {
			out[i] = f.withoutNulls(s.Items, element)
		}
		return out
	}
	return value
}

// misfit says where a value does not fit a schema, in the words of the schema: names
// of members that it does not know are part of the answer. It knows of schemas what
// those of Go types consist of, and returns "" where it finds nothing.
func (f fit) misfit(s *jsonschema.Schema, value any, path string) string {
	s, null := target(f.root, s)
	if null && value == nil {
		return ""
	}
	if want := types(s); len(want) > 0 && !slices.ContainsFunc(want, func(t string) bool { return isType(value, t) }) {
		return kindOf(value) + " in place of " + strings.Join(want, " or ") + in(path)
	}
	if s.Enum != nil && !slices.ContainsFunc(s.Enum, func(e any) bool { return fmt.Sprint(e) == fmt.Sprint(value) }) {
		return "a value outside the enum" + in(path)
	}
	switch value := value.(type) {
	case float64:
		if s.Minimum != nil && value < *s.Minimum || s.Maximum != nil && value > *s.Maximum {
			return "a number out of range" + in(path)
		}
	case map[string]any:
		return f.memberMisfit(s, value, path)
	case []any:
		if s.MinItems != nil && len(value) < *s.MinItems || s.MaxItems != nil && len(value) > *s.MaxItems {
			return fmt.Sprintf("%d items%s, too few or too many", len(value), in(path))
		}
		for i, element := range value {
			if s.Items == nil {
				break
			}
			if where := f.misfit(s.Items, element, join(path, fmt.Sprint(i))); where != "" {
				return where
			}
		}
	}
	return ""
}

func (f fit) memberMisfit(s *jsonschema.Schema, members map[string]any, path string) string {
	for _, name := range s.Required {
		if _, ok := members[name]; !ok {
			return join(path, name) + " is required, and missing"
		}
	}
	for _, name := range s.PropertyOrder {
		if member, ok := members[name]; ok {
			if where := f.misfit(s.Properties[name], member, join(path, name)); where != "" {
				return where
			}
		}
	}
	for name, member := range members {
		switch more := s.AdditionalProperties; {
		case s.Properties[name] != nil || more == nil:
		case more.Not != nil:
			return "an additional member" + in(path)
		default:
			if where := f.misfit(more, member, join(path, "*")); where != "" {
				return where
			}
		}
	}
	return ""
}

func types(s *jsonschema.Schema) []string {
	if s.Type != "" {
		return []string{s.Type}
	}
	return s.Types
}

func isType(value any, typ string) bool {
	if n, ok := value.(float64); ok && typ == "integer" {
		return n == math.Trunc(n)
	}
	return kindOf(value) == typ
}

// kindOf is the type of a JSON value, as schemas call it.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// in names the place, where it is not the value itself.
func in(path string) string {
	if path == "" {
		return ""
	}
	return " in " + path
}
