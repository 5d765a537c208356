package aisdk_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// chatCapture is what a browser sent, what Mastra's own chat route for JavaScript
// called the agent with, and the bytes that it answered.
type chatCapture struct {
	Name      string          `json:"name"`
	Version   string          `json:"version"`
	Body      json.RawMessage `json:"body"`
	InputFrom string          `json:"inputFrom"`
	Calls     []struct {
		Method     string          `json:"method"`
		Messages   json.RawMessage `json:"messages"`
		ResumeData json.RawMessage `json:"resumeData"`
		Options    struct {
			RunID      string `json:"runId"`
			ToolCallID string `json:"toolCallId"`
		} `json:"options"`
	} `json:"calls"`
	Headers map[string]string `json:"headers"`
	SSE     string            `json:"sse"`
	Threw   string            `json:"threw"`
}

// inputs are the chunks that captures name; two of them exist with other ids only.
func inputs(t testing.TB, name string) []stream.Chunk {
	t.Helper()
	switch name {
	case "real-approval-request":
		return renamed(t, readCapture(t, "real-approval-request2").Input,
			"75f1435d-88ab-4803-b9ff-51a614529ae5", "4ad15377-0ff3-4c0d-aafe-b46556df8d94",
			"10a5d3a6-e635-445e-a317-06ce6f3b7555", "b553f66c-0ddb-448d-a9c3-7b9942adadce",
			"call_8", "call_7")
	case "real-approval-approved":
		declined := readCapture(t, "real-approval-declined").Input
		approved := chunks(t, `{"type":"tool-result","runId":"r","from":"AGENT","payload":{"args":{"what":"vase"},"toolCallId":"call_8","toolName":"delicate","result":{"done":"vase"}}}`)
		return renamed(t, append(approved, declined[1:]...),
			"call_8", "call_7",
			`{\"type\":\"text\",\"value\":\"Tool call was not approved by the user\"}`, `{\"type\":\"json\",\"value\":{\"done\":\"vase\"}}`)
	}
	return readCapture(t, name).Input
}

func renamed(t testing.TB, input []stream.Chunk, pairs ...string) []stream.Chunk {
	t.Helper()
	r := strings.NewReplacer(pairs...)
	var out []stream.Chunk
	for _, c := range input {
		out = append(out, chunks(t, r.Replace(string(c.Raw())))...)
	}
	return out
}

// opening is the start that a resumed answer has here and not in the capture.
var opening = map[string]string{
	"chat-resume": `data: {"type":"start"}` + "\n\n",
}

func TestCaptures_OfChatsAreAnsweredByteForByte(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "chat", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			var c chatCapture
			require.NoError(t, json.Unmarshal(data, &c))

			up := newUpstream(t, replay(inputs(t, c.InputFrom)...))
			version := map[string]aisdk.Version{"v5": aisdk.V5, "v6": aisdk.V6, "v7": aisdk.V7}[c.Version]
			got := post(t, aisdk.Handler(up.agent(t), aisdk.Config{Display: aisdk.Display{Version: version}}), string(c.Body))

			if c.Threw != "" {
				assert.Equal(t, http.StatusBadRequest, got.Status)
				assert.Empty(t, up.seen())
				return
			}
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			want := opening[c.Name] + c.SSE
			if c.Name == "chat-v6-approval" {
				// Version 5 knows no denied calls, and goes on with the message.
				want = `data: {"type":"start","messageId":"a1"}` + "\n\n" + strings.Replace(want,
					`{"type":"tool-output-denied","toolCallId":"call_8"}`,
					`{"type":"tool-output-error","toolCallId":"call_8","errorText":"Tool call was not approved by the user"}`, 1)
			}
			assert.Equal(t, want, got.Body)
			for name, value := range c.Headers {
				if name != "connection" { // of the hop, and taken off by the client
					assert.Equal(t, []string{value}, got.Header.Values(name))
				}
			}

			calls := up.seen()
			require.Len(t, calls, len(c.Calls))
			for i, want := range c.Calls {
				var sent map[string]json.RawMessage
				require.NoError(t, json.Unmarshal([]byte(calls[i].Body), &sent))
				if want.Method == "stream" {
					assert.Equal(t, "/api/agents/assistant/stream", calls[i].Path)
					assert.JSONEq(t, string(want.Messages), string(sent["messages"]))
					assert.Len(t, sent, 1, "nothing but the messages goes on")
					continue
				}
				assert.Equal(t, "/api/agents/assistant/resume-stream", calls[i].Path)
				assert.JSONEq(t, string(want.ResumeData), string(sent["resumeData"]))
				assert.JSONEq(t, `"`+want.Options.RunID+`"`, string(sent["runId"]))
				assert.JSONEq(t, `"`+want.Options.ToolCallID+`"`, string(sent["toolCallId"]))
				assert.Len(t, sent, 3)
			}
		})
	}
}

func TestHandler_SetsFiveHeaders(t *testing.T) {
	up := newUpstream(t, replay(inputs(t, "real-plain")...))
	rec := newRecorder()
	r, err := http.NewRequest(http.MethodPost, "/api/chat", strings.NewReader(chatBody("hi")))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	aisdk.Handler(up.agent(t), aisdk.Config{}).ServeHTTP(rec, r)
	assert.Equal(t, http.Header{
		"Content-Type":                  {"text/event-stream"},
		"Cache-Control":                 {"no-cache"},
		"Connection":                    {"keep-alive"},
		"X-Vercel-Ai-Ui-Message-Stream": {"v1"},
		"X-Accel-Buffering":             {"no"},
	}, rec.header)
}
