package mastra_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// networked gives the result of a network's stream.
func networked(t *testing.T, body string) *mastra.NetworkResult {
	t.Helper()
	res, err := inMemory(t, play(answer(200, body, "Content-Type", "text/event-stream"))).Agent("router").Network(t.Context(), ask())
	require.NoError(t, err)
	return res
}

func recordedNetwork(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("stream/testdata/network-" + name + ".sse")
	require.NoError(t, err)
	return string(text)
}

func TestNetworkResult_ErrTellsOfANetworkThatDidNotComplete(t *testing.T) {
	for _, name := range []string{"agent", "none", "tool", "workflow"} {
		res := networked(t, recordedNetwork(t, name))
		assert.True(t, res.Done, name)
		assert.NoError(t, res.Err(), name)
	}
	const done = "data: [DONE]\n\n"
	finish := `data: {"type":"network-execution-event-finish","runId":"n","from":"NETWORK","payload":{"isComplete":false,"completionReason":"10 iterations","result":"so far","iteration":9}}` + "\n\n"
	for _, tt := range []struct{ name, body, says string }{
		{"the model failed", recordedNetwork(t, "model-fails"), "failed: the network ended without a result"},
		{"nothing was waiting", done, "run failed: the network ended without a result"},
		{"the task was not completed", finish + done, "run n failed: the network did not complete the task: 10 iterations"},
		{"and nobody says why", `data: {"type":"network-execution-event-finish","runId":"n","payload":{}}` + "\n\n" + done, "run n failed: the network did not complete the task"},
		{"it was aborted", `data: {"type":"routing-agent-abort","runId":"n","payload":{"primitiveType":"routing"}}` + "\n\n" + done, "run n failed: the network was aborted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := networked(t, tt.body)
			var failed *mastra.RunError
			require.ErrorAs(t, res.Err(), &failed)
			assert.ErrorContains(t, failed, tt.says)
			assert.Equal(t, 502, mastra.HTTPStatus(res.Err()))
			text, err := json.Marshal(res)
			require.NoError(t, err)
			back := decode[mastra.NetworkResult](t, text)
			assert.Equal(t, res.Err(), back.Err())
		})
	}
	waits := networked(t, `data: {"type":"tool-execution-approval","runId":"n","payload":{"toolCallId":"c","toolName":"delicate"}}`+"\n\n"+done)
	require.Len(t, waits.Pending(), 1)
	assert.NoError(t, waits.Err(), "waiting is no error")
	assert.NoError(t, new(mastra.NetworkResult).Err())
}
