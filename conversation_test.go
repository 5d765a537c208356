package mastra_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// A conversation that the caller keeps: each turn is asked with what was said before,
// and the model sees all of it, what instructs it among it.
func TestConversation_IsWhatTheNextTurnIsAskedWith(t *testing.T) {
	for _, durable := range []bool{false, true} {
		bothWays(t, func(t *testing.T, run runner) {
			var saw []string
			weather := mockserver.NewTool("weather", "", func(*mockserver.ToolCall, struct{}) (string, error) { return "rain", nil })
			client, _ := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "a", Durable: durable, Instructions: "Obey", Tools: []mockserver.Tool{weather},
				Model: func(_ context.Context, c *mockserver.ModelCall) error {
					saw = nil
					for _, m := range c.Prompt {
						saw = append(saw, string(m.Role)+" "+m.Text)
					}
					if c.Prompt[len(c.Prompt)-1].Role == mockserver.RoleUser && strings.Contains(c.LastUserText(), "weather") {
						c.Call("weather", struct{}{})
						return nil
					}
					c.Text("answer to " + c.LastUserText())
					return nil
				}}))
			messages := mastra.Messages{mastra.System("Be brief"), mastra.User("one")}
			var res *mastra.AgentResult
			for _, next := range []string{"weather", "three", ""} {
				var err error
				res, err = run(t.Context(), client.Agent("a"), mastra.AgentRequest{Messages: messages})
				require.NoError(t, err)
				assert.Equal(t, messages, res.Asked())
				messages, err = res.Conversation()
				require.NoError(t, err)
				if durable && messages == nil {
					return // of its stream, nobody is told
				}
				messages = append(messages, mastra.User(next))
			}
			assert.Equal(t, "answer to three", res.Text)
			assert.Equal(t, []string{"system Obey", "system Be brief", "user one", "assistant answer to one", "user weather", "assistant ", "tool ",
				"assistant answer to weather", "user three"}, saw)
		})
	}
}

func TestConversation_OfNothingThatIsKnownIsNone(t *testing.T) {
	for _, res := range []*mastra.AgentResult{nil, {}} {
		messages, err := res.Conversation()
		require.NoError(t, err)
		assert.Nil(t, messages)
		assert.Nil(t, res.Asked())
	}
	messages, err := (&mastra.AgentResult{Raw: []byte(`7`)}).Conversation()
	require.Error(t, err)
	assert.Nil(t, messages)
}

// An answer that does not tell its messages leaves what was asked.
func TestConversation_OfAnAnswerWithoutMessagesIsTheQuestion(t *testing.T) {
	c := inMemory(t, play(answer(200, `{"text":"hi"}`)))
	res, err := c.Agent("a").Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Messages{mastra.System("Be brief"), mastra.User("one")}})
	require.NoError(t, err)
	messages, err := res.Conversation()
	require.NoError(t, err)
	require.Len(t, messages, 2)
	text, err := json.Marshal(messages)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"role":"system","content":"Be brief"},{"role":"user","content":"one"}]`, string(text))
}
