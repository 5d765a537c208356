package contract_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestPending_IsStoredAndAnsweredOneAfterTheOther(t *testing.T) {
	t.Parallel()
	c := client(t)
	text := "tool:delicate {\"what\":\"vase\"}\ntool:weather {\"city\":\"Rome\"}\ntool:delicate {\"what\":\"cup\"}"
	for name, run := range toEnd {
		t.Run(name, func(t *testing.T) {
			res, err := run(within(t), c.Agent("assistant"), ask(text))
			require.NoError(t, err)
			var answered []string
			for len(res.Pending()) > 0 {
				require.Len(t, res.Pending(), 1)
				p := stored(t, res.Pending()[0])
				assert.Equal(t, res.Pending()[0], p)
				assert.Equal(t, mastra.PendingApproval, p.Kind)
				assert.NotEmpty(t, p.ResumeSchema)
				answered = append(answered, string(p.Args))
				other := client(t).Agent("assistant")
				if len(answered) == 1 {
					res, err = other.Approve(within(t), approve(p))
				} else {
					res, err = other.Decline(within(t), decline(p, "too thin"))
				}
				require.NoError(t, err)
			}
			assert.Equal(t, []string{`{"what":"vase"}`, `{"what":"cup"}`}, answered)
			assert.Contains(t, res.Text, `"done":"vase"`)
			assert.Contains(t, res.Text, "too thin")
		})
	}
}

func TestResume_DependsOnWhatTheSuspensionSays(t *testing.T) {
	t.Parallel()
	state, err := client(t).Workflow("review").Start(within(t), mastra.StartRequest{Input: number{1}})
	require.NoError(t, err)
	waiting := stored(t, state.Suspensions())
	require.Len(t, waiting, 2)
	review := client(t).Workflow("review")
	resume := func(who string, urgent bool) (resumed int) {
		for _, s := range waiting {
			var why struct {
				Urgency           string
				RequiredApprovers []string
			}
			require.NoError(t, json.Unmarshal(s.Payload, &why))
			if !slices.Contains(why.RequiredApprovers, who) || (why.Urgency == "high") != urgent {
				continue
			}
			resumed++
			state, err = review.Resume(within(t), s.RunID, mastra.ResumeRequest{Suspension: &s, Data: map[string]bool{"approved": who == "ann"}})
			require.NoError(t, err)
		}
		return resumed
	}
	assert.Zero(t, resume("cleo", true))
	assert.Equal(t, 1, resume("ann", true))
	require.Len(t, state.Suspensions(), 1)
	_, err = review.Resume(within(t), state.RunID, mastra.ResumeRequest{Suspension: &waiting[0], Data: map[string]bool{"approved": false}})
	require.ErrorIs(t, err, mastra.ErrNotSuspended, "ann has answered")
	assert.Equal(t, 1, resume("cleo", false))
	assert.JSONEq(t, `{"left":{"approved":true},"right":{"approved":false}}`, string(state.Result))
}

func TestClientTool_MayBeGivenWithAnAnswer(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	none := []mastra.ClientTool{mastra.NewClientTool("unused", "", func(context.Context, struct{}) (int, error) { return 0, nil })}
	req := approve(waiting(t, agent, vase))
	req.ClientTools = none
	res, err := agent.Approve(within(t), req)
	require.NoError(t, err)
	assert.Equal(t, saidVase, res.Text)
}
