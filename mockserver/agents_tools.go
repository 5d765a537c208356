package mockserver

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

func (r *agentRun) isClientTool(name string) bool { return r.options.clientTools.Has(name) }

func (r *agentRun) hasTool(name string) bool {
	_, ok := r.tool(name)
	return ok
}

// tool finds a tool of the agent; sub-agents are tools too.
func (r *agentRun) tool(name string) (Tool, bool) {
	if t, ok := findTool(r.agent.Tools, name); ok {
		return t, true
	}
	for _, sub := range r.agent.Agents {
		if name == "agent-"+sub.ID {
			return r.subAgentTool(sub), true
		}
	}
	return Tool{}, false
}

// toolNames are the tools the model may call.
func (r *agentRun) toolNames() []string {
	if r.options.noTools {
		return nil
	}
	var names []string
	for _, t := range r.agent.Tools {
		names = append(names, t.id)
	}
	for _, sub := range r.agent.Agents {
		names = append(names, "agent-"+sub.ID)
	}
	for _, name := range r.options.clientTools.Keys() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if r.options.activeTools != nil {
		names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(r.options.activeTools, n) })
	}
	return names
}

// approvalSchema is the schema of the data that answers an approval.
const approvalSchema = `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"approved":{"type":"boolean","description":"Controls if the tool call is approved or not, should be true when approved and false when declined"},"reason":{"description":"Optional explanation for the decision, surfaced to the model when the tool call is declined","type":"string"}},"required":["approved"],"additionalProperties":false}`

// needsApproval tells whether a call must be approved first.
func (r *agentRun) needsApproval(c *toolCallState) bool {
	if c.client || c.approval != nil {
		return false
	}
	t, ok := r.tool(c.name)
	return ok && (t.requireApproval || r.options.requireApproval)
}

// runTools runs the calls of a step that have no result yet; it returns the
// first one that waits for the client.
func (r *agentRun) runTools(ctx context.Context, step *agentStep) *pendingTool {
	// Where a call may have to wait they run one after the other, else side by
	// side.
	var open []*toolCallState
	ordered := false
	for _, c := range step.toolCalls {
		if c.result == js.Undefined && c.err == nil && !c.client && (c.approval == nil || c.approval.Bool("approved")) {
			open = append(open, c)
			t, ok := r.tool(c.name)
			ordered = ordered || r.needsApproval(c) || ok && t.suspend != nil
		}
	}
	if ordered {
		for _, c := range open {
			if r.needsApproval(c) {
				return &pendingTool{call: c, approval: true, resumeSchema: approvalSchema, suspendedStep: step}
			}
			if waits := r.runTool(ctx, c, nil, false); waits != nil {
				return r.suspendedTool(step, c, waits)
			}
		}
		return nil
	}
	together(len(open), func(i int) { r.runTool(ctx, open[i], nil, false) })
	return nil
}

func (r *agentRun) suspendedTool(step *agentStep, c *toolCallState, waits *suspension) *pendingTool {
	p := &pendingTool{call: c, payload: waits.payload, suspendedStep: step}
	if t, ok := r.tool(c.name); ok && t.resume != nil {
		p.resumeSchema = js.String(t.resume.JSONSchema(zod.Draft7))
	}
	return p
}

// runTool runs one call and keeps its result or error. It returns the suspension
// if the tool waits.
func (r *agentRun) runTool(ctx context.Context, c *toolCallState, data any, resumed bool) *suspension {
	t, ok := r.tool(c.name)
	if !ok {
		r.toolMissing(c)
		return nil
	}
	call := &ToolCall{Context: ctx, ID: c.id, AgentID: r.agent.ID, RunID: r.id, requestContext: r.options.requestContext,
		resumeData: data, resumed: resumed, canSuspend: true}
	result, err := safely(t, call, c.args)
	var waits *suspension
	if errors.As(err, &waits) {
		return waits
	}
	if err != nil {
		c.errText = err.Error()
		c.err = js.Obj("name", "Error", "cause", js.Obj("message", err.Error(), "name", "Error"), "id", "TOOL_EXECUTION_FAILED", "domain", "TOOL",
			"category", "USER", "details", js.Obj("errorMessage", "Error: "+err.Error(), "model", r.model().ID))
		return nil
	}
	c.result = result
	return nil
}

func safely(t Tool, call *ToolCall, args any) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return t.execute(call, args)
}

// toolMissing is a call of a tool that is neither the agent's nor the client's.
func (r *agentRun) toolMissing(c *toolCallState) {
	available := ""
	for i, name := range r.toolNames() {
		if i > 0 {
			available += ", "
		}
		available += name
	}
	c.errText = fmt.Sprintf("Tool %q not found. Available tools: %s. Call tools by their exact name only — never add prefixes, namespaces, or colons.", c.name, available)
	c.err = js.Obj("name", "ToolNotFoundError")
}

// finishTools publishes the results of a step's calls and puts them into the
// conversation. When a call is left to the client the run ends here.
func (r *agentRun) finishTools(step *agentStep) {
	open := false
	for _, c := range step.toolCalls {
		if c.result == js.Undefined && (c.approval == nil || c.approval.Bool("approved")) {
			open = true
		}
	}
	failed := false
	if open {
		for _, c := range step.toolCalls {
			if c.err == nil {
				continue
			}
			failed = true
			r.emit("tool-error", js.Obj("error", c.err, "args", c.args, "toolCallId", c.id, "toolName", c.name))
			r.messages.updateTool(c.id, js.Obj("state", "output-error", "toolCallId", c.id, "toolName", c.name, "args", c.args, "errorText", c.errText))
		}
	}
	waiting := false
	for _, c := range step.toolCalls {
		switch {
		case c.approval != nil && !c.approval.Bool("approved"):
			r.messages.updateTool(c.id, js.Obj("state", "output-denied", "toolCallId", c.id, "toolName", c.name, "args", c.args, "approval", c.approval))
			r.emit("tool-output-denied", js.Obj("toolCallId", c.id, "toolName", c.name, "args", c.args, "approval", c.approval))
		case c.result != js.Undefined:
			inv := js.Obj("state", "result", "toolCallId", c.id, "toolName", c.name, "args", c.args, "result", c.result)
			if c.approval != nil {
				inv.Set("approval", c.approval)
			}
			r.messages.updateTool(c.id, inv)
			chunk := r.chunk("tool-result", js.Obj("args", c.args, "toolCallId", c.id, "toolName", c.name, "result", c.result))
			step.resultChunks = append(step.resultChunks, chunk)
			r.sink(chunk)
		case c.err == nil:
			waiting = true
		}
	}
	if open && (waiting || !failed) {
		step.continued = false
	}
}

// suspend publishes what the run waits for and stores the run.
func (r *agentRun) suspend() {
	p := r.pending
	payload := js.Obj("toolCallId", p.call.id, "toolName", p.call.name)
	if p.approval {
		payload.Set("args", p.call.args).Set("resumeSchema", p.resumeSchema)
		r.emit("tool-call-approval", payload)
	} else {
		payload.Set("suspendPayload", p.payload).Set("args", p.call.args)
		if p.resumeSchema != "" {
			payload.Set("resumeSchema", p.resumeSchema)
		}
		r.emit("tool-call-suspended", payload)
	}
	r.srv.agents.suspend(r)
}
