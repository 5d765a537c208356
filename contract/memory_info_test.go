package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestMemory_AgentTellsOfIt(t *testing.T) {
	t.Parallel()
	c := client(t)
	for agent, has := range map[string]bool{"assistant": true, "router": true, "plain": false, "nobody": true} {
		status, err := c.Memory(agent).Status(within(t))
		require.NoError(t, err, agent)
		assert.Equal(t, has, status.Result, agent)
	}
	config, err := c.Memory("assistant").Config(within(t))
	require.NoError(t, err)
	require.NotNil(t, config)
	assert.JSONEq(t, "10", string(config.LastMessages))
	assert.JSONEq(t, "false", string(config.SemanticRecall))
	require.NotNil(t, config.WorkingMemory)
	assert.True(t, config.WorkingMemory.Enabled)
	assert.EqualValues(t, "resource", config.WorkingMemory.Scope)
	for _, agent := range []string{"plain", "nobody"} {
		config, err := c.Memory(agent).Config(within(t))
		require.NoError(t, err, agent)
		assert.Nil(t, config, agent)
	}
	var e *mastra.Error
	_, err = c.Memory("").Status(within(t))
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	require.NotErrorAs(t, err, &e, "refused before it is sent")
	_, err = c.Memory("").Config(within(t))
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	require.NotErrorAs(t, err, &e, "refused before it is sent")
}

func TestSearch_FindsMessagesByText(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, user := threadOf(t, c)
	told(t, memory, thread, "the blue whale é", "a red fox", "the whale again")
	other, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{Title: "Other"})
	require.NoError(t, err)
	told(t, memory, memory.Thread(other.ID), "a whale elsewhere")

	page, err := memory.Search(within(t), mastra.SearchRequest{Query: "whale é", ThreadID: thread.ID()})
	require.NoError(t, err)
	assert.Equal(t, "whale é", page.Query)
	assert.Equal(t, "text", page.SearchType, "the agent has no embedder")
	assert.Len(t, page.Results, page.Count)
	require.NotEmpty(t, page.Results)
	for _, hit := range page.Results {
		assert.NotEmpty(t, hit.ID)
		assert.Equal(t, "user", hit.Role)
		assert.Contains(t, []string{thread.ID(), other.ID}, hit.ThreadID)
		assert.False(t, hit.CreatedAt.IsZero())
		assert.NotNil(t, hit.Context)
	}
	one, err := c.Memory("assistant").Search(within(t), mastra.SearchRequest{Query: "whale", ResourceID: user, Limit: 1, Config: map[string]any{"lastMessages": 5}})
	require.NoError(t, err)
	assert.Equal(t, 1, one.Count)
	none, err := c.Memory("assistant").ForResource(unique("user")).Search(within(t), mastra.SearchRequest{Query: "whale"})
	require.NoError(t, err)
	assert.Zero(t, none.Count)
}

func TestSearch_FailsWithATypedError(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, _ := threadOf(t, c)
	search := func(m *mastra.Memory, req mastra.SearchRequest) error {
		_, err := m.Search(within(t), req)
		return err
	}
	whale := mastra.SearchRequest{Query: "whale", ResourceID: unique("user")}
	require.ErrorIs(t, search(c.Memory("nobody"), whale), mastra.ErrNotFound)
	require.ErrorIs(t, search(c.Memory("plain"), whale), mastra.ErrBadRequest)
	inForeign := whale
	inForeign.ThreadID = thread.ID()
	require.ErrorIs(t, search(c.Memory("assistant"), inForeign), mastra.ErrServer, "the server says so with a 500")
	inMissing := mastra.SearchRequest{Query: "whale", ThreadID: unique("thread")}
	require.ErrorIs(t, search(memory, inMissing), mastra.ErrServer)
	var e *mastra.Error
	for name, err := range map[string]error{
		"no query":       search(memory, mastra.SearchRequest{}),
		"no resource":    search(c.Memory("assistant"), mastra.SearchRequest{Query: "q"}),
		"no agent":       search(c.Memory("").ForResource("u"), mastra.SearchRequest{Query: "q"}),
		"negative limit": search(memory, mastra.SearchRequest{Query: "q", Limit: -1}),
	} {
		require.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		require.NotErrorAs(t, err, &e, "%s: refused before it is sent", name)
	}
}
