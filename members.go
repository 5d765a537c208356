package mastra

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/jsonstring"
)

// readMembers decodes a JSON object into a struct, member by member, and returns
// the members that have no field or do not fit theirs: so a member that a newer
// server, or another storage, has added or changed neither fails the answer nor
// gets lost. A text with half a character in it, which is U+FFFD in Go, is read and
// returned.
func readMembers(data []byte, into any) (rest map[string]json.RawMessage, err error) {
	if err := json.Unmarshal(data, &rest); err != nil {
		return nil, err
	}
	v := reflect.ValueOf(into).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		raw, ok := rest[name]
		if !ok || name == "" || name == "-" {
			continue
		}
		field := reflect.New(v.Field(i).Type())
		if json.Unmarshal(raw, field.Interface()) == nil {
			v.Field(i).Set(field.Elem())
			if !isHalved(field.Elem(), raw) {
				delete(rest, name)
			}
		}
	}
	if len(rest) == 0 {
		rest = nil
	}
	return rest, nil
}

// isHalved tells of a field that the text in it was read from one with half a
// character.
func isHalved(field reflect.Value, raw json.RawMessage) bool {
	_, halved := jsonstring.Halved(raw)
	return halved && field.Kind() == reflect.String
}

// isSet tells that a field takes the place of the member beside it.
func isSet(field reflect.Value, beside json.RawMessage) bool {
	if isHalved(field, beside) {
		return jsonstring.Came(field.String(), beside) == field.String()
	}
	return !field.IsZero()
}

// writeMembers is the way back: a struct, and the members beside it. A field that
// has been set since takes the place of the member that did not fit it.
func writeMembers(from any, rest map[string]json.RawMessage) ([]byte, error) {
	body, err := call.Marshal(from)
	if err != nil || len(rest) == 0 {
		return body, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	set := map[string]bool{}
	v := reflect.ValueOf(from)
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			set[name] = isSet(v.FieldByIndex(f.Index), rest[name])
		}
	}
	for name, value := range rest {
		if !set[name] {
			members[name] = value
		}
	}
	return call.Marshal(members)
}
