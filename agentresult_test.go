package mastra_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// streamed gives the result of a stream that was recorded.
func streamed(t testing.TB, sse []byte) (*mastra.AgentResult, error) {
	t.Helper()
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(sse)
	})
	s, err := client.Agent("assistant").Stream(t.Context(), ask())
	require.NoError(t, err)
	return s.Result()
}

func wholeAnswer(t testing.TB, name string) *mastra.AgentResult {
	t.Helper()
	res := decode[mastra.AgentResult](t, testdata(t, "answers", name+".json"))
	return &res
}

// plain is a result without what differs from run to run, and without what only
// one of the two forms tells.
func plain(r mastra.AgentResult) map[string]any {
	names := map[string]string{}
	for _, c := range r.ToolCalls {
		names[c.ID] = fmt.Sprint("call ", len(names))
	}
	for _, one := range r.ToolResults {
		if names[one.ID] == "" {
			names[one.ID] = fmt.Sprint("call ", len(names))
		}
	}
	pending := r.Pending()
	for i := range pending {
		if names[pending[i].ToolCallID] == "" {
			names[pending[i].ToolCallID] = "the call that waits"
		}
		pending[i].ToolCallID, pending[i].RunID = names[pending[i].ToolCallID], ""
	}
	calls := append([]mastra.ToolCall(nil), r.ToolCalls...)
	for i := range calls {
		calls[i].ID, calls[i].RunID, calls[i].Observability = names[calls[i].ID], "", nil
	}
	results := map[string]mastra.ToolResult{}
	for _, one := range r.ToolResults {
		id := names[one.ID]
		one.ID, one.RunID = id, ""
		results[id] = one
	}
	if r.Tripwire != nil {
		trip := *r.Tripwire
		trip.RunID = ""
		r.Tripwire = &trip
	}
	return map[string]any{
		"text": r.Text, "reasoning": r.Reasoning, "object": string(r.Object), "finish": r.FinishReason, "usage": r.Usage, "fallback": r.UsedFallbackValue,
		"calls": calls, "results": results, "sources": r.Sources, "files": r.Files, "tripwire": r.Tripwire, "pending": pending,
	}
}

// Where the two forms differ because the server tells less in one of them.
var told = map[string]func(whole, streamed map[string]any){
	// A stream that goes on after an approval does not repeat the call.
	"approved": func(whole, streamed map[string]any) { delete(whole, "calls"); delete(streamed, "calls") },
	"declined": func(whole, streamed map[string]any) { delete(whole, "calls"); delete(streamed, "calls") },
	// A streamed answer has been sent up to the word that stops it.
	"tripwire-on-output": func(whole, streamed map[string]any) { streamed["text"] = whole["text"] },
	// The stream has the error's name only, the whole answer what the model was told.
	"tool-unknown": func(_, streamed map[string]any) {
		r := streamed["results"].(map[string]mastra.ToolResult)
		one := r["call 0"]
		one.Err = `Tool "nosuch" not found. Available tools: weather, delicate, ask-user. Call tools by their exact name only — never add prefixes, namespaces, or colons.`
		r["call 0"] = one
	},
}

func TestAgentStream_ResultIsThatOfGenerate(t *testing.T) {
	pairs, err := filepath.Glob("testdata/answers/*.sse")
	require.NoError(t, err)
	require.Greater(t, len(pairs), 15)
	for _, file := range pairs {
		name := strings.TrimSuffix(filepath.Base(file), ".sse")
		if name == "resumed" { // there is no route that answers it whole
			continue
		}
		t.Run(name, func(t *testing.T) {
			whole := wholeAnswer(t, name)
			got, err := streamed(t, testdata(t, "answers", name+".sse"))
			if whole.Tripwire != nil {
				var trip *mastra.TripwireError
				require.ErrorAs(t, err, &trip)
			} else {
				require.NoError(t, err)
			}
			a, b := plain(*whole), plain(*got)
			if even := told[name]; even != nil {
				even(a, b)
			}
			assert.Equal(t, a, b)
			assert.NotEmpty(t, got.RunID)
			assert.Equal(t, whole.Err() == nil, got.Err() == nil)
		})
	}
}

func TestAgentResult_EveryRecordedOneIsRead(t *testing.T) {
	for _, r := range recordings(t, "agents", "AgentGenerate", "AgentApproveToolCallGenerate") {
		t.Run(r.Name, func(t *testing.T) {
			res := decode[mastra.AgentResult](t, r.Body)
			wire := decode[struct {
				Text, RunID, FinishReason string
				Steps, Messages           []json.RawMessage
				ToolCalls                 []json.RawMessage
			}](t, r.Body)
			assert.Equal(t, wire.Text, res.Text)
			assert.NotEmpty(t, res.RunID)
			assert.Equal(t, wire.FinishReason, string(res.FinishReason))
			assert.Len(t, res.ToolCalls, len(wire.ToolCalls))
			assert.JSONEq(t, string(r.Body), string(res.Raw))
			assert.NoError(t, res.Err())
			assert.Equal(t, res.FinishReason == mastra.FinishSuspended, len(res.Pending()) > 0, "an empty text has a reason")
			steps, err := res.Steps()
			require.NoError(t, err)
			assert.Len(t, steps, len(wire.Steps))
			messages, err := res.Messages()
			require.NoError(t, err)
			assert.Len(t, messages, len(wire.Messages))
			for _, call := range res.ToolCalls {
				if res.FinishReason == mastra.FinishStop {
					assert.NotEmpty(t, resultOf(&res, call.ID).Name, "call %s has a result", call.ID)
				}
			}
		})
	}
}

func resultOf(res *mastra.AgentResult, callID string) mastra.ToolResult {
	for _, r := range res.ToolResults {
		if r.ID == callID {
			return r
		}
	}
	return mastra.ToolResult{}
}

func TestPending_TellsWhatARunWaitsFor(t *testing.T) {
	for _, tt := range []struct {
		name, tool, args, payload string
		kind                      mastra.PendingKind
		schema                    bool
	}{
		{"approval", "delicate", `{"what":"vase"}`, "", mastra.PendingApproval, true},
		{"suspended", "ask-user", ``, `{"question":"why?"}`, mastra.PendingSuspended, true},
		{"client-tool", "mine", `{"a":1}`, "", mastra.PendingClientTool, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := streamed(t, testdata(t, "answers", tt.name+".sse"))
			require.NoError(t, err)
			for _, res := range []*mastra.AgentResult{wholeAnswer(t, tt.name), s} {
				require.Len(t, res.Pending(), 1)
				p := res.Pending()[0]
				assert.Equal(t, tt.kind, p.Kind)
				assert.Equal(t, tt.tool, p.ToolName)
				assert.Equal(t, res.RunID, p.RunID)
				assert.NotEmpty(t, p.ToolCallID)
				if tt.args != "" {
					assert.JSONEq(t, tt.args, string(p.Args))
				}
				if tt.payload == "" {
					assert.Nil(t, p.SuspendPayload)
				} else {
					assert.JSONEq(t, tt.payload, string(p.SuspendPayload))
				}
				assert.Equal(t, tt.schema, p.ResumeSchema != nil)
				assert.NoError(t, res.Err(), "waiting is no error")
				res.Pending()[0].ToolName = "changed"
				assert.Equal(t, tt.tool, res.Pending()[0].ToolName, "the list is the caller's own")
			}
		})
	}
	assert.Empty(t, wholeAnswer(t, "max-steps").Pending(), "the calls have results: nobody has to run them")
	assert.Equal(t, mastra.FinishToolCalls, wholeAnswer(t, "max-steps").FinishReason)
	assert.Empty(t, wholeAnswer(t, "approved").Pending())
}

func TestAgentResult_FailedToolCallHasAResultThatSaysSo(t *testing.T) {
	for _, tt := range []struct{ name, err string }{
		{"tools-of-which-one-fails", "no such city"}, {"tool-unknown", `Tool "nosuch" not found.`}, {"declined", "no way"},
	} {
		var failed []mastra.ToolResult
		res := wholeAnswer(t, tt.name)
		for _, r := range res.ToolResults {
			if r.IsError {
				failed = append(failed, r)
			}
		}
		require.Len(t, failed, 1, tt.name)
		assert.Contains(t, failed[0].Err, tt.err)
		assert.Equal(t, res.RunID, failed[0].RunID)
		assert.Nil(t, failed[0].Result)
		assert.NotNil(t, failed[0].Args)
	}
}

func TestAgentResult_ErrTellsWhyThereIsNoAnswer(t *testing.T) {
	var trip *mastra.TripwireError
	require.ErrorAs(t, wholeAnswer(t, "tripwire-on-input").Err(), &trip)
	assert.Equal(t, "Blocked input", trip.Reason)
	assert.Equal(t, "guard", trip.ProcessorID)
	assert.JSONEq(t, `{"word":"forbidden"}`, string(trip.Metadata))

	for _, tt := range []struct{ name, body, message string }{
		{"an error in the result", `{"text":"","runId":"r","finishReason":"error","error":{"name":"APICallError","message":"overloaded","statusCode":529}}`, "overloaded"},
		{"an error that is a text", `{"text":"","runId":"r","finishReason":"stop","error":"broken"}`, "broken"},
		{"an end by error without a reason", `{"text":"","runId":"r","finishReason":"error"}`, "run r failed"},
	} {
		var failure *mastra.RunError
		res := decode[mastra.AgentResult](t, []byte(tt.body))
		require.ErrorAs(t, res.Err(), &failure, tt.name)
		assert.Equal(t, "r", failure.RunID)
		assert.ErrorContains(t, res.Err(), tt.message)
	}
	good := decode[mastra.AgentResult](t, []byte(`{"text":"","runId":"r","finishReason":"stop","error":null}`))
	assert.NoError(t, good.Err())
}

func TestAgentResult_UsageIsThatOfAllSteps(t *testing.T) {
	assert.Equal(t, mastra.Usage{InputTokens: 11, OutputTokens: 7, TotalTokens: 18}, wholeAnswer(t, "text").Usage)
	assert.Equal(t, mastra.Usage{InputTokens: 22, OutputTokens: 14, TotalTokens: 36}, wholeAnswer(t, "tool").Usage)
	assert.Zero(t, wholeAnswer(t, "approval").Usage)
	only := decode[mastra.AgentResult](t, []byte(`{"text":"x","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"totalUsage":{"totalTokens":0}}`))
	assert.Equal(t, mastra.Usage{InputTokens: 1, OutputTokens: 2, TotalTokens: 3}, only.Usage)
}

// The cost of a result grows with the number of pieces, not with its square.
func BenchmarkAgentStream_ResultOfManyPieces(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var sse bytes.Buffer
			for i := range n {
				fmt.Fprintf(&sse, "data: {\"type\":\"text-delta\",\"runId\":\"r\",\"from\":\"AGENT\",\"payload\":{\"id\":\"t\",\"text\":\"piece %d \"}}\n\n", i)
			}
			sse.WriteString("data: [DONE]\n\n")
			client := inMemory(b, play(answer(200, sse.String(), "Content-Type", "text/event-stream")))
			b.ReportAllocs()
			for b.Loop() {
				s, err := client.Agent("a").Stream(b.Context(), ask())
				require.NoError(b, err)
				res, err := s.Result()
				require.NoError(b, err)
				require.NotEmpty(b, res.Text)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/piece")
		})
	}
}
