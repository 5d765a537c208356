package contract_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

type order struct {
	ID int `json:"id"`
}

// lookup is a Go function that the model can call; ran counts how often it did.
func lookup(ran *atomic.Int32) mastra.ClientTool {
	return mastra.NewClientTool("lookup", "Looks an order up", func(_ context.Context, in order) (map[string]int, error) {
		ran.Add(1)
		switch in.ID {
		case 13:
			return nil, errors.New("no such order")
		case 14:
			panic("out of order")
		}
		return map[string]int{"order": in.ID}, nil
	})
}

// toEnd runs an agent in both ways.
var toEnd = map[string]func(context.Context, *mastra.Agent, mastra.AgentRequest) (*mastra.AgentResult, error){
	"generate": func(ctx context.Context, a *mastra.Agent, req mastra.AgentRequest) (*mastra.AgentResult, error) {
		return a.Generate(ctx, req)
	},
	"stream": func(ctx context.Context, a *mastra.Agent, req mastra.AgentRequest) (*mastra.AgentResult, error) {
		s, err := a.Stream(ctx, req)
		if err != nil {
			return nil, err
		}
		defer s.Close()
		return s.Result()
	},
}

func TestClientTool_IsAGoFunctionThatTheModelCalls(t *testing.T) {
	t.Parallel()
	c := client(t)
	lines := []string{
		`tool:lookup {"id":1}`, `tool:weather {"city":"Rome"}`, `tool:lookup {"id":13}`, `tool:lookup {"id":14}`, `tool:lookup {"id":"x"}`, `tool:weather {"city":"Nowhere"}`, `tool:lookup {"id":2}`,
	}
	for name, run := range toEnd {
		for _, withThread := range []bool{false, true} {
			title := name
			if withThread {
				title += ", on a thread"
			}
			t.Run(title, func(t *testing.T) {
				t.Parallel()
				var ran atomic.Int32
				req := ask(strings.Join(lines, "\n"))
				req.ClientTools = []mastra.ClientTool{lookup(&ran)}
				if withThread {
					req.Memory = &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
				}
				res, err := run(within(t), c.Agent("assistant"), req)
				require.NoError(t, err)
				assert.Equal(t, int32(4), ran.Load(), "each call once; the one whose arguments do not fit was not run")
				assert.Empty(t, res.Pending())
				assert.Equal(t, mastra.FinishStop, res.FinishReason)
				assert.Equal(t, oneCall.Add(oneCall), res.Usage)
				assert.Len(t, res.ToolCalls, len(lines))
				require.Len(t, res.ToolResults, len(lines), "one for each call")
				failed := 0
				for _, r := range res.ToolResults {
					if r.IsError {
						failed++
					}
				}
				assert.Equal(t, 4, failed)

				text, ok := strings.CutPrefix(res.Text, "Tool said: ")
				require.True(t, ok, res.Text)
				var told []struct{ Value json.RawMessage }
				require.NoError(t, json.Unmarshal([]byte(text), &told))
				var values []string
				for _, v := range told {
					values = append(values, string(v.Value))
				}
				assert.Len(t, values, len(lines))
				all := strings.Join(values, " ")
				for _, want := range []string{`{"order":1}`, `{"city":"Rome","tempC":4}`, `{"error":"no such order"}`, `{"error":"tool lookup panicked"}`, `do not fit`, `no such city`, `{"order":2}`} {
					assert.Contains(t, all, want)
				}
				if withThread {
					page, err := c.Memory("assistant").ForResource(req.Memory.ResourceID).Thread(req.Memory.ThreadID).ListMessages(within(t), mastra.ListMessagesRequest{})
					require.NoError(t, err)
					var roles, firsts []string
					for _, m := range page.Messages {
						roles = append(roles, string(m.Role))
						firsts = append(firsts, m.Text())
					}
					assert.Equal(t, "user", roles[0])
					assert.Contains(t, firsts[0], lines[0], "the prompt is there")
					assert.Equal(t, 1, strings.Count(strings.Join(roles, " "), "user"), "and once only")
				}
			})
		}
	}
}

func TestClientTool_ResultsAreSentWithThePromptAgain(t *testing.T) {
	t.Parallel()
	for name, run := range toEnd {
		t.Run(name, func(t *testing.T) {
			var ran atomic.Int32
			c, r := recorded(t, suite.server.URL())
			req := mastra.AgentRequest{Messages: mastra.Messages{
				mastra.User("the first"), mastra.Assistant("an answer"), mastra.User(`tool:lookup {"id":1}`),
			}, ClientTools: []mastra.ClientTool{lookup(&ran)}}
			res, err := run(within(t), c.Agent("plain"), req)
			require.NoError(t, err)
			assert.Contains(t, res.Text, `{"order":1}`)
			exchanges := r.Exchanges()
			require.Len(t, exchanges, 2)
			body := string(exchanges[1].RequestBody)
			for _, text := range []string{"the first", "an answer", "tool:lookup", `"tool-call"`, `"tool-result"`} {
				assert.Equal(t, 1, strings.Count(body, text), "%s in %s", text, body)
			}
		})
	}
}

func TestClientTool_StreamIsForwardedAsOne(t *testing.T) {
	t.Parallel()
	var ran atomic.Int32
	req := ask(`tool:lookup {"id":1}`)
	req.ClientTools = []mastra.ClientTool{lookup(&ran)}
	s, err := client(t).Agent("plain").Stream(within(t), req)
	w := httptest.NewRecorder()
	require.NoError(t, stream.Forward(w, opened(t, s, err).Stream))
	assert.Equal(t, 1, strings.Count(w.Body.String(), "[DONE]"))
	assert.True(t, strings.HasSuffix(w.Body.String(), "data: [DONE]\n\n"))
	read := stream.New(t.Context(), w.Result().Body, stream.Options{})
	list, err := types(t, read)
	require.NoError(t, err)
	assert.Equal(t, "start step-start tool-call-input-streaming-start tool-call-delta tool-call-input-streaming-end tool-call step-finish finish"+
		" tool-result start step-start text-start text-delta text-end step-finish finish", strings.Join(list, " "))
}

func TestClientTool_TakesThePlaceOfAToolOfTheServer(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, run := range toEnd {
		t.Run(name, func(t *testing.T) {
			req := ask(`tool:weather {"city":"Rome"}`)
			req.ClientTools = []mastra.ClientTool{mastra.NewClientTool("weather", "", func(_ context.Context, in struct {
				City string `json:"city"`
			}) (string, error) {
				return "ours of " + in.City, nil
			})}
			res, err := run(within(t), c.Agent("assistant"), req)
			require.NoError(t, err)
			assert.Contains(t, res.Text, "ours of Rome")
			assert.Len(t, res.ToolResults, 1)
		})
	}
}
