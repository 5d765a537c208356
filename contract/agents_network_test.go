package contract_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// routed makes the router hand a text to its agent plain and then be done.
func routed(prompt string) mastra.AgentRequest { return routedTo("plain", "agent", prompt) }

func routedTo(id, kind, prompt string) mastra.AgentRequest {
	plan, err := json.Marshal(map[string]any{
		"primitiveId": id, "primitiveType": kind, "prompt": prompt, "selectionReason": "the only one",
		"isComplete": true, "completionReason": "all is said", "finalResult": "the result of " + prompt,
	})
	if err != nil {
		panic(err) // a map of texts encodes
	}
	req := ask("json:" + string(plan))
	req.Memory = &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	return req
}

func networked(t testing.TB, s *mastra.NetworkStream, err error) *mastra.NetworkStream {
	t.Helper()
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // closing again does nothing
	return s
}

func TestNetwork_RoutesToItsAgentAndTellsTheResult(t *testing.T) {
	t.Parallel()
	c := client(t)
	req := routed("hi there")
	s, err := c.Agent("router").NetworkStream(within(t), req)
	s = networked(t, s, err)
	list, err := types(t, s.Stream)
	require.NoError(t, err)
	assert.Equal(t, "routing-agent-start", list[0])
	assert.Equal(t, "network-execution-event-finish", list[len(list)-1])
	for _, kind := range []string{
		"routing-agent-end", "agent-execution-start", "agent-execution-event-text-delta", "agent-execution-end",
		"network-validation-start", "network-validation-end", "routing-agent-text-delta",
	} {
		assert.True(t, slices.Contains(list, kind), kind)
	}
	res, err := s.Result()
	require.NoError(t, err)
	assert.True(t, res.Done)
	assert.Equal(t, "all is said", res.Reason)
	assert.Equal(t, "the result of hi there", res.Text)
	assert.NotEmpty(t, res.RunID)

	page, err := c.Memory("router").ForResource(req.Memory.ResourceID).Thread(req.Memory.ThreadID).ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.NotEmpty(t, page.Messages, "the conversation is remembered")
}

func TestNetwork_IsWaitedForToItsResult(t *testing.T) {
	t.Parallel()
	c := client(t)
	res, err := c.Agent("router").Network(within(t), routed("hi there"))
	require.NoError(t, err)
	assert.True(t, res.Done)
	assert.Equal(t, "all is said", res.Reason)
	assert.Equal(t, "the result of hi there", res.Text)
	assert.NotEmpty(t, res.RunID)
	assert.Empty(t, res.Pending())

	res, err = c.Agent("router").Network(within(t), routedTo("", "none", ""))
	require.NoError(t, err)
	assert.False(t, res.Done, "there was nothing to do")

	req := routedTo("delicate", "tool", `{"what":"vase"}`)
	req.RunID = unique("run")
	res, err = c.Agent("assistant").Network(within(t), req)
	require.NoError(t, err)
	assert.False(t, res.Done)
	require.Len(t, res.Pending(), 1, "it waits for an approval")
	assert.Equal(t, "delicate", res.Pending()[0].ToolName)
	assert.Equal(t, req.RunID, res.Pending()[0].RunID)

	_, err = c.Agent("plain").Network(within(t), routed("hi"))
	require.ErrorIs(t, err, mastra.ErrBadRequest, "it has no memory")
}

func TestNetwork_TextIsThatOfTheFinalAnswer(t *testing.T) {
	t.Parallel()
	s, err := client(t).Agent("router").NetworkStream(within(t), routed("é😀"))
	s = networked(t, s, err)
	var text string
	for piece, err := range s.Text() {
		require.NoError(t, err)
		text += piece
	}
	assert.Equal(t, "the result of é😀", text)
}

func TestNetwork_WhoseModelFailsEndsWithoutAResult(t *testing.T) {
	t.Parallel()
	req := ask("fail-model")
	req.Memory = &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	s, err := client(t).Agent("router").NetworkStream(within(t), req)
	s = networked(t, s, err)
	list, err := types(t, s.Stream)
	require.NoError(t, err)
	assert.Equal(t, []string{"routing-agent-start"}, list, "the server sends no error")
	res, err := s.Result()
	require.NoError(t, err)
	assert.False(t, res.Done)
	assert.Empty(t, res.Text)
}

func TestNetwork_ThatRoutesToNothingEndsThere(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("router")
	for name, req := range map[string]mastra.AgentRequest{
		"nothing to do":              routedTo("", "none", ""),
		"an agent that is not there": routedTo("nobody", "agent", "hi"),
	} {
		s, err := agent.NetworkStream(within(t), req)
		s = networked(t, s, err)
		list, err := types(t, s.Stream)
		require.NoError(t, err, name)
		assert.Equal(t, []string{"routing-agent-start", "routing-agent-end"}, list, name)
		res, err := s.Result()
		require.NoError(t, err, name)
		assert.False(t, res.Done, name)
	}
}

func TestNetwork_WaitsForAnApproval(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	for name, x := range map[string]struct {
		answer func(mastra.Pending) (*mastra.NetworkStream, error)
		result string
	}{
		"approved": {func(p mastra.Pending) (*mastra.NetworkStream, error) {
			return agent.ApproveNetworkStream(within(t), approve(p))
		}, `{"done":"vase"}`},
		"declined": {func(p mastra.Pending) (*mastra.NetworkStream, error) {
			return agent.DeclineNetworkStream(within(t), decline(p, "too dear"))
		}, `"too dear"`},
	} {
		p := networkWaits(t, agent, routedTo("delicate", "tool", `{"what":"vase"}`))
		assert.Equal(t, mastra.PendingApproval, p.Kind, name)
		assert.Equal(t, "delicate", p.ToolName, name)
		assert.JSONEq(t, `{"what":"vase"}`, string(p.Args), name)
		assert.Equal(t, x.result, string(networkGoesOn(t, name, p, x.answer)), name)
	}
	p := networkWaits(t, agent, routedTo("ask-user", "tool", `{"question":"who"}`))
	assert.Equal(t, mastra.PendingSuspended, p.Kind)
	assert.JSONEq(t, `{"question":"who"}`, string(p.SuspendPayload))
}

// networkWaits runs a network until it waits for one thing.
func networkWaits(t testing.TB, agent *mastra.Agent, req mastra.AgentRequest) mastra.Pending {
	t.Helper()
	req.RunID = unique("run")
	s, err := agent.NetworkStream(within(t), req)
	res, err := networked(t, s, err).Result()
	require.NoError(t, err)
	assert.False(t, res.Done)
	require.Len(t, res.Pending(), 1)
	assert.Equal(t, req.RunID, res.Pending()[0].RunID)
	return res.Pending()[0]
}

// networkGoesOn answers a network that waits and gives the tool's result.
func networkGoesOn(t testing.TB, name string, p mastra.Pending, answer func(mastra.Pending) (*mastra.NetworkStream, error)) (result json.RawMessage) {
	t.Helper()
	s, err := answer(p)
	s = networked(t, s, err)
	for chunk, err := range s.Chunks() {
		require.NoError(t, err, name)
		if end, ok := chunk.Value().(*stream.ToolExecutionEnd); ok {
			result = end.Result
		}
	}
	res, err := s.Result()
	require.NoError(t, err, name)
	assert.True(t, res.Done, name)
	assert.Empty(t, res.Pending(), name)
	return result
}

func TestNetwork_NeedsAnAgentWithMemory(t *testing.T) {
	t.Parallel()
	c := client(t)
	_, err := c.Agent("plain").NetworkStream(within(t), routed("hi"))
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	assert.Contains(t, failure(t, err).Message, "Memory is required")
	_, err = c.Agent("router").NetworkStream(within(t), mastra.AgentRequest{})
	var e *mastra.Error
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	require.NotErrorAs(t, err, &e, "refused before it is sent")
}

func TestNetwork_AnswerWhereNothingWaitsIsAnEmptyStream(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("router")
	pending := mastra.Pending{RunID: unique("run"), ToolCallID: "call"}
	for name, answer := range map[string]func() (*mastra.NetworkStream, error){
		"approve": func() (*mastra.NetworkStream, error) {
			return agent.ApproveNetworkStream(within(t), approve(pending))
		},
		"decline": func() (*mastra.NetworkStream, error) {
			return agent.DeclineNetworkStream(within(t), decline(pending, "no"))
		},
	} {
		s, err := answer()
		s = networked(t, s, err)
		list, err := types(t, s.Stream)
		require.NoError(t, err, name)
		assert.Empty(t, list, name)
		res, err := s.Result()
		require.NoError(t, err, name)
		assert.False(t, res.Done, name)
	}
}
