package mastra_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// stored is a value as another process reads it.
func stored[T any](t testing.TB, v T) T {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return decode[T](t, text)
}

const twoVases = "tool:delicate {\"what\":\"vase\"}\ntool:weather {\"city\":\"Rome\"}\ntool:delicate {\"what\":\"cup\"}"

func TestApproval_IsGivenByAnotherProcess(t *testing.T) {
	mock := mockserver.Start(t)
	for name, ask := range ways {
		t.Run(name, func(t *testing.T) {
			res, err := ask(t.Context(), dial(t, mock.URL).Agent("assistant"), asking(twoVases))
			require.NoError(t, err)
			assert.Equal(t, mastra.FinishSuspended, res.FinishReason)
			var answered []string
			for len(res.Pending()) > 0 { // one after the other
				require.Len(t, res.Pending(), 1)
				p := stored(t, res.Pending()[0])
				assert.Equal(t, res.Pending()[0], p)
				assert.Equal(t, mastra.PendingApproval, p.Kind)
				assert.Equal(t, "delicate", p.ToolName)
				assert.NotEmpty(t, p.ResumeSchema)
				answered = append(answered, string(p.Args))

				other := dial(t, mock.URL).Agent("assistant")
				if len(answered) == 1 {
					res, err = other.Approve(t.Context(), mastra.ApproveRequest{Pending: &p})
				} else {
					res, err = other.Decline(t.Context(), mastra.DeclineRequest{Pending: &p, Reason: "too thin"})
				}
				require.NoError(t, err)
			}
			assert.Equal(t, []string{`{"what":"vase"}`, `{"what":"cup"}`}, answered)
			assert.Contains(t, res.Text, `"done":"vase"`)
			assert.Contains(t, res.Text, `too thin`)
		})
	}
}

func TestAgentResume_AnswersAToolFromAnotherProcess(t *testing.T) {
	mock := mockserver.Start(t)
	s, err := dial(t, mock.URL).Agent("assistant").Stream(t.Context(), asking(`tool:ask-user {"question":"why?"}`))
	require.NoError(t, err)
	waits, err := s.Pending()
	require.NoError(t, err)
	require.Len(t, waits, 1)
	p := stored(t, waits[0])
	assert.Equal(t, waits[0], p)
	assert.Equal(t, mastra.PendingSuspended, p.Kind)
	assert.JSONEq(t, `{"question":"why?"}`, string(p.SuspendPayload))
	assert.Contains(t, string(p.ResumeSchema), "answer")

	s, err = dial(t, mock.URL).Agent("assistant").ResumeStream(t.Context(), mastra.ResumeAgentRequest{
		Pending: &p, Data: map[string]string{"answer": "because"},
	})
	require.NoError(t, err)
	res, err := s.Result()
	require.NoError(t, err)
	assert.Contains(t, res.Text, "because")

	_, err = dial(t, mock.URL).Agent("assistant").ResumeStream(t.Context(), mastra.ResumeAgentRequest{RunID: p.RunID, Data: 1})
	assert.ErrorIs(t, err, mastra.ErrNotSuspended, "it was answered")
}

func TestSuspendedRuns_AreFoundAndAnswered(t *testing.T) {
	client, _ := onMock(t)
	agent := client.Agent("assistant")
	for _, user := range []string{"ann", "bob"} {
		req := asking(`tool:delicate {"what":"` + user + `'s vase"}`)
		req.Memory = &mastra.MemoryRef{ThreadID: "of-" + user, ResourceID: user}
		_, err := agent.Generate(t.Context(), req)
		require.NoError(t, err)
	}
	page, err := agent.ListSuspendedRuns(t.Context(), mastra.ListSuspendedRunsRequest{ResourceID: "bob"})
	require.NoError(t, err)
	require.Len(t, page.Runs, 1)
	require.Len(t, page.Runs[0].ToolCalls, 1)
	call := page.Runs[0].ToolCalls[0]
	assert.True(t, call.RequiresApproval)
	res, err := agent.Approve(t.Context(), mastra.ApproveRequest{RunID: page.Runs[0].RunID, ToolCallID: call.ToolCallID})
	require.NoError(t, err)
	assert.Contains(t, res.Text, "bob's vase")
	page, err = agent.ListSuspendedRuns(t.Context(), mastra.ListSuspendedRunsRequest{ResourceID: "bob"})
	require.NoError(t, err)
	assert.Empty(t, page.Runs)
	page, err = agent.ListSuspendedRuns(t.Context(), mastra.ListSuspendedRunsRequest{})
	require.NoError(t, err)
	assert.Len(t, page.Runs, 1, "ann's waits still")
}

// why is what the steps of the workflow review suspend with.
type why struct {
	Reason            string   `json:"reason"`
	RequiredApprovers []string `json:"requiredApprovers"`
	Urgency           string   `json:"urgency"`
}

func TestResume_DependsOnWhatTheSuspensionSays(t *testing.T) {
	mock := mockserver.Start(t)
	state, err := dial(t, mock.URL).Workflow("review").Start(t.Context(), mastra.StartRequest{Input: map[string]int{"n": 1}})
	require.NoError(t, err)
	require.Len(t, state.Suspensions(), 2)
	waiting := stored(t, state.Suspensions())
	assert.Equal(t, state.Suspensions(), waiting)

	review := dial(t, mock.URL).Workflow("review")
	resume := func(who string, urgent bool) (resumed int) {
		for _, s := range waiting {
			var w why
			require.NoError(t, json.Unmarshal(s.Payload, &w))
			if !slices.Contains(w.RequiredApprovers, who) || (w.Urgency == "high") != urgent {
				continue
			}
			resumed++
			state, err = review.Resume(t.Context(), s.RunID, mastra.ResumeRequest{Suspension: &s, Data: map[string]bool{"approved": who == "ann"}})
			require.NoError(t, err)
		}
		return resumed
	}
	assert.Zero(t, resume("cleo", true), "hers is not urgent")
	assert.Equal(t, 1, resume("ann", true))
	assert.Equal(t, mastra.RunSuspended, state.Status)
	require.Len(t, state.Suspensions(), 1)
	assert.Equal(t, "right", state.Suspensions()[0].Step)

	_, err = review.Resume(t.Context(), state.RunID, mastra.ResumeRequest{Suspension: &waiting[0], Data: map[string]bool{"approved": false}})
	assert.ErrorIs(t, err, mastra.ErrNotSuspended, "ann has answered")
	assert.Equal(t, 1, resume("cleo", false))
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.JSONEq(t, `{"left":{"approved":true},"right":{"approved":false}}`, string(state.Result))
}

func TestResume_NamesItsSuspensionByStepPathOrItem(t *testing.T) {
	client, _ := onMock(t)
	for _, tt := range []struct {
		name, workflow string
		input          any
		answer         mastra.ResumeRequest
		step           string
		index          *int
		status         mastra.RunStatus
		result         string
	}{
		{"the only step", "approval", map[string]int{"n": 2}, mastra.ResumeRequest{}, "approve", nil, mastra.RunSuccess, `{"n":4,"approved":true}`},
		{"a step by name", "approval", map[string]int{"n": 2}, mastra.ResumeRequest{Step: "approve"}, "approve", nil, mastra.RunSuccess, `{"n":4,"approved":true}`},
		{"a step of several", "review", map[string]int{"n": 2}, mastra.ResumeRequest{Step: "right"}, "right", nil, mastra.RunSuspended, ``},
		{"a path", "outer", map[string]int{"n": 2}, mastra.ResumeRequest{Step: "approval.approve"}, "approval.approve", nil, mastra.RunSuccess, `{"n":4,"approved":true}`},
		{"a nested workflow", "outer", map[string]int{"n": 2}, mastra.ResumeRequest{Step: "approval"}, "approval.approve", nil, mastra.RunSuccess, `{"n":4,"approved":true}`},
		{"an item", "fan", []int{1, -2, 3, -4}, mastra.ResumeRequest{Step: "twice", ForEachIndex: new(1), Data: map[string]int{"value": 5}}, "twice", new(1), mastra.RunSuspended, ``},
		{"the item that waits", "fan", []int{1, -2}, mastra.ResumeRequest{Data: map[string]int{"value": 5}}, "twice", new(1), mastra.RunSuccess, `{"big":{"size":"big","sum":12}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			workflow := client.Workflow(tt.workflow)
			state, err := workflow.Start(t.Context(), mastra.StartRequest{Input: tt.input})
			require.NoError(t, err)
			at := slices.IndexFunc(state.Suspensions(), func(s mastra.Suspension) bool { return s.Step == tt.step })
			require.GreaterOrEqual(t, at, 0)
			assert.Equal(t, tt.index, state.Suspensions()[at].ForEachIndex)
			assert.NotContains(t, string(state.Suspensions()[at].Payload), "__workflow_meta")
			if tt.answer.Data == nil {
				tt.answer.Data = map[string]bool{"approved": true}
			}
			state, err = workflow.Resume(t.Context(), state.RunID, tt.answer)
			require.NoError(t, err)
			assert.Equal(t, tt.status, state.Status)
			if tt.result != "" {
				assert.JSONEq(t, tt.result, string(state.Result))
			}
		})
	}
	state, err := client.Workflow("review").Start(t.Context(), mastra.StartRequest{Input: map[string]int{"n": 2}})
	require.NoError(t, err)
	_, err = client.Workflow("review").Resume(t.Context(), state.RunID, mastra.ResumeRequest{Data: map[string]bool{"approved": true}})
	assert.ErrorIs(t, err, mastra.ErrInvalidInput, "which of the two?")
}
