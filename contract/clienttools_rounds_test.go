package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/stream"
)

// seenCall is one of the calls that the extra world's model finds in its prompt.
type seenCall struct {
	Tool   string
	Args   json.RawMessage
	Output struct {
		Type  string
		Value json.RawMessage
	}
}

func (c seenCall) String() string {
	return fmt.Sprintf("%s %s = %s %s", c.Tool, c.Args, c.Output.Type, c.Output.Value)
}

// seenCalls are those that the model has told of.
func seenCalls(t testing.TB, text string) (out []string) {
	t.Helper()
	var calls []seenCall
	require.NoError(t, json.Unmarshal([]byte(text), &calls), text)
	for _, c := range calls {
		out = append(out, c.String())
	}
	return out
}

// rounds has the model call a client tool in three rounds, and between the first two a
// tool of the server's that waits.
func rounds(waits string) string {
	call := func(id int) string { return fmt.Sprintf(`{"call":"lookup","args":["{\"id\":%d}"]}`, id) }
	return "[[" + strings.Join([]string{
		`{"text":["one"]},` + call(1) + "," + call(2), `{"text":["two"]},` + waits, `{"text":["three"]},` + call(3), `{"text":["four"]},` + call(4), `{"seen":true}`,
	}, "],[") + "]]"
}

// roundsWith is what the model then sees, where that tool has come to this.
func roundsWith(waited string) []string {
	return []string{
		`lookup {"id":1} = json {"order":1}`, `lookup {"id":2} = json {"order":2}`, waited, `lookup {"id":3} = json {"order":3}`, `lookup {"id":4} = json {"order":4}`,
	}
}

// counting is a client tool that keeps what it was called with.
type counting struct {
	mu  sync.Mutex
	saw []string
}

func (c *counting) tool() mastra.ClientTool {
	return mastra.NewClientTool("lookup", "Looks an order up", func(_ context.Context, in order) (map[string]int, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.saw = append(c.saw, fmt.Sprint(in.ID))
		return map[string]int{"order": in.ID}, nil
	})
}

// Three rounds of a client tool, with a tool call of the server's that is approved or
// answered in between: the model sees every call with its arguments and its result, and
// a thread has them stored.
func TestClientTool_RoundsKeepEveryCallAndResult(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	var traces sync.Map // of the next turns, and what each should tell
	t.Run("runs", func(t *testing.T) { everyRound(t, url, &traces) })
	if suite.target.Name == "mock" {
		return // it keeps no traces
	}
	c, _ := recorded(t, url)
	traces.Range(func(id, want any) bool {
		assert.Equal(t, want, tracedCalls(t, c, id.(string)), "in its trace")
		return true
	})
}

func everyRound(t *testing.T, url string, traces *sync.Map) {
	type decide func(context.Context, *mastra.Agent, mastra.Pending, mastra.AgentRequest, mastra.Messages) (*mastra.AgentResult, error)
	whole := func(s *mastra.AgentStream, err error) (*mastra.AgentResult, error) {
		if err != nil {
			return nil, err
		}
		defer s.Close()
		return s.Result()
	}
	approval := `{"call":"delicate","args":["{\"what\":\"b\"}"]}`
	approved, declined := `delicate {"what":"b"} = json {"done":"b"}`, `delicate {"what":"b"} = text "not now"`
	for name, answer := range map[string]struct {
		waits, becomes string
		do             decide
	}{
		"approved": {approval, approved, func(ctx context.Context, a *mastra.Agent, p mastra.Pending, req mastra.AgentRequest, asked mastra.Messages) (*mastra.AgentResult, error) {
			return a.Approve(ctx, mastra.ApproveRequest{Pending: &p, ClientTools: req.ClientTools, Memory: req.Memory, Messages: asked})
		}},
		"approved, streamed": {approval, approved, func(ctx context.Context, a *mastra.Agent, p mastra.Pending, req mastra.AgentRequest, asked mastra.Messages) (*mastra.AgentResult, error) {
			return whole(a.ApproveStream(ctx, mastra.ApproveRequest{Pending: &p, ClientTools: req.ClientTools, Memory: req.Memory, Messages: asked}))
		}},
		"declined": {approval, declined, func(ctx context.Context, a *mastra.Agent, p mastra.Pending, req mastra.AgentRequest, asked mastra.Messages) (*mastra.AgentResult, error) {
			return a.Decline(ctx, mastra.DeclineRequest{Pending: &p, Reason: "not now", ClientTools: req.ClientTools, Memory: req.Memory, Messages: asked})
		}},
		"declined, streamed": {approval, declined, func(ctx context.Context, a *mastra.Agent, p mastra.Pending, req mastra.AgentRequest, asked mastra.Messages) (*mastra.AgentResult, error) {
			return whole(a.DeclineStream(ctx, mastra.DeclineRequest{Pending: &p, Reason: "not now", ClientTools: req.ClientTools, Memory: req.Memory, Messages: asked}))
		}},
		"answered": {`{"call":"ask-user","args":["{\"question\":\"who?\"}"]}`, `ask-user {"question":"who?"} = json {"answer":"me"}`,
			func(ctx context.Context, a *mastra.Agent, p mastra.Pending, req mastra.AgentRequest, asked mastra.Messages) (*mastra.AgentResult, error) {
				return a.Resume(ctx, mastra.ResumeAgentRequest{Pending: &p, Data: map[string]string{"answer": "me"}, ClientTools: req.ClientTools, Memory: req.Memory, Messages: asked})
			}},
	} {
		for _, agentID := range []string{"scripted", "recalling", "lasting", "enduring"} {
			for way, begin := range toEnd {
				if way == "stream" && (agentID == "lasting" || agentID == "enduring") {
					continue // their stream stays open: see the next test
				}
				t.Run(strings.Join([]string{agentID, way, name}, ", "), func(t *testing.T) {
					t.Parallel()
					var tool counting
					c, _ := recorded(t, url)
					agent := c.Agent(agentID)
					req := ask(rounds(answer.waits))
					req.ClientTools = []mastra.ClientTool{tool.tool()}
					if agentID == "recalling" || agentID == "enduring" {
						req.Memory = &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
					}
					res, err := begin(within(t), agent, req)
					require.NoError(t, err)
					require.Len(t, res.Pending(), 1)
					assert.ElementsMatch(t, []string{"1", "2"}, tool.saw)

					p := res.Pending()[0]
					res, err = answer.do(within(t), agent, p, req, res.Asked())
					require.NoError(t, err)
					assert.Empty(t, res.Pending())
					assert.ElementsMatch(t, []string{"1", "2", "3", "4"}, tool.saw)
					said, found := strings.CutPrefix(res.Text, "threefour")
					require.True(t, found, res.Text)
					want := roundsWith(answer.becomes)
					assert.Equal(t, want, seenCalls(t, said))
					if req.Memory != nil {
						assert.Equal(t, inThread(want), storedCalls(t, c, agentID, req.Memory))
					}

					next := ask(`[[{"seen":true}]]`)
					next.Tracing = &mastra.TracingOptions{TraceID: strings.ReplaceAll(uuid.NewString(), "-", "")}
					if next.Memory = req.Memory; next.Memory == nil {
						before, err := res.Conversation()
						require.NoError(t, err)
						next.Messages = append(before, next.Messages...)
					}
					res, err = begin(within(t), agent, next)
					require.NoError(t, err)
					assert.Equal(t, want, seenCalls(t, res.Text), "in the next turn")
					traces.Store(next.Tracing.TraceID, want)
				})
			}
		}
	}
}

// inThread is how a thread tells of such calls: what a result is has no kind there, and
// what was declined has no result.
func inThread(seen []string) (out []string) {
	for _, s := range seen {
		out = append(out, strings.TrimSuffix(kind.ReplaceAllString(s, " = "), `"not now"`))
	}
	return out
}

var kind = regexp.MustCompile(` = (json|text) `)

// storedCalls are those of a thread. The server keeps a call of a client tool twice: as
// the model made it, and again with the result that the client sent.
func storedCalls(t testing.TB, c *mastra.Client, agentID string, of *mastra.MemoryRef) (out []string) {
	t.Helper()
	results := map[string]string{}
	var order []string
	for m, err := range c.Memory(agentID).ForResource(of.ResourceID).Thread(of.ThreadID).Messages(within(t), mastra.ListMessagesRequest{}) {
		require.NoError(t, err)
		for _, p := range m.Content.Parts {
			i := p.ToolInvocation
			if i == nil {
				continue
			}
			call := fmt.Sprintf("%s %s = ", i.ToolName, i.Args)
			if _, known := results[call]; !known {
				order = append(order, call)
			}
			results[call] += string(i.Result)
		}
	}
	for _, call := range order {
		out = append(out, call+results[call])
	}
	return out
}

// tracedCalls are those that the model of a run was told of, as its trace has kept them:
// what the server's memory has twice, the trace has twice, and the model once.
func tracedCalls(t testing.TB, c *mastra.Client, traceID string) (out []string) {
	t.Helper()
	type span struct {
		SpanType string
		Input    json.RawMessage
		Output   struct{ Text string }
	}
	var trace struct{ Spans []span }
	at := -1
	until(t, "the trace is stored", func() bool {
		if err := c.Do(within(t), "GET", "/observability/traces/"+traceID, nil, &trace); err != nil {
			return false
		}
		at = slices.IndexFunc(trace.Spans, func(s span) bool { return s.SpanType == "model_generation" })
		return at >= 0
	})
	if at < 0 {
		return nil
	}
	if string(trace.Spans[at].Input) == "null" { // as a durable agent's: the model's answer tells what it saw
		return seenCalls(t, trace.Spans[at].Output.Text)
	}
	var input struct {
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(trace.Spans[at].Input, &input))
	outputs := map[string]mastra.ToolOutput{}
	var calls []mastra.Part
	for _, m := range input.Messages {
		if m.Role != "assistant" && m.Role != "tool" {
			continue
		}
		var parts []mastra.Part
		require.NoError(t, json.Unmarshal(m.Content, &parts))
		for _, p := range parts {
			switch p.Type {
			case "tool-call":
				same := func(c mastra.Part) bool { return c.ToolCallID == p.ToolCallID && string(c.Input) == string(p.Input) }
				if !slices.ContainsFunc(calls, same) {
					calls = append(calls, p)
				}
			case "tool-result":
				outputs[p.ToolCallID] = *p.Output
			}
		}
	}
	for _, p := range calls {
		out = append(out, fmt.Sprintf("%s %s = %s %s", p.ToolName, p.Input, outputs[p.ToolCallID].Type, outputs[p.ToolCallID].Value))
	}
	return out
}

// The stream of a durable agent stays open while a call waits, and goes on with what
// follows the answer, client tools among it.
func TestClientTool_StreamOfADurableAgentGoesOnByItself(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	for _, agentID := range []string{"lasting", "enduring"} {
		t.Run(agentID, func(t *testing.T) {
			t.Parallel()
			c, _ := recorded(t, url)
			var tool counting
			agent := c.Agent(agentID)
			req := ask(rounds(`{"call":"delicate","args":["{\"what\":\"b\"}"]}`))
			req.ClientTools = []mastra.ClientTool{tool.tool()}
			if agentID == "enduring" {
				req.Memory = &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
			}
			s, err := agent.Stream(within(t), req)
			require.NoError(t, err)
			defer s.Close()
			for chunk, err := range s.Chunks() {
				require.NoError(t, err)
				if v, ok := chunk.Value().(*stream.ToolCallApproval); ok {
					p := v.Pending()
					// Not Approve: the server takes the thread of "enduring" for somebody else's.
					_, err := agent.Resume(within(t), mastra.ResumeAgentRequest{RunID: p.RunID, ToolCallID: p.ToolCallID, Data: map[string]bool{"approved": true}})
					require.NoError(t, err)
				}
			}
			res, err := s.Result()
			require.NoError(t, err)
			assert.ElementsMatch(t, []string{"1", "2", "3", "4"}, tool.saw)
			said, found := strings.CutPrefix(res.Text, "onetwothreefour")
			require.True(t, found, res.Text)
			assert.Equal(t, roundsWith(`delicate {"what":"b"} = json {"done":"b"}`), seenCalls(t, said))
		})
	}
}

func TestApprove_OfADurableAgentWithAMemoryIsForbidden(t *testing.T) {
	t.Parallel()
	c, _ := recorded(t, own(t, contract.Config{Extra: true}).URL())
	agent := c.Agent("enduring")
	req := ask(`[[{"call":"delicate","args":["{\"what\":\"b\"}"]}],[{"text":["done"]}]]`)
	req.Memory = &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	res, err := agent.Generate(within(t), req)
	require.NoError(t, err)
	require.Len(t, res.Pending(), 1)
	p := res.Pending()[0]
	_, err = agent.Approve(within(t), mastra.ApproveRequest{Pending: &p})
	require.ErrorIs(t, err, mastra.ErrForbidden)
	_, err = agent.Decline(within(t), mastra.DeclineRequest{Pending: &p})
	require.ErrorIs(t, err, mastra.ErrForbidden)
	res, err = agent.Resume(within(t), mastra.ResumeAgentRequest{Pending: &p, Data: map[string]bool{"approved": true}})
	require.NoError(t, err)
	assert.Equal(t, "done", res.Text)
}
