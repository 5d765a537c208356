package mastra_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

type (
	lookupIn struct {
		ID int `json:"id" jsonschema:"number of the order"`
	}
	lookupOut struct {
		State string `json:"state"`
	}
)

func lookup(_ context.Context, in lookupIn) (lookupOut, error) {
	if in.ID < 0 {
		return lookupOut{}, errors.New("no such order")
	}
	return lookupOut{"order " + string(rune('0'+in.ID%10))}, nil
}

func lookupTool() mastra.ClientTool {
	return mastra.NewClientTool("lookup", "Looks an order up", lookup)
}

// ways are the two ways to run an agent to its end.
var ways = map[string]func(context.Context, *mastra.Agent, mastra.AgentRequest, ...mastra.Option) (*mastra.AgentResult, error){
	"generate": func(ctx context.Context, a *mastra.Agent, req mastra.AgentRequest, opts ...mastra.Option) (*mastra.AgentResult, error) {
		return a.Generate(ctx, req, opts...)
	},
	"stream": func(ctx context.Context, a *mastra.Agent, req mastra.AgentRequest, opts ...mastra.Option) (*mastra.AgentResult, error) {
		s, err := a.Stream(ctx, req, opts...)
		if err != nil {
			return nil, err
		}
		defer s.Close()
		return s.Result()
	},
}

// bothWays runs a test for a whole answer and for a stream.
func bothWays(t *testing.T, test func(t *testing.T, run func(context.Context, *mastra.Agent, mastra.AgentRequest, ...mastra.Option) (*mastra.AgentResult, error))) {
	for name, run := range ways {
		t.Run(name, func(t *testing.T) { test(t, run) })
	}
}

func withTools(text string, tools ...mastra.ClientTool) mastra.AgentRequest {
	req := asking(text)
	req.ClientTools = tools
	return req
}

func TestClientTool_IsToldToTheServer(t *testing.T) {
	client, mock := onMock(t)
	_, err := client.Agent("plain").Generate(t.Context(), withTools("hi", lookupTool()))
	require.NoError(t, err)
	sent := decode[struct{ ClientTools json.RawMessage }](t, mock.RequestsOf("AgentGenerate")[0].Body)
	assert.JSONEq(t, `{"lookup":{"id":"lookup","description":"Looks an order up",
		"inputSchema":{"type":"object","properties":{"id":{"type":"integer","description":"number of the order"}},"required":["id"],"additionalProperties":false},
		"outputSchema":{"type":"object","properties":{"state":{"type":"string"}},"required":["state"],"additionalProperties":false}}}`, string(sent.ClientTools))
	assert.Equal(t, "lookup", lookupTool().Name())
}

func TestClientTool_ThatIsNoneIsAnErrorBeforeAnythingIsSent(t *testing.T) {
	rt := play(answer(500, `{}`))
	client := inMemory(t, rt)
	agent := client.Agent("a")
	var none func(context.Context, lookupIn) (lookupOut, error)
	for _, tt := range []struct {
		name  string
		tools []mastra.ClientTool
		text  string
	}{
		{"arguments without a schema", []mastra.ClientTool{mastra.NewClientTool("t", "", func(context.Context, chan int) (int, error) { return 0, nil })}, "chan int has no JSON Schema"},
		{"a result without a schema", []mastra.ClientTool{mastra.NewClientTool("t", "", func(context.Context, lookupIn) (func(), error) { return nil, nil })}, "func() has no JSON Schema"},
		{"the same name twice", []mastra.ClientTool{lookupTool(), lookupTool()}, `two client tools have the name "lookup"`},
		{"no function", []mastra.ClientTool{mastra.NewClientTool("t", "", none)}, "the function is nil"},
		{"no name", []mastra.ClientTool{mastra.NewClientTool("", "", lookup)}, "no name"},
		{"the zero tool", []mastra.ClientTool{{}}, "NewClientTool"},
		{"a good one and a bad one", []mastra.ClientTool{lookupTool(), mastra.NewClientTool("t", "", none)}, "the function is nil"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pending := mastra.Pending{RunID: "r", ToolCallID: "c"}
			for call, err := range map[string]error{
				"generate": failureOf(agent.Generate(t.Context(), withTools("x", tt.tools...))),
				"stream":   failureOf(agent.Stream(t.Context(), withTools("x", tt.tools...))),
				"approve":  failureOf(agent.ApproveStream(t.Context(), mastra.ApproveRequest{RunID: pending.RunID, ToolCallID: "c", ClientTools: tt.tools})),
				"approve, whole": failureOf(agent.Approve(t.Context(), mastra.ApproveRequest{RunID: "r", ToolCallID: "c",
					ClientTools: tt.tools})),
				"decline":        failureOf(agent.DeclineStream(t.Context(), mastra.DeclineRequest{RunID: "r", ToolCallID: "c", ClientTools: tt.tools})),
				"decline, whole": failureOf(agent.Decline(t.Context(), mastra.DeclineRequest{RunID: "r", ToolCallID: "c", ClientTools: tt.tools})),
				"resume":         failureOf(agent.ResumeStream(t.Context(), mastra.ResumeAgentRequest{RunID: "r", Data: 1, ClientTools: tt.tools})),
				"typed":          failureOf(mastra.GenerateAs[identity](t.Context(), agent, withTools("x", tt.tools...))),
			} {
				assert.ErrorContains(t, err, tt.text, call)
			}
		})
	}
	req := withTools("x", lookupTool())
	req.MaxToolRounds = -1
	assert.ErrorContains(t, failureOf(agent.Generate(t.Context(), req)), "MaxToolRounds is negative")
	req = withTools("x", lookupTool())
	req.Extra = map[string]any{"clientTools": map[string]any{}}
	assert.ErrorContains(t, failureOf(agent.Generate(t.Context(), req)), "clientTools")
	assert.ErrorContains(t, failureOf(agent.NetworkStream(t.Context(), withTools("x", lookupTool()))), "ClientTools", "a network does not run them")
	assert.ErrorContains(t, failureOf(agent.ApproveNetworkStream(t.Context(), mastra.ApproveRequest{RunID: "r", ClientTools: []mastra.ClientTool{lookupTool()}})), "ClientTools")
	assert.ErrorContains(t, failureOf(agent.DeclineNetworkStream(t.Context(), mastra.DeclineRequest{RunID: "r", ClientTools: []mastra.ClientTool{lookupTool()}})), "ClientTools")
	assert.Zero(t, rt.attempts())
}

func failureOf[T any](_ T, err error) error { return err }

// failing are tools that fail, each with what the model is told of it.
func failing() map[string]struct {
	tool mastra.ClientTool
	args string
	told string
} {
	type in = struct {
		N int `json:"n"`
	}
	tool := func(fn func(context.Context, in) (any, error)) mastra.ClientTool {
		return mastra.NewClientTool("t", "", fn)
	}
	return map[string]struct {
		tool mastra.ClientTool
		args string
		told string
	}{
		"an error": {tool(func(context.Context, in) (any, error) { return nil, errors.New("no such order") }), `{"n":1}`, "no such order"},
		"a result beside an error does not count": {tool(func(context.Context, in) (any, error) { return 1, errors.New("half done") }), `{"n":1}`, "half done"},
		"an error without words":                  {tool(func(context.Context, in) (any, error) { return nil, errors.New("") }), `{"n":1}`, ""},
		"an error that panics":                    {tool(func(context.Context, in) (any, error) { return nil, (*brokenError)(nil) }), `{"n":1}`, "tool t panicked"},
		"a panic":                                 {tool(func(context.Context, in) (any, error) { panic("secret state") }), `{"n":1}`, "tool t panicked"},
		"a panic of an error":                     {tool(func(context.Context, in) (any, error) { panic(errors.New("secret")) }), `{"n":1}`, "tool t panicked"},
		"an index out of range":                   {tool(func(_ context.Context, v in) (any, error) { return make([]int, 1)[v.N], nil }), `{"n":1}`, "tool t panicked"},
		"a goroutine that ends":                   {tool(func(context.Context, in) (any, error) { exit(); return nil, nil }), `{"n":1}`, "did not return"},
		"a result that does not encode":           {tool(func(context.Context, in) (any, error) { return func() {}, nil }), `{"n":1}`, "the result does not encode"},
		"a result that panics as it encodes":      {tool(func(context.Context, in) (any, error) { return brokenJSON{}, nil }), `{"n":1}`, "tool t panicked"},
		"arguments of another type":               {tool(func(_ context.Context, v in) (any, error) { return v, nil }), `{"n":"one"}`, "the arguments do not fit"},
		"arguments too few":                       {tool(func(_ context.Context, v in) (any, error) { return v, nil }), `{}`, "the arguments do not fit"},
		"arguments too many":                      {tool(func(_ context.Context, v in) (any, error) { return v, nil }), `{"n":1,"m":2}`, "the arguments do not fit"},
		"arguments out of range": {mastra.NewClientTool("t", "", func(_ context.Context, v struct {
			N int8 `json:"n"`
		}) (any, error) {
			return v, nil
		}), `{"n":1000}`, "the arguments do not fit"},
	}
}

type brokenError struct{ text string }

func (e *brokenError) Error() string { return e.text }

type brokenJSON struct{}

func (brokenJSON) MarshalJSON() ([]byte, error) { panic("cannot") }

func TestClientTool_FailureIsToldToTheModel(t *testing.T) {
	for name, tt := range failing() {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, run func(context.Context, *mastra.Agent, mastra.AgentRequest, ...mastra.Option) (*mastra.AgentResult, error)) {
				var said []string
				client, _ := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "a", Model: func(_ context.Context, c *mockserver.ModelCall) error {
					outputs := c.ToolOutputs()
					if len(outputs) == 0 {
						c.Call("t", json.RawMessage(tt.args))
						return nil
					}
					for _, o := range outputs {
						said = append(said, string(o))
					}
					c.Text("sorry")
					return nil
				}}))
				res, err := run(t.Context(), client.Agent("a"), withTools("go", tt.tool))
				require.NoError(t, err)
				assert.Equal(t, "sorry", res.Text, "the model goes on")
				require.Len(t, said, 1)
				output := decode[struct {
					Type  string
					Value map[string]string
				}](t, []byte(said[0]))
				assert.Equal(t, "json", output.Type)
				require.Contains(t, output.Value, "error")
				assert.Contains(t, output.Value["error"], tt.told)
				assert.NotContains(t, output.Value["error"], "secret")
				require.Len(t, res.ToolResults, 1)
				assert.True(t, res.ToolResults[0].IsError)
				assert.Contains(t, res.ToolResults[0].Err, tt.told)
				assert.Equal(t, "t", res.ToolResults[0].Name)
				assert.Empty(t, res.Pending())
			})
		})
	}
}
