// Package thrown takes out of JSON what errors that were thrown in the server say of it
// and of model providers. It is the one rule of what reaches a browser of an error that
// stands where anything may.
package thrown

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// What errors of Node and of the AI SDK carry besides their name and message. An object
// that has a message is taken for an error. Some names tell that it is one; other
// objects may have the rest too, such as the url of an article.
var (
	telling = map[string]bool{"stack": true, "requestBodyValues": true, "responseBody": true, "responseHeaders": true, "cause": true}
	common  = map[string]bool{"url": true, "data": true, "headers": true, "details": true}
)

// Secret tells of a member of an error that it must not be shown, whatever is in it:
// what is in a cause or in details can be cleaned.
func Secret(name string) bool {
	return name != "cause" && name != "details" && (telling[name] || common[name])
}

// holders are the members in which an error stands, or a list of them.
var holders = map[string]bool{"error": true, "errors": true, "cause": true}

// trace is a line of a stack trace, as JSON has it.
var trace = regexp.MustCompile(`\\n\s+at `)

// Strip takes the secret members out of the errors in JSON, and their causes and details.
// What holds no error is returned as it is, and so is every text; null in the place of
// what is no JSON.
func Strip(raw []byte) (clean []byte, changed bool) {
	if !mayHoldError(raw) {
		return raw, false
	}
	s := scrubber{raw: raw, tokens: json.NewDecoder(bytes.NewReader(raw))}
	s.tokens.UseNumber()
	switch {
	case !s.value(""):
		return []byte("null"), true
	case !s.changed:
		return raw, false
	}
	return s.out, true
}

func mayHoldError(raw []byte) bool {
	if bytes.Contains(raw, []byte(`\u`)) { // a name can be written with escapes
		return true
	}
	for name := range telling {
		if bytes.Contains(raw, []byte(`"`+name+`"`)) {
			return true
		}
	}
	for name := range common {
		if bytes.Contains(raw, []byte(`"`+name+`"`)) {
			return bytes.Contains(raw, []byte(`rror`)) // as a name, or as a member
		}
	}
	return false
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

// value copies a value, which is the member of that name; false where it is no JSON.
func (s *scrubber) value(name string) bool {
	t, ok := s.token()
	switch {
	case !ok:
		return false
	case t == json.Delim('{'):
		return s.object(holders[name])
	case t == json.Delim('['):
		return s.elements(name)
	}
	return true
}

func (s *scrubber) elements(name string) bool {
	for first := true; s.tokens.More(); first = false {
		if !first {
			s.out = append(s.out, ',')
		}
		if !s.value(name) {
			return false
		}
	}
	_, ok := s.token()
	return ok
}

// object copies the members of an object, and takes the secret ones out again where
// the object turns out to be an error, if it is not sure before.
func (s *scrubber) object(sure bool) bool {
	var secrets, doubtful []span
	first, hasMessage := len(s.out), false
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
		member, _ := name.(string)
		if !s.value(member) {
			return false
		}
		value, it := s.out[at:], span{from, len(s.out)}
		switch {
		case member == "message":
			hasMessage = value[0] == '"'
		case member == "name":
			sure = sure || value[0] == '"' && strings.HasSuffix(string(value), `Error"`)
		case telling[member]:
			secrets = append(secrets, it)
			sure = sure || member == "stack" && trace.Match(value)
		case common[member]:
			doubtful = append(doubtful, it)
		}
	}
	if sure || hasMessage && len(secrets) > 0 {
		s.takeOut(first, secrets, doubtful)
	}
	_, ok := s.token()
	return ok
}

// span is where something stands in what has been copied.
type span struct{ from, to int }

// takeOut takes members out of the object whose first one begins at first.
func (s *scrubber) takeOut(first int, of ...[]span) {
	secrets := slices.Concat(of...)
	if len(secrets) == 0 {
		return
	}
	slices.SortFunc(secrets, func(a, b span) int { return a.from - b.from })
	s.changed = true
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
