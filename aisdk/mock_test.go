package aisdk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/mockserver"
)

// demo is the demo world with a client for it.
func demo(t testing.TB) (*mockserver.Running, *mastra.Client) {
	t.Helper()
	server := mockserver.Start(t, mockserver.WithDemoWorld())
	client, err := mastra.New(server.URL)
	require.NoError(t, err)
	return server, client
}

// page is a browser's chat, as useChat keeps it.
type page struct {
	t        testing.TB
	url      string
	messages []any
}

func open(t testing.TB, h http.Handler) *page {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return &page{t: t, url: srv.URL}
}

func (p *page) post() []any {
	p.t.Helper()
	body, err := json.Marshal(map[string]any{"id": "chat1", "trigger": "submit-message", "messages": p.messages})
	require.NoError(p.t, err)
	return postTo(p.t, p.url, string(body)).parts(p.t)
}

// say sends a message and returns the parts of the answer.
func (p *page) say(text string) []any {
	p.t.Helper()
	p.messages = append(p.messages, map[string]any{"id": fmt.Sprintf("u%d", len(p.messages)), "role": "user",
		"parts": []any{map[string]any{"type": "text", "text": text}}})
	return p.post()
}

// decide answers the approval that the parts ask for.
func (p *page) decide(parts []any, approved bool) []any {
	p.t.Helper()
	for _, part := range parts {
		ask := part.(map[string]any)
		if ask["type"] != "tool-approval-request" {
			continue
		}
		p.messages = append(p.messages, map[string]any{"id": "a1", "role": "assistant", "parts": []any{map[string]any{
			"type": "tool-delicate", "toolCallId": ask["toolCallId"], "state": "approval-responded", "input": map[string]any{},
			"approval": map[string]any{"id": ask["approvalId"], "approved": approved},
		}}})
		return p.post()
	}
	require.Fail(p.t, "nothing to decide")
	return nil
}

func textOf(parts []any) string {
	var b strings.Builder
	for _, p := range parts {
		if delta, ok := p.(map[string]any)["delta"].(string); ok {
			b.WriteString(delta)
		}
	}
	return b.String()
}

func TestDemoWorld_AgentChats(t *testing.T) {
	_, client := demo(t)
	p := open(t, aisdk.Handler(client.Agent("assistant"), aisdk.Config{Request: remembered}))
	assert.Equal(t, "You said: Hello", textOf(p.say("Hello")))

	parts := p.say(`tool:weather {"city":"Rome"}`)
	assert.Equal(t, []string{"tool-input-available", "tool-output-available", "finish"}, only(parts, "tool-input-available", "tool-output-available", "finish"))

	parts = p.say("fail-model")
	assert.Contains(t, parts, value(t, `{"type":"error","errorText":"model exploded"}`))

	parts = p.decide(p.say(`tool:delicate {"what":"vase"}`), true)
	assert.Equal(t, value(t, `{"type":"start","messageId":"a1"}`), parts[0])
	assert.Equal(t, `Tool said: [{"type":"json","value":{"done":"vase"}}]`, textOf(parts))

	parts = p.decide(p.say(`tool:delicate {"what":"cup"}`), false)
	assert.Contains(t, only(parts, "tool-output-denied"), "tool-output-denied")

	messages, err := aisdk.History(client.Memory("assistant").ForResource("user-7").Thread("user-7/chat1").
		Messages(t.Context(), mastra.ListMessagesRequest{}), aisdk.Display{})
	require.NoError(t, err)
	var states []string
	for _, m := range messages {
		for _, part := range uiParts(t, m) {
			if state, ok := part.(map[string]any)["state"].(string); ok && state != "done" {
				states = append(states, state)
			}
		}
	}
	assert.Equal(t, []string{"output-available", "output-available", "output-denied"}, states)
}

func TestApproval_CannotBeGivenByAnotherUser(t *testing.T) {
	_, client := demo(t)
	as := func(user string) http.Handler {
		return aisdk.Handler(client.Agent("assistant"), aisdk.Config{Request: func(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
			return mastra.AgentRequest{Memory: &mastra.MemoryRef{ThreadID: user + "/" + chat.ID, ResourceID: user}}, nil
		}})
	}
	victim := open(t, as("user-7"))
	ask := victim.say(`tool:delicate {"what":"vase"}`)

	thief := open(t, as("user-8"))
	thief.say("hi")
	body := decided(approvalOf(t, ask) + `|"approved":true`)
	got := postTo(t, thief.url, body)
	assert.Equal(t, http.StatusConflict, got.Status)
	assert.Contains(t, textOf(victim.decide(ask, true)), "vase", "and the question is still open")
}

func approvalOf(t testing.TB, parts []any) string {
	t.Helper()
	for _, p := range parts {
		if id, ok := p.(map[string]any)["approvalId"].(string); ok {
			return id
		}
	}
	require.Fail(t, "no approval")
	return ""
}

func TestResume_AnswersAToolOfTheDemoWorld(t *testing.T) {
	_, client := demo(t)
	p := open(t, aisdk.Handler(client.Agent("assistant"), aisdk.Config{Request: remembered}))
	var asked map[string]any
	for _, part := range p.say(`tool:ask-user {"question":"Age?"}`) {
		if part := part.(map[string]any); part["type"] == "data-tool-call-suspended" {
			asked = part["data"].(map[string]any)
		}
	}
	require.NotNil(t, asked)
	got := postTo(t, p.url, fmt.Sprintf(`{"id":"chat1","messages":[],"resumeData":{"answer":"42"},"runId":%q,"toolCallId":%q}`, asked["runId"], asked["toolCallId"]))
	assert.Equal(t, `Tool said: [{"type":"json","value":{"answer":"42"}}]`, textOf(got.parts(t)))
}

func TestDemoWorld_TellsOfAProcessorsStop(t *testing.T) {
	_, client := demo(t)
	p := open(t, aisdk.Handler(client.Agent("guarded"), aisdk.Config{}))
	parts := p.say("this is forbidden")
	assert.Equal(t, []string{"data-tripwire", "finish"}, only(parts, "data-tripwire", "finish", "error"))
}

func TestDemoWorld_ResumesItsWorkflow(t *testing.T) {
	_, client := demo(t)
	h := aisdk.WorkflowHandler(client.Workflow("approval"), aisdk.WorkflowConfig{Request: owned})
	parts := post(t, h, `{"inputData":{"n":3}}`).parts(t)
	var runID string
	for _, part := range parts {
		if part := part.(map[string]any); part["type"] == "data-workflow" {
			runID = part["id"].(string)
		}
	}
	last := parts[len(parts)-2].(map[string]any)
	assert.Equal(t, "suspended", last["data"].(map[string]any)["status"])

	stranger := aisdk.WorkflowHandler(client.Workflow("approval"), aisdk.WorkflowConfig{Request: func(*http.Request, aisdk.Chat) (mastra.StartRequest, error) {
		return mastra.StartRequest{ResourceID: "user-8"}, nil
	}})
	resume := fmt.Sprintf(`{"runId":%q,"step":"approve","resumeData":{"approved":true}}`, runID)
	assert.Equal(t, http.StatusNotFound, post(t, stranger, resume).Status)

	parts = post(t, h, resume).parts(t)
	last = parts[len(parts)-2].(map[string]any)
	assert.Equal(t, "success", last["data"].(map[string]any)["status"])
}

// leave reads an answer until it holds the text, and then goes away.
func leave(t testing.TB, url, body, text string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	require.Fail(t, "the answer ended first")
}

func TestDisconnect_IsSeenByTheServer(t *testing.T) {
	server, client := demo(t)
	p := open(t, aisdk.Handler(client.Agent("assistant"), aisdk.Config{Request: remembered}))
	leave(t, p.url, chatBody("slow:200"), "chunk-2 ")
	require.Eventually(t, func() bool {
		for _, r := range server.Requests() {
			if strings.HasSuffix(r.Path, "/stream") && r.ClientLeft {
				return true
			}
		}
		return false
	}, 5*time.Second, 5*time.Millisecond)
}

func TestDisconnect_CancelsAWorkflowOfTheDemoWorld(t *testing.T) {
	_, client := demo(t)
	workflow := client.Workflow("slowly")
	p := open(t, aisdk.WorkflowHandler(workflow, aisdk.WorkflowConfig{Request: owned}))
	leave(t, p.url, `{"inputData":{"ms":60000}}`, `"wait"`)
	require.Eventually(t, func() bool {
		page, err := workflow.ListRuns(t.Context(), mastra.ListRunsRequest{})
		return err == nil && len(page.Runs) == 1 && page.Runs[0].Status == mastra.RunCanceled
	}, 5*time.Second, 10*time.Millisecond)
}

func TestReattach_FollowsARunThatAnotherPageReads(t *testing.T) {
	_, client := demo(t)
	agent := client.Agent("durable")
	var runs sync.Map // chat -> run
	h := aisdk.Handler(agent, aisdk.Config{
		Request: func(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
			run := "run-of-" + chat.ID
			runs.Store(chat.ID, run)
			return mastra.AgentRequest{RunID: run}, nil
		},
		Serving: aisdk.Serving{Reattach: func(r *http.Request, chatID string) (aisdk.ChunkStream, error) {
			run, ok := runs.Load(chatID)
			if !ok {
				return nil, nil
			}
			return agent.Observe(r.Context(), mastra.ObserveAgentRequest{RunID: run.(string)})
		}},
	})
	p := open(t, h)
	first, err := http.Post(p.url, "application/json", strings.NewReader(chatBody("slow:10")))
	require.NoError(t, err)
	defer first.Body.Close()
	lines := bufio.NewReader(first.Body)
	for line := ""; !strings.Contains(line, "chunk-1 "); {
		line, err = lines.ReadString('\n')
		require.NoError(t, err)
	}
	attached, err := http.Get(p.url + "/api/chat/chat1/stream")
	require.NoError(t, err)
	defer attached.Body.Close()
	body, err := io.ReadAll(attached.Body)
	require.NoError(t, err)
	var want strings.Builder
	for i := range 10 {
		fmt.Fprintf(&want, "chunk-%d ", i)
	}
	got := answered{attached.StatusCode, attached.Header, string(body)}
	assert.Equal(t, want.String(), textOf(got.parts(t)), "from the beginning to the end")
	_, err = io.Copy(io.Discard, lines)
	require.NoError(t, err)

	resp, err := http.Get(p.url + "/api/chat/chat2/stream")
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, http.StatusNoContent, resp.StatusCode)
}
