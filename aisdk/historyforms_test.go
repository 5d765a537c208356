package aisdk_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
)

func history(t testing.TB, d aisdk.Display, texts ...string) string {
	t.Helper()
	got, err := json.Marshal(aisdk.Messages(stored(t, texts...), d))
	require.NoError(t, err)
	return string(got)
}

// The server writes the members of earlier versions beside the parts.
func TestHistory_TellsOnceWhatAMessageHoldsInBothForms(t *testing.T) {
	assert.JSONEq(t, `[{"id":"1","role":"assistant","parts":[
		{"type":"reasoning","text":"deep","state":"done"},
		{"type":"tool-w","toolCallId":"c","state":"output-available","input":{"a":1},"output":2},
		{"type":"file","url":"https://e.com/a.png","mediaType":"image/png"},
		{"type":"text","text":"the answer","state":"done"}]}]`,
		history(t, aisdk.Display{SendReasoning: true}, `{"id":"1","role":"assistant","content":{"format":2,
			"content":"the answer","reasoning":"deep","toolInvocations":[{"state":"result","toolCallId":"c","toolName":"w","args":{"a":1},"result":2}],
			"experimental_attachments":[{"url":"https://e.com/a.png","contentType":"image/png"}],
			"parts":[{"type":"reasoning","reasoning":"deep","details":[{"type":"text","text":"deep"}]},
				{"type":"tool-invocation","toolInvocation":{"state":"result","toolCallId":"c","toolName":"w","args":{"a":1},"result":2}},
				{"type":"file","data":"https://e.com/a.png","mimeType":"image/png"},{"type":"text","text":"the answer"}]}}`))
}

func TestHistory_KeepsTheMetadataOfProvidersWithEachPart(t *testing.T) {
	const message = `{"id":"1","role":"assistant","content":{"format":2,"parts":[
		{"type":"text","text":"t","providerMetadata":{"a":{"x":1},"mastra":{"private":1}}},
		{"type":"reasoning","reasoning":"r","details":[],"providerMetadata":{"a":{"x":2}}},
		{"type":"source","source":{"sourceType":"url","id":"s","url":"https://e.com","title":"E"},"providerMetadata":{"a":{"x":3}}},
		{"type":"tool-invocation","toolInvocation":{"state":"result","toolCallId":"c","toolName":"w","args":{},"result":1},"providerMetadata":{"a":{"x":4}}},
		{"type":"text","text":"odd","providerMetadata":{"a":5}},
		{"type":"text","text":"the server's own","providerMetadata":{"mastra":{"private":1}}},
		{"type":"text","text":"item","providerMetadata":{"openai":{"itemId":"i","x":6}}}]}}`
	parts := func(item string) string {
		return `[{"id":"1","role":"assistant","parts":[
		{"type":"text","text":"t","state":"done","providerMetadata":{"a":{"x":1}}},
		{"type":"reasoning","text":"r","state":"done","providerMetadata":{"a":{"x":2}}},
		{"type":"source-url","sourceId":"s","url":"https://e.com","title":"E","providerMetadata":{"a":{"x":3}}},
		{"type":"tool-w","toolCallId":"c","state":"output-available","input":{},"output":1,"callProviderMetadata":{"a":{"x":4}}},
		{"type":"text","text":"odd","state":"done"},
		{"type":"text","text":"the server's own","state":"done"},
		{"type":"text","text":"item","state":"done","providerMetadata":{"openai":{` + item + `"x":6}}}]}]`
	}
	assert.JSONEq(t, parts(`"itemId":"i",`), history(t, aisdk.Display{SendReasoning: true, SendSources: true}, message))

	var hidden []struct{ Parts []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(history(t, aisdk.Display{}, message)), &hidden))
	require.Len(t, hidden[0].Parts, 5)
	assert.JSONEq(t, `{"type":"text","text":"item","state":"done","providerMetadata":{"openai":{"x":6}}}`, string(hidden[0].Parts[4]),
		"an item whose reasoning is left out is none of the provider's")
}

func TestHistory_ShowsHowEachCallStands(t *testing.T) {
	call := func(state, more string) string {
		return history(t, aisdk.Display{}, `{"id":"1","role":"assistant","content":{"format":2,"parts":[
			{"type":"tool-invocation","toolInvocation":{"state":"`+state+`","toolCallId":"c","toolName":"w"`+more+`}}]}}`)
	}
	for _, tt := range []struct{ name, state, more, want string }{
		{"made", "call", `,"args":{"a":1}`, `"state":"input-available","input":{"a":1}`},
		{"made without arguments", "call", ``, `"state":"input-available","input":null`},
		{"being made", "partial-call", `,"args":{"a":1}`, `"state":"input-streaming","input":{"a":1}`},
		{"of a state that is new", "brand-new", `,"args":{"a":1}`, `"state":"input-available","input":{"a":1}`},
		{"over", "result", `,"args":{"a":1},"result":{"b":2}`, `"state":"output-available","input":{"a":1},"output":{"b":2}`},
		{"over without a result", "result", `,"args":{}`, `"state":"output-available","input":{},"output":null`},
		{"over though it was not approved", "result", `,"args":{},"result":1,"approval":{"id":"c","approved":false}`, `"state":"output-available","input":{},"output":1`},
		{"over, approved under an id of its own", "result", `,"args":{},"result":1,"approval":{"id":"x","approved":true,"reason":"fine"}`,
			`"state":"output-available","input":{},"output":1,"approval":{"id":"x","approved":true,"reason":"fine"}`},
		{"failed", "output-error", `,"args":{"a":1},"errorText":"broken"`, `"state":"output-error","input":{"a":1},"errorText":"broken"`},
		{"failed without a text", "output-error", `,"args":{}`, `"state":"output-error","input":{},"errorText":"An error occurred."`},
		{"denied without an id", "output-denied", `,"args":{"a":1}`, `"state":"output-denied","input":{"a":1},"approval":{"id":"c","approved":false}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.JSONEq(t, `[{"id":"1","role":"assistant","parts":[{"type":"tool-w","toolCallId":"c",`+tt.want+`}]}]`, call(tt.state, tt.more))
		})
	}
}

func TestHistory_MetadataIsThatOfTheUserAndTheTime(t *testing.T) {
	assert.JSONEq(t, `[
		{"id":"1","role":"user","metadata":{"mood":"ok","createdAt":"2026-01-02T03:04:05.000Z"},"parts":[{"type":"text","text":"a","state":"done"}]},
		{"id":"2","role":"user","metadata":{"mood":"ok"},"parts":[{"type":"text","text":"b","state":"done"}]},
		{"id":"3","role":"assistant","metadata":{"createdAt":"2026-01-02T03:04:06.000Z"},"parts":[{"type":"text","text":"c","state":"done"}]},
		{"id":"4","role":"user","parts":[{"type":"text","text":"d","state":"done"}]}]`,
		history(t, aisdk.Display{},
			`{"id":"1","role":"user","createdAt":"2026-01-02T03:04:05Z","content":{"format":2,"parts":[{"type":"text","text":"a"}],"metadata":{"mood":"ok","mastra":{"private":1}}}}`,
			`{"id":"2","role":"user","content":{"format":2,"parts":[{"type":"text","text":"b"}],"metadata":{"mood":"ok"}}}`,
			`{"id":"3","role":"assistant","createdAt":"2026-01-02T03:04:06Z","content":{"format":2,"parts":[{"type":"text","text":"c"}],"metadata":{"private":1}}}`,
			`{"id":"4","role":"signal","type":"user","content":{"format":2,"parts":[{"type":"text","text":"d"}],"metadata":{"mastra":{"private":1}}}}`))
}
