package contract_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestAgents_PartialListLeavesOutTheSchemasOfTools(t *testing.T) {
	t.Parallel()
	c := client(t)
	whole, err := c.Agents().List(within(t))
	require.NoError(t, err)
	part, err := c.Agents().ListPartial(within(t))
	require.NoError(t, err)
	require.Len(t, part, len(whole))
	assert.NotEmpty(t, whole["assistant"].Tools["weather"].InputSchema)
	for id, agent := range whole {
		for key, tool := range agent.Tools {
			tool.InputSchema, tool.OutputSchema = nil, nil
			agent.Tools[key] = tool
		}
		assert.Equal(t, agent, part[id], "the rest is the same")
	}
}

func TestWorkflows_PartialListLeavesOutSchemasAndSteps(t *testing.T) {
	t.Parallel()
	c := client(t)
	whole, err := c.Workflows().List(within(t))
	require.NoError(t, err)
	part, err := c.Workflows().ListPartial(within(t))
	require.NoError(t, err)
	require.Len(t, part, len(whole))
	for key, id := range map[string]string{"approval": "approval", "outer": "outer"} {
		long, short := whole[key], part[key]
		assert.NotEmpty(t, long.InputSchema)
		assert.NotEmpty(t, long.Steps)
		assert.Empty(t, short.InputSchema)
		assert.Empty(t, short.OutputSchema)
		assert.Empty(t, short.Steps)
		assert.Empty(t, short.AllSteps)
		assert.Equal(t, len(long.Steps), short.StepCount, id)
		assert.Equal(t, long.StepGraph, short.StepGraph)
		assert.Equal(t, long.Name, short.Name)
	}
}

func TestRun_PartOfItIsReadByFields(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("outer")
	waiting, err := w.Start(within(t), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	run := w.Run(waiting.RunID)
	whole, err := run.Get(within(t))
	require.NoError(t, err)
	read := func(req mastra.GetRunRequest) *mastra.RunState {
		t.Helper()
		s, err := run.GetPartial(within(t), req)
		require.NoError(t, err)
		assert.Equal(t, whole.RunID, s.RunID)
		assert.Equal(t, whole.Status, s.Status)
		assert.Equal(t, whole.CreatedAt, s.CreatedAt)
		return s
	}
	of := func(pick func(from, to *mastra.RunState)) *mastra.RunState {
		s := &mastra.RunState{RunID: whole.RunID, WorkflowID: whole.WorkflowID, ResourceID: whole.ResourceID, Status: whole.Status, CreatedAt: whole.CreatedAt, UpdatedAt: whole.UpdatedAt}
		pick(whole, s)
		return s
	}
	assert.Equal(t, whole, read(mastra.GetRunRequest{}), "nothing named is all")
	for field, pick := range map[mastra.RunField]func(from, to *mastra.RunState){
		mastra.RunFieldInput:       func(from, to *mastra.RunState) { to.Input = from.Input },
		mastra.RunFieldResult:      func(from, to *mastra.RunState) {},
		mastra.RunFieldFailure:     func(from, to *mastra.RunState) {},
		mastra.RunFieldSteps:       func(from, to *mastra.RunState) { to.Steps = from.Steps },
		mastra.RunFieldActivePaths: func(from, to *mastra.RunState) { to.ActivePaths = from.ActivePaths },
		mastra.RunFieldGraph:       func(from, to *mastra.RunState) { to.Graph = from.Graph },
	} {
		assert.Equal(t, of(pick), read(mastra.GetRunRequest{Fields: []mastra.RunField{field}}), field)
	}
	assert.Empty(t, read(mastra.GetRunRequest{Fields: []mastra.RunField{mastra.RunFieldGraph}}).Suspensions())
	steps := read(mastra.GetRunRequest{Fields: []mastra.RunField{mastra.RunFieldSteps, mastra.RunFieldGraph}})
	require.NotEmpty(t, whole.Suspensions())
	assert.Equal(t, whole.Suspensions(), steps.Suspensions(), "the steps and the graph tell where a run waits")

	assert.Contains(t, whole.Steps, "approval.approve")
	bare := read(mastra.GetRunRequest{WithoutNested: true})
	assert.NotContains(t, bare.Steps, "approval.approve")
	assert.Contains(t, bare.Steps, "approval")

	_, err = run.GetPartial(within(t), mastra.GetRunRequest{Fields: []mastra.RunField{"input"}})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	assert.Equal(t, "fields", failure(t, err).Issues[0].Field)

	failed, err := client(t).Workflow("doubler").Start(within(t), mastra.StartRequest{Input: number{-1}})
	require.NoError(t, err)
	bad := client(t).Workflow("doubler").Run(failed.RunID)
	without, err := bad.GetPartial(within(t), mastra.GetRunRequest{Fields: []mastra.RunField{mastra.RunFieldResult}})
	require.NoError(t, err)
	require.Error(t, without.Err(), "the status tells")
	why, err := bad.GetPartial(within(t), mastra.GetRunRequest{Fields: []mastra.RunField{mastra.RunFieldFailure}})
	require.NoError(t, err)
	assert.ErrorContains(t, why.Err(), "negative")
}

func listed(t testing.TB, thread *mastra.Thread, req mastra.ListMessagesRequest) (out []string) {
	t.Helper()
	page, err := thread.ListMessages(within(t), req)
	require.NoError(t, err)
	out = []string{}
	for _, m := range page.Messages {
		out = append(out, m.Text())
	}
	return out
}

func TestThread_MessagesArePickedByDirectionMetadataAndInclude(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, user := threadOf(t, c)
	saved := told(t, memory, thread, "0", "1", "2", "3", "4", "5")
	for _, i := range []int{1, 4} {
		saved[i].Content.Metadata = map[string]json.RawMessage{"kind": json.RawMessage(`"note"`), "n": json.RawMessage([]string{"0", "1", "2", "3", "4"}[i])}
	}
	_, err := memory.SaveMessages(within(t), saved)
	require.NoError(t, err)
	other, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{})
	require.NoError(t, err)
	elsewhere := told(t, memory, memory.Thread(other.ID), "a", "b", "c")
	strange := c.Memory("assistant").ForResource(unique("stranger"))
	foreign, err := strange.CreateThread(within(t), mastra.CreateThreadRequest{})
	require.NoError(t, err)
	hidden := told(t, strange, strange.Thread(foreign.ID), "secret")

	bare := c.Memory("").ForResource(user).Thread(thread.ID())
	for name, of := range map[string]*mastra.Thread{"of an agent": thread, "of none": bare} {
		assert.Equal(t, []string{"4", "5"}, listed(t, of, mastra.ListMessagesRequest{PerPage: 2}), name)
		assert.Equal(t, []string{"0", "1"}, listed(t, of, mastra.ListMessagesRequest{PerPage: 2, Direction: mastra.Ascending}), name)
		assert.Equal(t, []string{"2", "3"}, listed(t, of, mastra.ListMessagesRequest{PerPage: 2, Page: 1, Direction: mastra.Ascending}), name)
		assert.Equal(t, []string{"1", "4"}, listed(t, of, mastra.ListMessagesRequest{Metadata: map[string]any{"kind": "note"}}), name)
		assert.Equal(t, []string{"4"}, listed(t, of, mastra.ListMessagesRequest{Metadata: map[string]any{"kind": "note", "n": 4}}), name)
		assert.Empty(t, listed(t, of, mastra.ListMessagesRequest{Metadata: map[string]any{"n": "4"}}), name)
		assert.Equal(t, []string{"4"}, listed(t, of, mastra.ListMessagesRequest{Metadata: map[string]any{"kind": "note"}, Since: saved[2].CreatedAt.Time}), name)
		_, err := of.ListMessages(within(t), mastra.ListMessagesRequest{Metadata: map[string]any{"a key": 1}})
		require.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		var all []string
		for m, err := range of.Messages(within(t), mastra.ListMessagesRequest{PerPage: 1, Metadata: map[string]any{"kind": "note"}}) {
			require.NoError(t, err)
			all = append(all, m.Text())
		}
		assert.Equal(t, []string{"1", "4"}, all, name)
	}

	include := func(list ...mastra.MessageInclude) []string {
		return listed(t, bare, mastra.ListMessagesRequest{PerPage: 1, Include: list})
	}
	assert.Equal(t, []string{"1", "2", "3", "5"}, include(mastra.MessageInclude{ID: saved[2].ID, WithPreviousMessages: 1, WithNextMessages: 1}))
	assert.Equal(t, []string{"0", "3", "5"}, include(mastra.MessageInclude{ID: saved[0].ID}, mastra.MessageInclude{ID: saved[3].ID}))
	assert.ElementsMatch(t, []string{"a", "b", "5"}, include(mastra.MessageInclude{ID: elsewhere[1].ID, WithPreviousMessages: 9}), "of another thread")
	assert.Equal(t, []string{"5"}, include(mastra.MessageInclude{ID: hidden[0].ID}), "of another resource")
	assert.Equal(t, []string{"5"}, include(mastra.MessageInclude{ID: "nobody's", WithNextMessages: 1}))
	_, err = thread.ListMessages(within(t), mastra.ListMessagesRequest{Include: []mastra.MessageInclude{{ID: saved[0].ID}}})
	require.ErrorIs(t, err, mastra.ErrInvalidInput, "which the server would not read")
}

func TestThread_RemindersAreListedWhereTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, _ := threadOf(t, c)
	said := []string{"<system-reminder>mind", "<system-reminder>the gap", "one", "<system-reminder>so", "two"}
	told(t, memory, thread, said...)
	assert.Equal(t, []string{"one", "two"}, listed(t, thread, mastra.ListMessagesRequest{}))
	assert.Equal(t, said, listed(t, thread, mastra.ListMessagesRequest{IncludeSystemReminders: true}))
	assert.Empty(t, listed(t, thread, mastra.ListMessagesRequest{Direction: mastra.Ascending, PerPage: 2}), "a page of reminders")
	assert.Equal(t, said, listed(t, c.Memory("").Thread(thread.ID()), mastra.ListMessagesRequest{}), "the storage hides none")
	var all []string
	for m, err := range thread.Messages(within(t), mastra.ListMessagesRequest{PerPage: 1}) {
		require.NoError(t, err)
		all = append(all, m.Text())
	}
	assert.Equal(t, []string{"one", "two"}, all, "a walk goes on behind them")
}

func TestWorkingMemory_IsReadAndKeptWithOtherSettings(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, user := threadOf(t, c)
	own := thread.WithConfig(map[string]any{"workingMemory": map[string]any{"enabled": true, "scope": "thread", "template": "# Mine "}})
	require.NoError(t, thread.SetWorkingMemory(within(t), "the user's"))
	require.NoError(t, own.SetWorkingMemory(within(t), "the thread's"))

	got, err := thread.WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Equal(t, ptr("the user's"), got.Text)
	assert.Equal(t, "resource", got.Source)
	got, err = own.WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Equal(t, ptr("the thread's"), got.Text)
	assert.Equal(t, "thread", got.Source)
	require.NotNil(t, got.Template)
	assert.JSONEq(t, `"# Mine"`, string(got.Template.Content))

	got, err = thread.WithConfig(map[string]any{"workingMemory": map[string]any{"enabled": false}}).WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Nil(t, got.Text)
	assert.Nil(t, got.Template)
	schema := map[string]any{"type": "object", "properties": map[string]any{"name": map[string]any{"type": "string"}, "age": map[string]any{"type": "integer"}}}
	got, err = thread.WithConfig(map[string]any{"workingMemory": map[string]any{"enabled": true, "schema": schema}}).WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Equal(t, "json", got.Template.Format)
	got, err = c.Memory("router").ForResource(user).Thread(thread.ID()).WithConfig(map[string]any{"workingMemory": map[string]any{"enabled": true}}).WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Equal(t, ptr("the user's"), got.Text, "of an agent that has none itself")

	status, err := memory.Thread(thread.ID()).MemoryStatus(within(t))
	require.NoError(t, err)
	assert.True(t, status.Result)
}

func TestTool_IsToldTheRunAndASkillItsPath(t *testing.T) {
	t.Parallel()
	c := client(t)
	out, err := c.Tool("weather").InRun(unique("run")).Execute(within(t), map[string]any{"city": "Rome"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"city":"Rome","tempC":4}`, string(out))

	_, err = c.Agent("plain").SkillAt(within(t), "cook", "kitchen/cook")
	require.ErrorIs(t, err, mastra.ErrNotFound)
	assert.Contains(t, failure(t, err).Message, "kitchen/cook", "the path is what is looked for")
}

// A server without an editor has the agents of its code alone, and says nothing of a
// version that it does not know.
func TestAgentVersion_IsTheAgentInCodeWhereThereIsNoEditor(t *testing.T) {
	t.Parallel()
	c := client(t)
	whole, err := c.Agent("plain").Get(within(t))
	require.NoError(t, err)
	for _, v := range []mastra.AgentVersion{{ID: "no-such-version"}, {Status: mastra.VersionDraft}, {Status: mastra.VersionPublished}} {
		agent := c.Agent("plain").Version(v)
		got, err := agent.Get(within(t))
		require.NoError(t, err)
		assert.Equal(t, whole, got)
		_, err = agent.PlanFile(within(t), "x.md")
		require.ErrorIs(t, err, mastra.ErrNotFound)
		res, err := agent.Generate(within(t), mastra.AgentRequest{Messages: mastra.Prompt("hi")})
		require.NoError(t, err)
		assert.Equal(t, "You said: hi", res.Text)

		memory := c.Agent("assistant").Version(v)
		res, err = memory.Generate(within(t), mastra.AgentRequest{Messages: mastra.Prompt(`tool:ask-user {"question":"who?"}`)})
		require.NoError(t, err)
		require.Len(t, res.Pending(), 1)
		res, err = memory.Resume(within(t), mastra.ResumeAgentRequest{Pending: &res.Pending()[0], Data: map[string]any{"answer": "ann"}})
		require.NoError(t, err)
		assert.Contains(t, res.Text, "ann")
		receipt, err := memory.SendMessage(within(t), mastra.SendMessageRequest{ThreadID: unique("thread"), ResourceID: "u", Message: "hi"})
		require.NoError(t, err)
		assert.NotEmpty(t, receipt.RunID)
		_, err = memory.SendToolApproval(within(t), mastra.ToolApprovalRequest{ThreadID: unique("thread"), ResourceID: "u", ToolCallID: "nobody's"})
		require.ErrorIs(t, err, mastra.ErrServer, "a call that does not wait")
	}
	_, err = c.Agent("plain").Version(mastra.AgentVersion{Status: "archived"}).Get(within(t))
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	assert.Equal(t, "status", failure(t, err).Issues[0].Field)
	_, err = c.Agent("plain").Generate(within(t), mastra.AgentRequest{Messages: mastra.Prompt("hi"), Versions: mastra.VersionsOf(map[string]mastra.AgentVersion{"plain": {Status: "archived"}})})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
}
