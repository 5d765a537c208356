package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime/debug"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mastra-go/mastra/internal/call"
)

// ClientTool is a Go function that the model can call. Give it in
// [AgentRequest].ClientTools: Generate and Stream then run the calls and go on
// until the model is done.
type ClientTool struct {
	name, description string
	input, output     *jsonschema.Schema
	run               func(ctx context.Context, args json.RawMessage) (toolAnswer, error) // nil where it was declared only
	err               error                                                               // found when it was made, told when it is used
}

// toolAnswer is what a tool has returned.
type toolAnswer struct {
	result json.RawMessage
	model  *ToolOutput // what the model is told instead, if not nil
}

// ClientToolOption is an option of [NewClientTool].
type ClientToolOption[Out any] func(*toolOptions[Out])

type toolOptions[Out any] struct{ toModel func(Out) any }

// ToModel has the model told something else than the tool has returned: a summary of a
// large result, for example. A string goes to it as text, a [ToolOutput] as it is, and
// everything else as JSON. Chunks, [AgentResult].ToolResults and threads keep the result.
func ToModel[Out any](as func(Out) any) ClientToolOption[Out] {
	return func(o *toolOptions[Out]) { o.toModel = as }
}

// DeclareClientTool makes a tool that the model can call and that is no Go function:
// the run then waits for its result. Input is the JSON Schema of its arguments, nil for
// any; see [SchemaOf].
//
// A call of it stands in [AgentResult.Pending], with the kind [PendingClientTool], and
// so do the other client tools' calls of that moment, which are not run then. Answer
// each with [ToolMessage], behind [AgentResult.Conversation]; on a thread the messages
// alone will do.
func DeclareClientTool(name, description string, input Schema) ClientTool {
	t := ClientTool{name: name, description: description, input: new(jsonschema.Schema)}
	switch {
	case name == "":
		t.err = refuse("a client tool has no name")
	case input == nil:
	case json.Unmarshal(input, t.input) != nil:
		t.err = refuse("client tool %q: the schema of its input is none", name)
	}
	return t
}

// NewClientTool makes a tool of a function. The JSON Schemas of In and Out go to
// the model: see [SchemaOf]. In should be a struct.
//
// Arguments that do not fit In, an error of fn, a result that does not encode and
// a panic are told to the model as the tool's failure, {"error": "..."}; the model
// decides what to do. ctx is that of the call that runs the agent, and ends with it.
//
// A type without a schema, an empty name and a nil function are errors of the
// call that is given the tool, before anything is sent.
func NewClientTool[In, Out any](name, description string, fn func(ctx context.Context, in In) (Out, error), opts ...ClientToolOption[Out]) ClientTool {
	t := ClientTool{name: name, description: description}
	var o toolOptions[Out]
	for _, opt := range opts {
		opt(&o)
	}
	switch {
	case name == "":
		t.err = refuse("a client tool has no name")
		return t
	case fn == nil:
		t.err = refuse("client tool %q: the function is nil", name)
		return t
	}
	if t.input, t.err = schemaFor(reflect.TypeFor[In]()); t.err == nil {
		t.output, t.err = schemaFor(reflect.TypeFor[Out]())
	}
	if t.err != nil {
		t.err = refuse("client tool %q: %w", name, t.err)
		return t
	}
	check, err := t.input.Resolve(nil)
	if err != nil {
		t.err = refuse("client tool %q: %w", name, err)
		return t
	}
	t.run = func(ctx context.Context, args json.RawMessage) (a toolAnswer, err error) {
		var in In
		if err := decodeArgs(check, args, &in); err != nil {
			return a, fmt.Errorf("the arguments do not fit: %w", err)
		}
		out, err := fn(ctx, in)
		if err != nil {
			return a, err
		}
		if a.result, err = call.Marshal(out); err != nil {
			return a, fmt.Errorf("the result does not encode: %w", err)
		}
		if o.toModel != nil {
			a.model, err = outputFor(o.toModel(out))
		}
		return a, err
	}
	return t
}

// outputFor is a value as the model is told it.
func outputFor(v any) (*ToolOutput, error) {
	kind := "json"
	switch v := v.(type) {
	case ToolOutput:
		return &v, nil
	case string:
		kind = "text"
	}
	value, err := call.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("the result for the model does not encode: %w", err)
	}
	return &ToolOutput{Type: kind, Value: value}, nil
}

// Name of the tool, by which the model calls it.
func (t ClientTool) Name() string { return t.name }

func decodeArgs(schema *jsonschema.Resolved, args json.RawMessage, in any) error {
	if len(bytes.TrimSpace(args)) == 0 {
		args = json.RawMessage("{}")
	}
	var value any
	if err := json.Unmarshal(args, &value); err != nil {
		return err
	}
	value = fit{schema.Schema()}.withoutNulls(schema.Schema(), value)
	if err := schema.Validate(value); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(args))
	if err := d.Decode(in); err != nil && err != io.EOF {
		return err
	}
	return nil
}

// call runs the tool; a panic is its failure.
func (t ClientTool) call(ctx context.Context, args json.RawMessage) (out toolAnswer, failure error) {
	defer func() {
		if p := recover(); p != nil {
			out, failure = toolAnswer{}, &toolPanicError{Tool: t.name, Value: p, Stack: debug.Stack()}
		}
	}()
	out, err := t.run(ctx, args)
	if err != nil {
		return toolAnswer{}, errors.New(call.Clip(err.Error(), maxToolFailure)) // its words are asked for here, where they may panic
	}
	return out, nil
}

// maxToolFailure is how much of a tool's error the model is told, in bytes.
const maxToolFailure = 4 << 10

// toolPanicError is a client tool that panicked. The model is told no more than
// that it did; the logger ([WithLogger]) is given the value and the stack.
type toolPanicError struct {
	Tool  string
	Value any
	Stack []byte
}

func (e *toolPanicError) Error() string { return "tool " + e.Tool + " panicked" }

// toolDefinition is what the server is told of a tool.
type toolDefinition struct {
	ID           string `json:"id"`
	Description  string `json:"description,omitzero"`
	InputSchema  Schema `json:"inputSchema"`
	OutputSchema Schema `json:"outputSchema,omitempty"`
}

// toolset is the tools of one call, by name.
type toolset map[string]ClientTool

func newToolset(tools []ClientTool) (toolset, error) {
	set := make(toolset, len(tools))
	for _, t := range tools {
		if t.err != nil {
			return nil, t.err
		}
		if t.input == nil {
			return nil, refuse("a client tool was not made by NewClientTool or DeclareClientTool")
		}
		if _, twice := set[t.name]; twice {
			return nil, refuse("two client tools have the name %q", t.name)
		}
		set[t.name] = t
	}
	return set, nil
}

// MarshalJSON gives the member clientTools of a request.
func (s toolset) MarshalJSON() ([]byte, error) {
	out := make(map[string]toolDefinition, len(s))
	for name, t := range s {
		input, err := schemaText(t.input)
		if err != nil {
			return nil, err
		}
		if string(input) == "{}" {
			input = Schema(`{"type":"object"}`) // arguments are an object whatever In allows
		}
		var output Schema
		if t.output != nil {
			if output, err = schemaText(t.output); err != nil {
				return nil, err
			}
		}
		out[name] = toolDefinition{ID: name, Description: t.description, InputSchema: input, OutputSchema: output}
	}
	return json.Marshal(out)
}
