package jsonschema_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/jsonschema"
)

func TestSchema_ChecksValues(t *testing.T) {
	tests := []struct{ schema, value, issue string }{
		{`{"type":"object","properties":{"a":{"type":"number"}},"required":["a"]}`, `{"a":1}`, ""},
		{`{"type":"object","properties":{"a":{"type":"number"}},"required":["a"]}`, `{"a":"x"}`, "must be number"},
		{`{"type":"object","properties":{"a":{"type":"number"}},"required":["a"]}`, `{}`, "must have required property 'a'"},
		{`{"type":"object","additionalProperties":false}`, `{"z":1}`, "must NOT have additional properties"},
		{`{"type":"array","items":{"type":"string"}}`, `["a",1]`, "must be string"},
		{`{"enum":["a","b"]}`, `"c"`, "must be equal to one of the allowed values"},
		{`{"type":"integer"}`, `1.5`, "must be integer"},
		{`{"type":"string","minLength":3}`, `"ab"`, "must NOT have fewer than 3 characters"},
		{`{"type":"number","minimum":3}`, `2`, "must be >= 3"},
		{`{"anyOf":[{"type":"string"},{"type":"null"}]}`, `null`, ""},
		{`{"$ref":"#/$defs/s","$defs":{"s":{"type":"string"}}}`, `1`, "must be string"},
		{`{"$ref":"#/x"}`, `1`, "can't resolve reference #/x from id #"},
		{`{"not":{"required":["a"]}}`, `{"a":1}`, "must NOT be valid"},
		{`{"patternProperties":{"^a":{"type":"string"}},"additionalProperties":false}`, `{"ab":1}`, "ab: must be string"},
		{`{"propertyNames":{"pattern":"^b"}}`, `{"a":1}`, "must match pattern"},
		{`{"if":{"required":["a"]},"then":{"required":["c"]}}`, `{"a":1}`, "must have required property 'c'"},
		{`{"if":{"required":["a"]},"else":{"required":["c"]}}`, `{"a":1}`, ""},
		{`{"maxProperties":0}`, `{"a":1}`, "must NOT have more than 0 properties"},
		{`{"minProperties":2}`, `{"a":1}`, "must NOT have fewer than 2 properties"},
		{`{"properties":{"a":{"type":"nosuch"}}}`, `{}`, "schema is invalid: data/properties/a/type must be equal to one of the allowed values"},
		{`{"type":["nosuch"]}`, `{}`, "data/type/0 must be equal to one of the allowed values"},
		{`{"required":"a"}`, `{}`, "data/required must be array"},
		{`{"properties":5}`, `{}`, "data/properties must be object"},
		{`{"items":{"enum":[]}}`, `[]`, "data/items/enum must NOT have fewer than 1 items"},
		{`{"maxItems":"x"}`, `[]`, "data/maxItems must be integer"},
	}
	for _, test := range tests {
		t.Run(test.schema+" "+test.value, func(t *testing.T) {
			schema, err := js.Parse([]byte(test.schema))
			require.NoError(t, err)
			value, err := js.Parse([]byte(test.value))
			require.NoError(t, err)
			issues := jsonschema.Validate(schema.(*js.Object), value)
			if test.issue == "" {
				assert.Empty(t, issues)
				return
			}
			require.NotEmpty(t, issues)
			assert.Contains(t, issues[0].String(), test.issue)
		})
	}
}
