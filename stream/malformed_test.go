package stream_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

func TestMalformed_SaysWhereWhichRuleIsBroken(t *testing.T) {
	for _, tt := range []struct {
		text   string
		offset int64
		reason string
	}{
		{``, 0, "unexpected end"},
		{`[1`, 2, "unexpected end"},
		{`[1,`, 3, "unexpected end"},
		{`{`, 1, "unexpected end"},
		{`{"a"`, 4, "unexpected end"},
		{`{"a":`, 5, "unexpected end"},
		{`{"a":1`, 6, "unexpected end"},
		{`{"a":1,`, 7, "unexpected end"},
		{`"a`, 2, "unexpected end"},
		{`"a long text without an end`, 27, "unexpected end"},
		{`"\`, 2, "unexpected end"},
		{`"\u00`, 5, "unexpected end"},
		{`-`, 1, "unexpected end"},
		{`1.`, 2, "unexpected end"},
		{`1e+`, 3, "unexpected end"},
		{`nul`, 3, "unexpected end"},
		{`{} {}`, 3, "text after the value"},
		{`]`, 0, "no value begins with this byte"},
		{`{"a":}`, 5, "no value begins with this byte"},
		{`[1 2]`, 3, "no comma or ] after an array element"},
		{`{"a":1 "b":2}`, 7, "no comma or } after a member"},
		{`{a:1}`, 1, "a member's name must be a string"},
		{`{"a":1,}`, 7, "a member's name must be a string"},
		{`{"a" 1}`, 5, "no colon after a member's name"},
		{"\"a\nb\"", 2, "control character in a string"},
		{"\"a long text with a \n break\"", 20, "control character in a string"},
		{`"\u00g0"`, 5, "no hexadecimal digit in an escape"},
		{`"\x"`, 2, "unknown escape"},
		{`trie`, 2, "misspelt true"},
		{`falze`, 3, "misspelt false"},
		{`nule`, 3, "misspelt null"},
		{`-x`, 1, "no digit in a number where one must be"},
		{`1.x`, 2, "no digit in a number where one must be"},
		{`1ex`, 2, "no digit in a number where one must be"},
		{strings.Repeat(`[`, 10001), 10000, "nested too deep"},
		{strings.Repeat(`{"a":`, 10001), 50000, "nested too deep"},
	} {
		_, err := stream.ParseChunk([]byte(tt.text))
		var malformed *stream.MalformedError
		require.ErrorAs(t, err, &malformed, "%.40s", tt.text)
		assert.Equal(t, stream.MalformedError{Offset: tt.offset, Reason: tt.reason}, *malformed, "%.40s", tt.text)
	}
	for _, text := range []string{strings.Repeat(`[`, 10000) + strings.Repeat(`]`, 10000), strings.Repeat(`{"a":`, 10000) + `1` + strings.Repeat(`}`, 10000)} {
		_, err := stream.ParseChunk([]byte(text))
		assert.NoError(t, err)
	}
}
