package contract_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/stream"
)

// A model's text is UTF-16, and its pieces may be cut within a character.

// cutAt is text as JSON strings of n UTF-16 units each, all escaped.
func cutAt(n int, units []uint16) string {
	var pieces []string
	for len(units) > 0 {
		size := min(n, len(units))
		var b strings.Builder
		for _, unit := range units[:size] {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
		pieces = append(pieces, `"`+b.String()+`"`)
		units = units[size:]
	}
	return "[" + strings.Join(pieces, ",") + "]"
}

func TestCutText_IsTheSameHoweverItIsAskedFor(t *testing.T) {
	t.Parallel()
	c, _ := recorded(t, own(t, contract.Config{Extra: true}).URL())
	agent := c.Agent("scripted")
	random := rand.New(rand.NewPCG(11, 12))
	alphabet := []uint16{'a', '"', '\n', 0xe9, 0xd55c, 0xd83d, 0xd83d, 0xdbff, 0xdc00, 0xde00}
	for range 20 {
		units := make([]uint16, 1+random.IntN(12))
		for i := range units {
			units[i] = alphabet[random.IntN(len(alphabet))]
		}
		pieces := cutAt(1+random.IntN(3), units)
		req := ask(`[[{"reasoning":` + pieces + `},{"text":` + pieces + `},{"call":"weather","args":["{\"city\":\"Rome\"}"]}],[{"text":` + pieces + `}]]`)
		whole, err := agent.Generate(within(t), req)
		require.NoError(t, err)
		require.NotEmpty(t, whole.Text)
		s, err := agent.Stream(within(t), req)
		s = opened(t, s, err)
		var text strings.Builder
		for piece, err := range s.Text() {
			require.NoError(t, err)
			text.WriteString(piece)
		}
		assert.Equal(t, whole.Text, text.String(), pieces)
		res, err := s.Result()
		require.NoError(t, err)
		assert.Equal(t, whole.Text, res.Text, pieces)
		assert.Equal(t, whole.Reasoning, res.Reasoning, pieces)
	}
}

func TestCutText_IsWholeInEveryChunkAndAsItCameOnTheWire(t *testing.T) {
	t.Parallel()
	c, _ := recorded(t, own(t, contract.Config{Extra: true}).URL())
	req := ask(`[[{"text":["a\ud83d","\ude00b"]},{"call":"weather","args":["{\"city\":\"Ro\ud83d","\ude00me\"}"]}],[{"text":["x"]}]]`)
	s, err := c.Agent("scripted").Stream(within(t), req)
	var texts, args []string
	for chunk, err := range opened(t, s, err).Chunks() {
		require.NoError(t, err)
		switch v := chunk.Value().(type) {
		case *stream.TextDelta:
			texts = append(texts, v.Text)
		case *stream.ToolCallDelta:
			args = append(args, v.ArgsTextDelta)
		}
	}
	assert.Equal(t, []string{"a", "😀b", "x"}, texts)
	assert.Equal(t, []string{`{"city":"Ro`, `😀me"}`}, args)

	browser := httptest.NewRecorder()
	s, err = c.Agent("scripted").Stream(within(t), req)
	require.NoError(t, aisdk.NewWriter(browser, aisdk.Pace{}).Pipe(opened(t, s, err), aisdk.Options{}))
	for _, piece := range []string{`"delta":"a\ud83d"`, `"delta":"\ude00b"`, `"inputTextDelta":"{\"city\":\"Ro\ud83d"`, `"inputTextDelta":"\ude00me\"}"`} {
		assert.Contains(t, browser.Body.String(), piece)
	}

	browser = httptest.NewRecorder()
	s, err = c.Agent("scripted").Stream(within(t), req)
	require.NoError(t, stream.Forward(browser, opened(t, s, err).Stream))
	assert.Equal(t, http.StatusOK, browser.Code)
	assert.Contains(t, browser.Body.String(), `"text":"a\ud83d"`)
	assert.NotContains(t, browser.Body.String(), "\ufffd")
}

func TestCutText_OfAnAgentThatIsCalledIsWhole(t *testing.T) {
	t.Parallel()
	c, _ := recorded(t, own(t, contract.Config{Extra: true}).URL())
	s, err := c.Agent("leading").Stream(within(t), ask(`[[{"call":"agent-scripted","args":["{\"prompt\":\"[[{\\\"text\\\":[\\\"a\\\\ud83d\\\",\\\"\\\\ude00b\\\"]}]]\"}"]}],[{"text":["done"]}]]`))
	var texts []string
	for chunk, err := range opened(t, s, err).Chunks() {
		require.NoError(t, err)
		if output, ok := chunk.Value().(*stream.ToolOutputChunk); ok {
			inner, ok := output.Chunk()
			require.True(t, ok)
			if text, ok := inner.Text(); ok {
				texts = append(texts, text)
			}
		}
	}
	assert.Equal(t, []string{"a", "😀b"}, texts)

	run, err := c.Workflow("asking").NewRun().Stream(within(t), mastra.StartRequest{Input: script(`a\ud83d`, `\ude00b`)})
	texts = nil
	for chunk, err := range streamed(t, run, err).Chunks() {
		require.NoError(t, err)
		if output, ok := chunk.Value().(*stream.WorkflowStepOutput); ok {
			inner, _ := output.Chunk()
			if text, ok := inner.Text(); ok {
				texts = append(texts, text)
			}
		}
	}
	assert.Equal(t, []string{"a", "😀b"}, texts)
}
