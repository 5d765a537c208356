package mockserver_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

const (
	assistant = "/api/agents/assistant/"
	onThread  = `"threadId":"t","resourceId":"r"`
)

// followThread subscribes to the thread t of the resource r.
func followThread(t *testing.T, c *caller) func() map[string]any {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	t.Cleanup(leave)
	body := bufio.NewReader(c.open(ctx, "POST", assistant+"threads/subscribe", "{"+onThread+"}").Body)
	first, err := body.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, ": connected\n", first)
	return openFrames(t, body)
}

// textOf reads a followed thread to the end of a run.
func textOf(t *testing.T, next func() map[string]any, runID any) string {
	t.Helper()
	text := ""
	for {
		chunk := next()
		require.NotNil(t, chunk)
		if chunk["runId"] != runID {
			continue
		}
		switch chunk["type"] {
		case "text-delta":
			text += at(chunk, "payload", "text").(string)
		case "finish", "abort":
			return text
		}
	}
}

func TestAgentThread_MessageToAnIdleOneStartsARunThatFollowersSee(t *testing.T) {
	_, c := start(t)
	next := followThread(t, c)
	receipt := c.object(assistant+"send-message", `{"message":"hi",`+onThread+`}`)
	assert.Equal(t, true, receipt["accepted"])
	assert.Equal(t, "user", at(receipt, "signal", "tagName"))
	assert.Equal(t, "start", next()["type"])
	told := next()
	assert.Equal(t, "data-user-message", told["type"])
	assert.Equal(t, receipt["runId"], told["runId"])
	assert.Equal(t, at(receipt, "signal", "id"), at(told, "data", "id"))
	end := until(t, next, "finish")
	assert.NotContains(t, end["payload"], "messages", "followers do not get the conversation")

	_, text := c.get("/api/memory/threads/t/messages?agentId=assistant")
	stored := decode(t, text)["messages"].([]any)
	require.Len(t, stored, 2)
	assert.Equal(t, "signal", at(stored[0], "role"))
	assert.Equal(t, "user", at(stored[0], "type"))
	assert.Equal(t, "You said: hi", at(stored[1], "content", "content"))
}

func TestAgentThread_SignalIsToldWithinItsTag(t *testing.T) {
	_, c := start(t)
	next := followThread(t, c)
	receipt := c.object(assistant+"signals", `{"signal":{"type":"system-reminder","contents":"mind","attributes":{"a":"<b>","n":1,"z":null}},`+onThread+`}`)
	assert.Equal(t, "reactive", at(receipt, "signal", "type"))
	assert.Equal(t, `You said: <system-reminder a="&lt;b&gt;" n="1">mind</system-reminder>`, textOf(t, next, receipt["runId"]))
}

func TestAgentThread_ActiveRunGoesOnWithTheMessagesThatArrive(t *testing.T) {
	_, c := start(t)
	next := followThread(t, c)
	stream := c.open(t.Context(), "POST", assistant+"stream", `{"messages":"slow:8","memory":{"thread":"t","resource":"r"},"runId":"run"}`)
	until(t, next, "text-delta")
	receipt := c.object(assistant+"send-message", `{"message":"more","runId":"run"}`)
	assert.Equal(t, "run", receipt["runId"])
	queued := c.object(assistant+"queue-message", `{"message":"later",`+onThread+`}`)
	assert.NotEqual(t, "run", queued["runId"])
	assert.True(t, strings.HasSuffix(textOf(t, next, "run"), "You said: more"))
	assert.Equal(t, "You said: later", textOf(t, next, queued["runId"]), "what is queued runs after it")

	own := openFrames(t, stream.Body)
	first := until(t, own, "step-finish")
	assert.Equal(t, "other", at(first, "payload", "stepResult", "reason"))
	assert.Equal(t, true, at(first, "payload", "stepResult", "isContinued"))
	until(t, own, "finish")
}

func TestAgentThread_IsAborted(t *testing.T) {
	_, c := start(t)
	abort := func(body string) any { return c.object(assistant+"threads/abort", "{"+body+"}")["aborted"] }
	assert.Equal(t, false, abort(onThread), "nothing runs")
	next := followThread(t, c)
	stream := c.open(t.Context(), "POST", assistant+"stream", `{"messages":"slow:1000","memory":{"thread":"t","resource":"r"},"runId":"run"}`)
	until(t, next, "text-delta")
	assert.Equal(t, false, abort(onThread+`,"expectedRunId":"other"`))
	assert.Equal(t, false, abort(`"threadId":"t"`), "a thread of another resource, or of none")
	assert.Equal(t, true, abort(onThread+`,"expectedRunId":"run"`))
	assert.Equal(t, map[string]any{"type": "abort", "runId": "run"}, until(t, next, "abort"))

	own := openFrames(t, stream.Body)
	until(t, own, "abort")
	end := own()
	assert.Equal(t, "finish", end["type"])
	assert.Equal(t, "tripwire", at(end, "payload", "stepResult", "reason"))
	assert.Nil(t, own())
	_, text := c.get("/api/memory/threads/t/messages?agentId=assistant")
	assert.Contains(t, text, "chunk-0 ", "what was said is kept")
}

func TestAgentThread_MessageWithoutATargetIsRefused(t *testing.T) {
	_, c := start(t)
	for _, x := range []struct {
		path, body string
		status     int
		message    string
	}{
		{"send-message", `{"message":"x","runId":"nope"}`, 500, "No active agent run found for signal target"},
		{"signals", `{"signal":{"type":"user","contents":"x"},"runId":"nope"}`, 500, "No active agent run found for signal target"},
		{"queue-message", `{"message":"x","runId":"nope"}`, 500, "resourceId and threadId are required to queue a message"},
		{"send-message", `{"message":"x","threadId":"t"}`, 400, "Invalid request body"},
		{"signals", `{"signal":{"type":"no such","contents":"x"},` + onThread + `}`, 400, "Invalid request body"},
		{"signals", `{"signal":{},` + onThread + `}`, 400, "Invalid request body"},
		{"send-tool-approval", `{"approved":true,"toolCallId":"c",` + onThread + `}`, 500,
			`Agent "assistant" sendToolApproval() could not find an active or suspended run for thread "t". The run may have already completed or been resumed.`},
	} {
		status, text := c.post(assistant+x.path, x.body)
		assert.Equal(t, x.status, status, x.body)
		assert.Equal(t, x.message, decode(t, text)["error"], x.body)
	}
	c.object(assistant+"generate", `{"messages":"hi","memory":{"thread":"t","resource":"r"}}`)
	for _, path := range []string{"send-message", "queue-message", "threads/subscribe", "threads/abort"} {
		status, _ := c.post(assistant+path, `{"message":"x","threadId":"t","resourceId":"other"}`)
		assert.Equal(t, 403, status, path)
	}
}

func TestAgentThread_IsToldOfADecisionOnAToolCall(t *testing.T) {
	_, c := start(t)
	result := c.object(assistant+"generate", `{"messages":"tool:delicate {\"what\":\"vase\"}","memory":{"thread":"t","resource":"r"}}`)
	next := followThread(t, c)
	decision := fmt.Sprintf(`{"approved":false,"toolCallId":%q,%s}`, at(result, "suspendPayload", "toolCallId"), onThread)
	receipt := c.object(assistant+"send-tool-approval", decision)
	assert.Equal(t, result["runId"], receipt["runId"])
	until(t, next, "tool-output-denied")
	assert.Contains(t, textOf(t, next, result["runId"]), "Tool call was not approved by the user")
	status, _ := c.post(assistant+"send-tool-approval", decision)
	assert.Equal(t, 500, status, "it is decided")
}

func TestSuspendedRuns_AreFilteredAndPaged(t *testing.T) {
	_, c := start(t)
	for range 3 {
		c.object(assistant+"generate", `{"messages":"tool:delicate {\"what\":\"vase\"}","memory":{"thread":"t","resource":"r"}}`)
	}
	list := func(query string) (int, map[string]any) {
		status, text := c.get(assistant + "suspended-runs" + query)
		return status, decode(t, text)
	}
	for query, n := range map[string]int{"": 3, "?perPage=1&page=0": 1, "?perPage=2&page=1": 1, "?perPage=1&page=9": 0, "?perPage=1": 3, "?page=1": 3} {
		status, page := list(query)
		assert.Equal(t, 200, status)
		assert.Len(t, page["runs"], n, query)
		assert.Equal(t, 3.0, page["total"], query)
	}
	_, page := list("?fromDate=2999-01-01")
	assert.Equal(t, 0.0, page["total"])
	_, page = list("?toDate=2999-01-01&threadId=t&resourceId=r")
	assert.Equal(t, 3.0, page["total"])
	for query, want := range map[string]int{"?threadId=none": 403, "?threadId=t&resourceId=x": 403, "?fromDate=zz": 400, "?page=9007199254740993&perPage=1": 400} {
		status, _ := list(query)
		assert.Equal(t, want, status, query)
	}
}

func TestUntilIdle_IsAPlainStreamWithNoTasksBesideIt(t *testing.T) {
	_, c := start(t)
	list := c.stream(assistant+"stream-until-idle", `{"messages":"tool:ask-user {\"question\":\"why?\"}","maxIdleMs":50}`)
	suspended := list[len(list)-1]
	assert.Equal(t, "tool-call-suspended", suspended["type"])
	list = c.stream(assistant+"resume-stream-until-idle", map[string]any{"runId": suspended["runId"], "resumeData": map[string]any{"answer": "so"}})
	assert.Equal(t, "tool-result", list[0]["type"])
	assert.Equal(t, "finish", list[len(list)-1]["type"])
	status, text := c.post(assistant+"resume-stream-until-idle", map[string]any{"runId": suspended["runId"], "resumeData": 1})
	assert.Equal(t, 500, status)
	assert.Contains(t, text, "resumeStream() could not find a suspended run")
}

func TestRecover_RefusesWhatWaitsAndLeavesItWaiting(t *testing.T) {
	_, c := start(t)
	result := c.object(durable+"generate", `{"messages":"tool:delicate {\"what\":\"vase\"}"}`)
	list := c.stream(durable+"recover", map[string]any{"runId": result["runId"]})
	require.Len(t, list, 1)
	assert.Equal(t, "This workflow run was not active", at(list[0], "payload", "error", "message"))
	list = c.stream(durable+"approve-tool-call", map[string]any{"runId": result["runId"], "toolCallId": at(result, "suspendPayload", "toolCallId")})
	assert.Equal(t, "finish", list[len(list)-1]["type"])
	status, _ := c.post(durable+"recover", map[string]any{"runId": result["runId"]})
	assert.Equal(t, 500, status)
	status, _ = c.post("/api/agents/plain/recover", `{"runId":"r"}`)
	assert.Equal(t, 400, status)
}

func TestAgentThread_RemindersAreCountedAndNotListed(t *testing.T) {
	_, c := start(t)
	next := followThread(t, c)
	receipt := c.object(assistant+"signals", `{"signal":{"type":"reactive","contents":"mind"},`+onThread+`}`)
	textOf(t, next, receipt["runId"])
	for query, n := range map[string]int{"": 1, "&includeSystemReminders=false": 1, "&includeSystemReminders=true": 2} {
		_, text := c.get("/api/memory/threads/t/messages?agentId=assistant" + query)
		assert.Len(t, decode(t, text)["messages"], n, query)
		assert.Equal(t, 2.0, decode(t, text)["total"], query)
	}
	status, _ := c.get("/api/memory/threads/t/messages?agentId=assistant&includeSystemReminders=x")
	assert.Equal(t, 400, status)
}

func TestAgentThread_DurableRunsAreFollowedToo(t *testing.T) {
	_, c := start(t)
	next := followThread(t, c)
	receipt := c.object(durable+"send-message", `{"message":"one",`+onThread+`}`)
	assert.Equal(t, "You said: one", textOf(t, next, receipt["runId"]))
	c.stream(durable+"stream", `{"messages":"two","memory":{"thread":"t","resource":"r"},"runId":"run"}`)
	until(t, next, "response-metadata")
	end := until(t, next, "finish")
	assert.Equal(t, "run", end["runId"])
	assert.NotContains(t, at(end, "payload", "output"), "steps")
}

func TestAgentThread_MessageThatIsOnlyKeptStartsNoRun(t *testing.T) {
	_, c := start(t)
	c.object(assistant+"generate", `{"messages":"hi","memory":{"thread":"t","resource":"r"}}`)
	receipt := c.object(assistant+"send-message", `{"message":"for later","ifIdle":{"behavior":"persist"},`+onThread+`}`)
	assert.Equal(t, at(receipt, "signal", "id"), receipt["runId"])
	c.object(assistant+"send-message", `{"message":"for nothing","ifIdle":{"behavior":"discard"},`+onThread+`}`)
	_, text := c.get("/api/memory/threads/t/messages?agentId=assistant")
	assert.Len(t, decode(t, text)["messages"], 3)
	assert.Contains(t, text, "for later")
}

func TestAgentThread_SilentSubscriptionSaysThatItLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := mockserver.New()
		ctx, leave := context.WithCancel(t.Context())
		res := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(ctx, "POST", assistant+"threads/subscribe", strings.NewReader("{"+onThread+"}"))
		req.Header.Set("Content-Type", "application/json")
		done := make(chan struct{})
		go func() {
			defer close(done)
			mock.ServeHTTP(res, req)
		}()
		time.Sleep(51 * time.Second)
		leave()
		<-done
		mock.Close()
		assert.Equal(t, ": connected\n\n: heartbeat\n\n: heartbeat\n\n", res.Body.String())
	})
}
