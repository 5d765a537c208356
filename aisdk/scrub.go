package aisdk

import (
	"bytes"
	"encoding/json"
	"slices"
)

// private are the members of a thrown error that are nobody's business but the
// operator's.
var private = []string{"stack", "requestBodyValues", "responseBody", "responseHeaders", "cause"}

// withoutStacks takes out of JSON what errors in it say about the server and about
// model providers. What holds no error is returned as it is, and so is every text.
func withoutStacks(raw json.RawMessage) json.RawMessage {
	suspicious := false
	for _, name := range private {
		suspicious = suspicious || bytes.Contains(raw, []byte(`"`+name+`"`))
	}
	// A name can be written with escapes.
	if !suspicious && !bytes.Contains(raw, []byte(`\u`)) {
		return raw
	}
	s := scrubber{raw: raw, tokens: json.NewDecoder(bytes.NewReader(raw))}
	s.tokens.UseNumber()
	switch {
	case !s.value():
		return jsonNull
	case !s.changed:
		return raw
	}
	return s.out
}

// scrubber copies a value token by token and cuts the errors in it down.
type scrubber struct {
	raw     []byte
	tokens  *json.Decoder
	out     []byte
	changed bool
}

// token copies a token as it stands in the JSON, without what separates it from the
// one before.
func (s *scrubber) token() (t json.Token, ok bool) {
	from := s.tokens.InputOffset()
	t, err := s.tokens.Token()
	if err != nil {
		return nil, false
	}
	s.out = append(s.out, bytes.TrimLeft(s.raw[from:s.tokens.InputOffset()], " \t\r\n,:")...)
	return t, true
}

// value copies a value; false where it is no JSON.
func (s *scrubber) value() bool {
	t, ok := s.token()
	switch {
	case !ok:
		return false
	case t == json.Delim('{'):
		return s.object()
	case t == json.Delim('['):
		return s.elements()
	}
	return true
}

func (s *scrubber) elements() bool {
	for first := true; s.tokens.More(); first = false {
		if !first {
			s.out = append(s.out, ',')
		}
		if !s.value() {
			return false
		}
	}
	_, ok := s.token()
	return ok
}

// object copies the members of an object, and takes the private ones out again where
// the object turns out to be an error.
func (s *scrubber) object() bool {
	var secrets []span
	first, isError := len(s.out), false
	for s.tokens.More() {
		from := len(s.out)
		if from > first {
			s.out = append(s.out, ',')
		}
		name, ok := s.token()
		if !ok {
			return false
		}
		s.out = append(s.out, ':')
		at := len(s.out)
		if !s.value() {
			return false
		}
		switch name := name.(string); {
		case name == "message":
			isError = s.out[at] == '"'
		case slices.Contains(private, name):
			secrets = append(secrets, span{from, len(s.out)})
		}
	}
	if isError && len(secrets) > 0 {
		s.changed = true
		s.takeOut(first, secrets)
	}
	_, ok := s.token()
	return ok
}

// span is where something stands in what has been copied.
type span struct{ from, to int }

// takeOut takes members out of the object whose first one begins at first.
func (s *scrubber) takeOut(first int, secrets []span) {
	kept := s.out[:secrets[0].from]
	for i, secret := range secrets {
		to := len(s.out)
		if i+1 < len(secrets) {
			to = secrets[i+1].from
		}
		rest := s.out[secret.to:to]
		if len(kept) == first {
			rest = bytes.TrimPrefix(rest, []byte{','})
		}
		kept = append(kept, rest...)
	}
	s.out = kept
}
