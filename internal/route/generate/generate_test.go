package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const spec = `
paths:
  /health:
    servers: [{url: /}]
    get: {operationId: Health, x-mastra-retry: safe}
  /things/{thingId}/watch:
    parameters: []
    post:
      operationId: ThingWatch
      x-mastra-retry: refused-only
      x-mastra-request-context: body
      x-mastra-stream: {framing: records, end: terminal, idle: 60s, first-byte: 1m30s}
      requestBody: {$ref: '#/components/requestBodies/Watch'}
  /things/{thingId}:
    delete: {operationId: ThingDelete, x-mastra-retry: safe, x-mastra-request-context: none}
    get:
      operationId: ThingGet
      x-mastra-retry: safe
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
  /things:
    get:
      operationId: ThingsList
      x-mastra-retry: safe
      responses: {'200': {content: {application/json: {schema: {type: object, additionalProperties: {$ref: '#/components/schemas/Thing'}}}}}}
    post:
      operationId: ThingsPage
      x-mastra-retry: safe
      responses: {'200': {$ref: '#/components/responses/Page'}}
  /any:
    get:
      operationId: Any
      x-mastra-retry: safe
      responses: {'200': {content: {application/json: {schema: {x-go-type: json.RawMessage}}}}}
    post:
      operationId: Loose
      x-mastra-retry: safe
      responses: {'200': {content: {application/json: {schema: {type: array, items: {type: object, properties: {b: {type: string}, a: {}}}}}}}}
  /maybe:
    get:
      operationId: Maybe
      x-mastra-retry: safe
      responses: {'200': {content: {application/json: {schema: {type: [object, 'null'], properties: {a: {type: string}}}}}}}
components:
  responses:
    Page: {content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}}
  requestBodies:
    Watch: {content: {application/json: {schema: {$ref: '#/components/schemas/Watch'}}}}
  schemas:
    Watch: {allOf: [{$ref: '#/components/schemas/Traced'}]}
    Traced: {properties: {tracingOptions: {type: object}}}
    Thing: {type: object, required: [id, at], properties: {at: {type: string}, note: {type: object}, id: {type: string}}}
    Page:
      type: object
      required: [total, things]
      properties: {total: {type: integer}, things: {type: array, items: {$ref: '#/components/schemas/Thing'}}, more: {type: array}}
`

func TestGenerate_WritesOneRowForEachOperation(t *testing.T) {
	code, err := generate([]byte(spec))
	require.NoError(t, err)
	for _, row := range []string{
		`var Health = Operation{ID: "Health", Method: "GET", Path: "/health", AtRoot: true, Safe: true}`,
		`var ThingWatch = Operation{ID: "ThingWatch", Method: "POST", Path: "/things/{thingId}/watch", Context: Body, Tracing: true, ` +
			`Stream: &Stream{Framing: Records, End: Terminal, Idle: 60 * time.Second, FirstByte: 90 * time.Second}}`,
		`var ThingDelete = Operation{ID: "ThingDelete", Method: "DELETE", Path: "/things/{thingId}", Safe: true}`,
		`var ThingGet = Operation{ID: "ThingGet", Method: "GET", Path: "/things/{thingId}", Safe: true, Answer: &Answer{Form: Object, Some: []string{"at", "id"}}}`,
		`Path: "/things", Safe: true, Answer: &Answer{Form: Map, Some: []string{"at", "id"}}}`,
		`Path: "/things", Safe: true, Answer: &Answer{Form: Object, Each: []string{"things"}}}`,
		`Path: "/any", Safe: true}`,
		`Path: "/maybe", Safe: true}`,
		`Path: "/any", Safe: true, Answer: &Answer{Form: List, Some: []string{"b", "a"}}}`,
		"var All = []Operation{\n\tHealth,\n\tThingWatch,\n\tThingDelete,\n\tThingGet,\n",
	} {
		assert.Contains(t, string(code), row)
	}
}

func TestGenerate_RefusesWhatItDoesNotKnow(t *testing.T) {
	for what, change := range map[string][2]string{
		"a retry class":     {"x-mastra-retry: refused-only", "x-mastra-retry: sometimes"},
		"a place":           {"x-mastra-request-context: body", "x-mastra-request-context: header"},
		"a framing":         {"framing: records", "framing: lines"},
		"an end":            {"end: terminal", "end: someday"},
		"a limit":           {"idle: 60s", "idle: soon"},
		"no operationId":    {"operationId: ThingDelete, ", ""},
		"one that is taken": {"operationId: ThingDelete", "operationId: Health"},
		"no operations":     {spec, "paths: {}"},
	} {
		t.Run(what, func(t *testing.T) {
			changed := strings.Replace(spec, change[0], change[1], 1)
			require.NotEqual(t, spec, changed)
			_, err := generate([]byte(changed))
			assert.Error(t, err)
		})
	}
}

func TestGenerate_TheCheckedInFileIsUpToDate(t *testing.T) {
	text, err := os.ReadFile("../../../openapi.yaml")
	require.NoError(t, err)
	want, err := generate(text)
	require.NoError(t, err)
	have, err := os.ReadFile("../operations.gen.go")
	require.NoError(t, err)
	assert.Equal(t, string(want), string(have), "run go generate ./...")
}
