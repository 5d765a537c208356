package jsonstring_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/internal/jsonstring"
)

func TestHalved_TellsOfStringsWithHalfACharacter(t *testing.T) {
	for raw, want := range map[string]bool{
		`"a\ud83d"`: true, `"\uDE00"`: true, `"a"`: false, `"\ud83d\ude00"`: false, `"\\ud83d"`: false, `"\u00e9"`: false, `["\ud83d"]`: false, `7`: false, ``: false,
	} {
		_, halved := jsonstring.Halved([]byte(raw))
		assert.Equal(t, want, halved, raw)
	}
}

func TestCame_GivesHalvesBackWhereNothingWasChanged(t *testing.T) {
	for _, tt := range []struct{ text, raw, want string }{
		{"a\ufffd", `"a\ud83d"`, "a\xed\xa0\xbd"},
		{"b\ufffd", `"a\ud83d"`, "b\ufffd"},
		{"a", `"a"`, "a"},
		{"a\ufffd", ``, "a\ufffd"},
		{"a", `{"x":"\ud83d"}`, "a"},
	} {
		assert.Equal(t, tt.want, jsonstring.Came(tt.text, []byte(tt.raw)), tt.raw)
	}
}

func TestInside_IsTheTextAsJSON(t *testing.T) {
	for raw, want := range map[string]string{
		`"{\"a\":1}"`:                       `{"a":1}`,
		`"{\"a\":\"\\ud83d\"}"`:             `{"a":"\ud83d"}`,
		`"{\"a\":\"\ud83d😀\ud83d\ude00\"}"`: `{"a":"\ud83d😀😀"}`,
		`""`:                                ``,
	} {
		inner, ok := jsonstring.Inside([]byte(raw))
		assert.True(t, ok)
		assert.Equal(t, want, string(inner), raw)
	}
	for _, raw := range []string{``, `7`, `{"a":"b"}`, `null`} {
		_, ok := jsonstring.Inside([]byte(raw))
		assert.False(t, ok, raw)
	}
}
