package mockserver

import (
	"context"
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
	zod.P("maxSteps", zod.Number().Optional().Nullable()),
)

// callAgent runs a sub-agent as a tool. What it sends goes into the stream,
// wrapped in tool-output chunks. It returns the suspension if the sub-agent waits.
func (r *agentRun) callAgent(ctx context.Context, c *toolCallState, sub *Agent) *suspension {
	parsed, issues := subAgentInput.Parse(c.args)
	if len(issues) > 0 {
		c.result = toolFailure(inputFailure(c.name, issues, c.args), issues)
		c.setModelOutput("")
		return nil
	}
	input, _ := parsed.(*js.Object)
	child := &agentRun{
		srv: r.srv, agent: sub, tools: sub, id: newID(), options: runOptions{requestContext: r.options.requestContext, instructions: input.Str("instructions")},
		messages: newChat("", ""), messageID: newID(), traceID: r.traceID, spanID: newSpanID(), parent: r, sink: r.wrapped(c),
	}
	for _, m := range r.messages.list {
		if m.Str("id") != r.messageID {
			known, _ := js.DeepClone(m.Object).(*js.Object)
			child.messages.put(&chatMessage{Object: known}, fromContext, true)
		}
	}
	// A prompt that is a string cannot be refused.
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
	child.parent = r
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

// setModelOutput says what the model sees of the result.
func (c *toolCallState) setModelOutput(text string) {
	c.metadata = js.Obj("mastra", js.Obj("modelOutput", js.Obj("type", "text", "value", text)))
}

// text is the text of the run's answer.
func (r *agentRun) text() string {
	var text string
	for _, step := range r.steps {
		text += step.text
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
