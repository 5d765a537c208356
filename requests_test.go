package mastra_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

var update = flag.Bool("update", false, "write testdata/requests.golden anew")

// catcher keeps every request and answers each with what its route may answer.
type catcher struct {
	t    testing.TB
	mu   sync.Mutex
	seen []caught
}

type caught struct {
	method, path, contentType string
	query                     url.Values
	body                      []byte
}

func (c *catcher) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
	}
	path := strings.TrimPrefix(req.URL.EscapedPath(), base)
	c.mu.Lock()
	c.seen = append(c.seen, caught{req.Method, path, req.Header.Get("Content-Type"), req.URL.Query(), body})
	c.mu.Unlock()
	kind, text := "application/json", `{"message":"done"}`
	switch {
	case strings.HasPrefix(path, "/api/workflows") && strings.Contains(req.Header.Get("Accept"), "event-stream"):
		kind, text = "text/plain", string(testdata(c.t, "runs", "doubler.rs"))
	case strings.Contains(req.Header.Get("Accept"), "event-stream"):
		kind, text = "text/event-stream", "data: [DONE]\n\n"
	case req.Method == "GET" && strings.Contains(path, "/runs/"):
		text = string(testdata(c.t, "runs", "approval-suspended.json"))
	case req.Method == "GET" && aThread.MatchString(path):
		text = `{"id":"t","resourceId":"x#%ü"}`
	case path == "/health":
		text = `{"success":true}`
	case strings.HasSuffix(path, "/indexes"), strings.HasSuffix(path, "/speakers"), strings.HasSuffix(path, "/query"):
		text = "[]"
	}
	return answer(200, text, "Content-Type", kind)(req)
}

var aThread = regexp.MustCompile(`^/api/memory/threads/[^/]+$`)

// String is the request as the golden file has it: without what is made anew each
// time.
func (c caught) String() string {
	body := string(c.body)
	if strings.HasPrefix(c.contentType, "application/json") {
		var v any
		if json.Unmarshal(c.body, &v) == nil {
			sorted, _ := json.Marshal(v)
			body = string(sorted)
		}
	} else if c.contentType != "" {
		_, boundary, _ := strings.Cut(c.contentType, "boundary=")
		body = strings.ReplaceAll(strings.ReplaceAll(body, boundary, "BOUNDARY"), "\r\n", "|")
	}
	line := c.method + " " + c.path
	if len(c.query) > 0 {
		text, _ := url.QueryUnescape(c.query.Encode())
		line += "?" + text
	}
	if body != "" {
		line += "\n    " + body
	}
	return uuids.ReplaceAllString(line, "<uuid>")
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// A method of the public surface that takes a context.
type method struct {
	name string // "Agent.Generate"
	call reflect.Value
}

// methods are those of every handle, made with these ids.
func methods(c *mastra.Client, agent, other string) []method {
	run := c.Workflow(other).Run(agent)
	handles := []any{
		c, c.Agents(), c.Agent(agent), c.Agent(agent).Voice(), c.Agent(agent).Tool(other), c.Tool(other), c.Tools(), c.Workflows(), c.Workflow(other), run,
		c.Memory(agent).ForResource(other), c.Memory(agent).ForResource(other).Thread(agent), c.Vectors(), c.Vector(other),
	}
	var out []method
	for i, h := range handles {
		v := reflect.ValueOf(h)
		owner := strings.TrimPrefix(v.Type().String(), "*")
		owner = strings.TrimPrefix(owner, "mastra.")
		if i == 4 {
			owner = "Agent.Tool"
		}
		for j := range v.NumMethod() {
			m := v.Method(j)
			if m.Type().NumIn() > 0 && m.Type().In(0) == reflect.TypeFor[context.Context]() {
				out = append(out, method{owner + "." + v.Type().Method(j).Name, m})
			}
		}
	}
	return out
}

// invoke calls the method; an iterator is walked, a stream closed.
func (m method) invoke(ctx context.Context, arg func(reflect.Type) reflect.Value, opts ...mastra.Option) (err error) {
	typ := m.call.Type()
	in := []reflect.Value{reflect.Zero(typ.In(0))}
	if ctx != nil {
		in[0] = reflect.ValueOf(ctx)
	}
	for i := 1; i < typ.NumIn(); i++ {
		if !typ.IsVariadic() || i < typ.NumIn()-1 {
			v := arg(typ.In(i))
			if strings.Contains(m.name, "Network") { // a network takes none
				v = lacking(v, "ClientTools")
			}
			if m.name == "Agent.SetModel" && v.String() != "" {
				v = reflect.ValueOf("provider/model")
			}
			in = append(in, v)
		}
	}
	for _, o := range opts {
		in = append(in, reflect.ValueOf(o))
	}
	for _, out := range m.call.Call(in) {
		switch v := out.Interface().(type) {
		case error:
			err = v
		case iter.Seq2[mastra.RunState, error]:
			err = drain(v)
		case iter.Seq2[mastra.ThreadRecord, error]:
			err = drain(v)
		case iter.Seq2[mastra.StoredMessage, error]:
			err = drain(v)
		case iter.Seq2[mastra.SuspendedRun, error]:
			err = drain(v)
		case io.Closer:
			if !out.IsNil() {
				v.Close()
			}
		}
	}
	return err
}

func drain[T any](seq iter.Seq2[T, error]) (err error) {
	for _, err = range seq {
	}
	return err
}

// zero is the argument that is nothing.
func zero(t reflect.Type) reflect.Value { return reflect.Zero(t) }

// full is an argument in which every field is set.
func full(t reflect.Type) reflect.Value { return fill(t, t.Name()) }

// fullButUntilIdle leaves out the field that chooses another route.
func fullButUntilIdle(t reflect.Type) reflect.Value {
	return lacking(full(t), "UntilIdle")
}

// fullButTools leaves out another that does.
func fullButTools(t reflect.Type) reflect.Value {
	return lacking(full(t), "ClientTools")
}

// lacking is a copy of the argument in which a field of that name is zero.
func lacking(arg reflect.Value, field string) reflect.Value {
	v := reflect.New(arg.Type()).Elem()
	v.Set(arg)
	if v.Kind() == reflect.Struct {
		if f := v.FieldByName(field); f.IsValid() {
			f.SetZero()
		}
	}
	return v
}

// special are the values of types that have rules of their own.
var special = map[reflect.Type]any{
	reflect.TypeFor[mastra.Messages]():            mastra.Prompt("hello"),
	reflect.TypeFor[mastra.ToolChoice]():          mastra.ToolChoiceOf("weather"),
	reflect.TypeFor[time.Time]():                  time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC),
	reflect.TypeFor[json.RawMessage]():            json.RawMessage(`{"raw":true}`),
	reflect.TypeFor[mastra.ClientTool]():          mastra.NewClientTool("add", "Adds.", func(context.Context, struct{ A int }) (int, error) { return 0, nil }),
	reflect.TypeFor[map[string]any]():             map[string]any{"key": "value"},
	reflect.TypeFor[any]():                        map[string]any{"any": 1},
	reflect.TypeFor[mastra.UpsertRequest]():       mastra.UpsertRequest{Index: "i", Vectors: [][]float32{{1, 0.5}}, IDs: []string{"a"}, Metadata: []map[string]any{{"k": "v"}}},
	reflect.TypeFor[mastra.CreateThreadRequest](): mastra.CreateThreadRequest{ThreadID: "t", ResourceID: otherID, Title: "T", Metadata: map[string]any{"k": "v"}},
	reflect.TypeFor[mastra.ListThreadsRequest]():  mastra.ListThreadsRequest{ResourceID: otherID, Page: 2, PerPage: 3, Metadata: map[string]any{"k": "v"}, Order: mastra.Order{Field: mastra.ByUpdatedAt, Direction: mastra.Ascending}},
	reflect.TypeFor[mastra.ListMessagesRequest](): mastra.ListMessagesRequest{Page: 2, PerPage: 3, Since: time.UnixMilli(1).UTC(), Until: time.UnixMilli(2).UTC(), Direction: mastra.Ascending, Metadata: map[string]any{"k": "v"}, IncludeSystemReminders: true},
	reflect.TypeFor[mastra.SearchRequest]():       mastra.SearchRequest{Query: "q & a", ResourceID: otherID, ThreadID: "t", Limit: 3, Config: map[string]any{"k": "v"}},
	reflect.TypeFor[mastra.StoredMessage]():       mastra.StoredMessage{Role: "user", ThreadID: "t", Content: mastra.NewStoredMessage("user", "hi").Content},
	reflect.TypeFor[mastra.ResumeRequest](): mastra.ResumeRequest{Step: "approve", ForEachIndex: new(int), Data: map[string]any{"approved": true}, PerStep: true,
		Tracing: &mastra.TracingOptions{TraceID: "trace"}, RequestContext: map[string]any{"locale": "it"}, Extra: map[string]any{"extra": 1}},
}

func fill(t reflect.Type, name string) reflect.Value {
	if v, ok := special[t]; ok {
		return reflect.ValueOf(v).Convert(t)
	}
	if t == reflect.TypeFor[io.Reader]() {
		return reflect.ValueOf(strings.NewReader("speech"))
	}
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("the " + name)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64, reflect.Float32:
		v.SetFloat(0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(fill(t.Elem(), name))
	case reflect.Slice:
		v.Set(reflect.Append(v, fill(t.Elem(), name)))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(reflect.ValueOf("key"), fill(t.Elem(), name))
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			switch {
			case !f.IsExported():
			case f.Name == "Model" && f.Type.Kind() == reflect.String:
				v.Field(i).SetString("provider/model")
			case f.Type == reflect.TypeFor[*mastra.Pending](): // the ids are given instead
			case f.Name == "Extra" && f.Type == reflect.TypeFor[map[string]any]():
				v.Field(i).Set(reflect.ValueOf(map[string]any{"extra": 1}))
			case f.Name == "RequestContext" && f.Type == reflect.TypeFor[map[string]any]():
				v.Field(i).Set(reflect.ValueOf(map[string]any{"locale": "it"}))
			default:
				v.Field(i).Set(fill(f.Type, f.Name))
			}
		}
	}
	return v
}

const agentID, otherID = "my agent/1?", "x#%ü"

// Every method, with zero and with full arguments: the golden file has the
// requests that go out, or the error where none does.
func TestRequest_IsTheGoldenOne(t *testing.T) {
	var golden bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		rt := &catcher{t: t}
		client := inMemory(t, rt, mastra.WithRetries(0))
		show := func(name, kind string, err error) {
			fmt.Fprintf(&golden, "== %s, %s\n", name, kind)
			for _, req := range rt.seen {
				fmt.Fprintf(&golden, "%s\n", req)
			}
			if err != nil && len(rt.seen) == 0 {
				fmt.Fprintf(&golden, "%v\n", err)
			}
			rt.seen = nil
			if strings.HasPrefix(name, "Run.Resume") {
				time.Sleep(time.Minute) // until no answer to the run can be on its way
			}
		}
		all := methods(client, agentID, otherID)
		slices.SortFunc(all, func(a, b method) int { return strings.Compare(a.name, b.name) })
		require.Greater(t, len(all), 90)
		for _, m := range all {
			if strings.HasPrefix(m.name, "Client.") && m.name != "Client.Health" {
				continue // Do and OpenStream have tests of their own
			}
			err := m.invoke(t.Context(), zero)
			show(m.name, "zero", err)
			err = m.invoke(t.Context(), full)
			assert.NotEmpty(t, rt.seen, "%s: %v", m.name, err)
			show(m.name, "full", err)
			if m.name == "Agent.Stream" || m.name == "Agent.ResumeStream" {
				show(m.name, "full, not until idle", m.invoke(t.Context(), fullButUntilIdle))
			}
			if m.name == "Agent.Approve" || m.name == "Agent.ApproveStream" || m.name == "Agent.Decline" || m.name == "Agent.DeclineStream" {
				show(m.name, "full, without client tools", m.invoke(t.Context(), fullButTools))
			}
		}
	})
	const file = "testdata/requests.golden"
	if *update {
		require.NoError(t, os.WriteFile(file, golden.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), golden.String())
}

// A method without its ids, or without a context, sends nothing and says what is
// missing.
func TestRequest_NeverGoesOutWithoutIDsOrContext(t *testing.T) {
	rt := &catcher{t: t}
	client := inMemory(t, rt, mastra.WithRetries(0))
	allowed := map[string]bool{ // these need no id
		"Agents.List": true, "Agents.ListPartial": true, "Agents.Providers": true, "Tools.List": true, "Workflows.List": true, "Workflows.ListPartial": true, "Workflows.RunCounts": true,
		"Vectors.List": true, "Vectors.Embedders": true, "Client.Health": true, "Memory.ListThreads": true, "Memory.Threads": true,
	}
	for _, m := range methods(client, "", "") {
		rt.seen = nil
		err := m.invoke(t.Context(), full)
		if allowed[m.name] {
			continue
		}
		if assert.Error(t, err, m.name) {
			assert.True(t, strings.HasPrefix(err.Error(), "mastra: "), "%s: %v", m.name, err)
		}
		for _, req := range rt.seen {
			assert.Fail(t, "a request went out", "%s: %s", m.name, req)
		}
	}
	rt.seen = nil
	var none context.Context
	for _, m := range methods(client, agentID, otherID) {
		for _, args := range []func(reflect.Type) reflect.Value{zero, full} {
			assert.NotPanics(t, func() { assert.Error(t, m.invoke(none, args), m.name) }, m.name)
		}
	}
	assert.Empty(t, rt.seen)
}

// A request context travels where the API description says, and the one of the
// request wins over the client's.
func TestRequestContext_TravelsWhereItIsRead(t *testing.T) {
	synctest.Test(t, requestContextTravelsWhereItIsRead)
}

func requestContextTravelsWhereItIsRead(t *testing.T) {
	a := readAPI(t)
	rt := &catcher{t: t}
	client := inMemory(t, rt, mastra.WithRetries(0), mastra.WithRequestContext(map[string]any{"tenant": "acme", "locale": "de"}))
	met := map[string]bool{}
	for _, m := range methods(client, agentID, otherID) {
		if strings.HasPrefix(m.name, "Client.") {
			continue
		}
		_ = m.invoke(t.Context(), full)
		_ = m.invoke(t.Context(), fullButUntilIdle)
		_ = m.invoke(t.Context(), fullButTools)
		for _, req := range rt.seen {
			id, op := a.operationOf(t, req.method, req.path)
			met[id] = true
			var body struct{ RequestContext map[string]any }
			if strings.HasPrefix(req.contentType, "application/json") {
				require.NoError(t, json.Unmarshal(req.body, &body))
			}
			inQuery := contextOf(t, req.query)
			got := body.RequestContext
			if op.Context == "query" {
				got, inQuery = inQuery, got
			}
			if op.Context == "none" { // then it does no harm in the query
				assert.Nil(t, got, id)
				continue
			}
			if assert.Equal(t, "acme", got["tenant"], "%s, %s", m.name, id) {
				assert.Contains(t, []any{"de", "it"}, got["locale"])
			}
			assert.Nil(t, inQuery, "%s, %s: in both places", m.name, id)
		}
		rt.seen = nil
	}
	for _, raw := range []string{"WorkflowStartAsync", "WorkflowResumeAsync", "WorkflowResumeNoWait"} {
		met[raw] = true // of api/workflows
	}
	for id := range a.operations {
		if id != "Health" {
			assert.True(t, met[id], "no method sends %s", id)
		}
	}
}

// A GET is read for its query alone, whatever body is given to it.
func TestDo_SendsTheContextOfAGETInTheQuery(t *testing.T) {
	for method, where := range map[string]string{"GET": "query", "HEAD": "query", "DELETE": "body", "POST": "body"} {
		rt := &catcher{t: t}
		client := inMemory(t, rt, mastra.WithRetries(0), mastra.WithRequestContext(map[string]any{"tenant": "acme"}))
		_ = client.Do(t.Context(), method, "/custom", map[string]any{"a": 1}, nil)
		require.Len(t, rt.seen, 1, method)
		var body struct{ RequestContext map[string]any }
		require.NoError(t, json.Unmarshal(rt.seen[0].body, &body))
		got := map[string]map[string]any{"query": contextOf(t, rt.seen[0].query), "body": body.RequestContext}
		assert.Equal(t, "acme", got[where]["tenant"], method)
		delete(got, where)
		for other, values := range got {
			assert.Nil(t, values, "%s: in the %s too", method, other)
		}
	}
}

func contextOf(t *testing.T, q url.Values) map[string]any {
	t.Helper()
	if !q.Has("requestContext") {
		return nil
	}
	text, err := base64.StdEncoding.DecodeString(q.Get("requestContext"))
	require.NoError(t, err)
	return decode[map[string]any](t, text)
}
