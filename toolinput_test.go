package mastra_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// sentResults are the tool-result parts of a request's messages, by call: what
// each says of the arguments, "" where it says nothing.
func sentResults(t *testing.T, body []byte) map[string]string {
	t.Helper()
	type part struct {
		Type, ToolCallID string
		Input            json.RawMessage
	}
	out := map[string]string{}
	for _, m := range decode[struct {
		Messages []struct{ Content json.RawMessage }
	}](t, body).Messages {
		var parts []part
		_ = json.Unmarshal(m.Content, &parts) // unless it is a text
		for _, p := range parts {
			if p.Type == "tool-result" {
				out[p.ToolCallID] = string(p.Input)
			}
		}
	}
	return out
}

func TestClientTool_ResultIsSentWithTheArgumentsOfItsCall(t *testing.T) {
	for name, memory := range map[string]*mastra.MemoryRef{"no thread": nil, "a thread": {ThreadID: "t", ResourceID: "u"}} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, run runner) {
				client, mock := onMock(t)
				// one that fails and one of the server's own among them
				req := withTools("tool:lookup {\"id\":3}\ntool:weather {\"city\":\"Rome\"}\ntool:weather {\"city\":\"Nowhere\"}\ntool:lookup {\"id\":-1}", lookupTool())
				req.Memory = memory
				res, err := run(t.Context(), client.Agent("assistant"), req)
				require.NoError(t, err)
				requests := append(mock.RequestsOf("AgentGenerate"), mock.RequestsOf("AgentStream")...)
				require.Len(t, requests, 2)
				sent := sentResults(t, requests[1].Body)
				var ours int
				for _, call := range res.ToolCalls {
					if input, ok := sent[call.ID]; call.Name == "lookup" {
						require.True(t, ok, call.ID)
						assert.JSONEq(t, string(call.Args), input)
						ours++
					}
				}
				assert.Equal(t, 2, ours)
				if memory == nil {
					return
				}
				page, err := client.Memory("assistant").Thread("t").ListMessages(t.Context(), mastra.ListMessagesRequest{})
				require.NoError(t, err)
				stored := map[string]string{}
				for _, m := range page.Messages {
					for _, p := range m.Content.Parts {
						if i := p.ToolInvocation; i != nil && i.State == "result" {
							stored[i.ToolCallID] = string(i.Args)
						}
					}
				}
				for id, input := range sent {
					assert.JSONEq(t, input, stored[id], "as the next turn reads it")
				}
			})
		})
	}
}

// A stream's transcript holds the server's own results too, which a conversation
// without memory is told again.
func TestClientTool_TranscriptOfAStreamHoldsTheArguments(t *testing.T) {
	event := func(kind, id, name, rest string) string {
		return `{"type":"` + kind + `","runId":"r","payload":{"toolCallId":"` + id + `","toolName":"` + name + `"` + rest + `}}`
	}
	finish := func(reason string) string {
		return `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"` + reason + `"}}}`
	}
	rt := play(events(
		event("tool-call", "c1", "weather", `,"args":{"city":"Rome"}`), event("tool-result", "c1", "weather", `,"args":{"city":"Rome"},"result":1`),
		event("tool-call", "c2", "weather", `,"args":{"city":"No"}`), event("tool-error", "c2", "weather", `,"args":{"city":"No"},"error":{"message":"no"}`),
		event("tool-call", "c3", "delicate", `,"args":{"what":"x"}`), event("tool-output-denied", "c3", "delicate", `,"args":{"what":"x"},"approval":{"reason":"no"}`),
		event("tool-call", "c4", "lookup", `,"args":{"id":4}`), event("tool-call", "c5", "all", ``), finish("tool-calls"),
	), events(finish("stop")))
	all := mastra.NewClientTool("all", "", func(context.Context, struct{}) (int, error) { return 9, nil })
	s, err := inMemory(t, rt).Agent("a").Stream(t.Context(), withTools("x", lookupTool(), all))
	require.NoError(t, err)
	_, err = s.Result()
	require.NoError(t, err)
	assert.Equal(t, map[string]string{
		"c1": `{"city":"Rome"}`, "c2": `{"city":"No"}`, "c3": `{"what":"x"}`, "c4": `{"id":4}`, "c5": "",
	}, sentResults(t, []byte(rt.bodies[1])))
	assert.NotContains(t, rt.bodies[1], `"input":null`)

	whole := `{"text":"","finishReason":"tool-calls","runId":"r","toolCalls":[` + event("tool-call", "c4", "lookup", `,"args":{"id":4}`) + `,` +
		event("tool-call", "c5", "all", ``) + `],"response":{"messages":[]}}`
	rt = play(answer(200, whole), answer(200, `{"text":"done","finishReason":"stop"}`))
	_, err = inMemory(t, rt).Agent("a").Generate(t.Context(), withTools("x", lookupTool(), all))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"c4": `{"id":4}`, "c5": ""}, sentResults(t, []byte(rt.bodies[1])))
	assert.NotContains(t, rt.bodies[1], `"input":null`)
}
