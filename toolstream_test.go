package mastra_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

const aLookup = `tool:lookup {"id":3}`

func TestClientTool_RoundsAreOneStream(t *testing.T) {
	client, mock := onMock(t)
	s, err := client.Agent("plain").Stream(t.Context(), withTools(aLookup, lookupTool()))
	require.NoError(t, err)
	var types []string
	var first, last string
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		types = append(types, chunk.Type)
		switch v := chunk.Value().(type) {
		case *stream.ToolCall:
			first = v.RunID + v.ID
		case *stream.ToolResult:
			last = v.RunID + v.ID
			assert.JSONEq(t, `{"state":"order 3"}`, string(v.Result))
			assert.JSONEq(t, `{"id":3}`, string(v.Args))
			assert.Equal(t, "lookup", v.Name)
		}
	}
	assert.Equal(t, "start step-start tool-call-input-streaming-start tool-call-delta tool-call-input-streaming-end tool-call step-finish finish"+
		" tool-result start step-start text-start text-delta text-delta text-end step-finish finish", strings.Join(types, " "))
	assert.Equal(t, first, last, "the result belongs to its call")
	res, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, `Tool said: [{"type":"json","value":{"state":"order 3"}}]`, res.Text)
	assert.Len(t, mock.Requests(), 2)

	s, err = client.Agent("plain").Stream(t.Context(), withTools(aLookup, lookupTool()))
	require.NoError(t, err)
	var text strings.Builder
	for piece, err := range s.Text() {
		require.NoError(t, err)
		text.WriteString(piece)
	}
	assert.Equal(t, res.Text, text.String())
	pending, err := s.Pending()
	require.NoError(t, err)
	assert.Empty(t, pending)
}

func TestClientTool_RoundsAreForwardedAsOneStream(t *testing.T) {
	client, _ := onMock(t)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tool := mastra.NewClientTool("lookup", "", func(_ context.Context, in lookupIn) (lookupOut, error) { return lookup(r.Context(), in) })
		s, err := client.Agent("plain").Stream(r.Context(), withTools(aLookup+"\ntool:lookup {\"id\":-1}", tool))
		if assert.NoError(t, err) {
			assert.NoError(t, stream.Forward(w, s.Stream))
		}
	}))
	defer front.Close()
	resp, err := http.Get(front.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	events := strings.Split(strings.TrimSuffix(string(body), "\n\n"), "\n\n")
	assert.Equal(t, 1, strings.Count(string(body), "[DONE]"))
	assert.Equal(t, "data: [DONE]", events[len(events)-1])
	types := map[string]int{}
	for _, event := range events[:len(events)-1] {
		types[decode[struct{ Type string }](t, []byte(strings.TrimPrefix(event, "data: "))).Type]++
	}
	assert.Equal(t, 2, types["finish"])
	assert.Equal(t, 1, types["tool-result"])
	assert.Equal(t, 1, types["tool-error"])
}

func TestClientTool_ContinuationThatFailsEndsTheCallWithItsError(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault mockserver.Fault
		is    []error
	}{
		{"it is refused", mockserver.Fault{Status: 400}, []error{mastra.ErrBadRequest}},
		{"the server fails", mockserver.Fault{Status: 500}, []error{mastra.ErrServer}},
		{"the token has expired", mockserver.Fault{Status: 401}, []error{mastra.ErrUnauthorized}},
		{"the answer is lost", mockserver.Fault{DropBefore: true}, []error{mastra.ErrOutcomeUnknown}},
		{"the server is busy for ever", mockserver.Fault{Status: 503, Times: -1}, []error{mastra.ErrUnavailable}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, run runner) {
				client, mock := onMock(t)
				for _, operation := range []string{"AgentGenerate", "AgentStream"} {
					fault := tt.fault
					fault.Operation, fault.Skip = operation, 1
					mock.Inject(fault)
				}
				var ran atomic.Int32
				tool := mastra.NewClientTool("lookup", "", func(ctx context.Context, in lookupIn) (lookupOut, error) {
					ran.Add(1)
					return lookup(ctx, in)
				})
				res, err := run(t.Context(), client.Agent("plain"), withTools(aLookup, tool))
				for _, is := range tt.is {
					require.ErrorIs(t, err, is)
				}
				require.NotNil(t, res, "what came before")
				require.Len(t, res.ToolResults, 1)
				assert.JSONEq(t, `{"state":"order 3"}`, string(res.ToolResults[0].Result), "what the tool has done is not lost")
				assert.Empty(t, res.Pending())
				assert.Equal(t, int32(1), ran.Load())
			})
		})
	}
}

func TestClientTool_ContinuationThatIsBusyIsAskedAgain(t *testing.T) {
	bothWays(t, func(t *testing.T, run runner) {
		client, mock := onMock(t)
		mock.Inject(mockserver.Fault{Operation: "AgentGenerate", Skip: 1, Times: 2, Status: 503})
		mock.Inject(mockserver.Fault{Operation: "AgentStream", Skip: 1, Times: 2, Status: 503})
		res, err := run(t.Context(), client.Agent("plain"), withTools(aLookup, lookupTool()))
		require.NoError(t, err)
		assert.Len(t, mock.Requests(), 4)
		assert.Len(t, res.ToolResults, 1, "the tool ran once")
	})
}

func TestClientTool_ContinuationThatBreaksIsTruncated(t *testing.T) {
	call := `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c1","toolName":"lookup","args":{"id":1}}}`
	finish := `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"tool-calls"}}}`
	half := answer(200, "data: {\"type\":\"text-delta\",\"runId\":\"q\",\"payload\":{\"text\":\"half\"}}\n\n", "Content-Type", "text/event-stream")
	s, err := inMemory(t, play(events(call, finish), half)).Agent("a").Stream(t.Context(), withTools("x", lookupTool()))
	require.NoError(t, err)
	res, err := s.Result()
	require.ErrorIs(t, err, mastra.ErrTruncated)
	assert.Equal(t, "half", res.Text)
	assert.Len(t, res.ToolResults, 1)

	rt := play(answer(200, "data: "+call+"\n\n", "Content-Type", "text/event-stream"))
	s, err = inMemory(t, rt).Agent("a").Stream(t.Context(), withTools("x", mastra.NewClientTool("lookup", "", func(context.Context, lookupIn) (int, error) {
		t.Error("a call of a stream that broke is run")
		return 0, nil
	})))
	require.NoError(t, err)
	_, err = s.Result()
	require.ErrorIs(t, err, mastra.ErrTruncated)
	assert.Equal(t, 1, rt.attempts(), "never by posting again")
}

func TestClientTool_ModelMayCountItsCallsAnewInEachRound(t *testing.T) {
	call := `{"type":"tool-call","runId":"r","payload":{"toolCallId":"call_0","toolName":"lookup","args":{"id":1}}}`
	more := `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"tool-calls"}}}`
	last := `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop"}}}`
	rt := play(events(call, more), events(call, more), events(last))
	s, err := inMemory(t, rt).Agent("a").Stream(t.Context(), withTools("x", lookupTool()))
	require.NoError(t, err)
	res, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, mastra.FinishStop, res.FinishReason)
	assert.Equal(t, 3, rt.attempts())
	assert.Len(t, res.ToolResults, 2)
	assert.Equal(t, 2, strings.Count(rt.bodies[2], `"tool-result"`))
	assert.Equal(t, 2, strings.Count(rt.bodies[2], `"tool-call"`))

	whole := `{"text":"","finishReason":"tool-calls","runId":"r","toolCalls":[` + call + `],"response":{"messages":[]}}`
	rt = play(answer(200, whole), answer(200, whole), answer(200, `{"text":"done","finishReason":"stop"}`))
	res, err = inMemory(t, rt).Agent("a").Generate(t.Context(), withTools("x", lookupTool()))
	require.NoError(t, err)
	assert.Equal(t, 3, rt.attempts())
	assert.Len(t, res.ToolResults, 2)
}

func TestClientTool_ModelThatFailsBeforeItRunsIsTheEnd(t *testing.T) {
	call := `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c1","toolName":"lookup","args":{"id":1}}}`
	failure := `{"type":"error","runId":"r","payload":{"error":{"name":"Error","message":"model broke"}}}`
	finish := `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"error"}}}`
	rt := play(events(call, failure, finish))
	s, err := inMemory(t, rt).Agent("a").Stream(t.Context(), withTools("x", lookupTool()))
	require.NoError(t, err)
	_, err = s.Result()
	var failed *mastra.RunError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, 1, rt.attempts())
}

func TestClientTool_IsEndedByClose(t *testing.T) {
	client, mock := onMock(t)
	var ended atomic.Bool
	var s *mastra.AgentStream
	tool := mastra.NewClientTool("lookup", "", func(ctx context.Context, _ lookupIn) (lookupOut, error) {
		go func() { _ = s.Close() }()
		<-ctx.Done()
		ended.Store(true)
		return lookupOut{}, ctx.Err()
	})
	s, err := client.Agent("plain").Stream(t.Context(), withTools(aLookup, tool))
	require.NoError(t, err)
	_, err = s.Result()
	assert.ErrorIs(t, err, mastra.ErrClosed)
	assert.NotErrorIs(t, err, context.Canceled, "the caller's context has not ended")
	assert.True(t, ended.Load(), "the tool does not outlive the stream")
	assert.Len(t, mock.Requests(), 1)
}

func TestClientTool_CauseOfACancelledContextIsToldWhileItRuns(t *testing.T) {
	client, _ := onMock(t)
	cause := errors.New("the user has left")
	bothWays(t, func(t *testing.T, run runner) {
		ctx, cancel := context.WithCancelCause(t.Context())
		tool := mastra.NewClientTool("lookup", "", func(ctx context.Context, _ lookupIn) (lookupOut, error) {
			cancel(cause)
			<-ctx.Done()
			return lookupOut{}, nil
		})
		_, err := run(ctx, client.Agent("plain"), withTools(aLookup, tool))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, cause)
	})
}

// afterApproval is an agent whose tool needs an approval, and that then calls a
// tool of the client, twice.
func afterApproval(p *prompts, memory *mockserver.Memory) mockserver.Option {
	risky := mockserver.NewTool("risky", "Needs approval", func(*mockserver.ToolCall, struct{}) (string, error) { return "done", nil })
	question := mockserver.NewTool("question", "Asks", func(c *mockserver.ToolCall, _ struct{}) (string, error) {
		var data struct {
			Answer string `json:"answer"`
		}
		if c.Resumed(&data) {
			return data.Answer, nil
		}
		return "", c.Suspend(map[string]string{"q": "why?"})
	})
	model := func(ctx context.Context, c *mockserver.ModelCall) error {
		return p.model(3, func(c *mockserver.ModelCall, n int) {
			switch {
			case n > 1:
				c.Call("lookup", lookupIn{n})
			case strings.Contains(c.LastUserText(), "ask"):
				c.Call("question", struct{}{})
			default:
				c.Call("risky", struct{}{})
			}
		})(ctx, c)
	}
	return mockserver.WithAgent(mockserver.Agent{ID: "a", Model: model, Memory: memory, Tools: []mockserver.Tool{
		risky.RequireApproval(), question.Suspends(struct {
			Q string `json:"q"`
		}{}).Resumes(struct {
			Answer string `json:"answer"`
		}{}),
	}})
}

func TestClientTool_RunsAfterAnAnswerToo(t *testing.T) {
	var saw []int
	tools := []mastra.ClientTool{mastra.NewClientTool("lookup", "", func(ctx context.Context, in lookupIn) (lookupOut, error) {
		saw = append(saw, in.ID)
		return lookup(ctx, in)
	})}
	type answers = func(context.Context, *mastra.Agent, mastra.Pending, *mastra.MemoryRef) (*mastra.AgentResult, error)
	result := func(s *mastra.AgentStream, err error) (*mastra.AgentResult, error) {
		if err != nil {
			return nil, err
		}
		return s.Result()
	}
	for name, tt := range map[string]struct {
		ask    string
		answer answers
	}{
		"approve": {"go", func(ctx context.Context, a *mastra.Agent, p mastra.Pending, m *mastra.MemoryRef) (*mastra.AgentResult, error) {
			return result(a.ApproveStream(ctx, mastra.ApproveRequest{Pending: &p, ClientTools: tools, Memory: m}))
		}},
		"approve, whole": {"go", func(ctx context.Context, a *mastra.Agent, p mastra.Pending, m *mastra.MemoryRef) (*mastra.AgentResult, error) {
			return a.Approve(ctx, mastra.ApproveRequest{Pending: &p, ClientTools: tools, Memory: m})
		}},
		"decline": {"go", func(ctx context.Context, a *mastra.Agent, p mastra.Pending, m *mastra.MemoryRef) (*mastra.AgentResult, error) {
			return result(a.DeclineStream(ctx, mastra.DeclineRequest{Pending: &p, Reason: "no", ClientTools: tools, Memory: m}))
		}},
		"decline, whole": {"go", func(ctx context.Context, a *mastra.Agent, p mastra.Pending, m *mastra.MemoryRef) (*mastra.AgentResult, error) {
			return a.Decline(ctx, mastra.DeclineRequest{Pending: &p, Reason: "no", ClientTools: tools, Memory: m})
		}},
		"resume": {"ask", func(ctx context.Context, a *mastra.Agent, p mastra.Pending, m *mastra.MemoryRef) (*mastra.AgentResult, error) {
			return result(a.ResumeStream(ctx, mastra.ResumeAgentRequest{Pending: &p, Data: map[string]string{"answer": "so"}, ClientTools: tools, Memory: m}))
		}},
	} {
		for kind, memory := range map[string]*mockserver.Memory{"without memory": nil, "on a thread": {LastMessages: 10}} {
			t.Run(name+" "+kind, func(t *testing.T) {
				var p prompts
				client, _ := onMock(t, afterApproval(&p, memory))
				var ref *mastra.MemoryRef
				if memory != nil {
					ref = &mastra.MemoryRef{ThreadID: "t", ResourceID: "u"}
				}
				res, err := client.Agent("a").Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt(tt.ask), Memory: ref})
				require.NoError(t, err)
				require.Len(t, res.Pending(), 1)
				res, err = tt.answer(t.Context(), client.Agent("a"), res.Pending()[0], ref)
				require.NoError(t, err)
				assert.Equal(t, "done after 4", res.Text)
				assert.Len(t, res.ToolResults, 3)
				require.Len(t, p.seen, 4)
				assert.Equal(t, []int{2, 3}, saw)
				saw = nil
				assert.Contains(t, p.outputs(3), `lookup {"id":2} {"type":"json","value":{"state":"order 2"}}`)
				assert.Contains(t, p.outputs(3), `lookup {"id":3} {"type":"json","value":{"state":"order 3"}}`)
				for call, prompt := range p.seen {
					outputs, questions := 0, 0
					for _, m := range prompt {
						outputs += len(m.Outputs)
						if m.Role == "user" {
							questions++
						}
					}
					assert.Equal(t, call, outputs, "call %d: %s", call, p.roles(call))
					assert.Equal(t, 1, questions, "call %d: %s", call, p.roles(call))
				}
			})
		}
	}
}
