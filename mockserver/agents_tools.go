package mockserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// isClientTool tells whether a tool is one that the client runs, and that the
// model may call.
func (r *agentRun) isClientTool(name string) bool {
	return r.options.clientTools.Has(name) && (r.options.activeTools == nil || slices.Contains(r.options.activeTools, name))
}

// hasTool tells whether the agent has a tool, be it active or not.
func (r *agentRun) hasTool(name string) bool {
	_, ok := findTool(r.tools.Tools, name)
	return ok || r.subAgent(name) != nil || name == workingMemoryTool && r.canNote()
}

// tool finds a tool that the model may call.
func (r *agentRun) tool(name string) (Tool, bool) {
	if r.options.activeTools != nil && !slices.Contains(r.options.activeTools, name) {
		return Tool{}, false
	}
	if name == workingMemoryTool && r.canNote() {
		return r.noteTool(), true
	}
	return findTool(r.tools.Tools, name)
}

// toolNames are the tools the model may call.
func (r *agentRun) toolNames() []string {
	if r.options.noTools {
		return nil
	}
	names := r.allTools()
	if r.options.activeTools != nil {
		names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(r.options.activeTools, n) })
	}
	return names
}

// allTools are the tools that there are.
func (r *agentRun) allTools() []string {
	var names []string
	for _, t := range r.tools.Tools {
		names = append(names, t.id)
	}
	if r.canNote() {
		names = append(names, workingMemoryTool)
	}
	for _, sub := range r.tools.Agents {
		names = append(names, subAgentPrefix+sub.ID)
	}
	for _, name := range r.options.clientTools.Keys() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// The schemas of the data that answer an approval: of an agent's own tool, in a
// network, where no model sees the reason, and as a message notes it where a
// sub-agent asks.
const (
	approvalSchema  = approvalBegin + reasonBegin + `surfaced to the model when` + reasonEnd + approvalEnd
	networkApproval = approvalBegin + reasonBegin + `surfaced when` + reasonEnd + approvalEnd
	delegatedSchema = approvalBegin + approvalEnd

	approvalBegin = `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"approved":{"type":"boolean","description":"Controls if the tool call is approved or not, should be true when approved and false when declined"}`
	reasonBegin   = `,"reason":{"description":"Optional explanation for the decision, `
	reasonEnd     = ` the tool call is declined","type":"string"}`
	approvalEnd   = `},"required":["approved"],"additionalProperties":false}`
)

func (r *agentRun) approvalSchema() string {
	if r.durable() {
		return durableSchema
	}
	return approvalSchema
}

// needsApproval tells whether a call must be approved first.
func (r *agentRun) needsApproval(c *toolCallState) bool {
	if c.client || c.approval != nil {
		return false
	}
	t, ok := r.tool(c.name)
	return ok && t.requireApproval || (ok || r.subAgent(c.name) != nil) && r.options.requireApproval
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
				return &pendingTool{call: c, approval: true, resumeSchema: r.approvalSchema(), suspendedStep: step}
			}
			if waits := r.runTool(ctx, c, nil, false); waits != nil {
				return r.suspendedTool(step, c, waits)
			}
		}
		return nil
	}
	waiting := make([]*suspension, len(open))
	together(len(open), func(i int) { waiting[i] = r.runTool(ctx, open[i], nil, false) })
	for i, waits := range waiting {
		if waits != nil {
			return r.suspendedTool(step, open[i], waits)
		}
	}
	return nil
}

func (r *agentRun) suspendedTool(step *agentStep, c *toolCallState, waits *suspension) *pendingTool {
	p := &pendingTool{call: c, payload: waits.payload, suspendedStep: step}
	if waits.delegated != "" {
		p.delegated, p.asked, p.resumeSchema = waits.delegated, waits.asked, waits.resumeSchema
	} else if t, ok := r.tool(c.name); ok && t.resume != nil {
		p.resumeSchema = js.String(t.resume.JSONSchema(zod.Draft7))
	}
	return p
}

// runTool runs one call and keeps its result or error. It returns the suspension
// if the tool waits.
func (r *agentRun) runTool(ctx context.Context, c *toolCallState, data any, resumed bool) *suspension {
	if sub := r.subAgent(c.name); sub != nil {
		return r.callAgent(ctx, c, sub)
	}
	t, ok := r.tool(c.name)
	if !ok {
		r.toolMissing(c)
		return nil
	}
	args := r.toolArgs(c.args)
	if args == nil {
		c.errText = fmt.Sprintf("Tool %q received invalid arguments — the provided JSON could not be parsed. Please provide valid JSON arguments.", c.name)
		c.err = js.Obj("name", "Error")
		return nil
	}
	call := &ToolCall{Context: ctx, ID: c.id, AgentID: r.agent.ID, RunID: r.id, requestContext: r.options.requestContext,
		resumeData: data, resumed: resumed, canSuspend: true}
	result, err := safely(t, call, args)
	var waits *suspension
	if errors.As(err, &waits) {
		return waits
	}
	if err != nil {
		c.errText = err.Error()
		c.err = js.Obj("name", "Error", "cause", js.Obj("message", err.Error(), "name", "Error"), "id", "TOOL_EXECUTION_FAILED", "domain", "TOOL",
			"category", "USER", "details", js.Obj("errorMessage", "Error: "+err.Error(), "model", r.model().model))
		return nil
	}
	c.result = result
	return nil
}

// safely runs a tool. One that is resumed gets data that fits; of data that do not,
// the complaint is the result.
func safely(t Tool, call *ToolCall, args any) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if call.resumed && t.resume != nil {
		parsed, issues := t.resume.Parse(call.resumeData)
		if len(issues) > 0 {
			return toolFailure(inputFailure(t.id, issues, call.resumeData), issues), nil
		}
		call.resumeData = parsed
	}
	return t.execute(call, args)
}

// toolArgs is what a tool is called with: the server makes an object of a list, by
// index, and in a durable run of null too.
func (r *agentRun) toolArgs(args any) any {
	list, isList := args.([]any)
	if !isList && !(args == nil && r.durable()) {
		return args
	}
	o := js.Obj()
	for i, e := range list {
		o.Set(strconv.Itoa(i), e)
	}
	return o
}

// toolMissing is a call of a tool that is neither the agent's nor the client's.
func (r *agentRun) toolMissing(c *toolCallState) {
	names, available := r.allTools(), ""
	if r.options.activeTools != nil {
		names = r.options.activeTools
	}
	if len(names) > 0 {
		available = " Available tools: " + strings.Join(names, ", ")
	}
	c.errText = fmt.Sprintf("Tool %q not found.%s. Call tools by their exact name only — never add prefixes, namespaces, or colons.", c.name, available)
	c.err = js.Obj("name", "ToolNotFoundError")
}

// finishTools publishes the results of a step's calls and puts them into the
// conversation. When a call is left to the client the run ends here.
func (r *agentRun) finishTools(step *agentStep) {
	open := false
	if r.durable() {
		r.tellResults(step)
	}
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
			if !r.durable() {
				r.emit("tool-error", js.Obj("error", c.err, "args", c.args, "toolCallId", c.id, "toolName", c.name))
			}
			r.messages.updateTool(c.id, c.failed(r.durable()), nil)
		}
	}
	waiting := false
	for _, c := range step.toolCalls {
		switch {
		case c.approval != nil && !c.approval.Bool("approved"):
			r.messages.updateTool(c.id, js.Obj("state", "output-denied", "toolCallId", c.id, "toolName", c.name, "args", c.args, "approval", c.approval), nil)
			r.emit("tool-output-denied", js.Obj("toolCallId", c.id, "toolName", c.name, "args", c.args, "approval", c.approval))
		case c.result != js.Undefined:
			inv := js.Obj("state", "result", "toolCallId", c.id, "toolName", c.name, "args", c.args, "result", c.result)
			if r.durable() {
				inv = js.Obj("state", "result", "result", c.result).Merge(inv)
			}
			if c.approval != nil {
				inv.Set("approval", c.approval)
			}
			r.messages.updateTool(c.id, inv, c.metadata)
			payload := js.Obj("args", c.args, "toolCallId", c.id, "toolName", c.name, "result", c.result)
			if c.metadata != nil {
				payload.Set("providerMetadata", c.metadata)
			}
			chunk := r.chunk("tool-result", payload)
			if r.durable() {
				continue
			}
			step.resultChunks = append(step.resultChunks, chunk)
			r.send(chunk)
		case c.err == nil:
			waiting = true
		}
	}
	if open && (waiting || !failed) {
		step.continued = false
	}
}

// suspend stores the run and publishes what it waits for, in this order: who has
// seen the question may answer it.
func (r *agentRun) suspend() {
	p := r.pending
	kept := r.messages
	if r.durable() && r.resumedOnce {
		// A durable run goes on from what it was when it first waited.
		kept = kept.clone()
	}
	r.notePending()
	defer r.srv.agents.suspend(r, kept)()
	asked, approval := p.asks()
	payload := js.Obj("toolCallId", p.call.id, "toolName", asked.name)
	if approval {
		payload.Set("args", asked.args).Set("resumeSchema", p.resumeSchema)
		r.emit("tool-call-approval", payload)
	} else {
		payload.Set("suspendPayload", p.payload).Set("args", p.call.args)
		if p.resumeSchema != "" {
			payload.Set("resumeSchema", p.resumeSchema)
		}
		r.emit("tool-call-suspended", payload)
	}
	if r.durable() && p.approval {
		r.event("suspended", js.Obj("toolCallId", p.call.id, "toolName", p.call.name, "args", p.call.args, "type", "approval", "resumeSchema", p.resumeSchema))
	}
}

// notePending notes on the message of the call what the run waits for.
func (r *agentRun) notePending() {
	p := r.pending
	m, _ := r.messages.findTool(p.call.id)
	if m == nil {
		return
	}
	key, kind := "suspendedTools", "suspension"
	asked, approval := p.asks()
	if approval {
		key, kind = "pendingToolApprovals", "approval"
	}
	note := js.Obj("toolCallId", p.call.id, "toolName", asked.name, "args", asked.args)
	if p.asked != nil {
		note.Set("parentToolName", p.call.name).Set("parentArgs", p.call.args)
	}
	note.Set("type", kind).Set("runId", r.id).Set("delegatedRunId", js.Opt(p.delegated))
	if !approval {
		note.Set("suspendPayload", p.payload)
	}
	switch {
	case p.asked != nil:
		note.Set("resumeSchema", delegatedSchema)
	case p.resumeSchema != "":
		note.Set("resumeSchema", p.resumeSchema)
	}
	metadata := js.Obj().Merge(m.content().Obj("metadata"))
	pending := js.Obj()
	if !r.durable() {
		pending.Merge(metadata.Obj(key))
	}
	pending.Set(p.call.id, note)
	m.content().Set("metadata", metadata.Set(key, pending))
}

// failed is the invocation of a call that failed, as messages keep it.
func (c *toolCallState) failed(durable bool) *js.Object {
	o := js.Obj("state", "output-error")
	if durable {
		o.Set("errorText", c.errText)
	}
	return o.Set("toolCallId", c.id).Set("toolName", c.name).Set("args", c.args).Set("errorText", c.errText)
}
