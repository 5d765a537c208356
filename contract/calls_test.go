package contract_test

import (
	"io"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
)

// A call is one call of the client's that begins with, or comes to, one operation.
type call func() error

// everyCall has one call for every operation but Health. All of them are of things
// that do not exist, so nothing comes of them, but for a few that read a run before
// they say anything: run makes one that is suspended.
func everyCall(t testing.TB, c *mastra.Client, run func() *mastra.Run) map[string]call {
	calls := map[string]call{}
	for _, area := range []map[string]call{
		agentCalls(t, c), agentThreadCalls(t, c), agentSettingCalls(t, c),
		workflowCalls(t, c), suspendedRunCalls(t, c, run),
		memoryCalls(t, c), toolCalls(t, c), vectorCalls(t, c),
	} {
		for operation := range area {
			require.NotContains(t, calls, operation)
		}
		maps.Copy(calls, area)
	}
	return calls
}

func agentCalls(t testing.TB, c *mastra.Client) map[string]call {
	agent := c.Agent("nobody")
	pending := mastra.Pending{RunID: "r", ToolCallID: "c"}
	idle := ask("hi")
	idle.UntilIdle = &mastra.UntilIdle{}
	resumeIdle := answer(pending, 1)
	resumeIdle.UntilIdle = &mastra.UntilIdle{}
	return map[string]call{
		"AgentsList":                   func() error { _, err := c.Agents().List(within(t)); return err },
		"AgentGet":                     func() error { _, err := agent.Get(within(t)); return err },
		"AgentGenerate":                func() error { _, err := agent.Generate(within(t), ask("hi")); return err },
		"AgentStream":                  func() error { _, err := agent.Stream(within(t), ask("hi")); return err },
		"AgentStreamUntilIdle":         func() error { _, err := agent.Stream(within(t), idle); return err },
		"AgentResumeStream":            func() error { _, err := agent.ResumeStream(within(t), answer(pending, 1)); return err },
		"AgentResumeStreamUntilIdle":   func() error { _, err := agent.ResumeStream(within(t), resumeIdle); return err },
		"AgentApproveToolCall":         func() error { _, err := agent.ApproveStream(within(t), approve(pending)); return err },
		"AgentApproveToolCallGenerate": func() error { _, err := agent.Approve(within(t), approve(pending)); return err },
		"AgentDeclineToolCall":         func() error { _, err := agent.DeclineStream(within(t), decline(pending, "")); return err },
		"AgentDeclineToolCallGenerate": func() error { _, err := agent.Decline(within(t), decline(pending, "")); return err },
		"AgentNetwork":                 func() error { _, err := agent.NetworkStream(within(t), ask("hi")); return err },
		"AgentApproveNetworkToolCall":  func() error { _, err := agent.ApproveNetworkStream(within(t), approve(pending)); return err },
		"AgentDeclineNetworkToolCall": func() error {
			_, err := agent.DeclineNetworkStream(within(t), decline(pending, ""))
			return err
		},
		"AgentObserve": func() error { _, err := agent.Observe(within(t), mastra.ObserveAgentRequest{RunID: "r"}); return err },
		"AgentRecover": func() error {
			_, err := agent.RecoverStream(within(t), mastra.RecoverAgentRequest{RunID: "r"})
			return err
		},
	}
}

func agentThreadCalls(t testing.TB, c *mastra.Client) map[string]call {
	agent := c.Agent("nobody")
	message := mastra.SendMessageRequest{ThreadID: "t", ResourceID: "u", Message: "hi"}
	told := mastra.SendSignalRequest{ThreadID: "t", ResourceID: "u", Signal: signal("user-message", "hi")}
	return map[string]call{
		"AgentSendMessage":  func() error { _, err := agent.SendMessage(within(t), message); return err },
		"AgentQueueMessage": func() error { _, err := agent.QueueMessage(within(t), message); return err },
		"AgentSendSignal":   func() error { _, err := agent.SendSignal(within(t), told); return err },
		"AgentAbortThread": func() error {
			_, err := agent.AbortThread(within(t), mastra.AbortThreadRequest{ThreadID: "t"})
			return err
		},
		"AgentSubscribeThread": func() error {
			_, err := agent.SubscribeThread(within(t), mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u"})
			return err
		},
		"AgentSuspendedRuns": func() error {
			_, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{})
			return err
		},
		"AgentSendToolApproval": func() error {
			_, err := agent.SendToolApproval(within(t), mastra.ToolApprovalRequest{ThreadID: "t", ResourceID: "u", ToolCallID: "c"})
			return err
		},
	}
}

func agentSettingCalls(t testing.TB, c *mastra.Client) map[string]call {
	agent := c.Agent("nobody")
	voice := agent.Voice()
	return map[string]call{
		"AgentsProviders":    func() error { _, err := c.Agents().Providers(within(t)); return err },
		"AgentSetModel":      func() error { return agent.SetModel(within(t), "p/m") },
		"AgentResetModel":    func() error { return agent.ResetModel(within(t)) },
		"AgentReorderModels": func() error { return agent.ReorderModels(within(t), []string{"m"}) },
		"AgentUpdateModelConfig": func() error {
			return agent.UpdateModel(within(t), "m", mastra.UpdateModelRequest{Enabled: ptr(true)})
		},
		"AgentEnhanceInstructions": func() error {
			_, err := agent.EnhanceInstructions(within(t), mastra.EnhanceInstructionsRequest{Instructions: "a", Comment: "b"})
			return err
		},
		"AgentClone":         func() error { _, err := agent.Clone(within(t), mastra.CloneAgentRequest{}); return err },
		"AgentPlanFile":      func() error { _, err := agent.PlanFile(within(t), "plan.md"); return err },
		"AgentSkill":         func() error { _, err := agent.Skill(within(t), "skill"); return err },
		"AgentVoiceSpeakers": func() error { _, err := voice.Speakers(within(t)); return err },
		"AgentVoiceListener": func() error { _, err := voice.CanListen(within(t)); return err },
		"AgentVoiceSpeak":    func() error { _, err := voice.Speak(within(t), mastra.SpeakRequest{Text: "hi"}); return err },
		"AgentVoiceListen": func() error {
			_, err := voice.Listen(within(t), mastra.ListenRequest{Audio: strings.NewReader("hi")})
			return err
		},
	}
}

func workflowCalls(t testing.TB, c *mastra.Client) map[string]call {
	workflow := c.Workflow("nothing")
	run := workflow.Run("r")
	raw, yes := workflows.New(c), workflows.ResumeRequest{Data: approved{true}}
	travel := mastra.TimeTravelRequest{Path: []string{"s"}}
	return map[string]call{
		"WorkflowsList":      func() error { _, err := c.Workflows().List(within(t)); return err },
		"WorkflowsRunCounts": func() error { _, err := c.Workflows().RunCounts(within(t)); return err },
		"WorkflowGet":        func() error { _, err := workflow.Get(within(t)); return err },
		"WorkflowListRuns":   func() error { _, err := workflow.ListRuns(within(t), mastra.ListRunsRequest{}); return err },
		"WorkflowCreateRun":  func() error { _, err := workflow.CreateRun(within(t), mastra.CreateRunRequest{}); return err },
		"WorkflowStream":     func() error { _, err := run.Stream(within(t), mastra.StartRequest{Input: number{1}}); return err },
		"WorkflowStartAsync": func() error {
			_, err := raw.StartAsync(within(t), "nothing", "r", mastra.StartRequest{Input: number{1}})
			return err
		},
		"WorkflowResumeAsync":     func() error { _, err := raw.ResumeAsync(within(t), "nothing", "r", yes); return err },
		"WorkflowResumeNoWait":    func() error { return raw.ResumeNoWait(within(t), "nothing", "r", yes) },
		"WorkflowGetRun":          func() error { _, err := run.Get(within(t)); return err },
		"WorkflowDeleteRun":       func() error { return run.Delete(within(t)) },
		"WorkflowCancelRun":       func() error { return run.Cancel(within(t)) },
		"WorkflowObserve":         func() error { _, err := run.Observe(within(t), mastra.ObserveRequest{}); return err },
		"WorkflowTimeTravel":      func() error { return run.TimeTravelDetached(within(t), travel) },
		"WorkflowTimeTravelAsync": func() error { _, err := run.TimeTravel(within(t), travel); return err },
		"WorkflowTimeTravelStream": func() error {
			_, err := run.TimeTravelStream(within(t), travel)
			return err
		},
		"WorkflowRestart":               func() error { return run.RestartDetached(within(t), mastra.RestartRequest{}) },
		"WorkflowRestartAsync":          func() error { _, err := run.Restart(within(t), mastra.RestartRequest{}); return err },
		"WorkflowRestartAllActive":      func() error { return workflow.RestartAllDetached(within(t)) },
		"WorkflowRestartAllActiveAsync": func() error { return workflow.RestartAll(within(t)) },
	}
}

// suspendedRunCalls are those that ask about a run first.
func suspendedRunCalls(t testing.TB, c *mastra.Client, run func() *mastra.Run) map[string]call {
	of := func() *mastra.Run {
		r := run()
		return c.Workflow(r.WorkflowID()).Run(r.ID())
	}
	yes := mastra.ResumeRequest{Data: approved{true}}
	return map[string]call{
		"WorkflowStart": func() error {
			return c.Workflow("doubler").NewRun().StartDetached(within(t), mastra.StartRequest{Input: number{1}})
		},
		"WorkflowResume": func() error { return of().ResumeDetached(within(t), yes) },
		"WorkflowResumeStream": func() error {
			s, err := of().ResumeStream(within(t), yes)
			if err == nil {
				_, err = s.Result()
			}
			return err
		},
	}
}

func memoryCalls(t testing.TB, c *mastra.Client) map[string]call {
	memory := c.Memory("nobody").ForResource("u")
	thread := memory.Thread("t")
	message := mastra.NewStoredMessage("user", "hi")
	message.ThreadID = "t"
	return map[string]call{
		"MemoryStatus": func() error { _, err := memory.Status(within(t)); return err },
		"MemoryConfig": func() error { _, err := memory.Config(within(t)); return err },
		"MemoryObservational": func() error {
			_, err := memory.ListObservations(within(t), mastra.ListObservationsRequest{})
			return err
		},
		"MemoryBufferStatus":   func() error { _, err := memory.WaitObservations(within(t), "t"); return err },
		"MemoryListThreads":    func() error { _, err := memory.ListThreads(within(t), mastra.ListThreadsRequest{}); return err },
		"MemoryCreateThread":   func() error { _, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{}); return err },
		"MemorySaveMessages":   func() error { _, err := memory.SaveMessages(within(t), []mastra.StoredMessage{message}); return err },
		"MemoryDeleteMessages": func() error { return memory.DeleteMessages(within(t), []string{"m"}) },
		"MemorySearch":         func() error { _, err := memory.Search(within(t), mastra.SearchRequest{Query: "q"}); return err },
		"MemoryThreadGet":      func() error { _, err := thread.Get(within(t)); return err },
		"MemoryThreadUpdate": func() error {
			_, err := thread.Update(within(t), mastra.UpdateThreadRequest{Title: ptr("x")})
			return err
		},
		"MemoryThreadDelete":   func() error { return thread.Delete(within(t)) },
		"MemoryThreadClone":    func() error { _, err := thread.Clone(within(t), mastra.CloneThreadRequest{}); return err },
		"MemoryThreadTransfer": func() error { _, err := c.Memory("assistant").Thread("t").Transfer(within(t), "other"); return err },
		"MemoryThreadMessages": func() error { _, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{}); return err },
		"MemoryThreadWorkingMemory": func() error {
			_, err := thread.WorkingMemory(within(t))
			return err
		},
		"MemoryThreadUpdateWorkingMemory": func() error { return thread.SetWorkingMemory(within(t), "x") },
	}
}

func toolCalls(t testing.TB, c *mastra.Client) map[string]call {
	tool, own := c.Tool("none"), c.Agent("nobody").Tool("none")
	return map[string]call{
		"ToolsList":        func() error { _, err := c.Tools().List(within(t)); return err },
		"ToolGet":          func() error { _, err := tool.Get(within(t)); return err },
		"ToolExecute":      func() error { _, err := tool.Execute(within(t), nil); return err },
		"AgentToolGet":     func() error { _, err := own.Get(within(t)); return err },
		"AgentToolExecute": func() error { _, err := own.Execute(within(t), nil); return err },
	}
}

func vectorCalls(t testing.TB, c *mastra.Client) map[string]call {
	vector := c.Vector("nothing")
	return map[string]call{
		"VectorsList":         func() error { _, err := c.Vectors().List(within(t)); return err },
		"VectorsEmbedders":    func() error { _, err := c.Vectors().Embedders(within(t)); return err },
		"VectorListIndexes":   func() error { _, err := vector.ListIndexes(within(t)); return err },
		"VectorDescribeIndex": func() error { _, err := vector.DescribeIndex(within(t), "a"); return err },
		"VectorDeleteIndex":   func() error { return vector.DeleteIndex(within(t), "a") },
		"VectorCreateIndex": func() error {
			return vector.CreateIndex(within(t), mastra.CreateIndexRequest{Index: "a", Dimension: 2})
		},
		"VectorUpsert": func() error {
			return upsert(t, vector, mastra.UpsertRequest{Index: "a", Vectors: [][]float32{{1, 0}}})
		},
		"VectorQuery": func() error { return query(t, vector, mastra.QueryRequest{Index: "a", Vector: []float32{1, 0}}) },
	}
}

// signal makes a signal that says a text.
func signal(kind, text string) mastra.Signal {
	return mastra.Signal{Type: kind, Contents: []byte(strconv.Quote(text))}
}

// spoken reads audio to its end.
func spoken(t testing.TB, audio *mastra.Audio, err error) string {
	t.Helper()
	require.NoError(t, err)
	defer func() { require.NoError(t, audio.Close()) }()
	text, err := io.ReadAll(audio)
	require.NoError(t, err)
	return string(text)
}
