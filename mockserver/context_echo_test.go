package mockserver_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestRequestContext_IsEchoed(t *testing.T) {
	_, c := start(t)
	echo := func(c *caller, method, path, body string) string {
		return c.open(t.Context(), method, path, body, "X-Echo-Context", "1").Header.Get("X-Echo-Context")
	}
	const query = `?requestContext={"a":"%C3%A9%F0%9F%98%80"}`
	assert.Equal(t, `{"a":"\u00e9\ud83d\ude00","b":2}`, echo(c, "POST", plainStream+query, `{"messages":"x","requestContext":{"a":1,"b":2,"mastra__x":3}}`))
	assert.Equal(t, `{"a":"\u00e9\ud83d\ude00"}`, echo(c, "GET", "/api/nothing"+query, ""))
	assert.Equal(t, `{}`, echo(c, "DELETE", "/api/workflows/doubler/runs/x"+query, ""))
	assert.Equal(t, `{"0":"a"}`, echo(c, "POST", plainStream, `{"messages":"x","requestContext":["a"]}`))
	assert.Equal(t, `{"0":"a","1":"b"}`, echo(c, "GET", `/api/tools?requestContext=%22ab%22`, ""))
	const body = `{"requestContext":{"b":2}}`
	assert.Equal(t, `{"b":2}`, echo(c, "POST", "/api/workflows/doubler/restart-all-active-workflow-runs", body), "a route that wants no body")
	assert.Equal(t, `{"b":2}`, echo(c, "POST", "/api/workflows/doubler/stream", body), "a query that does not fit")
	assert.Equal(t, `{"b":2}`, echo(c, "POST", "/api/nothing", body))
	assert.Equal(t, `{"b":2}`, echo(c, "PUT", "/api/agents/plain", body))
	assert.Equal(t, `{}`, echo(c, "DELETE", "/api/nothing", body))
	_, c = start(t, mockserver.WithVectorStore("own"))
	assert.Empty(t, echo(c, "GET", "/api/vectors", ""), "only the demo world does so")
}

func TestRequestContext_IsNoFieldOfAForm(t *testing.T) {
	_, c := start(t)
	const form = "--x\r\nContent-Disposition: form-data; name=\"audio\"\r\n\r\nhi\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"requestContext\"\r\n\r\n{\"a\":1}\r\n--x--\r\n"
	answer := c.open(t.Context(), "POST", `/api/agents/voiced/voice/listen?requestContext={"q":1}`, form,
		"Content-Type", "multipart/form-data; boundary=x", "X-Echo-Context", "1")
	assert.Equal(t, 200, answer.StatusCode)
	assert.Equal(t, `{"q":1}`, answer.Header.Get("X-Echo-Context"))
}

func TestRequestContext_OfAMessageReachesTheRunThatItStarts(t *testing.T) {
	seen := make(chan string) // a run goes on once it is read
	c := mine(t, mockserver.Agent{Memory: &mockserver.Memory{}, Model: func(ctx context.Context, call *mockserver.ModelCall) error {
		select {
		case seen <- fmt.Sprintf("%s %s", call.RequestContext("who"), call.RequestContext("on")):
		case <-ctx.Done():
		}
		return nil
	}})
	const thread = `"resourceId":"r","threadId":"t"`
	for _, x := range []struct{ route, body string }{
		{"send-message", `{"message":"x","requestContext":{"who":"ann","mastra__user":"eve"},` + thread + `}`},
		{"queue-message", `{"message":"x","requestContext":{"who":"bob"},` + thread + `}`},
		{"queue-message", `{"message":"x","requestContext":{"who":"cid"},"ifIdle":{"streamOptions":{"requestContext":{"who":"eve","on":true}}},` + thread + `}`},
		{"queue-message", `{"message":"x",` + thread + `}`},
	} {
		status, text := c.post("/api/agents/mine/"+x.route, x.body)
		require.Equal(t, 200, status, text)
	}
	for _, want := range []string{`"ann" `, `"bob" `, `"cid" true`, " "} {
		assert.Equal(t, want, <-seen)
	}
	status, text := c.post("/api/agents/mine/signals?requestContext={\"on\":1}", `{"signal":{"type":"user","contents":"x"},"resourceId":"r","threadId":"u"}`)
	require.Equal(t, 200, status, text)
	assert.Equal(t, " 1", <-seen)
}
