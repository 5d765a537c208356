package mastra_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// awkward are ids that mean something in a URL.
var awkward = []string{
	"plain", "a/b", "//", "../x", "x/..", "a/../b", "...", "a?b", "?", "a#b", "#", "50%", "%2F", "%2e%2e", "%", "a b", " ", "a+b",
	"a&b=c", "a;b", "a:b", "@", "ünïcödé", "日本語", "🙂", "a\nb", "\x00", "\xff", `a\b`, `"quoted"`, "<tag>", "{agentId}", "a{b}c",
	strings.Repeat("long", 500),
}

func TestID_ArrivesAsOneSegmentOfThePath(t *testing.T) {
	type arrival struct{ escaped, agent, workflow, run string }
	var got arrival
	note := func(w http.ResponseWriter, r *http.Request) {
		got = arrival{r.URL.EscapedPath(), r.PathValue("agent"), r.PathValue("workflow"), r.PathValue("run")}
		say(w, 200, `{"name":"a","text":"","status":"running","message":"canceled"}`)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/agents/{agent}", note)
	mux.HandleFunc("POST /api/agents/{agent}/generate", note)
	mux.HandleFunc("GET /api/workflows/{workflow}/runs/{run}", note)
	mux.HandleFunc("POST /api/workflows/{workflow}/runs/{run}/cancel", note)
	c := serve(t, mux.ServeHTTP)

	for _, id := range awkward {
		t.Run(id, func(t *testing.T) {
			_, err := c.Agent(id).Get(t.Context())
			require.NoError(t, err)
			assert.Equal(t, id, got.agent)
			assert.Equal(t, "/api/agents/"+url.PathEscape(id), got.escaped)

			_, err = c.Agent(id).Generate(t.Context(), ask())
			require.NoError(t, err)
			assert.Equal(t, id, got.agent)

			require.NoError(t, c.Workflow(id).Run("r/"+id).Cancel(t.Context()))
			assert.Equal(t, id, got.workflow)
			assert.Equal(t, "r/"+id, got.run)

			mastraErr := asError(t, c.Do(t.Context(), "GET", "/none/"+url.PathEscape(id), nil, nil))
			assert.Equal(t, base+"/api/none/"+url.PathEscape(id), mastraErr.Path)
			assert.NotContains(t, mastraErr.Error(), "\n")
		})
	}
	for _, id := range []string{"", ".", ".."} {
		t.Run("not "+id, func(t *testing.T) {
			got = arrival{}
			_, err := c.Agent(id).Get(t.Context())
			assert.ErrorContains(t, err, "agentId")
			_, err = c.Agent(id).Generate(t.Context(), ask())
			assert.ErrorContains(t, err, "agentId")
			_, err = c.Agent(id).Stream(t.Context(), ask())
			assert.ErrorContains(t, err, "agentId")
			_, err = c.Workflow("w").Run(id).Get(t.Context())
			assert.ErrorContains(t, err, "runId")
			_, err = c.Workflow(id).Get(t.Context())
			assert.ErrorContains(t, err, "workflowId")
			_, err = c.Memory("").Thread(id).Get(t.Context())
			assert.ErrorContains(t, err, "threadId")
			_, err = c.Tool(id).Get(t.Context())
			assert.ErrorContains(t, err, "toolId")
			assert.ErrorContains(t, c.Vector(id).CreateIndex(t.Context(), mastra.CreateIndexRequest{Index: "i", Dimension: 1}), "vectorName")
			assert.Equal(t, arrival{}, got, "nothing was sent")
		})
	}
}

// sent is the body that a request is sent with.
func sent(t *testing.T, req mastra.AgentRequest) string {
	t.Helper()
	rt := play(answer(200, fine))
	_, err := inMemory(t, rt).Agent("a").Generate(t.Context(), req)
	require.NoError(t, err)
	assert.True(t, json.Valid([]byte(rt.bodies[0])), rt.bodies[0])
	assert.EqualValues(t, len(rt.bodies[0]), rt.seen[0].ContentLength)
	return rt.bodies[0]
}

func TestExtra_IsAddedToTheBody(t *testing.T) {
	req := ask()
	req.Extra = map[string]any{"zeta": []int{1}, "alpha": "<&>", `qu"ote`: nil}
	req.RequestContext = map[string]any{"k": "v"}
	assert.Equal(t, `{"messages":[{"role":"user","content":"hello"}],"alpha":"<&>","qu\"ote":null,"zeta":[1],"requestContext":{"k":"v"}}`, sent(t, req))
}

// A body that is no object has no place for a request context.
func TestRequestContext_StandsInTheBodyOrInTheQuery(t *testing.T) {
	for sent, body := range map[string]any{
		`[]`: []int{}, `[1]`: []int{1}, `"text"`: "text", `1`: 1, `null`: json.RawMessage("null"),
		`{"requestContext":{"k":"v"}}`: struct{}{}, `{"A":1,"requestContext":{"k":"v"}}`: struct{ A int }{1},
	} {
		rt := play(answer(200, "{}"))
		c := inMemory(t, rt, mastra.WithRequestContext(map[string]any{"k": "v"}))
		require.NoError(t, c.Do(t.Context(), "POST", "/x", body, nil))
		assert.Equal(t, []string{sent}, rt.bodies)
		inQuery := contextOf(t, rt.seen[0].URL.Query())
		if sent[0] == '{' {
			assert.Nil(t, inQuery, sent)
		} else {
			assert.Equal(t, map[string]any{"k": "v"}, inQuery, sent)
		}
	}
}

func TestExtra_ThatTheRequestModelsIsAnError(t *testing.T) {
	rt := play(answer(200, "{}"))
	c := inMemory(t, rt)
	for _, name := range []string{"messages", "runId", "maxSteps", "memory", "requestContext", "tracingOptions"} {
		req := ask()
		req.Extra = map[string]any{name: 1}
		_, err := c.Agent("a").Generate(t.Context(), req)
		assert.ErrorContains(t, err, name)
		_, err = c.Agent("a").Stream(t.Context(), req)
		assert.ErrorContains(t, err, name)
	}
	req := ask()
	req.Extra = map[string]any{"fn": func() {}}
	_, err := c.Agent("a").Generate(t.Context(), req)
	assert.ErrorContains(t, err, `"fn" does not encode`)
	assert.Zero(t, rt.attempts())
}

func TestRequest_ThatDoesNotEncodeIsALocalError(t *testing.T) {
	rt := play(answer(200, "{}"))
	c := inMemory(t, rt)
	for name, in := range map[string]any{
		"a channel": make(chan int), "a function": func() {}, "not a number": math.NaN(), "broken JSON": json.RawMessage(`{"a`),
		"a type that fails": failingJSON{},
	} {
		assert.ErrorContains(t, c.Do(t.Context(), "POST", "/x", in, nil), "mastra: the request does not encode", name)
	}
	assert.Zero(t, rt.attempts())
}

type failingJSON struct{}

func (failingJSON) MarshalJSON() ([]byte, error) { return nil, errors.New("will not") }

func TestMessage_ArrivesAsTheServerReadsIt(t *testing.T) {
	for _, tt := range []struct {
		name     string
		messages mastra.Messages
		want     string
	}{
		{"a prompt", mastra.Prompt("hi <b>&</b>"), `[{"role":"user","content":"hi <b>&</b>"}]`},
		{"an empty prompt", mastra.Prompt(""), `[{"role":"user","content":""}]`},
		{"a conversation", mastra.Messages{mastra.System("s"), mastra.User("u"), mastra.Assistant("a")},
			`[{"role":"system","content":"s"},{"role":"user","content":"u"},{"role":"assistant","content":"a"}]`},
		{"an id", mastra.Messages{{ID: "m-1", Role: "user", Content: []mastra.Part{mastra.Text("x")}}}, `[{"id":"m-1","role":"user","content":"x"}]`},
		{"no content", mastra.Messages{{Role: "user"}}, `[{"role":"user","content":[]}]`},
		{"parts", mastra.Messages{mastra.UserParts(mastra.Text("look"), mastra.ImageURL("https://x.test/a.png"), mastra.File([]byte("abc"), "text/plain"))},
			`[{"role":"user","content":[{"type":"text","text":"look"},{"type":"image","image":"https://x.test/a.png"},{"type":"file","data":"YWJj","mediaType":"text/plain"}]}]`},
		{"an empty text beside an image", mastra.Messages{mastra.UserParts(mastra.Text(""), mastra.ImageURL("u"))},
			`[{"role":"user","content":[{"type":"text","text":""},{"type":"image","image":"u"}]}]`},
		{"an empty file", mastra.Messages{mastra.UserParts(mastra.File(nil, "text/plain"))},
			`[{"role":"user","content":[{"type":"file","data":"","mediaType":"text/plain"}]}]`},
		{"a tool's result", mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c-1", ToolName: "weather"}, map[string]int{"t": 4})},
			`[{"role":"tool","content":[{"type":"tool-result","toolCallId":"c-1","toolName":"weather","output":{"type":"json","value":{"t":4}}}]}]`},
		{"no result", mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c-1", ToolName: "w"}, nil)},
			`[{"role":"tool","content":[{"type":"tool-result","toolCallId":"c-1","toolName":"w","output":{"type":"json","value":null}}]}]`},
		{"a tool's failure", mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c-1", ToolName: "w"}, errors.New("no such city"))},
			`[{"role":"tool","content":[{"type":"tool-result","toolCallId":"c-1","toolName":"w","output":{"type":"error-text","value":"no such city"}}]}]`},
		{"raw messages", mastra.RawMessages([]byte(` [{"id":"1","parts":[]}, {"id":"2"}] `)), `[{"id":"1","parts":[]},{"id":"2"}]`},
		{"one raw message", mastra.RawMessages([]byte(`{"id":"1"}`)), `[{"id":"1"}]`},
		{"raw and others", append(mastra.RawMessages([]byte(`[]`)), mastra.User("u")), `[{"role":"user","content":"u"}]`},
		{"raw messages keep their text", mastra.RawMessages([]byte(`[{"a":"<&>","n":1e400}]`)), `[{"a":"<&>","n":1e400}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, `{"messages":`+tt.want+`}`, sent(t, mastra.AgentRequest{Messages: tt.messages}))
		})
	}
}

func TestMessage_ThatTheServerCannotReadIsALocalError(t *testing.T) {
	rt := play(answer(200, "{}"))
	c := inMemory(t, rt)
	for name, m := range map[string]mastra.Messages{
		"none":                         nil,
		"raw and empty":                mastra.RawMessages(nil),
		"raw and blank":                mastra.RawMessages([]byte("  ")),
		"raw and no JSON":              mastra.RawMessages([]byte("hello")),
		"raw and cut short":            mastra.RawMessages([]byte(`[{"id":"1"}`)),
		"raw and two values":           mastra.RawMessages([]byte(`{} {}`)),
		"raw and a number":             mastra.RawMessages([]byte(`7`)),
		"raw and a text":               mastra.RawMessages([]byte(`"hello"`)),
		"raw and a list of numbers":    mastra.RawMessages([]byte(`[{"id":"1"}, 7]`)),
		"raw and null":                 mastra.RawMessages([]byte(`null`)),
		"a tool's output that is lost": {mastra.ToolMessage(mastra.Pending{ToolCallID: "c", ToolName: "w"}, make(chan int))},
	} {
		_, err := c.Agent("a").Generate(t.Context(), mastra.AgentRequest{Messages: m})
		assert.ErrorContains(t, err, "mastra: ", name)
	}
	assert.Zero(t, rt.attempts())
}

func TestMessage_RawIsSentAsItWasWhenItWasMade(t *testing.T) {
	text := []byte(`[{"id":"1"}]`)
	m := mastra.RawMessages(text)
	copy(text, "xxxxxxxxxxxx")
	assert.Equal(t, `{"messages":[{"id":"1"}]}`, sent(t, mastra.AgentRequest{Messages: m}))
}

func TestMemory_ReferenceTravelsAsTheServerReadsIt(t *testing.T) {
	for _, tt := range []struct {
		name string
		ref  mastra.MemoryRef
		want string
	}{
		{"an id", mastra.MemoryRef{ThreadID: "t", ResourceID: "r"}, `{"thread":"t","resource":"r"}`},
		{"read only", mastra.MemoryRef{ThreadID: "t", ReadOnly: true}, `{"thread":"t","options":{"readOnly":true}}`},
		{"options", mastra.MemoryRef{ThreadID: "t", ReadOnly: true, Options: map[string]any{"lastMessages": 2}}, `{"thread":"t","options":{"lastMessages":2,"readOnly":true}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := ask()
			req.Memory = &tt.ref
			assert.Equal(t, `{"messages":[{"role":"user","content":"hello"}],"memory":`+tt.want+`}`, sent(t, req))
		})
	}
}
