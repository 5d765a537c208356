package mastra_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// form is a JSON Schema without what the two sides say in their own words: how numbers
// and dates look, and that nothing more is allowed.
func form(t testing.TB, schema []byte) any {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(schema, &value))
	var strip func(v any) any
	strip = func(v any) any {
		s, ok := v.(map[string]any)
		if !ok {
			return v
		}
		if list, ok := s["anyOf"].([]any); ok && len(list) == 2 { // or null
			s = list[0].(map[string]any)
			s["null"] = true
		}
		if list, ok := s["type"].([]any); ok {
			for _, one := range list {
				if one == "null" {
					s["null"] = true
				} else {
					s["type"] = one
				}
			}
		}
		out := map[string]any{}
		for name, member := range s {
			switch name {
			case "$schema", "format", "contentEncoding", "minimum", "maximum", "additionalProperties", "propertyNames":
			case "type":
				if member == "integer" {
					member = "number"
				}
				out[name] = member
			case "properties":
				properties := map[string]any{}
				for property, of := range member.(map[string]any) {
					properties[property] = strip(of)
				}
				out[name] = properties
			case "items":
				out[name] = strip(member)
			default:
				out[name] = member
			}
		}
		if len(out) == 0 {
			return true
		}
		return out
	}
	return strip(value)
}

func alike[T any](t *testing.T) {
	t.Helper()
	client, _ := onMock(t, mockserver.WithTool(mockserver.NewTool("t", "", func(*mockserver.ToolCall, T) (any, error) { return nil, nil })))
	info, err := client.Tool("t").Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, form(t, []byte(schemaOf[T](t))), form(t, info.InputSchema))
}

func TestSchema_OfATypeIsThatOfTheMocksTools(t *testing.T) {
	t.Run("presence", alike[struct {
		A string   `json:"a"`
		B *string  `json:"b"`
		C string   `json:"c,omitempty"`
		D **int    `json:"d"`
		E []string `json:"e"`
		F int      `json:"-"`
		G []*bool  `json:"g,omitzero"`
	}])
	t.Run("words", alike[struct {
		A string   `json:"a" jsonschema:"what it is"`
		B string   `json:"b" enum:"low, high"`
		C []string `json:"c" enum:"x,y"`
	}])
	t.Run("types of their own", alike[struct {
		A time.Time       `json:"a"`
		B level           `json:"b"`
		C shape           `json:"c"`
		D json.RawMessage `json:"d"`
		E json.Number     `json:"e"`
		F []byte          `json:"f"`
		G any             `json:"g"`
		H *level          `json:"h"`
	}])
	t.Run("inside", alike[struct {
		A struct {
			B *int `json:"b"`
		} `json:"a"`
		C []struct{ D string } `json:"c"`
	}])
}
