package contract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// observed reads the run of a durable agent from an offset to its end.
func observed(t testing.TB, agent *mastra.Agent, runID string, offset int) (text string, indexes []int, end error) {
	t.Helper()
	s, err := agent.Observe(within(t), mastra.ObserveAgentRequest{RunID: runID, Offset: offset}, mastra.WithIdleTimeout(500*time.Millisecond))
	s = opened(t, s, err)
	for chunk, err := range s.Chunks() {
		if err != nil {
			end = err
			break
		}
		v, ok := chunk.Value().(*stream.ObservedChunk)
		require.True(t, ok, "%T", chunk.Value())
		indexes = append(indexes, v.Index)
	}
	res, _ := s.Result()
	return res.Text, indexes, end
}

func TestDurable_RunCanBeObservedFromAnyChunk(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("durable")
	req := ask("hi")
	req.RunID = unique("run")
	s, err := agent.Stream(within(t), req)
	res, err := opened(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, "You said: hi", res.Text)

	text, all, err := observed(t, agent, req.RunID, 0)
	require.NoError(t, err)
	assert.Equal(t, "You said: hi", text)
	require.NotEmpty(t, all)
	for i, index := range all {
		assert.Equal(t, i, index)
	}
	_, some, err := observed(t, agent, req.RunID, 3)
	require.NoError(t, err)
	assert.Equal(t, all[3:], some)
	_, some, err = observed(t, agent, req.RunID, -2)
	require.NoError(t, err)
	assert.Equal(t, all[len(all)-2:], some)
}

func TestDurable_RunCanBeObservedWhileItRuns(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("durable")
	req := ask("slow:10")
	req.RunID = unique("run")
	s, err := agent.Stream(within(t), req)
	s = opened(t, s, err)
	for text, err := range s.Chunks() {
		require.NoError(t, err)
		if text.Type != "text-delta" {
			continue
		}
		text, _, err := observed(t, agent, req.RunID, 0)
		require.NoError(t, err)
		assert.Equal(t, 10, strings.Count(text, "chunk-"), "from the first to the last")
		break
	}
}

func TestDurable_UnknownRunIsSilent(t *testing.T) {
	t.Parallel()
	c := client(t)
	for _, agent := range []string{"durable", "plain"} {
		_, indexes, err := observed(t, c.Agent(agent), unique("run"), 0)
		assert.Empty(t, indexes, agent)
		require.ErrorIs(t, err, mastra.ErrIdleTimeout, agent)
	}
	_, err := c.Agent("nobody").Observe(within(t), mastra.ObserveAgentRequest{RunID: "r"})
	require.ErrorIs(t, err, mastra.ErrNotFound)
}
