package contract_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// ask is a request of one question.
func ask(text string) mastra.AgentRequest {
	return mastra.AgentRequest{Messages: mastra.Prompt(text)}
}

// oneCall is what the model uses for every call.
var oneCall = mastra.Usage{InputTokens: 11, OutputTokens: 7, TotalTokens: 18}

func TestAgent_ListHasEveryOneWithItsDescription(t *testing.T) {
	t.Parallel()
	agents, err := client(t).Agents().List(within(t))
	require.NoError(t, err)
	for id, want := range map[string][3]string{
		"assistant": {"Test assistant", "Be brief", "fake-1"},
		"plain":     {"Plain agent", "No memory", "fake-2"},
		"router":    {"Routing agent", "Route", "fake-3"},
		"guarded":   {"Guarded agent", "Guard", "fake-4"},
		"durable":   {"Durable agent", "Last", "fake-5"},
		"multi":     {"Two models", "Switch", "fake-6"},
		"voiced":    {"Voiced agent", "Speak", "fake-8"},
	} {
		require.Contains(t, agents, id)
		got := agents[id]
		assert.Equal(t, id, got.ID)
		assert.Equal(t, want[0], got.Description)
		assert.JSONEq(t, strconv.Quote(want[1]), string(got.Instructions))
		assert.Equal(t, want[2], got.ModelID)
	}
	assert.Len(t, agents, 7)
}

func TestAgent_TellsOfItsToolsAndModel(t *testing.T) {
	t.Parallel()
	info, err := client(t).Agent("assistant").Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, "assistant", info.ID)
	assert.Equal(t, "assistant", info.Name)
	assert.Equal(t, "fake-1", info.ModelID)
	assert.Equal(t, "fake", info.Provider)
	assert.True(t, info.SupportsMemory)
	assert.Len(t, info.Tools, 3)
	require.Contains(t, info.Tools, "weather")
	assert.Equal(t, "Weather for a city", info.Tools["weather"].Description)
}

func TestAgent_UnknownIsNotFound(t *testing.T) {
	t.Parallel()
	c := client(t)
	agent := c.Agent("nobody")
	calls := map[string]func() error{
		"get":      func() error { _, err := agent.Get(within(t)); return err },
		"generate": func() error { _, err := agent.Generate(within(t), ask("hi")); return err },
		"stream":   func() error { _, err := agent.Stream(within(t), ask("hi")); return err },
		"resume": func() error {
			_, err := agent.ResumeStream(within(t), mastra.ResumeAgentRequest{RunID: "r", Data: map[string]any{}})
			return err
		},
		"approve": func() error {
			_, err := agent.ApproveStream(within(t), mastra.ApproveRequest{RunID: "r", ToolCallID: "c"})
			return err
		},
		"decline": func() error {
			_, err := agent.DeclineStream(within(t), mastra.DeclineRequest{RunID: "r", ToolCallID: "c"})
			return err
		},
		"approve, whole": func() error {
			_, err := agent.Approve(within(t), mastra.ApproveRequest{RunID: "r", ToolCallID: "c"})
			return err
		},
		"decline, whole": func() error {
			_, err := agent.Decline(within(t), mastra.DeclineRequest{RunID: "r", ToolCallID: "c"})
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, mastra.ErrNotFound)
			e := failure(t, err)
			assert.Equal(t, "Agent with id nobody not found", e.Message)
			assert.Equal(t, 1, e.Attempts)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.Equal(t, 404, mastra.HTTPStatus(err))
		})
	}
}

func TestGenerate_AnswersWithTextUsageAndTrace(t *testing.T) {
	t.Parallel()
	runID := unique("run")
	req := ask("hi  you")
	req.RunID = runID
	res, err := client(t).Agent("plain").Generate(within(t), req)
	require.NoError(t, err)
	assert.Equal(t, "You said: hi  you", res.Text)
	assert.Equal(t, mastra.FinishStop, res.FinishReason)
	assert.Equal(t, oneCall, res.Usage)
	assert.Equal(t, runID, res.RunID)
	assert.Len(t, res.TraceID, 32)
	assert.Len(t, res.SpanID, 16)
	assert.NoError(t, res.Err())
	assert.Empty(t, res.Pending())
	steps, err := res.Steps()
	require.NoError(t, err)
	assert.Len(t, steps, 1)
	messages, err := res.Messages()
	require.NoError(t, err)
	require.NotEmpty(t, messages)
	assert.Equal(t, "You said: hi  you", messages[len(messages)-1].Text())
}

func TestGenerate_SendsAllRolesAndParts(t *testing.T) {
	t.Parallel()
	res, err := client(t).Agent("plain").Generate(within(t), mastra.AgentRequest{Messages: mastra.Messages{
		mastra.System("Be kind"), mastra.User("first"), mastra.Assistant("answer"),
		mastra.UserParts(mastra.Text("a"), mastra.Text("b")),
	}})
	require.NoError(t, err)
	assert.Equal(t, "You said: a b", res.Text)
}

func TestGenerate_PassesMessagesOfABrowserAsTheyAre(t *testing.T) {
	t.Parallel()
	ui := `[{"id":"m1","role":"user","parts":[{"type":"text","text":"from the browser é"}]}]`
	res, err := client(t).Agent("plain").Generate(within(t), mastra.AgentRequest{Messages: mastra.RawMessages([]byte(ui))})
	require.NoError(t, err)
	assert.Equal(t, "You said: from the browser é", res.Text)
}

func TestGenerate_TwiceWithOneRunIDIsTwoRuns(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("plain")
	for _, text := range []string{"one", "two"} {
		req := ask(text)
		req.RunID = "same"
		res, err := agent.Generate(within(t), req)
		require.NoError(t, err)
		assert.Equal(t, "You said: "+text, res.Text)
	}
}

func TestGenerate_ModelThatFailsIsAServerErrorThatIsNotRepeated(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("plain")
	for text, message := range map[string]string{"fail-model": "model exploded", "fail-after:3": "model broke"} {
		_, err := agent.Generate(within(t), ask(text))
		require.ErrorIs(t, err, mastra.ErrServer)
		e := failure(t, err)
		assert.Equal(t, 500, e.Status)
		assert.Equal(t, message, e.Message)
		assert.Equal(t, 1, e.Attempts)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	}
}

func TestGenerate_ToolCallIsAnsweredAndToldToTheModel(t *testing.T) {
	t.Parallel()
	res, err := client(t).Agent("assistant").Generate(within(t), ask("tool:weather {\"city\":\"Rome\"}\ntool:weather {\"city\":\"é😀\"}"))
	require.NoError(t, err)
	assert.Equal(t, `Tool said: [{"type":"json","value":{"city":"Rome","tempC":4}},{"type":"json","value":{"city":"é😀","tempC":3}}]`, res.Text)
	require.Len(t, res.ToolCalls, 2)
	require.Len(t, res.ToolResults, 2)
	assert.Equal(t, "weather", res.ToolCalls[0].Name)
	assert.JSONEq(t, `{"city":"Rome"}`, string(res.ToolCalls[0].Args))
	for _, result := range res.ToolResults {
		assert.False(t, result.IsError)
	}
	assert.Equal(t, 36, res.Usage.TotalTokens, "two model calls")
}

func TestGenerate_ToolThatFailsIsToldToTheModelAndInTheResult(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ prompt, told string }{
		"it throws":                {`tool:weather {"city":"Nowhere"}`, `{"type":"error-text","value":"no such city"}`},
		"its arguments do not fit": {`tool:weather {"town":1}`, `"error":true`},
		"there is no such tool":    {`tool:none {}`, `{"type":"error-text"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := client(t).Agent("assistant").Generate(within(t), ask(c.prompt))
			require.NoError(t, err)
			assert.NoError(t, res.Err(), "the run itself has gone well")
			assert.Contains(t, res.Text, c.told)
		})
	}
}

func TestGenerate_StructuredOutputIsAnObject(t *testing.T) {
	t.Parallel()
	schema := json.RawMessage(`{"type":"object","properties":{"k":{"type":"string"}},"required":["k"],"additionalProperties":false}`)
	req := ask(`json:{"k":"é😀"}`)
	req.StructuredOutput = &mastra.StructuredOutput{Schema: schema}
	agent := client(t).Agent("plain")
	res, err := agent.Generate(within(t), req)
	require.NoError(t, err)
	assert.JSONEq(t, `{"k":"é😀"}`, string(res.Object))

	t.Run("one that does not fit fails the call", func(t *testing.T) {
		req.Messages = mastra.Prompt(`json:{"k":1}`)
		_, err := agent.Generate(within(t), req)
		require.ErrorIs(t, err, mastra.ErrServer)
		assert.Contains(t, failure(t, err).Message, "Structured output validation failed")
	})
	t.Run("or is replaced by the fallback value", func(t *testing.T) {
		req.StructuredOutput = &mastra.StructuredOutput{Schema: schema, ErrorStrategy: mastra.ErrorFallback, FallbackValue: map[string]any{"k": "else"}}
		res, err := agent.Generate(within(t), req)
		require.NoError(t, err)
		assert.JSONEq(t, `{"k":"else"}`, string(res.Object))
	})
}

func TestGenerate_ReasoningSourcesAndFilesAreInTheResult(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("plain")
	res, err := agent.Generate(within(t), ask("think:well é"))
	require.NoError(t, err)
	assert.Equal(t, "well é", res.Reasoning)
	assert.Equal(t, "You said: think:well é", res.Text)

	res, err = agent.Generate(within(t), ask("source:http://x.test/"))
	require.NoError(t, err)
	require.Len(t, res.Sources, 1)
	assert.Equal(t, "http://x.test/", res.Sources[0].URL)
	assert.Equal(t, "Source", res.Sources[0].Title)

	res, err = agent.Generate(within(t), ask("file:é b"))
	require.NoError(t, err)
	require.Len(t, res.Files, 1)
	assert.Equal(t, "text/plain", res.Files[0].MimeType)
	assert.JSONEq(t, `"w6kgYg=="`, string(res.Files[0].Data))
}

func TestGenerate_TripwireStopsTheAgentAndTellsWhy(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("guarded")
	for name, c := range map[string]struct{ text, reason, processor, metadata string }{
		"of the input":  {"so forbidden", "Blocked input", "guard", `{"word":"forbidden"}`},
		"of the output": {"a leak", "Blocked output", "gate", ""},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := agent.Generate(within(t), ask(c.text))
			require.NoError(t, err)
			assert.Empty(t, res.Text)
			var trip *mastra.TripwireError
			require.ErrorAs(t, res.Err(), &trip)
			assert.Equal(t, c.reason, trip.Reason)
			assert.Equal(t, c.processor, trip.ProcessorID)
			if c.metadata != "" {
				assert.JSONEq(t, c.metadata, string(trip.Metadata))
			}
			assert.Equal(t, mastra.FinishOther, res.FinishReason)
		})
	}
}

func TestGenerate_SecondModelAnswersWhereTheFirstFails(t *testing.T) {
	t.Parallel()
	_, err := client(t).Agent("multi").Generate(within(t), ask("fail-model"))
	assert.Equal(t, "model exploded", failure(t, err).Message, "both fail here")
	res, err := client(t).Agent("multi").Generate(within(t), ask("hi"))
	require.NoError(t, err)
	assert.Equal(t, "You said: hi", res.Text)
}
