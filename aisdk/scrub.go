package aisdk

import (
	"bytes"
	"encoding/json"
)

// private are the members of a thrown error that are nobody's business but the
// operator's.
var private = []string{"stack", "requestBodyValues", "responseBody", "responseHeaders", "cause"}

// withoutStacks takes out of JSON what errors in it say about the server and about
// model providers. What holds no error is returned as it is.
func withoutStacks(raw json.RawMessage) json.RawMessage {
	suspicious := false
	for _, name := range private {
		suspicious = suspicious || bytes.Contains(raw, []byte(`"`+name+`"`))
	}
	// A name can be written with escapes.
	if !suspicious && !bytes.Contains(raw, []byte(`\u`)) {
		return raw
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return jsonNull
	}
	if !scrub(v) {
		return raw
	}
	return encode(v)
}

// scrub cuts errors inside v down and tells whether there were any.
func scrub(v any) (changed bool) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			changed = scrub(element) || changed
		}
	case map[string]any:
		_, isError := v["message"].(string)
		for name, value := range v {
			if isError && isPrivate(name) {
				delete(v, name)
				changed = true
				continue
			}
			changed = scrub(value) || changed
		}
	}
	return changed
}

func isPrivate(name string) bool {
	for _, p := range private {
		if p == name {
			return true
		}
	}
	return false
}
