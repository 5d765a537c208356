package mockserver

import (
	"fmt"
	"maps"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

func (a *agentRuns) state() any {
	a.mu.RLock()
	defer a.mu.RUnlock()
	out := []any{}
	runs := slices.SortedFunc(maps.Values(a.suspended), func(a, b *suspendedRun) int { return a.seq - b.seq })
	for _, run := range runs {
		out = append(out, run.state())
	}
	return out
}

func (r *suspendedRun) state() *js.Object {
	steps := make([]any, len(r.steps))
	for i, step := range r.steps {
		steps[i] = step.state()
	}
	p := r.pending
	return js.Obj("agentId", r.agentID, "runId", r.runID, "threadId", r.threadID, "resourceId", r.resourceID, "traceId", r.traceID, "spanId", r.spanID,
		"messageId", r.messageID, "at", js.ISO(r.at), "options", r.options.state(), "messages", chatState(r.messages.list),
		"system", js.Strings(r.messages.system), "tagged", js.Strings(r.messages.tagged), "pendingCalls", r.messages.pending, "steps", steps, "records", js.Array(r.records), "modelFrom", r.modelFrom,
		"durable", r.durable, "whole", r.whole,
		"pending", js.Obj("call", slices.Index(p.suspendedStep.toolCalls, p.call), "approval", p.approval, "payload", p.payload, "resumeSchema", p.resumeSchema, "delegated", p.delegated, "asked", askedState(p.asked)))
}

func askedState(c *toolCallState) any {
	if c == nil {
		return nil
	}
	return js.Obj("name", c.name, "args", c.args)
}

func (o *runOptions) state() *js.Object {
	out := js.Obj("maxSteps", o.maxSteps, "requireApproval", o.requireApproval, "clientTools", nullable(o.clientTools),
		"activeTools", js.When(o.activeTools != nil, js.Strings(o.activeTools)), "noTools", o.noTools,
		"requestContext", nullable(o.requestContext), "instructions", o.instructions)
	if s := o.structured; s != nil {
		out.Set("structured", js.Obj("schema", nullable(s.schema), "strategy", s.strategy, "fallback", s.fallback))
	}
	return out
}

func chatState(list []*chatMessage) []any {
	out := make([]any, len(list))
	for i, m := range list {
		out[i] = js.Obj("message", m.Object, "origin", int(m.origin), "began", int(m.began))
	}
	return out
}

func (s *agentStep) state() *js.Object {
	calls := make([]any, len(s.toolCalls))
	for i, c := range s.toolCalls {
		calls[i] = js.Obj("id", c.id, "name", c.name, "args", c.args, "observability", nullable(c.observability), "result", c.result,
			"error", nullable(c.err), "errorText", c.errText, "approval", nullable(c.approval), "client", c.client, "told", c.told, "metadata", nullable(c.metadata))
	}
	return js.Obj("text", s.text, "reasoningText", s.reasoningText, "reasoning", s.reasoning, "sources", s.sources, "files", s.files,
		"toolCalls", calls, "callChunks", s.callChunks, "resultChunks", s.resultChunks, "usage", nullable(s.usage), "reason", s.reason,
		"metadata", nullable(s.metadata), "continued", s.continued, "errored", s.errored, "threw", s.threw, "cut", s.cut,
		"content", s.content, "messages", s.messages, "uiParts", s.uiParts, "responses", chatState(s.responses),
		"model", nullable(s.model), "object", s.object, "fallback", s.fallback, "span", nullable(s.span))
}

func (a *agentRuns) restoreState(v any) error {
	list, err := stateList(v, "agentRuns")
	if err != nil {
		return err
	}
	for _, o := range list {
		run, err := restoreSuspended(o)
		if err != nil {
			return fmt.Errorf("the agent run %s: %w", o.Str("runId"), err)
		}
		a.seq++
		run.seq = a.seq
		a.suspended[run.runID] = run
	}
	return nil
}

func restoreSuspended(o *js.Object) (*suspendedRun, error) {
	at, err := stateTime(o, "at")
	if err != nil {
		return nil, err
	}
	list, err := stateList(o.Get("steps"), "steps")
	if err != nil {
		return nil, err
	}
	r := &suspendedRun{agentID: o.Str("agentId"), runID: o.Str("runId"), threadID: o.Str("threadId"), resourceID: o.Str("resourceId"),
		traceID: o.Str("traceId"), spanID: o.Str("spanId"), messageID: o.Str("messageId"), at: at, modelFrom: stateInt(o, "modelFrom"), durable: o.Bool("durable"), whole: o.Bool("whole"),
		options: restoreOptions(o.Obj("options")), messages: newChat(o.Str("threadId"), o.Str("resourceId"))}
	r.messages.list, r.messages.system, r.messages.tagged = restoreChat(o.Arr("messages")), stateStrings(o.Arr("system")), stateStrings(o.Arr("tagged"))
	r.messages.pending = o.Bool("pendingCalls")
	r.messages.sort()
	for _, record := range o.Arr("records") {
		e, _ := record.(*js.Object)
		r.records = append(r.records, e)
	}
	for _, step := range list {
		r.steps = append(r.steps, restoreStep(step))
	}
	pending := o.Obj("pending")
	index := stateInt(pending, "call")
	if len(r.steps) == 0 || index < 0 || index >= len(r.steps[len(r.steps)-1].toolCalls) {
		return nil, fmt.Errorf("it waits for no tool call")
	}
	last := r.steps[len(r.steps)-1]
	r.pending = &pendingTool{call: last.toolCalls[index], approval: pending.Bool("approval"), payload: valueOf(pending, "payload"),
		resumeSchema: pending.Str("resumeSchema"), suspendedStep: last, delegated: pending.Str("delegated")}
	if asked := pending.Obj("asked"); asked != nil {
		r.pending.asked = &toolCallState{name: asked.Str("name"), args: valueOf(asked, "args")}
	}
	return r, nil
}

func restoreOptions(o *js.Object) runOptions {
	out := runOptions{maxSteps: stateInt(o, "maxSteps"), requireApproval: o.Bool("requireApproval"), clientTools: o.Obj("clientTools"),
		activeTools: stateStrings(o.Arr("activeTools")), noTools: o.Bool("noTools"), requestContext: o.Obj("requestContext"), instructions: o.Str("instructions")}
	if s := o.Obj("structured"); s != nil {
		out.structured = &structuredOutput{schema: s.Obj("schema"), strategy: s.Str("strategy"), fallback: valueOf(s, "fallback")}
	}
	return out
}

func restoreChat(list []any) []*chatMessage {
	var out []*chatMessage
	for _, v := range list {
		if o, ok := v.(*js.Object); ok && o.Obj("message") != nil {
			out = append(out, &chatMessage{Object: o.Obj("message"), origin: origin(stateInt(o, "origin")), began: origin(stateInt(o, "began"))})
		}
	}
	return out
}

func restoreStep(o *js.Object) *agentStep {
	s := &agentStep{text: o.Str("text"), reasoningText: o.Str("reasoningText"), reasoning: o.Arr("reasoning"), sources: o.Arr("sources"), files: o.Arr("files"),
		callChunks: o.Arr("callChunks"), resultChunks: o.Arr("resultChunks"), usage: o.Obj("usage"), reason: o.Str("reason"), metadata: o.Obj("metadata"),
		continued: o.Bool("continued"), errored: o.Bool("errored"), threw: o.Bool("threw"), cut: o.Bool("cut"), content: o.Arr("content"),
		messages: o.Arr("messages"), uiParts: o.Arr("uiParts"), responses: restoreChat(o.Arr("responses")), model: o.Obj("model"),
		object: valueOf(o, "object"), fallback: o.Bool("fallback"), span: o.Obj("span")}
	for _, v := range o.Arr("toolCalls") {
		c, _ := v.(*js.Object)
		s.toolCalls = append(s.toolCalls, &toolCallState{id: c.Str("id"), name: c.Str("name"), args: c.Get("args"), observability: c.Obj("observability"),
			result: valueOf(c, "result"), err: c.Obj("error"), errText: c.Str("errorText"), approval: c.Obj("approval"), client: c.Bool("client"), told: c.Bool("told"), metadata: c.Obj("metadata")})
	}
	return s
}
