package contract_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// A conversation that the caller keeps, of a run that waited for an approval: the next
// turn's model sees the call and what became of it.
func TestConversation_OfARunThatWasAnswered(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	ctx := context.Background()
	whole := func(s *mastra.AgentStream, err error) (*mastra.AgentResult, error) {
		if err != nil {
			return nil, err
		}
		defer s.Close()
		return s.Result()
	}
	for name, answer := range map[string]func(*mastra.Agent, mastra.Pending, mastra.Messages) (*mastra.AgentResult, error){
		"Approve": func(a *mastra.Agent, p mastra.Pending, asked mastra.Messages) (*mastra.AgentResult, error) {
			return a.Approve(ctx, mastra.ApproveRequest{Pending: &p, Messages: asked})
		},
		"ApproveStream": func(a *mastra.Agent, p mastra.Pending, asked mastra.Messages) (*mastra.AgentResult, error) {
			return whole(a.ApproveStream(ctx, mastra.ApproveRequest{Pending: &p, Messages: asked}))
		},
		"Resume": func(a *mastra.Agent, p mastra.Pending, asked mastra.Messages) (*mastra.AgentResult, error) {
			return a.Resume(ctx, mastra.ResumeAgentRequest{Pending: &p, Data: map[string]bool{"approved": true}, Messages: asked})
		},
	} {
		for _, agentID := range []string{"scripted", "lasting"} {
			for _, told := range []bool{true, false} {
				title := agentID + ", " + name
				if !told {
					title += ", without the messages"
				}
				t.Run(title, func(t *testing.T) {
					t.Parallel()
					c, _ := recorded(t, url)
					agent := c.Agent(agentID)
					req := ask(`[[{"text":["one"]},{"call":"delicate","args":["{\"what\":\"b\"}"]}],[{"text":["two"]}]]`)
					req.Messages = append(mastra.Messages{mastra.System("Be brief")}, req.Messages...)
					res, err := agent.Generate(within(t), req)
					require.NoError(t, err)
					require.Len(t, res.Pending(), 1)
					var asked mastra.Messages
					if told {
						asked = res.Asked()
					}
					res, err = answer(agent, res.Pending()[0], asked)
					require.NoError(t, err)
					conversation, err := res.Conversation()
					require.NoError(t, err)
					if !told && (name == "Approve" && agentID == "scripted" || name != "Approve" && agentID == "lasting") {
						assert.Nil(t, conversation, "its beginning is not known")
						return
					}
					next := ask(`[[{"seen":true}]]`)
					if told {
						assert.Equal(t, mastra.RoleSystem, roleOf(t, conversation[0]))
					}
					next.Messages = append(conversation, next.Messages...)
					res, err = agent.Generate(within(t), next)
					require.NoError(t, err)
					assert.Equal(t, []string{`delicate {"what":"b"} = json {"done":"b"}`}, seenCalls(t, res.Text))
				})
			}
		}
	}
}

func roleOf(t testing.TB, m mastra.Message) (role mastra.Role) {
	t.Helper()
	text, err := json.Marshal(m)
	require.NoError(t, err)
	var is struct{ Role mastra.Role }
	require.NoError(t, json.Unmarshal(text, &is))
	return is.Role
}
