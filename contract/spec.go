// Package contract holds one suite of behaviour for Mastra servers, and the means to check what they answer.
package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Spec checks recorded exchanges against the API's description. It is safe for concurrent use.
//
// kin-openapi finds the operation and judges parameters, status and content type. Bodies and events are
// judged by a JSON Schema 2020-12 validator, because kin-openapi falls back to the rules of OpenAPI 3.0 for
// schemas with references, and these refuse null wherever it is not named.
type Spec struct {
	doc      *openapi3.T
	router   routers.Router
	compiler *jsonschema.Compiler

	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema
}

// Exchange is one request and its answer, as they went over the wire.
type Exchange struct {
	Method        string
	Path          string // with the API prefix and, after a question mark, the query
	RequestHeader http.Header
	RequestBody   []byte
	Status        int
	Header        http.Header
	Body          []byte
	// Cut says that the answer ended early, because the connection broke or the client closed it.
	// The event at the cut is not checked, and neither are the stream's end and a body that is one JSON value.
	Cut bool
}

// Verdict is what the description says about an exchange.
type Verdict struct {
	OperationID string   // empty where no operation has this method and path
	Events      int      // events of a stream that were checked
	Unlisted    []string // types of events for which the description names no payload
	Problems    []error
}

func (v *Verdict) fail(format string, args ...any) {
	v.Problems = append(v.Problems, fmt.Errorf(format, args...))
}

const resource = "openapi.json"

// LoadSpec reads and validates the description in file.
func LoadSpec(ctx context.Context, file string) (*Spec, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", file, err)
	}
	if err := doc.Validate(ctx); err != nil {
		return nil, fmt.Errorf("validate %s: %w", file, err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("route %s: %w", file, err)
	}
	data, err := doc.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", file, err)
	}
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", file, err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource(resource, plain); err != nil {
		return nil, fmt.Errorf("schemas of %s: %w", file, err)
	}
	return &Spec{doc: doc, router: router, compiler: compiler, compiled: map[string]*jsonschema.Schema{}}, nil
}

// Document is the description itself.
func (s *Spec) Document() *openapi3.T { return s.doc }

// Operations returns every operation by its id.
func (s *Spec) Operations() map[string]*openapi3.Operation {
	ops := make(map[string]*openapi3.Operation)
	for _, item := range s.doc.Paths.Map() {
		for _, op := range item.Operations() {
			ops[op.OperationID] = op
		}
	}
	return ops
}

// Operation gives the id of the operation that an exchange is of, "" where there is none.
func (s *Spec) Operation(x Exchange) string {
	_, route, _, err := s.find(context.Background(), x)
	if err != nil {
		return ""
	}
	return route.Operation.OperationID
}

func (s *Spec) find(ctx context.Context, x Exchange) (*http.Request, *routers.Route, map[string]string, error) {
	req, err := http.NewRequestWithContext(ctx, x.Method, "http://server"+x.Path, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	req.Header = x.RequestHeader.Clone()
	route, params, err := s.router.FindRoute(req)
	return req, route, params, err
}

// Check judges one exchange. The request is judged only where the server accepted it, since refused
// requests are often wrong on purpose; the answer is judged always.
func (s *Spec) Check(ctx context.Context, x Exchange) Verdict {
	req, route, params, err := s.find(ctx, x)
	if err != nil {
		return Verdict{} // not described, or no request
	}
	v := Verdict{OperationID: route.Operation.OperationID}
	if x.Status/100 == 2 {
		s.checkRequest(ctx, &v, x, req, route, params)
	}
	s.checkAnswer(&v, x, route)
	return v
}

func (s *Spec) checkRequest(ctx context.Context, v *Verdict, x Exchange, req *http.Request, route *routers.Route, params map[string]string) {
	for name, value := range params {
		if plain, err := url.PathUnescape(value); err == nil {
			params[name] = plain
		}
	}
	err := openapi3filter.ValidateRequest(ctx, &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			MultiError: true, ExcludeRequestBody: true,
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	})
	if err != nil {
		v.fail("request: %w", err)
	}
	body := route.Operation.RequestBody
	switch kind := mediaType(x.RequestHeader); {
	case body == nil || body.Value == nil:
	case len(x.RequestBody) == 0:
		if body.Value.Required {
			v.fail("request: the body is missing")
		}
	case strings.HasPrefix(kind, "multipart/"):
		if body.Value.Content["multipart/form-data"] == nil {
			v.fail("request: a form is not foreseen")
		}
	default:
		at := pointer("paths", route.Path, strings.ToLower(x.Method), "requestBody", "content", "application/json", "schema")
		if err := s.validateJSON(at, x.RequestBody); err != nil {
			v.fail("request: %w", err)
		}
	}
}

func (s *Spec) checkAnswer(v *Verdict, x Exchange, route *routers.Route) {
	status := strconv.Itoa(x.Status)
	answer := route.Operation.Responses.Value(status)
	if answer == nil {
		if x.Status/100 == 2 {
			v.fail("answer: status %d is not foreseen", x.Status)
			return
		}
		status, answer = "default", route.Operation.Responses.Default()
	}
	if answer == nil || answer.Value == nil {
		v.fail("answer: status %d is not foreseen", x.Status)
		return
	}
	kind := mediaType(x.Header)
	media := answer.Value.Content.Get(kind)
	if media == nil {
		v.fail("answer %d: content type %q is not foreseen", x.Status, kind)
		return
	}
	rule, err := streamRule(route.Operation)
	switch {
	case err != nil:
		v.fail("%w", err)
	case rule != nil && x.Status == http.StatusOK:
		s.checkStream(v, *rule, x)
	case kind == "application/json" && !x.Cut:
		at := pointer("paths", route.Path, strings.ToLower(x.Method), "responses", status)
		if answer.Ref != "" {
			at = answer.Ref
		}
		if err := s.validateJSON(at+pointer("content", kind, "schema")[1:], x.Body); err != nil {
			v.fail("answer %d: %w", x.Status, err)
		}
	}
}

func mediaType(h http.Header) string {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")) //nolint:errcheck // no type is the empty type
	return kind
}

// pointer joins keys to a reference into the description.
func pointer(keys ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	b.WriteByte('#')
	for _, key := range keys {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(escape.Replace(key)))
	}
	return b.String()
}

// component returns the schema that a reference of the form #/components/schemas/NAME names.
func (s *Spec) component(ref string) (*openapi3.Schema, error) {
	name, ok := strings.CutPrefix(ref, "#/components/schemas/")
	if !ok {
		return nil, fmt.Errorf("%q is no reference to a component", ref)
	}
	schema := s.doc.Components.Schemas[name]
	if schema == nil || schema.Value == nil {
		return nil, fmt.Errorf("component %s does not exist", name)
	}
	return schema.Value, nil
}

// schema compiles the schema that a reference names, once.
func (s *Spec) schema(ref string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if schema := s.compiled[ref]; schema != nil {
		return schema, nil
	}
	schema, err := s.compiler.Compile(resource + ref)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", ref, err)
	}
	s.compiled[ref] = schema
	return schema, nil
}

func (s *Spec) validateJSON(ref string, data []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("not one JSON value: %w", err)
	}
	return s.validate(ref, value)
}

func (s *Spec) validate(ref string, value any) error {
	schema, err := s.schema(ref)
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// ValidateComponent checks JSON against the component of that name.
func (s *Spec) ValidateComponent(name string, data json.RawMessage) error {
	return s.validateJSON(pointer("components", "schemas", name), data)
}
