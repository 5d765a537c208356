package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

const oneLookup = `[[{"text":["one"]},{"call":"lookup","args":["{\"id\":1}"]}],[{"text":["two"]},{"call":"lookup","args":["{\"id\":2}"]}],[{"seen":true}]]`

// remembering is the memory of those agents of the extra world that have one.
func remembering(agentID string) *mastra.MemoryRef {
	if agentID == "recalling" || agentID == "enduring" {
		return &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	}
	return nil
}

func TestClientTool_ModelMayBeToldSomethingElse(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	type found struct {
		Order int `json:"order"`
	}
	find := func(_ context.Context, in order) (found, error) { return found{in.ID}, nil }
	for name, tt := range map[string]struct {
		as   func(found) any
		want string
	}{
		"text":       {func(f found) any { return fmt.Sprint("number ", f.Order) }, `text "number %d"`},
		"JSON":       {func(f found) any { return []int{f.Order} }, `json [%d]`},
		"an output":  {func(found) any { return mastra.ToolOutput{Type: "error-text", Value: json.RawMessage(`"none"`)} }, `error-text "none"`},
		"as it came": {func(f found) any { return f }, `json {"order":%d}`},
	} {
		for _, agentID := range []string{"scripted", "recalling", "lasting", "enduring"} {
			for way, run := range toEnd {
				t.Run(agentID+", "+way+", "+name, func(t *testing.T) {
					t.Parallel()
					c, _ := recorded(t, url)
					req := ask(oneLookup)
					req.Memory = remembering(agentID)
					req.ClientTools = []mastra.ClientTool{mastra.NewClientTool("lookup", "", find, mastra.ToModel(tt.as))}
					res, err := run(within(t), c.Agent(agentID), req)
					require.NoError(t, err)
					require.Len(t, res.ToolResults, 2)
					assert.JSONEq(t, `{"order":2}`, string(res.ToolResults[1].Result), "the caller is told all")
					var want []string
					for id := range 2 {
						text := tt.want
						if name != "an output" {
							text = fmt.Sprintf(tt.want, id+1)
						}
						want = append(want, fmt.Sprintf(`lookup {"id":%d} = %s`, id+1, text))
					}
					assert.Equal(t, want, seenCalls(t, res.Text[len("onetwo"):]))
					if req.Memory != nil {
						page, err := c.Memory(agentID).ForResource(req.Memory.ResourceID).Thread(req.Memory.ThreadID).ListMessages(within(t), mastra.ListMessagesRequest{})
						require.NoError(t, err)
						stored, err := json.Marshal(page.Messages)
						require.NoError(t, err)
						assert.Contains(t, string(stored), `"result":{"order":1}`, "and so is the thread")
					}
				})
			}
		}
	}
}

func TestClientTool_ItsTimeIsToldToTheTrace(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	for way, run := range toEnd {
		for _, agentID := range []string{"scripted", "lasting"} {
			t.Run(way+", "+agentID, func(t *testing.T) {
				t.Parallel()
				c, r := recorded(t, url)
				req := ask(oneLookup)
				var tool counting
				req.ClientTools = []mastra.ClientTool{tool.tool()}
				_, err := run(within(t), c.Agent(agentID), req)
				require.NoError(t, err)
				exchanges := r.Exchanges()
				require.Len(t, exchanges, 3)
				for _, x := range exchanges[1:] {
					var sent struct {
						Messages []struct {
							Role    string
							Content json.RawMessage
						}
					}
					require.NoError(t, json.Unmarshal(x.RequestBody, &sent))
					last := sent.Messages[len(sent.Messages)-1]
					require.Equal(t, "tool", last.Role)
					var parts []struct {
						Observed struct {
							ParentContext struct{ Traceparent string }
							Payload       map[string]any
						} `json:"__mastraObservability"`
					}
					require.NoError(t, json.Unmarshal(last.Content, &parts))
					require.Len(t, parts, 1)
					assert.Regexp(t, `^00-[0-9a-f]{32}-[0-9a-f]{16}-01$`, parts[0].Observed.ParentContext.Traceparent)
					assert.Equal(t, "lookup", parts[0].Observed.Payload["toolName"])
					assert.Contains(t, parts[0].Observed.Payload, "executionDurationMs")
				}
			})
		}
	}
}

// A tool that is declared only is left to the caller, together with the others that are
// called at the same time.
func TestClientTool_ThatIsDeclaredWaitsForItsResult(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	script := `[[{"text":["one"]},{"call":"lookup","args":["{\"id\":1}"]}],[{"text":["two"]},{"call":"lookup","args":["{\"id\":2}"]},{"call":"sign","args":["{\"name\":\"ann\"}"]}],[{"seen":true}]]`
	schema, err := mastra.SchemaOf[struct {
		Name string `json:"name"`
	}]()
	require.NoError(t, err)
	for _, agentID := range []string{"scripted", "recalling", "lasting", "enduring"} {
		for way, run := range toEnd {
			t.Run(agentID+", "+way, func(t *testing.T) {
				t.Parallel()
				c, _ := recorded(t, url)
				var tool counting
				req := ask(script)
				req.Memory = remembering(agentID)
				req.ClientTools = []mastra.ClientTool{tool.tool(), mastra.DeclareClientTool("sign", "Has a person sign", schema)}
				res, err := run(within(t), c.Agent(agentID), req)
				require.NoError(t, err)
				require.Len(t, res.Pending(), 2)
				assert.Equal(t, []string{"1"}, tool.saw)

				req.Messages = nil
				if req.Memory == nil {
					req.Messages, err = res.Conversation()
					require.NoError(t, err)
				}
				for _, p := range res.Pending() {
					require.Equal(t, mastra.PendingClientTool, p.Kind)
					req.Messages = append(req.Messages, mastra.ToolMessage(p, map[string]string{"by": p.ToolName}))
				}
				res, err = run(within(t), c.Agent(agentID), req)
				require.NoError(t, err)
				assert.Equal(t, []string{
					`lookup {"id":1} = json {"order":1}`, `lookup {"id":2} = json {"by":"lookup"}`, `sign {"name":"ann"} = json {"by":"sign"}`,
				}, seenCalls(t, res.Text))
			})
		}
	}
}
