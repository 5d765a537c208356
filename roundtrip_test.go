package mastra_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// filler sets every exported field that it can reach to a value of its own.
type filler struct{ n int }

func (f *filler) next() int { f.n++; return f.n }

func (f *filler) fill(v reflect.Value, depth int) {
	t := v.Type()
	switch {
	case depth > 12 && (t.Kind() == reflect.Slice || t.Kind() == reflect.Map || t.Kind() == reflect.Pointer):
		return // a type that holds itself
	case t == reflect.TypeFor[mastra.Time]():
		v.Set(reflect.ValueOf(mastra.Time{Time: time.UnixMilli(1796040000000 + int64(f.next())).UTC()}))
		return
	case t == reflect.TypeFor[stream.ErrorDetail](): // as it is read
		text, err := json.Marshal(stream.ErrorDetail{Name: "E", Message: fmt.Sprint("text ", f.next()), Code: "C", Domain: "D", Category: "K", StatusCode: 503})
		if err == nil {
			err = json.Unmarshal(text, v.Addr().Interface())
		}
		if err != nil {
			panic(err)
		}
		return
	case t == reflect.TypeFor[stream.Chunk]():
		chunk, err := stream.ParseChunk([]byte(fmt.Sprintf(`{"type":"text-delta","runId":"r","from":"AGENT","payload":{"id":"1","text":"text %d"}}`, f.next())))
		if err != nil {
			panic(err)
		}
		v.Set(reflect.ValueOf(chunk))
		return
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8: // JSON as it is
		v.SetBytes([]byte(fmt.Sprintf(`{"k":%d}`, f.next())))
		return
	}
	switch t.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("text ", f.next()))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.next() + 100))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.next()) + 0.5)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return // an error, which JSON cannot hold
		}
		v.Set(reflect.ValueOf(map[string]any{"k": float64(f.next())}))
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		f.fill(v.Elem(), depth+4)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, 2, 2))
		for i := range 2 {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		for range 2 {
			element := reflect.New(t.Elem()).Elem()
			f.fill(element, depth+1)
			v.SetMapIndex(reflect.ValueOf(fmt.Sprint("key", f.next())).Convert(t.Key()), element)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				f.fill(v.Field(i), depth+1)
			}
		}
	}
}

type order struct {
	Item  string   `json:"item"`
	Count int      `json:"count"`
	Tags  []string `json:"tags"`
}

// kept are what people keep between processes; the payloads of chunks are others.
var kept = []any{
	mastra.RunState{}, mastra.StepState{}, mastra.RunFailure{}, mastra.RunPage{}, mastra.Suspension{}, mastra.ResumeLabel{},
	mastra.AgentResult{}, mastra.Typed[order]{}, mastra.Typed[[]order]{}, mastra.Typed[string]{}, mastra.Typed[map[string]int]{}, mastra.Typed[*order]{},
	mastra.NetworkResult{}, mastra.Pending{}, mastra.ToolCall{}, mastra.ToolResult{}, mastra.Usage{}, mastra.Source{}, mastra.TripwireError{}, mastra.RunError{},
	mastra.StoredMessage{}, mastra.MessageContent{}, mastra.MessagePart{}, mastra.ToolInvocation{}, mastra.MessagePage{}, mastra.ThreadClone{},
	mastra.ThreadRecord{}, mastra.ThreadPage{}, mastra.WorkingMemory{}, mastra.SuspendedRunPage{}, mastra.AgentStep{}, mastra.SignalReceipt{},
	mastra.AgentInfo{}, mastra.ToolInfo{}, mastra.WorkflowInfo{}, mastra.MemorySearchPage{}, mastra.IndexInfo{}, mastra.VectorMatch{}, mastra.ToolError{}, mastra.Issue{},
	stream.Chunk{}, stream.ErrorDetail{}, stream.StepResult{}, stream.Output{}, stream.Routing{}, stream.BackgroundTask{}, stream.WorkflowStep{}, stream.Schema{},
}

// around is what stands before the JSON of a value that something holds.
var around = map[string]string{"in a slice": "[", "in a slice of such": "[", "in a map": `{"k":`, "in a struct": `{"In":`}

func TestJSON_KeepsEveryFieldThatIsStored(t *testing.T) {
	for _, zero := range append(payloads(t), kept...) {
		typ := reflect.TypeOf(zero)
		t.Run(typ.String(), func(t *testing.T) {
			full := reflect.New(typ)
			new(filler).fill(full.Elem(), 0)
			if r, ok := full.Interface().(*mastra.AgentResult); ok {
				r.Raw = nil
			}
			if typ.Kind() == reflect.Struct {
				if inner := full.Elem().FieldByName("AgentResult"); inner.IsValid() {
					inner.Interface().(*mastra.AgentResult).Raw = nil
				}
			}
			want := full.Elem().Interface()
			ways := map[string]func(v any) any{
				"by value":   func(v any) any { return v },
				"by pointer": func(any) any { return full.Interface() },
				"in a slice": func(v any) any { return []any{v} },
				"in a slice of such": func(v any) any {
					return reflect.Append(reflect.MakeSlice(reflect.SliceOf(typ), 0, 1), full.Elem()).Interface()
				},
				"in a map":    func(v any) any { return map[string]any{"k": v} },
				"in a struct": func(v any) any { return struct{ In any }{v} },
			}
			for name, put := range ways {
				text, err := json.Marshal(put(want))
				require.NoError(t, err, name)
				if before, ok := around[name]; ok {
					require.True(t, strings.HasPrefix(string(text), before), name)
					text = text[len(before) : len(text)-1]
				}
				back := reflect.New(typ)
				require.NoError(t, json.Unmarshal(text, back.Interface()), name)
				assert.Equal(t, want, comparableTo(back.Elem().Interface()), name)
				again, err := json.Marshal(back.Interface())
				require.NoError(t, err)
				assert.JSONEq(t, string(text), string(again), name)
			}
			require.NoError(t, json.Unmarshal([]byte("{}"), reflect.New(typ).Interface()))
			empty, err := json.Marshal(zero)
			require.NoError(t, err)
			back := reflect.New(typ)
			require.NoError(t, json.Unmarshal(empty, back.Interface()), string(empty))
			assert.NoError(t, json.Unmarshal([]byte("null"), reflect.New(typ).Interface()))
			switch typ {
			case reflect.TypeFor[mastra.RunFailure](), reflect.TypeFor[stream.Chunk](), reflect.TypeFor[stream.ErrorDetail](),
				reflect.TypeFor[stream.Output](), reflect.TypeFor[stream.Schema]():
				return // they hold anything
			}
			back = reflect.New(typ)
			assert.Error(t, json.Unmarshal([]byte("7"), back.Interface()))
			assert.Zero(t, back.Elem().Interface())
		})
	}
}

func TestAgentResult_RoundTripKeepsWhatItTells(t *testing.T) {
	files, err := filepath.Glob("testdata/answers/*")
	require.NoError(t, err)
	waits, steps, failed := 0, 0, 0
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			name := filepath.Base(file)
			var res *mastra.AgentResult
			if strings.HasSuffix(name, ".sse") {
				res, _ = streamed(t, testdata(t, "answers", name))
			} else {
				res = wholeAnswer(t, strings.TrimSuffix(name, ".json"))
			}
			byValue, err := json.Marshal(*res)
			require.NoError(t, err)
			byPointer, err := json.Marshal(res)
			require.NoError(t, err)
			assert.Equal(t, string(byPointer), string(byValue))
			if res.Raw != nil {
				assert.NotContains(t, string(byValue), "rememberedMessages", "Raw")
			}
			back := decode[mastra.AgentResult](t, byValue)
			assert.Nil(t, back.Raw)
			assert.Equal(t, res.Pending(), back.Pending())
			assert.Equal(t, res.Err(), back.Err())
			assert.Equal(t, stepsOf(t, res), stepsOf(t, &back))
			want, got := *res, back
			want.Raw = nil
			assert.Equal(t, exported(want), exported(got))
			second, err := json.Marshal(back)
			require.NoError(t, err)
			assert.JSONEq(t, string(byValue), string(second))
			waits, steps = waits+len(back.Pending()), steps+len(stepsOf(t, &back))
			if back.Err() != nil {
				failed++
			}
		})
	}
	assert.Greater(t, waits, 4)
	assert.Greater(t, steps, 30)
	assert.Greater(t, failed, 2)
}

// exported are the exported fields of a struct.
func exported(v any) map[string]any {
	out := map[string]any{}
	s := reflect.ValueOf(v)
	for i := range s.NumField() {
		if f := s.Type().Field(i); f.IsExported() {
			out[f.Name] = s.Field(i).Interface()
		}
	}
	return out
}

func TestAgentResult_RoundTripKeepsAFailure(t *testing.T) {
	res := decode[mastra.AgentResult](t, []byte(`{"text":"","runId":"r","finishReason":"error","error":{"name":"AI_APICallError","message":"boom","statusCode":503,"code":"E1","stack":"at secret"}}`))
	require.Error(t, res.Err())
	text, err := json.Marshal(res)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "secret")
	back := decode[mastra.AgentResult](t, text)
	assert.Equal(t, res.Err(), back.Err())
	assert.IsType(t, &mastra.RunError{}, back.Err())
}

// A call that has got its result does not wait again because it was stored.
func TestAgentResult_RoundTripMakesNothingWait(t *testing.T) {
	res := mastra.AgentResult{FinishReason: mastra.FinishToolCalls, ToolCalls: []mastra.ToolCall{{ID: "c", Name: "t"}}}
	text, err := json.Marshal(res)
	require.NoError(t, err)
	back := decode[mastra.AgentResult](t, text)
	assert.Empty(t, back.Pending())
	assert.Len(t, back.ToolCalls, 1)
}

func TestTyped_RoundTrip(t *testing.T) {
	res := wholeAnswer(t, "approval")
	in := mastra.Typed[order]{Value: order{"cup", 2, []string{"a"}}, AgentResult: res}
	for _, v := range []any{in, &in} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		back := decode[mastra.Typed[order]](t, text)
		assert.Equal(t, in.Value, back.Value)
		require.NotNil(t, back.AgentResult)
		assert.Equal(t, res.Pending(), back.Pending())
		assert.Equal(t, res.RunID, back.RunID)
		value := decode[struct{ Value order }](t, text)
		assert.Equal(t, in.Value, value.Value)
	}
	alone := mastra.Typed[int]{Value: 7}
	text, err := json.Marshal(alone)
	require.NoError(t, err)
	assert.JSONEq(t, `{"value":7}`, string(text))
	assert.Equal(t, alone, decode[mastra.Typed[int]](t, text))
	var bad mastra.Typed[int]
	require.Error(t, json.Unmarshal([]byte(`{"value":"x","text":"y"}`), &bad))
	require.Error(t, json.Unmarshal([]byte(`7`), &bad))
	assert.Equal(t, mastra.Typed[int]{}, bad)
	require.Error(t, func() error { _, err := json.Marshal(mastra.Typed[chan int]{}); return err }())
}

func TestNetworkResult_RoundTripKeepsWhatItWaitsFor(t *testing.T) {
	body := `data: {"type":"tool-execution-approval","runId":"n","payload":{"toolCallId":"c","toolName":"delicate","args":{"what":"vase"},"runId":"n"}}` + "\n\ndata: [DONE]\n\n"
	s, err := inMemory(t, play(answer(200, body, "Content-Type", "text/event-stream"))).Agent("a").NetworkStream(t.Context(), ask())
	require.NoError(t, err)
	res, err := s.Result()
	require.NoError(t, err)
	require.Len(t, res.Pending(), 1)
	for _, v := range []any{*res, res} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		back := decode[mastra.NetworkResult](t, text)
		assert.Equal(t, *res, back)
		assert.Equal(t, res.Pending(), back.Pending())
	}
}

// comparableTo is a value without what only its methods tell.
func comparableTo(v any) any {
	switch v := v.(type) {
	case mastra.AgentResult:
		return rebuilt(v)
	}
	s := reflect.ValueOf(v)
	if s.Kind() == reflect.Struct {
		if inner := s.FieldByName("AgentResult"); inner.IsValid() && !inner.IsNil() {
			out := reflect.New(s.Type()).Elem()
			out.Set(s)
			plain := rebuilt(*inner.Interface().(*mastra.AgentResult))
			out.FieldByName("AgentResult").Set(reflect.ValueOf(&plain))
			return out.Interface()
		}
	}
	return v
}

// rebuilt has the exported fields only.
func rebuilt(r mastra.AgentResult) (out mastra.AgentResult) {
	from, to := reflect.ValueOf(r), reflect.ValueOf(&out).Elem()
	for i := range from.NumField() {
		if from.Type().Field(i).IsExported() {
			to.Field(i).Set(from.Field(i))
		}
	}
	return out
}
