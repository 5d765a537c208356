package mockserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestRequests_AreLogged(t *testing.T) {
	mock, c := start(t)
	c.do("POST", "/api/agents/plain/generate?x=1&x=2", `{"messages":"hi"}`, "X-Test", "yes")
	c.get("/api/agents/no%2Fpe")
	c.get("/api/nothing")
	c.get("/health")

	log := mock.Requests()
	require.Len(t, log, 4)
	first := log[0]
	assert.Equal(t, "AgentGenerate", first.Operation)
	assert.Equal(t, "POST", first.Method)
	assert.Equal(t, "/api/agents/plain/generate", first.Path)
	assert.Equal(t, []string{"1", "2"}, first.Query["x"])
	assert.Equal(t, "yes", first.Header.Get("X-Test"))
	assert.Equal(t, `{"messages":"hi"}`, string(first.Body))
	assert.Equal(t, 200, first.Status)
	assert.False(t, first.Ended.Before(first.Received))
	assert.False(t, first.ClientLeft)

	assert.Equal(t, "/api/agents/no%2Fpe", log[1].Path, "the path is as it was sent")
	assert.Equal(t, 404, log[1].Status)
	assert.Empty(t, log[2].Operation)
	assert.Equal(t, "Health", log[3].Operation)
	assert.Len(t, mock.RequestsOf("AgentGet"), 1)
	assert.Empty(t, mock.RequestsOf("AgentStream"))
}

func TestDisconnect_EndsAnAgentsRun(t *testing.T) {
	ended := make(chan error, 1)
	mock, c := start(t, mockserver.WithAgent(mockserver.Agent{ID: "slow", Memory: &mockserver.Memory{},
		Model: func(ctx context.Context, call *mockserver.ModelCall) error {
			call.Text("partial ")
			err := call.Sleep(time.Hour)
			ended <- err
			return err
		}}))
	ctx, leave := context.WithCancel(t.Context())
	res := c.open(ctx, "POST", "/api/agents/slow/stream", `{"messages":"x","memory":{"thread":"t","resource":"r"}}`)
	_, err := res.Body.Read(make([]byte, 10))
	require.NoError(t, err)
	leave()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Eventually(t, func() bool {
		_, messages := c.get("/api/memory/threads/t/messages?agentId=slow")
		list, _ := decode(t, messages)["messages"].([]any)
		return len(list) == 2 && mock.RequestsOf("AgentStream")[0].ClientLeft
	}, 5*time.Second, time.Millisecond, "the partial answer is kept")
}

func TestClose_EndsTheRuns(t *testing.T) {
	began := make(chan struct{})
	mock := mockserver.Listen(mockserver.WithAgent(mockserver.Agent{ID: "slow", Model: func(ctx context.Context, call *mockserver.ModelCall) error {
		close(began)
		return call.Sleep(time.Hour)
	}}), mockserver.WithDemoWorld())
	defer mock.Close()
	c := call(t, mock.URL)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if res, err := c.try(context.Background(), "POST", "/api/agents/slow/generate", `{"messages":"x"}`); err == nil {
			res.Body.Close()
		}
	}()
	<-began
	c.post("/api/workflows/slowly/create-run?runId=r", nil)
	c.post("/api/workflows/slowly/start?runId=r", `{"inputData":{"ms":60000}}`)
	mock.Close()
	mock.Close()
	<-answered
	_, err := c.try(context.Background(), "GET", "/health", nil)
	require.Error(t, err)
}
