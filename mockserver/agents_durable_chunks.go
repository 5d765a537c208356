package mockserver

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// durableSchema is the schema of the data that answers an approval of a durable
// run.
const durableSchema = `{"type":"object","properties":{"approved":{"type":"boolean"},"reason":{"type":"string"}},"required":["approved"]}`

// durable tells whether the run is told in the words of durable agents: their
// steps, results and ends look different.
func (r *agentRun) durable() bool { return r.agent.Durable }

// event records what only observers see.
func (r *agentRun) event(kind string, data *js.Object) {
	if r.record != nil {
		r.record.add(kind, data, false)
	}
}

// durableContent is the content of a step: what was said, the calls and what
// they gave.
func (s *agentStep) durableContent() []any {
	content := []any{}
	if s.text != "" {
		content = append(content, js.Obj("type", "text", "text", s.text))
	}
	for _, c := range s.toolCalls {
		content = append(content, js.Obj("type", "tool-call", "toolCallId", c.id, "toolName", c.name, "args", c.args))
	}
	for _, c := range s.toolCalls {
		part := js.Obj("type", "tool-result", "toolCallId", c.id, "toolName", c.name)
		switch {
		case c.err != nil:
			content = append(content, part.Set("result", c.errText).Set("isError", true))
		case c.result != js.Undefined:
			content = append(content, part.Set("result", c.result))
		case c.approval != nil:
			content = append(content, part)
		}
	}
	return content
}

// tellResults publishes the results of a step's calls, each once.
func (r *agentRun) tellResults(step *agentStep) {
	for _, c := range step.toolCalls {
		payload := js.Obj("toolCallId", c.id, "toolName", c.name, "args", r.toolArgs(c.args))
		switch {
		case c.told:
		case c.err != nil:
			c.told = true
			r.emit("tool-error", payload.Set("error", c.durableError()))
		case c.result != js.Undefined:
			c.told = true
			chunk := r.chunk("tool-result", payload.Set("result", c.result))
			step.resultChunks = append(step.resultChunks, chunk)
			r.send(chunk)
		}
	}
}

// durableError is the error of a call; one that the tool itself threw leaks its
// stack.
func (c *toolCallState) durableError() *js.Object {
	e := js.Obj("name", c.err.Get("name"), "message", c.errText)
	if c.err.Has("id") {
		e.Set("stack", stackOf(errors.New(c.errText)))
	}
	return e
}

// closeDurableStep publishes the end of a step and, after the last one, of the
// run.
func (r *agentRun) closeDurableStep(step *agentStep) bool {
	limit := cmp.Or(r.options.maxSteps, defaultMaxSteps)
	payload := js.Obj("stepResult", js.Obj("reason", step.reason, "isContinued", step.continued), "output", js.Obj("usage", step.countedUsage()), "metadata", js.Obj())
	if !step.errored {
		payload.Set("messages", js.Obj("all", []any{}, "user", []any{}, "nonUser", []any{})).Set("type", "finish").Set("_durableStepContent", step.durableContent())
	}
	r.emit("step-finish", payload)
	if len(r.steps) >= limit {
		step.cut, step.continued = step.continued, false
	}
	told := r.durableStep(step)
	text := step.text
	if step.errored {
		text = ""
	}
	r.event("iteration-complete", js.Obj("iteration", len(r.steps), "maxIterations", limit, "text", text, "toolCalls", told.Get("toolCalls"),
		"toolResults", told.Get("toolResults"), "isFinal", !step.continued, "finishReason", step.reason, "runId", r.id, "agentId", r.agent.ID, "agentName", r.agent.ID))
	if step.continued {
		return true
	}
	r.finishDurable(step)
	r.ended = true
	return false
}

// finishDurable publishes the end of the run. The chunk names no run.
func (r *agentRun) finishDurable(step *agentStep) {
	steps := []any{}
	for _, s := range r.steps {
		steps = append(steps, r.durableStep(s))
	}
	result := js.Obj("reason", step.reason, "warnings", []any{}, "isContinued", step.cut)
	if !step.errored {
		result.Set("totalUsage", step.usage).Set("request", js.When(r.called, js.Obj()))
	}
	r.saveMemory()
	told := js.Obj("output", js.Obj("text", step.text, "usage", r.totalUsage(), "steps", steps), "stepResult", result)
	r.event("finish", told)
	r.active.publish(js.Obj("type", "finish", "payload", told))
	for _, chunk := range r.late {
		r.send(chunk)
	}
}

// abortDurable publishes the end of a run whose client left.
func (r *agentRun) abortDurable(text string) {
	step := &agentStep{text: text, reason: "abort", errored: true}
	r.steps = append(r.steps, step)
	r.finishDurable(step)
}

// countedUsage is the usage of a step; of one that failed nothing counts.
func (s *agentStep) countedUsage() *js.Object {
	if s.errored {
		return js.Obj("inputTokens", 0, "outputTokens", 0, "totalTokens", 0)
	}
	return s.usage
}

// durableStep is a step as the end of the run lists it.
func (r *agentRun) durableStep(s *agentStep) *js.Object {
	calls, results := []any{}, []any{}
	if !s.errored {
		for _, c := range s.toolCalls {
			one := js.Obj("toolCallId", c.id, "toolName", c.name, "args", c.args, "activeTools", activeTools(r.options.activeTools))
			calls = append(calls, one)
			result := one.Clone().Set("stepSpanData", s.span)
			switch {
			case c.err != nil:
				result.Set("error", c.durableError())
			case c.result != js.Undefined:
				result.Set("result", c.result)
			}
			if c.approval != nil {
				result.Set("approval", c.approval)
			}
			results = append(results, result)
		}
	}
	return js.Obj("text", s.text, "toolCalls", calls, "toolResults", results, "usage", s.countedUsage(), "finishReason", s.reason)
}

// activeTools is null where every tool is active.
func activeTools(names []string) any {
	if names == nil {
		return nil
	}
	return js.Strings(names)
}

// span describes the tracing of a model call. What is above it is told nowhere.
func (m *modelRun) span() *js.Object {
	m.loopSpan = cmp.Or(m.loopSpan, newSpanID())
	input := []any{}
	for _, message := range m.messages.prompt(m.instructions()) {
		input = append(input, js.Obj("role", string(message.Role), "content", tracedText(message.traced)))
	}
	metadata := js.Obj("runId", m.id)
	if m.resumedOnce {
		metadata.Set("resumed", true).Set("resumedFromSpanId", m.resumedFrom)
	} else if m.threadID != "" {
		metadata.Set("resourceId", m.resourceID).Set("threadId", m.threadID)
	}
	return js.Obj("id", newSpanID(), "traceId", m.traceID, "name", fmt.Sprintf("step: %d", len(m.steps)), "type", "model_step", "entityType", "agent", "entityId", m.agent.ID,
		"entityName", m.agent.ID, "attributes", js.Obj("stepIndex", len(m.steps), "messageId", m.messageID), "metadata", metadata,
		"startTime", js.ISO(time.UnixMilli(int64(m.startedAt))), "input", input, "isEvent", false, "isRootSpan", false, "parentSpanId", m.loopSpan)
}

// tracedText is a text as a trace has it: one that is JSON is written anew, and so are
// the texts in it.
func tracedText(text string) string {
	if !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{") {
		return text
	}
	value, err := js.Parse([]byte(text))
	if err != nil {
		return text
	}
	return js.String(tracedValue(value))
}

func tracedValue(v any) any {
	switch v := v.(type) {
	case string:
		return tracedText(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = tracedValue(e)
		}
		return out
	case *js.Object:
		out := js.Obj()
		for _, m := range v.Members() {
			out.Set(m.Key, tracedValue(m.Value))
		}
		return out
	}
	return v
}
