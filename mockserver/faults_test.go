package mockserver_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

const plainGenerate = "/api/agents/plain/generate"

func TestFault_HitsItsOperationOnly(t *testing.T) {
	mock, c := start(t)
	mock.Inject(mockserver.Fault{Operation: "AgentGenerate", Status: 503, RetryAfter: "2"})

	status, _ := c.get("/api/agents/plain")
	assert.Equal(t, 200, status)
	res := c.open(t.Context(), "POST", plainGenerate, `{"messages":"x"}`)
	assert.Equal(t, 503, res.StatusCode)
	assert.Equal(t, "2", res.Header.Get("Retry-After"))
	status, _ = c.post(plainGenerate, `{"messages":"x"}`)
	assert.Equal(t, 200, status, "a fault hits once unless told otherwise")
}

func TestFault_SkipsAndRepeatsAsItSays(t *testing.T) {
	mock, c := start(t)
	mock.Inject(mockserver.Fault{Operation: "Health", Skip: 1, Times: 2, Status: 500})
	mock.Inject(mockserver.Fault{Skip: 4, Times: -1, Status: 429, Body: map[string]string{"error": "slow down"}})
	var got []int
	for range 7 {
		status, _ := c.get("/health")
		got = append(got, status)
	}
	assert.Equal(t, []int{200, 500, 500, 200, 200, 200, 429}, got, "what an earlier fault hits is not counted by a later one")
	_, answer := c.get("/api/agents")
	assert.Equal(t, `{"error":"slow down"}`, answer)
	mock.ClearFaults()
	status, _ := c.get("/api/agents")
	assert.Equal(t, 200, status)
}

func TestFault_BodyTellsItsStatus(t *testing.T) {
	mock, c := start(t)
	mock.Inject(mockserver.Fault{Status: 503})
	mock.Inject(mockserver.Fault{Status: 599})
	_, answer := c.get("/health")
	assert.Equal(t, `{"error":"Service Unavailable"}`, answer)
	_, answer = c.get("/health")
	assert.Equal(t, `{"error":"599"}`, answer)
}

func TestFault_DropsAConnectionBeforeOrAfterTheWork(t *testing.T) {
	for name, test := range map[string]struct {
		fault mockserver.Fault
		runs  int
	}{
		"before the work":    {mockserver.Fault{DropBefore: true}, 0},
		"after the work":     {mockserver.Fault{DropAfter: true}, 1},
		"of a stream's work": {mockserver.Fault{Operation: "WorkflowStream", DropAfter: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			mock, c := start(t)
			mock.Inject(test.fault)
			path := "/api/workflows/doubler/start-async?runId=r"
			if test.fault.Operation != "" {
				path = "/api/workflows/doubler/stream?runId=r"
			}
			_, err := c.try(t.Context(), "POST", path, `{"inputData":{"n":1}}`)
			require.Error(t, err)
			assert.Equal(t, test.runs, mock.Executions("r"))
			require.NotEmpty(t, mock.Requests())
			assert.Equal(t, `{"inputData":{"n":1}}`, string(mock.Requests()[0].Body), "what was asked is logged all the same")
		})
	}
}

func TestFault_DelayedAnswerCanBeGivenUp(t *testing.T) {
	mock, c := start(t)
	mock.Inject(mockserver.Fault{Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := c.try(ctx, "GET", "/health", nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Eventually(t, func() bool { return len(mock.Requests()) == 1 && mock.Requests()[0].ClientLeft }, 5*time.Second, time.Millisecond)

	mock.Inject(mockserver.Fault{Delay: time.Millisecond})
	status, _ := c.get("/health")
	assert.Equal(t, http.StatusOK, status)
}
