package mockserver_test

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/mockserver"
)

// told makes a thread with three messages.
func told(c *caller) {
	c.t.Helper()
	c.object("/api/memory/threads?agentId=assistant", `{"resourceId":"r","threadId":"t","title":"Ti","metadata":{"a":1}}`)
	c.object("/api/memory/save-messages?agentId=assistant", `{"messages":[
		{"id":"1","role":"user","content":"one","threadId":"t","resourceId":"r","createdAt":"2026-01-01T00:00:01Z"},
		{"id":"2","role":"assistant","content":"two","threadId":"t","resourceId":"r","createdAt":"2026-01-01T00:00:02Z","type":"v2"},
		{"id":"3","role":"user","content":"three","threadId":"t","resourceId":"r","createdAt":"2026-01-01T00:00:03Z"}]}`)
}

func ids(v any) (out []string) {
	list, _ := v.([]any)
	for _, e := range list {
		out = append(out, at(e, "id").(string))
	}
	return out
}

func TestStoredMessage_OrderIsThatOfTheStoreOrOfTheMemory(t *testing.T) {
	_, c := start(t)
	told(c)
	const path, desc = "/api/memory/threads/t/messages?perPage=2", `&orderBy={"field":"createdAt","direction":"DESC"}`
	for query, want := range map[string][]string{
		"":                          {"1", "2"},
		"&agentId=plain":            {"1", "2"},
		desc:                        {"3", "2"},
		"&agentId=assistant":        {"2", "3"},
		"&agentId=assistant" + desc: {"2", "3"},
	} {
		res := c.read("GET", path+query)
		assert.Equal(t, want, ids(res["messages"]), query)
		for _, m := range res["messages"].([]any) {
			assert.NotContains(t, m, "type")
		}
	}
}

func TestSearch_ShowsTheNewestThread(t *testing.T) {
	_, c := start(t)
	told(c)
	const path = "/api/memory/search?agentId=assistant&resourceId=r&searchQuery=x"
	res := c.read("GET", path)
	assert.Equal(t, []string{"3", "2", "1"}, ids(res["results"]))
	assert.Equal(t, []string{"1", "2"}, ids(at(res["results"].([]any)[0], "context", "before")))
	assert.Equal(t, []string{"3", "2"}, ids(c.read("GET", path+"&limit=-1")["results"]))
	status, body := c.get(path + "&threadId=none")
	assert.Equal(t, 500, status)
	assert.Equal(t, `{"error":"No thread found with id none"}`, body)
}

func TestThread_IsClonedAndTransferred(t *testing.T) {
	_, c := start(t)
	told(c)
	clone := c.object("/api/memory/threads/t/clone?agentId=assistant", `{"newThreadId":"c","metadata":{"b":2},"options":{"messageLimit":2}}`)
	assert.Equal(t, "Clone of Ti", at(clone, "thread", "title"))
	assert.Equal(t, "3", at(clone, "thread", "metadata", "clone", "lastMessageId"))
	assert.Len(t, clone["messageIdMap"], 2)
	status, _ := c.post("/api/memory/threads/t/clone?agentId=assistant", `{"newThreadId":"c"}`)
	assert.Equal(t, 500, status)
	moved := c.object("/api/memory/threads/c/transfer", `{"resourceId":"other"}`)
	assert.Equal(t, map[string]any{}, moved["metadata"])
	res := c.read("GET", "/api/memory/threads/c/messages?resourceId=other")
	assert.Equal(t, "other", at(res["messages"].([]any)[0], "resourceId"))
	status, _ = c.post("/api/memory/messages/delete?agentId=assistant&resourceId=other", `{"messageIds":"1"}`)
	assert.Equal(t, 403, status)
	_, c = start(t, mockserver.WithToken("x"))
	assert.Equal(t, 403, c.open(t.Context(), "POST", "/api/memory/threads/c/transfer", `{"resourceId":"o"}`, "Authorization", "x").StatusCode)
}

func TestTimeTravel_ReachesOneOfTheStepsSideBySide(t *testing.T) {
	_, c := start(t)
	run := "?runId=r"
	c.object("/api/workflows/review/start-async"+run, `{"inputData":{"n":1}}`)
	c.object("/api/workflows/review/resume-async"+run, `{"step":"left","resumeData":{"approved":true}}`)
	res := c.object("/api/workflows/review/time-travel-async"+run, `{"step":"left","inputData":{"n":2}}`)
	assert.Equal(t, "suspended", at(res, "steps", "left", "status"))
	assert.Equal(t, "suspended", res["status"])
	c.object("/api/workflows/outer/start-async"+run, `{"inputData":{"n":1}}`)
	res = c.object("/api/workflows/outer/time-travel-async"+run, `{"step":"approval.double","inputData":{"n":5}}`)
	assert.Equal(t, "suspended", res["status"])
	status, body := c.post("/api/workflows/outer/time-travel-async"+run, `{"step":"approval","inputData":{"n":"x"}}`)
	assert.Equal(t, 400, status)
	assert.Contains(t, body, "Invalid inputData")
}

func TestWorkingMemory_BelongsToWhatTheScopeSays(t *testing.T) {
	for scope, shared := range map[mockserver.Scope]any{"": "w", mockserver.ScopeResource: "w", mockserver.ScopeThread: nil} {
		_, c := start(t, mockserver.WithAgent(mockserver.Agent{ID: "mine", Model: says("x"),
			Memory: &mockserver.Memory{WorkingMemory: mockserver.DefaultWorkingMemory, WorkingMemoryScope: scope}}))
		for _, id := range []string{"one", "two"} {
			c.object("/api/memory/threads?agentId=mine", `{"resourceId":"r","threadId":"`+id+`"}`)
		}
		c.object("/api/memory/threads/one/working-memory?agentId=mine", `{"workingMemory":"w","resourceId":"r"}`)
		assert.Equal(t, "w", c.read("GET", "/api/memory/threads/one/working-memory?agentId=mine&resourceId=r")["workingMemory"], scope)
		other := c.read("GET", "/api/memory/threads/two/working-memory?agentId=mine&resourceId=r")
		assert.Equal(t, shared, other["workingMemory"], scope)
		assert.Equal(t, string(cmp.Or(scope, mockserver.ScopeResource)), other["source"])
	}
}
