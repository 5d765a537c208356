package aisdk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
)

// decided is what useChat sends once tool calls have been decided on.
func decided(approvals ...string) string {
	var parts []string
	for _, a := range approvals {
		id, rest, _ := strings.Cut(a, "|")
		_, callID, _ := strings.Cut(id, "::")
		parts = append(parts, fmt.Sprintf(`{"type":"tool-delicate","toolCallId":%q,"state":"approval-responded","input":{},"approval":{"id":%q,%s}}`, callID, id, rest))
	}
	return `{"id":"chat1","trigger":"submit-message","messages":[
		{"id":"u1","role":"user","parts":[{"type":"text","text":"do"}]},
		{"id":"a1","role":"assistant","parts":[{"type":"step-start"},` + strings.Join(parts, ",") + `]}]}`
}

// waiting are runs as the server lists them.
func waiting(runs ...string) string {
	var all []string
	for _, run := range runs {
		id, thread, _ := strings.Cut(run, "@")
		resource, _, _ := strings.Cut(thread, "/")
		all = append(all, fmt.Sprintf(`{"runId":%q,"threadId":%q,"resourceId":%q,"status":"suspended","suspendedAt":"2026-01-01T00:00:00.000Z","toolCalls":[]}`, id, thread, resource))
	}
	return "[" + strings.Join(all, ",") + "]"
}

func notSuspended(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusInternalServerError)
	fmt.Fprint(w, `{"error":"Agent \"assistant\" resumeStream() could not find a suspended run for runId run-1"}`)
}

func resumes(calls []call) []call {
	var all []call
	for _, c := range calls {
		if strings.HasSuffix(c.Path, "/resume-stream") {
			all = append(all, c)
		}
	}
	return all
}

func TestApproval_ResumesTheRunsItIsAbout(t *testing.T) {
	up := newUpstream(t, sequence(
		replay(inputs(t, "real-approval-approved")...),
		replay(inputs(t, "real-approval-declined")...),
	))
	up.suspended = waiting("run-1@user-7/chat1", "run-2@user-7/chat1")
	var seen []aisdk.Approval
	h := aisdk.Handler(up.agent(t), aisdk.Config{Request: func(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
		seen = chat.Approvals
		req, err := remembered(r, chat)
		req.MaxSteps, req.RequestContext = 4, map[string]any{"tier": "gold"}
		return req, err
	}})
	parts := post(t, h, decided(`run-1::call_7|"approved":true`, `run-2::call_8|"approved":false,"reason":"too fragile"`)).parts(t)

	assert.Equal(t, []aisdk.Approval{
		{RunID: "run-1", ToolCallID: "call_7", Approved: true},
		{RunID: "run-2", ToolCallID: "call_8", Reason: "too fragile"},
	}, seen)
	sent := resumes(up.seen())
	require.Len(t, sent, 2)
	memory := `"memory":{"thread":"user-7/chat1","resource":"user-7"},"maxSteps":4,"requestContext":{"tier":"gold"}`
	assert.JSONEq(t, `{"runId":"run-1","toolCallId":"call_7","resumeData":{"approved":true},`+memory+`}`, sent[0].Body)
	assert.JSONEq(t, `{"runId":"run-2","toolCallId":"call_8","resumeData":{"approved":false,"reason":"too fragile"},`+memory+`}`, sent[1].Body)

	assert.Equal(t, value(t, `{"type":"start","messageId":"a1"}`), parts[0])
	assert.Equal(t, value(t, `{"type":"tool-output-available","toolCallId":"call_7","output":{"done":"vase"}}`), parts[1])
	assert.Equal(t, []string{"start", "finish"}, only(parts, "start", "finish"), "one of each")
	assert.Equal(t, value(t, `{"type":"finish","finishReason":"stop"}`), parts[len(parts)-1])
}

func only(parts []any, types ...string) []string {
	var all []string
	for _, p := range parts {
		for _, typ := range types {
			if p.(map[string]any)["type"] == typ {
				all = append(all, typ)
			}
		}
	}
	return all
}

func TestApproval_OfTheRunOfAnotherIsRefused(t *testing.T) {
	for name, suspended := range map[string]string{
		"another user's":     waiting("run-1@user-8/chat1"),
		"another thread's":   waiting("run-1@user-7/chat2"),
		"one nobody knows":   waiting(),
		"with another run's": waiting("run-2@user-7/chat1"),
	} {
		up := newUpstream(t, replay(inputs(t, "real-approval-approved")...))
		up.suspended = suspended
		for _, body := range []string{
			decided(`run-1::call_7|"approved":true`),
			`{"id":"chat1","messages":[],"resumeData":{"approved":true},"runId":"run-1","toolCallId":"call_7"}`,
		} {
			got := post(t, aisdk.Handler(up.agent(t), aisdk.Config{Request: remembered}), body)
			assert.Equal(t, http.StatusConflict, got.Status, name)
			assert.Equal(t, "This question is no longer open.", got.Body)
		}
		assert.Empty(t, resumes(up.seen()), name)
		assert.Equal(t, "resourceId=user-7", up.seen()[0].Query)
	}
}

func TestApproval_ThatCameTooLateDoesNotSpoilTheOthers(t *testing.T) {
	body := decided(`run-1::call_7|"approved":true`, `run-2::call_8|"approved":false`)
	t.Run("the first is late", func(t *testing.T) {
		up := newUpstream(t, sequence(notSuspended, replay(inputs(t, "real-approval-declined")...)))
		parts := post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), body).parts(t)
		assert.Equal(t, value(t, `{"type":"start","messageId":"a1"}`), parts[0])
		assert.Equal(t, value(t, `{"type":"tool-output-denied","toolCallId":"call_8"}`), parts[1])
	})
	t.Run("the second is late", func(t *testing.T) {
		up := newUpstream(t, sequence(replay(inputs(t, "real-approval-approved")...), notSuspended))
		parts := post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), body).parts(t)
		assert.Equal(t, value(t, `{"type":"finish","finishReason":"stop"}`), parts[len(parts)-1])
	})
	t.Run("both are", func(t *testing.T) {
		up := newUpstream(t, notSuspended)
		got := post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), body)
		assert.Equal(t, http.StatusConflict, got.Status)
		assert.Equal(t, "This question is no longer open.", got.Body)
	})
	t.Run("the second breaks", func(t *testing.T) {
		up := newUpstream(t, sequence(replay(inputs(t, "real-approval-approved")...), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
		parts := post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), body).parts(t)
		assert.Equal(t, value(t, `{"type":"error","errorText":"The connection to the agent was lost."}`), parts[len(parts)-1])
		assert.Equal(t, []string{"start", "error"}, only(parts, "start", "finish", "error"))
	})
	t.Run("the first breaks", func(t *testing.T) {
		up := newUpstream(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		assert.Equal(t, http.StatusBadGateway, post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), body).Status)
		assert.Len(t, up.seen(), 1, "and the second is not tried")
	})
}

func TestApproval_MayLeadToTheNextQuestion(t *testing.T) {
	// Of two calls that want approval the server asks for one after the other; the
	// stream then holds nothing but the next question.
	question := inputs(t, "real-approval-request")
	up := newUpstream(t, replay(question[len(question)-1]))
	parts := post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), decided(`run-1::call_7|"approved":true`)).parts(t)
	assert.Equal(t, []string{"start", "tool-approval-request", "data-tool-call-approval", "finish"},
		only(parts, "start", "tool-approval-request", "data-tool-call-approval", "finish"))
	assert.Equal(t, value(t, `{"type":"finish"}`), parts[len(parts)-1])
}

func TestApproval_IsNotReadIntoWhatIsNone(t *testing.T) {
	stream := func(t *testing.T, v aisdk.Version, body string) {
		t.Helper()
		up := newUpstream(t, replay(inputs(t, "real-plain")...))
		post(t, aisdk.Handler(up.agent(t), aisdk.Config{Display: aisdk.Display{Version: v}}), body).parts(t)
		assert.Equal(t, "/api/agents/assistant/stream", up.seen()[0].Path)
	}
	good := decided(`run-1::call_7|"approved":true`)
	stream(t, aisdk.V5, good)
	stream(t, aisdk.V6, strings.Replace(good, "submit-message", "regenerate-message", 1))
	stream(t, aisdk.V6, strings.Replace(good, "approval-responded", "approval-requested", 1))
	stream(t, aisdk.V6, strings.Replace(good, `"tool-delicate"`, `"data-delicate"`, 1))
	stream(t, aisdk.V6, strings.Replace(good, `]}]}`, `]},{"id":"u2","role":"user","parts":[{"type":"text","text":"never mind"}]}]}`, 1))

	t.Run("of two on one call the last counts, and the run's id may hold the separator", func(t *testing.T) {
		up := newUpstream(t, replay(inputs(t, "real-approval-approved")...))
		post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), strings.ReplaceAll(
			decided(`run-1::call_7|"approved":true`, `run-1::call_7|"approved":false`), "run-1::", "run::1::")).parts(t)
		require.Len(t, up.seen(), 1)
		assert.JSONEq(t, `{"runId":"run::1","toolCallId":"call_7","resumeData":{"approved":false}}`, up.seen()[0].Body)
	})
}

func TestResume_AnswersASuspendedTool(t *testing.T) {
	up := newUpstream(t, replay(inputs(t, "real-approval-approved")...))
	up.suspended = waiting("run-1@user-7/chat1")
	body := `{"id":"chat1","messages":[{"id":"u1","role":"user","parts":[{"type":"text","text":"do"}]},{"id":"a1","role":"assistant","parts":[{"type":"text","text":"x"}]}],
		"resumeData":{"answer":42},"runId":"run-1","toolCallId":"call_7"}`
	for _, v := range versions {
		parts := post(t, aisdk.Handler(up.agent(t), aisdk.Config{Display: aisdk.Display{Version: v}, Request: remembered}), body).parts(t)
		assert.Equal(t, value(t, `{"type":"start","messageId":"a1"}`), parts[0])
		assert.Equal(t, []string{"start", "finish"}, only(parts, "start", "finish"))
	}
	for _, c := range resumes(up.seen()) {
		assert.JSONEq(t, `{"runId":"run-1","toolCallId":"call_7","resumeData":{"answer":42},"memory":{"thread":"user-7/chat1","resource":"user-7"}}`, c.Body)
	}
	assert.Len(t, resumes(up.seen()), 3)
}

func TestClientTool_GoesOnWithItsMessage(t *testing.T) {
	body := `{"id":"chat1","trigger":"submit-message","messages":[
		{"id":"u1","role":"user","parts":[{"type":"text","text":"pick"}]},
		{"id":"a1","role":"assistant","parts":[{"type":"step-start"},{"type":"text","text":"Let me see."},
			{"type":"tool-pick","toolCallId":"c1","state":"output-available","input":{"a":1},"output":{"picked":7}},
			{"type":"tool-other","toolCallId":"c2","state":"input-available","input":{}}]}]}`
	up := newUpstream(t, replay(inputs(t, "real-plain")...))
	parts := post(t, aisdk.Handler(up.agent(t), aisdk.Config{Request: remembered}), body).parts(t)
	assert.Equal(t, value(t, `{"type":"start","messageId":"a1"}`), parts[0])

	var messages []struct {
		ID    string
		Role  string
		Parts []any
	}
	require.NoError(t, json.Unmarshal([]byte(member(t, up.seen()[0], "messages")), &messages))
	require.Len(t, messages, 1)
	assert.Equal(t, "assistant", messages[0].Role)
	assert.NotEqual(t, "a1", messages[0].ID)
	assert.Equal(t, values(t, `{"type":"tool-pick","toolCallId":"c1","state":"output-available","input":{"a":1},"output":{"picked":7}}`),
		messages[0].Parts, "memory has the rest already")
}

// A browser may let the agent go on with its own answer, without a result of a tool.
func TestMemory_GetsAnAnswerWholeThatHasNoResultOfATool(t *testing.T) {
	parts := `[{"type":"text","text":"Let me see."},{"type":"tool-pick","toolCallId":"c1","state":"input-available","input":{}}]`
	up := newUpstream(t, replay(inputs(t, "real-plain")...))
	post(t, aisdk.Handler(up.agent(t), aisdk.Config{Request: remembered}), `{"id":"chat1","messages":[{"id":"a1","role":"assistant","parts":`+parts+`}]}`).parts(t)
	var messages []struct{ Parts json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(member(t, up.seen()[0], "messages")), &messages))
	require.Len(t, messages, 1)
	assert.JSONEq(t, parts, string(messages[0].Parts))
}

func TestRegenerate_LeavesTheOldAnswerOut(t *testing.T) {
	body := `{"id":"chat1","trigger":"regenerate-message","messageId":"a1","messages":[
		{"id":"u1","role":"user","parts":[{"type":"text","text":"hi"}]},
		{"id":"a1","role":"assistant","parts":[{"type":"text","text":"old"}]}]}`
	up := newUpstream(t, replay(inputs(t, "real-plain")...))
	parts := post(t, aisdk.Handler(up.agent(t), aisdk.Config{Request: remembered}), body).parts(t)
	assert.Equal(t, value(t, `{"type":"start","messageId":"a1"}`), parts[0])
	assert.Contains(t, up.seen()[0].Body, `"text":"hi"`)
	assert.NotContains(t, up.seen()[0].Body, "old")
}
