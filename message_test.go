package mastra_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestMessage_IsWrittenAsTheServerReadsIt(t *testing.T) {
	for _, tt := range []struct {
		name     string
		messages mastra.Messages
		want     string
	}{
		{"a prompt", mastra.Prompt("hi"), `[{"role":"user","content":"hi"}]`},
		{"an empty prompt", mastra.Prompt(""), `[{"role":"user","content":""}]`},
		{"nothing", nil, `[]`},
		{"a conversation", mastra.Messages{mastra.System("be brief"), mastra.User("hi"), mastra.Assistant("hello"), mastra.User("a <b> & c")},
			`[{"role":"system","content":"be brief"},{"role":"user","content":"hi"},{"role":"assistant","content":"hello"},{"role":"user","content":"a <b> & c"}]`},
		{"an id", mastra.Messages{{ID: "m1", Role: "user", Content: []mastra.Part{mastra.Text("hi")}}}, `[{"id":"m1","role":"user","content":"hi"}]`},
		{"no content", mastra.Messages{{Role: "user"}}, `[{"role":"user","content":[]}]`},
		{"an image and a file", mastra.Messages{mastra.UserParts(mastra.Text("look"), mastra.ImageURL("https://x/y.png"), mastra.File([]byte("abc"), "text/plain"))},
			`[{"role":"user","content":[{"type":"text","text":"look"},{"type":"image","image":"https://x/y.png"},{"type":"file","data":"YWJj","mediaType":"text/plain"}]}]`},
		{"an empty file beside an empty text", mastra.Messages{mastra.UserParts(mastra.Text(""), mastra.File(nil, "text/plain"))},
			`[{"role":"user","content":[{"type":"text","text":""},{"type":"file","data":"","mediaType":"text/plain"}]}]`},
		{"an image, of bytes and at URLs", mastra.Messages{mastra.UserParts(mastra.Image([]byte("abc"), "image/png"), mastra.ImageURL("data:image/webp;base64,YWJj"), mastra.ImageURL("data:,x"))},
			`[{"role":"user","content":[{"type":"image","image":"YWJj","mediaType":"image/png"},{"type":"image","image":"data:image/webp;base64,YWJj","mediaType":"image/webp"},{"type":"image","image":"data:,x"}]}]`},
		{"a file at a URL, and one with a name", mastra.Messages{mastra.UserParts(mastra.FileURL("https://x/y.pdf", "application/pdf"), mastra.Part{Type: "file", Data: "YWJj", MediaType: "text/csv", Filename: "a.csv"})},
			`[{"role":"user","content":[{"type":"file","data":"https://x/y.pdf","mediaType":"application/pdf"},{"type":"file","data":"YWJj","mediaType":"text/csv","filename":"a.csv"}]}]`},
		{"a tool's result", mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c1", ToolName: "weather", Args: json.RawMessage(`{"city":"Rome"}`)}, map[string]int{"tempC": 4})},
			`[{"role":"tool","content":[{"type":"tool-result","toolCallId":"c1","toolName":"weather","input":{"city":"Rome"},"output":{"type":"json","value":{"tempC":4}}}]}]`},
		{"a tool's result that is JSON already", mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c1", ToolName: "weather"}, json.RawMessage(`[1]`))},
			`[{"role":"tool","content":[{"type":"tool-result","toolCallId":"c1","toolName":"weather","output":{"type":"json","value":[1]}}]}]`},
		{"a tool that returned nothing", mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c1", ToolName: "weather"}, nil)},
			`[{"role":"tool","content":[{"type":"tool-result","toolCallId":"c1","toolName":"weather","output":{"type":"json","value":null}}]}]`},
		{"a tool that failed", mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c1", ToolName: "weather"}, errors.New("no such city"))},
			`[{"role":"tool","content":[{"type":"tool-result","toolCallId":"c1","toolName":"weather","output":{"type":"error-text","value":"no such city"}}]}]`},
		{"a raw object", mastra.RawMessages([]byte(` {"role":"user","parts":[{"type":"text","text":"hi"}]} `)), `[{"role":"user","parts":[{"type":"text","text":"hi"}]}]`},
		{"a raw array", mastra.RawMessages([]byte("\n[{\"role\":\"user\"}, {\"role\":\"assistant\"}]\n")), `[{"role":"user"},{"role":"assistant"}]`},
		{"an empty raw array", mastra.RawMessages([]byte(`[]`)), `[]`},
		{"raw ones between others", append(append(mastra.Prompt("first"), mastra.RawMessages([]byte(`[{"role":"user"}]`))...), append(mastra.RawMessages([]byte(`[ ]`)), mastra.User("last"))...),
			`[{"role":"user","content":"first"},{"role":"user"},{"role":"user","content":"last"}]`},
		{"raw ones with brackets in their texts", mastra.RawMessages([]byte(`[{"role":"user","content":"] , ["}]`)), `[{"role":"user","content":"] , ["}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := json.Marshal(tt.messages)
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(text))
			if len(tt.messages) > 0 {
				rt := play(answer(200, `{"text":"ok"}`))
				_, err = inMemory(t, rt).Agent("a").Generate(t.Context(), mastra.AgentRequest{Messages: tt.messages})
				require.NoError(t, err)
				assert.JSONEq(t, `{"messages":`+tt.want+`}`, rt.bodies[0])
				assert.NotContains(t, rt.bodies[0], `\u003c`, "text goes out as it was written")
			}
		})
	}
}

func TestMessage_ThatIsNoneNeverLeaves(t *testing.T) {
	for _, tt := range []struct {
		name     string
		messages mastra.Messages
		text     string
	}{
		{"nothing", nil, "Messages is empty"},
		{"an empty list", mastra.Messages{}, "Messages is empty"},
		{"raw text that is not JSON", mastra.RawMessages([]byte(`{"role":`)), "RawMessages"},
		{"no raw text", mastra.RawMessages(nil), "RawMessages"},
		{"two raw values", mastra.RawMessages([]byte(`{} {}`)), "RawMessages"},
		{"a raw text", mastra.RawMessages([]byte(`"hi"`)), "RawMessages"},
		{"raw null", mastra.RawMessages([]byte(`null`)), "RawMessages"},
		{"arrays in a raw array", mastra.RawMessages([]byte(`[[{"role":"user"}]]`)), "RawMessages"},
		{"texts in a raw array", mastra.RawMessages([]byte(`["hi"]`)), "RawMessages"},
		{"a tool's output that does not encode", mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c", ToolName: "weather"}, math.Inf(1))}, `the output of tool "weather" does not encode`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := play(answer(200, `{"text":"ok"}`))
			_, err := inMemory(t, rt).Agent("a").Generate(t.Context(), mastra.AgentRequest{Messages: tt.messages})
			assert.ErrorContains(t, err, tt.text)
			assert.True(t, strings.HasPrefix(err.Error(), "mastra: "), err.Error())
			_, err = inMemory(t, rt).Agent("a").Stream(t.Context(), mastra.AgentRequest{Messages: tt.messages})
			assert.ErrorContains(t, err, tt.text)
			assert.Zero(t, rt.attempts())
		})
	}
}

func TestMessage_RawIsACopy(t *testing.T) {
	text := []byte(`[{"role":"user"}]`)
	messages := mastra.RawMessages(text)
	copy(text, `[{"role":"evil"}]`)
	got, err := json.Marshal(messages)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"role":"user"}]`, string(got))
}

func TestMemory_ReferenceIsWrittenAsTheServerReadsIt(t *testing.T) {
	for _, tt := range []struct {
		name string
		ref  mastra.MemoryRef
		want string
	}{
		{"a thread", mastra.MemoryRef{ThreadID: "t"}, `{"thread":"t"}`},
		{"its owner", mastra.MemoryRef{ThreadID: "t", ResourceID: "r"}, `{"thread":"t","resource":"r"}`},
		{"options", mastra.MemoryRef{ThreadID: "t", Options: map[string]any{"lastMessages": 3}}, `{"thread":"t","options":{"lastMessages":3}}`},
		{"read only", mastra.MemoryRef{ThreadID: "t", ReadOnly: true, Options: map[string]any{"lastMessages": 3}}, `{"thread":"t","options":{"lastMessages":3,"readOnly":true}}`},
	} {
		text, err := json.Marshal(tt.ref)
		require.NoError(t, err)
		assert.JSONEq(t, tt.want, string(text), tt.name)
	}
	options := map[string]any{"lastMessages": 3}
	_, err := json.Marshal(mastra.MemoryRef{ThreadID: "t", ReadOnly: true, Options: options})
	require.NoError(t, err)
	assert.Len(t, options, 1, "the caller's map stays as it is")
}
