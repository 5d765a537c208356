package mockserver

import (
	"context"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// subAgentPrefix makes tool names of sub-agents.
const subAgentPrefix = "agent-"

// subAgent finds the sub-agent that a tool name stands for.
func (r *agentRun) subAgent(name string) *Agent {
	id, ok := strings.CutPrefix(name, subAgentPrefix)
	if !ok {
		return nil
	}
	for _, sub := range r.tools.Agents {
		if sub.ID == id {
			return sub
		}
	}
	return nil
}

// subAgentInput is what a sub-agent is called with.
var subAgentInput = zod.Object(
	zod.P("prompt", zod.String()),
	zod.P("threadId", zod.String().Optional().Nullable()),
	zod.P("resourceId", zod.String().Optional().Nullable()),
	zod.P("instructions", zod.String().Optional().Nullable()),
	zod.P("maxSteps", zod.Int().Min(3).Optional().Nullable()),
)

// callAgent runs a sub-agent as a tool. What it sends goes into the stream,
// wrapped in tool-output chunks. It returns the suspension if the sub-agent waits.
func (r *agentRun) callAgent(ctx context.Context, c *toolCallState, sub *Agent) *suspension {
	var args any = c.args
	if o, ok := args.(*js.Object); ok {
		args = o.Without("threadId", "resourceId") // the model does not choose these
	}
	parsed, issues := subAgentInput.Parse(args)
	if len(issues) > 0 {
		c.result = toolFailure(inputFailure(c.name, issues, args), issues)
		c.setModelOutput("")
		return nil
	}
	input, _ := parsed.(*js.Object)
	child := &agentRun{
		srv: r.srv, agent: sub, tools: sub, id: newID(), options: runOptions{requestContext: r.options.requestContext, instructions: input.Str("instructions")},
		messages: newChat("", ""), messageID: newID(), traceID: r.traceID, spanID: newSpanID(), parent: r, inner: true, sink: r.wrapped(c),
	}
	// What was said before and a prompt that is a string cannot be refused.
	_ = child.messages.add(r.saidBefore(), fromContext)
	_ = child.messages.add(input.Str("prompt"), fromInput)
	child.run(ctx)
	return r.answered(c, child)
}

// resumeAgent continues the sub-agent that a call waits for.
func (r *agentRun) resumeAgent(ctx context.Context, c *toolCallState, runID string, data any) *suspension {
	sub := r.subAgent(c.name)
	kept, err := r.srv.agents.take("resume", sub.ID, runID, "")
	if err != nil { // it went on by itself
		r.agentFailed(c, &agentRun{agent: sub, failure: err}, newID(), newID())
		return nil
	}
	child := r.srv.restore(sub, kept, r.wrapped(c))
	child.parent, child.inner = r, true
	child.resumeRun(ctx, data)
	return r.answered(c, child)
}

// wrapped makes a sub-agent's chunks the output of the call.
func (r *agentRun) wrapped(c *toolCallState) func(*js.Object) {
	return func(chunk *js.Object) {
		r.send(js.Obj("type", "tool-output", "runId", r.id, "from", "USER",
			"payload", js.Obj("output", chunk, "toolCallId", c.id, "toolName", c.name)))
	}
}

// answered makes the result of a call of what a sub-agent did.
func (r *agentRun) answered(c *toolCallState, child *agentRun) *suspension {
	if p := child.pending; p != nil {
		waits := &suspension{payload: p.payload, delegated: child.id, resumeSchema: p.resumeSchema}
		asked, approval := p.asks()
		if approval && !r.whole {
			waits.asked = asked
		}
		if approval || r.whole {
			waits.payload = p.shown()
		}
		return waits
	}
	threadID, resourceID := newID(), newID()
	if r.threadID != "" {
		threadID, resourceID = r.threadID+"-"+threadID, r.resourceID+"-"+child.agent.ID
	}
	if child.failure != nil {
		r.agentFailed(c, child, threadID, resourceID)
		return nil
	}
	text := child.text()
	if child.processesOutput() && child.answer.spoke && !r.whole {
		text = child.answer.text
	}
	results := []any{}
	for _, step := range child.steps {
		for _, t := range step.toolCalls {
			if t.result != js.Undefined {
				results = append(results, js.Obj("toolName", t.name, "toolCallId", t.id, "result", t.result, "args", t.args))
			}
		}
	}
	c.result = js.Obj("text", text, "subAgentThreadId", threadID, "subAgentResourceId", resourceID, "subAgentToolResults", results)
	c.setModelOutput(text)
	return nil
}

// saidBefore is the conversation before this answer, without tools: a sub-agent
// does not have them.
func (r *agentRun) saidBefore() []any {
	before := slices.DeleteFunc(r.messages.spoken(), func(m *chatMessage) bool { return m.Str("id") == r.messageID })
	out := []any{}
	for _, m := range r.messages.converted(before, forClients) {
		content := slices.DeleteFunc(m.Arr("content"), func(p any) bool { return p.(*js.Object).Str("type") == "tool-call" })
		if m.Str("role") != "tool" && len(content) > 0 {
			out = append(out, m.Set("content", content))
		}
	}
	return out
}

// setModelOutput says what the model sees of the result.
func (c *toolCallState) setModelOutput(text string) {
	c.metadata = js.Obj("mastra", js.Obj("modelOutput", js.Obj("type", "text", "value", text)))
}

// text is the text of the run's answer.
func (r *agentRun) text() string {
	var text string
	for _, step := range r.steps {
		text = js.Join(text, step.text)
	}
	return text
}

func (r *agentRun) agentFailed(c *toolCallState, child *agentRun, threadID, resourceID string) {
	c.errText = "[Agent:" + r.agent.ID + "] - Failed agent tool execution for " + child.agent.ID
	cause := js.Obj("message", c.errText, "domain", "AGENT", "category", "USER", "code", "AGENT_AGENT_TOOL_EXECUTION_FAILED",
		"details", js.Obj("agentName", r.agent.ID, "subAgentName", child.agent.ID, "subAgentThreadId", threadID, "subAgentResourceId", resourceID,
			"runId", r.id, "threadId", r.threadID, "resourceId", r.resourceID),
		"cause", thrown(child.failure))
	c.err = js.Obj("name", "Error", "cause", cause, "id", "TOOL_EXECUTION_FAILED", "domain", "TOOL", "category", "USER",
		"details", js.Obj("errorMessage", js.String(cause), "model", r.model().model))
}
