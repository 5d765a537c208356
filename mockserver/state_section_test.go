package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestStateFile_HasEveryChangeWhenItIsAnswered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	mock, c := kept(t, file)
	suspended := func() string {
		run := c.object("/api/agents/assistant/generate", `{"messages":"tool:delicate {\"what\":\"vase\"}"}`)["runId"].(string)
		_, body := c.get("/api/agents/assistant/suspended-runs")
		_, id, _ := strings.Cut(body, run)
		_, id, _ = strings.Cut(id, `"toolCallId":"`)
		id, _, _ = strings.Cut(id, `"`)
		return fmt.Sprintf(`{"runId":%q,"toolCallId":%q}`, run, id)
	}
	network := `{"messages":"json:{\"primitiveId\":\"plain\",\"primitiveType\":\"agent\",\"prompt\":\"hi\",\"selectionReason\":\"r\",\"isComplete\":true,\"completionReason\":\"c\",\"finalResult\":\"f\"}"}`
	changes := []struct{ method, path, body string }{
		{"POST", "/api/memory/threads?agentId=assistant", `{"resourceId":"r","threadId":"t","title":"T"}`},
		{"PATCH", "/api/memory/threads/t?agentId=assistant", `{"title":"U","resourceId":"r"}`},
		{"POST", "/api/memory/save-messages?agentId=assistant", `{"messages":[{"id":"m","role":"user","type":"text","threadId":"t","resourceId":"r","createdAt":"2026-01-01T00:00:00.000Z","content":{"format":2,"parts":[{"type":"text","text":"x"}]}}]}`},
		{"POST", "/api/memory/threads/t/working-memory?agentId=assistant", `{"workingMemory":"w","resourceId":"r"}`},
		{"POST", "/api/memory/threads/t/clone?agentId=assistant", `{"newThreadId":"u"}`},
		{"POST", "/api/memory/messages/delete?agentId=assistant", `{"messageIds":["m"]}`},
		{"DELETE", "/api/memory/threads/u?agentId=assistant", ""},
		{"POST", "/api/agents/assistant/stream", `{"messages":"hi","memory":{"thread":"t","resource":"r"}}`},
		{"POST", "/api/agents/assistant/approve-tool-call", suspended()},
		{"POST", "/api/agents/assistant/decline-tool-call-generate", suspended()},
		{"POST", "/api/agents/durable/generate", `{"messages":"tool:delicate {\"what\":\"vase\"}"}`},
		{"POST", "/api/agents/router/network", network},
		{"POST", "/api/vector/vec/create-index", `{"indexName":"i","dimension":2}`},
		{"POST", "/api/vector/vec/upsert", `{"indexName":"i","vectors":[[1,0]],"ids":["v"]}`},
		{"POST", "/api/vector/vec/upsert", `{"indexName":"i","vectors":[[0,1]],"ids":["v"]}`},
		{"DELETE", "/api/vector/vec/indexes/i", ""},
		{"POST", "/api/workflows/fan/create-run?runId=c", "{}"},
		{"POST", "/api/workflows/fan/stream?runId=f", `{"inputData":[1,-2]}`},
		{"POST", "/api/workflows/fan/resume-stream?runId=f", `{"resumeData":{"value":5}}`},
		{"POST", "/api/workflows/approval/start-async?runId=a", `{"inputData":{"n":1}}`},
		{"POST", "/api/workflows/approval/runs/a/cancel", "{}"},
		{"DELETE", "/api/workflows/approval/runs/a", ""},
		{"POST", "/api/scores", `{"score":{"id":"s","scorerId":"len","entityId":"e","runId":"r","score":1,"scorer":{},"source":"TEST","entityType":"AGENT","entity":{},"output":{}}}`},
	}
	for _, change := range changes {
		var body any
		if change.body != "" {
			body = change.body
		}
		status, answer := c.do(change.method, change.path, body)
		require.Equal(t, http.StatusOK, status, "%s %s: %s", change.method, change.path, answer)
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, mock.FreshState(), string(data), "%s %s", change.method, change.path)
	}
}

// BenchmarkStateFile_ReadBesideALongState reads from a server that keeps a long state.
func BenchmarkStateFile_ReadBesideALongState(b *testing.B) {
	serve := func(b *testing.B, mock http.Handler, method, path, body string) {
		r := httptest.NewRequestWithContext(b.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mock.ServeHTTP(w, r)
		require.Equal(b, http.StatusOK, w.Code)
	}
	for _, threads := range []int{10, 1000} {
		b.Run(fmt.Sprint(threads, " threads"), func(b *testing.B) {
			mock := mockserver.New()
			b.Cleanup(mock.Close)
			for i := range threads {
				serve(b, mock, "POST", "/api/memory/threads?agentId=assistant", fmt.Sprintf(`{"resourceId":"r","threadId":"t-%d"}`, i))
			}
			require.NoError(b, mock.KeepState(filepath.Join(b.TempDir(), "state.json")))
			for b.Loop() {
				serve(b, mock, "GET", "/api/memory/threads/t-1?agentId=assistant", "")
			}
		})
	}
}
