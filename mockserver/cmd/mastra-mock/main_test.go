package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// output collects what the program writes.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(data)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// program is the command in this process.
type program struct {
	url   string
	stop  context.CancelFunc
	ended chan error
	out   *output
}

const patient = 10 * time.Second

func started(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &program{stop: stop, ended: make(chan error, 1), out: &output{}}
	go func() { p.ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), p.out) }()
	require.Eventually(t, func() bool {
		line, _, ok := strings.Cut(p.out.String(), "\n")
		p.url = strings.TrimPrefix(line, "mastra-mock serves ")
		return ok
	}, patient, time.Millisecond)
	return p
}

// end stops the program and returns what it wrote after its first line.
func (p *program) end(t *testing.T) string {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	p.stop()
	select {
	case err := <-p.ended:
		require.NoError(t, err)
	case <-time.After(patient):
		t.Fatal("it does not end")
	}
	_, rest, _ := strings.Cut(p.out.String(), "\n")
	return rest
}

func (p *program) send(t *testing.T, method, path, body string, headers ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text), res.Header
}

func TestItServesTheDemoWorldUntilItIsStopped(t *testing.T) {
	p := started(t)
	status, body, _ := p.send(t, "GET", "/health", "")
	assert.Equal(t, 200, status)
	assert.Equal(t, `{"success":true}`, body)
	_, body, _ = p.send(t, "POST", "/api/agents/plain/generate", `{"messages":"hi"}`)
	assert.Contains(t, body, "You said: hi")
	status, _, _ = p.send(t, "POST", "/__mock/faults", `{"status":503}`)
	assert.Equal(t, 404, status, "faults are taken only where they are asked for")
	assert.Empty(t, p.end(t))
}

func TestTheFlagsConfigureTheServer(t *testing.T) {
	p := started(t, "-token", "secret", "-body-limit", "100", "-timeout", "50ms", "-cors", "https://a.example,https://b.example", "-log", "-faults")
	status, _, _ := p.send(t, "GET", "/api/agents", "")
	assert.Equal(t, 401, status)
	auth := []string{"Authorization", "Bearer secret", "Origin", "https://b.example"}
	status, _, header := p.send(t, "POST", "/api/agents/plain/generate", `{"messages":"`+strings.Repeat("x", 100)+`"}`, auth...)
	assert.Equal(t, 413, status)
	assert.Equal(t, "https://b.example", header.Get("Access-Control-Allow-Origin"))
	status, body, _ := p.send(t, "POST", "/api/workflows/slowly/start-async?runId=s", `{"inputData":{"ms":200}}`, auth...)
	assert.Equal(t, 504, status)
	assert.Equal(t, `{"error":"Gateway Timeout"}`, body)
	assert.Eventually(t, func() bool {
		_, body, _ := p.send(t, "GET", "/api/workflows/slowly/runs/s", "", auth...)
		return strings.Contains(body, `"status":"success"`)
	}, 5*time.Second, 20*time.Millisecond, "the run goes on")
	status, body, _ = p.send(t, "POST", "/__mock/faults", `{"operation":"AgentsList","status":503,"retryAfter":"3"}`)
	assert.Equal(t, 200, status, body)
	status, _, header = p.send(t, "GET", "/api/agents", "", auth...)
	assert.Equal(t, 503, status)
	assert.Equal(t, "3", header.Get("Retry-After"))
	assert.Contains(t, p.end(t), "POST /api/workflows/slowly/start-async WorkflowStartAsync 504")
}

func TestWhatWaitsSurvivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	p := started(t, "-state", file)
	_, body, _ := p.send(t, "POST", "/api/workflows/approval/start-async?runId=w", `{"inputData":{"n":4}}`)
	require.Contains(t, body, `"status":"suspended"`)
	p.end(t)
	p = started(t, "-state", file)
	_, body, _ = p.send(t, "POST", "/api/workflows/approval/resume-async?runId=w", `{"resumeData":{"approved":true}}`)
	assert.Contains(t, body, `"result":{"n":8,"approved":true}`)
	p.end(t)
}

func TestItDoesNotStartOnWhatItCannotUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"mastraMock":1,`), 0o600))
	for name, args := range map[string][]string{
		"a damaged state file":           {"-state", file},
		"an address that does not exist": {"-addr", "nowhere:x"},
		"an argument":                    {"demo"},
		"an unknown flag":                {"-nothing"},
	} {
		require.Error(t, run(t.Context(), args, io.Discard), name)
	}
	err := run(t.Context(), []string{"-state", file}, io.Discard)
	require.ErrorContains(t, err, file+" is damaged")
	left, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, `{"mastraMock":1,`, string(left))
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}
