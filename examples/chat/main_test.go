package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/mockserver"
)

// visitor is a browser with its cookie.
type visitor struct {
	t    *testing.T
	url  string
	http http.Client
}

func visit(t *testing.T, url string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	v := &visitor{t: t, url: url, http: http.Client{Jar: jar}}
	status, body := v.do(http.MethodGet, "/", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "app.js")
	return v
}

func (v *visitor) do(method, path, body string) (int, string) {
	v.t.Helper()
	req, err := http.NewRequest(method, v.url+path, strings.NewReader(body))
	require.NoError(v.t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := v.http.Do(req)
	require.NoError(v.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(v.t, err)
	return resp.StatusCode, string(b)
}

func (v *visitor) say(chat, text, more string) string {
	v.t.Helper()
	message, err := json.Marshal(text)
	require.NoError(v.t, err)
	status, body := v.do(http.MethodPost, "/api/chat", `{"id":"`+chat+`",`+more+`"messages":[{"id":"u1","role":"user","parts":[{"type":"text","text":`+string(message)+`}]}]}`)
	require.Equal(v.t, http.StatusOK, status, body)
	return body
}

func (v *visitor) history(chat string) (all []aisdk.Message) {
	v.t.Helper()
	status, body := v.do(http.MethodGet, "/api/chat/"+chat+"/messages", "")
	require.Equal(v.t, http.StatusOK, status, body)
	require.NoError(v.t, json.Unmarshal([]byte(body), &all))
	return all
}

func TestChat_IsEachVisitorsOwn(t *testing.T) {
	mock := mockserver.Start(t, mockserver.WithDemoWorld())
	client, err := mastra.New(mock.URL)
	require.NoError(t, err)
	srv := httptest.NewServer(newChat(client, "assistant", slog.New(slog.DiscardHandler)).routes())
	defer srv.Close()

	ann, bob := visit(t, srv.URL), visit(t, srv.URL)
	assert.Empty(t, ann.history("c1"))
	assert.Contains(t, ann.say("c1", "Hello", ""), `"delta":"Hello"`)
	history := ann.history("c1")
	require.Len(t, history, 2)
	assert.Equal(t, "You said: Hello", history[1].Text())
	assert.Empty(t, bob.history("c1"), "the same id is another chat of another visitor")

	ann.say("c1", "Hello", `"trigger":"regenerate-message","messageId":"`+history[1].ID+`",`)
	again := ann.history("c1")
	require.Len(t, again, 2, "another try takes the place of the first")
	assert.NotEqual(t, history[1].ID, again[1].ID)

	stranger := http.Client{}
	resp, err := stranger.Get(srv.URL + "/api/chat/c1/messages")
	require.NoError(t, err)
	resp.Body.Close()
	assert.NotEqual(t, http.StatusOK, resp.StatusCode)

	status, _ := ann.do(http.MethodGet, "/api/chat/c1/stream", "")
	assert.Equal(t, http.StatusNoContent, status)
}
