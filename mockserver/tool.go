package mockserver

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// Tool is a function that agents call and that clients can execute directly.
// NewTool makes one.
type Tool struct {
	id, description string
	input, output   zod.Schema
	suspend, resume *zod.Schema
	requireApproval bool
	run             func(t *ToolCall, input any) (any, error)
}

// NewTool makes a tool of a Go function. Its schemas are derived from In and Out as
// mastra.SchemaOf reads Go types: struct fields in order under their JSON names,
// optional where the tag says omitempty or omitzero, else null too where the field is
// a pointer. They are as a server's own tools have them: an integer is a number there,
// and a type that contains itself is anything inside. An Out of any has none.
// Arguments that do not fit are answered with the server's validation failure and never
// reach run. An error that run returns is what a tool that throws is on the server.
func NewTool[In, Out any](id, description string, run func(t *ToolCall, in In) (Out, error)) Tool {
	return Tool{
		id: id, description: description,
		input: zod.Of[In](), output: zod.Of[Out](),
		run: func(t *ToolCall, input any) (any, error) {
			var in In
			if err := js.Into(input, &in); err != nil {
				return nil, err
			}
			out, err := run(t, in)
			if err != nil {
				return nil, err
			}
			return js.From(out)
		},
	}
}

// ID is the tool's id.
func (t Tool) ID() string { return t.id }

// RequireApproval makes agents ask before each call. Direct execution does not
// ask.
func (t Tool) RequireApproval() Tool { t.requireApproval = true; return t }

// Suspends says that the tool may suspend with a payload of the sample's type.
func (t Tool) Suspends(sample any) Tool {
	t.suspend = schemaOf(sample)
	return t
}

// Resumes says that the tool is resumed with data of the sample's type.
func (t Tool) Resumes(sample any) Tool {
	t.resume = schemaOf(sample)
	return t
}

// ToolCall is one call of a tool. Its Context ends when the run is aborted.
type ToolCall struct {
	context.Context
	// ID is the tool call id, "" for direct execution.
	ID string
	// AgentID and RunID say who called: both are "" for direct execution, AgentID in a
	// workflow.
	AgentID, RunID string
	// Step is the workflow's step that the tool is, nil elsewhere.
	Step *StepCall

	requestContext *js.Object
	resumeData     any
	resumed        bool
	canSuspend     bool
}

// Suspend asks the client for data: a tool returns its result,
// return out, t.Suspend(payload). The run stops there; when it is resumed the
// function is called again and Resumed delivers the data.
func (t *ToolCall) Suspend(payload any) error {
	if !t.canSuspend {
		return errSuspendIgnored
	}
	v, err := js.From(payload)
	if err != nil {
		return err
	}
	return &suspension{payload: v}
}

// Resumed decodes the data the call was resumed with into v; it returns false
// when the call is a first one.
func (t *ToolCall) Resumed(v any) bool {
	return t.resumed && js.Into(t.resumeData, v) == nil
}

// RequestContext returns one value of the request context as JSON, nil when it
// is absent.
func (t *ToolCall) RequestContext(key string) json.RawMessage { return memberOf(t.requestContext, key) }

// memberOf is a member as JSON, nil when it is absent.
func memberOf(o *js.Object, key string) json.RawMessage {
	v, ok := o.Lookup(key)
	if !ok {
		return nil
	}
	return js.Marshal(v)
}

// suspension is how a function says that it waits for data.
type suspension struct {
	payload any
	labels  []string // with which a run can be resumed
	// Of a sub-agent that waits: its run, the schema of what resumes it, and the call
	// that is to be approved.
	delegated, resumeSchema string
	asked                   *toolCallState
}

func (s *suspension) Error() string { return "suspended" }

// errSuspendIgnored is Suspend where nothing can suspend: the function has no
// result then, as on the server.
var errSuspendIgnored = fmt.Errorf("suspended outside of a run")

// toolFailure is the value that stands for arguments or results that do not
// fit the schema.
func toolFailure(message string, issues []zod.Issue) *js.Object {
	return js.Obj("error", true, "message", message, "validationErrors", zod.Tree(issues))
}

func inputFailure(id string, issues []zod.Issue, args any) string {
	return fmt.Sprintf("Tool input validation failed for %s. Please fix the following errors and try again:\n%s\n\nProvided arguments: %s",
		id, zod.RootLines(issues), shortened(js.Indent(args)))
}

// longestShown is how much of a value a complaint shows, in UTF-16 units.
const longestShown = 200

func shortened(text string) string {
	units := js.Units(text)
	if len(units) <= longestShown {
		return text
	}
	return js.FromUnits(units[:longestShown]) + "... (truncated)"
}

// execute validates the arguments, runs the tool and validates the result.
func (t Tool) execute(call *ToolCall, args any) (any, error) {
	given := args
	if given == nil {
		given = js.Obj()
	}
	input, issues := t.input.Parse(given)
	if len(issues) > 0 {
		return toolFailure(inputFailure(t.id, issues, args), issues), nil
	}
	out, err := t.run(call, input)
	if err == errSuspendIgnored {
		out, err = js.Undefined, nil
	}
	if err != nil {
		return nil, err
	}
	result, issues := t.output.Parse(out)
	if len(issues) > 0 {
		shown := "[Unable to serialize data]"
		if out != js.Undefined {
			shown = shortened(js.Indent(out))
		}
		return toolFailure(fmt.Sprintf("Tool output validation failed for %s. The tool returned invalid output:\n%s\n\nReturned output: %s",
			t.id, zod.RootLines(issues), shown), issues), nil
	}
	return result, nil
}
