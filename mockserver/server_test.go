package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestServer_ChecksRequestsInOrder(t *testing.T) {
	_, c := start(t, mockserver.WithToken("secret"), mockserver.WithBodyLimit(100))
	authorized := []string{"Authorization", "Bearer secret"}
	large := `{"messages":"` + strings.Repeat("x", 200) + `"}`
	tests := []struct {
		name, method, path string
		body               any
		headers            []string
		status             int
		answer             string
	}{
		{"an unknown route is 404 without a token", "GET", "/api/nothing", nil, nil, 404, "404 Not Found"},
		{"a method that a path does not have is 404", "DELETE", "/api/agents", nil, authorized, 404, "404 Not Found"},
		{"a body that is too large is 413 before the token", "POST", "/api/agents/plain/generate", large, nil, 413, `{"error":"Request body too large"}`},
		{"no token is 401 before the body", "POST", "/api/agents/plain/generate", "{", nil, 401, `{"error":"Invalid or expired token"}`},
		{"a wrong token is 401", "GET", "/api/agents/plain", nil, []string{"Authorization", "Bearer wrong"}, 401, `{"error":"Invalid or expired token"}`},
		{"the scheme is spelled Bearer", "GET", "/api/agents/plain", nil, []string{"Authorization", "bearer secret"}, 401, `{"error":"Invalid or expired token"}`},
		{"malformed JSON is 400 before the body's shape", "POST", "/api/agents/nope/generate", "{", authorized, 400, `"field":"body"`},
		{"the body's shape is 400 before the agent", "POST", "/api/agents/nope/generate", "{}", authorized, 400, `"field":"messages"`},
		{"an unknown agent is 404", "POST", "/api/agents/nope/generate", `{"messages":"x"}`, authorized, 404, `{"error":"Agent with id nope not found"}`},
		{"the token may stand in the query", "GET", "/api/agents/plain?apiKey=secret", nil, nil, 200, `"name":"plain"`},
		{"the token needs no scheme", "GET", "/api/agents/plain", nil, []string{"Authorization", "secret"}, 200, `"name":"plain"`},
		{"health needs no token", "GET", "/health", nil, nil, 200, `{"success":true}`},
		{"a custom route needs the token", "GET", "/echo-context", nil, nil, 401, `{"error":"Invalid or expired token"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, answer := c.do(test.method, test.path, test.body, test.headers...)
			assert.Equal(t, test.status, status)
			assert.Contains(t, answer, test.answer)
		})
	}
}

func TestBodyLimit_DefaultIsTheServers(t *testing.T) {
	_, c := start(t)
	status, answer := c.post("/api/agents/plain/generate", `{"messages":"`+strings.Repeat("x", 5_000_000)+`"}`)
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	assert.Equal(t, `{"error":"Request body too large"}`, answer)
}

func TestBodyLimit_HoldsForABodyOfUnknownLength(t *testing.T) {
	_, c := start(t, mockserver.WithBodyLimit(10))
	req, err := http.NewRequestWithContext(t.Context(), "POST", c.base+"/api/agents/plain/generate", struct{ *strings.Reader }{strings.NewReader(`{"messages":"long"}`)})
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
}

func TestCORS_LetsBrowsersIn(t *testing.T) {
	_, open := start(t)
	_, guarded := start(t, mockserver.WithToken("secret"))
	origin := []string{"Origin", "http://a.test", "Authorization", "Bearer secret"}

	res := open.open(t.Context(), "GET", "/api/agents/plain", nil, origin...)
	assert.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, res.Header.Get("Access-Control-Allow-Credentials"))
	assert.Equal(t, "Content-Length,X-Requested-With", res.Header.Get("Access-Control-Expose-Headers"))

	res = guarded.open(t.Context(), "GET", "/api/agents/plain", nil, origin...)
	assert.Equal(t, "http://a.test", res.Header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "true", res.Header.Get("Access-Control-Allow-Credentials"))
	assert.Equal(t, "Origin", res.Header.Get("Vary"))

	res = guarded.open(t.Context(), "OPTIONS", "/api/agents/plain", nil, "Origin", "http://a.test", "Access-Control-Request-Method", "POST")
	assert.Equal(t, http.StatusNoContent, res.StatusCode, "a preflight needs no token")
	assert.Equal(t, "GET,POST,PUT,PATCH,DELETE,OPTIONS", res.Header.Get("Access-Control-Allow-Methods"))
	assert.Contains(t, res.Header.Get("Access-Control-Allow-Headers"), "Authorization")
	assert.Equal(t, []string{"Origin", "Access-Control-Request-Headers"}, res.Header.Values("Vary"))
}

func TestRequestContext_ReachesTheWorld(t *testing.T) {
	_, c := start(t)
	_, answer := c.do("POST", "/echo-context?requestContext=%7B%22a%22%3A1%7D",
		`{"requestContext":{"a":2,"b":3,"user":"u","mastra__resourceId":"x","organizationId":"o"}}`)
	assert.JSONEq(t, `{"a":1,"b":3,"user":"u"}`, answer, "the query wins, reserved keys are dropped")

	_, guarded := start(t, mockserver.WithToken("secret"))
	_, answer = guarded.do("POST", "/echo-context", `{"requestContext":{"a":2,"user":"u"}}`, "Authorization", "Bearer secret")
	assert.JSONEq(t, `{"a":2}`, answer, "with a token the user is the token's")
}

func TestRoute_PathIsReadAsURLParsersDo(t *testing.T) {
	_, c := start(t)
	for path, want := range map[string]string{
		"/api/agents/./plain":         `"name":"plain"`,
		"/api/agents/x/../plain":      `"name":"plain"`,
		"/api/agents/x/%2e%2e/plain":  `"name":"plain"`,
		"/api/agents/a%2Fb":           "Agent with id a/b not found",
		"/api/agents/a%20b":           "Agent with id a b not found",
		"/anything/else":              "<!doctype html>",
		"/api/workflows/doubler/runs": `"runs"`,
	} {
		_, answer := c.get(path)
		assert.Contains(t, answer, want, path)
	}
}

func TestWorld_OfOnesOwnReplacesTheDemoWorld(t *testing.T) {
	agent := mockserver.Agent{ID: "mine"}
	_, own := start(t, mockserver.WithAgent(agent))
	_, both := start(t, mockserver.WithAgent(agent), mockserver.WithDemoWorld())

	status, _ := own.get("/api/agents/mine")
	assert.Equal(t, 200, status)
	status, _ = own.get("/api/agents/plain")
	assert.Equal(t, 404, status)
	_, tools := own.get("/api/tools")
	assert.Equal(t, "{}", tools)

	for _, id := range []string{"mine", "plain"} {
		status, _ = both.get("/api/agents/" + id)
		assert.Equal(t, 200, status, id)
	}
}

func TestRoute_OfOnesOwnIsServedAtTheRoot(t *testing.T) {
	_, c := start(t, mockserver.WithDemoWorld(), mockserver.WithRoute("PUT", "/own/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte(r.PathValue("name")))
	}))
	status, answer := c.do("PUT", "/own/thing", nil)
	assert.Equal(t, http.StatusTeapot, status)
	assert.Equal(t, "thing", answer)
}

func TestServer_RefusesTooManyHeaders(t *testing.T) {
	_, c := start(t)
	assert.Equal(t, 431, c.open(t.Context(), "GET", "/api/tools", "", "X-Long", strings.Repeat("x", 21<<10)).StatusCode)
	assert.Equal(t, 200, c.open(t.Context(), "GET", "/api/tools", "", "X-Long", strings.Repeat("x", 12<<10)).StatusCode)
}

func TestToken_IsFoundWhereTheServerLooks(t *testing.T) {
	_, c := start(t, mockserver.WithToken("s"))
	for _, header := range [][2]string{
		{"Authorization", "Bearer s"}, {"Authorization", "s"}, {"X-Playground-Access", "Bearer s"}, {"Cookie", "a=b; mastra-token=s"},
	} {
		assert.Equal(t, 200, c.open(t.Context(), "GET", "/api/tools", "", header[0], header[1]).StatusCode, header)
	}
	for _, header := range [][2]string{{"Authorization", "Basic s"}, {"Cookie", "mastra-token=Bearer s"}, {"X-Api-Key", "s"}} {
		assert.Equal(t, 401, c.open(t.Context(), "GET", "/api/tools", "", header[0], header[1]).StatusCode, header)
	}
}

func TestWorld_ThatCannotBeMeantIsRefused(t *testing.T) {
	type in struct{}
	agent := func(id string, below ...*mockserver.Agent) mockserver.Option {
		return mockserver.WithAgent(mockserver.Agent{ID: id, Agents: below})
	}
	for says, options := range map[string][]mockserver.Option{
		"one agent has no id":                                      {agent("")},
		`more than one agent is called "a"`:                        {agent("a"), agent("a")},
		`more than one agent is called "plain"`:                    {agent("plain"), mockserver.WithDemoWorld()},
		`a sub-agent of agent "a" has no id`:                       {agent("a", nil)},
		"one tool has no id":                                       {mockserver.WithTool(mockserver.Tool{})},
		"one vector store has no id":                               {mockserver.WithVectorStore("")},
		`more than one vector store is called "v"`:                 {mockserver.WithVectorStore("v"), mockserver.WithVectorStore("v")},
		`a tool of agent "a" has no id`:                            {mockserver.WithAgent(mockserver.Agent{ID: "a", Tools: []mockserver.Tool{{}}})},
		`a processor of agent "a" has no Check`:                    {mockserver.WithAgent(mockserver.Agent{ID: "a", Gate: &mockserver.Processor{}})},
		"a workflow is nil":                                        {mockserver.WithWorkflow(nil)},
		"one workflow has no id":                                   {mockserver.WithWorkflow(mockserver.NewWorkflow[in, in](""))},
		`workflow "w" has no stage, add one with Then for example`: {mockserver.WithWorkflow(mockserver.NewWorkflow[in, in]("w"))},
		`workflow "n" has no stage, add one with Then for example`: {mockserver.WithWorkflow(mockserver.NewWorkflow[in, in]("w").Then(mockserver.NewWorkflow[in, in]("n")))},
		`a step of workflow "w" has no id`:                         {mockserver.WithWorkflow(mockserver.NewWorkflow[number, number]("w").Then(add("", 1)))},
		`a step of workflow "n" has no id`: {mockserver.WithWorkflow(mockserver.NewWorkflow[number, number]("w").Parallel(
			mockserver.NewWorkflow[number, number]("n").Then(add("", 1))))},
	} {
		assert.PanicsWithValue(t, "mockserver: "+says, func() { mockserver.New(options...) })
	}
}

func TestTool_OfOnesOwnIsExecutedDirectly(t *testing.T) {
	type in struct {
		N int `json:"n"`
	}
	_, c := start(t, mockserver.WithTool(mockserver.NewTool("half", "Halves", func(_ *mockserver.ToolCall, in in) (float64, error) {
		return float64(in.N) / 2, nil
	})))
	status, body := c.post("/api/tools/half/execute", `{"data":{"n":3}}`)
	assert.Equal(t, 200, status)
	assert.Equal(t, "1.5", body)
	_, body = c.post("/api/tools/half/execute", `{"data":{"n":"x"}}`)
	assert.Contains(t, body, "Tool input validation failed for half")
}
