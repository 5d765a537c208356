package jsonstring_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/wtf8"
)

func TestAppend_WritesAsJavaScriptDoes(t *testing.T) {
	for s, want := range map[string]string{
		"":                             `""`,
		"a\"b\\c/":                     `"a\"b\\c/"`,
		"\b\f\n\r\t":                   `"\b\f\n\r\t"`,
		"\x00\x1f\x7f":                 "\"\\u0000\\u001f\x7f\"",
		"<&>":                          `"<&>"`,
		"\u2028\u00e9\U0001f600":       "\"\u2028\u00e9\U0001f600\"",
		"a\xffb\xc3":                   "\"a\ufffdb\ufffd\"",
		"a\xed\xa0\xbdb\xed\xb8\x80":   `"a\ud83db\ude00"`,
		"\xed\xa0\xbd\xed\xb8\x80\xed": "\"\U0001f600\ufffd\"",
	} {
		assert.Equal(t, "["+want, string(jsonstring.Append([]byte("["), s)), "%q", s)
	}
}

func TestUnquote_KeepsHalvesOfPairs(t *testing.T) {
	for literal, want := range map[string]string{
		`""`:                           "",
		`"\"\\\/\b\f\n\r\t\u00e9"`:     "\"\\/\b\f\n\r\té",
		`"a\ud83d\uDE00\uD83D\ude00b"`: "a😀😀b",
		`"a\uD83D"`:                    "a\xed\xa0\xbd",
		`"\uDe00\ud83db"`:              "\xed\xb8\x80\xed\xa0\xbdb",
		`"\ud83d\u0041\ud83d\\ude00"`:  "\xed\xa0\xbdA\xed\xa0\xbd\\ude00",
		"\"a\xffb\xed\xa0\xbd\"":       "a\ufffdb\ufffd\ufffd\ufffd",
	} {
		text, halves := jsonstring.Unquote([]byte(literal))
		assert.Equal(t, want, text, literal)
		assert.Equal(t, strings.Contains(want, "\xed"), halves, literal)
	}
}

// FuzzAppend_IsReadBackAsByEncodingJSON: encoding/json has no halves of pairs. It
// reads as one U+FFFD what Append writes as an escape, and would write as three.
func FuzzAppend_IsReadBackAsByEncodingJSON(f *testing.F) {
	f.Add("a\"\\\n\u2028\xff")
	f.Add("a\xed\xa0\xbd\xed\xb8\x80\xed\xa0\xbd")
	f.Fuzz(func(t *testing.T, s string) {
		standard, err := json.Marshal(wtf8.UTF8(s))
		require.NoError(t, err)
		var want, got string
		require.NoError(t, json.Unmarshal(standard, &want))
		written := jsonstring.Append(nil, s)
		require.NoError(t, json.Unmarshal(written, &got))
		assert.Equal(t, want, got)

		text, _ := jsonstring.Unquote(written)
		assert.Equal(t, want, wtf8.UTF8(text))
		assert.Equal(t, string(written), string(jsonstring.Append(nil, text)), "nothing is lost on the way")
	})
}

func FuzzUnquote_ReadsAsEncodingJSONDoes(f *testing.F) {
	f.Add(`"a\ud83d\ude00\uD83D\n\"\\\/"`)
	f.Fuzz(func(t *testing.T, literal string) {
		if !strings.HasPrefix(literal, `"`) || !strings.HasSuffix(literal, `"`) || !json.Valid([]byte(literal)) {
			return
		}
		var want string
		require.NoError(t, json.Unmarshal([]byte(literal), &want))
		text, halves := jsonstring.Unquote([]byte(literal))
		// encoding/json replaces halves of pairs, each by U+FFFD.
		assert.Equal(t, want, wtf8.UTF8(text))
		if !halves {
			assert.Equal(t, want, text)
		}
	})
}
