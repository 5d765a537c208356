package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

type answer struct {
	Status  string          `json:"status"`
	Waiting []waiting       `json:"waiting"`
	Result  json.RawMessage `json:"result"`
}

func post(t *testing.T, url, body string) (int, answer) {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var a answer
	if resp.StatusCode < 300 {
		require.NoError(t, json.Unmarshal(text, &a))
	}
	return resp.StatusCode, a
}

// process is this program, with a memory of its own.
func process(t *testing.T, mock *mockserver.Running, dir string) string {
	t.Helper()
	client, err := mastra.New(mock.URL)
	require.NoError(t, err)
	server := httptest.NewServer(routes(client.Workflow("review"), tickets{dir}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestWebhook_ResumesWhatAnotherProcessStarted(t *testing.T) {
	mock := mockserver.Start(t, mockserver.WithDemoWorld())
	dir := t.TempDir()
	status, started := post(t, process(t, mock, dir)+"/reviews", `{"n":1}`)
	require.Equal(t, http.StatusAccepted, status)
	assert.Equal(t, "suspended", started.Status)
	require.Len(t, started.Waiting, 2)
	assert.Equal(t, why{"left must look", []string{"ann", "bob"}, "high"}, started.Waiting[0].why)

	hook := process(t, mock, dir) + "/webhooks/"
	left, right := hook+started.Waiting[0].Ticket, hook+started.Waiting[1].Ticket
	status, _ = post(t, left, `{"by":"cleo","approved":true}`)
	assert.Equal(t, http.StatusForbidden, status)
	status, state := post(t, left, `{"by":"ann","approved":true}`)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "suspended", state.Status, "the other one waits still")
	status, _ = post(t, left, `{"by":"bob","approved":false}`)
	assert.Equal(t, http.StatusNotFound, status, "the ticket is used up")
	status, state = post(t, right, `{"by":"cleo","approved":false}`)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "success", state.Status)
	assert.JSONEq(t, `{"left":{"approved":true},"right":{"approved":false}}`, string(state.Result))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, files)
}

func TestWebhook_SecondAnswerDoesNothing(t *testing.T) {
	mock := mockserver.Start(t, mockserver.WithDemoWorld())
	dir := t.TempDir()
	url := process(t, mock, dir)
	_, started := post(t, url+"/reviews", `{"n":1}`)
	ticket := started.Waiting[0].Ticket
	copied, err := os.ReadFile(tickets{dir}.file(ticket))
	require.NoError(t, err)
	status, _ := post(t, url+"/webhooks/"+ticket, `{"by":"ann","approved":true}`)
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, os.WriteFile(tickets{dir}.file(ticket), copied, 0o600))
	status, _ = post(t, url+"/webhooks/"+ticket, `{"by":"ann","approved":false}`)
	assert.Equal(t, http.StatusConflict, status)
}

func TestWebhook_RefusesBadRequests(t *testing.T) {
	mock := mockserver.Start(t, mockserver.WithDemoWorld())
	url := process(t, mock, t.TempDir())
	for path, want := range map[string]int{
		"/reviews": http.StatusBadRequest, "/webhooks/ABC": http.StatusBadRequest, "/webhooks/": http.StatusNotFound,
	} {
		status, _ := post(t, url+path, `[`)
		assert.Equal(t, want, status, path)
	}
	for _, ticket := range []string{"ABC", "..%2Fsecret", "a.b"} {
		status, _ := post(t, url+"/webhooks/"+ticket, `{"by":"ann"}`)
		assert.Equal(t, http.StatusNotFound, status, ticket)
	}
}
