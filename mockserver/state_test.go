package mockserver_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// kept starts a server that keeps its state in the file.
func kept(t *testing.T, file string, options ...mockserver.Option) (*mockserver.Running, *caller) {
	t.Helper()
	mock, c := start(t, options...)
	require.NoError(t, mock.KeepState(file))
	return mock, c
}

func TestStateFile_KeepsWhatIsStored(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	mock, c := kept(t, file)
	thread := `{"resourceId":"r","threadId":"t","title":"T","metadata":{"a":1}}`
	c.object("/api/memory/threads?agentId=assistant", thread)
	c.object("/api/agents/assistant/generate", `{"messages":"hi","memory":{"thread":"t","resource":"r"}}`)
	c.object("/api/memory/threads/t/working-memory?agentId=assistant", `{"workingMemory":"w","resourceId":"r"}`)
	c.object("/api/vector/vec/create-index", `{"indexName":"i","dimension":2}`)
	c.object("/api/vector/vec/upsert", `{"indexName":"i","vectors":[[0.1,0.7]],"ids":["v"],"metadata":[{"m":true}]}`)
	c.object("/api/workflows/fan/start-async?runId=f", `{"inputData":[1,-2]}`)
	c.object("/api/workflows/outer/start-async?runId=o", `{"inputData":{"n":3}}`)
	c.object("/api/workflows/doubler/start-async?runId=d", `{"inputData":{"n":3}}`)
	look := []string{"/api/memory/threads", "/api/memory/threads/t/messages", "/api/memory/threads/t/working-memory?agentId=assistant&resourceId=r",
		"/api/vector/vec/indexes/i", "/api/workflows/fan/runs/f", "/api/workflows/outer/runs/o", "/api/workflows/doubler/runs", "/api/agents/assistant/suspended-runs"}
	run := c.object("/api/agents/assistant/generate", `{"messages":"tool:delicate {\"what\":\"vase\"}"}`)["runId"].(string)
	var before []string
	for _, path := range look {
		_, body := c.get(path)
		before = append(before, body)
	}
	mock.Close()

	_, c = kept(t, file)
	for i, path := range look {
		_, body := c.get(path)
		assert.JSONEq(t, before[i], body, path)
	}
	_, body := c.post("/api/vector/vec/query", `{"indexName":"i","queryVector":[0.1,0.7],"includeVector":true}`)
	assert.Contains(t, body, `"metadata":{"m":true},"vector":[0.1,0.7]`)
	assert.Equal(t, "success", c.object("/api/workflows/fan/resume-async?runId=f", `{"resumeData":{"value":5}}`)["status"])
	assert.Equal(t, "success", c.object("/api/workflows/outer/resume-async?runId=o", `{"resumeData":{"approved":true}}`)["status"])
	calls := "/api/agents/assistant/suspended-runs"
	_, body = c.get(calls)
	require.Contains(t, body, run)
	_, id, _ := strings.Cut(body, `"toolCallId":"`)
	id, _, _ = strings.Cut(id, `"`)
	answer := c.object("/api/agents/assistant/approve-tool-call-generate", map[string]string{"runId": run, "toolCallId": id})
	assert.Contains(t, answer["text"], `{"done":"vase"}`)
	_, body = c.get(calls)
	assert.NotContains(t, body, run)
}

func TestStateFile_ThatIsDamagedIsAnErrorAndStays(t *testing.T) {
	for name, content := range map[string]string{
		"cut off":         `{"mastraMock":1,"memory":{"thr`,
		"empty":           ``,
		"something else":  `{"name":"x"}`,
		"of a later time": `{"mastraMock":99}`,
		"no list":         `{"mastraMock":1,"memory":{"threads":1,"messages":[]},"vectors":{},"workflowRuns":[],"agentRuns":[]}`,
		"no time":         `{"mastraMock":1,"memory":{"threads":[{"id":"t"}],"messages":[]},"vectors":{},"workflowRuns":[],"agentRuns":[]}`,
		"no context":      `{"mastraMock":1,"memory":{"threads":[],"messages":[]},"vectors":{},"workflowRuns":[{"run":"r","createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"}],"agentRuns":[]}`,
		"no vector":       `{"mastraMock":1,"memory":{"threads":[],"messages":[]},"vectors":{"vec":[{"name":"i","dimension":2,"vectors":[{"id":"v","values":[1]}]}]},"workflowRuns":[],"agentRuns":[]}`,
		"no tool call":    `{"mastraMock":1,"memory":{"threads":[],"messages":[]},"vectors":{},"workflowRuns":[],"agentRuns":[{"runId":"r","at":"2026-01-01T00:00:00Z","steps":[]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "state.json")
			require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
			mock, c := start(t)
			require.ErrorContains(t, mock.KeepState(file), "state file "+file+" cannot be used: it ")
			c.object("/api/memory/threads?agentId=assistant", `{"resourceId":"r"}`)
			mock.Close()
			left, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, content, string(left))
		})
	}
}

func TestRestart_TakesUpARunThatWasCutOff(t *testing.T) {
	type in struct{}
	waits := true // of the first server the step never ends
	work := mockserver.NewStep("work", func(s *mockserver.StepCall, _ in) (string, error) {
		if waits {
			<-s.Done()
		}
		return "done", nil
	})
	world := mockserver.WithWorkflow(mockserver.NewWorkflow[in, string]("job").Then(work))
	file := filepath.Join(t.TempDir(), "state.json")
	mock, c := kept(t, file, world)
	for _, id := range []string{"a", "b"} {
		c.object("/api/workflows/job/create-run?runId="+id, `{}`)
		c.object("/api/workflows/job/start?runId="+id, `{"inputData":{}}`)
	}
	require.NoError(t, mock.SaveState())
	mock.Close()

	waits = false
	_, c = kept(t, file, world)
	_, body := c.get("/api/workflows/job/runs/a")
	require.Contains(t, body, `"status":"running"`)
	assert.Equal(t, "success", c.object("/api/workflows/job/restart-async?runId=a", `{}`)["status"])
	c.object("/api/workflows/job/restart-all-active-workflow-runs-async", `{}`)
	_, body = c.get("/api/workflows/job/runs/b")
	assert.Contains(t, body, `"result":"done"`)
}

func TestStateFile_HasWhatARunHasDoneAndAClientHasSeen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	_, c := kept(t, file)
	c.object("/api/workflows/slowly/create-run?runId=s", `{}`)
	c.object("/api/workflows/slowly/start?runId=s", `{"inputData":{"ms":20}}`)
	for {
		_, body := c.get("/api/workflows/slowly/runs/s")
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(body, `"result":{`) {
			assert.Contains(t, string(content), `"result":{`)
			return
		}
	}
}

func TestStateFile_KeepsADurableRunForItsApproval(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	mock, c := kept(t, file)
	first := openFrames(t, c.open(t.Context(), "POST", durable+"stream", `{"messages":"tool:delicate {\"what\":\"b\"}","runId":"r"}`).Body)
	id := at(until(t, first, "tool-call-approval"), "payload", "toolCallId").(string)
	_, body := c.get("/api/agents/durable/suspended-runs")
	require.Contains(t, body, id)
	mock.Close()

	_, c = kept(t, file)
	list := c.stream(durable+"approve-tool-call", map[string]any{"runId": "r", "toolCallId": id})
	assert.Contains(t, types(list), "tool-result")
	assert.Equal(t, "finish", types(list)[len(list)-1])
}
