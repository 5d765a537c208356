package mockserver_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestApproval_IsTakenAsSoonAsItIsAskedFor(t *testing.T) {
	_, c := start(t)
	for _, agent := range []string{"assistant", "durable"} {
		for i := range 100 {
			run := fmt.Sprintf("%s-%d", agent, i)
			res := c.open(t.Context(), "POST", "/api/agents/"+agent+"/stream", `{"runId":"`+run+`","messages":"tool:delicate {\"what\":\"x\"}"}`)
			lines := bufio.NewScanner(res.Body)
			id := ""
			for id == "" && lines.Scan() {
				if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && strings.Contains(data, `"tool-call-approval"`) {
					id, _ = at(decode(t, data), "payload", "toolCallId").(string)
				}
			}
			require.NotEmpty(t, id)
			status, answer := c.post("/api/agents/"+agent+"/approve-tool-call", `{"runId":"`+run+`","toolCallId":"`+id+`"}`)
			assert.Equal(t, http.StatusOK, status, answer)
			require.Contains(t, answer, `"tool-result"`, agent)
			require.NoError(t, res.Body.Close())
		}
	}
}

// asking serves an agent whose sub-agent has a tool that needs approval.
func asking(t *testing.T, file string) (*mockserver.Running, *caller) {
	type in struct{}
	buy := mockserver.NewTool("buy", "", func(*mockserver.ToolCall, in) (string, error) { return "bought", nil }).RequireApproval()
	below := mockserver.Agent{ID: "below", Tools: []mockserver.Tool{buy}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		if call.ToolOutputs() == nil {
			call.Call("buy", in{})
			return nil
		}
		call.Text("it is done")
		return nil
	}}
	above := mockserver.Agent{ID: "above", Agents: []*mockserver.Agent{&below}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		if outputs := call.ToolOutputs(); outputs != nil {
			call.Text(string(outputs[0]))
			return nil
		}
		call.Call("agent-below", map[string]string{"prompt": "buy"})
		return nil
	}}
	mock, c := start(t, mockserver.WithAgent(above), mockserver.WithAgent(below))
	require.NoError(t, mock.KeepState(file))
	return mock, c
}

func TestApproval_OfASubAgentsToolIsGivenAbove(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	mock, c := asking(t, file)
	list := c.stream("/api/agents/above/stream", `{"runId":"r","messages":"go"}`)
	asked := list[len(list)-1]
	assert.Equal(t, "tool-call-approval", asked["type"])
	assert.Equal(t, "buy", at(asked, "payload", "toolName"))
	id := at(asked, "payload", "toolCallId")
	require.NoError(t, mock.SaveState())

	_, c = asking(t, file) // the next server knows of both runs
	_, waiting := c.get("/api/agents/above/suspended-runs")
	assert.Contains(t, waiting, `"toolName":"buy"`)
	list = c.stream("/api/agents/above/approve-tool-call", map[string]any{"runId": "r", "toolCallId": id})
	result := find(t, list, "tool-result")
	assert.Equal(t, "it is done", at(result, "payload", "result", "text"))
	assert.Equal(t, "finish", types(list)[len(list)-1])
}
