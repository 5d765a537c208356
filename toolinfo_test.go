package mastra_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// bare checks that a schema is one, and not its text or envelope.
func bare(t *testing.T, s mastra.Schema, where string) int {
	t.Helper()
	if s == nil {
		return 0
	}
	var schema struct {
		Schema     string                     `json:"$schema"`
		Type       json.RawMessage            `json:"type"`
		Properties map[string]json.RawMessage `json:"properties"`
		JSON       json.RawMessage            `json:"json"`
		Def        json.RawMessage            `json:"def"`
	}
	require.NoError(t, json.Unmarshal(s, &schema), where)
	assert.Nil(t, schema.JSON, where)
	if schema.Def != nil {
		return 0 // the server sends its validator's own form
	}
	assert.True(t, schema.Type != nil || schema.Schema != "", "%s: %s", where, s)
	return 1
}

func TestSchema_OfToolsAndWorkflowsIsBare(t *testing.T) {
	met := 0
	tool := func(info mastra.ToolInfo) {
		for name, s := range map[string]mastra.Schema{
			"input": info.InputSchema, "output": info.OutputSchema, "suspend": info.SuspendSchema, "resume": info.ResumeSchema, "context": info.RequestContextSchema,
		} {
			met += bare(t, s, info.ID+" "+name)
		}
	}
	workflow := func(info mastra.WorkflowInfo) {
		met += bare(t, info.InputSchema, info.Name) + bare(t, info.OutputSchema, info.Name) + bare(t, info.StateSchema, info.Name)
		for id, step := range info.AllSteps {
			for _, s := range []mastra.Schema{step.InputSchema, step.OutputSchema, step.ResumeSchema, step.SuspendSchema, step.StateSchema} {
				met += bare(t, s, info.Name+" "+id)
			}
		}
	}
	for _, area := range []string{"agents", "tools", "workflows"} {
		for _, r := range recordings(t, area) {
			switch r.Operation {
			case "ToolsList":
				for _, info := range decode[map[string]mastra.ToolInfo](t, r.Body) {
					tool(info)
				}
			case "ToolGet", "AgentToolGet":
				tool(decode[mastra.ToolInfo](t, r.Body))
			case "WorkflowsList":
				for _, info := range decode[map[string]mastra.WorkflowInfo](t, r.Body) {
					workflow(info)
				}
			case "WorkflowGet":
				workflow(decode[mastra.WorkflowInfo](t, r.Body))
			case "AgentGet":
				for _, info := range decode[mastra.AgentInfo](t, r.Body).Tools {
					tool(info)
				}
			}
		}
	}
	assert.Greater(t, met, 40)
}

func TestTool_SchemaIsReadyToUse(t *testing.T) {
	client, _ := onMock(t)
	info, err := client.Tool("weather").Get(t.Context())
	require.NoError(t, err)
	var schema struct {
		Properties struct {
			City struct{ Type string } `json:"city"`
		} `json:"properties"`
	}
	require.NoError(t, json.Unmarshal(info.InputSchema, &schema))
	assert.Equal(t, "string", schema.Properties.City.Type)
	again := decode[mastra.ToolInfo](t, []byte(text(t, info)))
	assert.Equal(t, *info, again)
	wf, err := client.Workflow("approval").Get(t.Context())
	require.NoError(t, err)
	assert.JSONEq(t, `"object"`, string(decode[map[string]json.RawMessage](t, wf.InputSchema)["type"]))
}
