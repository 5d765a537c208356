package contract_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// types reads a stream to its end and lists the types of its chunks, runs of text
// deltas as one.
func types(t testing.TB, s *stream.Stream) (list []string, end error) {
	t.Helper()
	for chunk, err := range s.Chunks() {
		if err != nil {
			return list, err
		}
		if n := len(list); chunk.Type == "text-delta" && n > 0 && list[n-1] == "text-delta" {
			continue
		}
		list = append(list, chunk.Type)
	}
	return list, nil
}

func opened(t testing.TB, s *mastra.AgentStream, err error) *mastra.AgentStream {
	t.Helper()
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // closing again does nothing
	return s
}

// asked opens a stream of one question.
func asked(t testing.TB, agent *mastra.Agent, text string) *mastra.AgentStream {
	t.Helper()
	s, err := agent.Stream(within(t), ask(text))
	return opened(t, s, err)
}

func TestAgentStream_GivesTheTextPieceByPieceAndThenTheResult(t *testing.T) {
	t.Parallel()
	req := ask("hi  you")
	req.RunID = unique("run")
	s, err := client(t).Agent("plain").Stream(within(t), req)
	s = opened(t, s, err)
	var pieces []string
	for text, err := range s.Text() {
		require.NoError(t, err)
		pieces = append(pieces, text)
	}
	assert.Equal(t, []string{"You ", "said: ", "hi ", " ", "you"}, pieces)
	res, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, "You said: hi  you", res.Text)
	assert.Equal(t, mastra.FinishStop, res.FinishReason)
	assert.Equal(t, oneCall, res.Usage)
	assert.Equal(t, req.RunID, res.RunID)
	assert.Equal(t, req.RunID, s.RunID())
}

func TestAgentStream_ChunksComeInTheirOrder(t *testing.T) {
	t.Parallel()
	c := client(t)
	const call = "tool-call-input-streaming-start tool-call-delta tool-call-input-streaming-end tool-call"
	for name, x := range map[string]struct{ agent, text, want string }{
		"text":      {"plain", "hi", "start step-start text-start text-delta text-end step-finish finish"},
		"reasoning": {"plain", "think:well", "start step-start reasoning-start reasoning-delta reasoning-end text-start text-delta text-end step-finish finish"},
		"a source":  {"plain", "source:http://x.test/", "start step-start source text-start text-delta text-end step-finish finish"},
		"a file":    {"plain", "file:x", "start step-start file text-start text-delta text-end step-finish finish"},
		"a tool": {"assistant", `tool:weather {"city":"Rome"}`, "start step-start " + call + " tool-result step-finish" +
			" step-start text-start text-delta text-end step-finish finish"},
		"a tool that throws": {"assistant", `tool:weather {"city":"Nowhere"}`, "start step-start " + call + " tool-error step-finish" +
			" step-start text-start text-delta text-end step-finish finish"},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := types(t, asked(t, c.Agent(x.agent), x.text).Stream)
			require.NoError(t, err)
			assert.Equal(t, x.want, strings.Join(list, " "))
		})
	}
}

func TestAgentStream_ResultHasWhatAWholeOneHas(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct{ agent, text string }{
		"text":        {"plain", "hi é😀"},
		"reasoning":   {"plain", "think:well é"},
		"a source":    {"plain", "source:http://x.test/"},
		"a file":      {"plain", "file:é b"},
		"tools":       {"assistant", "tool:weather {\"city\":\"Rome\"}\ntool:weather {\"city\":\"Nowhere\"}"},
		"a sub-agent": {"router", `tool:agent-plain {"prompt":"hi"}`},
		"a tripwire":  {"guarded", "so forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			whole, err := c.Agent(x.agent).Generate(within(t), ask(x.text))
			require.NoError(t, err)
			streamed, err := asked(t, c.Agent(x.agent), x.text).Result()
			assert.Equal(t, whole.Err() == nil, err == nil)
			assert.Equal(t, whole.Text, streamed.Text)
			assert.Equal(t, whole.Reasoning, streamed.Reasoning)
			assert.Equal(t, whole.Usage, streamed.Usage)
			assert.Equal(t, whole.Sources, streamed.Sources)
			assert.Equal(t, whole.Files, streamed.Files)
			assert.Len(t, streamed.ToolCalls, len(whole.ToolCalls))
			assert.Len(t, streamed.ToolResults, len(whole.ToolResults))
			assert.Equal(t, failedCalls(whole), failedCalls(streamed))
		})
	}
}

func failedCalls(r *mastra.AgentResult) map[string]string {
	out := map[string]string{}
	for _, result := range r.ToolResults {
		if result.IsError {
			out[string(result.Args)] = result.Err
		}
	}
	return out
}

func TestAgentStream_ModelThatFailsEndsItWithRunError(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct{ prompt, text, message string }{
		"before any text": {"fail-model", "", "model exploded"},
		"after some text": {"fail-after:3", "chunk-0 chunk-1 chunk-2 ", "model broke"},
	} {
		t.Run(name, func(t *testing.T) {
			s := asked(t, c.Agent("plain"), x.prompt)
			var text strings.Builder
			var end error
			for piece, err := range s.Text() {
				if err != nil {
					end = err
					break
				}
				text.WriteString(piece)
			}
			assert.Equal(t, x.text, text.String())
			var failed *mastra.RunError
			require.ErrorAs(t, end, &failed)
			assert.Equal(t, x.message, failed.Message)
			assert.Equal(t, s.RunID(), failed.RunID)

			res, err := s.Result()
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, x.text, res.Text, "what came before the failure")
			assert.Equal(t, mastra.FinishError, res.FinishReason)
		})
	}
}

func TestAgentStream_FailedModelIsNoFailureWhereTheNextOneAnswers(t *testing.T) {
	t.Parallel()
	res, err := asked(t, client(t).Agent("multi"), "fail-after:2").Result()
	var failed *mastra.RunError
	require.ErrorAs(t, err, &failed, "both models break")
	assert.Equal(t, "chunk-0 chunk-1 chunk-0 chunk-1 ", res.Text)
}

func TestAgentStream_TripwireEndsItWithTripwireError(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct{ prompt, text, reason, chunks string }{
		"of the input":  {"so forbidden", "", "Blocked input", "tripwire"},
		"of the output": {`json:{"a":"bb leak c"}`, `{"a":"bb`, "Blocked output", "start step-start text-start text-delta tripwire"},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := types(t, asked(t, c.Agent("guarded"), x.prompt).Stream)
			var trip *mastra.TripwireError
			require.ErrorAs(t, err, &trip)
			assert.Equal(t, x.chunks, strings.Join(list, " "))
			assert.Equal(t, x.reason, trip.Reason)

			res, err := asked(t, c.Agent("guarded"), x.prompt).Result()
			require.ErrorAs(t, err, &trip)
			assert.Equal(t, x.text, res.Text)
			assert.ErrorAs(t, res.Err(), &trip)
		})
	}
}

func TestAgentStream_StructuredOutputComesInParts(t *testing.T) {
	t.Parallel()
	schema := json.RawMessage(`{"type":"object","properties":{"k":{"type":"string"}},"required":["k"]}`)
	req := ask(`json:{"k":"a long enough text"}`)
	req.StructuredOutput = &mastra.StructuredOutput{Schema: schema}
	agent := client(t).Agent("plain")
	s, err := agent.Stream(within(t), req)
	list, err := types(t, opened(t, s, err).Stream)
	require.NoError(t, err)
	assert.Contains(t, list, "object")
	assert.Contains(t, list, "object-result")
	res, err := s.Result()
	require.NoError(t, err)
	assert.JSONEq(t, `{"k":"a long enough text"}`, string(res.Object))

	t.Run("and fails where it does not fit", func(t *testing.T) {
		req.Messages = mastra.Prompt(`json:{"k":1}`)
		s, err := agent.Stream(within(t), req)
		_, err = opened(t, s, err).Result()
		var failed *mastra.RunError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "STRUCTURED_OUTPUT_SCHEMA_VALIDATION_FAILED", failed.Code)
	})
}

func TestDurable_StreamsAndIsAnswered(t *testing.T) {
	t.Parallel()
	c := client(t)
	list, err := types(t, asked(t, c.Agent("durable"), "hi").Stream)
	require.NoError(t, err)
	assert.Equal(t, "start step-start response-metadata text-start text-delta text-end step-finish finish", strings.Join(list, " "))
	res, err := c.Agent("durable").Generate(within(t), ask(`tool:weather {"city":"Rome"}`))
	require.NoError(t, err)
	assert.Equal(t, `Tool said: [{"type":"json","value":{"city":"Rome","tempC":4}}]`, res.Text)
	_, err = asked(t, c.Agent("durable"), "fail-model").Result()
	var failed *mastra.RunError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "model exploded", failed.Message)
}

func TestAgentStream_IsClosedByAnEarlyEndOfTheLoop(t *testing.T) {
	t.Parallel()
	s := asked(t, client(t).Agent("plain"), "slow:20")
	for range s.Text() {
		break
	}
	res, err := s.Result()
	require.ErrorIs(t, err, mastra.ErrClosed)
	assert.Equal(t, "chunk-0 ", res.Text)
}
