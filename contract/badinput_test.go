package contract_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// errUnsent is what a call fails with that is refused before anything is sent.
var errUnsent = errors.New("refused before it is sent")

func TestBadInput_GivesATypedErrorOrTheDocumentedAnswer(t *testing.T) {
	t.Parallel()
	c, recorder := recorded(t, suite.server.URL())
	agent, memory, tool, vector := c.Agent("plain"), c.Memory("assistant"), c.Tool("weather"), c.Vector("vec")
	doubler := c.Workflow("doubler")
	_, thread, _ := threadOf(t, c)
	waits, at := suspended(t, c.Workflow("approval"), number{1})
	finished := doubler.NewRun()
	_, err := finished.Start(within(t), mastra.StartRequest{Input: number{1}})
	require.NoError(t, err)
	name := index(t, vector)
	require.NoError(t, upsert(t, vector, mastra.UpsertRequest{Index: name, Vectors: [][]float32{{1, 0}}}))
	for what, x := range map[string]struct {
		call func() error
		want error // nil: a good answer
	}{
		"agent: no messages":                {func() error { _, err := agent.Generate(within(t), mastra.AgentRequest{}); return err }, errUnsent},
		"agent: no messages, streamed":      {func() error { _, err := agent.Stream(within(t), mastra.AgentRequest{}); return err }, errUnsent},
		"agent: empty text":                 {func() error { _, err := agent.Generate(within(t), ask("")); return err }, nil},
		"agent: messages that are not JSON": {func() error { _, err := agent.Generate(within(t), raw(`{bad`)); return err }, errUnsent},
		"agent: a role nobody has":          {func() error { _, err := agent.Generate(within(t), raw(`{"role":"alien","content":"x"}`)); return err }, mastra.ErrServer},
		"agent: a modelled field as extra": {func() error {
			_, err := agent.Generate(within(t), mastra.AgentRequest{Messages: mastra.Prompt("x"), Extra: map[string]any{"maxSteps": 1}})
			return err
		}, errUnsent},
		"agent: an input that does not encode": {func() error {
			_, err := agent.Generate(within(t), mastra.AgentRequest{Messages: mastra.Prompt("x"), Extra: map[string]any{"f": func() {}}})
			return err
		}, errUnsent},
		"agent: zero approval":      {func() error { _, err := agent.ApproveStream(within(t), mastra.ApproveRequest{}); return err }, errUnsent},
		"agent: zero refusal":       {func() error { _, err := agent.Decline(within(t), mastra.DeclineRequest{}); return err }, errUnsent},
		"agent: zero resume":        {func() error { _, err := agent.ResumeStream(within(t), mastra.ResumeAgentRequest{}); return err }, errUnsent},
		"agent: zero resume, whole": {func() error { _, err := agent.Resume(within(t), mastra.ResumeAgentRequest{}); return err }, errUnsent},
		"agent: approval of a question": {func() error {
			_, err := agent.Approve(within(t), approve(mastra.Pending{Kind: mastra.PendingSuspended, RunID: "r", ToolCallID: "c"}))
			return err
		}, errUnsent},
		"agent: refusal of a client tool": {func() error {
			_, err := agent.DeclineStream(within(t), decline(mastra.Pending{Kind: mastra.PendingClientTool, RunID: "r", ToolCallID: "c"}, ""))
			return err
		}, errUnsent},
		"agent: answer to a client tool": {func() error {
			_, err := agent.Resume(within(t), answer(mastra.Pending{Kind: mastra.PendingClientTool, RunID: "r", ToolCallID: "c"}, 1))
			return err
		}, errUnsent},
		"agent: another call than its Pending": {func() error {
			req := approve(mastra.Pending{Kind: mastra.PendingApproval, RunID: "r", ToolCallID: "c"})
			req.ToolCallID = "d"
			_, err := agent.Approve(within(t), req)
			return err
		}, errUnsent},
		"agent: resume without data": {func() error {
			_, err := agent.ResumeStream(within(t), mastra.ResumeAgentRequest{RunID: "r"})
			return err
		}, errUnsent},

		"workflow: no input":          {func() error { _, err := doubler.Start(within(t), mastra.StartRequest{}); return err }, mastra.ErrInvalidInput},
		"workflow: input beyond JSON": {func() error { _, err := doubler.Start(within(t), mastra.StartRequest{Input: math.Inf(1)}); return err }, errUnsent},
		"workflow: zero run":          {func() error { _, err := doubler.CreateRun(within(t), mastra.CreateRunRequest{}); return err }, nil},
		"workflow: empty run id":      {func() error { _, err := doubler.Run("").Start(within(t), mastra.StartRequest{}); return err }, errUnsent},
		"workflow: zero resume":       {func() error { _, err := waits.Resume(within(t), mastra.ResumeRequest{}); return err }, mastra.ErrInvalidInput},
		"workflow: a resume beyond JSON": {func() error {
			_, err := waits.Resume(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: func() {}})
			return err
		}, errUnsent},
		"workflow: an index there is not": {func() error {
			_, err := waits.Resume(within(t), mastra.ResumeRequest{ForEachIndex: ptr(7), Data: map[string]any{}})
			return err
		}, mastra.ErrInvalidInput},
		"workflow: huge offset": {func() error {
			s, err := finished.Observe(within(t), mastra.ObserveRequest{Offset: math.MaxInt32})
			if err == nil {
				_, err = s.Result()
			}
			return err
		}, mastra.ErrTruncated},

		"memory: zero thread": {func() error { _, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{}); return err }, errUnsent},
		"memory: zero list":   {func() error { _, err := memory.ListThreads(within(t), mastra.ListThreadsRequest{}); return err }, nil},
		"memory: huge page": {func() error {
			_, err := memory.ListThreads(within(t), mastra.ListThreadsRequest{Page: math.MaxInt32})
			return err
		}, nil},
		"memory: huge page size": {func() error {
			_, err := memory.ListThreads(within(t), mastra.ListThreadsRequest{PerPage: math.MaxInt32})
			return err
		}, nil},
		"memory: beyond every page": {func() error {
			_, err := memory.ListThreads(within(t), mastra.ListThreadsRequest{Page: math.MaxInt})
			return err
		}, mastra.ErrBadRequest},
		"memory: messages, zero": {func() error { _, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{}); return err }, nil},
		"memory: messages, huge": {func() error {
			_, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{Page: math.MaxInt32})
			return err
		}, nil},
		"memory: a span that is not": {func() error {
			_, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{Since: time.Now().Add(time.Hour), Until: time.Now()})
			return err
		}, nil},
		"memory: nothing to save":   {func() error { _, err := memory.SaveMessages(within(t), nil); return err }, nil},
		"memory: empty thread id":   {func() error { _, err := memory.Thread("").Get(within(t)); return err }, errUnsent},
		"memory: dots as thread id": {func() error { _, err := memory.Thread("..").Get(within(t)); return err }, errUnsent},

		"tool: no input":          {func() error { _, err := tool.Execute(within(t), nil); return err }, mastra.ErrInvalidInput},
		"tool: input beyond JSON": {func() error { _, err := tool.Execute(within(t), make(chan int)); return err }, errUnsent},
		"tool: null":              {func() error { _, err := tool.Execute(within(t), (*number)(nil)); return err }, mastra.ErrBadRequest},

		"vector: zero index":  {func() error { return vector.CreateIndex(within(t), mastra.CreateIndexRequest{}) }, mastra.ErrBadRequest},
		"vector: zero upsert": {func() error { return upsert(t, vector, mastra.UpsertRequest{}) }, errUnsent},
		"vector: zero query":  {func() error { return query(t, vector, mastra.QueryRequest{}) }, mastra.ErrBadRequest},
		"vector: zero vector": {func() error { return query(t, vector, mastra.QueryRequest{Index: name, Vector: []float32{0, 0}}) }, nil},
		"vector: not a number": {func() error {
			return query(t, vector, mastra.QueryRequest{Index: name, Vector: []float32{float32(math.NaN()), 0}})
		}, errUnsent},
		"vector: huge topK": {func() error {
			return query(t, vector, mastra.QueryRequest{Index: name, Vector: []float32{1, 0}, TopK: math.MaxInt32})
		}, nil},
		"vector: wrong length": {func() error { return query(t, vector, mastra.QueryRequest{Index: name, Vector: []float32{1}}) }, mastra.ErrServer},
		"vector: mixed lengths": {func() error {
			return upsert(t, vector, mastra.UpsertRequest{Index: name, Vectors: [][]float32{{1, 0}, {1}}})
		}, mastra.ErrServer},

		"do: no such method": {func() error { return c.Do(within(t), "TEA POT", "/agents", nil, nil) }, errUnsent},
		"do: a bare path":    {func() error { return c.Do(within(t), "GET", "agents", nil, nil) }, errUnsent},
		"do: dots":           {func() error { return c.Do(within(t), "GET", "/agents/../workflows", nil, nil) }, errUnsent},
	} {
		t.Run(what, func(t *testing.T) {
			before := sent(recorder)
			err := x.call()
			var e *mastra.Error
			switch {
			case x.want == nil:
				require.NoError(t, err)
			case errors.Is(x.want, errUnsent):
				require.ErrorIs(t, err, mastra.ErrInvalidInput)
				require.NotErrorAs(t, err, &e)
				require.Equal(t, before, sent(recorder))
			default:
				require.ErrorIs(t, err, x.want)
			}
			if err != nil {
				assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
				assert.Less(t, len(err.Error()), 1000)
			}
		})
	}
	state, err := waits.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.NoError(t, err, "the run still waits after all of this")
	assert.Equal(t, mastra.RunSuccess, state.Status)
}

func raw(messages string) mastra.AgentRequest {
	return mastra.AgentRequest{Messages: mastra.RawMessages([]byte(messages))}
}

func ptr[T any](v T) *T { return &v }

// sent counts what has left the client, reads excepted: a resume reads the run first.
func sent(r *contract.Recorder) int {
	n := r.Lost()
	for _, x := range r.Exchanges() {
		if x.Method != "GET" {
			n++
		}
	}
	return n
}

func TestContext_ThatHasEndedSendsNothing(t *testing.T) {
	t.Parallel()
	c, recorder := recorded(t, suite.server.URL())
	ctx, cancel := context.WithCancel(within(t))
	cancel()
	for name, call := range map[string]func() error{
		"generate": func() error { _, err := c.Agent("plain").Generate(ctx, ask("hi")); return err },
		"stream":   func() error { _, err := c.Agent("plain").Stream(ctx, ask("hi")); return err },
		"start": func() error {
			_, err := c.Workflow("doubler").Start(ctx, mastra.StartRequest{Input: number{1}})
			return err
		},
		"list": func() error { _, err := c.Agents().List(ctx); return err },
	} {
		err := call()
		require.ErrorIs(t, err, context.Canceled, name)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, name)
		assert.Equal(t, 499, mastra.HTTPStatus(err), name)
	}
	assert.Empty(t, recorder.Exchanges())
}
