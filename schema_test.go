package mastra_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// schema is as much of a JSON Schema as openapi.yaml uses.
type schema struct {
	Ref        string            `yaml:"$ref"`
	Type       any               `yaml:"type"`
	Const      any               `yaml:"const"`
	AllOf      []schema          `yaml:"allOf"`
	AnyOf      []schema          `yaml:"anyOf"`
	Properties map[string]schema `yaml:"properties"`
	Items      *schema           `yaml:"items"`
	Additional any               `yaml:"additionalProperties"`
	Payloads   map[string]string `yaml:"x-mastra-payloads"`
	Data       map[string]string `yaml:"x-mastra-data"`
}

type mediaTypes map[string]struct {
	Schema schema `yaml:"schema"`
}

type described struct {
	ID         string `yaml:"operationId"`
	Context    string `yaml:"x-mastra-request-context"`
	method     string
	path       *regexp.Regexp
	Parameters []struct {
		Name        string     `yaml:"name"`
		In          string     `yaml:"in"`
		Description string     `yaml:"description"`
		Schema      schema     `yaml:"schema"`
		Content     mediaTypes `yaml:"content"`
	} `yaml:"parameters"`
	Body struct {
		Content mediaTypes `yaml:"content"`
	} `yaml:"requestBody"`
	Responses map[string]struct {
		Ref     string     `yaml:"$ref"`
		Content mediaTypes `yaml:"content"`
	} `yaml:"responses"`
	Stream struct {
		Event string `yaml:"event"`
	} `yaml:"x-mastra-stream"`
}

// api is openapi.yaml.
type api struct {
	schemas    map[string]schema
	operations map[string]described
}

func readAPI(t testing.TB) api {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	var doc struct {
		Paths      map[string]map[string]yaml.Node `yaml:"paths"`
		Components struct {
			Schemas map[string]schema `yaml:"schemas"`
		} `yaml:"components"`
	}
	require.NoError(t, yaml.Unmarshal(text, &doc))
	out := api{schemas: doc.Components.Schemas, operations: map[string]described{}}
	for path, item := range doc.Paths {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if node, ok := item[method]; ok {
				var d described
				require.NoError(t, node.Decode(&d))
				d.method = strings.ToUpper(method)
				d.path = regexp.MustCompile("^/api" + regexp.MustCompile(`\\{\w+\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
				out.operations[d.ID] = d
			}
		}
	}
	require.Greater(t, len(out.operations), 80)
	return out
}

// operationOf finds the operation of a request: of several that fit, the one whose
// path has fewer placeholders.
func (a api) operationOf(t testing.TB, method, path string) (string, described) {
	t.Helper()
	var found described
	for _, d := range a.operations {
		if d.method == method && d.path.MatchString(path) && (found.path == nil || strings.Count(d.path.String(), "[^/]") < strings.Count(found.path.String(), "[^/]")) {
			found = d
		}
	}
	require.NotEmpty(t, found.ID, "no operation for %s %s", method, path)
	return found.ID, found
}

const schemaRefs = "#/components/schemas/"

func (a api) resolve(s schema) schema {
	for s.Ref != "" {
		s = a.schemas[strings.TrimPrefix(s.Ref, schemaRefs)]
	}
	return s
}

// properties are the members that an object of this schema can have.
func (a api) properties(s schema) map[string]schema {
	s = a.resolve(s)
	out := maps.Clone(s.Properties)
	if out == nil {
		out = map[string]schema{}
	}
	for _, part := range s.AllOf {
		maps.Copy(out, a.properties(part))
	}
	return out
}

// kinds are the JSON types that a value of this schema can have; "any" for all.
func (a api) kinds(s schema) []string {
	s = a.resolve(s)
	var out []string
	switch typ := s.Type.(type) {
	case string:
		out = []string{typ}
	case []any:
		for _, one := range typ {
			out = append(out, one.(string))
		}
	}
	for _, alternative := range s.AnyOf {
		out = append(out, a.kinds(alternative)...)
	}
	if _, ok := s.Const.(bool); ok {
		out = append(out, "boolean")
	}
	if len(s.AllOf) > 0 {
		out = append(out, "object")
	}
	if len(out) == 0 {
		return []string{"any"}
	}
	return slices.DeleteFunc(out, func(kind string) bool { return kind == "null" })
}

var (
	rawType   = reflect.TypeFor[json.RawMessage]()
	otherJSON = map[reflect.Type]string{ // types that encode as something else than their kind
		reflect.TypeFor[time.Time]():             "string",
		reflect.TypeFor[mastra.Time]():           "any",
		reflect.TypeFor[mastra.Schema]():         "any",
		reflect.TypeFor[mastra.Messages]():       "array",
		reflect.TypeFor[mastra.MemoryRef]():      "object",
		reflect.TypeFor[mastra.ToolChoice]():     "any",
		reflect.TypeFor[mastra.UntilIdle]():      "any",
		reflect.TypeFor[mastra.Chunk]():          "any",
		reflect.TypeFor[stream.Output]():         "object",
		reflect.TypeFor[stream.ErrorDetail]():    "any",
		reflect.TypeFor[mastra.MessageContent](): "any",
		reflect.TypeFor[[]byte]():                "string",
	}
)

// jsonKind is the JSON type that a Go type encodes as.
func jsonKind(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if kind, ok := otherJSON[t]; ok {
		return kind
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64, reflect.Int32:
		return "integer"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Slice, reflect.Array:
		if t.ConvertibleTo(rawType) && t.Elem().Kind() == reflect.Uint8 {
			return "any"
		}
		return "array"
	case reflect.Map, reflect.Struct:
		return "object"
	}
	return "any"
}

// fits tells whether a Go field of the kind can hold what the schema allows. A
// field of a request may be narrower than its schema, one of an answer may not.
func fits(kind string, allowed []string, request bool) bool {
	if kind == "any" || slices.Contains(allowed, "any") && request {
		return true
	}
	covers := func(one string) bool { return one == kind || kind == "number" && one == "integer" }
	if request {
		return slices.ContainsFunc(allowed, covers)
	}
	return !slices.ContainsFunc(allowed, func(one string) bool { return !covers(one) })
}

// field is a field of a Go type under its JSON name.
type field struct {
	name string
	typ  reflect.Type
}

// jsonFields lists the fields of a struct type by JSON name: from the tags, or
// from names, Go to JSON, for a type that does not encode itself.
func jsonFields(t *testing.T, typ reflect.Type, names map[string]string) []field {
	t.Helper()
	var out []field
	for _, f := range reflect.VisibleFields(typ) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name, ok := names[f.Name]; ok {
			tag = name
		} else if f.Name == "RequestContext" {
			tag = "requestContext"
		}
		switch {
		case tag == "" && names != nil, f.Name == "Extra":
		case tag == "":
			assert.Fail(t, "no JSON name", "%s.%s", typ, f.Name)
		case tag != "-":
			out = append(out, field{tag, f.Type})
		}
	}
	return out
}

// compare holds a Go type against the members of one or more schemas: every
// member has a field or stands in without, every field is a member or stands in
// beyond, each with the reason, and their kinds agree.
func (a api) compare(t *testing.T, fields []field, members []map[string]schema, request bool, h handwritten) {
	t.Helper()
	known := map[string]schema{}
	for _, m := range members {
		maps.Copy(known, m)
	}
	have := map[string]bool{}
	for _, f := range fields {
		have[f.name] = true
		s, ok := known[f.name]
		if !ok {
			assert.Contains(t, h.beyond, f.name, "a field that the schema does not have")
			continue
		}
		assert.NotContains(t, h.beyond, f.name, "the schema has it after all")
		kind, allowed := jsonKind(f.typ), a.kinds(s)
		_, differs := h.other[f.name]
		assert.NotEqual(t, differs, fits(kind, allowed, request), "%s: a Go %s, that is %s, for %v", f.name, f.typ, kind, allowed)
	}
	for name := range known {
		if !have[name] {
			assert.Contains(t, h.without, name, "a member of the schema without a field")
			continue
		}
		assert.NotContains(t, h.without, name, "there is a field for it after all")
	}
	for name := range h.without {
		assert.Contains(t, known, name, "an exception for nothing")
	}
}
