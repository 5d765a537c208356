package mastra_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
)

func TestRequest_NumberThatTheServerWouldMisreadNeverLeaves(t *testing.T) {
	prompt := mastra.Prompt("hi")
	for name, do := range map[string]func(context.Context, *mastra.Client) error{
		"MaxSteps is negative": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Generate(ctx, mastra.AgentRequest{Messages: prompt, MaxSteps: -1})
			return err
		},
		"MaxSteps is negative in a network": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").NetworkStream(ctx, mastra.AgentRequest{Messages: prompt, MaxSteps: -1})
			return err
		},
		"MaxSteps is negative in a resume": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ResumeStream(ctx, mastra.ResumeAgentRequest{RunID: "r", Data: 1, MaxSteps: -1})
			return err
		},
		"MaxIdle is negative": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Stream(ctx, mastra.AgentRequest{Messages: prompt, UntilIdle: &mastra.UntilIdle{MaxIdle: -1 * time.Millisecond}})
			return err
		},
		"MaxIdle is negative in a resume": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ResumeStream(ctx, mastra.ResumeAgentRequest{RunID: "r", Data: 1, UntilIdle: &mastra.UntilIdle{MaxIdle: -1 * time.Millisecond}})
			return err
		},
		"a page of suspended runs": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ListSuspendedRuns(ctx, mastra.ListSuspendedRunsRequest{Page: -1})
			return err
		},
		"a page of suspended runs without a size": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ListSuspendedRuns(ctx, mastra.ListSuspendedRunsRequest{Page: 1})
			return err
		},
		"a page of runs": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Workflow("w").ListRuns(ctx, mastra.ListRunsRequest{PerPage: -1})
			return err
		},
		"a page of runs without a size": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Workflow("w").ListRuns(ctx, mastra.ListRunsRequest{Page: 1})
			return err
		},
		"a page of threads": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").ListThreads(ctx, mastra.ListThreadsRequest{PerPage: -1})
			return err
		},
		"a page of messages": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").Thread("t").ListMessages(ctx, mastra.ListMessagesRequest{Page: -1})
			return err
		},
		"the size of pages that are walked": func(ctx context.Context, c *mastra.Client) error {
			return drain(c.Memory("a").Thread("t").Messages(ctx, mastra.ListMessagesRequest{PerPage: -1}))
		},
		"the size of pages of threads that are walked": func(ctx context.Context, c *mastra.Client) error {
			return drain(c.Memory("a").Threads(ctx, mastra.ListThreadsRequest{PerPage: -1}))
		},
		"the size of pages of runs that are walked": func(ctx context.Context, c *mastra.Client) error {
			return drain(c.Workflow("w").Runs(ctx, mastra.ListRunsRequest{PerPage: -1}))
		},
		"the limit of a search": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").Search(ctx, mastra.SearchRequest{Query: "q", ResourceID: "r", Limit: -1})
			return err
		},
		"the limit of observations": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").ListObservations(ctx, mastra.ListObservationsRequest{Limit: -1})
			return err
		},
		"the messages of a clone": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").Thread("t").Clone(ctx, mastra.CloneThreadRequest{Options: &mastra.CloneOptions{Last: -1}})
			return err
		},
		"TopK is negative": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Vector("v").Query(ctx, mastra.QueryRequest{Index: "i", Vector: []float32{1}, TopK: -1})
			return err
		},
	} {
		rt := play(answer(200, `{}`))
		err := do(t.Context(), inMemory(t, rt))
		assert.ErrorContains(t, err, "mastra: ", name)
		assert.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		assert.Zero(t, rt.attempts(), name)
	}
}

func TestRefusal_NamesWhatIsMissingAndSendsNothing(t *testing.T) {
	prompt := mastra.Prompt("hi")
	for want, do := range map[string]func(context.Context, *mastra.Client) error{
		"the agent id is empty": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("").Status(ctx)
			return err
		},
		"a client tool has no name": func(ctx context.Context, c *mastra.Client) error {
			nameless := mastra.NewClientTool("", "", func(context.Context, struct{}) (string, error) { return "", nil })
			_, err := c.Agent("a").Generate(ctx, mastra.AgentRequest{Messages: prompt, ClientTools: []mastra.ClientTool{nameless}})
			return err
		},
		"AgentRequest.Memory.ThreadID is empty": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Generate(ctx, mastra.AgentRequest{Messages: prompt, Memory: &mastra.MemoryRef{ResourceID: "u"}})
			return err
		},
		"CreateThreadRequest.ResourceID is empty": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").CreateThread(ctx, mastra.CreateThreadRequest{})
			return err
		},
		"SearchRequest.ResourceID is empty": func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").Search(ctx, mastra.SearchRequest{Query: "q"})
			return err
		},
	} {
		rt := play(answer(200, `{}`))
		err := do(t.Context(), inMemory(t, rt))
		assert.ErrorContains(t, err, want)
		assert.ErrorIs(t, err, mastra.ErrInvalidInput, want)
		assert.Zero(t, rt.attempts(), want)
	}
}

// The server reads the size of a page only where it is told the page.
func TestRequest_FirstPageIsAskedForByItsNumber(t *testing.T) {
	rt := play(answer(200, `{"runs":[],"total":0}`))
	_, err := inMemory(t, rt).Agent("a").ListSuspendedRuns(t.Context(), mastra.ListSuspendedRunsRequest{PerPage: 5})
	require.NoError(t, err)
	_, err = inMemory(t, rt).Workflow("w").ListRuns(t.Context(), mastra.ListRunsRequest{PerPage: 5})
	require.NoError(t, err)
	for _, req := range rt.seen {
		assert.Equal(t, "page=0&perPage=5", req.URL.RawQuery)
	}
}

func TestVector_ListsAreAsLongAsTheVectors(t *testing.T) {
	rt := play(answer(200, `{"ids":[]}`))
	v := inMemory(t, rt).Vector("v")
	for _, req := range []mastra.UpsertRequest{
		{Index: "i"},
		{Index: "i", Vectors: [][]float32{{1}}, IDs: []string{}},
		{Index: "i", Vectors: [][]float32{{1}}, IDs: []string{"a", "b"}},
		{Index: "i", Vectors: [][]float32{{1}}, Metadata: []map[string]any{{}, {}}},
	} {
		_, err := v.Upsert(t.Context(), req)
		assert.ErrorContains(t, err, "UpsertRequest")
	}
	assert.Zero(t, rt.attempts())
	ids := []string(nil)
	_, err := v.Upsert(t.Context(), mastra.UpsertRequest{Index: "i", Vectors: [][]float32{{1}, {2}}})
	require.NoError(t, err)
	sent := decode[struct{ IDs []string }](t, []byte(rt.bodies[0]))
	assert.Len(t, sent.IDs, 2, "the client makes the ids, so that a repetition does no harm")
	assert.NotEqual(t, sent.IDs[0], sent.IDs[1])
	assert.Nil(t, ids)
}

// An empty list or object means something else than none at all.
func TestRequest_EmptyIsNotTheSameAsAbsent(t *testing.T) {
	rt := play(answer(200, `{"text":"x","id":"t"}`))
	client := inMemory(t, rt)
	_, err := client.Agent("a").Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi"), ActiveTools: []string{}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"messages":[{"role":"user","content":"hi"}],"activeTools":[]}`, rt.bodies[0], "no tools at all")
	thread := client.Memory("a").Thread("t")
	empty := ""
	_, err = thread.Update(t.Context(), mastra.UpdateThreadRequest{Metadata: map[string]any{}, Title: &empty})
	require.NoError(t, err)
	assert.JSONEq(t, `{"metadata":{},"title":""}`, rt.bodies[1], "both are taken away")
	_, err = thread.Update(t.Context(), mastra.UpdateThreadRequest{})
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, rt.bodies[2])
	_, err = client.Agent("a").Tool("t").Execute(t.Context(), json.RawMessage(`null`))
	require.NoError(t, err)
	assert.JSONEq(t, `{"data":null}`, rt.bodies[3], "what is given goes out as it is")
}

func TestExtra_CarriesWhatIsNotModelledAndNothingElse(t *testing.T) {
	type extra = map[string]any
	for _, tt := range []struct {
		name   string
		fields []string
		do     func(context.Context, *mastra.Client, extra) error
	}{
		{"AgentRequest", []string{"messages", "untilIdle", "requestContext"}, func(ctx context.Context, c *mastra.Client, x extra) error {
			_, err := c.Agent("a").Generate(ctx, mastra.AgentRequest{Messages: mastra.Prompt("hi"), Extra: x})
			return err
		}},
		{"AgentRequest until idle", []string{"messages", "maxIdleMs"}, func(ctx context.Context, c *mastra.Client, x extra) error {
			_, err := c.Agent("a").Stream(ctx, mastra.AgentRequest{Messages: mastra.Prompt("hi"), UntilIdle: &mastra.UntilIdle{}, Extra: x})
			return err
		}},
		{"ApproveRequest", []string{"runId", "model"}, func(ctx context.Context, c *mastra.Client, x extra) error {
			_, err := c.Agent("a").Approve(ctx, mastra.ApproveRequest{RunID: "r", ToolCallID: "t", Extra: x})
			return err
		}},
		{"DeclineRequest", []string{"runId", "reason"}, func(ctx context.Context, c *mastra.Client, x extra) error {
			_, err := c.Agent("a").Decline(ctx, mastra.DeclineRequest{RunID: "r", ToolCallID: "t", Extra: x})
			return err
		}},
		{"ResumeAgentRequest", []string{"resumeData", "requestContext"}, func(ctx context.Context, c *mastra.Client, x extra) error {
			_, err := c.Agent("a").ResumeStream(ctx, mastra.ResumeAgentRequest{RunID: "r", Data: 1, Extra: x})
			return err
		}},
		{"StartRequest", []string{"inputData", "tracingOptions"}, func(ctx context.Context, c *mastra.Client, x extra) error {
			_, err := workflows.New(c).StartAsync(ctx, "w", "r", mastra.StartRequest{Extra: x})
			return err
		}},
		{"TimeTravelRequest", []string{"step", "context"}, func(ctx context.Context, c *mastra.Client, x extra) error {
			return c.Workflow("w").Run("r").TimeTravelDetached(ctx, mastra.TimeTravelRequest{Path: []string{"s"}, Extra: x})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := play(answer(200, `{"text":"x","status":"success"}`), answer(200, "data: [DONE]\n\n", "Content-Type", "text/event-stream"))
			if tt.name == "AgentRequest until idle" || tt.name == "ResumeAgentRequest" {
				rt.steps = rt.steps[1:]
			}
			client := inMemory(t, rt)
			for _, field := range tt.fields {
				err := tt.do(t.Context(), client, extra{field: 1})
				assert.ErrorContains(t, err, field)
			}
			assert.Zero(t, rt.attempts())
			require.NoError(t, tt.do(t.Context(), client, extra{"later": extra{"a": []int{1}}}))
			assert.JSONEq(t, `{"a":[1]}`, string(decode[map[string]json.RawMessage](t, []byte(rt.bodies[0]))["later"]))
		})
	}
}

// The longest of times is a number of milliseconds too.
func TestUntilIdle_TheLongestTimeIsSent(t *testing.T) {
	for given, want := range map[time.Duration]string{1: "1", time.Millisecond: "1", time.Millisecond + 1: "2", math.MaxInt64: "9223372036855"} {
		rt := play(answer(200, "data: [DONE]\n\n", "Content-Type", "text/event-stream"))
		s, err := inMemory(t, rt).Agent("a").Stream(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi"), UntilIdle: &mastra.UntilIdle{MaxIdle: given}})
		require.NoError(t, err)
		s.Close()
		assert.Contains(t, rt.bodies[0], `"maxIdleMs":`+want+`}`)
	}
}
