package jsonschema

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

var typeNames = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// invalid says what of a schema is no JSON Schema, "" where all is. Only the
// words that Validate knows are looked at.
func (c *checker) invalid(schema *js.Object, at string) string {
	if s := invalidType(schema, at+"/type"); s != "" {
		return s
	}
	if v, ok := schema.Lookup("required"); ok {
		if _, isList := v.([]any); !isList {
			return at + "/required must be array"
		}
	}
	if v, ok := schema.Lookup("properties"); ok {
		if _, isObject := v.(*js.Object); !isObject {
			return at + "/properties must be object"
		}
	}
	if list, ok := schema.Get("enum").([]any); ok && len(list) == 0 {
		return at + "/enum must NOT have fewer than 1 items"
	}
	for _, word := range []string{"minProperties", "maxProperties", "minItems", "maxItems", "minLength", "maxLength"} {
		if n, ok := schema.Num(word); schema.Has(word) && (!ok || n != math.Trunc(n)) {
			return at + "/" + word + " must be integer"
		}
	}
	for _, p := range schema.Obj("properties").Members() {
		if o, ok := p.Value.(*js.Object); ok {
			if s := c.invalid(o, at+"/properties/"+p.Key); s != "" {
				return s
			}
		}
	}
	if items := schema.Obj("items"); items != nil {
		return c.invalid(items, at+"/items")
	}
	return ""
}

// invalidType complains three times, as the alternatives of the word do.
func invalidType(schema *js.Object, at string) string {
	const second = ", %s must be array, %s must match a schema in anyOf"
	switch t := schema.Get("type").(type) {
	case nil:
		if !schema.Has("type") {
			return ""
		}
	case string:
		if slices.Contains(typeNames, t) {
			return ""
		}
	case []any:
		for i, e := range t {
			if name, ok := e.(string); !ok || !slices.Contains(typeNames, name) {
				return at + " must be equal to one of the allowed values, " + at + "/" + strconv.Itoa(i) +
					" must be equal to one of the allowed values, " + at + " must match a schema in anyOf"
			}
		}
		return ""
	}
	return at + " must be equal to one of the allowed values" + fmt.Sprintf(second, at, at)
}
