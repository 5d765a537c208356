package contract_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/stream"
)

// script is the input of a workflow whose agent answers with these pieces of text.
func script(pieces ...string) map[string]string {
	return map[string]string{"prompt": `[[{"text":["` + strings.Join(pieces, `","`) + `"]}]]`}
}

func TestAgentStep_IsAStepOfTheRun(t *testing.T) {
	t.Parallel()
	server := own(t, contract.Config{Extra: true})
	c, _ := recorded(t, server.URL())

	t.Run("what the agent streams is in the run's stream", func(t *testing.T) {
		s, err := c.Workflow("asking").NewRun().Stream(within(t), mastra.StartRequest{Input: script("hel", "lo")})
		var text string
		for chunk, err := range streamed(t, s, err).Chunks() {
			require.NoError(t, err)
			if output, ok := chunk.Value().(*stream.WorkflowStepOutput); ok {
				told, ok := output.Chunk()
				require.True(t, ok, "%s", output.Output)
				if delta, ok := told.Value().(*stream.TextDelta); ok {
					text += delta.Text
				}
			}
		}
		state, err := s.Result()
		require.NoError(t, err)
		assert.Equal(t, "hello", text)
		assert.JSONEq(t, `{"text":"hello"}`, string(state.Result))
	})

	t.Run("what breaks an agent is not forwarded", func(t *testing.T) {
		for name, prompt := range map[string]string{
			"model":    `[[{"text":["one "]},{"fail":"broke"}]]`,
			"provider": `[[{"fail":"broke","status":403,"headers":{"x-secret":"s"},"body":"secret"}]]`,
		} {
			s, err := c.Workflow("asking").NewRun().Stream(within(t), mastra.StartRequest{Input: map[string]string{"prompt": prompt}})
			browser := httptest.NewRecorder()
			assert.NoError(t, stream.Forward(browser, streamed(t, s, err).Stream), name)
			assert.Contains(t, browser.Body.String(), "broke", name)
			for _, secret := range []string{`"stack"`, "responseBody", ".mjs", "model.test"} {
				assert.NotContains(t, browser.Body.String(), secret, name)
			}
		}
	})

	t.Run("a tripwire", func(t *testing.T) {
		for name, input := range map[string]any{"guard": script("forbidden"), "gate": script("it does l", "eak")} {
			for _, workflow := range []string{"watching", "fence", "posts"} {
				run := c.Workflow(workflow).NewRun()
				started, err := run.Start(within(t), mastra.StartRequest{Input: input})
				require.NoError(t, err, workflow)
				waited, err := run.Wait(within(t))
				require.NoError(t, err, workflow)
				for how, state := range map[string]*mastra.RunState{"started": started, "waited for": waited} {
					assert.Equal(t, mastra.RunTripwire, state.Status, "%s %s %s", workflow, name, how)
					assert.Nil(t, state.Failure, "%s %s %s", workflow, name, how)
					var tripwire *mastra.TripwireError
					if assert.ErrorAs(t, state.Err(), &tripwire, "%s %s %s", workflow, name, how) {
						assert.Equal(t, name, tripwire.ProcessorID, "%s %s %s", workflow, name, how)
						assert.Contains(t, tripwire.Reason, "Blocked", "%s %s %s", workflow, name, how)
					}
				}
			}
		}
	})
}
