package mastra_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// payloadExceptions are members without a field and fields that are no member, by
// component.
var payloadExceptions = map[string]handwritten{
	"ResponseMetadataPayload": {without: reasons{"type": kindAgain}},
	"BlockPayload":            {without: reasons{"type": kindAgain}},
	"PendingToolCall":         {without: reasons{"type": kindAgain, "usage": "of a network's step: in Chunk.Payload"}},
	"ToolCallPayload":         {beyond: reasons{"runId": fromChunk}},
	"ToolResultPayload":       {beyond: reasons{"runId": fromChunk, "error": "of a failed call: ToolErrorChunk.Result"}},
	"ToolErrorPayload":        {beyond: reasons{"runId": fromChunk}, without: reasons{"id": "the call's id again"}},
	"ToolDeniedPayload":       {beyond: reasons{"runId": fromChunk}},
	"TripwirePayload":         {beyond: reasons{"runId": fromChunk}},
	"ToolInputPayload":        {without: reasons{"observability": inside}},
	"StepStartPayload":        {without: reasons{"inputMessages": inside}},
	"NetworkStepPayload":      {without: reasons{"conversationContext": inside}},
	"WorkflowStepPayload":     {without: reasons{"suspendOutput": inside}},
	"FinishPayload": {without: reasons{
		"type": kindAgain, "request": "empty: the server strips it", "totalUsage": "Usage, which is in output too", "providerMetadata": inside,
		"backgroundTaskPending": inside, "processorRetryCount": inside, "_durableStepContent": inside,
	}},
	"ErrorPayload": {names: map[string]string{"Error": "error"}, without: reasons{"type": kindAgain}},
	"WorkflowProgressPayload": {beyond: reasons{
		"stepCallId": ofStep, "status": ofStep, "startedAt": ofStep, "payload": ofStep, "resumePayload": ofStep, "resumedAt": ofStep, "metadata": ofStep,
	}},
}

const (
	kindAgain = "repeats the chunk's type"
	fromChunk = "taken over from the chunk"
	inside    = "seldom wanted: Chunk.Payload has it"
	ofStep    = "of WorkflowStep, which all payloads of steps share"
)

// The payloads of chunks are written by hand, in package stream. Several types of
// chunk share a schema: among them, their Go types hold its members.
func TestDescription_ChunkPayloadsHaveItsMembers(t *testing.T) {
	a := readAPI(t)
	types := map[string][]string{} // of chunk, by component
	for _, chunk := range []string{"AgentChunk", "WorkflowChunk"} {
		for typ, ref := range a.schemas[chunk].Payloads {
			types[ref] = append(types[ref], typ)
		}
	}
	for ref, types := range types {
		name := strings.TrimPrefix(ref, schemaRefs)
		if name == "AgentChunk" || name == "WorkflowChunk" { // whole chunks
			for _, typ := range types {
				assert.Equal(t, reflect.TypeFor[stream.NestedChunk](), payloadType(t, typ))
			}
			continue
		}
		t.Run(name, func(t *testing.T) {
			var fields []field
			for _, typ := range types {
				value := payloadType(t, typ)
				fields = append(fields, jsonFields(t, value, payloadExceptions[name].names)...)
			}
			a.compare(t, fields, []map[string]schema{a.properties(schema{Ref: ref})}, false, payloadExceptions[name])
		})
	}
}

// payloadType is the Go type of the payload of a type of chunk.
func payloadType(t *testing.T, typ string) reflect.Type {
	t.Helper()
	text, err := json.Marshal(map[string]any{"type": strings.Replace(typ, "*", "x", 1), "payload": map[string]any{"type": "x"}})
	require.NoError(t, err)
	c, err := stream.ParseChunk(text)
	require.NoError(t, err)
	value := reflect.TypeOf(c.Value()).Elem()
	require.NotEqual(t, reflect.TypeFor[stream.Unknown](), value, "the client has no type for "+typ)
	return value
}

// reach collects the components that a schema refers to, directly and not.
func (a api) reach(s schema, seen map[string]bool) {
	if s.Ref != "" {
		name := strings.TrimPrefix(s.Ref, schemaRefs)
		if seen[name] {
			return
		}
		seen[name] = true
		a.reach(a.schemas[name], seen)
		return
	}
	for _, part := range slices.Concat(s.AllOf, s.AnyOf, slices.Collect(maps.Values(s.Properties))) {
		a.reach(part, seen)
	}
	if s.Items != nil {
		a.reach(*s.Items, seen)
	}
	if more, ok := s.Additional.(map[string]any); ok {
		a.reach(anySchema(more), seen)
	}
	for _, refs := range []map[string]string{s.Payloads, s.Data} {
		for _, ref := range refs {
			a.reach(schema{Ref: ref}, seen)
		}
	}
}

// anySchema is the schema of additionalProperties, as far as reach looks.
func anySchema(m map[string]any) schema {
	out := schema{}
	out.Ref, _ = m["$ref"].(string)
	if inner, ok := m["additionalProperties"]; ok {
		out.Additional = inner
	}
	if items, ok := m["items"].(map[string]any); ok {
		s := anySchema(items)
		out.Items = &s
	}
	return out
}

// genUses are the types of package gen that the package names itself.
func genUses(t *testing.T) map[string]bool {
	t.Helper()
	uses := map[string]bool{}
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "gen" {
					uses[sel.Sel.Name] = true
				}
			}
			return true
		})
	}
	return uses
}

// unused are components that no operation reaches, and results that no Go type
// stands for, each with the reason.
var unused = reasons{
	"Ack":             "a sentence for people: the call returns an error or none",
	"Success":         "the call returns an error or none",
	"MessagesDeleted": "the call returns an error or none",
	"ThreadDeleted":   "the call returns an error or none",
	"RunRef":          "the client knows the id",
	"ToolOutput":      "any JSON: json.RawMessage",
	"Health":          "read inside Health",
	"SavedMessages":   "a slice of StoredMessage",
	"AgentChunk":      "stream.Chunk",
	"WorkflowChunk":   "stream.Chunk",
	"ToolFailure":     "ToolError; hidden in ToolOutput, which is any JSON",
}

func TestDescription_NothingIsGeneratedThatNothingUses(t *testing.T) {
	a := readAPI(t)
	reached, tops := map[string]bool{}, map[string]string{}
	for id, op := range a.operations {
		content := []mediaTypes{op.Body.Content}
		for status, r := range op.Responses {
			if r.Ref == "" {
				content = append(content, r.Content)
			}
			if !strings.HasPrefix(status, "2") {
				continue
			}
			for _, media := range r.Content {
				tops[topName(media.Schema)] = id
			}
		}
		for _, types := range content {
			for _, media := range types {
				a.reach(media.Schema, reached)
			}
		}
		if op.Stream.Event != "" {
			a.reach(schema{Ref: op.Stream.Event}, reached)
		}
		for _, p := range op.Parameters {
			a.reach(p.Schema, reached)
			for _, media := range p.Content {
				a.reach(media.Schema, reached)
			}
		}
	}
	a.reach(schema{Ref: schemaRefs + "Error"}, reached) // of every answer that is no success

	for name := range a.schemas {
		if _, excepted := unused[name]; !reached[name] && !excepted {
			assert.Fail(t, "no operation reaches the component "+name)
		}
	}
	standsFor := genUses(t)
	for _, h := range slices.Concat(requestTypes, resultTypes) {
		for _, s := range h.schemas {
			standsFor[s] = true
		}
	}
	delete(tops, "") // any JSON
	for name, id := range tops {
		_, excepted := unused[name]
		assert.NotEqual(t, standsFor[name], excepted, "%s, the result of %s, is neither used nor replaced by a Go type, or is excepted all the same", name, id)
	}
	for name := range unused {
		assert.True(t, tops[name] != "" || !reached[name], "an exception for nothing: "+name)
		assert.Contains(t, a.schemas, name)
	}
}

// topName is the component that an answer is, or a list or map of.
func topName(s schema) string {
	switch {
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, schemaRefs)
	case s.Items != nil:
		return topName(*s.Items)
	}
	if more, ok := s.Additional.(map[string]any); ok {
		return topName(anySchema(more))
	}
	return ""
}
