package contract_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// route is what the server knows about one of its routes.
type route struct {
	method, path, tag, stream string
	query, body               []string // a name ends with ! where it must be sent
}

func routes(t *testing.T) []route {
	t.Helper()
	data, err := os.ReadFile("testdata/routes.tsv")
	require.NoError(t, err)
	list := func(s string) []string {
		if s == "" {
			return nil
		}
		return strings.Split(s, ",")
	}
	var all []route
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		cells := strings.Split(line, "\t")
		require.Len(t, cells, 6, "line %d", i+1)
		if i > 0 {
			all = append(all, route{cells[0], cells[1], cells[2], cells[5], list(cells[3]), list(cells[4])})
		}
	}
	return all
}

func TestDescription_CoversTheServersRoutes(t *testing.T) {
	doc := suite.spec.Document()
	all := routes(t)
	described := 0
	for _, item := range doc.Paths.Map() {
		described += len(item.Operations())
	}
	assert.Len(t, all, 89)
	assert.Equal(t, len(all)+1, described, "all routes, and GET /health")
	for _, r := range all {
		t.Run(r.method+" "+r.path, func(t *testing.T) {
			item := doc.Paths.Find(r.path)
			require.NotNil(t, item)
			op := item.GetOperation(r.method)
			require.NotNil(t, op)
			assert.Contains(t, strings.Split(r.tag, ","), op.Tags[0])

			var query []string
			for _, p := range op.Parameters {
				if p.Value.In == "query" {
					query = append(query, mark(p.Value.Name, p.Value.Required))
				}
			}
			assert.ElementsMatch(t, r.query, query, "query")
			body := r.body
			if len(body) == 0 && contextSource(r.method, op) == "body" {
				body = []string{"requestContext"} // which is read of any body
			}
			assert.ElementsMatch(t, body, bodyFields(op, body), "body")
			assert.Equal(t, r.stream, framing(op), "stream")
			for _, name := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(r.path, -1) {
				assert.NotNil(t, item.Parameters.GetByInAndName("path", name[1]), name[1])
			}
		})
	}
}

func mark(name string, required bool) string {
	if required {
		return name + "!"
	}
	return name
}

// bodyFields returns the fields of an operation's request. One component serves several operations, so
// fields that the others read are left out.
func bodyFields(op *openapi3.Operation, read []string) []string {
	if op.RequestBody == nil {
		return nil
	}
	shared := []string{"maxIdleMs", "closeOnSuspend"}
	var names []string
	collectFields(op.RequestBody.Value.Content.Get("application/json").Schema, &names)
	return slices.DeleteFunc(names, func(name string) bool {
		return slices.Contains(shared, name) && !slices.Contains(read, name)
	})
}

func collectFields(ref *openapi3.SchemaRef, names *[]string) {
	for _, part := range ref.Value.AllOf {
		collectFields(part, names)
	}
	for name := range ref.Value.Properties {
		*names = append(*names, mark(name, slices.Contains(ref.Value.Required, name)))
	}
}

func framing(op *openapi3.Operation) string {
	if rule, ok := op.Extensions["x-mastra-stream"].(map[string]any); ok {
		text, _ := rule["framing"].(string)
		return text
	}
	if ok := op.Responses.Value("200"); ok.Value.Content["audio/*"] != nil {
		return "audio"
	}
	return ""
}

func TestDescription_IsComplete(t *testing.T) {
	doc := suite.spec.Document()
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			where := method + " " + path
			assert.Regexp(t, `^[A-Z]\w+$`, op.OperationID, where)
			assert.Len(t, op.Tags, 1, where)
			assert.NotEmpty(t, op.Summary, where)
			assert.NotNil(t, op.Responses.Default(), where)
			retry := op.Extensions["x-mastra-retry"]
			assert.Contains(t, []any{"safe", "refused-only"}, retry, where)
			if method == "GET" || method == "DELETE" {
				assert.Equal(t, "safe", retry, where)
			}
			for _, p := range op.Parameters {
				assert.NotEmpty(t, p.Value.Description, "%s: %s", where, p.Value.Name)
			}
			if rule, ok := op.Extensions["x-mastra-stream"].(map[string]any); ok {
				assert.Contains(t, []any{"sse", "records"}, rule["framing"], where)
				assert.Contains(t, []any{"done-or-terminal", "done", "terminal", "endless"}, rule["end"], where)
				assertComponent(t, doc, rule["event"], where)
				for _, limit := range []string{"idle", "first-byte"} {
					if text, ok := rule[limit]; ok {
						d, err := time.ParseDuration(fmt.Sprint(text))
						assert.NoError(t, err, "%s: %s", where, limit)
						assert.Positive(t, d, "%s: %s", where, limit)
					}
				}
				for name := range rule {
					assert.Contains(t, []string{"framing", "end", "event", "idle", "first-byte"}, name, where)
				}
			}
			if path != "/health" {
				assert.NotNil(t, op.Responses.Value("401"), where)
				assert.Equal(t, contextSource(method, op), op.Extensions["x-mastra-request-context"], where)
			}
		}
	}
	for name, schema := range doc.Components.Schemas {
		assert.Regexp(t, `^[A-Z]\w*[A-Za-z]$`, name, "a name that ends in a digit clashes in generated code")
		assert.NotEmpty(t, schema.Value.Description, name)
		assertProperties(t, name, schema.Value)
		for _, part := range schema.Value.AllOf {
			assertProperties(t, name, part.Value)
		}
		for _, extension := range []string{"x-mastra-payloads", "x-mastra-data"} {
			table, _ := schema.Value.Extensions[extension].(map[string]any)
			for kind, ref := range table {
				assertComponent(t, doc, ref, name+" "+kind)
			}
		}
	}
}

// contextSource is where every server reads the request context of an operation.
func contextSource(method string, op *openapi3.Operation) string {
	switch {
	case method == "PATCH" || method == "DELETE":
		return "none"
	case method == "GET", op.RequestBody != nil && op.RequestBody.Value.Content.Get("multipart/form-data") != nil:
		return "query"
	}
	return "body"
}

func assertComponent(t *testing.T, doc *openapi3.T, ref any, where string) {
	t.Helper()
	text, _ := ref.(string)
	name, ok := strings.CutPrefix(text, "#/components/schemas/")
	assert.True(t, ok, "%s: %v", where, ref)
	assert.Contains(t, doc.Components.Schemas, name, where)
}

// assertProperties checks that properties are described and have an order of their own.
func assertProperties(t *testing.T, name string, schema *openapi3.Schema) {
	t.Helper()
	orders := map[any]string{}
	for field, property := range schema.Properties {
		if schema.Extensions["x-go-type"] != nil {
			continue
		}
		where := name + "." + field
		description, order := property.Value.Description, property.Value.Extensions["x-order"]
		if property.Ref != "" {
			// what stands beside a reference is kept apart from what it refers to.
			order = property.Extensions["x-order"]
			if text, ok := property.Extensions["description"].(string); ok {
				description = text
			}
		}
		assert.NotEmpty(t, description, where)
		assert.NotNil(t, order, where)
		assert.Empty(t, orders[order], "%s and %s have the same order", where, orders[order])
		orders[order] = where
	}
}
