package mastra

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mastra-go/mastra/stream"
)

var operations = []operation{
	opAgentsProviders, opAgentSetModel, opAgentResetModel, opAgentReorder, opAgentUpdateModel,
	opAgentEnhance, opAgentClone, opAgentPlanFile, opAgentSkill, opAgentNetwork,
	opAgentApproveNetwork, opAgentDeclineNetwork, opAgentObserve, opAgentRecover, opAgentsList,
	opAgentGet, opAgentGenerate, opAgentStream, opAgentResume, opAgentUntilIdle, opResumeUntilIdle,
	opAgentApprove, opAgentDecline, opApproveGenerate, opDeclineGenerate, opAgentSendMessage,
	opAgentQueueMessage, opAgentSendSignal, opAgentAbortThread, opAgentSubscribe, opAgentSuspended,
	opAgentSendApproval, opHealth, opMemoryListThreads, opMemoryCreateThread, opMemorySave,
	opThreadGet, opThreadMessages, opMemoryStatus, opMemoryConfig, opMemoryDelete, opMemorySearch,
	opMemoryObservations, opMemoryBuffer, opThreadUpdate, opThreadDelete, opThreadClone,
	opThreadTransfer, opThreadWorking, opThreadSetWorking, opRunGet, opRunCancel, opRunObserve,
	opRunDelete, opRunTimeTravel, opRunTimeTravelDetached, opRunTimeTravelStream, opRunRestart,
	opRunRestartDetached, opRunStartAsync, opRunResumeAsync, opRunResumeNoWait, opRunResumeStream,
	opRunResumeDetached, opRunStream, opRunStart, opToolsList, opToolGet, opToolExecute,
	opAgentToolGet, opAgentToolExecute, opVectorCreateIndex, opVectorUpsert, opVectorQuery,
	opVectorsList, opVectorsEmbedders, opVectorIndexes, opVectorDescribe, opVectorDelete,
	opVoiceSpeakers, opVoiceListener, opVoiceSpeak, opVoiceListen, opWorkflowsRunCounts,
	opWorkflowListRuns, opRestartAll, opRestartAllDetached, opWorkflowsList, opWorkflowGet,
	opWorkflowCreateRun,
}

// What the client knows of a route is what openapi.yaml says, for every route.
func TestOperationsAgreeWithTheAPIDescription(t *testing.T) {
	type described struct {
		ID      string                         `yaml:"operationId"`
		Retry   string                         `yaml:"x-mastra-retry"`
		Context string                         `yaml:"x-mastra-request-context"`
		Stream  *struct{ Framing, End string } `yaml:"x-mastra-stream"`
	}
	var spec struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	text, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &spec))

	known := map[string]operation{}
	for _, op := range operations {
		require.NotContains(t, known, op.id)
		known[op.id] = op
	}
	framings := map[stream.Framing]string{stream.SSE: "sse", stream.Records: "records"}
	ends := map[stream.EndRule]string{
		stream.EndDoneOrTerminal: "done-or-terminal", stream.EndDone: "done",
		stream.EndWorkflow: "terminal", stream.EndEndless: "endless",
	}
	count := 0
	for path, methods := range spec.Paths {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			node, ok := methods[method]
			if !ok {
				continue
			}
			count++
			var d described
			require.NoError(t, node.Decode(&d))
			op, ok := known[d.ID]
			if !assert.True(t, ok, "the client has no operation %s", d.ID) {
				continue
			}
			assert.Equal(t, path, op.path, d.ID)
			assert.Equal(t, method, map[string]string{"GET": "get", "POST": "post", "PATCH": "patch", "DELETE": "delete"}[op.method], d.ID)
			assert.Equal(t, d.Retry == "safe", op.safe, "%s: x-mastra-retry", d.ID)
			assert.Equal(t, d.Context == "body", op.contextInBody, "%s: x-mastra-request-context", d.ID)
			if d.Stream == nil {
				assert.False(t, op.streams, "%s: x-mastra-stream", d.ID)
				continue
			}
			assert.Equal(t, d.Stream.Framing, framings[op.framing], "%s: framing", d.ID)
			assert.Equal(t, d.Stream.End, ends[op.end], "%s: end", d.ID)
		}
	}
	assert.Equal(t, count, len(known), "an operation that openapi.yaml does not describe")
}
