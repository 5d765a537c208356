package contract_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/stream"
)

// onThread is a thread of its own, and what somebody needs to follow it.
func onThread(tools ...mastra.ClientTool) (mastra.MemoryRef, mastra.SubscribeThreadRequest) {
	to := mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	return to, mastra.SubscribeThreadRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID, ClientTools: tools}
}

// waitingCall is the call that a run on the thread waits with.
func waitingCall(t testing.TB, agent *mastra.Agent, to mastra.MemoryRef) (runID, callID string) {
	t.Helper()
	page, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID})
	require.NoError(t, err)
	require.Len(t, page.Runs, 1)
	require.Len(t, page.Runs[0].ToolCalls, 1)
	return page.Runs[0].RunID, page.Runs[0].ToolCalls[0].ToolCallID
}

// Who begins to follow a thread is told what its run has come to so far, also while it
// waits; a run that was answered is told from the answer, that of a durable agent whole.
func TestAgentThread_FollowersAreToldTheActiveRunFromItsStart(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	script := `[[{"call":"delicate","args":["{\"what\":\"a\"}"]}],[{"call":"delicate","args":["{\"what\":\"b\"}"]}],[{"seen":true}]]`
	for agentID, again := range map[string]string{"recalling": "", "enduring": "start"} {
		t.Run(agentID, func(t *testing.T) {
			t.Parallel()
			c, _ := recorded(t, url)
			agent := c.Agent(agentID)
			to, req := onThread()
			from := func() string {
				s, err := agent.SubscribeThread(within(t), req)
				s = opened(t, s, err)
				defer s.Close()
				for chunk, err := range s.Chunks() {
					require.NoError(t, err)
					return chunk.Type
				}
				return ""
			}
			s, err := agent.SubscribeThread(within(t), req)
			s = opened(t, s, err)
			defer s.Close()
			_, err = agent.SendMessage(within(t), message(to, script))
			require.NoError(t, err)
			next := func() {
				for {
					chunk, err := s.Next()
					require.NoError(t, err)
					if chunk.Type == "tool-call-approval" {
						return
					}
				}
			}
			next()
			assert.Equal(t, "start", from())
			_, callID := waitingCall(t, agent, to)
			_, err = agent.SendToolApproval(within(t), mastra.ToolApprovalRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID, ToolCallID: callID, Approved: true})
			require.NoError(t, err)
			next()
			want := again
			if want == "" {
				want = "tool-result"
			}
			assert.Equal(t, want, from())
		})
	}
	t.Run("while it speaks", func(t *testing.T) {
		t.Parallel()
		c, _ := recorded(t, url)
		agent := c.Agent("assistant")
		to, req := onThread()
		begun(t, agent, to, "slow:10")
		s, err := agent.SubscribeThread(within(t), req)
		s = opened(t, s, err)
		defer s.Close()
		var text string
		for chunk, err := range s.Chunks() {
			require.NoError(t, err)
			if piece, ok := chunk.Text(); ok && chunk.Type == "text-delta" {
				text += piece
			}
			if chunk.Type == "finish" {
				break
			}
		}
		assert.Contains(t, text, "chunk-0 chunk-1 ")
		assert.Contains(t, text, "chunk-9 ")
	})
}

// A subscription breaks while the run waits, and is told the same calls again.
func TestSubscribeThread_RunsACallOnceBehindABreak(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	proxy, err := contract.NewProxy(url, 1)
	require.NoError(t, err)
	t.Cleanup(proxy.Close)
	follower, _ := recorded(t, proxy.URL())
	c, _ := recorded(t, url)
	agent := c.Agent("enduring")
	var tool counting
	to, req := onThread(tool.tool())
	s, err := follower.Agent("enduring").SubscribeThread(within(t), req)
	s = opened(t, s, err)
	defer s.Close()
	send := message(to, `[[{"text":["one"]},{"call":"lookup","args":["{\"id\":1}"]},{"call":"delicate","args":["{\"what\":\"b\"}"]}],[{"seen":true}]]`)
	send.IfIdle = &mastra.IfIdle{ClientTools: req.ClientTools}
	_, err = agent.SendMessage(within(t), send)
	require.NoError(t, err)
	for waited := 0; waited < 2; {
		chunk, err := s.Next()
		require.NoError(t, err)
		if chunk.Type != "tool-call-approval" {
			continue
		}
		if waited++; waited == 1 {
			proxy.Refuse()
			require.NoError(t, proxy.Accept())
		}
	}
	_, callID := waitingCall(t, agent, to)
	_, err = agent.SendToolApproval(within(t), mastra.ToolApprovalRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID, ToolCallID: callID, Approved: true})
	require.NoError(t, err)
	f := followTools(t, s)
	assert.Equal(t, []string{"1"}, tool.saw)
	assert.Empty(t, f.errors)
	assert.Equal(t, []string{`delicate {"what":"b"} = {"done":"b"}`, `lookup {"id":1} = {"order":1}`}, f.results)
	assert.ElementsMatch(t, []string{`delicate {"what":"b"} = json {"done":"b"}`, `lookup {"id":1} = json {"order":1}`}, seenCalls(t, f.text))
}

// The runs that Stream and ApproveStream ask for are told to followers too: their client
// tools are run by those who asked, and once.
func TestSubscribeThread_LeavesTheRunsOfAStreamToIt(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	script := `[[{"text":["one"]},{"call":"lookup","args":["{\"id\":1}"]}],[{"text":["two"]},{"call":"delicate","args":["{\"what\":\"b\"}"]}],[{"text":["three"]},{"call":"lookup","args":["{\"id\":2}"]}],[{"seen":true}]]`
	for _, answer := range []string{"ApproveStream", "SendToolApproval"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			c, _ := recorded(t, url)
			agent := c.Agent("recalling")
			var tool counting
			to, follow := onThread(tool.tool())
			subscription, err := agent.SubscribeThread(within(t), follow)
			subscription = opened(t, subscription, err)
			ran := make(chan string, 100) // by the subscription
			go func() {
				defer close(ran)
				var mine []string
				for chunk, err := range subscription.Chunks() {
					if err != nil {
						return
					}
					switch v := chunk.Value().(type) {
					case *stream.ToolResult:
						mine = append(mine, v.Name)
					case *stream.Finish:
						if v.Reason() != mastra.FinishToolCalls {
							ran <- fmt.Sprint(mine)
						}
					}
				}
			}()
			req := ask(script)
			req.Memory, req.ClientTools = &to, follow.ClientTools
			s, err := agent.Stream(within(t), req)
			s = opened(t, s, err)
			pending, err := s.Pending()
			require.NoError(t, err)
			require.Len(t, pending, 1)
			if answer == "ApproveStream" {
				s, err = agent.ApproveStream(within(t), mastra.ApproveRequest{Pending: &pending[0], ClientTools: req.ClientTools, Memory: &to})
				res, err := opened(t, s, err).Result()
				require.NoError(t, err)
				assert.Len(t, seenCalls(t, res.Text[len("three"):]), 3)
				assert.Equal(t, "[delicate]", <-ran, "the server's own")
			} else {
				_, err = agent.SendToolApproval(within(t), mastra.ToolApprovalRequest{
					ThreadID: to.ThreadID, ResourceID: to.ResourceID, ToolCallID: pending[0].ToolCallID, Approved: true,
					ClientTools: req.ClientTools,
				})
				require.NoError(t, err)
				assert.Equal(t, "[delicate lookup]", <-ran)
			}
			require.NoError(t, subscription.Close())
			for range ran { // until the goroutine has noticed
			}
			slices.Sort(tool.saw)
			assert.Equal(t, []string{"1", "2"}, tool.saw)
		})
	}
}

// What a model is told instead of the result, and the time of the call, go with the
// results of a thread's runs too.
func TestSubscribeThread_TellsModelAndTraceAsGenerateDoes(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	for _, agentID := range []string{"recalling", "enduring"} {
		t.Run(agentID, func(t *testing.T) {
			t.Parallel()
			c, r := recorded(t, url)
			agent := c.Agent(agentID)
			find := func(_ context.Context, in order) (map[string]int, error) { return map[string]int{"order": in.ID}, nil }
			as := func(m map[string]int) any { return fmt.Sprint("number ", m["order"]) }
			to, req := onThread(mastra.NewClientTool("lookup", "", find, mastra.ToModel(as)))
			s, err := agent.SubscribeThread(within(t), req)
			s = opened(t, s, err)
			defer s.Close()
			send := message(to, `[[{"text":["one"]},{"call":"lookup","args":["{\"id\":1}"]}],[{"seen":true}]]`)
			send.IfIdle = &mastra.IfIdle{ClientTools: req.ClientTools}
			_, err = agent.SendMessage(within(t), send)
			require.NoError(t, err)
			f := followTools(t, s)
			assert.Equal(t, []string{`lookup {"id":1} = {"order":1}`}, f.results, "the follower is told all")
			assert.Equal(t, []string{`lookup {"id":1} = text "number 1"`}, seenCalls(t, f.text[len("one"):]))
			assert.Equal(t, []string{`lookup {"id":1} = {"order":1}`}, storedCalls(t, c, agentID, &to))
			for _, x := range r.Exchanges() {
				if x.Path == "/api/agents/"+agentID+"/send-tool-approval" {
					assert.Regexp(t, `"__mastraObservability":\{"parentContext":\{"traceparent":"00-[0-9a-f]{32}-[0-9a-f]{16}-01"\},"payload":\{"executionDurationMs":[0-9.e-]+,"toolName":"lookup"\}\}`, string(x.RequestBody))
					return
				}
			}
			t.Error("nothing was sent")
		})
	}
}

// A tool that is declared only is answered by hand on a thread too.
func TestSubscribeThread_LeavesDeclaredToolsToTheCaller(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	for _, agentID := range []string{"recalling", "enduring"} {
		t.Run(agentID, func(t *testing.T) {
			t.Parallel()
			c, _ := recorded(t, url)
			agent := c.Agent(agentID)
			var tool counting
			to, req := onThread(tool.tool(), mastra.DeclareClientTool("sign", "Has a person sign", mastra.Schema(`{"type":"object"}`)))
			s, err := agent.SubscribeThread(within(t), req)
			s = opened(t, s, err)
			defer s.Close()
			send := message(to, `[[{"text":["one"]},{"call":"lookup","args":["{\"id\":1}"]},{"call":"sign","args":["{\"name\":\"ann\"}"]}],[{"seen":true}]]`)
			send.IfIdle = &mastra.IfIdle{ClientTools: req.ClientTools}
			_, err = agent.SendMessage(within(t), send)
			require.NoError(t, err)
			var results mastra.Messages
			var callID string
			for {
				chunk, err := s.Next()
				require.NoError(t, err)
				if call, ok := chunk.Value().(*stream.ToolCall); ok {
					callID = call.ID
					p := mastra.Pending{ToolCallID: call.ID, ToolName: call.Name, Args: call.Args}
					results = append(results, mastra.ToolMessage(p, map[string]string{"by": call.Name}))
				}
				if chunk.Type == "finish" {
					break
				}
			}
			require.Len(t, results, 2)
			_, err = agent.SendToolApproval(within(t), mastra.ToolApprovalRequest{
				ThreadID: to.ThreadID, ResourceID: to.ResourceID, ToolCallID: callID, Approved: true, Messages: results, ClientTools: req.ClientTools,
				StreamOptions: map[string]any{"memory": to},
			})
			require.NoError(t, err)
			f := followTools(t, s)
			want := []string{`lookup {"id":1} = json {"by":"lookup"}`, `sign {"name":"ann"} = json {"by":"sign"}`}
			assert.ElementsMatch(t, want, seenCalls(t, f.text))
			assert.Empty(t, tool.saw)
			assert.ElementsMatch(t, inThread(want), storedCalls(t, c, agentID, &to))
		})
	}
}
