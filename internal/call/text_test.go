package call

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestClip_KeepsWholeCharactersAndMarksTheCut(t *testing.T) {
	for _, tt := range []struct {
		text string
		max  int
		want string
	}{
		{"", 5, ""},
		{"hello", 5, "hello"},
		{"hello!", 5, "he…"},
		{"ääää", 8, "ääää"},
		{"ääääx", 8, "ää…"},
		{"aääää", 8, "aää…"},
		{"€€€", 9, "€€€"},
		{"€€€€", 9, "€€…"},
		{"a€€€", 9, "a€…"},
		{"😀😀😀", 12, "😀😀😀"},
		{"😀😀😀x", 12, "😀😀…"},
		{"aaa😀😀😀", 12, "aaa😀…"},
		{"a\xffb", 9, "a\uFFFDb"},
		{"aaaaaaa\xff", 8, "aaaaa…"},
		{"a\xff\xfe\xfdb", 5, "a\uFFFDb"},
		{strings.Repeat("\x80", 50), 8, "\uFFFD…"},
	} {
		got := Clip(tt.text, tt.max)
		assert.Equal(t, tt.want, got, "%q to %d", tt.text, tt.max)
		assert.LessOrEqual(t, len(got), tt.max)
		assert.True(t, utf8.ValidString(got))
	}
}

func TestOneLine_HasNothingThatSteersATerminal(t *testing.T) {
	assert.Equal(t, "a b c [31md e", OneLine(" a\r\nb\tc\x1b[31md\u0085e\n"))
}

func TestPlainID_IsShortAndPlain(t *testing.T) {
	for id, plain := range map[string]bool{
		"": false, "a": true, "req-1_2.3:4=/+@Z": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false,
		"a b": false, "a\n": false, "ä": false, "a;b": false, "<a>": false,
	} {
		assert.Equal(t, plain, PlainID(id), id)
	}
}
