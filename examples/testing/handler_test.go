package testing

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// served is the handler with an agent of the test's own behind it.
func served(t *testing.T) (mock *mockserver.Running, get func(target string) (int, string)) {
	mock = mockserver.Start(t, mockserver.WithAgent(mockserver.Agent{
		ID: "poet",
		Model: func(_ context.Context, call *mockserver.ModelCall) error {
			call.Words("Oh " + call.LastUserText() + ", so wet")
			return nil
		},
	}))
	client, err := mastra.New(mock.URL)
	require.NoError(t, err)
	return mock, func(target string) (int, string) {
		answer := httptest.NewRecorder()
		Haiku(client.Agent("poet"))(answer, httptest.NewRequest("GET", target, nil))
		return answer.Code, answer.Body.String()
	}
}

func TestHaiku_IsTheAgentsText(t *testing.T) {
	mock, get := served(t)
	status, body := get("/haiku?about=rain")
	assert.Equal(t, 200, status)
	assert.Equal(t, "Oh rain, so wet", body)
	mock.ExpectRequests(t, "AgentStream", 1)
}

func TestHaiku_OfABusyServerIsNone(t *testing.T) {
	mock, get := served(t)
	mock.Inject(mockserver.Fault{Operation: "AgentStream", Status: 503, Times: -1})
	status, body := get("/haiku?about=rain")
	assert.Equal(t, 503, status)
	assert.Equal(t, "no haiku today\n", body)
}

func TestHaiku_ThatBreaksOffIsNone(t *testing.T) {
	mock, get := served(t)
	mock.Inject(mockserver.Fault{Operation: "AgentStream", CutAtEvent: 5})
	status, body := get("/haiku?about=rain")
	assert.Equal(t, 502, status)
	assert.Equal(t, "no haiku today\n", body)
}
