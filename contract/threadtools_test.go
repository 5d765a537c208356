package contract_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/stream"
)

// followed is what a subscriber has been told until a run has ended otherwise than with
// client tools.
type followed struct {
	text    string
	results []string
	errors  []string
	runs    int
}

// followTools reads a subscription until the model has said its last.
func followTools(t testing.TB, s *mastra.AgentStream) (f followed) {
	t.Helper()
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		switch v := chunk.Value().(type) {
		case *stream.TextDelta:
			f.text += v.Text
		case *stream.ToolResult:
			f.results = append(f.results, fmt.Sprintf("%s %s = %s", v.Name, v.Args, v.Result))
		case *stream.ToolErrorChunk:
			f.errors = append(f.errors, v.Error.Message)
		case *stream.ErrorChunk:
			f.errors = append(f.errors, v.Err().Error())
		case *stream.Finish:
			f.runs++
			if v.Reason() != mastra.FinishToolCalls {
				return f
			}
		}
	}
	return f
}

// Whoever follows a thread answers the client tools that a run calls which a message has
// started: three rounds, two calls at once in the first.
func TestSubscribeThread_RunsClientTools(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	call := func(id int) string { return fmt.Sprintf(`{"call":"lookup","args":["{\"id\":%d}"]}`, id) }
	script := "[[" + strings.Join([]string{
		`{"text":["one"]},` + call(1) + "," + call(2), `{"text":["two"]},` + call(3), `{"text":["three"]},` + call(13), `{"seen":true}`,
	}, "],[") + "]]"
	type sender func(context.Context, *mastra.Agent, mastra.SendMessageRequest) (*mastra.SignalReceipt, error)
	for name, send := range map[string]sender{
		"SendMessage": func(ctx context.Context, a *mastra.Agent, req mastra.SendMessageRequest) (*mastra.SignalReceipt, error) {
			return a.SendMessage(ctx, req)
		},
		"QueueMessage": func(ctx context.Context, a *mastra.Agent, req mastra.SendMessageRequest) (*mastra.SignalReceipt, error) {
			return a.QueueMessage(ctx, req)
		},
	} {
		for _, agentID := range []string{"recalling", "enduring"} {
			t.Run(agentID+", "+name, func(t *testing.T) {
				t.Parallel()
				c, _ := recorded(t, url)
				agent := c.Agent(agentID)
				threadID, user := unique("thread"), unique("user")
				tools := []mastra.ClientTool{mastra.NewClientTool("lookup", "Looks an order up", func(_ context.Context, in order) (map[string]int, error) {
					if in.ID == 13 {
						return nil, fmt.Errorf("no order %d", in.ID)
					}
					return map[string]int{"order": in.ID}, nil
				})}
				s, err := agent.SubscribeThread(within(t), mastra.SubscribeThreadRequest{ThreadID: threadID, ResourceID: user, ClientTools: tools})
				require.NoError(t, err)
				defer s.Close()
				_, err = send(within(t), agent, mastra.SendMessageRequest{ThreadID: threadID, ResourceID: user, Message: script, IfIdle: &mastra.IfIdle{ClientTools: tools}})
				require.NoError(t, err)
				f := followTools(t, s)
				assert.ElementsMatch(t, []string{`lookup {"id":1} = {"order":1}`, `lookup {"id":2} = {"order":2}`, `lookup {"id":3} = {"order":3}`}, f.results)
				assert.Equal(t, []string{"no order 13"}, f.errors)
				assert.Equal(t, 4, f.runs)
				said, found := strings.CutPrefix(f.text, "onetwothree")
				require.True(t, found, f.text)
				want := []string{
					`lookup {"id":1} = json {"order":1}`, `lookup {"id":2} = json {"order":2}`, `lookup {"id":3} = json {"order":3}`,
					`lookup {"id":13} = json {"error":"no order 13"}`,
				}
				assert.ElementsMatch(t, want, seenCalls(t, said))
				assert.ElementsMatch(t, inThread(want), storedCalls(t, c, agentID, &mastra.MemoryRef{ThreadID: threadID, ResourceID: user}))

				next := ask(`[[{"seen":true}]]`)
				next.Memory = &mastra.MemoryRef{ThreadID: threadID, ResourceID: user}
				res, err := agent.Generate(within(t), next)
				require.NoError(t, err)
				assert.ElementsMatch(t, want, seenCalls(t, res.Text), "in the next turn")
			})
		}
	}
}

// Two who follow a thread by one Client: the tools run once.
func TestSubscribeThread_OneOfAClientAnswers(t *testing.T) {
	t.Parallel()
	c, _ := recorded(t, own(t, contract.Config{Extra: true}).URL())
	agent := c.Agent("recalling")
	threadID, user := unique("thread"), unique("user")
	var tool counting
	req := mastra.SubscribeThreadRequest{ThreadID: threadID, ResourceID: user, ClientTools: []mastra.ClientTool{tool.tool()}}
	var told [2]followed
	done := make(chan struct{})
	for i := range told {
		s, err := agent.SubscribeThread(within(t), req)
		require.NoError(t, err)
		defer s.Close()
		go func() {
			told[i] = followTools(t, s)
			done <- struct{}{}
		}()
	}
	_, err := agent.SendMessage(within(t), mastra.SendMessageRequest{ThreadID: threadID, ResourceID: user, Message: oneLookup, IfIdle: &mastra.IfIdle{ClientTools: req.ClientTools}})
	require.NoError(t, err)
	for range told {
		select {
		case <-done:
		case <-time.After(callTime):
			t.Fatal("no end")
		}
	}
	assert.Equal(t, []string{"1", "2"}, tool.saw)
	for _, f := range told {
		assert.Empty(t, f.errors)
		assert.Equal(t, 3, f.runs)
	}
	assert.Len(t, append(told[0].results, told[1].results...), 2)
}
