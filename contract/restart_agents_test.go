package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// textOf reads what an agent says to its end.
func textOf(t testing.TB, s *mastra.AgentStream, err error) string {
	t.Helper()
	res, err := opened(t, s, err).Result()
	require.NoError(t, err)
	return res.Text
}

// saidNo is what the model hears of a call that was declined without a reason.
const saidNo = `Tool said: [{"type":"text","value":"Tool call was not approved by the user"}]`

func TestCrash_LeavesTheRunsOfAnAgentThatWait(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	approval := map[string]any{"approved": true}
	ways := map[string]struct {
		answer func(*mastra.Agent, mastra.Pending) string
		text   string
	}{
		"approved": {func(a *mastra.Agent, p mastra.Pending) string {
			s, err := a.ApproveStream(within(t), approve(p))
			return textOf(t, s, err)
		}, saidVase},
		"declined": {func(a *mastra.Agent, p mastra.Pending) string {
			s, err := a.DeclineStream(within(t), decline(p, ""))
			return textOf(t, s, err)
		}, saidNo},
		"resumed": {func(a *mastra.Agent, p mastra.Pending) string {
			s, err := a.ResumeStream(within(t), answer(p, approval))
			return textOf(t, s, err)
		}, saidVase},
		"resumed until idle": {func(a *mastra.Agent, p mastra.Pending) string {
			req := answer(p, approval)
			req.UntilIdle = &mastra.UntilIdle{}
			s, err := a.ResumeStream(within(t), req)
			return textOf(t, s, err)
		}, saidVase},
		"approved, whole": {func(a *mastra.Agent, p mastra.Pending) string {
			res, err := a.Approve(within(t), approve(p))
			require.NoError(t, err)
			return res.Text
		}, saidVase},
		"declined, whole": {func(a *mastra.Agent, p mastra.Pending) string {
			res, err := a.Decline(within(t), decline(p, ""))
			require.NoError(t, err)
			return res.Text
		}, saidNo},
	}
	waits := map[string]map[string]mastra.Pending{}
	for _, id := range []string{"assistant", "durable"} {
		waits[id] = map[string]mastra.Pending{}
		for way := range ways {
			waits[id][way] = waiting(t, c.Agent(id), vase)
		}
	}
	killed(t, server)
	for id, runs := range waits {
		agent := c.Agent(id)
		page, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{})
		require.NoError(t, err)
		assert.Len(t, page.Runs, len(ways), id)
		for way, p := range runs {
			assert.Equal(t, ways[way].text, ways[way].answer(agent, stored(t, p)), "%s: %s", id, way)
		}
		page, err = agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{})
		require.NoError(t, err)
		assert.Empty(t, page.Runs, id)
	}
}

func TestCrash_LeavesANetworkThatWaits(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	agent := c.Agent("assistant")
	p := networkWaits(t, agent, routedTo("delicate", "tool", `{"what":"vase"}`))
	killed(t, server)
	result := networkGoesOn(t, "after the restart", p, func(p mastra.Pending) (*mastra.NetworkStream, error) {
		return agent.ApproveNetworkStream(within(t), approve(p))
	})
	assert.Equal(t, `{"done":"vase"}`, string(result))
}

func TestCrash_LeavesADurableRunToBeObservedOnceItIsResumed(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	agent := c.Agent("durable")
	p := waiting(t, agent, vase)
	killed(t, server)
	_, indexes, err := observed(t, agent, p.RunID, 0)
	require.ErrorIs(t, err, mastra.ErrIdleTimeout)
	assert.Empty(t, indexes, "what it said before is lost")

	s, err := agent.ApproveStream(within(t), approve(p))
	assert.Equal(t, saidVase, textOf(t, s, err))
	text, indexes, err := observed(t, agent, p.RunID, 0)
	require.NoError(t, err)
	assert.Equal(t, saidVase, text)
	assert.Zero(t, indexes[0], "it is counted anew")

	s, err = agent.ApproveStream(within(t), approve(p))
	require.Nil(t, s)
	require.ErrorIs(t, err, mastra.ErrForbidden, "it has ended")
	s, err = agent.ResumeStream(within(t), answer(p, map[string]any{"approved": true}))
	_, err = opened(t, s, err).Result()
	var failed *mastra.RunError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "This workflow run was not suspended", failed.Message)
}

func TestCrash_CutsADurableRunOffForGood(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	agent := c.Agent("durable")
	req := ask("slow:1000")
	req.RunID = unique("run")
	s, err := agent.Stream(within(t), req)
	s = opened(t, s, err)
	for _, err := range s.Text() {
		require.NoError(t, err)
		killed(t, server) // while the client is there: its leaving would end the run
		break
	}

	p := mastra.Pending{RunID: req.RunID, ToolCallID: "call"}
	_, err = agent.ApproveStream(within(t), approve(p))
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
	require.ErrorIs(t, err, mastra.ErrForbidden)
	_, err = agent.Decline(within(t), decline(p, ""))
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
	_, err = agent.ResumeStream(within(t), answer(p, map[string]any{"approved": true}))
	require.ErrorIs(t, err, mastra.ErrNotSuspended)
	_, err = agent.RecoverStream(within(t), mastra.RecoverAgentRequest{RunID: p.RunID})
	require.ErrorContains(t, err, "persisted snapshot does not contain a durable-agent workflow input")
	_, indexes, err := observed(t, agent, p.RunID, 0)
	require.ErrorIs(t, err, mastra.ErrIdleTimeout)
	assert.Empty(t, indexes)
	page, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{})
	require.NoError(t, err)
	assert.Empty(t, page.Runs)
}

func TestCrash_LeavesScoresAndMemory(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	_, err := do(t, c, "POST", "/scores", `{"score":{"scorerId":"len","entityId":"plain","runId":"r","entityType":"AGENT","score":0.5,"output":{"b":2},"source":"TEST","scorer":{"id":"len"},"entity":{"id":"plain"}}}`)
	require.NoError(t, err)
	thread := c.Memory("assistant").ForResource("u").Thread("t")
	_, err = c.Memory("assistant").ForResource("u").CreateThread(within(t), mastra.CreateThreadRequest{ThreadID: "t", Title: "T"})
	require.NoError(t, err)
	require.NoError(t, thread.SetWorkingMemory(within(t), "w"))
	look := []string{"/scores/run/r", "/scores/scorer/len", "/scores/entity/AGENT/plain", "/memory/threads/t?agentId=assistant", "/memory/threads/t/working-memory?agentId=assistant&resourceId=u"}
	before := map[string]string{}
	for _, path := range look {
		body, err := do(t, c, "GET", path, "")
		require.NoError(t, err)
		before[path] = string(body)
	}
	killed(t, server)
	for _, path := range look {
		body, err := do(t, c, "GET", path, "")
		require.NoError(t, err)
		assert.JSONEq(t, before[path], string(body), path)
	}
	assert.Contains(t, before["/scores/run/r"], `"score":0.5`)
}
