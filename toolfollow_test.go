package mastra_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

func TestClientTool_ResultsAreToldAlthoughTheNextRequestFails(t *testing.T) {
	client, mock := onMock(t)
	mock.Inject(mockserver.Fault{Operation: "AgentStream", Skip: 1, Status: 500})
	s, err := client.Agent("plain").Stream(t.Context(), withTools(aLookup+"\n"+`tool:lookup {"id":4}`, lookupTool()))
	require.NoError(t, err)
	var told []string
	for chunk, err := range s.Chunks() {
		if err != nil {
			require.ErrorIs(t, err, mastra.ErrServer)
			break
		}
		if v, ok := chunk.Value().(*stream.ToolResult); ok {
			told = append(told, string(v.Args)+string(v.Result))
		}
	}
	assert.Equal(t, []string{`{"id":3}{"state":"order 3"}`, `{"id":4}{"state":"order 4"}`}, told)
	res, err := s.Result()
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Len(t, res.ToolResults, 2)
}

func TestClientTool_WhatFollowsAnAnswerKeepsItsOptions(t *testing.T) {
	type body struct {
		MaxSteps       int             `json:"maxSteps"`
		MaxIdle        int             `json:"maxIdleMs"`
		Extra          string          `json:"extra"`
		RequestContext map[string]any  `json:"requestContext"`
		Tracing        json.RawMessage `json:"tracingOptions"`
	}
	var p prompts
	client, mock := onMock(t, afterApproval(&p, nil))
	agent := client.Agent("a")
	waits := func(text string) *mastra.Pending {
		res, err := agent.Generate(t.Context(), asking(text))
		require.NoError(t, err)
		require.Len(t, res.Pending(), 1)
		return &res.Pending()[0]
	}
	tools, extra, tenant := []mastra.ClientTool{lookupTool()}, map[string]any{"extra": "yes"}, map[string]any{"tenant": "acme"}

	_, err := agent.Resume(t.Context(), mastra.ResumeAgentRequest{
		Pending: waits("ask"), Data: map[string]string{"answer": "so"}, ClientTools: tools, MaxSteps: 7, UntilIdle: &mastra.UntilIdle{MaxIdle: time.Second},
		Tracing: &mastra.TracingOptions{TraceID: "0123456789abcdef0123456789abcdef"}, RequestContext: tenant, Extra: extra,
	})
	require.NoError(t, err)
	following := mock.RequestsOf("AgentStreamUntilIdle")
	require.Len(t, following, 2)
	for _, r := range following {
		got := decode[body](t, r.Body)
		assert.JSONEq(t, `{"traceId":"0123456789abcdef0123456789abcdef"}`, string(got.Tracing))
		got.Tracing = nil
		assert.Equal(t, body{MaxSteps: 7, MaxIdle: 1000, Extra: "yes", RequestContext: tenant}, got)
	}

	for name, answer := range map[string]func(p *mastra.Pending) error{
		"approved": func(p *mastra.Pending) error {
			return second(agent.Approve(t.Context(), mastra.ApproveRequest{Pending: p, ClientTools: tools, RequestContext: tenant, Extra: extra}))
		},
		"declined": func(p *mastra.Pending) error {
			return second(agent.Decline(t.Context(), mastra.DeclineRequest{Pending: p, ClientTools: tools, RequestContext: tenant, Extra: extra}))
		},
	} {
		p.seen = nil
		before := len(mock.RequestsOf("AgentStream"))
		require.NoError(t, answer(waits("go")), name)
		following := mock.RequestsOf("AgentStream")[before:]
		require.Len(t, following, 2, name)
		for _, r := range following {
			assert.Equal(t, body{Extra: "yes", RequestContext: tenant}, decode[body](t, r.Body), name)
		}
	}
}

// The model of a durable agent without memory is told the conversation by the client,
// which nobody else knows.
func TestClientTool_ConversationThatNobodyKnowsIsAsked(t *testing.T) {
	var p prompts
	ran := 0
	tool := mastra.NewClientTool("lookup", "", func(ctx context.Context, in lookupIn) (lookupOut, error) {
		ran++
		return lookup(ctx, in)
	})
	risky := mockserver.NewTool("risky", "Needs approval", func(*mockserver.ToolCall, struct{}) (string, error) { return "done", nil })
	client, _ := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "d", Durable: true, Tools: []mockserver.Tool{risky.RequireApproval()},
		Model: func(ctx context.Context, c *mockserver.ModelCall) error {
			return p.model(2, func(c *mockserver.ModelCall, n int) {
				if n == 1 {
					c.Text("first ")
					c.Call("risky", struct{}{})
					return
				}
				c.Text("second ")
				c.Call("lookup", lookupIn{n})
			})(ctx, c)
		},
	}))
	agent := client.Agent("d")
	ask := func() *mastra.AgentResult {
		p.seen = nil
		res, err := agent.Generate(t.Context(), withTools("the prompt", tool))
		require.NoError(t, err)
		require.Len(t, res.Pending(), 1)
		return res
	}
	first := ask()
	res, err := agent.Approve(t.Context(), mastra.ApproveRequest{Pending: &first.Pending()[0], ClientTools: []mastra.ClientTool{tool}})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	assert.ErrorContains(t, err, "set Messages")
	assert.Zero(t, ran, "nothing can be done with its result")
	require.Len(t, res.Pending(), 1, "the call still waits")
	assert.Equal(t, mastra.PendingClientTool, res.Pending()[0].Kind)

	first = ask()
	res, err = agent.Approve(t.Context(), mastra.ApproveRequest{Pending: &first.Pending()[0], ClientTools: []mastra.ClientTool{tool}, Messages: first.Asked()})
	require.NoError(t, err)
	assert.Equal(t, 1, ran)
	assert.Equal(t, "second done after 3", res.Text)
	assert.Equal(t, "user assistant tool assistant tool", p.roles(2))
	assert.Equal(t, []string{`risky {} {"type":"text","value":"done"}`, `lookup {"id":2} {"type":"json","value":{"state":"order 2"}}`}, p.outputs(2))
	assert.Equal(t, "the prompt", p.seen[2][0].Text)
	assert.Equal(t, "first ", p.seen[2][1].Text)
}

func TestClientTool_ConversationThatCannotBeReadIsAnErrorOfTheServers(t *testing.T) {
	ran := 0
	tool := mastra.NewClientTool("lookup", "", func(ctx context.Context, in lookupIn) (lookupOut, error) {
		ran++
		return lookup(ctx, in)
	})
	client := inMemory(t, play(answer(200, `data: {"type":"tool-call","runId":"r","payload":{"toolCallId":"c","toolName":"lookup","args":{"id":1}}}

data: {"type":"finish","runId":"r","payload":{"stepResult":{"reason":"tool-calls"},"output":{"steps":7}}}

data: [DONE]

`, "Content-Type", "text/event-stream")))
	_, err := client.Agent("a").Resume(t.Context(), mastra.ResumeAgentRequest{
		RunID: "r", Data: 1, ClientTools: []mastra.ClientTool{tool}, Messages: mastra.Prompt("hi"),
	})
	require.Error(t, err)
	assert.NotErrorIs(t, err, mastra.ErrInvalidInput)
	assert.ErrorContains(t, err, "steps")
	assert.Equal(t, 502, mastra.HTTPStatus(err))
	assert.Zero(t, ran)
}
