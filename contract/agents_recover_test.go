package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestRecover_SaysWhyItCannot(t *testing.T) {
	t.Parallel()
	c := client(t)
	recoverRun := func(agent string, run string) (*mastra.AgentStream, error) {
		return c.Agent(agent).RecoverStream(within(t), mastra.RecoverAgentRequest{RunID: run})
	}
	_, err := recoverRun("plain", "r")
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	assert.Contains(t, failure(t, err).Message, "Only durable agents")
	_, err = recoverRun("durable", unique("run"))
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Equal(t, 1, failure(t, err).Attempts)
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)

	waits := waiting(t, c.Agent("durable"), vase)
	s, err := recoverRun("durable", waits.RunID)
	_, err = opened(t, s, err).Result()
	var failed *mastra.RunError
	require.ErrorAs(t, err, &failed, "it is not cut off: it waits")
	assert.Equal(t, "This workflow run was not active", failed.Message)
	s, err = c.Agent("durable").ApproveStream(within(t), approve(waits))
	res, err := opened(t, s, err).Result()
	require.NoError(t, err, "and it waits still")
	assert.Equal(t, saidVase, res.Text)
}
