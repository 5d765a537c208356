package mockserver_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestPrompt_HasAResultWhoseCallIsNowhere(t *testing.T) {
	_, c := start(t)
	result := c.object("/api/agents/plain/generate", `{"messages":[{"role":"tool","content":[{"type":"tool-result","toolCallId":"c","toolName":"mine","result":{"b":2}}]}]}`)
	assert.Equal(t, `Tool said: [{"type":"json","value":{"b":2}}]`, result["text"])
}

func TestPrompt_LacksACallWithoutAResultUnlessItIsWanted(t *testing.T) {
	_, c := start(t)
	const messages = `"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool-call","toolCallId":"c","toolName":"mine","input":{}}]}]`
	result := c.object("/api/agents/plain/generate", `{`+messages+`}`)
	assert.Equal(t, "You said: q", result["text"])
	result = c.object("/api/agents/plain/generate", `{`+messages+`,"memory":{"thread":"t","resource":"r","options":{"filterIncompleteToolCalls":false}}}`)
	assert.Equal(t, `Tool said: [{"type":"json","value":{"status":"pending"}}]`, result["text"])
}

func TestMemory_KeepsAFileAsADataURL(t *testing.T) {
	_, c := start(t)
	c.object("/api/agents/assistant/generate", `{"memory":{"thread":"t","resource":"r"},"messages":[{"role":"user","content":[{"type":"file","data":"aGk=","mediaType":"text/plain","filename":"a.txt"}]}]}`)
	_, body := c.get("/api/memory/threads/t/messages?agentId=assistant")
	part := at(decode(t, body)["messages"].([]any)[0].(map[string]any), "content", "parts").([]any)[0].(map[string]any)
	assert.Equal(t, "data:text/plain;base64,aGk=", part["data"])
	assert.Equal(t, "a.txt", part["filename"])
}

func TestModel_ThatTakesTooLongIsLeft(t *testing.T) {
	c := mine(t, mockserver.Agent{Model: func(ctx context.Context, _ *mockserver.ModelCall) error {
		<-ctx.Done()
		return ctx.Err()
	}})
	for setting, message := range map[string]string{
		"totalMs":      "Agent execution timed out after 5ms (modelSettings.timeout.totalMs)",
		"stepMs":       "Model call timed out after 5ms (modelSettings.timeout.stepMs)",
		"firstChunkMs": "Model call timed out before first content after 5ms (modelSettings.timeout.firstChunkMs)",
	} {
		status, body := c.post("/api/agents/mine/generate", `{"messages":"x","modelSettings":{"timeout":{"`+setting+`":5}}}`)
		assert.Equal(t, 500, status)
		assert.Equal(t, message, decode(t, body)["error"])
	}
}

func TestWorkingMemory_IsWrittenByTheModel(t *testing.T) {
	_, c := start(t)
	c.object("/api/agents/assistant/generate", `{"messages":"tool:updateWorkingMemory {\"memory\":\"# me\"}","memory":{"thread":"t","resource":"r"}}`)
	_, body := c.get("/api/memory/threads/t/working-memory?agentId=assistant&resourceId=r")
	assert.Equal(t, "# me", decode(t, body)["workingMemory"])
	_, body = c.get("/api/memory/threads/t/messages?agentId=assistant")
	assert.NotContains(t, body, "updateWorkingMemory\",\"args", "the call itself is not kept")
}

func TestNetwork_GoesOnOnceItsToolIsDecidedOn(t *testing.T) {
	_, c := start(t)
	list := c.stream("/api/agents/assistant/network", `{"runId":"n","maxSteps":1,"memory":{"thread":"t","resource":"r"},"messages":`+
		`"json:{\"primitiveId\":\"delicate\",\"primitiveType\":\"tool\",\"prompt\":\"{\\\"what\\\":\\\"vase\\\"}\",\"selectionReason\":\"why\"}"}`)
	require.NotEmpty(t, list)
	assert.Equal(t, "delicate", at(find(t, list, "tool-execution-approval"), "payload", "toolName"))
	list = c.stream("/api/agents/assistant/approve-network-tool-call", `{"runId":"n"}`)
	assert.Equal(t, "vase", at(find(t, list, "tool-execution-end"), "payload", "result", "done"))
	list = c.stream("/api/agents/assistant/decline-network-tool-call", `{"runId":"n","reason":"no"}`)
	assert.Equal(t, "no", at(find(t, list, "tool-execution-end"), "payload", "result"))
}
