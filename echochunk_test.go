package mastra_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// tellingOf are chunks that tell of a failure in these words.
func tellingOf(words string) map[string]string {
	w := js(words)
	within := func(chunk string) map[string]string {
		return map[string]string{
			"":                 chunk,
			" of a sub-agent":  `{"type":"tool-output","runId":"r","payload":{"toolCallId":"c","toolName":"sub","output":` + chunk + `}}`,
			" of a network":    `{"type":"agent-execution-event-` + "x" + `","runId":"r","payload":` + chunk + `}`,
			" of a task":       `{"type":"background-task-output","runId":"r","payload":{"taskId":"t","payload":` + chunk + `}}`,
			" of a step's run": `{"type":"workflow-step-output","runId":"r","payload":{"output":` + chunk + `}}`,
		}
	}
	out := map[string]string{}
	for name, chunk := range map[string]string{
		"an error":          `{"type":"error","runId":"r","from":"AGENT","payload":{"error":{"name":"Error","message":` + w + `,"stack":` + w + `}}}`,
		"an error as text":  `{"type":"error","runId":"r","payload":{"error":` + w + `}}`,
		"a tripwire":        `{"type":"tripwire","runId":"r","payload":{"reason":` + w + `,"processorId":"p","metadata":{"m":` + w + `}}}`,
		"a tool's error":    `{"type":"tool-error","runId":"r","payload":{"toolCallId":"c","toolName":"t","error":{"message":` + w + `}}}`,
		"a failed result":   `{"type":"tool-result","runId":"r","payload":{"toolCallId":"c","toolName":"t","isError":true,"result":{"why":` + w + `}}}`,
		"a task's error":    `{"type":"background-task-failed","runId":"r","payload":{"taskId":"t","toolCallId":"c","toolName":"t","error":{"message":` + w + `}}}`,
		"a step's error":    `{"type":"workflow-step-result","runId":"r","payload":{"id":"s","status":"failed","error":{"message":` + w + `}}}`,
		"a workflow's":      `{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"failed","metadata":{"error":{"message":` + w + `}}}}`,
		"without a type":    `{"error":` + w + `}`,
		"of another server": `{"error":{"message":` + w + `}}`,
	} {
		for where, nested := range within(chunk) {
			if where != "" && strings.HasPrefix(chunk, `{"error"`) {
				continue
			}
			out[name+where] = nested
		}
	}
	return out
}

// A server that puts the token it was sent into the words of a failure must not have it
// shown to a browser or in a log.
func TestEcho_InAChunkReachesNobody(t *testing.T) {
	const token = `secret-"7f3a9c`
	for _, quoted := range []string{token, strings.ToUpper(token), "%73ecret-%227f3a9c"} {
		for name, chunk := range tellingOf("bad token " + quoted + " given") {
			t.Run(name, func(t *testing.T) {
				client := serve(t, func(w http.ResponseWriter, r *http.Request) {
					if strings.Contains(r.URL.Path, "/memory/") {
						say(w, 404, `{"error":"none"}`)
						return
					}
					w.Header().Set("Content-Type", "text/event-stream")
					fmt.Fprintf(w, "data: {\"type\":\"start\",\"runId\":\"r\",\"payload\":{}}\n\ndata: %s\n\ndata: [DONE]\n\n", chunk)
				}, mastra.WithToken(token))
				shown := func(what, text string) {
					for _, form := range []string{token, quoted, strings.Trim(js(token), `"`), strings.Trim(js(quoted), `"`)} {
						assert.NotContains(t, text, form, what)
					}
				}
				open := func() *mastra.AgentStream {
					s, err := client.Agent("a").Stream(t.Context(), ask())
					require.NoError(t, err)
					return s
				}
				s, hidden := open(), false
				for c, err := range s.Chunks() {
					if err != nil {
						shown("the end", err.Error())
						break
					}
					shown("the chunk", string(c.Raw()))
					shown("its payload", string(c.Payload()))
					hidden = hidden || strings.Contains(string(c.Raw()), "[hidden]")
					text, err := json.Marshal(c.Value())
					require.NoError(t, err)
					shown("its value", string(text))
					if v, ok := c.Value().(*stream.ErrorChunk); ok {
						shown("its error", fmt.Sprintf("%+v %v", v.Err(), v))
					}
				}
				assert.True(t, hidden)

				forwarded := httptest.NewRecorder()
				_ = stream.Forward(forwarded, open().Stream)
				shown("forwarded", forwarded.Body.String())
				assert.Contains(t, forwarded.Body.String(), "[hidden]")

				chat := httptest.NewRecorder()
				aisdk.Handler(client.Agent("a"), aisdk.Config{}).ServeHTTP(chat, httptest.NewRequest("POST", "/api/chat",
					strings.NewReader(`{"id":"c","messages":[{"id":"m","role":"user","parts":[{"type":"text","text":"hi"}]}],"trigger":"submit-message"}`)))
				shown("the chat", chat.Body.String())
			})
		}
	}
}

func TestEcho_InAChunkLeavesEverythingElseAsItIs(t *testing.T) {
	for name, tt := range map[string]struct{ token, chunk string }{
		"a text":           {"production", `{"type":"text-delta","runId":"r","payload":{"id":"1","text":"in production"}}`},
		"a result":         {"production", `{"type":"tool-result","runId":"r","payload":{"toolCallId":"c","toolName":"t","result":{"error":null,"url":"https://x.test/?in=production"}}}`},
		"a URL":            {"other", `{"type":"error","runId":"r","payload":{"error":{"message":"no https://u@x.test/?q=1 there"}}}`},
		"an object's text": {"production", `{"type":"object-result","object":{"error":"in production"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				fmt.Fprintf(w, "data: %s\n\ndata: [DONE]\n\n", tt.chunk)
			}, mastra.WithToken(tt.token))
			s, err := client.Agent("a").Stream(t.Context(), ask())
			require.NoError(t, err)
			defer s.Close()
			c, err := s.Next()
			require.NoError(t, err)
			assert.Equal(t, tt.chunk, string(c.Raw()))
		})
	}
}

// What is no text, or more than the inside of one, is hidden whole.
func TestEcho_InAChunkKeepsItJSON(t *testing.T) {
	for token, chunk := range map[string]string{
		"12345678":     `{"type":"error","runId":"r","payload":{"error":{"code":12345678,"message":"no"}}}`,
		`","message":`: `{"type":"tool-error","runId":"r","payload":{"toolCallId":"c","toolName":"t","error":{"name":"x","message":"no"}}}`,
		`{"reason":"`:  `{"type":"tripwire","runId":"r","payload":{"reason":"no"}}`,
	} {
		t.Run(token, func(t *testing.T) {
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				fmt.Fprintf(w, "data: %s\n\ndata: [DONE]\n\n", chunk)
			}, mastra.WithToken(token))
			s, err := client.Agent("a").Stream(t.Context(), ask())
			require.NoError(t, err)
			defer s.Close()
			c, err := s.Next()
			require.NoError(t, err)
			assert.True(t, json.Valid(c.Raw()), "%s", c.Raw())
			assert.Contains(t, string(c.Raw()), `"[hidden]"`)
			assert.Contains(t, chunk, `"type":"`+c.Type+`"`)
		})
	}
}
