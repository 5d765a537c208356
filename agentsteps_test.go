package mastra_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// stepsOf are the steps of a result without what differs from run to run.
func stepsOf(t *testing.T, r *mastra.AgentResult) []map[string]any {
	t.Helper()
	steps, err := r.Steps()
	require.NoError(t, err)
	out := []map[string]any{}
	for _, s := range steps {
		require.NotNil(t, s.Usage)
		require.NotNil(t, s.Response)
		calls, results := [][2]string{}, [][2]string{}
		for _, c := range s.ToolCalls {
			call := decode[struct {
				ToolName string
				Args     json.RawMessage
			}](t, []byte(c.Payload))
			calls = append(calls, [2]string{call.ToolName, string(call.Args)})
		}
		for _, c := range s.ToolResults {
			result := decode[struct {
				ToolName string
				Result   json.RawMessage
			}](t, []byte(c.Payload))
			results = append(results, [2]string{result.ToolName, string(result.Result)})
		}
		out = append(out, map[string]any{
			"type": s.StepType, "text": s.Text, "reasoning": s.ReasoningText, "finish": s.FinishReason, "input": s.Usage.InputTokens, "output": s.Usage.OutputTokens,
			"model": s.Response.ModelID, "response": s.Response.ID, "warnings": len(s.Warnings), "calls": calls, "results": results,
		})
	}
	return out
}

// saidBy are the messages of a result: who has said what.
func saidBy(t *testing.T, r *mastra.AgentResult) (out [][2]string) {
	t.Helper()
	messages, err := r.Messages()
	require.NoError(t, err)
	for _, m := range messages {
		if text := m.Text(); text != "" {
			out = append(out, [2]string{string(m.Role), text})
		}
	}
	return out
}

func TestAgentStream_ResultHasStepsAndMessages(t *testing.T) {
	pairs, err := filepath.Glob("testdata/answers/*.sse")
	require.NoError(t, err)
	met, said := 0, 0
	for _, file := range pairs {
		name := strings.TrimSuffix(filepath.Base(file), ".sse")
		if name == "resumed" || name == "approved" || name == "declined" {
			continue // these streams begin in the middle of a run
		}
		t.Run(name, func(t *testing.T) {
			whole := wholeAnswer(t, name)
			got, err := streamed(t, testdata(t, "answers", name+".sse"))
			if whole.Tripwire == nil {
				require.NoError(t, err)
			}
			want := stepsOf(t, whole)
			assert.Equal(t, want, stepsOf(t, got))
			met += len(want)
			assert.Empty(t, got.Raw)
			if got.Err() != nil || len(got.Pending()) > 0 && got.Pending()[0].Kind != mastra.PendingClientTool {
				messages, err := got.Messages()
				require.NoError(t, err)
				assert.Empty(t, messages, "no finish has told them")
				return
			}
			assert.Equal(t, saidBy(t, whole), saidBy(t, got))
			said += len(saidBy(t, got))
			assert.NotEmpty(t, got.ModelID)
			assert.Equal(t, whole.ModelID, got.ModelID)
			assert.Equal(t, whole.Warnings, got.Warnings)
		})
	}
	assert.Greater(t, met, 15)
	assert.Greater(t, said, 20)
}

func TestAgentResult_StepsOfEveryRoundOfClientToolsAreThere(t *testing.T) {
	sse := string(testdata(t, "answers", "client-tool.sse"))
	whole := string(testdata(t, "answers", "client-tool.json"))
	last := string(testdata(t, "answers", "text.sse"))
	tool := mastra.NewClientTool("mine", "", func(context.Context, struct {
		A int `json:"a"`
	}) (string, error) {
		return "ok", nil
	})
	s, err := inMemory(t, play(answer(200, sse, "Content-Type", "text/event-stream"), answer(200, last, "Content-Type", "text/event-stream"))).
		Agent("a").Stream(t.Context(), withTools("x", tool))
	require.NoError(t, err)
	got, err := s.Result()
	require.NoError(t, err)
	one, err := inMemory(t, play(answer(200, whole), answer(200, string(testdata(t, "answers", "text.json"))))).Agent("a").Generate(t.Context(), withTools("x", tool))
	require.NoError(t, err)
	assert.Len(t, stepsOf(t, got), 2)
	assert.Equal(t, stepsOf(t, one), stepsOf(t, got))
	assert.Equal(t, one.ModelID, got.ModelID)
}

func TestAgentStream_WarningsOfTheModelAreInTheResult(t *testing.T) {
	body := `data: {"type":"step-start","runId":"r","payload":{"warnings":[{"type":"other","message":"early"}]}}` + "\n\n" +
		`data: {"type":"step-finish","runId":"r","payload":{"stepResult":{"reason":"stop","warnings":[{"type":"other","message":"late"}]},"metadata":{"modelId":"m-1"},` +
		`"output":{"text":"hi","steps":[{"content":[{"type":"text","text":"hi"}],"usage":{"inputTokens":1},"warnings":[{"type":"other","message":"late"}]}]}}}` + "\n\n" +
		`data: {"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop","warnings":[{"type":"other","message":"late"}]},"metadata":{"modelId":"m-1"},` +
		`"output":{"steps":[{"content":[{"type":"text","text":"hi"}],"usage":{"inputTokens":1},"warnings":[{"type":"other","message":"late"}]}]}}}` + "\n\ndata: [DONE]\n\n"
	s, err := inMemory(t, play(answer(200, body, "Content-Type", "text/event-stream"))).Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	res, err := s.Result()
	require.NoError(t, err)
	require.Len(t, res.Warnings, 1)
	assert.JSONEq(t, `{"type":"other","message":"late"}`, string(res.Warnings[0]))
	assert.Equal(t, "m-1", res.ModelID)
	steps, err := res.Steps()
	require.NoError(t, err)
	require.Len(t, steps, 1)
	assert.Len(t, steps[0].Warnings, 1)
	assert.Equal(t, "hi", steps[0].Text)
	assert.Equal(t, "stop", steps[0].FinishReason)
}
