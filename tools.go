package mastra

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/internal/tolerant"
)

// ToolInfo is what the server says about a tool, with each schema as a bare
// [Schema]: see [gen.ToolInfo]. Beware: the server gives the suspend and resume
// schemas of some tools in the form of the validator that they were written with.
type ToolInfo = gen.ToolInfo

// Tools is the collection of the server's tools: see [Client.Tools].
type Tools struct{ c *Client }

// Tools lists what the server offers.
func (c *Client) Tools() Tools { return Tools{c} }

// List describes all tools, by key.
//
// GET /tools. Safe to repeat, and repeated.
func (t Tools) List(ctx context.Context, opts ...Option) (map[string]ToolInfo, error) {
	var out map[string]ToolInfo
	err := t.c.call(ctx, opts, call.Request{Op: route.ToolsList}, &out)
	return out, err
}

// Tool is a handle to one tool of the server, or of an agent. It holds ids only.
type Tool struct {
	c            *Client
	get, execute route.Operation
	ids          []string // for the paths; the tool's own is the last
	run          string
	refusal      error // of every call
}

// Tool gives a handle to the server's tool with this id.
func (c *Client) Tool(id string) *Tool {
	return &Tool{c: c, get: route.ToolGet, execute: route.ToolExecute, ids: []string{id}}
}

// Tool gives a handle to the agent's tool with this id.
func (a *Agent) Tool(id string) *Tool {
	return &Tool{c: a.c, get: route.AgentToolGet, execute: route.AgentToolExecute, ids: []string{a.id, id}, refusal: a.version.unversioned("a tool")}
}

// InRun gives a handle with which the tool is told that it works in this run of a
// workflow, as one of its steps. The server does not look the run up. An agent's tool is
// told no run: its calls are refused.
func (t *Tool) InRun(runID string) *Tool {
	in := *t
	in.run = runID
	if len(t.ids) > 1 && in.refusal == nil {
		in.refusal = refuse("Tool.InRun: the server tells the tools of an agent no run")
	}
	return &in
}

// ID of the tool.
func (t *Tool) ID() string {
	if len(t.ids) == 0 {
		return ""
	}
	return t.ids[len(t.ids)-1]
}

// Get describes the tool. An unknown one matches [ErrNotFound].
//
// GET /tools/{toolId}, or /agents/{agentId}/tools/{toolId}. Safe to repeat, and
// repeated.
func (t *Tool) Get(ctx context.Context, opts ...Option) (*ToolInfo, error) {
	return callFor[ToolInfo](ctx, t.c, opts, call.Request{Op: t.get, IDs: t.ids, Refused: t.refusal})
}

// ToolError is a tool that did not accept its input, or whose output did not fit
// its own schema. The server reports both with status 200.
type ToolError struct {
	ToolID string
	// Message says what does not fit; the server repeats the arguments in it.
	Message string
	// ValidationErrors tells it by field: a tree of errors and fields.
	ValidationErrors json.RawMessage
}

// Error leaves out the arguments or the output, which the server repeats in Message.
func (e *ToolError) Error() string {
	name, message := "a tool", "its validation failed"
	if e != nil && e.ToolID != "" {
		name = "tool " + e.ToolID
	}
	if e != nil && e.Message != "" {
		message, _, _ = strings.Cut(e.Message, "Provided arguments:")
		message, _, _ = strings.Cut(message, "Returned output:")
	}
	return "mastra: " + name + ": " + call.OneLine(call.Clip(message, call.MaxErrorText))
}

// Format prints Error for every verb.
func (e ToolError) Format(f fmt.State, verb rune) { printText(f, verb, e.Error()) }

// Is: input that does not fit is an [ErrInvalidInput]; output is the tool's own fault.
func (e *ToolError) Is(target error) bool {
	return target == ErrInvalidInput && e != nil && !strings.HasPrefix(e.Message, "Tool output validation failed")
}

func (e *ToolError) httpStatus() int {
	if e.Is(ErrInvalidInput) {
		return http.StatusBadRequest
	}
	return http.StatusBadGateway
}

// Execute runs the tool without a model and waits for its output, which may be
// any JSON. in is encoded as JSON; nil sends an empty object. An approval that
// the tool asks for is not waited for.
//
// Input that does not fit gives a [*ToolError], which matches [ErrInvalidInput]; output
// that does not fit the tool's own schema gives one that does not.
// A tool that throws matches [ErrServer], an unknown one [ErrNotFound].
//
// POST /tools/{toolId}/execute, or /agents/{agentId}/tools/{toolId}/execute.
// Repeated only where the server refused it unprocessed; any other failure after
// it was sent matches [ErrOutcomeUnknown].
func (t *Tool) Execute(ctx context.Context, in any, opts ...Option) (json.RawMessage, error) {
	if in == nil {
		in = struct{}{}
	}
	body := struct {
		Data any `json:"data"`
	}{in}
	c, err := t.c.with(opts)
	if err != nil {
		return nil, err
	}
	var p call.Params
	p.Set("runId", t.run)
	var out json.RawMessage
	if err := c.call(ctx, nil, call.Request{Op: t.execute, IDs: t.ids, Query: p.Values, Body: body, Refused: t.refusal}, &out); err != nil {
		return nil, err
	}
	if failure := toolError(t.ID(), out); failure != nil {
		failure.Message = c.veil().Text(failure.Message)
		return nil, failure
	}
	return out, nil
}

// toolError recognises the answer of a tool that failed to validate: all three
// members, as a tool may well return an object with one of them.
func toolError(id string, out json.RawMessage) *ToolError {
	var failure struct {
		Error            json.RawMessage `json:"error"`
		Message          *string         `json:"message"`
		ValidationErrors json.RawMessage `json:"validationErrors"`
	}
	if len(out) == 0 || out[0] != '{' || json.Unmarshal(out, &failure) != nil {
		return nil
	}
	if string(failure.Error) != "true" || failure.Message == nil || failure.ValidationErrors == nil {
		return nil
	}
	return &ToolError{ToolID: id, Message: *failure.Message, ValidationErrors: failure.ValidationErrors}
}

// ExecuteTool runs the tool and decodes its output into an Out: see [Tool.Execute].
// Output that does not fit, or is an object that has nothing of an Out, is an error;
// the tool has run all the same.
func ExecuteTool[Out any](ctx context.Context, tool *Tool, in any, opts ...Option) (Out, error) {
	var out Out
	raw, err := tool.Execute(ctx, in, opts...)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, failed(http.StatusBadGateway, "mastra: the output of tool %s does not fit: %w", tool.ID(), call.WithoutValue(err))
	}
	if t := reflect.TypeFor[Out](); tolerant.Strange(raw, t) {
		return out, failed(http.StatusBadGateway, "mastra: the output of tool %s does not fit: it has no member of %s", tool.ID(), t)
	}
	return out, nil
}
