package mastra_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// Each round adds a call and its result to the thread: the memory is asked to recall
// as many messages more, so that the question stays among them.
func TestClientTool_EachRoundRecallsTheQuestion(t *testing.T) {
	for _, tt := range []struct {
		name    string
		config  string
		options map[string]any
		want    []any
	}{
		{"what the agent recalls, the messages sent, and two for each round", `{"config":{"lastMessages":10}}`, nil, []any{nil, 15.0, 17.0}},
		{"an agent that recalls nothing", `{"config":{"lastMessages":false}}`, nil, []any{nil, 5.0, 7.0}},
		{"a limit of the caller's stays", `{"config":{"lastMessages":10}}`, map[string]any{"lastMessages": 4}, []any{4.0, 4.0, 4.0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var limits []any
			rt := roundTripper(func(req *http.Request) (*http.Response, error) {
				if strings.HasSuffix(req.URL.Path, "/memory/config") {
					return answer(200, tt.config)(req)
				}
				text, err := io.ReadAll(req.Body)
				require.NoError(t, err)
				body := decode[struct {
					Memory struct{ Options map[string]any }
				}](t, text)
				limits = append(limits, body.Memory.Options["lastMessages"])
				if len(limits) == 3 {
					return answer(200, `{"text":"done","finishReason":"stop"}`)(req)
				}
				return answer(200, fmt.Sprintf(`{"text":"","finishReason":"tool-calls","runId":"r","toolCalls":[{"type":"tool-call","payload":{"toolCallId":"c-%d","toolName":"now","args":{}}}]}`, len(limits)))(req)
			})
			now := mastra.NewClientTool("now", "", func(context.Context, struct{}) (string, error) { return "noon", nil })
			res, err := inMemory(t, rt).Agent("a").Generate(t.Context(), mastra.AgentRequest{
				Messages: mastra.Messages{mastra.System("be brief"), mastra.Assistant("hi"), mastra.User("when?")},
				Memory:   &mastra.MemoryRef{ThreadID: "t", ResourceID: "u", Options: tt.options}, ClientTools: []mastra.ClientTool{now},
			})
			require.NoError(t, err)
			assert.Equal(t, "done", res.Text)
			assert.Equal(t, tt.want, limits)
		})
	}
}
