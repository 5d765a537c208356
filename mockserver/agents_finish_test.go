package mockserver_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/mockserver"
)

func TestModel_SaysWhyItEnds(t *testing.T) {
	tests := map[string]struct {
		reason       mockserver.FinishReason
		status, told string
		chunks       []string
	}{
		"at its length":     {mockserver.FinishLength, `"finishReason":"length"`, "length", []string{"step-finish", "finish"}},
		"by a filter":       {mockserver.FinishContentFilter, `"finishReason":"content-filter"`, "content-filter", []string{"step-finish", "finish"}},
		"with an error":     {mockserver.FinishError, `{"error":"Agent stream finished with finishReason \"error\" but no error payload was provided"}`, "error", []string{"error", "step-finish", "finish"}},
		"as it does always": {"", `"finishReason":"stop"`, "stop", []string{"step-finish", "finish"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := mine(t, mockserver.Agent{Model: func(_ context.Context, call *mockserver.ModelCall) error {
				call.Text("half an ans")
				call.SetFinishReason(test.reason)
				return nil
			}})
			_, answer := c.post("/api/agents/mine/generate", `{"messages":"hi"}`)
			assert.Contains(t, answer, test.status)
			list := c.stream("/api/agents/mine/stream", `{"messages":"hi"}`)
			assert.Equal(t, append([]string{"start", "step-start", "text-start", "text-delta", "text-end"}, test.chunks...), types(list))
			assert.Equal(t, test.told, at(list[len(list)-1], "payload", "stepResult", "reason"))
		})
	}
}

func TestModel_IsAskedFiveTimesAtMostInARun(t *testing.T) {
	calls := 0
	c := mine(t, mockserver.Agent{
		Tools: []mockserver.Tool{mockserver.NewTool("again", "", func(*mockserver.ToolCall, struct{}) (string, error) { return "more", nil })},
		Model: func(_ context.Context, call *mockserver.ModelCall) error {
			calls++
			call.CallInPieces("again", "{", "}")
			return nil
		},
	})
	result := c.object("/api/agents/mine/generate", `{"messages":"hi"}`)
	assert.Equal(t, 5, calls)
	assert.Len(t, result["steps"], 5)
	assert.Equal(t, "tool-calls", result["finishReason"])
}

func TestModel_ThatCutsAStructuredAnswerOffIsAnError(t *testing.T) {
	c := mine(t, mockserver.Agent{Model: func(_ context.Context, call *mockserver.ModelCall) error {
		call.Text(`{"a":1,"b":`)
		call.SetFinishReason(mockserver.FinishLength)
		return nil
	}})
	status, answer := c.post("/api/agents/mine/generate", `{"messages":"hi","structuredOutput":{"schema":{"type":"object"}}}`)
	assert.Equal(t, 500, status)
	assert.Equal(t, `{"error":"Structured output was truncated because the model finished with reason \"length\"."}`, answer)
}

func TestModel_SeesTheSchemaAndTheRequestContext(t *testing.T) {
	var schema, tenant string
	c := mine(t, mockserver.Agent{Model: func(_ context.Context, call *mockserver.ModelCall) error {
		schema, tenant = string(call.Schema), string(call.RequestContext("tenant"))
		assert.Nil(t, call.RequestContext("nobody"))
		return call.Object(map[string]int{"n": 1})
	}})
	body := `{"messages":"hi","requestContext":{"tenant":"t1"},"structuredOutput":{"schema":{"type":"object","properties":{"n":{"type":"number"}}}}}`
	assert.Equal(t, map[string]any{"n": 1.0}, c.object("/api/agents/mine/generate", body)["object"])
	assert.Equal(t, `{"type":"object","properties":{"n":{"type":"number"}}}`, schema)
	assert.Equal(t, `"t1"`, tenant)
	c.object("/api/agents/mine/generate", `{"messages":"hi"}`)
	assert.Empty(t, schema)
}

func TestModel_ThatIsBusyIsAskedAgain(t *testing.T) {
	calls := 0
	c := mine(t, mockserver.Agent{Model: func(_ context.Context, call *mockserver.ModelCall) error {
		if calls++; calls == 1 {
			return &mockserver.ModelError{Message: "slow down", Status: 429, Header: map[string]string{"retry-after": "1"}}
		}
		call.Text("here I am")
		return nil
	}})
	list := c.stream("/api/agents/mine/stream", `{"messages":"hi"}`)
	told := at(find(t, list, "error"), "payload", "error")
	assert.Equal(t, "AI_APICallError", at(told, "name"))
	assert.Equal(t, 429.0, at(told, "statusCode"))
	assert.Equal(t, true, at(told, "isRetryable"))
	assert.Equal(t, "1", at(told, "responseHeaders", "retry-after"))

	calls = 0
	result := c.object("/api/agents/mine/generate", `{"messages":"hi","modelSettings":{"maxRetries":1}}`)
	assert.Equal(t, "here I am", result["text"])
	assert.Equal(t, 2, calls)
}
