package aisdk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
)

// runs answers with the state of a run, and everything else with next.
func runs(state string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/runs/") && r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, state)
			return
		}
		next(w, r)
	}
}

func owned(r *http.Request, chat aisdk.Chat) (mastra.StartRequest, error) {
	return mastra.StartRequest{ResourceID: "user-7", RequestContext: map[string]any{"tier": "gold"}}, nil
}

func TestWorkflow_IsStarted(t *testing.T) {
	c := readCapture(t, "real-wf-doubler")
	up := newUpstream(t, records(c.Input...))
	h := aisdk.WorkflowHandler(up.client(t).Workflow("doubler"), aisdk.WorkflowConfig{Request: owned})
	parts := post(t, h, `{"inputData":{"n":3},"resourceId":"user-8","requestContext":{"role":"admin"},"runId":"run-of-another","initialState":{"x":1},"tracingOptions":{}}`).parts(t)

	start := parts[0].(map[string]any)
	assert.Equal(t, "start", start["type"])
	assert.NotEmpty(t, start["messageId"])
	assert.Equal(t, c.output(t, aisdk.V6)[1:], parts[1:])

	sent := up.seen()[0]
	assert.Equal(t, "/api/workflows/doubler/stream", sent.Path)
	assert.NotContains(t, sent.Query, "run-of-another")
	assert.JSONEq(t, `{"inputData":{"n":3},"resourceId":"user-7","requestContext":{"tier":"gold"}}`, sent.Body)
}

func TestWorkflow_InputMayComeFromTheMessages(t *testing.T) {
	up := newUpstream(t, records(readCapture(t, "real-wf-doubler").Input...))
	h := aisdk.WorkflowHandler(up.client(t).Workflow("doubler"), aisdk.WorkflowConfig{
		Request: func(r *http.Request, chat aisdk.Chat) (mastra.StartRequest, error) {
			return mastra.StartRequest{Input: map[string]string{"text": chat.Messages[0].Text()}}, nil
		},
	})
	post(t, h, chatBody("hi")).parts(t)
	assert.JSONEq(t, `{"inputData":{"text":"hi"}}`, up.seen()[0].Body)
}

func TestWorkflow_IsResumed(t *testing.T) {
	c := readCapture(t, "real-wf-resume")
	up := newUpstream(t, runs(`{"runId":"run-1","status":"suspended","resourceId":"user-7","steps":{"approve":{"status":"suspended"}}}`, records(c.Input...)))
	h := aisdk.WorkflowHandler(up.client(t).Workflow("approval"), aisdk.WorkflowConfig{Request: owned})
	parts := post(t, h, `{"runId":"run-1","step":["approve"],"resumeData":{"approved":true}}`).parts(t)
	assert.Equal(t, c.output(t, aisdk.V6), parts)
	calls := up.seen()
	sent := calls[len(calls)-1]
	assert.Equal(t, "/api/workflows/approval/resume-stream", sent.Path)
	assert.Equal(t, "runId=run-1", sent.Query)
	assert.JSONEq(t, `{"step":["approve"],"resumeData":{"approved":true},"requestContext":{"tier":"gold"}}`, sent.Body)
}

func TestWorkflow_RunOfAnotherIsNotResumed(t *testing.T) {
	up := newUpstream(t, runs(`{"runId":"run-1","status":"suspended","resourceId":"user-8"}`, nil))
	h := aisdk.WorkflowHandler(up.client(t).Workflow("approval"), aisdk.WorkflowConfig{Request: owned})
	got := post(t, h, `{"runId":"run-1","step":"approve","resumeData":{"approved":true}}`)
	assert.Equal(t, http.StatusNotFound, got.Status)
	assert.Len(t, up.seen(), 1)
}

func TestWorkflow_StepThatFailedMayBeToldInWords(t *testing.T) {
	c := readCapture(t, "real-wf-failed")
	o := c.options(aisdk.V6)
	o.SendStepErrors = true
	parts := convert(t, c.Input, o)
	assert.Equal(t, []string{"error"}, only(parts, "error"))
	assert.Contains(t, fmt.Sprint(parts), "errorText:negative")
}

func TestWorkflow_RefusalOfTheInputIsAnError(t *testing.T) {
	up := newUpstream(t, runs(`{"runId":"r","status":"failed"}`, records(chunks(t,
		`{"type":"workflow-start","runId":"r","from":"WORKFLOW","payload":{"workflowId":"doubler"}}`,
		`{"type":"workflow-finish","runId":"r","from":"WORKFLOW","payload":{"workflowStatus":"failed","metadata":{"errorMessage":"Invalid input: SECRET"},"output":{"usage":{}}}}`)...)))
	got := post(t, aisdk.WorkflowHandler(up.client(t).Workflow("doubler"), aisdk.WorkflowConfig{}), `{"inputData":{"n":"x"}}`)
	assert.Equal(t, []string{"error"}, only(got.parts(t), "error"))
	assert.Contains(t, got.Body, "The input was not accepted.")
	assert.NotContains(t, got.Body, "SECRET")
}

// openRun is a workflow's stream that goes on until its reader leaves.
func openRun(t testing.TB, begun chan<- struct{}, left chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/cancel") {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"message":"ok"}`)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintf(w, "%s\x1e", readCaptureRun(t))
		_ = http.NewResponseController(w).Flush()
		close(begun)
		<-r.Context().Done()
		close(left)
	}
}

func readCaptureRun(t testing.TB) string {
	return string(readCapture(t, "real-wf-doubler").Input[0].Raw())
}

func TestDisconnect_CancelsAWorkflow(t *testing.T) {
	for name, c := range map[string]struct {
		status    string
		keep      bool
		cancelled int
	}{
		"a run under way":                {"running", false, 1},
		"one that has ended meanwhile":   {"success", false, 0},
		"one that is to go on by itself": {"running", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			begun, left := make(chan struct{}), make(chan struct{})
			up := newUpstream(t, runs(`{"runId":"r","status":"`+c.status+`"}`, openRun(t, begun, left)))
			served := make(chan struct{})
			var failed error
			h := aisdk.WorkflowHandler(up.client(t).Workflow("doubler"), aisdk.WorkflowConfig{
				KeepRunning: c.keep,
				Serving:     aisdk.Serving{OnError: func(_ *http.Request, err error) { failed = errors.Join(failed, err) }},
			})
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(served)
				h.ServeHTTP(w, r)
			}))
			defer srv.Close()
			ctx, cancel := context.WithCancel(t.Context())
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader(`{"inputData":{"n":3}}`))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			defer resp.Body.Close()
			<-begun
			cancel()
			<-left
			<-served
			require.NoError(t, failed)
			cancels := 0
			for _, seen := range up.seen() {
				if strings.HasSuffix(seen.Path, "/cancel") {
					cancels++
				}
			}
			assert.Equal(t, c.cancelled, cancels)
		})
	}
}

func TestNetwork_AnswersAChat(t *testing.T) {
	c := readCapture(t, "syn-network")
	up := newUpstream(t, replay(c.Input...))
	h := aisdk.NetworkHandler(up.agent(t), aisdk.Config{Request: remembered})
	parts := post(t, h, chatBody("do")).parts(t)
	assert.Equal(t, c.output(t, aisdk.V6)[1:], parts[1:])
	assert.Equal(t, "/api/agents/assistant/network", up.seen()[0].Path)
	assert.JSONEq(t, `{"thread":"user-7/chat1","resource":"user-7"}`, member(t, up.seen()[0], "memory"))
}

func TestWorkflow_RunThatFailedEndsLikeOthers(t *testing.T) {
	_, client := demo(t)
	parts := post(t, aisdk.WorkflowHandler(client.Workflow("doubler"), aisdk.WorkflowConfig{}), `{"inputData":{"n":-3}}`).parts(t)
	assert.Equal(t, []string{"start", "finish"}, only(parts, "start", "finish", "error"))
	assert.Contains(t, fmt.Sprint(parts[len(parts)-2]), "status:failed")

	refused := post(t, aisdk.WorkflowHandler(client.Workflow("doubler"), aisdk.WorkflowConfig{}), `{"inputData":{"n":"x"}}`).parts(t)
	assert.Equal(t, value(t, `{"type":"error","errorText":"The input was not accepted."}`), refused[len(refused)-1])
	assert.Equal(t, http.StatusNotFound, post(t, aisdk.WorkflowHandler(client.Workflow("nothing"), aisdk.WorkflowConfig{}), `{}`).Status)
}
