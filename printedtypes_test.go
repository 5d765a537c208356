package mastra_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/types"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

// withheld are a value of every exported type that holds what must not be shown: a
// header, a body, an answer as it came. In them stand credentials.
func withheld() []any {
	header := http.Header{"Set-Cookie": {"session=" + credentials[2]}}
	var detail stream.ErrorDetail
	if err := json.Unmarshal([]byte(`{"message":"boom","stack":"`+credentials[0]+`","responseHeaders":{"x-key":"`+credentials[2]+`"}}`), &detail); err != nil {
		panic(err)
	}
	refused := &mastra.Error{Status: 404, Message: "no", Method: "GET", Path: "/x", Header: header, Body: []byte(credentials[4])}
	return []any{
		mastra.Response{Status: 200, Attempts: 2, Header: header, Body: []byte(credentials[4])},
		*refused,
		mastra.TypedError{Raw: credentials[4], Result: &mastra.AgentResult{Text: credentials[4]}},
		mastra.ToolError{ToolID: "t", Message: "Tool input validation failed. Provided arguments: " + credentials[4]},
		mastra.Attempt{Err: refused},
		detail,
		stream.ErrorChunk{RunID: "r", Error: detail},
		mockserver.Request{Method: "GET", Path: "/x", Query: url.Values{"apiKey": {credentials[4]}}, Header: header, Body: []byte(credentials[4])},
	}
}

// shownAsJSON are those whose JSON is for programs: it keeps all that they hold.
var shownAsJSON = []any{mastra.ToolError{}}

// shown are types that hold something as it came and withhold nothing: what is asked and
// what a model answers, which is what a program is about.
var shown = []string{"mastra.Message", "mastra.AgentResult", "stream.Chunk", "aisdk.Chat", "mockserver.ModelError"}

// tellsAll are verbs by which fmt calls a Format method.
var tellsAll = []string{"%v", "%+v", "%#v", "%s", "%+s", "%q", "%x", "%X", "%d", "%t", "%08v"}

func TestPrinting_ShowsNothingThatATypeWithholds(t *testing.T) {
	for _, v := range withheld() {
		typ := reflect.TypeOf(v)
		pointer := reflect.New(typ)
		pointer.Elem().Set(reflect.ValueOf(v))
		holder := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Exported", Type: typ}, {Name: "Pointer", Type: pointer.Type()}})).Elem()
		holder.Field(0).Set(reflect.ValueOf(v))
		holder.Field(1).Set(pointer)
		list := reflect.Append(reflect.MakeSlice(reflect.SliceOf(typ), 0, 1), reflect.ValueOf(v)).Interface()
		pointers := reflect.Append(reflect.MakeSlice(reflect.SliceOf(pointer.Type()), 0, 1), pointer).Interface()
		forms := map[string]any{"itself": v, "pointer": pointer.Interface(), "in a struct": holder.Interface(), "pointer to a struct": holder.Addr().Interface(),
			"in a slice": list, "pointers in a slice": pointers, "in a list of any": []any{v, pointer.Interface()}, "in a map": map[string]any{"k": v, "p": pointer.Interface()}}
		for form, value := range forms {
			what := typ.String() + ", " + form
			for _, verb := range tellsAll {
				hidesAll(t, what+", "+verb, fmt.Sprintf(verb, value))
			}
			var out bytes.Buffer
			slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", value, slog.Group("g", "v", value))
			hidesAll(t, what+", slog", out.String())
			hidesAll(t, what+", an error", fmt.Errorf("%v %s: %w", value, value, errors.ErrUnsupported).Error())
			if forPrograms(v) {
				continue
			}
			out.Reset()
			slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", value, slog.Group("g", "v", value))
			text, err := json.Marshal(value)
			assert.NoError(t, err, what)
			hidesAll(t, what+", JSON", string(text)+out.String())
		}
	}
}

// fmt calls no method on what an unexported field holds.
func TestPrinting_ErrorDetailInAnUnexportedFieldShowsNothingOfTheServers(t *testing.T) {
	for _, v := range withheld() {
		if detail, ok := v.(stream.ErrorDetail); ok {
			for _, verb := range tellsAll {
				hidesAll(t, verb, fmt.Sprintf(verb, struct{ unexported any }{detail})+fmt.Sprintf(verb, struct{ pointer *stream.ErrorDetail }{&detail}))
			}
		}
	}
}

func TestPrinting_AMockShowsNoToken(t *testing.T) {
	mock := mockserver.Start(t, mockserver.WithDemoWorld(), mockserver.WithToken(credentials[0]))
	require.NoError(t, list(t.Context(), dial(t, mock.URL, mastra.WithToken(credentials[0]))))
	require.NotEmpty(t, mock.Requests())
	assert.Equal(t, "{mock server at "+mock.URL+"}", fmt.Sprint(mock))
	_ = fmt.Sprint(mock.Server) // while it answers
	mock.Close()                // fmt looks into what an unexported field holds
	for name, v := range map[string]any{
		"running": mock, "a copy": *mock, "server": mock.Server, "option": mockserver.WithToken(credentials[0]), "options": []mockserver.Option{mockserver.WithToken(credentials[0])},
		"requests": mock.Requests(), "test": struct {
			mock    *mockserver.Running
			byName  map[string]any
			Servers []*mockserver.Server
		}{mock, map[string]any{"m": mock}, []*mockserver.Server{mock.Server}},
	} {
		for _, verb := range append([]string{"%O", "%c", "%b"}, tellsAll...) {
			hidesAll(t, name+", "+verb, fmt.Sprintf(verb, v))
		}
		var out bytes.Buffer
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		text, _ := json.Marshal(v)
		hidesAll(t, name+", slog and JSON", out.String()+string(text))
	}
}

func forPrograms(v any) bool {
	for _, other := range shownAsJSON {
		if reflect.TypeOf(v) == reflect.TypeOf(other) {
			return true
		}
	}
	return false
}

// fromElsewhere are names of fields that hold what comes from elsewhere, as it came.
var fromElsewhere = regexp.MustCompile(`(?i)^(.*header|.*body|.*token|.*secret|password|raw)$`)

// withholds finds a field that a value of a type holds itself, as fmt and JSON would
// show it: not behind a func, a channel or an interface, nor in a known type.
func withholds(t types.Type, known map[string]bool, seen map[types.Type]bool) string {
	if seen[t] {
		return ""
	}
	first := len(seen) == 0
	seen[t] = true
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if !first && known[nameOf(t)] {
			return ""
		}
		if p := t.Obj().Pkg(); p != nil && p.Path() == "net/http" && t.Obj().Name() == "Header" {
			return "http.Header"
		} else if p != nil && !strings.HasPrefix(p.Path(), module) {
			return ""
		}
		return withholds(t.Underlying(), known, seen)
	case *types.Struct:
		for f := range t.Fields() {
			switch f.Type().Underlying().(type) {
			case *types.Slice, *types.Map, *types.Basic:
				if basic, ok := f.Type().Underlying().(*types.Basic); fromElsewhere.MatchString(f.Name()) && (!ok || basic.Kind() == types.String) {
					return f.Name()
				}
			case *types.Pointer:
				if !f.Exported() {
					continue // which prints as an address
				}
			}
			if found := withholds(f.Type(), known, seen); found != "" {
				return f.Name() + "." + found
			}
		}
	case *types.Map:
		return withholds(t.Elem(), known, seen)
	case interface{ Elem() types.Type }:
		if _, ok := t.(*types.Chan); !ok {
			return withholds(t.Elem(), known, seen)
		}
	}
	return ""
}

func nameOf(t *types.Named) string {
	if t.Obj().Pkg() == nil {
		return t.Obj().Name()
	}
	return t.Obj().Pkg().Name() + "." + t.Obj().Name()
}

// What withholds something is among those whose printing is tested.
func TestPrinting_EveryTypeThatWithholdsSomethingIsTested(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, v := range withheld() {
		known[reflect.TypeOf(v).String()] = true
	}
	for _, name := range shown {
		known[name] = true
	}
	found := 0
	for _, p := range compiled(t, "", "stream", "aisdk", "api/workflows", "mockserver") {
		for _, name := range p.Scope().Names() {
			o, ok := p.Scope().Lookup(name).(*types.TypeName)
			if !ok || !o.Exported() || o.IsAlias() {
				continue
			}
			if field := withholds(o.Type(), known, map[types.Type]bool{}); field != "" {
				found++
				assert.True(t, known[p.Name()+"."+name], "%s.%s holds %s", p.Name(), name, field)
			}
		}
	}
	assert.Greater(t, found, 4)
}
