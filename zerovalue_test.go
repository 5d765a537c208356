package mastra_test

import (
	"encoding/json"
	"fmt"
	"go/constant"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/api/workflows"
	"github.com/mastra-go/mastra/stream"
)

// withMethods are all exported types with a method that takes nothing, payloads of
// chunks apart.
var withMethods = []any{
	mastra.SendMessageRequest{}, mastra.IfIdle{},
	mastra.Agent{}, mastra.Agents{}, mastra.Client{}, mastra.Memory{}, mastra.Run{}, mastra.Thread{}, mastra.Tool{}, mastra.Tools{}, mastra.Vector{}, mastra.Vectors{}, mastra.Voice{}, mastra.Workflow{}, mastra.Workflows{},
	mastra.ClientTool{}, mastra.MemoryRef{}, mastra.Message{}, mastra.Messages{}, mastra.Part{}, mastra.ToolChoice{}, mastra.UntilIdle{},
	mastra.Error{}, mastra.Response{}, mastra.ToolError{}, mastra.TypedError{}, mastra.RunFailure{}, stream.MalformedError{}, stream.EventTooLargeError{}, stream.TripwireError{}, stream.RunError{},
	mastra.RunStatus(""), mastra.RunState{}, mastra.StepState{}, mastra.Suspension{},
	mastra.AgentResult{}, mastra.NetworkResult{}, mastra.Typed[order]{}, mastra.Typed[[]order]{}, mastra.Typed[string]{}, mastra.Typed[*order]{},
	mastra.StoredMessage{}, mastra.MessageContent{}, mastra.MessagePart{}, mastra.ToolInvocation{},
	stream.Chunk{}, stream.ErrorDetail{}, stream.Framing(0), stream.Output{}, stream.Schema{}, stream.Time{}, stream.Usage{},
	aisdk.Approval{}, aisdk.Converter{}, aisdk.Message{}, aisdk.Part{}, workflows.API{},
}

// opened are those that somebody has to open: the zero value is nothing.
var opened = []any{mastra.AgentStream{}, mastra.NetworkStream{}, mastra.RunStream{}, mastra.TypedStream[order]{}, stream.Stream{}, mastra.Audio{}, aisdk.Writer{}}

// callAll calls every method that takes nothing.
func callAll(t *testing.T, v reflect.Value, what string) {
	for i := range v.NumMethod() {
		if v.Type().Method(i).Type.NumIn() != 1 {
			continue
		}
		assert.NotPanics(t, func() {
			for _, out := range v.Method(i).Call(nil) {
				_ = fmt.Sprint(out.Interface())
				if out.Kind() == reflect.Func && out.Type().CanSeq2() {
					for range out.Seq2() {
						break
					}
				}
			}
		}, "%s.%s, %s", v.Type(), v.Type().Method(i).Name, what)
	}
}

func TestZeroValue_HasNoMethodThatPanics(t *testing.T) {
	for _, zero := range append(payloads(t), withMethods...) {
		typ := reflect.TypeOf(zero)
		callAll(t, reflect.New(typ), "of the zero value")
		for _, text := range []string{"null", "{}", "[]", `""`, "0", `[null]`} {
			v := reflect.New(typ)
			if assert.NotPanics(t, func() { _ = json.Unmarshal([]byte(text), v.Interface()) }, "%s of %s", typ, text) {
				callAll(t, v, "after "+text)
			}
		}
	}
}

// payloads are zero values of the types that stream.Chunk.Value gives.
func payloads(t *testing.T) []any {
	t.Helper()
	p := compiled(t, "stream")[0]
	found := map[reflect.Type]bool{}
	try := func(typ string) {
		for _, payload := range []string{`{}`, `{"error":{}}`, `{"type":"text-delta","payload":{}}`, `"x"`, `[]`} {
			chunk, err := stream.ParseChunk([]byte(`{"type":` + js(typ) + `,"payload":` + payload + `}`))
			require.NoError(t, err)
			if v := chunk.Value(); reflect.TypeOf(v) != reflect.TypeFor[*stream.Unknown]() {
				found[reflect.TypeOf(v).Elem()] = true
				return
			}
		}
	}
	for _, name := range p.Scope().Names() {
		if c, ok := p.Scope().Lookup(name).(*types.Const); ok && strings.HasPrefix(name, "Type") {
			try(constant.StringVal(c.Val()))
		}
	}
	all := []any{stream.Data{}, stream.NestedChunk{}, stream.ObservedChunk{}, stream.Unknown{}}
	for _, v := range all {
		delete(found, reflect.TypeOf(v))
	}
	for typ := range found {
		all = append(all, reflect.Zero(typ).Interface())
	}
	named := map[string]bool{}
	for _, v := range all {
		named[reflect.TypeOf(v).Name()] = true
	}
	for _, name := range p.Scope().Names() {
		o, ok := p.Scope().Lookup(name).(*types.TypeName)
		if ok && !types.IsInterface(o.Type()) && types.NewMethodSet(types.NewPointer(o.Type())).Lookup(p, "value") != nil {
			require.True(t, named[name], "no chunk was found that gives a %s", name)
		}
	}
	return all
}

func TestZeroValue_OfEveryTypeWithMethodsIsTested(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, v := range slices.Concat(withMethods, opened, payloads(t)) {
		name, _, _ := strings.Cut(reflect.TypeOf(v).String(), "[")
		known[name] = true
	}
	for _, p := range compiled(t, "", "stream", "aisdk", "api/workflows") {
		for _, name := range p.Scope().Names() {
			o, ok := p.Scope().Lookup(name).(*types.TypeName)
			if !ok || !o.Exported() || o.IsAlias() || types.IsInterface(o.Type()) {
				continue
			}
			for m := range types.NewMethodSet(types.NewPointer(o.Type())).Methods() {
				if s := m.Obj().(*types.Func).Signature(); m.Obj().Exported() && s.Params().Len() == 0 {
					assert.True(t, known[p.Name()+"."+name], "%s.%s has %s", p.Name(), name, m.Obj().Name())
					break
				}
			}
		}
	}
}
