package tolerant

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// field is one field of a struct as JSON knows it.
type field struct {
	name     string
	index    []int
	optional bool
}

// fields lists the fields of a struct, with those of the structs embedded in it: an
// outer one hides an inner one of its name.
func fields(t reflect.Type) []field {
	var own, embedded []field
	known := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			for _, inner := range fields(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				embedded = append(embedded, inner)
			}
			continue
		case !f.IsExported() || name == "-" && options == "":
			continue
		case name == "":
			name = f.Name
		}
		known[name] = true
		own = append(own, field{name, []int{i}, strings.Contains(options, "omit")})
	}
	for _, f := range embedded {
		if !known[f.name] {
			own = append(own, f)
		}
	}
	return own
}

// Strange tells of an object that it has members, and none of them a field of the
// struct type t: it is something else than a t. Of other types and values it tells
// nothing, nor of a type that decodes itself.
func Strange(data []byte, t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var members map[string]json.RawMessage
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) || json.Unmarshal(data, &members) != nil {
		return false
	}
	known := fields(t)
	for name := range members {
		if len(known) == 0 || slices.ContainsFunc(known, func(f field) bool { return strings.EqualFold(f.name, name) }) {
			return false
		}
	}
	return len(members) > 0
}
