package aisdk_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// chatOf is what a handler reads of a body.
func chatOf(t testing.TB, body string) (chat aisdk.Chat) {
	t.Helper()
	up := newUpstream(t, nil)
	post(t, aisdk.Handler(up.agent(t), aisdk.Config{Request: func(_ *http.Request, c aisdk.Chat) (mastra.AgentRequest, error) {
		chat = c
		return mastra.AgentRequest{}, aisdk.Refuse(http.StatusTeapot, "enough")
	}}), body)
	return chat
}

func TestChat_IsReadWhole(t *testing.T) {
	body := `{"id":"c","trigger":"regenerate-message","messageId":"a1","inputData":{"n":1},"runId":"r","toolCallId":"t","step":["outer","inner"],"resumeData":{"ok":true},
		"messages":[{"id":"u1","role":"user","metadata":{"m":1},"parts":[{"type":"text","text":"hi"}]}]}`
	want := aisdk.Chat{
		ID: "c", Trigger: aisdk.Regenerate, MessageID: "a1", Input: json.RawMessage(`{"n":1}`), Body: json.RawMessage(body),
		Messages: []aisdk.Message{{ID: "u1", Role: mastra.RoleUser, Metadata: json.RawMessage(`{"m":1}`), Parts: []json.RawMessage{json.RawMessage(`{"type":"text","text":"hi"}`)}}},
		Resume:   &aisdk.Resume{RunID: "r", ToolCallID: "t", Step: "outer.inner", Data: json.RawMessage(`{"ok":true}`)},
	}
	assert.Equal(t, want, chatOf(t, body))

	bare := chatOf(t, `{"messages":[],"id":7,"trigger":"other","messageId":null,"inputData":null,"resumeData":null}`)
	assert.Equal(t, aisdk.Chat{Trigger: aisdk.Submit, Messages: []aisdk.Message{}, Body: bare.Body}, bare)
}

func TestChat_StepIsANameOrAPath(t *testing.T) {
	for step, want := range map[string]string{
		`"approve"`: "approve", `"outer.approve"`: "outer.approve", `["approve"]`: "approve", `["outer","approve"]`: "outer.approve",
		`[]`: "", `null`: "", `7`: "", `{"a":1}`: "", `["a",1]`: "",
	} {
		chat := chatOf(t, `{"messages":[],"resumeData":1,"runId":"r","step":`+step+`}`)
		assert.Equal(t, want, chat.Resume.Step, step)
	}
}

// What the application says of a run counts for the answers to it too.
func TestResume_TakesOverWhatTheApplicationSays(t *testing.T) {
	up := newUpstream(t, replay(inputs(t, "real-plain")...))
	up.suspended = waiting("r@user-7/chat1")
	h := aisdk.Handler(up.agent(t), aisdk.Config{Request: func(*http.Request, aisdk.Chat) (mastra.AgentRequest, error) {
		return mastra.AgentRequest{
			Memory: &mastra.MemoryRef{ThreadID: "user-7/chat1", ResourceID: "user-7"}, MaxSteps: 3, Tracing: &mastra.TracingOptions{TraceID: "t"},
			RequestContext: map[string]any{"locale": "it"}, Extra: map[string]any{"extra": 1},
		}, nil
	}})
	post(t, h, `{"id":"chat1","messages":[],"resumeData":{"ok":true},"runId":"r"}`).parts(t)
	all := resumes(up.seen())
	require.Len(t, all, 1)
	assert.JSONEq(t, `{"runId":"r","resumeData":{"ok":true},"memory":{"thread":"user-7/chat1","resource":"user-7"},"maxSteps":3,
		"tracingOptions":{"traceId":"t"},"requestContext":{"locale":"it"},"extra":1}`, all[0].Body)
}

func TestDefaultErrorText_IsTheMessageWithoutAStack(t *testing.T) {
	for want, detail := range map[string]stream.ErrorDetail{
		"no luck":             {Name: "Error", Message: " no luck\n    at x (/srv/x.js:1)\n    at y"},
		"TypeError":           {Name: "TypeError", Message: "\n    at x"},
		"AbortError":          {Name: "AbortError", Message: "unknown error"},
		aisdk.ErrorMessage:    {Message: "  "},
		"look at\n    a page": {Message: "look at\n    a page"},
	} {
		assert.Equal(t, want, aisdk.DefaultErrorText(detail))
	}
	assert.Equal(t, aisdk.ErrorMessage, aisdk.DefaultErrorText(stream.ErrorDetail{}))
}
