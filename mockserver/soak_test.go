package mockserver_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/mockserver"
)

// TestSoak_ManyClientsLeaveNothingBehind runs 200 clients for 2 s, 10 s with
// MASTRA_SOAK=1, and looks at the memory half way and at the end. The time begins
// when each of them has sent all of its requests once. The records of runs and
// threads are the clients' own: they are replaced, not added.
func TestSoak_ManyClientsLeaveNothingBehind(t *testing.T) {
	const clients, kept, warmUp = 200, 256, 1
	length := 2 * time.Second
	if os.Getenv("MASTRA_SOAK") != "" {
		length = 10 * time.Second
	}
	mock := mockserver.Start(t, mockserver.WithRequestsKept(kept))
	base := runtime.NumGoroutine()
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	client := &http.Client{Transport: transport}
	var failures atomic.Int64
	var over atomic.Bool
	var pause sync.RWMutex // held for writing while the memory is measured
	var group, warm sync.WaitGroup
	warm.Add(clients)
	for i := range clients {
		requests := soakRequests(i)
		group.Go(func() {
			for n := 0; n < warmUp*len(requests) || !over.Load(); n++ {
				if n == warmUp*len(requests) {
					warm.Done()
				}
				pause.RLock()
				if !soakSend(client, mock.URL, requests[n%len(requests)]) {
					failures.Add(1)
				}
				pause.RUnlock()
			}
		})
	}
	warm.Wait()
	time.Sleep(length / 2)
	pause.Lock()
	half := heap()
	pause.Unlock()
	time.Sleep(length / 2)
	over.Store(true)
	group.Wait()
	assert.Zero(t, failures.Load())
	whole := heap()
	assert.InEpsilon(t, half, whole, 0.1, "the heap half way and at the end")
	transport.CloseIdleConnections()
	for range 1000 {
		if runtime.NumGoroutine() <= base {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d at the beginning", runtime.NumGoroutine(), base)
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func soakRequests(i int) [][2]string {
	return [][2]string{
		{"/api/agents/plain/stream", `{"messages":"chunks:5"}`},
		{"/api/agents/assistant/generate", `{"messages":"tool:weather {\"city\":\"Oslo\"}"}`},
		{fmt.Sprintf("/api/workflows/doubler/start-async?runId=d%d", i), `{"inputData":{"n":3}}`},
		{"/api/tools/weather/execute", `{"data":{"city":"Oslo"}}`},
		{"/api/memory/threads?agentId=assistant", fmt.Sprintf(`{"resourceId":"r","threadId":"t%d"}`, i)},
	}
}

// soakSend sends a request and reads the answer to its end.
func soakSend(client *http.Client, base string, r [2]string) bool {
	res, err := client.Post(base+r[0], "application/json", strings.NewReader(r[1]))
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusOK
}
