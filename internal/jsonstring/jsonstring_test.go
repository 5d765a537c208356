package jsonstring_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/internal/jsonstring"
)

func TestAppend_WritesAsJavaScriptDoes(t *testing.T) {
	for s, want := range map[string]string{
		"":                       `""`,
		"a\"b\\c/":               `"a\"b\\c/"`,
		"\b\f\n\r\t":             `"\b\f\n\r\t"`,
		"\x00\x1f\x7f":           "\"\\u0000\\u001f\x7f\"",
		"<&>":                    `"<&>"`,
		"\u2028\u00e9\U0001f600": "\"\u2028\u00e9\U0001f600\"",
		"a\xffb\xc3":             "\"a\ufffdb\ufffd\"",
	} {
		assert.Equal(t, "["+want, string(jsonstring.Append([]byte("["), s)), "%q", s)
	}
}

func FuzzAppend_IsReadBackAsByEncodingJSON(f *testing.F) {
	f.Add("a\"\\\n\u2028\xff")
	f.Fuzz(func(t *testing.T, s string) {
		standard, err := json.Marshal(s)
		require.NoError(t, err)
		var want, got string
		require.NoError(t, json.Unmarshal(standard, &want))
		require.NoError(t, json.Unmarshal(jsonstring.Append(nil, s), &got))
		assert.Equal(t, want, got)
	})
}
