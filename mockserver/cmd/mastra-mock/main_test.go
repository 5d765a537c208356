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

// server is where a test sends requests to.
type server struct {
	url string
	log *output
}

const patient = 10 * time.Second

// ready waits until the server has told its address.
func (s *server) ready(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		line, _, ok := strings.Cut(s.log.String(), "\n")
		s.url = strings.TrimPrefix(line, "mastra-mock serves ")
		return ok
	}, patient, time.Millisecond)
}

// rest is what was written after the address.
func (s *server) rest() string {
	_, rest, _ := strings.Cut(s.log.String(), "\n")
	return rest
}

func (s *server) send(t *testing.T, method, path, body string, headers ...string) (int, string, http.Header) {
	t.Helper()
	res := s.open(t, method, path, strings.NewReader(body), headers...)
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text), res.Header
}

func (s *server) open(t *testing.T, method, path string, body io.Reader, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// program is the command in this process.
type program struct {
	server
	stop  context.CancelFunc
	ended chan error
}

func started(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &program{server{log: &output{}}, stop, make(chan error, 1)}
	go func() { p.ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), io.Discard, p.log) }()
	p.ready(t)
	return p
}

// end stops the program and returns what it wrote after its first line.
func (p *program) end(t *testing.T) string {
	t.Helper()
	require.NoError(t, p.ends(t))
	return p.rest()
}

func (p *program) ends(t *testing.T) error {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	p.stop()
	select {
	case err := <-p.ended:
		return err
	case <-time.After(patient):
		require.Fail(t, "it does not end")
		return nil
	}
}

func TestProgram_ServesTheDemoWorldUntilItIsStopped(t *testing.T) {
	p := started(t)
	status, body, _ := p.send(t, "GET", "/health", "")
	assert.Equal(t, 200, status)
	assert.Equal(t, `{"success":true}`, body)
	_, body, header := p.send(t, "POST", "/api/agents/plain/generate", `{"messages":"hi"}`, "Origin", "https://any.example")
	assert.Contains(t, body, "You said: hi")
	assert.Equal(t, "*", header.Get("Access-Control-Allow-Origin"))
	status, _, _ = p.send(t, "POST", "/__mock/faults", `{"status":503}`)
	assert.Equal(t, 404, status, "faults are taken only where they are asked for")
	assert.Empty(t, p.end(t))
}

func TestFlags_ConfigureTheServer(t *testing.T) {
	p := started(t, "-token", "secret", "-body-limit", "100", "-timeout", "50ms", "-cors", "https://a.example, https://b.example", "-log", "-faults")
	status, _, _ := p.send(t, "GET", "/api/agents", "")
	assert.Equal(t, 401, status)
	auth := []string{"Authorization", "Bearer secret", "Origin", "https://b.example"}
	status, _, header := p.send(t, "POST", "/api/agents/plain/generate", `{"messages":"`+strings.Repeat("x", 100)+`"}`, auth...)
	assert.Equal(t, 413, status)
	assert.Equal(t, "https://b.example", header.Get("Access-Control-Allow-Origin"))
	_, _, header = p.send(t, "OPTIONS", "/api/agents", "", "Origin", "https://c.example")
	assert.Empty(t, header.Get("Access-Control-Allow-Origin"))
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
	status, _, _ = p.send(t, "GET", "/nowhere?secret=1", "")
	assert.Equal(t, 200, status)
	const when = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d) `
	assert.Regexp(t, `^(`+when+`(GET|POST|OPTIONS) /\S* \S+ \d{3} \d[\w.]*\n)+$`, p.end(t))
	assert.Regexp(t, when+`POST /api/workflows/slowly/start-async WorkflowStartAsync 504 \d+ms\n`, p.rest())
	assert.Regexp(t, when+`GET /nowhere - 200 `, p.rest(), "without the query, which may hold a secret")
}

func TestLog_HasRequestsThatAreDroppedOrLeft(t *testing.T) {
	p := started(t, "-log", "-faults")
	p.send(t, "POST", "/__mock/faults", `{"operation":"Health","dropBefore":true,"times":2}`) // twice: net/http asks again
	_, err := http.Get(p.url + "/health")
	require.Error(t, err)
	res := p.open(t, "POST", "/api/agents/plain/stream", strings.NewReader(`{"messages":"slow:1000"}`))
	require.NoError(t, res.Body.Close())
	assert.Eventually(t, func() bool { return strings.Contains(p.rest(), "(the client left)\n") }, patient, time.Millisecond)
	assert.Contains(t, p.end(t), " GET /health Health - ")
	assert.Regexp(t, ` POST /api/agents/plain/stream AgentStream 200 \S+ \(the client left\)\n`, p.rest())
}

func TestStateFile_KeepsWhatWaits(t *testing.T) {
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

func TestStateFile_ThatCannotBeWrittenIsSaidAndIsAFailure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	require.NoError(t, os.Mkdir(dir, 0o700))
	p := started(t, "-state", filepath.Join(dir, "state.json"))
	require.NoError(t, os.RemoveAll(dir))
	for range 2 {
		status, body, _ := p.send(t, "POST", "/api/workflows/approval/start-async?runId=w", `{"inputData":{"n":4}}`)
		assert.Equal(t, 500, status)
		assert.Contains(t, body, "state.json cannot be written: no such file or directory")
	}
	err := p.ends(t)
	require.ErrorContains(t, err, "state.json cannot be written")
	assert.Equal(t, "mastra-mock: state file "+filepath.Join(dir, "state.json")+" cannot be written: no such file or directory\n", p.rest())
	assert.Equal(t, 1, code(err, io.Discard))
}
