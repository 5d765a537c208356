package mockserver

import (
	"reflect"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// schemaOf derives a schema from a sample value's type.
func schemaOf(sample any) *zod.Schema {
	if sample == nil {
		s := zod.Any()
		return &s
	}
	s := zod.OfType(reflect.TypeOf(sample))
	return &s
}

// rawSchema is how the server shows the suspend and resume schemas of tools: the
// insides of the schema object, not a JSON Schema.
func rawSchema(s zod.Schema) *js.Object {
	kind := rawKinds[s.Kind()]
	if s.Kind() != zod.KindObject {
		return js.Obj("def", js.Obj("type", kind), "type", kind)
	}
	shape := js.Obj()
	for _, p := range s.Props() {
		shape.Set(p.Name, rawSchema(p.Schema))
	}
	return js.Obj("def", js.Obj("type", kind, "shape", shape), "type", kind)
}

var rawKinds = map[zod.Kind]string{
	zod.KindAny: "any", zod.KindString: "string", zod.KindNumber: "number", zod.KindBoolean: "boolean",
	zod.KindNull: "null", zod.KindObject: "object", zod.KindArray: "array", zod.KindRecord: "record",
	zod.KindEnum: "enum", zod.KindUnion: "union", zod.KindLiteral: "literal",
}
