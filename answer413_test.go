package mastra_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// The server drops the connection soon after it has refused a body as too large.
func TestConnection_IsNotUsedAgainAfterARefusedBody(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/agents/large/generate" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			io.WriteString(w, `{"error":"Request body too large"}`)
			return
		}
		io.WriteString(w, `{"text":"hi"}`)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client, err := mastra.New(server.URL)
	require.NoError(t, err)

	req := mastra.AgentRequest{Messages: mastra.Prompt("x")}
	for range 2 {
		_, err = client.Agent("small").Generate(t.Context(), req)
		require.NoError(t, err)
	}
	require.EqualValues(t, 1, connections.Load())
	_, err = client.Agent("large").Generate(t.Context(), req)
	assert.ErrorIs(t, err, mastra.ErrTooLarge)
	assert.ErrorContains(t, err, "Request body too large")
	_, err = client.Agent("small").Generate(t.Context(), req)
	require.NoError(t, err)
	assert.EqualValues(t, 2, connections.Load())
}

// One that does not say its length is read as it is.
func TestTooLarge_OfUnknownLengthIsReadToItsEnd(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, `{"error":"Request body too large"}`)
	})
	e := asError(t, generate(t.Context(), c))
	assert.Equal(t, "Request body too large", e.Message)
	assert.Equal(t, `{"error":"Request body too large"}`, string(e.Body))
}
