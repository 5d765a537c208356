package contract_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

const (
	vase     = `tool:delicate {"what":"vase"}`
	asks     = `tool:ask-user {"question":"who"}`
	saidVase = `Tool said: [{"type":"json","value":{"done":"vase"}}]`
	saidMe   = `Tool said: [{"type":"json","value":{"answer":"me"}}]`
)

// waiting runs an agent until it waits for one thing.
func waiting(t testing.TB, agent *mastra.Agent, text string) mastra.Pending {
	t.Helper()
	res, err := agent.Generate(within(t), ask(text))
	require.NoError(t, err)
	require.NoError(t, res.Err(), "waiting is no failure")
	assert.Equal(t, mastra.FinishSuspended, res.FinishReason)
	assert.Empty(t, res.Text)
	pending := res.Pending()
	require.Len(t, pending, 1)
	return pending[0]
}

func approve(p mastra.Pending) mastra.ApproveRequest {
	return mastra.ApproveRequest{Pending: &p}
}

func decline(p mastra.Pending, reason string) mastra.DeclineRequest {
	return mastra.DeclineRequest{Pending: &p, Reason: reason}
}

func answer(p mastra.Pending, data any) mastra.ResumeAgentRequest {
	return mastra.ResumeAgentRequest{Pending: &p, Data: data}
}

func TestApproval_IsWaitedForWholeAndStreamed(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	streamed := func() mastra.Pending {
		s := asked(t, agent, vase)
		for text, err := range s.Text() {
			require.NoError(t, err)
			assert.Empty(t, text)
		}
		pending, err := s.Pending()
		require.NoError(t, err)
		require.Len(t, pending, 1)
		return pending[0]
	}
	for name, p := range map[string]mastra.Pending{"whole": waiting(t, agent, vase), "streamed": streamed()} {
		assert.Equal(t, mastra.PendingApproval, p.Kind, name)
		assert.Equal(t, "delicate", p.ToolName, name)
		assert.JSONEq(t, `{"what":"vase"}`, string(p.Args), name)
		assert.NotEmpty(t, p.RunID, name)
		assert.NotEmpty(t, p.ToolCallID, name)
		assert.NotEmpty(t, p.ResumeSchema, name)
		assert.Nil(t, p.SuspendPayload, name)

		kept, err := json.Marshal(p)
		require.NoError(t, err)
		var again mastra.Pending
		require.NoError(t, json.Unmarshal(kept, &again))
		res, err := agent.Approve(within(t), approve(again))
		require.NoError(t, err, "it can be answered after it was stored")
		assert.Equal(t, saidVase, res.Text)
	}
}

func TestApproval_RunsTheToolAndTheAgentGoesOn(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	p := waiting(t, agent, vase)
	s, err := agent.ApproveStream(within(t), approve(p))
	s = opened(t, s, err)
	list, err := types(t, s.Stream)
	require.NoError(t, err)
	assert.Equal(t, []string{"tool-result", "step-finish", "step-start", "text-start", "text-delta", "text-end", "step-finish", "finish"}, list)
	res, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, saidVase, res.Text)
	assert.Equal(t, mastra.FinishStop, res.FinishReason)
	assert.Equal(t, p.RunID, res.RunID)
	require.Len(t, res.ToolResults, 1)
	assert.JSONEq(t, `{"done":"vase"}`, string(res.ToolResults[0].Result))
	assert.Empty(t, res.Pending())
}

func TestApproval_DeclinedIsToldToTheModel(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	for reason, told := range map[string]string{"": "Tool call was not approved by the user", "too dear": "too dear"} {
		want := `Tool said: [{"type":"text","value":"` + told + `"}]`
		res, err := agent.Decline(within(t), decline(waiting(t, agent, vase), reason))
		require.NoError(t, err)
		assert.Equal(t, want, res.Text)

		s, err := agent.DeclineStream(within(t), decline(waiting(t, agent, vase), reason))
		res, err = opened(t, s, err).Result()
		require.NoError(t, err)
		assert.Equal(t, want, res.Text)
	}
}

func TestApproval_IsGivenOnlyOnce(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	p := waiting(t, agent, vase)
	_, err := agent.Approve(within(t), approve(p))
	require.NoError(t, err)
	for name, again := range map[string]func() error{
		"approve":        func() error { _, err := agent.ApproveStream(within(t), approve(p)); return err },
		"approve, whole": func() error { _, err := agent.Approve(within(t), approve(p)); return err },
		"decline":        func() error { _, err := agent.DeclineStream(within(t), decline(p, "")); return err },
		"decline, whole": func() error { _, err := agent.Decline(within(t), decline(p, "")); return err },
		"resume": func() error {
			_, err := agent.ResumeStream(within(t), answer(p, map[string]any{"approved": true}))
			return err
		},
		"resume, whole": func() error {
			_, err := agent.Resume(within(t), answer(p, map[string]any{"approved": true}))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := again()
			require.ErrorIs(t, err, mastra.ErrNotSuspended)
			assert.Equal(t, 500, failure(t, err).Status)
			assert.Equal(t, 1, failure(t, err).Attempts)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.Equal(t, 409, mastra.HTTPStatus(err))
		})
	}
}

func TestApproval_OfAWrongToolCallLeavesTheRunWaiting(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	p := waiting(t, agent, vase)
	wrong := p
	wrong.ToolCallID = "call_none"
	_, err := agent.Approve(within(t), approve(wrong))
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
	_, err = agent.ApproveStream(within(t), approve(wrong))
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
	res, err := agent.Approve(within(t), approve(p))
	require.NoError(t, err)
	assert.Equal(t, saidVase, res.Text)
}

func TestAgentResume_AnswersAToolThatAsksTheUser(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	p := waiting(t, agent, asks)
	assert.Equal(t, mastra.PendingSuspended, p.Kind)
	assert.Equal(t, "ask-user", p.ToolName)
	assert.JSONEq(t, `{"question":"who"}`, string(p.SuspendPayload))
	assert.Contains(t, string(p.ResumeSchema), `"answer"`)
	s, err := agent.ResumeStream(within(t), answer(p, map[string]any{"answer": "me"}))
	res, err := opened(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, saidMe, res.Text)

	t.Run("streamed", func(t *testing.T) {
		pending, err := asked(t, agent, asks).Pending()
		require.NoError(t, err)
		require.Len(t, pending, 1)
		assert.Equal(t, mastra.PendingSuspended, pending[0].Kind)
		assert.JSONEq(t, `{"question":"who"}`, string(pending[0].SuspendPayload))
		only := mastra.ResumeAgentRequest{RunID: pending[0].RunID, Data: map[string]any{"answer": "me"}} // one call waits
		s, err := agent.ResumeStream(within(t), only)
		res, err := opened(t, s, err).Result()
		require.NoError(t, err)
		assert.Equal(t, saidMe, res.Text)
	})
}

func TestAgentResume_WaitsForTheWholeAnswer(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	p := waiting(t, agent, asks)
	res, err := agent.Resume(within(t), answer(p, map[string]any{"answer": "me"}))
	require.NoError(t, err)
	assert.Equal(t, saidMe, res.Text)
	assert.Equal(t, mastra.FinishStop, res.FinishReason)
	assert.Equal(t, p.RunID, res.RunID)
	require.Len(t, res.ToolResults, 1)
	assert.JSONEq(t, `{"answer":"me"}`, string(res.ToolResults[0].Result))
	assert.Empty(t, res.Pending())

	t.Run("until idle", func(t *testing.T) {
		req := answer(waiting(t, agent, asks), map[string]any{"answer": "me"})
		req.UntilIdle = &mastra.UntilIdle{MaxIdle: 2 * time.Second}
		res, err := agent.Resume(within(t), req)
		require.NoError(t, err)
		assert.Equal(t, saidMe, res.Text)
	})
	t.Run("up to the next question", func(t *testing.T) {
		first, err := agent.Generate(within(t), ask(asks+"\n"+asks))
		require.NoError(t, err)
		require.NotEmpty(t, first.Pending())
		next, err := agent.Resume(within(t), answer(first.Pending()[0], map[string]any{"answer": "me"}))
		require.NoError(t, err)
		require.Len(t, next.Pending(), 1)
		assert.NotEqual(t, first.Pending()[0].ToolCallID, next.Pending()[0].ToolCallID)
		last, err := agent.Resume(within(t), answer(next.Pending()[0], map[string]any{"answer": "you"}))
		require.NoError(t, err)
		assert.Equal(t, `Tool said: [{"type":"json","value":{"answer":"me"}},{"type":"json","value":{"answer":"you"}}]`, last.Text)
	})
}

func TestAgentResume_ThatDoesNotFitUsesTheSuspensionUp(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	p := waiting(t, agent, asks)
	s, err := agent.ResumeStream(within(t), answer(p, map[string]any{"reply": 7}))
	res, err := opened(t, s, err).Result()
	require.NoError(t, err, "the server takes it")
	assert.Contains(t, res.Text, `"error":true`, "and tells the model that the tool has failed")
	_, err = agent.ResumeStream(within(t), answer(p, map[string]any{"answer": "me"}))
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
}

func TestApproval_TwoInOneStepAreAskedForOneAfterTheOther(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	const two = "tool:delicate {\"what\":\"vase\"}\ntool:delicate {\"what\":\"cup\"}"
	const said = `Tool said: [{"type":"json","value":{"done":"vase"}},{"type":"json","value":{"done":"cup"}}]`

	t.Run("streamed", func(t *testing.T) {
		pending, err := asked(t, agent, two).Pending()
		require.NoError(t, err)
		require.NotEmpty(t, pending)
		assert.JSONEq(t, `{"what":"vase"}`, string(pending[0].Args))
		s, err := agent.ApproveStream(within(t), approve(pending[0]))
		next, err := opened(t, s, err).Pending()
		require.NoError(t, err)
		require.Len(t, next, 1, "approving the first asks for the second")
		assert.JSONEq(t, `{"what":"cup"}`, string(next[0].Args))
		s, err = agent.ApproveStream(within(t), approve(next[0]))
		res, err := opened(t, s, err).Result()
		require.NoError(t, err)
		assert.Equal(t, said, res.Text)
		assert.Len(t, res.ToolResults, 2)
	})
	t.Run("whole", func(t *testing.T) {
		res, err := agent.Generate(within(t), ask(two))
		require.NoError(t, err)
		require.NotEmpty(t, res.Pending())
		assert.JSONEq(t, `{"what":"vase"}`, string(res.Pending()[0].Args))
		res, err = agent.Approve(within(t), approve(res.Pending()[0]))
		require.NoError(t, err)
		require.Len(t, res.Pending(), 1)
		assert.JSONEq(t, `{"what":"cup"}`, string(res.Pending()[0].Args))
		res, err = agent.Approve(within(t), approve(res.Pending()[0]))
		require.NoError(t, err)
		assert.Equal(t, said, res.Text)
	})
}

func TestApproval_WantedByTheRequestHoldsEveryToolCall(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	req := ask(`tool:weather {"city":"Rome"}`)
	req.RequireToolApproval = true
	res, err := agent.Generate(within(t), req)
	require.NoError(t, err)
	require.Len(t, res.Pending(), 1)
	assert.Equal(t, "weather", res.Pending()[0].ToolName)
}

func TestApproval_WithMemoryIsKeptInTheThread(t *testing.T) {
	t.Parallel()
	c := client(t)
	agent, thread, user := c.Agent("assistant"), unique("thread"), unique("user")
	req := ask(vase)
	req.Memory = &mastra.MemoryRef{ThreadID: thread, ResourceID: user}
	res, err := agent.Generate(within(t), req)
	require.NoError(t, err)
	require.Len(t, res.Pending(), 1)
	s, err := agent.ApproveStream(within(t), approve(res.Pending()[0]))
	res, err = opened(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, saidVase, res.Text)
	page, err := c.Memory("assistant").ForResource(user).Thread(thread).ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	require.NotEmpty(t, page.Messages)
	assert.Equal(t, vase, page.Messages[0].Text())
	assert.Contains(t, page.Messages[len(page.Messages)-1].Text(), saidVase)
}

func TestClientTool_CallEndsTheRunAndCanBeAnswered(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	const prompt = "tool:mine {\"n\":1}\ntool:weather {\"city\":\"Rome\"}"
	req := ask(prompt)
	req.Extra = map[string]any{"clientTools": map[string]any{"mine": map[string]any{
		"id": "mine", "description": "Mine", "inputSchema": json.RawMessage(`{"type":"object","properties":{"n":{"type":"number"}}}`),
	}}}
	check := func(res *mastra.AgentResult, err error) {
		t.Helper()
		require.NoError(t, err)
		assert.Equal(t, mastra.FinishToolCalls, res.FinishReason)
		require.Len(t, res.Pending(), 1, "the server's own tool has run")
		p := res.Pending()[0]
		assert.Equal(t, mastra.PendingClientTool, p.Kind)
		assert.Equal(t, "mine", p.ToolName)
		assert.JSONEq(t, `{"n":1}`, string(p.Args))
		require.Len(t, res.ToolResults, 1)
		assert.Equal(t, "weather", res.ToolResults[0].Name)
	}
	res, err := agent.Generate(within(t), req)
	check(res, err)
	s, err := agent.Stream(within(t), req)
	res, err = opened(t, s, err).Result()
	check(res, err)

	failing := req
	failing.Messages = mastra.Prompt("tool:mine {\"n\":1}\ntool:weather {\"city\":\"Nowhere\"}")
	failed, err := agent.Generate(within(t), failing)
	require.NoError(t, err)
	require.Len(t, failed.Pending(), 1, "a server's tool that has failed does not wait")
	assert.Equal(t, "mine", failed.Pending()[0].ToolName)
	s, err = agent.Stream(within(t), failing)
	failed, err = opened(t, s, err).Result()
	require.NoError(t, err)
	require.Len(t, failed.Pending(), 1)

	p := res.Pending()[0]
	call, err := json.Marshal(map[string]any{"role": "assistant", "content": []any{map[string]any{
		"type": "tool-call", "toolCallId": p.ToolCallID, "toolName": p.ToolName, "input": p.Args,
	}}})
	require.NoError(t, err)
	req.Messages = append(mastra.Messages{mastra.User("tool:mine {\"n\":1}")}, mastra.RawMessages(call)...)
	req.Messages = append(req.Messages, mastra.ToolMessage(p, map[string]any{"ok": true}))
	res, err = agent.Generate(within(t), req)
	require.NoError(t, err)
	assert.Equal(t, `Tool said: [{"type":"json","value":{"ok":true}}]`, res.Text)
}

// The server runs a tool twice for two approvals within milliseconds; a client sends
// one after the other.
func TestApproval_GivenTwiceAtOnceRunsTheToolOnce(t *testing.T) {
	t.Parallel()
	c := client(t)
	other, err := c.With(mastra.WithHeader("X-Tab", "2"))
	require.NoError(t, err)
	ways := map[string]func(*mastra.Client, mastra.Pending) error{
		"whole": func(c *mastra.Client, p mastra.Pending) error {
			_, err := c.Agent("assistant").Approve(within(t), approve(p))
			return err
		},
		"streamed": func(c *mastra.Client, p mastra.Pending) error {
			s, err := c.Agent("assistant").ApproveStream(within(t), approve(p))
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = s.Result()
			return err
		},
	}
	for name, approve := range ways {
		for range 6 {
			p := waiting(t, c.Agent("assistant"), vase)
			errs := make(chan error, 2)
			for _, c := range []*mastra.Client{c, other} {
				go func() { errs <- approve(c, p) }()
			}
			one, two := <-errs, <-errs
			if one != nil {
				one, two = two, one
			}
			assert.NoError(t, one, name)
			assert.ErrorIs(t, two, mastra.ErrNotSuspended, name)
		}
	}
}
