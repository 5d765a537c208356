package contract_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
)

// bad is a call with bad input, and what it must come to: errUnsent, one of the
// client's errors, or nil for a good answer.
type bad struct {
	call func() error
	want error
}

func badAgentCalls(t testing.TB, c *mastra.Client) map[string]bad {
	agent, nobody, voice := c.Agent("assistant"), c.Agent("nobody"), c.Agent("voiced").Voice()
	return map[string]bad{
		"network, whole: zero":   {func() error { _, err := agent.Network(within(t), mastra.AgentRequest{}); return err }, errUnsent},
		"network: zero":          {func() error { _, err := agent.NetworkStream(within(t), mastra.AgentRequest{}); return err }, errUnsent},
		"network: zero approval": {func() error { _, err := agent.ApproveNetworkStream(within(t), mastra.ApproveRequest{}); return err }, errUnsent},
		"network: zero refusal":  {func() error { _, err := agent.DeclineNetworkStream(within(t), mastra.DeclineRequest{}); return err }, errUnsent},
		"network: approval of a client tool": {func() error {
			_, err := agent.ApproveNetworkStream(within(t), approve(mastra.Pending{Kind: mastra.PendingClientTool, RunID: "r", ToolCallID: "c"}))
			return err
		}, errUnsent},
		"observe: zero": {func() error { _, err := agent.Observe(within(t), mastra.ObserveAgentRequest{}); return err }, errUnsent},
		"recover: zero": {func() error { _, err := agent.RecoverStream(within(t), mastra.RecoverAgentRequest{}); return err }, errUnsent},
		"subscribe: no thread": {func() error {
			_, err := agent.SubscribeThread(within(t), mastra.SubscribeThreadRequest{ResourceID: "u"})
			return err
		}, errUnsent},
		"abort: zero": {func() error { _, err := agent.AbortThread(within(t), mastra.AbortThreadRequest{}); return err }, errUnsent},
		"message: to nobody": {func() error {
			_, err := agent.SendMessage(within(t), mastra.SendMessageRequest{Message: "x"})
			return err
		}, errUnsent},
		"queue: to nobody": {func() error {
			_, err := agent.QueueMessage(within(t), mastra.SendMessageRequest{Message: "x"})
			return err
		}, errUnsent},
		"signal: to nobody": {func() error {
			_, err := agent.SendSignal(within(t), mastra.SendSignalRequest{Signal: signal("user-message", "x")})
			return err
		}, errUnsent},
		"signal: zero": {func() error {
			_, err := agent.SendSignal(within(t), mastra.SendSignalRequest{ThreadID: "t", ResourceID: "u"})
			return err
		}, mastra.ErrBadRequest},
		"approval: zero": {func() error { _, err := agent.SendToolApproval(within(t), mastra.ToolApprovalRequest{}); return err }, errUnsent},
		"approval: beyond JSON": {func() error {
			_, err := agent.SendToolApproval(within(t), mastra.ToolApprovalRequest{ThreadID: "t", ResourceID: "u", ToolCallID: "c", Data: func() {}})
			return err
		}, errUnsent},
		"suspended runs: zero": {func() error {
			_, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{})
			return err
		}, nil},
		"suspended runs: negative": {func() error {
			_, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{Page: -1})
			return err
		}, errUnsent},
		"suspended runs: huge page": {func() error {
			_, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{Page: math.MaxInt32, PerPage: 1})
			return err
		}, nil},
		"suspended runs: beyond every page": {func() error {
			_, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{Page: math.MaxInt, PerPage: 1})
			return err
		}, mastra.ErrBadRequest},

		"model: zero": {func() error { return nobody.SetModel(within(t), "") }, errUnsent},
		"model: half": {func() error { return nobody.SetModel(within(t), "openai/") }, errUnsent},
		"models: half": {func() error {
			return nobody.UpdateModel(within(t), "m", mastra.UpdateModelRequest{Model: "gpt-x"})
		}, errUnsent},
		"models: nil":      {func() error { return nobody.ReorderModels(within(t), nil) }, mastra.ErrNotFound},
		"models: zero":     {func() error { return nobody.UpdateModel(within(t), "m", mastra.UpdateModelRequest{}) }, mastra.ErrNotFound},
		"models: no entry": {func() error { return nobody.UpdateModel(within(t), "", mastra.UpdateModelRequest{}) }, errUnsent},
		"enhance: zero": {func() error {
			_, err := agent.EnhanceInstructions(within(t), mastra.EnhanceInstructionsRequest{})
			return err
		}, mastra.ErrBadRequest},
		"clone: zero":    {func() error { _, err := agent.Clone(within(t), mastra.CloneAgentRequest{}); return err }, mastra.ErrServer},
		"plan: no path":  {func() error { _, err := agent.PlanFile(within(t), ""); return err }, errUnsent},
		"plan: dots":     {func() error { _, err := agent.PlanFile(within(t), "../../etc/passwd"); return err }, mastra.ErrNotFound},
		"skill: no name": {func() error { _, err := agent.Skill(within(t), ""); return err }, errUnsent},
		"skill: dots":    {func() error { _, err := agent.Skill(within(t), ".."); return err }, errUnsent},
		"agent: no id":   {func() error { _, err := c.Agent("").Get(within(t)); return err }, errUnsent},
		"speak: zero":    {func() error { _, err := voice.Speak(within(t), mastra.SpeakRequest{}); return err }, errUnsent},
		"speak: a speaker there is not": {func() error {
			audio, err := voice.Speak(within(t), mastra.SpeakRequest{Text: "x", Speaker: "nobody"})
			assert.Equal(t, "x", spoken(t, audio, err))
			return err
		}, nil},
		"listen: zero": {func() error { _, err := voice.Listen(within(t), mastra.ListenRequest{}); return err }, errUnsent},
		"listen: too much": {func() error {
			_, err := voice.Listen(within(t), mastra.ListenRequest{Audio: strings.NewReader(strings.Repeat("x", 5<<20))})
			return err
		}, mastra.ErrTooLarge},
		"listen: options beyond JSON": {func() error {
			_, err := voice.Listen(within(t), mastra.ListenRequest{Audio: strings.NewReader("x"), Options: map[string]any{"f": func() {}}})
			return err
		}, errUnsent},
	}
}

func badRunCalls(t testing.TB, c *mastra.Client) map[string]bad {
	doubler, raw := c.Workflow("doubler"), workflows.New(c)
	done := doubled(t, c)
	gone := doubled(t, c)
	require.NoError(t, gone.Delete(within(t)))
	return map[string]bad{
		"start, detached: zero": {func() error { return doubler.NewRun().StartDetached(within(t), mastra.StartRequest{}) }, nil},
		"start, async: zero": {func() error {
			_, err := raw.StartAsync(within(t), "doubler", unique("run"), mastra.StartRequest{})
			return err
		}, mastra.ErrBadRequest},
		"start, async: beyond JSON": {func() error {
			_, err := raw.StartAsync(within(t), "doubler", unique("run"), mastra.StartRequest{Input: math.NaN()})
			return err
		}, errUnsent},
		"start, async: no workflow": {func() error {
			_, err := raw.StartAsync(within(t), "", unique("run"), mastra.StartRequest{})
			return err
		}, errUnsent},
		"start, async: no run": {func() error {
			_, err := raw.StartAsync(within(t), "doubler", "", mastra.StartRequest{Input: number{1}})
			return err
		}, errUnsent},
		"resume, async: zero": {func() error {
			_, err := raw.ResumeAsync(within(t), "doubler", done.ID(), workflows.ResumeRequest{})
			return err
		}, mastra.ErrNotSuspended},
		"resume, async: no run": {func() error {
			_, err := raw.ResumeAsync(within(t), "doubler", "", workflows.ResumeRequest{})
			return err
		}, errUnsent},
		"resume, no wait: zero":   {func() error { return raw.ResumeNoWait(within(t), "doubler", done.ID(), workflows.ResumeRequest{}) }, nil},
		"resume, no wait: no run": {func() error { return raw.ResumeNoWait(within(t), "doubler", "", workflows.ResumeRequest{}) }, errUnsent},
		"resume, detached: zero":  {func() error { return done.ResumeDetached(within(t), mastra.ResumeRequest{}) }, mastra.ErrNotSuspended},
		"travel: zero":            {func() error { _, err := done.TimeTravel(within(t), mastra.TimeTravelRequest{}); return err }, errUnsent},
		"travel, detached: zero":  {func() error { return done.TimeTravelDetached(within(t), mastra.TimeTravelRequest{}) }, errUnsent},
		"travel, stream: zero":    {func() error { _, err := done.TimeTravelStream(within(t), mastra.TimeTravelRequest{}); return err }, errUnsent},
		"travel: an empty step": {func() error {
			_, err := done.TimeTravel(within(t), mastra.TimeTravelRequest{Path: []string{""}})
			return err
		}, mastra.ErrServer},
		"restart: zero":       {func() error { _, err := done.Restart(within(t), mastra.RestartRequest{}); return err }, nil},
		"restart: a run gone": {func() error { _, err := gone.Restart(within(t), mastra.RestartRequest{}); return err }, mastra.ErrNotFound},
		"delete: twice":       {func() error { return gone.Delete(within(t)) }, mastra.ErrNotFound},
		"delete: no id":       {func() error { return doubler.Run("").Delete(within(t)) }, errUnsent},
		"cancel: a run gone":  {func() error { return gone.Cancel(within(t)) }, mastra.ErrNotFound},
		"observe: a run gone": {func() error { _, err := gone.Observe(within(t), mastra.ObserveRequest{}); return err }, mastra.ErrNotFound},
		"runs: zero":          {func() error { _, err := doubler.ListRuns(within(t), mastra.ListRunsRequest{PerPage: 1}); return err }, nil},
		"runs: huge page": {func() error {
			_, err := doubler.ListRuns(within(t), mastra.ListRunsRequest{Page: math.MaxInt32, PerPage: 1})
			return err
		}, nil},
		"runs: beyond every page": {func() error {
			_, err := doubler.ListRuns(within(t), mastra.ListRunsRequest{Page: math.MaxInt, PerPage: 1})
			return err
		}, mastra.ErrBadRequest},
		"runs: a page of nothing": {func() error { _, err := doubler.ListRuns(within(t), mastra.ListRunsRequest{PerPage: -1}); return err }, errUnsent},
		"workflow: no id":         {func() error { _, err := c.Workflow("").Get(within(t)); return err }, errUnsent},
		"workflow: dots":          {func() error { return c.Workflow("..").RestartAll(within(t)) }, errUnsent},
		"a nil request, by Do": {func() error {
			return c.Do(within(t), "POST", "/workflows/doubler/time-travel-async?runId="+done.ID(), nil, nil)
		}, mastra.ErrInvalidInput},
		"an array, by Do": {func() error { return c.Do(within(t), "POST", "/agents/plain/generate", []int{1}, nil) }, mastra.ErrInvalidInput},
	}
}

func badMemoryCalls(t testing.TB, c *mastra.Client) map[string]bad {
	memory, thread, _ := threadOf(t, c)
	gone, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{})
	require.NoError(t, err)
	require.NoError(t, memory.Thread(gone.ID).Delete(within(t)))
	foreign := c.Memory("assistant").ForResource(unique("stranger")).Thread(thread.ID())
	return map[string]bad{
		"thread: zero update": {func() error { _, err := thread.Update(within(t), mastra.UpdateThreadRequest{}); return err }, nil},
		"thread: zero clone":  {func() error { _, err := thread.Clone(within(t), mastra.CloneThreadRequest{}); return err }, nil},
		"thread: negative clone": {func() error {
			_, err := thread.Clone(within(t), mastra.CloneThreadRequest{Options: &mastra.CloneOptions{Last: -1}})
			return err
		}, errUnsent},
		"thread: transfer to none": {func() error { _, err := thread.Transfer(within(t), ""); return err }, errUnsent},
		"thread: metadata beyond JSON": {func() error {
			_, err := thread.Update(within(t), mastra.UpdateThreadRequest{Metadata: map[string]any{"f": func() {}}})
			return err
		}, errUnsent},
		"thread: deleted twice": {func() error { return memory.Thread(gone.ID).Delete(within(t)) }, mastra.ErrNotFound},
		"thread: update of one gone": {func() error {
			_, err := memory.Thread(gone.ID).Update(within(t), mastra.UpdateThreadRequest{})
			return err
		}, mastra.ErrNotFound},
		"thread: foreign update":    {func() error { _, err := foreign.Update(within(t), mastra.UpdateThreadRequest{}); return err }, mastra.ErrForbidden},
		"thread: foreign delete":    {func() error { return foreign.Delete(within(t)) }, mastra.ErrForbidden},
		"thread: foreign clone":     {func() error { _, err := foreign.Clone(within(t), mastra.CloneThreadRequest{}); return err }, mastra.ErrForbidden},
		"thread: foreign messages":  {func() error { _, err := foreign.ListMessages(within(t), mastra.ListMessagesRequest{}); return err }, mastra.ErrForbidden},
		"messages: nothing deleted": {func() error { return memory.DeleteMessages(within(t), nil) }, errUnsent},
		"messages: an empty id":     {func() error { return memory.DeleteMessages(within(t), []string{""}) }, errUnsent},
		"search: zero":              {func() error { _, err := memory.Search(within(t), mastra.SearchRequest{}); return err }, errUnsent},
		"search: huge limit": {func() error {
			_, err := memory.Search(within(t), mastra.SearchRequest{Query: "x", Limit: math.MaxInt32})
			return err
		}, nil},
		"observations: negative": {func() error {
			_, err := memory.ListObservations(within(t), mastra.ListObservationsRequest{Offset: -1})
			return err
		}, errUnsent},
		"observations: zero": {func() error {
			_, err := memory.ListObservations(within(t), mastra.ListObservationsRequest{})
			return err
		}, mastra.ErrBadRequest},
		"threads: huge page of one": {func() error {
			_, err := memory.ListThreads(within(t), mastra.ListThreadsRequest{Page: math.MaxInt32, PerPage: 1})
			return err
		}, nil},
		"working memory: too much": {func() error { return thread.SetWorkingMemory(within(t), strings.Repeat("x", 5<<20)) }, mastra.ErrTooLarge},
	}
}

func badStoreCalls(t testing.TB, c *mastra.Client) map[string]bad {
	v, nowhere := c.Vector("vec"), c.Vector("nothing")
	name := index(t, v)
	return map[string]bad{
		"index: no name":         {func() error { _, err := v.DescribeIndex(within(t), ""); return err }, errUnsent},
		"index: dots":            {func() error { return v.DeleteIndex(within(t), "..") }, errUnsent},
		"index: one that is not": {func() error { _, err := v.DescribeIndex(within(t), "missing"); return err }, mastra.ErrServer},
		"index: deleted twice":   {func() error { return errors.Join(v.DeleteIndex(within(t), name), v.DeleteIndex(within(t), name)) }, nil},
		"store: unknown, list":   {func() error { _, err := nowhere.ListIndexes(within(t)); return err }, mastra.ErrNotFound},
		"store: unknown, delete": {func() error { return nowhere.DeleteIndex(within(t), "a") }, mastra.ErrNotFound},
		"store: no name":         {func() error { _, err := c.Vector("").ListIndexes(within(t)); return err }, errUnsent},
		"vector: negative topK":  {func() error { return query(t, v, mastra.QueryRequest{Index: name, Vector: []float32{1, 0}, TopK: -1}) }, errUnsent},
		"vector: of another length": {func() error {
			return upsert(t, v, mastra.UpsertRequest{Index: index(t, v), Vectors: [][]float32{{1, 2, 3}}})
		}, mastra.ErrServer},
		"vector: a huge dimension": {func() error {
			return v.CreateIndex(within(t), mastra.CreateIndexRequest{Index: "huge", Dimension: math.MaxInt})
		}, mastra.ErrServer},
		"tool: of no agent":          {func() error { _, err := c.Agent("").Tool("weather").Get(within(t)); return err }, errUnsent},
		"tool: no id":                {func() error { _, err := c.Tool("").Execute(within(t), nil); return err }, errUnsent},
		"tool: an agent's, no input": {func() error { _, err := c.Agent("assistant").Tool("weather").Execute(within(t), nil); return err }, mastra.ErrInvalidInput},
		"tool: an agent's, beyond JSON": {func() error {
			_, err := c.Agent("assistant").Tool("weather").Execute(within(t), make(chan int))
			return err
		}, errUnsent},
	}
}

func TestBadInput_ToTheOtherOperationsDoesTheSame(t *testing.T) {
	t.Parallel()
	c, recorder := recorded(t, suite.server.URL())
	for area, calls := range map[string]map[string]bad{
		"agents": badAgentCalls(t, c), "workflows": badRunCalls(t, c), "memory": badMemoryCalls(t, c), "stores": badStoreCalls(t, c),
	} {
		for name, x := range calls {
			t.Run(area+"/"+name, func(t *testing.T) { judgeBad(t, x, func() int { return sent(recorder) }) })
		}
	}
}

// judgeBad makes a call with bad input. sent counts what has left the client.
func judgeBad(t *testing.T, x bad, sent func() int) {
	before := sent()
	err := x.call()
	var e *mastra.Error
	var refused *mastra.ToolError
	switch {
	case x.want == nil:
		require.NoError(t, err)
		return
	case errors.Is(x.want, errUnsent):
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
		require.NotErrorAs(t, err, &e)
		require.Equal(t, before, sent())
	default:
		require.ErrorIs(t, err, x.want)
		if !errors.As(err, &refused) {
			require.ErrorAs(t, err, &e)
		}
	}
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	assert.NotErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, len(err.Error()), 1000)
}
