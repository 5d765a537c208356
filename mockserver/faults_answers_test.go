package mockserver_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

const plainStream = "/api/agents/plain/stream"

// whatCame sends a request that meets the fault and reads the answer as far as
// it comes.
func whatCame(t *testing.T, f mockserver.Fault, path, body string) (text string, err error) {
	t.Helper()
	mock, c := start(t)
	mock.Inject(f)
	res := c.open(t.Context(), "POST", path, body)
	data, err := io.ReadAll(res.Body)
	return string(data), err
}

func TestFault_CutsAnAnswerOff(t *testing.T) {
	const ask = `{"messages":"chunks:5"}`
	text, err := whatCame(t, mockserver.Fault{CutAtEvent: 3}, plainStream, ask)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, 3, strings.Count(text, "\n\n"), "so many events")
	text, err = whatCame(t, mockserver.Fault{CutAtEvent: 3, CutClean: true}, plainStream, ask)
	require.NoError(t, err, "as if the answer had ended")
	assert.Equal(t, 3, strings.Count(text, "\n\n"))
	text, err = whatCame(t, mockserver.Fault{CutAtEvent: 2}, "/api/workflows/doubler/stream?runId=r", `{"inputData":{"n":1}}`)
	require.Error(t, err)
	assert.Equal(t, 2, strings.Count(text, "\x1e"))
	text, err = whatCame(t, mockserver.Fault{CutAtByte: 10}, plainGenerate, ask)
	require.Error(t, err)
	assert.Len(t, text, 10)
	for _, f := range []mockserver.Fault{{CutAtByte: -1}, {CutAtEvent: -1}} {
		text, err = whatCame(t, f, plainStream, ask)
		require.Error(t, err)
		assert.Empty(t, text, "only the headers came")
	}
}

func TestFault_DropsARequestUnread(t *testing.T) {
	mock, c := start(t)
	mock.Inject(mockserver.Fault{DropUnread: true})
	_, err := c.try(t.Context(), "POST", plainGenerate, `{"messages":"x"}`)
	require.Error(t, err)
	require.Len(t, mock.Requests(), 1)
	assert.Empty(t, mock.Requests()[0].Body)
}

func TestFault_IsTakenOverHTTP(t *testing.T) {
	_, c := start(t, mockserver.WithFaultControl(), mockserver.WithToken("t"))
	status, _ := c.post("/__mock/faults", `[{"operation":"Health","status":502,"delay":"1ms"},{"operation":"Health","status":503,"eventDelay":1}]`)
	require.Equal(t, 200, status)
	var got []int
	for range 3 {
		status, _ := c.get("/health")
		got = append(got, status)
	}
	assert.Equal(t, []int{502, 503, 200}, got)
	c.post("/__mock/faults", `{"status":502,"times":-1}`)
	res := c.open(t.Context(), "DELETE", "/__mock/faults", nil)
	assert.Equal(t, 200, res.StatusCode)
	status, _ = c.get("/health")
	assert.Equal(t, 200, status)
	assert.Equal(t, 405, c.open(t.Context(), "GET", "/__mock/faults", nil).StatusCode)
}

func TestTimeout_IsAnsweredAndTheRunGoesOn(t *testing.T) {
	type in struct{}
	release := make(chan struct{})
	wait := mockserver.NewStep("wait", func(*mockserver.StepCall, in) (string, error) { <-release; return "done", nil })
	mock, c := start(t, mockserver.WithTimeout(250*time.Millisecond), mockserver.WithDemoWorld(),
		mockserver.WithWorkflow(mockserver.NewWorkflow[in, string]("waiting").Then(wait)))
	status, body := c.post("/api/workflows/waiting/start-async?runId=s", `{"inputData":{}}`)
	assert.Equal(t, 504, status)
	assert.Equal(t, `{"error":"Gateway Timeout"}`, body)
	close(release)
	require.Eventually(t, func() bool {
		_, body := c.get("/api/workflows/waiting/runs/s")
		return strings.Contains(body, `"result":"done"`)
	}, 10*time.Second, 5*time.Millisecond)
	mock.ExpectRuns(t, 1)
	res := c.open(t.Context(), "POST", plainStream, `{"messages":"slow:8"}`)
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Contains(t, string(text), "[DONE]", "a stream that has begun is not ended")
}

// failing remembers what a test would fail with.
type failing struct{ message string }

func (f *failing) Helper()        {}
func (f *failing) Cleanup(func()) {}
func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
}

func TestExpect_CountsRunsAndRequests(t *testing.T) {
	mock, c := start(t)
	mock.ExpectRuns(t, 0)
	c.object("/api/workflows/doubler/start-async?runId=a", `{"inputData":{"n":1}}`)
	mock.ExpectRuns(t, 1)
	c.object("/api/workflows/doubler/start-async?runId=a", `{"inputData":{"n":1}}`)
	f := &failing{}
	mock.ExpectRuns(f, 1)
	assert.Contains(t, f.message, "2 workflow runs began, not 1")
	mock.ExpectRequests(t, "WorkflowStartAsync", 2)
	mock.ExpectRequests(f, "WorkflowStream", 1)
	assert.Contains(t, f.message, "WorkflowStream was asked for 0 times, not 1")
	f = &failing{}
	mock.ExpectRequests(f, "WorkflowStrem", 0)
	assert.Contains(t, f.message, `there is no operation "WorkflowStrem"`)
}
