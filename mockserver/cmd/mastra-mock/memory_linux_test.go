package main

import (
	"io"
	"net/http"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestProgram_KeepsNoHugeRequestInMemory(t *testing.T) {
	const size, most = 512 << 20, 256 << 20
	p := executed(t, "-faults")
	for path, status := range map[string]int{
		"/api/agents/plain/generate":            413,
		"/echo-context":                         200,
		"/api/nowhere":                          404,
		"/api/memory/threads?agentId=assistant": 503, // from a fault
	} {
		for _, length := range []int64{size, -1} { // told, or not
			queued, body, _ := p.send(t, "POST", "/__mock/faults", `{"operation":"MemoryCreateThread","status":503}`)
			require.Equal(t, 200, queued, body)
			req, err := http.NewRequestWithContext(t.Context(), "POST", p.url+path, io.LimitReader(zeros{}, size))
			require.NoError(t, err)
			req.ContentLength = length
			req.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				continue // the answer came, and the end, while the body was being sent
			}
			assert.Equal(t, status, res.StatusCode, path)
			require.NoError(t, res.Body.Close())
		}
	}
	p.signal(t, os.Interrupt)
	usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	require.True(t, ok)
	assert.Less(t, usage.Maxrss*1024, int64(most))
}
