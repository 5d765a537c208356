package mockserver_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

type asked struct {
	Prompt string `json:"prompt"`
}

// echoing answers with what it is asked, and calls the tool "delicate" where it has one.
func echoing(tools ...mockserver.Tool) mockserver.Agent {
	return mockserver.Agent{ID: "echo", Description: "Echoes", Tools: tools, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		if len(tools) > 0 {
			call.CallInPieces("delicate", `{"n":1}`)
			return nil
		}
		call.Text(call.LastUserText())
		return nil
	}}
}

func TestAgentStep_GivesTextObjectOrTripwire(t *testing.T) {
	type sorted struct {
		Kind string `json:"kind"`
	}
	blocking := echoing()
	blocking.Gate = &mockserver.Processor{ID: "gate", Check: func(_ context.Context, text string) *mockserver.Tripwire {
		if strings.Contains(text, "leak") {
			return &mockserver.Tripwire{Reason: "Blocked"}
		}
		return nil
	}}
	_, c := start(t,
		mockserver.WithWorkflow(mockserver.NewWorkflow[asked, any]("text").Then(mockserver.AgentStep(echoing()))),
		mockserver.WithWorkflow(mockserver.NewWorkflow[asked, any]("object").Then(mockserver.AgentStepAs[sorted](echoing()))),
		mockserver.WithWorkflow(mockserver.NewWorkflow[asked, any]("gated").Then(mockserver.AgentStep(blocking))))
	run := func(workflow, prompt string) map[string]any {
		return c.object("/api/workflows/"+workflow+"/start-async", map[string]any{"inputData": asked{prompt}})
	}

	assert.Equal(t, map[string]any{"text": "hello"}, run("text", "hello")["result"])
	assert.Equal(t, map[string]any{"kind": "x"}, run("object", `{"kind":"x"}`)["result"])
	assert.Contains(t, at(run("object", `{"kind":5}`), "error", "message"), "without producing an object")
	blocked := run("gated", "a leak")
	assert.Equal(t, "tripwire", blocked["status"])
	assert.Equal(t, map[string]any{"reason": "Blocked", "processorId": "gate"}, blocked["tripwire"])

	_, body := c.post("/api/workflows/text/stream?runId=s", map[string]any{"inputData": asked{"hello"}})
	assert.Contains(t, body, `"stepName":"echo","output":{"type":"text-delta"`)
	assert.Contains(t, body, `"totalTokens":18`)
	_, body = c.get("/api/workflows/text")
	assert.Contains(t, body, `"stepGraph":[{"type":"agent","id":"echo","agentId":"echo","description":"Echoes"}]`)
}

func TestAgentStep_WaitsForEverWhereItsAgentWaits(t *testing.T) {
	delicate := mockserver.NewTool("delicate", "", func(_ *mockserver.ToolCall, in number) (number, error) { return in, nil }).RequireApproval()
	mock, c := start(t, mockserver.WithWorkflow(mockserver.NewWorkflow[asked, any]("waits").Then(mockserver.AgentStep(echoing(delicate)))))
	res := c.open(t.Context(), "POST", "/api/workflows/waits/stream?runId=w", map[string]any{"inputData": asked{"hello"}})
	records := bufio.NewReader(res.Body)
	for {
		record, err := records.ReadString(0x1e)
		require.NoError(t, err)
		if strings.Contains(record, "tool-call-approval") {
			break
		}
	}
	status, _ := c.post("/api/workflows/waits/runs/w/cancel", "{}")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "canceled", got(t, c, "/api/workflows/waits/runs/w")["status"])
	mock.Close() // it does not wait for ever
}

func TestToolStep_SeesTheStepAndIsResumed(t *testing.T) {
	type question struct {
		Question string `json:"question"`
	}
	confer := mockserver.NewTool("confer", "Confers", func(call *mockserver.ToolCall, in question) (question, error) {
		if err := call.Step.SetState(map[string]string{"asked": in.Question}); err != nil {
			return in, err
		}
		var given question
		if call.Resumed(&given) {
			return given, nil
		}
		return in, call.Suspend(in)
	}).Suspends(question{}).Resumes(question{})
	_, c := start(t, mockserver.WithTool(confer), mockserver.WithWorkflow(mockserver.NewWorkflow[question, any]("confers").
		Then(mockserver.ToolStep(confer).Retries(1).Metadata(map[string]int{"n": 1}))))
	waiting := c.object("/api/workflows/confers/start-async?runId=c", map[string]any{"inputData": question{"why"}})
	assert.Equal(t, map[string]any{"question": "why"}, at(waiting, "suspendPayload", "confer"))
	done := c.object("/api/workflows/confers/resume-async?runId=c", map[string]any{"resumeData": question{"because"}})
	assert.Equal(t, map[string]any{"question": "because"}, done["result"])
	assert.Equal(t, map[string]any{"asked": "why"}, got(t, c, "/api/workflows/confers/runs/c")["initialState"])
	_, body := c.get("/api/workflows/confers")
	assert.Contains(t, body, `"stepGraph":[{"type":"tool","id":"confer","toolId":"confer","description":"Confers","options":{"retries":1,"metadata":{"n":1}}}]`)
	assert.PanicsWithValue(t, "mockserver: metadata of step confer: json: unsupported type: func()", func() { mockserver.ToolStep(confer).Metadata(func() {}) })
}

func got(t *testing.T, c *caller, path string) map[string]any {
	t.Helper()
	status, body := c.get(path)
	require.Equal(t, http.StatusOK, status, body)
	return decode(t, body)
}
