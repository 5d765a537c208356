package mockserver

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// parseQuery reads a query as the server does: & alone separates, what is no escape
// stays as it is, and a value without a key is left out.
func parseQuery(raw string) url.Values {
	values := url.Values{}
	for pair := range strings.SplitSeq(raw, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if key = unescape(strings.ReplaceAll(key, "+", " ")); key != "" {
			values.Add(key, unescape(strings.ReplaceAll(value, "+", " ")))
		}
	}
	return values
}

var escapes = regexp.MustCompile(`(?:%[0-9a-fA-F]{2})+`)

// unescape resolves escapes in a query or a path. A sequence of them that is no
// UTF-8 stays as it is.
func unescape(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(sequence string) string {
		text, err := url.PathUnescape(sequence)
		if err != nil || strings.ToValidUTF8(text, "") != text {
			return sequence
		}
		return text
	})
}

var bracketed = regexp.MustCompile(`^([^\[]+)\[([^\]]+)\]$`)

// queryObject turns query values into an object: repeated keys become arrays, and
// key[sub] becomes the text of an object. Any other key with brackets stays a key.
func queryObject(values url.Values) *js.Object {
	o, groups := js.Obj(), js.Obj()
	for _, key := range sortedKeys(values) {
		list := values[key]
		if parts := bracketed.FindStringSubmatch(key); parts != nil {
			if !groups.Has(parts[1]) {
				groups.Set(parts[1], js.Obj())
			}
			groups.Obj(parts[1]).Set(parts[2], list[0])
		} else if len(list) == 1 {
			o.Set(key, list[0])
		} else {
			o.Set(key, js.Strings(list))
		}
	}
	for _, group := range groups.Members() {
		if !o.Has(group.Key) {
			o.Set(group.Key, js.String(group.Value))
		}
	}
	return o
}

// fromBase64 decodes either alphabet, with padding or without; what does not
// belong to it is passed over.
func fromBase64(text string) []byte {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r < '0' && r != '+' && r != '/', r > '9' && r < 'A', r > 'Z' && r < 'a', r > 'z':
			return -1
		}
		return r
	}, text)
	data, _ := base64.RawStdEncoding.DecodeString(text)
	return data
}
