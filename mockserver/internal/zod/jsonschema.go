package zod

import "github.com/mastra-go/mastra/mockserver/internal/js"

// The dialects the server writes.
const (
	Draft7    = "http://json-schema.org/draft-07/schema#"
	Draft2020 = "https://json-schema.org/draft/2020-12/schema"
)

// JSONSchema is the schema as a JSON Schema of the given dialect.
func (s Schema) JSONSchema(dialect string) *js.Object {
	return js.Obj("$schema", dialect).Merge(s.jsonSchema())
}

// Superjson is how the server sends schemas: a string that holds
// {"json": <JSON Schema>}.
func (s Schema) Superjson(dialect string) string {
	return js.String(js.Obj("json", s.JSONSchema(dialect)))
}

func (s Schema) jsonSchema() *js.Object {
	o := js.Obj()
	if s.description != "" && s.kind != KindObject {
		o.Set("description", s.description)
	}
	switch s.kind {
	case KindString:
		o.Set("type", "string")
	case KindEnum:
		o.Set("type", "string").Set("enum", js.Strings(s.options))
	case KindNumber:
		if s.integer {
			o.Set("type", "integer")
		} else {
			o.Set("type", "number")
		}
	case KindBoolean:
		o.Set("type", "boolean")
	case KindLiteral:
		o.Set("type", TypeOf(s.literal)).Set("const", s.literal)
	case KindNull:
		o.Set("type", "null")
	case KindArray:
		o.Set("type", "array").Set("items", s.elem.jsonSchema())
	case KindRecord:
		o.Set("type", "object").Set("propertyNames", js.Obj("type", "string")).Set("additionalProperties", s.elem.jsonSchema())
	case KindObject:
		o.Merge(s.objectSchema())
	case KindUnion:
		options := make([]any, len(s.union))
		for i, option := range s.union {
			options[i] = option.jsonSchema()
		}
		o.Set("anyOf", options)
	}
	if s.nullable {
		return js.Obj("anyOf", []any{o, js.Obj("type", "null")})
	}
	return o
}

func (s Schema) objectSchema() *js.Object {
	props, required := js.Obj(), []any{}
	for _, p := range s.props {
		props.Set(p.Name, p.Schema.jsonSchema())
		if !p.Schema.optional {
			required = append(required, p.Name)
		}
	}
	o := js.Obj("type", "object", "properties", props)
	if len(required) > 0 {
		o.Set("required", required)
	}
	if s.passthrough {
		return o.Set("additionalProperties", js.Obj())
	}
	return o.Set("additionalProperties", false)
}
