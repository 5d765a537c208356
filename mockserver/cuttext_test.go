package mockserver_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestPieces_AreCutAsJavaScriptCuts(t *testing.T) {
	const high, low = "\xed\xa0\xbd", "\xed\xb8\x80" // of 😀
	for _, tt := range []struct {
		n    int
		text string
		want []string
	}{
		{1, "a😀b", []string{"a", high, low, "b"}}, {2, "a😀b", []string{"a" + high, low + "b"}}, {3, "a😀b", []string{"a😀", "b"}},
		{9, "a😀b", []string{"a😀b"}}, {2, "", nil}, {2, "한é", []string{"한é"}}, {0, "ab", []string{"a", "b"}},
	} {
		assert.Equal(t, tt.want, mockserver.Pieces(tt.n, tt.text), "%d %s", tt.n, tt.text)
	}
}

// cutting is an agent that says and thinks 😀 in pieces of one UTF-16 unit, and calls
// a tool with it where it is told to.
func cutting(t *testing.T) *caller {
	_, c := start(t, mockserver.WithAgent(mockserver.Agent{
		ID: "cutter", Tools: []mockserver.Tool{mockserver.NewTool("echo", "", func(_ *mockserver.ToolCall, in struct {
			Q string `json:"q"`
		}) (any, error) {
			return in, nil
		})},
		Model: func(_ context.Context, c *mockserver.ModelCall) error {
			text := c.LastUserText()
			switch {
			case len(c.ToolOutputs()) > 0:
				c.Text(string(c.ToolOutputs()[0]))
			case strings.HasPrefix(text, "call"):
				c.CallInPieces("echo", mockserver.Pieces(1, `{"q":"😀"}`)...)
			case strings.HasPrefix(text, "half"):
				c.Text(mockserver.Pieces(2, "a😀")[0])
			case strings.HasPrefix(text, "json"):
				c.Text(mockserver.Pieces(1, `{"q":"😀"}`)...)
			default:
				c.Reasoning(mockserver.Pieces(1, "😀")...)
				c.Text(mockserver.Pieces(1, "😀")...)
			}
			return nil
		},
	}))
	return c
}

// TestCutText_IsSentAsARealServerDoes: half a character is an escape in the piece, and
// a whole one where the server has put the pieces together.
func TestCutText_IsSentAsARealServerDoes(t *testing.T) {
	c := cutting(t)
	for _, tt := range []struct {
		body       string
		want, none []string
	}{
		{`{"messages":"say"}`, []string{
			`"payload":{"id":"txt-1","text":"\ud83d"}`, `"payload":{"id":"txt-1","text":"\ude00"}`, `"payload":{"id":"r-1","text":"\ud83d"}`, `"payload":{"id":"r-1","text":"\ude00"}`, `"text":"😀"`,
		}, []string{"\ufffd"}},
		{`{"messages":"call"}`, []string{`"argsTextDelta":"\ud83d"`, `"argsTextDelta":"\ude00"`, `"args":{"q":"😀"}`, `"result":{"q":"😀"}`}, []string{"\ufffd"}},
		{`{"messages":"half"}`, []string{`"payload":{"id":"txt-1","text":"a\ud83d"}`, `"type":"text","text":"a\ud83d"`}, []string{"\ufffd"}},
		{`{"messages":"json","structuredOutput":{"schema":{"type":"object","properties":{"q":{"type":"string"}},"required":["q"]}}}`,
			[]string{`"object":{"q":"\ud83d"}`, `"object":{"q":"😀"}`}, []string{"\ufffd"}},
	} {
		status, text := c.post("/api/agents/cutter/stream", tt.body)
		require.Equal(t, 200, status, text)
		for _, want := range tt.want {
			assert.Contains(t, text, want, tt.body)
		}
		for _, none := range tt.none {
			assert.NotContains(t, text, none, tt.body)
		}
	}
	status, text := c.post("/api/agents/cutter/generate", `{"messages":"half"}`)
	require.Equal(t, 200, status, text)
	assert.Contains(t, text, `"text":"a\ud83d"`)
	status, text = c.post("/api/agents/cutter/generate", `{"messages":"say"}`)
	require.Equal(t, 200, status, text)
	assert.Contains(t, text, `"text":"😀"`)
	assert.Contains(t, text, `"reasoningText":"😀"`)
	assert.NotContains(t, text, `\ud83d`)
}

func TestCutText_OfARequestIsKept(t *testing.T) {
	_, c := start(t)
	_, text := c.post("/api/agents/plain/generate", `{"messages":"a\uD83Db \ud83d\ude00"}`)
	assert.Contains(t, text, `"text":"You said: a\ud83db 😀"`)
	_, text = c.post("/api/agents/plain/generate", "{\"messages\":\"a\xed\xa0\xbdb\"}")
	assert.Contains(t, text, "\"text\":\"You said: a\ufffd\ufffd\ufffdb\"", "bytes that are no UTF-8 are no half of anything")
}

func TestCutText_OfANetworksAnswerIsSentAsARealServerDoes(t *testing.T) {
	c := mine(t, mockserver.Agent{Memory: &mockserver.Memory{}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		answer := `{"primitiveId":"helper","primitiveType":"agent","prompt":"x","selectionReason":"so"}`
		if strings.Contains(call.LastUserText(), "Original task") {
			answer = `{"isComplete":true,"completionReason":"said","finalResult":"a😀b"}`
		}
		call.Text(mockserver.Pieces(1, answer)...)
		return nil
	}, Agents: []*mockserver.Agent{{ID: "helper", Model: func(_ context.Context, call *mockserver.ModelCall) error {
		call.Text(mockserver.Pieces(1, "😀")...)
		return nil
	}}}})
	status, text := c.post("/api/agents/mine/network", `{"messages":"go"}`)
	require.Equal(t, 200, status, text)
	for _, piece := range []string{`{"text":"a"}`, `{"text":"\ud83d"}`, `{"text":"\ude00"}`, `{"text":"b"}`} {
		assert.Contains(t, text, `{"type":"routing-agent-text-delta","payload":`+piece)
	}
	assert.Contains(t, text, `"result":"a😀b"`)
	assert.Contains(t, text, `"payload":{"id":"txt-1","text":"\ud83d"}`, "the agent that was called")
	assert.Contains(t, text, `"result":"😀"`)
	assert.NotContains(t, text, "\ufffd")
}
