package mockserver_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLoad_ManyClientsAtOnceAreAllAnswered(t *testing.T) {
	mock, c := start(t)
	c.object("/api/vector/vec/create-index", `{"indexName":"many","dimension":2}`)
	requests := func(i int) [][2]string {
		return [][2]string{
			{"/api/agents/assistant/generate", fmt.Sprintf(`{"messages":"tool:weather {\"city\":\"Oslo\"}","memory":{"thread":"t%d","resource":"r"}}`, i%5)},
			{"/api/agents/router/stream", `{"messages":"tool:agent-plain {\"prompt\":\"x\"}"}`},
			{"/api/agents/durable/stream", `{"messages":"chunks:5"}`},
			{fmt.Sprintf("/api/workflows/fan/stream?runId=f%d", i), `{"inputData":{"n":3}}`},
			{fmt.Sprintf("/api/workflows/outer/start-async?runId=o%d", i), `{"inputData":{"n":3}}`},
			{"/api/vector/vec/upsert", fmt.Sprintf(`{"indexName":"many","vectors":[[1,%d]],"ids":["v%d"]}`, i, i)},
			{"/api/vector/vec/query", `{"indexName":"many","queryVector":[1,0]}`},
			{"/api/memory/threads?agentId=assistant", `{"resourceId":"r","title":"x"}`},
		}
	}
	const clients = 20
	var wg sync.WaitGroup
	for i := range clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			own := call(t, mock.URL)
			for _, r := range requests(i) {
				status, answer := own.post(r[0], r[1])
				assert.Equal(t, http.StatusOK, status, "%s: %s", r[0], answer)
			}
		}()
	}
	wg.Wait()
	assert.Len(t, mock.Requests(), clients*len(requests(0))+1)
}
