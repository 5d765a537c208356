package stream

import (
	"bytes"
	"encoding/json"
)

// hideErrors has what a chunk tells of errors go through hide. It returns false where
// that changes nothing.
func hideErrors(typ string, b []byte, hide func([]byte) []byte) ([]byte, bool) {
	hidden := func(value []byte) ([]byte, bool) {
		clean := hide(value)
		if !json.Valid(clean) { // more than the inside of a text was hidden
			clean = []byte(`"[hidden]"`)
		}
		return clean, !bytes.Equal(clean, value)
	}
	whole := func(chunk []byte) ([]byte, bool) {
		clean, changed := hidden(chunk)
		if changed && clean[0] == '"' {
			clean = []byte(`{"type":"` + typ + `","payload":{"error":"[hidden]","reason":"[hidden]"}}`)
		}
		return clean, changed
	}
	e := errorEdits{all: whole, short: hidden, full: hidden, tripwire: whole, result: hidden}
	return e.chunk(typ, b, 0)
}
