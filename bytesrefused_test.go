package mastra_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// A []byte where any value is taken would become base64 without a word.
func TestBytes_WhereJSONIsMeantAreRefused(t *testing.T) {
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was sent", r.URL.Path) })
	text := []byte(`{"city":"Rome"}`)
	agent := c.Agent("a")
	for name, do := range map[string]func() error{
		"StartRequest.Input": func() error {
			_, err := c.Workflow("w").Start(t.Context(), mastra.StartRequest{Input: text})
			return err
		},
		"Tool.Execute": func() error { _, err := c.Tool("t").Execute(t.Context(), text); return err },
		"ExecuteTool":  func() error { _, err := mastra.ExecuteTool[string](t.Context(), agent.Tool("t"), text); return err },
		"Resume's Data": func() error {
			_, err := agent.Resume(t.Context(), mastra.ResumeAgentRequest{RunID: "r", Data: text})
			return err
		},
		"SendToolApproval": func() error {
			_, err := agent.SendToolApproval(t.Context(), mastra.ToolApprovalRequest{ThreadID: "t", ResourceID: "u", ToolCallID: "c", Data: text})
			return err
		},
		"ToolMessage": func() error {
			_, err := agent.Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Messages{mastra.ToolMessage(mastra.Pending{ToolCallID: "c", ToolName: "t"}, text)}})
			return err
		},
		"Extra": func() error {
			_, err := agent.Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi"), Extra: map[string]any{"k": text}})
			return err
		},
		"RequestContext": func() error {
			_, err := agent.Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi"), RequestContext: map[string]any{"k": text}})
			return err
		},
		"WithRequestContext": func() error { return generate(t.Context(), c, mastra.WithRequestContext(map[string]any{"k": text})) },
	} {
		err := do()
		require.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		assert.ErrorContains(t, err, "is a []byte; for JSON make it a json.RawMessage", name)
	}
}
