package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// models lists an agent's models in the order in which they are tried, those that
// are switched off in brackets.
func models(t testing.TB, agent *mastra.Agent) string {
	t.Helper()
	info, err := agent.Get(within(t))
	require.NoError(t, err)
	var list []string
	for _, entry := range info.ModelList {
		id := entry.ID
		if !entry.Enabled {
			id = "(" + id + ")"
		}
		list = append(list, id)
	}
	return strings.Join(list, " ")
}

// answered tells which model answers.
func answered(t testing.TB, agent *mastra.Agent) string {
	t.Helper()
	res, err := agent.Generate(within(t), ask("hi"))
	require.NoError(t, err)
	steps, err := res.Steps()
	require.NoError(t, err)
	require.NotEmpty(t, steps)
	return steps[0].Response.ModelID
}

// Models belong to the whole server, so these tests have one of their own.
func TestModel_IsChangedForEverybodyUntilItIsReset(t *testing.T) {
	t.Parallel()
	server := own(t, contract.Config{})
	c, _ := recorded(t, server.URL())
	multi, plain := c.Agent("multi"), c.Agent("plain")
	assert.Equal(t, "fake-6 fake-7", models(t, multi))

	t.Run("reordered", func(t *testing.T) {
		require.NoError(t, multi.ReorderModels(within(t), []string{"fake-7", "fake-6"}))
		assert.Equal(t, "fake-7 fake-6", models(t, multi))
		assert.Equal(t, "fake-7", answered(t, multi))
		require.NoError(t, multi.ReorderModels(within(t), []string{"unknown"}), "unknown ids do not count")
		require.ErrorIs(t, plain.ReorderModels(within(t), []string{"fake-2"}), mastra.ErrBadRequest, "it has one model")
	})
	t.Run("updated", func(t *testing.T) {
		require.NoError(t, multi.UpdateModel(within(t), "fake-7", mastra.UpdateModelRequest{Enabled: ptr(false), MaxRetries: ptr(1)}))
		assert.Equal(t, "fake-6", answered(t, multi))
		assert.Contains(t, models(t, multi), "(fake-7)")
		require.NoError(t, multi.UpdateModel(within(t), "fake-6", mastra.UpdateModelRequest{Enabled: ptr(false)}))
		_, err := multi.Generate(within(t), ask("hi"))
		require.ErrorIs(t, err, mastra.ErrServer)
		assert.Contains(t, failure(t, err).Message, "No enabled models found in model list")
		err = multi.UpdateModel(within(t), "unknown", mastra.UpdateModelRequest{Enabled: ptr(true)})
		require.ErrorIs(t, err, mastra.ErrNotFound)
		assert.Equal(t, "Model config with id unknown not found", failure(t, err).Message)
		require.NoError(t, multi.UpdateModel(within(t), "fake-7", mastra.UpdateModelRequest{Model: "openai/gpt-x"}))
		info, err := multi.Get(within(t))
		require.NoError(t, err)
		require.Len(t, info.ModelList, 2)
		assert.Equal(t, "fake-7", info.ModelList[0].ID)
		assert.Equal(t, "openai", info.ModelList[0].Model.Provider)
		assert.Equal(t, "gpt-x", info.ModelList[0].Model.ModelID)
	})
	t.Run("reset", func(t *testing.T) {
		require.NoError(t, multi.ResetModel(within(t)))
		assert.Equal(t, "fake-6 fake-7", models(t, multi))
		assert.Equal(t, "fake-6", answered(t, multi))
		require.NoError(t, multi.ResetModel(within(t)), "again")
	})
	t.Run("replaced by one", func(t *testing.T) {
		require.NoError(t, multi.SetModel(within(t), "openai/gpt-x"))
		assert.Empty(t, models(t, multi), "the list is gone")
		require.ErrorIs(t, multi.ReorderModels(within(t), []string{"fake-6"}), mastra.ErrBadRequest)
		info, err := multi.Get(within(t))
		require.NoError(t, err)
		assert.Equal(t, "gpt-x", info.ModelID)
		assert.Equal(t, "openai", info.Provider)
		require.NoError(t, multi.ResetModel(within(t)))
		assert.Equal(t, "fake-6 fake-7", models(t, multi))
	})
	t.Run("of an agent with a single model", func(t *testing.T) {
		require.NoError(t, plain.SetModel(within(t), "openai/gpt-x"))
		info, err := plain.Get(within(t))
		require.NoError(t, err)
		assert.Equal(t, "gpt-x", info.ModelID)
		require.NoError(t, plain.ResetModel(within(t)))
		assert.Equal(t, "fake-2", answered(t, plain))
	})
	t.Run("not of an agent that is not there", func(t *testing.T) {
		nobody := c.Agent("nobody")
		require.ErrorIs(t, nobody.SetModel(within(t), "p/m"), mastra.ErrNotFound)
		require.ErrorIs(t, nobody.ResetModel(within(t)), mastra.ErrNotFound)
		require.ErrorIs(t, nobody.ReorderModels(within(t), nil), mastra.ErrNotFound)
		require.ErrorIs(t, nobody.UpdateModel(within(t), "m", mastra.UpdateModelRequest{}), mastra.ErrNotFound)
	})
}

func TestModel_ProvidersAreListed(t *testing.T) {
	t.Parallel()
	providers, err := client(t).Agents().Providers(within(t))
	require.NoError(t, err)
	byID := map[string]mastra.AgentProvider{}
	for _, p := range providers {
		byID[p.ID] = p
	}
	require.Contains(t, byID, "openai")
	assert.JSONEq(t, `"OPENAI_API_KEY"`, string(byID["openai"].EnvVar))
	assert.NotEmpty(t, byID["openai"].Models)
}
