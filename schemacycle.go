package mastra

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// A Go type that contains itself has a schema whose definitions ($defs) name it. The
// library knows none of these, so it is given references in place of such types, and
// each of them is described here, member by member.

const defs = "#/$defs/"

// cycles are the named types within t that contain themselves, each with the name of
// its definition.
func cycles(t reflect.Type, known map[reflect.Type]*jsonschema.Schema) map[reflect.Type]string {
	names := map[reflect.Type]string{}
	var on []reflect.Type // the way from t
	seen := map[reflect.Type]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		if known[t] != nil {
			return
		}
		if i := slices.Index(on, t); i >= 0 {
			if i = slices.IndexFunc(on[i:], func(t reflect.Type) bool { return t.Name() != "" }) + i; names[on[i]] == "" {
				names[on[i]] = definition(on[i], names)
			}
			return
		}
		if seen[t] {
			return
		}
		on = append(on, t)
		defer func() { on, seen[t] = on[:len(on)-1], true }()
		for _, inner := range parts(t) {
			visit(inner)
		}
	}
	visit(t)
	return names
}

// parts are the types that a type's JSON is made of.
func parts(t reflect.Type) (out []reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return []reflect.Type{t.Elem()}
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && f.Tag.Get("json") != "-" || f.Anonymous {
				out = append(out, f.Type)
			}
		}
	}
	return out
}

var noName = regexp.MustCompile(`\W+`)

func definition(t reflect.Type, taken map[reflect.Type]string) string {
	name := strings.Trim(noName.ReplaceAllString(t.Name(), "_"), "_")
	for n := 2; slices.Contains(slices.Collect(maps.Values(taken)), name); n++ {
		name = fmt.Sprintf("%s_%d", strings.TrimSuffix(name, fmt.Sprintf("_%d", n-1)), n)
	}
	return name
}

// schemaIn is the schema of t where that of each type in names is a reference.
func schemaIn(t reflect.Type, names map[reflect.Type]string, known map[reflect.Type]*jsonschema.Schema) (*jsonschema.Schema, error) {
	if len(names) == 0 {
		return refined(t, known)
	}
	for named, name := range names {
		known[named] = &jsonschema.Schema{Ref: defs + name}
	}
	root, err := described(t, names, known)
	if err != nil {
		return nil, err
	}
	root.Defs = map[string]*jsonschema.Schema{}
	for named, name := range names {
		if root.Defs[name], err = described(named, names, known); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// described is the schema of a type itself, not a reference to it.
func described(t reflect.Type, names map[reflect.Type]string, known map[reflect.Type]*jsonschema.Schema) (*jsonschema.Schema, error) {
	if names[t] == "" {
		return refined(t, known)
	}
	switch t.Kind() {
	case reflect.Slice:
		return refined(reflect.SliceOf(t.Elem()), known)
	case reflect.Map:
		return refined(reflect.MapOf(t.Key(), t.Elem()), known)
	}
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}, AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || f.Tag.Get("json") == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		member, err := refined(f.Type, known)
		if err != nil {
			return nil, err
		}
		member.Description = f.Tag.Get("jsonschema")
		s.Properties[name] = member
		s.PropertyOrder = append(s.PropertyOrder, name)
		if given := strings.Split(options, ","); !slices.Contains(given, "omitempty") && !slices.Contains(given, "omitzero") {
			s.Required = append(s.Required, name)
		}
	}
	return s, refine(s, t)
}

// refined is the library's schema of a type, with what it does not know of it.
func refined(t reflect.Type, known map[reflect.Type]*jsonschema.Schema) (*jsonschema.Schema, error) {
	s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: known})
	if err != nil {
		return nil, err
	}
	nullableRefs(s)
	return s, refine(s, t)
}

// nullableRefs sets null beside a reference: the library writes it into it, where it
// would forbid everything else.
func nullableRefs(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Ref != "" && len(s.Types) > 0 {
		s.AnyOf, s.Types, s.Ref = []*jsonschema.Schema{{Ref: s.Ref}, {Type: "null"}}, nil, ""
		return
	}
	nullableRefs(s.Items)
	nullableRefs(s.AdditionalProperties)
	for _, property := range s.Properties {
		nullableRefs(property)
	}
}

// target is what a schema refers to within root, itself where it does not, and whether
// null will do as well.
func target(root, s *jsonschema.Schema) (to *jsonschema.Schema, null bool) {
	if len(s.AnyOf) == 2 && s.AnyOf[0].Ref != "" && s.AnyOf[1].Type == "null" {
		s, null = s.AnyOf[0], true
	}
	if name, found := strings.CutPrefix(s.Ref, defs); found {
		return root.Defs[name], null
	}
	return s, null
}
