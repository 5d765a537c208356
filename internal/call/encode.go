package call

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// encodeBody makes the JSON body of a request: v's fields, then extra ones that
// v does not model. nil for no body at all.
func encodeBody(v any, extra map[string]any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	if err := noBytes(reflect.ValueOf(v)); err != nil {
		return nil, err
	}
	for name, value := range extra {
		if _, bytes := value.([]byte); bytes {
			return nil, bytesRefused(name)
		}
	}
	body, err := Marshal(v)
	if err != nil {
		var own *json.MarshalerError
		for errors.As(err, &own) {
			err = own.Err // the types that it names are the client's
		}
		return nil, Refuse("mastra: the request does not encode: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if len(extra) > 0 {
		modelled := fieldNames(reflect.TypeOf(v))
		for name := range extra {
			if slices.Contains(modelled, name) || name == "requestContext" {
				return nil, Refuse("mastra: Extra names %q, which the request has a field for", name)
			}
		}
	}
	return AppendMembers(body, extra)
}

// noBytes refuses a []byte in a field that takes any value. encoding/json would make
// base64 of it, and what the caller means is nearly always JSON.
func noBytes(v reflect.Value) error {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	for i := range v.NumField() {
		switch f, field := v.Type().Field(i), v.Field(i); {
		case f.Anonymous:
			if err := noBytes(field); err != nil {
				return err
			}
		case f.IsExported() && field.Kind() == reflect.Interface && !field.IsNil() && field.Elem().Type() == reflect.TypeFor[[]byte]():
			return bytesRefused(f.Name)
		}
	}
	return nil
}

func bytesRefused(name string) error {
	return Refuse("mastra: %s is a []byte; for JSON make it a json.RawMessage, for bytes a base64 string", name)
}

// AppendMembers adds members, in order of their names, to a JSON object.
func AppendMembers(object []byte, members map[string]any) ([]byte, error) {
	if len(members) == 0 {
		return object, nil
	}
	out := object[:len(object)-1]
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value, err := Marshal(members[name])
		if err != nil {
			return nil, Refuse("mastra: %q does not encode: %s", name, strings.TrimPrefix(err.Error(), "json: "))
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		key, _ := Marshal(name)
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

// Marshal is json.Marshal without the escaping of <, > and &, so that text
// reaches the server as it was written.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// fieldNames lists the JSON names of a struct type's fields.
func fieldNames(t reflect.Type) []string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "-" && name != "" {
			names = append(names, name)
		}
	}
	return names
}
