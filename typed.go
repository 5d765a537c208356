package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"regexp"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/stream"
)

// Typed is an agent's answer with its structured output decoded. AgentResult is nil
// where none came with the value: in a zero Typed, and in one that was read from null or
// from the JSON of such. Its methods then tell nothing; its fields are not there.
type Typed[T any] struct {
	Value T
	*AgentResult
}

// MarshalJSON writes the result with the value as its member value: see
// [AgentResult.MarshalJSON].
func (t Typed[T]) MarshalJSON() ([]byte, error) {
	members := map[string]any{}
	if t.AgentResult != nil {
		result, err := t.AgentResult.MarshalJSON()
		if err != nil {
			return nil, err
		}
		var rest map[string]json.RawMessage
		if err := json.Unmarshal(result, &rest); err != nil {
			return nil, err
		}
		for name, member := range rest {
			members[name] = member
		}
	}
	members["value"] = t.Value
	return call.Marshal(members)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Typed[T]) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil || members == nil {
		return err // null changes nothing, as everywhere in JSON
	}
	var in Typed[T]
	if value := members["value"]; value != nil {
		if err := json.Unmarshal(value, &in.Value); err != nil {
			return err
		}
		delete(members, "value")
	}
	if len(members) > 0 {
		in.AgentResult = new(AgentResult)
		if err := json.Unmarshal(data, in.AgentResult); err != nil {
			return err
		}
	}
	*t = in
	return nil
}

// TypedError is a structured answer that does not fit its Go type. Printed or logged it
// shows nothing of the answer.
type TypedError struct {
	// Raw is the answer as it came: JSON, or the text where there was no object. It is
	// left out of JSON.
	Raw string `json:"-"`
	// Result is the whole answer, for its usage and ids. It is left out of JSON.
	Result *AgentResult `json:"-"`
	cause  error
}

// Error says where the answer does not fit. It holds nothing of the answer.
func (e *TypedError) Error() string {
	if e == nil || e.cause == nil {
		return "mastra: the structured answer does not fit"
	}
	return "mastra: the structured answer does not fit: " + call.OneLine(call.Clip(e.cause.Error(), call.MaxErrorText))
}

// Format prints Error for every verb.
func (e TypedError) Format(f fmt.State, verb rune) { printText(f, verb, e.Error()) }

// Unwrap gives the cause, which holds nothing of the answer either.
func (e *TypedError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

func (e *TypedError) httpStatus() int { return http.StatusBadGateway }

// GenerateAs runs the agent and has it answer with a T: the JSON Schema of T goes
// along as structured output ([SchemaOf] says how it is made), and the answer is
// decoded strictly; a member that may be missing may be null too. T must be a struct, a
// map or a slice: a number, a text or a truth value is refused, unless
// req.StructuredOutput has a Schema, which replaces that of T on the wire. Its other
// fields count too.
//
// A type without a schema is an error before anything is sent. An answer that
// does not fit is a [*TypedError], which holds it; prose in place of a list too, of which
// the server makes an empty one. For that, the error strategy is
// "warn" where none is given; with "strict" the server itself refuses such an
// answer ([ErrServer], or a [*RunError] in a stream), and its text is lost. A
// tripwire is its error, and a run that waits gives [ErrSuspended]: all of these
// but a refusal come with a Typed whose AgentResult tells the rest. See
// [Agent.Generate] for everything else.
func GenerateAs[T any](ctx context.Context, agent *Agent, req AgentRequest, opts ...Option) (*Typed[T], error) {
	ask, err := structured[T](&req)
	if err != nil {
		return nil, err
	}
	res, err := agent.Generate(ctx, req, opts...)
	if err != nil {
		if res == nil {
			return nil, err
		}
		return &Typed[T]{AgentResult: res}, err // what came before, of several exchanges
	}
	return typed[T](ask, res)
}

// StreamAs is GenerateAs for a stream: partial values while they arrive, then the
// final one.
func StreamAs[T any](ctx context.Context, agent *Agent, req AgentRequest, opts ...Option) (*TypedStream[T], error) {
	ask, err := structured[T](&req)
	if err != nil {
		return nil, err
	}
	s, err := agent.Stream(ctx, req, opts...)
	if err != nil {
		return nil, err
	}
	return &TypedStream[T]{AgentStream: s, ask: ask}, nil
}

// TypedStream is the stream of a structured answer. It belongs to one goroutine.
type TypedStream[T any] struct {
	*AgentStream
	ask *structure
}

// Partials iterates over the value as it grows: each has what has arrived so far,
// the rest is zero, and half a character is left out. A partial value that does not fit T yet is passed over. It
// ends with the error that ended the stream, like Text.
func (s *TypedStream[T]) Partials() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for chunk, err := range s.Chunks() {
			if err != nil {
				yield(none, err)
				return
			}
			if chunk.Type != stream.TypeObject {
				continue
			}
			var partial T
			if json.Unmarshal(wholeSoFar(chunk.Payload()), &partial) == nil && !yield(partial, nil) {
				return
			}
		}
	}
}

// Result reads what is left of the stream and returns the whole answer, decoded
// strictly as [GenerateAs] does.
func (s *TypedStream[T]) Result() (*Typed[T], error) {
	res, err := s.AgentStream.Result()
	if err != nil {
		return &Typed[T]{AgentResult: res}, err
	}
	return typed[T](s.ask, res)
}

// AgentResult reads what is left of the stream and returns the answer as it came,
// whether or not it fits.
func (s *TypedStream[T]) AgentResult() (*AgentResult, error) { return s.AgentStream.Result() }

// structured puts the schema of T into the request.
func structured[T any](req *AgentRequest) (*structure, error) {
	schema, err := schemaFor(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		return nil, refuse("the schema of %s: %w", reflect.TypeFor[T](), err)
	}
	var out StructuredOutput
	if req.StructuredOutput != nil {
		out = *req.StructuredOutput
	}
	if out.Schema == nil {
		if what := types(schema); len(what) > 0 && !slices.Contains(what, "object") && !slices.Contains(what, "array") {
			return nil, refuse("a %s is no structured answer: T must be a struct, a map or a slice; put the value into a field, or use Generate for a text", reflect.TypeFor[T]())
		}
		if out.Schema, err = schemaText(schema); err != nil {
			return nil, refuse("the schema of %s: %w", reflect.TypeFor[T](), err)
		}
	}
	if out.ErrorStrategy == "" {
		out.ErrorStrategy = ErrorWarn
	}
	req.StructuredOutput = &out
	return &structure{schema: resolved, shaped: out.Model != ""}, nil
}

// typed decodes the structured answer of a request.
func typed[T any](ask *structure, res *AgentResult) (*Typed[T], error) {
	out := &Typed[T]{AgentResult: res}
	if err := res.Err(); err != nil {
		return out, err
	}
	if waits := res.Pending(); len(waits) > 0 {
		return out, fmt.Errorf("%w: run %s waits for tool %s", ErrSuspended, res.RunID, waits[0].ToolName)
	}
	raw := []byte(res.Object)
	if res.Object == nil || ask.saysNothing(res) {
		raw = []byte(res.Text)
	}
	if err := ask.decode(raw, &out.Value); err != nil {
		return &Typed[T]{AgentResult: res}, &TypedError{Raw: string(raw), Result: res, cause: err}
	}
	return out, nil
}

// structure is what a structured answer must look like.
type structure struct {
	schema *jsonschema.Resolved
	// shaped: the answer's text is not what the object was made of.
	shaped bool
}

func (s *structure) isList() bool { return slices.Contains(types(s.schema.Schema()), "array") }

// saysNothing: the object is an empty list although the model has sent none. The server
// asks for a list inside an object, and makes of every other answer a list of nothing.
func (s *structure) saysNothing(res *AgentResult) bool {
	if !s.isList() || s.shaped || res.UsedFallbackValue || len(bytes.Trim(res.Object, "[ ]\r\n\t")) > 0 {
		return false
	}
	return !emptyList.MatchString(res.Text)
}

// emptyList is what a model sends that finds nothing to list.
var emptyList = regexp.MustCompile(`"elements"\s*:\s*\[\s*\]|^\s*\[\s*\]\s*$`)

// decode decodes an object of the server's, or the text of an answer of which it could
// make none: that may still be one.
func (s *structure) decode(raw []byte, out any) error {
	if !json.Valid(raw) {
		if s.isList() {
			return errors.New("there is no list in the answer")
		}
		return errors.New("there is no object in the answer")
	}
	if s.isList() { // as the server asks for one
		var inside struct{ Elements json.RawMessage }
		if json.Unmarshal(raw, &inside) == nil && inside.Elements != nil {
			raw = inside.Elements
		}
	}
	return decodeStrictly(s.schema, raw, out)
}
