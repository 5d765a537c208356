package aisdk

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
)

// base64Of reads a file's content in any of the forms in which JavaScript writes
// it: base64 text, a Uint8Array (`{"0":104,"1":105}`), a Buffer
// (`{"type":"Buffer","data":[104,105]}`), or an array of bytes.
func base64Of(raw json.RawMessage) (string, bool) {
	if text, ok := textOf(raw); ok {
		return text, true
	}
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "", false
	}
	switch raw[0] {
	case '[':
		return encodeBytes(raw)
	case '{':
		var buffer struct {
			Type string          `json:"type"`
			Data json.RawMessage `json:"data"`
		}
		if decode(raw, &buffer) && buffer.Type == "Buffer" {
			return encodeBytes(buffer.Data)
		}
		var indexed map[string]uint8
		if !decode(raw, &indexed) || len(indexed) == 0 {
			return "", false
		}
		content := make([]byte, len(indexed))
		for i := range content {
			b, ok := indexed[strconv.Itoa(i)]
			if !ok {
				return "", false
			}
			content[i] = b
		}
		return base64.StdEncoding.EncodeToString(content), true
	}
	return "", false
}

func encodeBytes(raw json.RawMessage) (string, bool) {
	// Not []byte, which encoding/json takes for base64 text.
	var numbers []uint16
	if !decode(raw, &numbers) {
		return "", false
	}
	content := make([]byte, len(numbers))
	for i, n := range numbers {
		if n > 255 {
			return "", false
		}
		content[i] = byte(n)
	}
	return base64.StdEncoding.EncodeToString(content), true
}
