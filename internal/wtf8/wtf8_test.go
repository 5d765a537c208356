package wtf8_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/internal/wtf8"
)

const (
	high = "\xed\xa0\xbd" // of 😀
	low  = "\xed\xb8\x80"
)

func TestUTF8_JoinsHalvesAndReplacesThoseThatAreAlone(t *testing.T) {
	for s, want := range map[string]string{
		"":                         "",
		"a😀é한":                     "a😀é한",
		"a" + high + low + "b":     "a😀b",
		high:                       "\ufffd",
		low + high:                 "\ufffd\ufffd",
		high + high + low:          "\ufffd😀",
		high + "x" + low:           "\ufffdx\ufffd",
		"\xed\xaf\xbf\xed\xbf\xbf": "\U0010ffff",
		"\xed\xa0\x80\xed\xb0\x80": "\U00010000",
		"a\xffb\xed\xa0":           "a\ufffdb\ufffd\ufffd",
	} {
		assert.Equal(t, want, wtf8.UTF8(s), "%q", s)
	}
}

func TestJoin_MakesOneCharacterOfTwoHalvesThatMeet(t *testing.T) {
	for _, tt := range []struct{ s, next, want string }{
		{"", "", ""}, {"a", "b", "ab"}, {"a" + high, low + "b", "a😀b"}, {"a" + high, "", "a" + high},
		{high, high, high + high}, {low, low, low + low}, {"", low, low}, {high, "😀", high + "😀"}, {"\xed\xa0", "\xbd", high},
	} {
		assert.Equal(t, tt.want, wtf8.Join(tt.s, tt.next), "%q %q", tt.s, tt.next)
	}
}

func TestText_ComesBackFromPiecesCutAnywhere(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alphabet := []uint16{'a', 'é', '한', 0xd83d, 0xdc00, 0xde00, 0xdbff}
	for range 2000 {
		units := make([]uint16, random.IntN(12))
		for i := range units {
			units[i] = alphabet[random.IntN(len(alphabet))]
		}
		var text wtf8.Text
		var said strings.Builder
		for i := 0; i < len(units); {
			n := random.IntN(len(units) - i + 1)
			var piece []byte
			for _, unit := range units[i : i+n] {
				piece = wtf8.AppendRune(piece, rune(unit))
			}
			key := strconv.Itoa(random.IntN(2))
			text.Add(key, string(piece))
			if n > 0 {
				text.End(key) // so that the keys make no difference
			}
			said.WriteString(text.Grown())
			i += n
		}
		said.WriteString(text.Rest())
		want := string(utf16.Decode(units))
		assert.Equal(t, want, text.String(), "%x", units)
		assert.Equal(t, want, said.String(), "%x", units)
	}
}

func TestText_JoinsEachOfSeveralByItself(t *testing.T) {
	var text wtf8.Text
	text.Add("1", "a"+high)
	text.Add("2", "b"+high)
	assert.False(t, text.Idle())
	text.Add("1", "")
	text.Add("1", low+"c")
	text.Add("2", "d")
	assert.Equal(t, "ab😀c\ufffdd", text.String())
	assert.True(t, text.Idle())
	text.Add("3", high)
	assert.Equal(t, "ab😀c\ufffdd", text.Grown())
	text.End("3")
	assert.Empty(t, text.Grown(), "what comes next may complete it")
	assert.Equal(t, "\ufffd", text.Rest())
	text.Add("4", low)
	assert.Equal(t, "😀", text.Grown())
}
