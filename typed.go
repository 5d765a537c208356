package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"reflect"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/stream"
)

// Typed is an agent's answer with its structured output decoded.
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

// TypedError is a structured answer that does not fit its Go type.
type TypedError struct {
	// Raw is the answer as it came: JSON, or the text where there was no object.
	Raw string
	// Result is the whole answer, for its usage and ids.
	Result *AgentResult
	cause  error
}

func (e *TypedError) Error() string {
	return "mastra: the structured answer does not fit: " + call.OneLine(call.Clip(e.cause.Error(), call.MaxErrorText))
}

func (e *TypedError) Unwrap() error { return e.cause }

func (e *TypedError) httpStatus() int { return http.StatusBadGateway }

// GenerateAs runs the agent and has it answer with a T: the JSON Schema of T goes
// along as structured output ([SchemaOf] says how it is made), and the answer is
// decoded strictly. T should be a struct, a map or a slice. The other fields of
// req.StructuredOutput count; a Schema given there replaces that of T on the wire.
//
// A type without a schema is an error before anything is sent. An answer that
// does not fit is a [*TypedError], which holds it. For that, the error strategy is
// "warn" where none is given; with "strict" the server itself refuses such an
// answer ([ErrServer], or a [*RunError] in a stream), and its text is lost. A
// tripwire is its error, and a run that waits gives [ErrSuspended]: all of these
// but a refusal come with a Typed whose AgentResult tells the rest. See
// [Agent.Generate] for everything else.
func GenerateAs[T any](ctx context.Context, agent *Agent, req AgentRequest, opts ...Option) (*Typed[T], error) {
	schema, err := structured[T](&req)
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
	return typed[T](schema, res)
}

// StreamAs is GenerateAs for a stream: partial values while they arrive, then the
// final one.
func StreamAs[T any](ctx context.Context, agent *Agent, req AgentRequest, opts ...Option) (*TypedStream[T], error) {
	schema, err := structured[T](&req)
	if err != nil {
		return nil, err
	}
	s, err := agent.Stream(ctx, req, opts...)
	if err != nil {
		return nil, err
	}
	return &TypedStream[T]{AgentStream: s, schema: schema}, nil
}

// TypedStream is the stream of a structured answer. It belongs to one goroutine.
type TypedStream[T any] struct {
	*AgentStream
	schema *jsonschema.Resolved
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
	return typed[T](s.schema, res)
}

// AgentResult reads what is left of the stream and returns the answer as it came,
// whether or not it fits.
func (s *TypedStream[T]) AgentResult() (*AgentResult, error) { return s.AgentStream.Result() }

// structured puts the schema of T into the request.
func structured[T any](req *AgentRequest) (*jsonschema.Resolved, error) {
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
		if out.Schema, err = schemaText(schema); err != nil {
			return nil, refuse("the schema of %s: %w", reflect.TypeFor[T](), err)
		}
	}
	if out.ErrorStrategy == "" {
		out.ErrorStrategy = ErrorWarn
	}
	req.StructuredOutput = &out
	return resolved, nil
}

func typed[T any](schema *jsonschema.Resolved, res *AgentResult) (*Typed[T], error) {
	out := &Typed[T]{AgentResult: res}
	if err := res.Err(); err != nil {
		return out, err
	}
	if waits := res.Pending(); len(waits) > 0 {
		return out, fmt.Errorf("%w: run %s waits for tool %s", ErrSuspended, res.RunID, waits[0].ToolName)
	}
	if res.Object == nil {
		return out, &TypedError{Raw: res.Text, Result: res, cause: unfit[T](schema, res.Text)}
	}
	if err := decodeStrictly(schema, res.Object, &out.Value); err != nil {
		return out, &TypedError{Raw: string(res.Object), Result: res, cause: err}
	}
	return out, nil
}

// unfit says why the server made no object of an answer's text.
func unfit[T any](schema *jsonschema.Resolved, text string) error {
	if json.Valid([]byte(text)) {
		if err := decodeStrictly(schema, []byte(text), new(T)); err != nil {
			return err
		}
	}
	return errors.New("there is no object in the answer")
}

// decodeStrictly checks JSON against the schema of a type and decodes it, with
// nothing missing and nothing left over.
func decodeStrictly(schema *jsonschema.Resolved, data []byte, out any) error {
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "validating root: "))
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("text after the value")
	}
	return nil
}
