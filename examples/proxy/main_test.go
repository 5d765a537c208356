package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

func post(t *testing.T, url, body string) (*http.Response, string) {
	t.Helper()
	resp, err := http.Post(url+"/api/stream", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(b)
}

func TestProxy_PassesTheChunksOn(t *testing.T) {
	mock := mockserver.Start(t, mockserver.WithDemoWorld())
	client, err := mastra.New(mock.URL)
	require.NoError(t, err)
	srv := httptest.NewServer(routes(client.Agent("assistant")))
	defer srv.Close()

	resp, body := post(t, srv.URL, `{"message":"Hello there"}`)
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	assert.Contains(t, body, `"text":"there"`)
	assert.True(t, strings.HasSuffix(body, "data: [DONE]\n\n"))

	_, body = post(t, srv.URL, `{"message":"fail-model"}`)
	assert.Contains(t, body, "model exploded")
	assert.NotContains(t, body, "stack")

	for _, bad := range []string{``, `{}`, `[`, `{"message":"` + strings.Repeat("x", 70<<10) + `"}`} {
		resp, _ = post(t, srv.URL, bad)
		assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	}
}
