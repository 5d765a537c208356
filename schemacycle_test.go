package mastra_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

type (
	linked struct {
		Next *linked `json:"next"`
	}
	tree struct {
		Name     string          `json:"name" jsonschema:"what it is called"`
		Size     int             `json:"size,omitempty"`
		Kind     string          `json:"kind,omitempty" enum:"leaf,branch"`
		Children []tree          `json:"children,omitempty"`
		ByName   map[string]tree `json:"byName,omitempty"`
	}
	chapter struct {
		Title    string     `json:"title"`
		Sections []*section `json:"sections"`
	}
	section struct {
		Chapter *chapter `json:"chapter,omitempty"`
	}
	forest      []forest
	wood        map[string]wood
	pair[T any] struct {
		Value T        `json:"value"`
		Rest  *pair[T] `json:"rest,omitempty"`
	}
)

func TestSchema_OfATypeThatContainsItselfNamesIt(t *testing.T) {
	for name, tt := range map[string]struct{ got, want string }{
		"a pointer": {schemaOf[linked](t), `{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/linked"},{"type":"null"}]}},"required":["next"],"additionalProperties":false,
			"$defs":{"linked":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/linked"},{"type":"null"}]}},"required":["next"],"additionalProperties":false}}}`},
		"a slice and a map": {schemaOf[struct {
			Root tree `json:"root"`
		}](t), `{"type":"object","properties":{"root":{"$ref":"#/$defs/tree"}},"required":["root"],"additionalProperties":false,
			"$defs":{"tree":{"type":"object","properties":{"name":{"type":"string","description":"what it is called"},"size":{"type":"integer"},
				"kind":{"type":"string","enum":["leaf","branch"]},"children":{"type":"array","items":{"$ref":"#/$defs/tree"}},
				"byName":{"type":"object","additionalProperties":{"$ref":"#/$defs/tree"}}},"required":["name"],"additionalProperties":false}}}`},
		"two that contain each other": {schemaOf[[]chapter](t), `{"type":"array","items":{"$ref":"#/$defs/chapter"},
			"$defs":{"chapter":{"type":"object","properties":{"title":{"type":"string"},"sections":{"type":"array","items":{"type":["null","object"],
				"properties":{"chapter":{"anyOf":[{"$ref":"#/$defs/chapter"},{"type":"null"}]}},"additionalProperties":false}}},
				"required":["title","sections"],"additionalProperties":false}}}`},
		"a slice of itself": {schemaOf[forest](t), `{"type":"array","items":{"$ref":"#/$defs/forest"},"$defs":{"forest":{"type":"array","items":{"$ref":"#/$defs/forest"}}}}`},
		"a map of itself":   {schemaOf[wood](t), `{"type":"object","additionalProperties":{"$ref":"#/$defs/wood"},"$defs":{"wood":{"type":"object","additionalProperties":{"$ref":"#/$defs/wood"}}}}`},
		"two of one name": {schemaOf[struct {
			A pair[int]    `json:"a"`
			B pair[string] `json:"b"`
		}](t), `{"type":"object","properties":{"a":{"$ref":"#/$defs/pair_int"},"b":{"$ref":"#/$defs/pair_string"}},"required":["a","b"],"additionalProperties":false,
			"$defs":{"pair_int":{"type":"object","properties":{"value":{"type":"integer"},"rest":{"anyOf":[{"$ref":"#/$defs/pair_int"},{"type":"null"}]}},"required":["value"],"additionalProperties":false},
			"pair_string":{"type":"object","properties":{"value":{"type":"string"},"rest":{"anyOf":[{"$ref":"#/$defs/pair_string"},{"type":"null"}]}},"required":["value"],"additionalProperties":false}}}`},
	} {
		t.Run(name, func(t *testing.T) { assert.JSONEq(t, tt.want, tt.got) })
	}
}

func TestTyped_ValueMayContainItself(t *testing.T) {
	client, _ := onMock(t)
	agent := client.Agent("plain")
	res, err := mastra.GenerateAs[tree](t.Context(), agent, asking(`json:{"name":"a","size":null,"children":[{"name":"b","byName":{"c":{"name":"c","children":null}}}]}`))
	require.NoError(t, err)
	assert.Equal(t, tree{Name: "a", Children: []tree{{Name: "b", ByName: map[string]tree{"c": {Name: "c"}}}}}, res.Value)

	_, err = mastra.GenerateAs[tree](t.Context(), agent, asking(`json:{"name":"a","children":[{"name":"b","children":[{"name":7}]}]}`))
	require.Error(t, err)
	list, err := mastra.GenerateAs[[]linked](t.Context(), agent, asking(`json:{"elements":[{"next":{"next":null}},{"next":null}]}`))
	require.NoError(t, err)
	assert.Equal(t, []linked{{&linked{}}, {}}, list.Value)
}

func TestClientTool_TakesWhateverTypeItHas(t *testing.T) {
	client, mock := onMock(t)
	agent := client.Agent("plain")
	type anything struct {
		Any *any `json:"any"`
	}
	var saw []any
	note := func(in any) { saw = append(saw, in) }
	for _, tool := range []mastra.ClientTool{
		mastra.NewClientTool("t", "", func(_ context.Context, in any) (any, error) { note(in); return in, nil }),
		mastra.NewClientTool("t", "", func(_ context.Context, in *any) (*any, error) { note(*in); return in, nil }),
		mastra.NewClientTool("t", "", func(_ context.Context, in json.RawMessage) (json.RawMessage, error) { note(string(in)); return in, nil }),
		mastra.NewClientTool("t", "", func(_ context.Context, in map[string]any) (mastra.Schema, error) {
			note(in)
			return mastra.Schema(`{"a":1}`), nil
		}),
		mastra.NewClientTool("t", "", func(_ context.Context, in tree) (tree, error) { note(in); return in, nil }),
		mastra.NewClientTool("t", "", func(_ context.Context, in anything) (shape, error) { note(in); return shape{3}, nil }),
	} {
		text := `tool:t {"name":"a","children":[{"name":"b","size":null}]}`
		if len(saw) == 5 {
			text = `tool:t {"any":null}`
		}
		before := len(saw)
		_, err := agent.Generate(t.Context(), withTools(text, tool))
		require.NoError(t, err)
		require.Len(t, saw, before+1)
	}
	assert.Equal(t, map[string]any{"name": "a", "children": []any{map[string]any{"name": "b", "size": nil}}}, saw[0])
	assert.Equal(t, tree{Name: "a", Children: []tree{{Name: "b"}}}, saw[4])
	for _, r := range mock.RequestsOf("AgentGenerate") {
		sent := decode[struct {
			ClientTools map[string]struct{ InputSchema, OutputSchema map[string]any }
		}](t, r.Body)
		assert.Equal(t, "object", sent.ClientTools["t"].InputSchema["type"], "%s", r.Body)
		assert.NotNil(t, sent.ClientTools["t"].OutputSchema, "an object, which the server wants: %s", r.Body)
	}
}

// Types of one name, from different places, have definitions of their own.
func TestSchema_OfThreeTypesOfOneName(t *testing.T) {
	type node struct{ Next *node }
	type first = node
	var schema mastra.Schema
	var err error
	{
		type node struct{ Next []node }
		type second = node
		{
			type node struct{ Next map[string]node }
			schema, err = mastra.SchemaOf[struct {
				A first
				B second
				C node
			}]()
		}
	}
	require.NoError(t, err)
	var got struct {
		Defs map[string]any `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(schema, &got))
	assert.Equal(t, []string{"node", "node_2", "node_3"}, slices.Sorted(maps.Keys(got.Defs)))
}
