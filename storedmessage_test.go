package mastra_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// storedMessages collects the messages in an answer, wherever they stand.
func storedMessages(t testing.TB, v any) (out [][]byte) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		_, isObject := v["content"].(map[string]any)
		_, hasTime := v["createdAt"]
		_, ofSearch := v["context"] // a hit is no message
		if v["role"] != nil && v["id"] != nil && (isObject || hasTime && v["threadId"] != nil) && !ofSearch {
			text, err := json.Marshal(v)
			require.NoError(t, err)
			out = append(out, text)
		}
		for _, member := range v {
			out = append(out, storedMessages(t, member)...)
		}
	case []any:
		for _, member := range v {
			out = append(out, storedMessages(t, member)...)
		}
	}
	return out
}

func TestStoredMessage_EveryRecordedOneIsReadAndWrittenWithoutLoss(t *testing.T) {
	var all [][]byte
	for _, area := range []string{"agents", "memory"} {
		for _, r := range recordings(t, area) {
			all = append(all, storedMessages(t, decode[any](t, r.Body))...)
			if r.Request != nil { // these hold the older format
				all = append(all, storedMessages(t, decode[any](t, r.Request))...)
			}
		}
	}
	files, err := filepath.Glob("testdata/answers/*.json")
	require.NoError(t, err)
	for _, file := range files {
		all = append(all, storedMessages(t, decode[any](t, testdata(t, "answers", filepath.Base(file))))...)
	}
	require.Greater(t, len(all), 150)
	for _, text := range all {
		m := decode[mastra.StoredMessage](t, text)
		assert.NotEmpty(t, m.Role)
		assert.NotEmpty(t, m.Content.Parts)
		again, err := json.Marshal(m)
		require.NoError(t, err)
		require.Equal(t, value(t, text), value(t, again))
		require.Equal(t, m, decode[mastra.StoredMessage](t, again))
	}
}

func TestStoredMessage_OfEveryFormatIsReadAndWrittenAsItWas(t *testing.T) {
	for _, tt := range []struct {
		name, content, text string
		format, parts       int
	}{
		{"a text", `"hello"`, "hello", 1, 1},
		{"an empty text", `""`, "", 1, 1},
		{"text with <html>", `"a <b> & c"`, "a <b> & c", 1, 1},
		{"parts", `[{"type":"text","text":"a"},{"type":"text","text":"b"}]`, "ab", 1, 2},
		{"one part", `[{"type":"text","text":"a"}]`, "a", 1, 1},
		{"no parts", `[]`, "", 1, 0},
		{"a tool call among the parts", `[{"type":"tool-call","toolCallId":"c1","toolName":"weather","args":{"city":"Rome"}}]`, "", 1, 1},
		{"a tool's result among the parts", `[{"type":"tool-result","toolCallId":"c1","toolName":"weather","result":{"tempC":4}}]`, "", 1, 1},
		{"an image among the parts", `[{"type":"image","image":"data:image/png;base64,AA==","mimeType":"image/png"}]`, "", 1, 1},
		{"format 2", `{"format":2,"parts":[{"type":"text","text":"a"}],"content":"a"}`, "a", 2, 1},
		{"format 2 without parts", `{"format":2,"parts":[],"content":"only here"}`, "only here", 2, 0},
		{"an empty text part", `{"format":2,"parts":[{"type":"text","text":""}]}`, "", 2, 1},
		{"metadata, reasoning, attachments and more", `{"format":2,"parts":[{"type":"reasoning","reasoning":"why","details":[{"type":"text","text":"why"}]}],
			"metadata":{"modelId":"m","pendingToolApprovals":{"x":{"a":1}}},"toolInvocations":[{"state":"result","toolCallId":"c","toolName":"t","args":{},"step":1,"result":1}],
			"reasoning":"why","experimental_attachments":[{"url":"u"}],"annotations":[1],"providerMetadata":{"openai":{"id":"x"}}}`, "", 2, 1},
		{"every kind of part", `{"format":2,"parts":[{"type":"step-start","model":"p/m","createdAt":1},{"type":"file","data":"AA==","mimeType":"text/plain","filename":"f"},
			{"type":"source","source":{"url":"u"}},{"type":"data-weather","data":{"t":4}},{"type":"error","error":{"message":"m"}},
			{"type":"tool-invocation","toolInvocation":{"state":"output-denied","toolCallId":"c","toolName":"t","args":{},"rawInput":"x","errorText":"e","approval":{"approved":false}}}]}`, "", 2, 6},
		{"members that are not known", `{"format":2,"parts":[{"type":"text","text":"a","id":"p1","transient":true}],"source":"import"}`, "a", 2, 1},
		{"members of another kind than known", `{"format":2,"parts":[{"type":"text","text":"a","reasoning":[1]}],"reasoning":{"deep":true},"toolInvocations":"none"}`, "a", 2, 1},
		{"a later format", `{"format":3,"parts":[{"type":"text","text":"a"}]}`, "a", 3, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := `{"id":"m1","role":"user","createdAt":"2026-01-01T00:00:00.000Z","threadId":"t","resourceId":"r","type":"text","content":` + tt.content + `,"importedBy":"x"}`
			m := decode[mastra.StoredMessage](t, []byte(text))
			assert.Equal(t, tt.text, m.Text())
			assert.Equal(t, tt.format, m.Content.Format)
			assert.Len(t, m.Content.Parts, tt.parts)
			assert.JSONEq(t, `"x"`, string(m.Fields["importedBy"]))
			again, err := json.Marshal(m)
			require.NoError(t, err)
			assert.JSONEq(t, text, string(again))
		})
	}
}

func TestStoredMessage_FieldThatIsSetReplacesWhatDidNotFitIt(t *testing.T) {
	m := decode[mastra.StoredMessage](t, []byte(`{"id":"m","role":"user","content":{"format":2,"parts":[],"reasoning":{"deep":true},"more":1}}`))
	m.Content.Reasoning = "because"
	text, err := json.Marshal(m)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"m","role":"user","content":{"format":2,"parts":[],"reasoning":"because","more":1}}`, string(text))
}

func TestStoredMessage_OfAnOddTimeIsRead(t *testing.T) {
	for _, created := range []string{`"2026-01-01T00:00:00.000Z"`, `1767225600000`, `"2026-01-01T00:00:00"`, `"2026-01-01T01:00:00+01:00"`} {
		m := decode[mastra.StoredMessage](t, []byte(`{"id":"m","role":"user","content":"x","createdAt":`+created+`}`))
		assert.Equal(t, at(1767225600000), m.CreatedAt, created)
	}
	m := decode[mastra.StoredMessage](t, []byte(`{"id":"m","role":"user","content":"x","createdAt":"someday"}`))
	assert.True(t, m.CreatedAt.IsZero())
	assert.JSONEq(t, `"someday"`, string(m.Fields["createdAt"]))
	assert.Error(t, json.Unmarshal([]byte(`[1]`), &m))
}

func TestStoredMessage_NewIsOfFormat2(t *testing.T) {
	text, err := json.Marshal(mastra.NewStoredMessage("user", "hi"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"","role":"user","content":{"format":2,"parts":[{"type":"text","text":"hi"}]}}`, string(text))
	text, err = json.Marshal(mastra.MessageContent{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"format":2,"parts":[]}`, string(text))
}

// Members whose names Go's tags give a meaning are members like any other.
func TestStoredMessage_OddNamesAreKept(t *testing.T) {
	const text = `{"id":"m","role":"user","content":{"format":2,"parts":[],"":1,"-":{"a":1}},"":2,"-":{"b":2}}`
	var m mastra.StoredMessage
	require.NoError(t, json.Unmarshal([]byte(text), &m))
	assert.Equal(t, map[string]json.RawMessage{"": json.RawMessage("2"), "-": json.RawMessage(`{"b":2}`)}, m.Fields)
	again, err := json.Marshal(m)
	require.NoError(t, err)
	assert.JSONEq(t, text, string(again))
}
