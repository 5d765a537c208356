package mastra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

type runner = func(context.Context, *mastra.Agent, mastra.AgentRequest, ...mastra.Option) (*mastra.AgentResult, error)

// exit ends the goroutine it is called in.
func exit() { runtime.Goexit() }

// prompts notes what a model is given, call by call.
type prompts struct {
	mu   sync.Mutex
	seen [][]mockserver.PromptMessage
}

// model calls tools as long as there are rounds, then says how often it was asked.
func (p *prompts) model(rounds int, call func(c *mockserver.ModelCall, n int)) mockserver.Model {
	return func(_ context.Context, c *mockserver.ModelCall) error {
		p.mu.Lock()
		p.seen = append(p.seen, append([]mockserver.PromptMessage(nil), c.Prompt...))
		n := len(p.seen)
		p.mu.Unlock()
		if n <= rounds {
			call(c, n)
			return nil
		}
		c.Text(fmt.Sprintf("done after %d", n))
		return nil
	}
}

func (p *prompts) roles(call int) string {
	var out []string
	for _, m := range p.seen[call] {
		out = append(out, string(m.Role))
	}
	return strings.Join(out, " ")
}

// outputs are the results that the model was given, each with its call.
func (p *prompts) outputs(call int) (out []string) {
	for _, m := range p.seen[call] {
		for i, output := range m.Outputs {
			out = append(out, fmt.Sprintf("%s %s %s", m.Calls[i].Tool, m.Calls[i].Args, output))
		}
	}
	return out
}

func calling(tool string) func(*mockserver.ModelCall, int) {
	return func(c *mockserver.ModelCall, n int) { c.Call(tool, map[string]int{"id": n}) }
}

func TestClientTool_AllCallsOfARoundRun(t *testing.T) {
	bothWays(t, func(t *testing.T, run runner) {
		for name, memory := range map[string]*mastra.MemoryRef{"no thread": nil, "a thread": {ThreadID: "t", ResourceID: "u"}} {
			t.Run(name, func(t *testing.T) {
				client, mock := onMock(t)
				var runs atomic.Int32
				double := mastra.NewClientTool("double", "", func(_ context.Context, in lookupIn) (int, error) {
					runs.Add(1)
					return 2 * in.ID, nil
				})
				req := withTools(strings.Join([]string{
					`tool:double {"id":1}`, `tool:weather {"city":"Rome"}`, `tool:lookup {"id":3}`, `tool:double {"id":4}`, `tool:weather {"city":"Nowhere"}`,
				}, "\n"), double, lookupTool())
				req.Memory = memory
				res, err := run(t.Context(), client.Agent("assistant"), req)
				require.NoError(t, err)
				text, ok := strings.CutPrefix(res.Text, "Tool said: ")
				require.True(t, ok, res.Text)
				var values []any
				for _, output := range decode[[]struct{ Value any }](t, []byte(text)) {
					values = append(values, output.Value)
				}
				assert.ElementsMatch(t, []any{2.0, map[string]any{"city": "Rome", "tempC": 4.0}, map[string]any{"state": "order 3"}, 8.0, "no such city"}, values)
				assert.Equal(t, int32(2), runs.Load(), "each call once")
				assert.Len(t, res.ToolCalls, 5)
				require.Len(t, res.ToolResults, 5)
				answered := map[string]int{}
				for _, r := range res.ToolResults {
					answered[r.ID]++
				}
				assert.Len(t, answered, 5, "each call has one result")
				assert.Empty(t, res.Pending())
				assert.Equal(t, mastra.FinishStop, res.FinishReason)
				assert.Equal(t, 36, res.Usage.TotalTokens, "of both model calls")
				for _, r := range mock.Requests() {
					if r.Operation == "AgentGenerate" || r.Operation == "AgentStream" {
						assert.Contains(t, string(r.Body), `"clientTools"`, "each request tells of the tools")
					}
				}
			})
		}
	})
}

func TestClientTool_RoundsNeverLoseThePrompt(t *testing.T) {
	conversation := mastra.Messages{mastra.User("the first question"), mastra.Assistant("an answer"), mastra.User("the question")}
	for _, tt := range []struct {
		name     string
		memory   *mockserver.Memory
		thread   *mastra.MemoryRef
		messages mastra.Messages
		rounds   int
	}{
		{"a text, no thread", nil, nil, mastra.Prompt("the question"), 2},
		{"a conversation, no thread", nil, nil, conversation, 3},
		{"raw messages, no thread", nil, nil, mastra.RawMessages([]byte(`[{"role":"user","content":"the question"}]`)), 2},
		{"a thread, an agent without memory", nil, &mastra.MemoryRef{ThreadID: "t", ResourceID: "u"}, mastra.Prompt("the question"), 3},
		{"a thread", &mockserver.Memory{LastMessages: 10}, &mastra.MemoryRef{ThreadID: "t", ResourceID: "u"}, mastra.Prompt("the question"), 2},
		{"a thread, more rounds than are remembered", &mockserver.Memory{LastMessages: 2}, &mastra.MemoryRef{ThreadID: "t", ResourceID: "u"}, mastra.Prompt("the question"), 7},
		{"a conversation that ends with an answer", nil, nil, append(conversation[:3:3], mastra.Assistant("let me see"), mastra.System("be kind")), 3},
		{"a conversation on a thread", &mockserver.Memory{LastMessages: 3}, &mastra.MemoryRef{ThreadID: "t", ResourceID: "u"}, conversation, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, run runner) {
				var p prompts
				client, _ := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "a", Memory: tt.memory, Model: p.model(tt.rounds, calling("lookup"))}))
				req := mastra.AgentRequest{Messages: tt.messages, Memory: tt.thread, ClientTools: []mastra.ClientTool{lookupTool()}, RunID: "my-run"}
				res, err := run(t.Context(), client.Agent("a"), req)
				require.NoError(t, err)
				assert.Equal(t, fmt.Sprintf("done after %d", tt.rounds+1), res.Text)
				require.Len(t, p.seen, tt.rounds+1)
				for call, prompt := range p.seen {
					var questions, outputs int
					for _, m := range prompt {
						outputs += len(m.Outputs)
						if m.Role == "user" && m.Text == "the question" {
							questions++
						}
					}
					assert.Equal(t, 1, questions, "call %d: %s", call, p.roles(call))
					assert.Equal(t, call, outputs, "call %d: %s", call, p.roles(call))
				}
				assert.Equal(t, (tt.rounds+1)*18, res.Usage.TotalTokens)
				assert.Len(t, res.ToolResults, tt.rounds)
			})
		})
	}
}

func TestClientTool_RoundsAreCounted(t *testing.T) {
	bothWays(t, func(t *testing.T, run runner) {
		for _, tt := range []struct{ limit, rounds int }{{0, 10}, {1, 1}, {3, 3}} {
			var p prompts
			client, mock := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "a", Model: p.model(1000, calling("lookup"))}))
			req := withTools("go", lookupTool())
			req.MaxToolRounds = tt.limit
			res, err := run(t.Context(), client.Agent("a"), req)
			require.ErrorIs(t, err, mastra.ErrToolRounds)
			assert.ErrorContains(t, err, fmt.Sprint(tt.rounds))
			assert.Len(t, mock.Requests(), tt.rounds+1)
			require.NotNil(t, res, "what came before")
			assert.Len(t, res.ToolResults, tt.rounds)
			require.Len(t, res.Pending(), 1, "the call that was not run waits")
			assert.Equal(t, mastra.PendingClientTool, res.Pending()[0].Kind)
		}
	})
}

func TestClientTool_ManyRunAtOnceButNotTooMany(t *testing.T) {
	const calls, atOnce = 40, 8
	bothWays(t, func(t *testing.T, run runner) {
		var now, most, total atomic.Int32
		full := make(chan struct{})
		wait := mastra.NewClientTool("wait", "", func(ctx context.Context, in lookupIn) (int, error) {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			if total.Add(1) == atOnce {
				close(full)
			}
			<-full // so many are at work together
			return in.ID, nil
		})
		var p prompts
		client, _ := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "a", Model: p.model(1, func(c *mockserver.ModelCall, _ int) {
			for i := range calls {
				c.Call("wait", lookupIn{i})
			}
		})}))
		res, err := run(t.Context(), client.Agent("a"), withTools("go", wait))
		require.NoError(t, err)
		assert.Equal(t, int32(calls), total.Load())
		assert.Equal(t, int32(atOnce), most.Load())
		require.Len(t, res.ToolResults, calls)
		for i, r := range res.ToolResults {
			assert.Equal(t, fmt.Sprint(i), string(r.Result), "in the order of the calls")
		}
	})
}

func TestClientTool_IsReachedAndEndedByTheContext(t *testing.T) {
	bothWays(t, func(t *testing.T, run runner) {
		type key struct{}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
		defer cancel()
		var started, returned atomic.Int32
		wait := mastra.NewClientTool("wait", "", func(ctx context.Context, in lookupIn) (int, error) {
			defer returned.Add(1)
			assert.Equal(t, "value", ctx.Value(key{}))
			if started.Add(1) == 8 {
				cancel()
			}
			<-ctx.Done()
			return 0, ctx.Err()
		})
		var p prompts
		client, mock := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "a", Model: p.model(1, func(c *mockserver.ModelCall, _ int) {
			for i := range 30 {
				c.Call("wait", lookupIn{i})
			}
		})}))
		res, err := run(ctx, client.Agent("a"), withTools("go", wait))
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, started.Load(), returned.Load(), "no tool outlives the call")
		assert.Equal(t, int32(8), started.Load(), "and none is begun after the end of the context")
		assert.Len(t, mock.Requests(), 1, "nothing more is asked")
		require.NotNil(t, res)
		assert.Len(t, res.Pending(), 30)
	})
}

func TestClientTool_CallThatTheServerHasAnsweredIsNotRunAgain(t *testing.T) {
	call := func(id, name string) string {
		return `{"type":"tool-call","runId":"r","payload":{"toolCallId":"` + id + `","toolName":"` + name + `","args":{"id":1}}}`
	}
	answered := `{"type":"tool-result","runId":"r","payload":{"toolCallId":"c1","toolName":"lookup","result":{"state":"by the server"}}}`
	byProvider := `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c3","toolName":"lookup","args":{"id":1},"providerExecuted":true}}`
	finish := func(reason string) string {
		return `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"` + reason + `"},"output":{"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}}}`
	}
	first := []string{call("c1", "lookup"), answered, call("c2", "lookup"), byProvider, finish("tool-calls")}
	whole := `{"text":"","finishReason":"tool-calls","runId":"r","toolCalls":[` + call("c1", "lookup") + `,` + call("c2", "lookup") + `,` + byProvider + `],"toolResults":[` + answered + `],
		"messages":[],"response":{"messages":[]}}`
	for name, run := range ways {
		t.Run(name, func(t *testing.T) {
			var ran []string
			tool := mastra.NewClientTool("lookup", "", func(_ context.Context, in lookupIn) (lookupOut, error) {
				ran = append(ran, "once")
				return lookupOut{"by us"}, nil
			})
			steps := []step{answer(200, whole), answer(200, `{"text":"done","finishReason":"stop"}`)}
			if name == "stream" {
				steps = []step{events(first...), events(finish("stop"))}
			}
			rt := play(steps...)
			res, err := run(t.Context(), inMemory(t, rt).Agent("a"), withTools("x", tool))
			require.NoError(t, err)
			assert.Len(t, ran, 1)
			assert.Equal(t, 2, rt.attempts())
			assert.Equal(t, 1, strings.Count(rt.bodies[1], `by us`))
			assert.Len(t, res.ToolResults, 2)
		})
	}
}

// sse answers with a stream of events and its end.
func events(list ...string) step {
	var text strings.Builder
	for _, event := range append(list, "[DONE]") {
		text.WriteString("data: " + event + "\n\n")
	}
	return answer(200, text.String(), "Content-Type", "text/event-stream")
}

func TestClientTool_CallOfAToolThatIsNoGoFunctionIsLeftToTheCaller(t *testing.T) {
	finish := `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"tool-calls"}}}`
	known := `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c1","toolName":"lookup","args":{"id":1}}}`
	other := `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c2","toolName":"elsewhere","args":{"x":1}}}`
	whole := `{"text":"","finishReason":"tool-calls","runId":"r","toolCalls":[` + known + `,` + other + `]}`
	for name, run := range ways {
		t.Run(name, func(t *testing.T) {
			rt := play(answer(200, whole))
			if name == "stream" {
				rt = play(events(known, other, finish))
			}
			tool := mastra.NewClientTool("lookup", "", func(context.Context, lookupIn) (lookupOut, error) {
				t.Error("run, though its answer cannot be sent")
				return lookupOut{}, nil
			})
			res, err := run(t.Context(), inMemory(t, rt).Agent("a"), withTools("x", tool))
			require.NoError(t, err)
			assert.Equal(t, 1, rt.attempts())
			var waits []string
			for _, p := range res.Pending() {
				waits = append(waits, fmt.Sprint(p.Kind, " ", p.RunID, " ", p.ToolCallID, " ", p.ToolName, " ", string(p.Args)))
			}
			assert.Equal(t, []string{`client-tool r c1 lookup {"id":1}`, `client-tool r c2 elsewhere {"x":1}`}, waits)
		})
	}
}

func TestClientTool_PanicIsLoggedForTheDeveloper(t *testing.T) {
	var log bytes.Buffer
	mock := mockserver.Start(t)
	client := dial(t, mock.URL, mastra.WithLogger(slog.New(slog.NewJSONHandler(&log, nil))))
	tool := mastra.NewClientTool("lookup", "", func(context.Context, lookupIn) (lookupOut, error) { panic("the reason") })
	_, err := client.Agent("plain").Generate(t.Context(), withTools(`tool:lookup {"id":1}`, tool))
	require.NoError(t, err)
	line := decode[map[string]string](t, log.Bytes())
	assert.Contains(t, line["stack"], "toolloop_test.go")
	delete(line, "stack")
	delete(line, "time")
	assert.Equal(t, map[string]string{"level": "ERROR", "msg": "mastra: a client tool panicked", "tool": "lookup", "panic": "the reason"}, line)
}

func TestClientTool_AndTypedOutputGoTogether(t *testing.T) {
	var p prompts
	model := func(ctx context.Context, c *mockserver.ModelCall) error {
		if len(c.ToolOutputs()) == 0 {
			return p.model(1, calling("lookup"))(ctx, c)
		}
		return c.Object(map[string]string{"id": "77"})
	}
	client, _ := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "a", Model: model}))
	res, err := mastra.GenerateAs[identity](t.Context(), client.Agent("a"), withTools("go", lookupTool()))
	require.NoError(t, err)
	assert.Equal(t, identity{"77"}, res.Value)
	p.seen = nil
	s, err := mastra.StreamAs[identity](t.Context(), client.Agent("a"), withTools("go", lookupTool()))
	require.NoError(t, err)
	final, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, identity{"77"}, final.Value)
	assert.Len(t, final.ToolResults, 1)
	assert.Equal(t, json.RawMessage(`{"state":"order 1"}`), final.ToolResults[0].Result)
}
