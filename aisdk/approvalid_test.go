package aisdk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

// oddIDs are ids that could be mistaken for the separator of an approval's id, or
// that are hard to write.
var oddIDs = []string{"call_1", "a::b", "::", ":", ":a:", "::a::", "a::::b", "run-1::call_1", "%3A%3A", "日本::👍", "\"\\/\n\u2028", " :: "}

// renaming stands before a server and gives its first tool call another id.
func renaming(t testing.TB, server, id string) string {
	t.Helper()
	target, err := url.Parse(server)
	require.NoError(t, err)
	encoded, err := json.Marshal(id)
	require.NoError(t, err)
	first, encoded := []byte(`"toolCallId":"call_1"`), append([]byte(`"toolCallId":`), encoded...)
	replace := func(body io.Reader, from, to []byte) (io.ReadCloser, int64) {
		b, err := io.ReadAll(body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		b = bytes.ReplaceAll(b, from, to)
		return io.NopCloser(bytes.NewReader(b)), int64(len(b))
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Body, r.Out.ContentLength = replace(r.In.Body, encoded, first)
		},
		ModifyResponse: func(r *http.Response) error {
			r.Body, r.ContentLength = replace(r.Body, first, encoded)
			r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
			return nil
		},
	})
	t.Cleanup(proxy.Close)
	return proxy.URL
}

func TestApproval_ReachesItsCallWhateverTheIDsAre(t *testing.T) {
	for i, callID := range oddIDs {
		runID := oddIDs[len(oddIDs)-1-i]
		t.Run(fmt.Sprintf("%q of %q", callID, runID), func(t *testing.T) {
			server := mockserver.Start(t, mockserver.WithDemoWorld())
			client, err := mastra.New(renaming(t, server.URL, callID))
			require.NoError(t, err)
			p := open(t, aisdk.Handler(client.Agent("assistant"), aisdk.Config{
				Request: func(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
					req, err := remembered(r, chat)
					req.RunID = runID
					return req, err
				},
			}))
			ask := p.say(`tool:delicate {"what":"vase"}`)
			assert.Equal(t, aisdk.Approval{RunID: runID, ToolCallID: callID}.ID(), approvalOf(t, ask))
			assert.Equal(t, `Tool said: [{"type":"json","value":{"done":"vase"}}]`, textOf(p.decide(ask, true)))
		})
	}
}

// manyIDs are all the texts of one to four of the letters, and the odd ones.
func manyIDs(letters string) []string {
	all, last := slices.Clone(oddIDs), []string{""}
	for range 4 {
		var next []string
		for _, text := range last {
			for _, letter := range letters {
				next = append(next, text+string(letter))
			}
		}
		all, last = append(all, next...), next
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// asked are the members that the AI SDK keeps of a call that wants to be approved.
func asked(t testing.TB, runID, callID string) (approvalID, toolCallID string) {
	t.Helper()
	chunk, err := json.Marshal(map[string]any{"type": "tool-call-approval", "runId": runID,
		"payload": map[string]any{"toolCallId": callID, "toolName": "delicate", "args": map[string]any{}}})
	require.NoError(t, err)
	parsed, err := stream.ParseChunk(chunk)
	require.NoError(t, err)
	for _, p := range aisdk.NewConverter(aisdk.Options{}).Convert(parsed) {
		if p.Type == aisdk.PartToolApprovalRequest {
			return p.ApprovalID, p.ToolCallID
		}
	}
	require.Fail(t, "nothing is asked")
	return "", ""
}

// decision is a part whose approval says what the members say.
func decision(t testing.TB, toolCallID string, approval any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"type": "tool-delicate", "toolCallId": toolCallID,
		"state": "approval-responded", "input": map[string]any{}, "approval": approval})
	require.NoError(t, err)
	return string(b)
}

// answerWith is a conversation whose last message has the parts.
func answerWith(parts ...string) string {
	return `{"id":"chat1","trigger":"submit-message","messages":[
		{"id":"u1","role":"user","parts":[{"type":"text","text":"do"}]},
		{"id":"a1","role":"assistant","parts":[{"type":"step-start"},` + strings.Join(parts, ",") + `]}]}`
}

// approvalsIn are the decisions that the application gets to see of a body.
func approvalsIn(t testing.TB, body string) (approvals []aisdk.Approval, status int) {
	t.Helper()
	up := newUpstream(t, nil)
	h := aisdk.Handler(up.agent(t), aisdk.Config{Request: func(_ *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
		approvals = chat.Approvals
		return mastra.AgentRequest{}, aisdk.Refuse(http.StatusTeapot, "Seen.")
	}})
	r := httptest.NewRequest(http.MethodPost, "/api/chat", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Empty(t, up.seen())
	return approvals, w.Code
}

func TestApproval_NeverMistakesOneCallForAnother(t *testing.T) {
	type onThePage struct{ approvalID, toolCallID string }
	calls := map[onThePage]aisdk.Approval{}
	all := manyIDs("a:")
	for _, runID := range all {
		for _, callID := range all {
			approvalID, toolCallID := asked(t, runID, callID)
			here := onThePage{approvalID, toolCallID}
			want := aisdk.Approval{RunID: runID, ToolCallID: callID, Approved: true}
			require.NotContains(t, calls, here, "%q of %q", callID, runID)
			calls[here] = want
		}
	}
	// Sixty at a time, because a request takes no more than 64.
	var parts []string
	var want []aisdk.Approval
	for here, call := range calls {
		parts = append(parts, decision(t, here.toolCallID, map[string]any{"id": here.approvalID, "approved": true}))
		want = append(want, call)
		if len(parts) == 60 {
			got, _ := approvalsIn(t, answerWith(parts...))
			require.Equal(t, want, got)
			parts, want = nil, nil
		}
	}
}

func TestApproval_ThatCannotBeReadIsNoNewTurn(t *testing.T) {
	ok := map[string]any{"id": "run-1::call_7", "approved": true}
	for name, part := range map[string]string{
		"another call's id":    decision(t, "call_9", ok),
		"no call":              decision(t, "", map[string]any{"id": "run-1::", "approved": true}),
		"a call that is none":  strings.Replace(decision(t, "call_7", ok), `"toolCallId":"call_7"`, `"toolCallId":7`, 1),
		"no run":               decision(t, "call_7", map[string]any{"id": "::call_7", "approved": true}),
		"no separator":         decision(t, "call_7", map[string]any{"id": "run-1:call_7", "approved": true}),
		"the call alone":       decision(t, "call_7", map[string]any{"id": "call_7", "approved": true}),
		"more behind the call": decision(t, "call_7", map[string]any{"id": "run-1::call_7::", "approved": true}),
		"no id":                decision(t, "call_7", map[string]any{"approved": true}),
		"an id that is none":   decision(t, "call_7", map[string]any{"id": []int{1}, "approved": true}),
		"neither yes nor no":   decision(t, "call_7", map[string]any{"id": "run-1::call_7"}),
		"yes as a text":        decision(t, "call_7", map[string]any{"id": "run-1::call_7", "approved": "yes"}),
		"a reason that is none": decision(t, "call_7", map[string]any{
			"id": "run-1::call_7", "approved": true, "reason": 7}),
		"no approval":         decision(t, "call_7", nil),
		"an approval as text": decision(t, "call_7", "run-1::call_7"),
	} {
		t.Run(name, func(t *testing.T) {
			up := newUpstream(t, replay(inputs(t, "real-plain")...))
			got := post(t, aisdk.Handler(up.agent(t), aisdk.Config{Request: remembered}), answerWith(part))
			require.Equal(t, http.StatusBadRequest, got.Status)
			assert.Equal(t, "The decision on a tool call could not be read.", got.Body)
			assert.Empty(t, up.seen())

			earlier := `{"id":"a0","role":"assistant","parts":[` + decision(t, "call_7", ok) + `]},`
			_, status := approvalsIn(t, strings.Replace(answerWith(part), `"messages":[`, `"messages":[`+earlier, 1))
			assert.Equal(t, http.StatusBadRequest, status, "whatever was decided before")

			seen, status := approvalsIn(t, strings.Replace(answerWith(part), `]}]}`,
				`]},{"id":"u2","role":"user","parts":[{"type":"text","text":"never mind"}]}]}`, 1))
			assert.Equal(t, http.StatusTeapot, status, "the user has gone on")
			assert.Empty(t, seen)
		})
	}

	seen, _ := approvalsIn(t, answerWith(decision(t, "call_9", ok), decision(t, "call_7", ok)))
	assert.Equal(t, []aisdk.Approval{{RunID: "run-1", ToolCallID: "call_7", Approved: true}}, seen, "it does not spoil the others")
}
