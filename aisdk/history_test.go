package aisdk_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
)

// storedThread is a thread as a Mastra server holds it.
func storedThread(t testing.TB) []mastra.StoredMessage {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "history.json"))
	require.NoError(t, err)
	var stored []mastra.StoredMessage
	require.NoError(t, json.Unmarshal(data, &stored))
	return stored
}

func stored(t testing.TB, texts ...string) []mastra.StoredMessage {
	t.Helper()
	var all []mastra.StoredMessage
	for _, text := range texts {
		var m mastra.StoredMessage
		require.NoError(t, json.Unmarshal([]byte(text), &m), text)
		all = append(all, m)
	}
	return all
}

func uiParts(t testing.TB, m aisdk.Message) []any {
	t.Helper()
	all := []any{}
	for _, raw := range m.Parts {
		all = append(all, value(t, string(raw)))
	}
	return all
}

// answerTo finds the message behind the user's with the given text.
func answerTo(t testing.TB, messages []aisdk.Message, text string) aisdk.Message {
	t.Helper()
	for i, m := range messages {
		if m.Role == "user" && strings.HasPrefix(m.Text(), text) {
			return messages[i+1]
		}
	}
	require.Fail(t, "no message "+text)
	return aisdk.Message{}
}

func TestHistory_KeepsWhatAThreadHolds(t *testing.T) {
	all := aisdk.Messages(storedThread(t), aisdk.Display{SendReasoning: true, SendSources: true})

	first := all[0]
	assert.Equal(t, mastra.RoleUser, first.Role)
	assert.Equal(t, "u-23053", first.ID)
	assert.Equal(t, values(t, `{"type":"text","text":"hello","state":"done"}`,
		`{"type":"file","url":"data:text/plain;base64,aGk=","mediaType":"text/plain","filename":"a.txt"}`), uiParts(t, first))
	var metadata map[string]any
	require.NoError(t, json.Unmarshal(first.Metadata, &metadata))
	assert.Equal(t, "ok", metadata["mood"])
	assert.Contains(t, metadata, "createdAt")

	assert.Equal(t, values(t, `{"type":"reasoning","text":"deep","state":"done"}`,
		`{"type":"text","text":"You said: think:deep","state":"done"}`), uiParts(t, answerTo(t, all, "think:")))
	assert.Equal(t, value(t, `{"type":"source-url","sourceId":"s-1","url":"https://x.y","title":"Source"}`),
		uiParts(t, answerTo(t, all, "source:"))[0])
	assert.Equal(t, value(t, `{"type":"file","url":"data:text/plain;base64,Y29udGVudA==","mediaType":"text/plain"}`),
		uiParts(t, answerTo(t, all, "file:"))[0])
	tool := uiParts(t, answerTo(t, all, `tool:weather {"city":"Rome"`))
	assert.Equal(t, value(t, `{"type":"tool-weather","toolCallId":"call_562","state":"output-available","input":{"city":"Rome"},"output":{"city":"Rome","tempC":4}}`), tool[0])
	assert.Equal(t, value(t, `{"type":"step-start"}`), tool[1])
	assert.Equal(t, value(t, `{"type":"tool-weather","toolCallId":"call_563","state":"output-error","input":{"city":"Nowhere"},"errorText":"no such city"}`),
		uiParts(t, answerTo(t, all, `tool:weather {"city":"Nowhere"`))[0])

	asked := uiParts(t, answerTo(t, all, "tool:ask-user"))
	assert.Equal(t, value(t, `{"type":"tool-ask-user","toolCallId":"call_560","state":"input-available","input":{"question":"Age?"}}`), asked[0])
	question := asked[1].(map[string]any)
	assert.Equal(t, "data-tool-call-suspended", question["type"])
	assert.Equal(t, "call_560", question["id"])
	data := question["data"].(map[string]any)
	assert.Equal(t, map[string]any{"question": "Age?"}, data["suspendPayload"])
	assert.Equal(t, "8feff54a-fd40-4e1c-8fb3-9c65220fcfff", data["runId"])

	pending := uiParts(t, answerTo(t, all, "tool:delicate"))
	assert.Equal(t, value(t, `{"type":"tool-delicate","toolCallId":"call_561","state":"approval-requested","input":{"what":"vase"},
		"approval":{"id":"0364a050-f61c-409c-b5fa-0de9b5f8f228::call_561"}}`), pending[0])
	assert.Equal(t, "data-tool-call-approval", pending[1].(map[string]any)["type"])

	text, err := json.Marshal(all)
	require.NoError(t, err)
	for _, private := range []string{"traceId", "modelId", "resourceId", "threadId", "pendingToolApprovals", "model exploded"} {
		assert.NotContains(t, string(text), private)
	}
}

func TestHistory_HidesWhatTheStreamHides(t *testing.T) {
	all := aisdk.Messages(storedThread(t), aisdk.Display{})
	assert.Len(t, uiParts(t, answerTo(t, all, "think:")), 1)
	assert.Len(t, uiParts(t, answerTo(t, all, "source:")), 1)

	v5 := aisdk.Messages(storedThread(t), aisdk.Display{Version: aisdk.V5})
	assert.Equal(t, value(t, `{"type":"tool-delicate","toolCallId":"call_561","state":"input-available","input":{"what":"vase"}}`),
		uiParts(t, answerTo(t, v5, "tool:delicate"))[0])
}

func TestHistory_ShowsHowCallsWereDecidedOn(t *testing.T) {
	thread := stored(t, `{"id":"a","role":"assistant","content":{"format":2,"parts":[
		{"type":"tool-invocation","toolInvocation":{"state":"result","toolCallId":"c1","toolName":"delicate","args":{"what":"vase"},"result":{"done":"vase"},"approval":{"id":"c1","approved":true}}},
		{"type":"tool-invocation","toolInvocation":{"state":"output-denied","toolCallId":"c2","toolName":"delicate","args":{"what":"cup"},"approval":{"id":"c2","approved":false,"reason":"no"}}}],
		"metadata":{"pendingToolApprovals":{"c1":{"toolCallId":"c1","runId":"r"}}}}}`)
	assert.Equal(t, values(t,
		`{"type":"tool-delicate","toolCallId":"c1","state":"output-available","input":{"what":"vase"},"output":{"done":"vase"},"approval":{"id":"c1","approved":true}}`,
		`{"type":"tool-delicate","toolCallId":"c2","state":"output-denied","input":{"what":"cup"},"approval":{"id":"c2","approved":false,"reason":"no"}}`),
		uiParts(t, aisdk.Messages(thread, aisdk.Display{})[0]))
	assert.Equal(t, values(t,
		`{"type":"tool-delicate","toolCallId":"c1","state":"output-available","input":{"what":"vase"},"output":{"done":"vase"}}`,
		`{"type":"tool-delicate","toolCallId":"c2","state":"output-error","input":{"what":"cup"},"errorText":"no"}`),
		uiParts(t, aisdk.Messages(thread, aisdk.Display{Version: aisdk.V5})[0]))
}

func TestHistory_ShowsOnceACallThatTheBrowserAnswered(t *testing.T) {
	all := aisdk.Messages(stored(t,
		`{"id":"a1","role":"assistant","content":{"format":2,"parts":[{"type":"tool-invocation","toolInvocation":{"state":"call","toolCallId":"c","toolName":"pick","args":{"a":1}}}]}}`,
		`{"id":"a2","role":"assistant","content":{"format":2,"parts":[
			{"type":"tool-invocation","toolInvocation":{"state":"result","toolCallId":"c","toolName":"pick","args":{},"result":{"picked":7}}},
			{"type":"text","text":"Seven."}]}}`), aisdk.Display{})
	require.Len(t, all, 2)
	assert.Equal(t, values(t, `{"type":"tool-pick","toolCallId":"c","state":"output-available","input":{"a":1},"output":{"picked":7}}`), uiParts(t, all[0]))
	assert.Equal(t, values(t, `{"type":"text","text":"Seven.","state":"done"}`), uiParts(t, all[1]))
}

func TestHistory_ReadsOlderAndOddForms(t *testing.T) {
	all := aisdk.Messages(stored(t,
		`{"id":"1","role":"user","content":"plain"}`,
		`{"id":"2","role":"assistant","content":{"format":2,"parts":[],"content":"old text","reasoning":"old thoughts",
			"toolInvocations":[{"state":"partial-call","toolCallId":"c","toolName":"w","args":{"a":1}}],
			"experimental_attachments":[{"url":"https://e.com/a.png","contentType":"image/png","name":"a.png"}]}}`,
		`{"id":"3","role":"system","content":{"format":2,"parts":[{"type":"text","text":"SECRET"}]}}`,
		`{"id":"4","role":"tool","content":{"format":2,"parts":[{"type":"text","text":"SECRET"}]}}`,
		`{"id":"5","role":"signal","type":"state","content":{"format":2,"parts":[{"type":"text","text":"SECRET"}]}}`,
		`{"id":"6","role":"signal","type":"user-message","content":{"format":2,"parts":[{"type":"text","text":"psst"}]}}`,
		`{"id":"7","role":"assistant","content":{"format":2,"parts":[{"type":"error","error":{"message":"SECRET"}}]}}`,
		`{"id":"8","role":"assistant","content":{"format":2,"parts":[{"type":"data-note","data":{"n":1}},{"type":"brand-new"},
			{"type":"source","source":{"sourceType":"document","id":"d","mimeType":"text/plain"}},
			{"type":"reasoning","reasoning":"","details":[{"type":"text","text":"a"},{"type":"redacted"},{"type":"text","text":"b"}]},
			{"type":"file","data":{"0":104,"1":105},"mimeType":"text/plain"},
			{"type":"text","text":"t","providerMetadata":{"openai":{"itemId":"i","x":1},"mastra":{"y":"SECRET"}}},
			{"type":"tool-invocation","toolInvocation":{"state":"result","toolCallId":"m","toolName":"w","args":"SECRET","result":"SECRET"},
				"providerMetadata":{"mastra":{"toolPayloadTransform":{"display":{"input-available":{"transformed":"in"},"output-available":{"transformed":"out"}}}}}}]}}`,
	), aisdk.Display{SendReasoning: true, SendSources: true})
	got, err := json.Marshal(all)
	require.NoError(t, err)
	assert.JSONEq(t, `[
		{"id":"1","role":"user","parts":[{"type":"text","text":"plain","state":"done"}]},
		{"id":"2","role":"assistant","parts":[{"type":"tool-w","toolCallId":"c","state":"input-streaming","input":{"a":1}},
			{"type":"reasoning","text":"old thoughts","state":"done"},{"type":"file","url":"https://e.com/a.png","mediaType":"image/png","filename":"a.png"},
			{"type":"text","text":"old text","state":"done"}]},
		{"id":"6","role":"user","parts":[{"type":"text","text":"psst","state":"done"}]},
		{"id":"8","role":"assistant","parts":[{"type":"data-note","data":{"n":1}},
			{"type":"source-document","sourceId":"d","mediaType":"text/plain","title":"d"},
			{"type":"reasoning","text":"ab","state":"done"},
			{"type":"file","url":"data:text/plain;base64,aGk=","mediaType":"text/plain"},
			{"type":"text","text":"t","state":"done","providerMetadata":{"openai":{"itemId":"i","x":1}}},
			{"type":"tool-w","toolCallId":"m","state":"output-available","input":"in","output":"out"}]}
	]`, string(got))
}

func TestHistory_ReadsAnIteratorAndPassesItsErrorOn(t *testing.T) {
	broken := errors.New("broken")
	thread := stored(t, `{"id":"1","role":"user","content":"plain"}`)
	read := func(err error) ([]aisdk.Message, error) {
		return aisdk.History(func(yield func(mastra.StoredMessage, error) bool) {
			if yield(thread[0], nil) && err != nil {
				yield(mastra.StoredMessage{}, err)
			}
		}, aisdk.Display{})
	}
	got, err := read(nil)
	require.NoError(t, err)
	assert.Len(t, got, 1)
	_, err = read(broken)
	require.ErrorIs(t, err, broken)

	empty, err := json.Marshal(aisdk.Messages(nil, aisdk.Display{}))
	require.NoError(t, err)
	assert.Equal(t, "[]", string(empty))
}
