package zod_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

func parse(t *testing.T, text string) any {
	v, err := js.Parse([]byte(text))
	require.NoError(t, err)
	return v
}

func TestSchema_WordsIssuesAsZodDoes(t *testing.T) {
	tests := []struct {
		name   string
		schema zod.Schema
		value  string
		lines  string
	}{
		{"a missing property", zod.Object(zod.P("a", zod.String())), `{}`, "- a: Invalid input: expected string, received undefined"},
		{"a wrong type", zod.Object(zod.P("a", zod.Number())), `{"a":"1"}`, "- a: Invalid input: expected number, received string"},
		{"every property", zod.Object(zod.P("a", zod.Number()), zod.P("b", zod.Boolean())), `{"a":null,"b":[]}`,
			"- a: Invalid input: expected number, received null\n- b: Invalid input: expected boolean, received array"},
		{"a nested path", zod.Object(zod.P("a", zod.Array(zod.Object(zod.P("b", zod.String()))))), `{"a":[{"b":"x"},{"b":1}]}`,
			"- a.1.b: Invalid input: expected string, received number"},
		{"an option that is none", zod.Object(zod.P("a", zod.Enum("x", "y"))), `{"a":"z"}`, `- a: Invalid option: expected one of "x"|"y"`},
		{"a union without a match", zod.Object(zod.P("a", zod.Union(zod.String(), zod.Number()))), `{"a":true}`, "- a: Invalid input"},
		{"a fraction for an integer", zod.Object(zod.P("a", zod.Int())), `{"a":1.5}`, "- a: Invalid input: expected int, received number"},
		{"a number below the minimum", zod.Object(zod.P("a", zod.Number().Min(2))), `{"a":1}`, "- a: Too small: expected number to be >=2"},
		{"a message of one's own", zod.Object(zod.P("a", zod.Any().Required("a is required"))), `{}`, "- a: a is required"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, issues := test.schema.Parse(parse(t, test.value))
			assert.Equal(t, test.lines, zod.Lines(issues))
		})
	}
}

func TestSchema_ShapesValuesThatFit(t *testing.T) {
	object := zod.Object(zod.P("a", zod.Number().Coerce()), zod.P("b", zod.String().Default("d")), zod.P("c", zod.Boolean().Optional()), zod.P("n", zod.Any().Nullable()))
	for _, test := range []struct {
		schema      zod.Schema
		value, want string
	}{
		{object, `{"z":1,"n":null,"a":"5"}`, `{"a":5,"b":"d","n":null}`},
		{object.Passthrough(), `{"z":1,"a":5,"n":1}`, `{"a":5,"b":"d","n":1,"z":1}`},
		{zod.Record(zod.Number()), `{"x":1,"y":2}`, `{"x":1,"y":2}`},
		{zod.Union(zod.Object(zod.P("a", zod.String())), zod.Array(zod.Any())), `[1,"x"]`, `[1,"x"]`},
	} {
		v, issues := test.schema.Parse(parse(t, test.value))
		require.Empty(t, issues)
		assert.Equal(t, test.want, js.String(v))
	}
}

func TestSchema_IsMadeOfAGoType(t *testing.T) {
	type inner struct {
		N    int     `json:"n"`
		Skip string  `json:"-"`
		Ptr  *string `json:"ptr"`
	}
	type outer struct {
		Name  string          `json:"name"`
		Score float64         `json:"score,omitempty"`
		List  []inner         `json:"list"`
		Map   map[string]bool `json:"map,omitzero"`
		Raw   any             `json:"raw"`
		inner                 //nolint:unused // unexported fields are left out
	}
	schema := js.String(zod.Of[outer]().JSONSchema(zod.Draft7))
	assert.Contains(t, schema, `"name":{"type":"string"}`)
	assert.Contains(t, schema, `"score":{"type":"number"}`)
	assert.Contains(t, schema, `"map":{"type":"object"`)
	assert.Contains(t, schema, `"required":["name","list","raw"]`, "anything goes, but not nothing")
	assert.NotContains(t, schema, "Skip")
}
