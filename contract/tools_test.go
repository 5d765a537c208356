package contract_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

type forecast struct {
	City  string  `json:"city"`
	TempC float64 `json:"tempC"`
}

func TestTool_ListHasEveryOneWithItsSchemas(t *testing.T) {
	t.Parallel()
	tools, err := client(t).Tools().List(within(t))
	require.NoError(t, err)
	for id, description := range map[string]string{"weather": "Weather for a city", "delicate": "Needs approval", "ask-user": "Asks the user"} {
		require.Contains(t, tools, id)
		assert.Equal(t, id, tools[id].ID)
		assert.Equal(t, description, tools[id].Description)
		var schema mastra.Schema
		require.NoError(t, json.Unmarshal(tools[id].InputSchema, &schema))
		assert.Contains(t, string(schema), `"type":"object"`)
	}
}

func TestTool_TellsOfItself(t *testing.T) {
	t.Parallel()
	tool := client(t).Tool("weather")
	info, err := tool.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, "weather", info.ID)
	assert.Equal(t, "Weather for a city", info.Description)
	assert.NotEmpty(t, info.InputSchema)
	assert.NotEmpty(t, info.OutputSchema)
}

func TestTool_UnknownIsNotFound(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"none", "a/b", "a b", "é😀", "weather?x=1"} {
		tool := client(t).Tool(id)
		_, err := tool.Get(within(t))
		require.ErrorIs(t, err, mastra.ErrNotFound, id)
		assert.Equal(t, "Tool not found", failure(t, err).Message, id)
		_, err = tool.Execute(within(t), map[string]any{})
		require.ErrorIs(t, err, mastra.ErrNotFound, id)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, id)
	}
}

func TestTool_IsExecutedAndItsOutputDecoded(t *testing.T) {
	t.Parallel()
	tool := client(t).Tool("weather")
	raw, err := tool.Execute(within(t), map[string]string{"city": "é😀", "more": "is ignored"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"city":"é😀","tempC":3}`, string(raw))
	out, err := mastra.ExecuteTool[forecast](within(t), tool, map[string]string{"city": "Rome"})
	require.NoError(t, err)
	assert.Equal(t, forecast{"Rome", 4}, out)
	_, err = mastra.ExecuteTool[[]string](within(t), tool, map[string]string{"city": "Rome"})
	require.Error(t, err, "the output is no list")
	require.NotErrorIs(t, err, mastra.ErrServer)
}

func TestTool_ThatThrowsIsAServerErrorThatIsNotRepeated(t *testing.T) {
	t.Parallel()
	_, err := client(t).Tool("weather").Execute(within(t), map[string]string{"city": "Nowhere"})
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Equal(t, "no such city", failure(t, err).Message)
	assert.Equal(t, 1, failure(t, err).Attempts)
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
}

func TestTool_InputThatItDoesNotTakeIsAToolErrorThoughTheStatusIs200(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct {
		tool    string
		in      any
		message string
	}{
		"a field of another name": {"weather", map[string]int{"town": 1}, "Tool input validation failed for weather"},
		"no input":                {"weather", nil, "Tool input validation failed for weather"},
		"a list":                  {"weather", []int{1}, "Tool input validation failed for weather"},
		"output, as it suspends":  {"ask-user", map[string]string{"question": "who"}, "Tool output validation failed for ask-user"},
	} {
		t.Run(name, func(t *testing.T) {
			var meta mastra.Response
			_, err := c.Tool(x.tool).Execute(within(t), x.in, mastra.WithResponse(&meta))
			var failed *mastra.ToolError
			require.ErrorAs(t, err, &failed)
			ownOutput := strings.HasPrefix(x.message, "Tool output")
			require.Equal(t, !ownOutput, errors.Is(err, mastra.ErrInvalidInput), "the tool's own output is not the caller's mistake")
			assert.Equal(t, x.tool, failed.ToolID)
			assert.Contains(t, failed.Message, x.message)
			assert.NotEmpty(t, failed.ValidationErrors)
			assert.NotContains(t, err.Error(), "town", "arguments stay out of the text")
			assert.Equal(t, 200, meta.Status)
			assert.NotEmpty(t, meta.Body)
		})
	}
}

func TestTool_ExecutedDirectlyNeedsNoApproval(t *testing.T) {
	t.Parallel()
	raw, err := client(t).Tool("delicate").Execute(within(t), map[string]string{"what": "vase"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"done":"vase"}`, string(raw))
}

func TestTool_OfAnAgentIsDescribedAndExecuted(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	tool := agent.Tool("weather")
	info, err := tool.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, "weather", info.ID)
	assert.Equal(t, "Weather for a city", info.Description)
	assert.False(t, info.RequireApproval)
	out, err := mastra.ExecuteTool[forecast](within(t), tool, map[string]string{"city": "é😀"})
	require.NoError(t, err)
	assert.Equal(t, forecast{"é😀", 3}, out)

	_, err = tool.Execute(within(t), map[string]string{"city": "Nowhere"})
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Equal(t, "no such city", failure(t, err).Message)
	_, err = tool.Execute(within(t), map[string]int{"town": 1})
	var failed *mastra.ToolError
	require.ErrorAs(t, err, &failed)
	_, err = agent.Tool("none").Get(within(t))
	require.ErrorIs(t, err, mastra.ErrNotFound)
	_, err = agent.Tool("none").Execute(within(t), map[string]any{})
	require.ErrorIs(t, err, mastra.ErrNotFound)
}
