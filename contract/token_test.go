package contract_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// everyCall names one call of every operation, none of which changes anything on
// a server that refuses them.
func everyCall(t testing.TB, c *mastra.Client) map[string]func() error {
	agent, workflow, memory, tool, vector := c.Agent("plain"), c.Workflow("approval"), c.Memory("assistant"), c.Tool("weather"), c.Vector("vec")
	run := workflow.Run("r")
	pending := mastra.Pending{RunID: "r", ToolCallID: "c"}
	message := mastra.NewMessage("user", "hi")
	message.ThreadID, message.ResourceID = "t", "u"
	return map[string]func() error{
		"AgentsList":                   func() error { _, err := c.Agents().List(within(t)); return err },
		"AgentGet":                     func() error { _, err := agent.Get(within(t)); return err },
		"AgentGenerate":                func() error { _, err := agent.Generate(within(t), ask("hi")); return err },
		"AgentStream":                  func() error { _, err := agent.Stream(within(t), ask("hi")); return err },
		"AgentResumeStream":            func() error { _, err := agent.ResumeStream(within(t), answer(pending, 1)); return err },
		"AgentApproveToolCall":         func() error { _, err := agent.ApproveToolCall(within(t), approve(pending)); return err },
		"AgentApproveToolCallGenerate": func() error { _, err := agent.ApproveToolCallGenerate(within(t), approve(pending)); return err },
		"AgentDeclineToolCall":         func() error { _, err := agent.DeclineToolCall(within(t), decline(pending, "")); return err },
		"AgentDeclineToolCallGenerate": func() error { _, err := agent.DeclineToolCallGenerate(within(t), decline(pending, "")); return err },
		"WorkflowsList":                func() error { _, err := c.Workflows().List(within(t)); return err },
		"WorkflowGet":                  func() error { _, err := workflow.Get(within(t)); return err },
		"WorkflowCreateRun":            func() error { _, err := workflow.CreateRun(within(t), mastra.CreateRunRequest{}); return err },
		"WorkflowStart":                func() error { _, err := do(t, c, "POST", "/workflows/approval/start?runId=r", `{}`); return err },
		"WorkflowStream":               func() error { _, err := run.Start(within(t), mastra.StartRequest{Input: number{1}}); return err },
		"WorkflowResume":               func() error { _, err := do(t, c, "POST", "/workflows/approval/resume?runId=r", `{}`); return err },
		"WorkflowResumeStream": func() error {
			_, err := do(t, c, "POST", "/workflows/approval/resume-stream?runId=r", `{}`)
			return err
		},
		"WorkflowGetRun":    func() error { _, err := run.Resume(within(t), mastra.ResumeRequest{}); return err },
		"WorkflowCancelRun": func() error { return run.Cancel(within(t)) },
		"WorkflowObserve":   func() error { _, err := run.Observe(within(t), mastra.ObserveRequest{}); return err },
		"MemoryCreateThread": func() error {
			_, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{Resource: "u"})
			return err
		},
		"MemoryListThreads":    func() error { _, err := memory.ListThreads(within(t), mastra.ListThreadsRequest{}); return err },
		"MemoryThreadGet":      func() error { _, err := memory.Thread("t").Get(within(t)); return err },
		"MemoryThreadMessages": func() error { _, err := memory.Thread("t").Messages(within(t), mastra.MessagesRequest{}); return err },
		"MemorySaveMessages":   func() error { _, err := memory.SaveMessages(within(t), []mastra.StoredMessage{message}); return err },
		"ToolsList":            func() error { _, err := c.Tools().List(within(t)); return err },
		"ToolGet":              func() error { _, err := tool.Get(within(t)); return err },
		"ToolExecute":          func() error { _, err := tool.Execute(within(t), nil); return err },
		"VectorCreateIndex": func() error {
			return vector.CreateIndex(within(t), mastra.CreateIndexRequest{Index: "a", Dimension: 2})
		},
		"VectorUpsert": func() error { return upsert(t, vector, mastra.UpsertRequest{Index: "a", Vectors: [][]float32{{1, 0}}}) },
		"VectorQuery":  func() error { return query(t, vector, mastra.QueryRequest{Index: "a", Vector: []float32{1, 0}}) },
	}
}

// refreshing gives a stale token until it is told that it was refused.
type refreshing struct {
	stale, fresh string
	refusals     atomic.Int64
}

func (r *refreshing) Token(_ context.Context, refused string) (string, error) {
	if refused == r.stale {
		r.refusals.Add(1)
	}
	if r.refusals.Load() > 0 {
		return r.fresh, nil
	}
	return r.stale, nil
}

func TestAServerThatWantsATokenRefusesEveryCallWithoutTheRightOne(t *testing.T) {
	t.Parallel()
	const token = "the-right-token"
	server := own(t, contract.Config{Token: token})

	for name, opts := range map[string][]mastra.ClientOption{"no token": nil, "a wrong token": {mastra.WithToken("a-wrong-token")}} {
		t.Run(name, func(t *testing.T) {
			c, _ := recorded(t, server.URL(), opts...)
			for operation, call := range everyCall(t, c) {
				err := call()
				if assert.ErrorIs(t, err, mastra.ErrUnauthorized, operation) {
					e := failure(t, err)
					assert.Equal(t, "Invalid or expired token", e.Message, operation)
					assert.Equal(t, 1, e.Attempts, operation)
					assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, operation)
					assert.NotContains(t, err.Error(), "a-wrong-token", operation)
					assert.Equal(t, 502, mastra.HTTPStatus(err), "the credentials are the backend's, not its caller's")
				}
			}
			require.NoError(t, c.Health(within(t)), "this needs none")
			_, err := c.Agent("plain").Generate(within(t), ask(strings.Repeat("x", 5<<20)))
			require.ErrorIs(t, err, mastra.ErrTooLarge, "the size is looked at first")
			_, err = do(t, c, "POST", "/agents/nobody/generate", `{}`)
			require.ErrorIs(t, err, mastra.ErrUnauthorized, "and the token before the body and the id")
		})
	}
	t.Run("the right token", func(t *testing.T) {
		c, _ := recorded(t, server.URL(), mastra.WithToken(token))
		res, err := c.Agent("plain").Generate(within(t), ask("hi"))
		require.NoError(t, err)
		assert.Equal(t, "You said: hi", res.Text)
		_, err = asked(t, c.Agent("plain"), "hi").Result()
		require.NoError(t, err)
	})
	t.Run("a token that is refreshed", func(t *testing.T) {
		for name, call := range map[string]func(*mastra.Client) error{
			"generate": func(c *mastra.Client) error { _, err := c.Agent("plain").Generate(within(t), ask("hi")); return err },
			"stream":   func(c *mastra.Client) error { _, err := asked(t, c.Agent("plain"), "hi").Result(); return err },
			"start": func(c *mastra.Client) error {
				_, err := c.Workflow("doubler").Start(within(t), mastra.StartRequest{Input: number{1}})
				return err
			},
			"execute": func(c *mastra.Client) error {
				_, err := c.Tool("weather").Execute(within(t), map[string]string{"city": "Rome"})
				return err
			},
			"list": func(c *mastra.Client) error { _, err := c.Agents().List(within(t)); return err },
		} {
			source := &refreshing{stale: "stale", fresh: token}
			c, _ := recorded(t, server.URL(), mastra.WithTokenSource(source))
			require.NoError(t, call(c), name)
			assert.EqualValues(t, 1, source.refusals.Load(), name)
		}
	})
	t.Run("a token that stays wrong", func(t *testing.T) {
		source := &refreshing{stale: "stale", fresh: "no better"}
		c, _ := recorded(t, server.URL(), mastra.WithTokenSource(source))
		_, err := c.Agent("plain").Generate(within(t), ask("hi"))
		require.ErrorIs(t, err, mastra.ErrUnauthorized)
		assert.Equal(t, 2, failure(t, err).Attempts)
	})
}
