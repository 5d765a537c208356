package mastra_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func nested(levels int, inside string) string {
	return strings.Repeat(`{"a":[`, levels/2) + inside + strings.Repeat("]}", levels/2)
}

func TestNesting_BeyondWhatGoDecodesIsNamed(t *testing.T) {
	for name, body := range map[string]string{
		"one too many": `{"error":` + nested(10_000, "1") + `}`,
		"a million":    nested(1_000_000, "1"),
		"never closed": strings.Repeat("[", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			client := inMemory(t, play(answer(200, body)))
			var raw json.RawMessage
			var any any
			for _, err := range []error{
				client.Do(t.Context(), "POST", "/things", nil, &raw),
				client.Do(t.Context(), "POST", "/things", nil, &any),
				generate(t.Context(), client),
				list(t.Context(), client),
			} {
				e := asError(t, err)
				assert.Contains(t, e.Message, "the answer is nested too deeply: more than 10,000 levels")
				assert.NotContains(t, e.Message, "not JSON")
				assert.Equal(t, 1, e.Attempts)
			}
			assert.Empty(t, raw)
			assert.ErrorIs(t, generate(t.Context(), client), mastra.ErrOutcomeUnknown)

			e := asError(t, generate(t.Context(), inMemory(t, play(answer(400, body)))))
			assert.ErrorIs(t, e, mastra.ErrBadRequest)
			assert.Contains(t, e.Message, "the answer is nested too deeply")
		})
	}
}

func TestNesting_AsDeepAsGoDecodesIsFine(t *testing.T) {
	body := nested(10_000, "1")
	var raw json.RawMessage
	require.NoError(t, inMemory(t, play(answer(200, body))).Do(t.Context(), "GET", "/things", nil, &raw))
	assert.Equal(t, body, string(raw))
}

func TestNesting_InTextDoesNotCount(t *testing.T) {
	err := generate(t.Context(), inMemory(t, play(answer(200, `{"text":"`+strings.Repeat("[", 20_000))))) // and not its end
	assert.ErrorContains(t, err, "the answer is not JSON")
	err = generate(t.Context(), inMemory(t, play(answer(200, strings.Repeat("[],", 20_000)))))
	assert.ErrorContains(t, err, "the answer is not JSON")
}
