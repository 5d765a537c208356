package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestUntilIdle_EndsWhenNothingIsLeftToDo(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	for name, x := range map[string]struct {
		idle mastra.UntilIdle
		ask  string
		text string
	}{
		"with the server's limit": {mastra.UntilIdle{}, "hi", "You said: hi"},
		"with a limit":            {mastra.UntilIdle{MaxIdle: 2000 * time.Millisecond}, `tool:weather {"city":"Rome"}`, `Tool said: [{"type":"json","value":{"city":"Rome","tempC":4}}]`},
	} {
		t.Run(name, func(t *testing.T) {
			req := ask(x.ask)
			req.UntilIdle = &x.idle
			s, err := agent.Stream(within(t), req)
			res, err := opened(t, s, err).Result()
			require.NoError(t, err)
			assert.Equal(t, x.text, res.Text)
			assert.Equal(t, mastra.FinishStop, res.FinishReason)
		})
	}
}

func TestUntilIdle_TellsOfAModelThatFails(t *testing.T) {
	t.Parallel()
	req := ask("fail-after:2")
	req.UntilIdle = &mastra.UntilIdle{}
	s, err := client(t).Agent("plain").Stream(within(t), req)
	res, err := opened(t, s, err).Result()
	var failed *mastra.RunError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "chunk-0 chunk-1 ", res.Text)
}

func TestUntilIdle_ResumesARun(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	req := answer(waiting(t, agent, asks), map[string]any{"answer": "me"})
	req.UntilIdle = &mastra.UntilIdle{MaxIdle: 2000 * time.Millisecond}
	s, err := agent.ResumeStream(within(t), req)
	res, err := opened(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, saidMe, res.Text)

	_, err = agent.ResumeStream(within(t), req)
	require.ErrorIs(t, err, mastra.ErrNotSuspended, "it does not wait any more")
	assert.Equal(t, 1, failure(t, err).Attempts)
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
}
