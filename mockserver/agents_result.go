package mockserver

import (
	"cmp"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// result is the run as generate answers it.
func (r *agentRun) result() *js.Object {
	last := &agentStep{usage: js.Obj(), metadata: js.Obj(), reason: "other", model: r.modelMetadata()}
	if n := len(r.steps); n > 0 {
		last = r.steps[n-1]
	}
	finished := r.ended
	responses := r.messages.of("response")
	models, shown := modelMessages(responses), uiMessages(responses)
	r.stamp()
	reason := last.reason
	usage, total := js.Obj(), js.Obj("totalTokens", 0)
	text := ""
	switch {
	case r.tripped != nil:
		reason, total = "other", js.Obj()
	case r.pending != nil:
		reason = "suspended"
	default:
		usage = r.totalUsage()
		total = usage
		text = r.text()
	}
	o := js.Obj("text", text, "usage", usage, "steps", []any{}, "finishReason", reason, "warnings", []any{}, "request", js.Obj(),
		"reasoning", r.gather(func(s *agentStep) []any { return s.reasoning }))
	if finished {
		o.Set("steps", r.stepResults())
	}
	if reasoning := r.reasoningText(); reasoning != "" {
		o.Set("reasoningText", reasoning)
	}
	o.Set("toolCalls", r.gather(func(s *agentStep) []any { return s.callChunks })).
		Set("toolResults", r.gather(func(s *agentStep) []any { return s.resultChunks })).
		Set("sources", r.gather(func(s *agentStep) []any { return s.sources })).
		Set("files", r.gather(func(s *agentStep) []any { return s.files })).
		Set("response", r.response(last, finished, models, shown)).
		Set("totalUsage", total)
	if last.object != nil {
		o.Set("object", last.object)
	}
	o.Set("usedFallbackValue", last.fallback)
	if r.options.scored && finished {
		o.Set("scoringData", r.scoringData())
	}
	if r.tripped != nil {
		o.Set("tripwire", r.tripped)
	}
	o.Set("traceId", r.traceID).Set("spanId", r.spanID).Set("runId", r.id)
	if p := r.pending; p != nil {
		o.Set("suspendPayload", p.shown())
		if p.resumeSchema != "" {
			o.Set("resumeSchema", p.resumeSchema)
		}
	}
	messages, remembered := []any{}, []any{}
	for _, m := range r.messages.list {
		messages = append(messages, m.Object)
		if m.source == "memory" {
			remembered = append(remembered, m.Object)
		}
	}
	return o.Set("messages", messages).Set("rememberedMessages", remembered)
}

// scoringData is what a scorer would look at.
func (r *agentRun) scoringData() *js.Object {
	system := []any{}
	for _, text := range append([]string{cmp.Or(r.options.instructions, r.agent.Instructions)}, r.messages.system...) {
		if text != "" {
			system = append(system, js.Obj("role", "system", "content", text))
		}
	}
	return js.Obj("input", js.Obj("inputMessages", dbMessages(r.messages.of("input")), "rememberedMessages", dbMessages(r.messages.of("memory")),
		"systemMessages", system, "taggedSystemMessages", js.Obj()), "output", dbMessages(r.messages.of("response")))
}

// shown is what the run waits for, as the result shows it.
func (p *pendingTool) shown() *js.Object {
	o := js.Obj("toolCallId", p.call.id, "toolName", p.call.name)
	if !p.approval {
		o.Set("suspendPayload", p.payload)
	}
	o.Set("args", p.call.args)
	if p.resumeSchema != "" {
		o.Set("resumeSchema", p.resumeSchema)
	}
	return o
}

func (r *agentRun) gather(of func(*agentStep) []any) []any {
	out := []any{}
	for _, s := range r.steps {
		out = append(out, of(s)...)
	}
	return out
}

func (r *agentRun) reasoningText() string {
	var text string
	for _, s := range r.steps {
		text += s.reasoningText
	}
	return text
}

func dbMessages(list []*chatMessage) []any {
	out := []any{}
	for _, m := range list {
		out = append(out, m.Object)
	}
	return out
}

// response is the part of the result that holds the messages.
func (r *agentRun) response(last *agentStep, finished bool, models, shown []any) *js.Object {
	if !finished || r.durable() {
		return js.Obj("dbMessages", dbMessages(r.messages.of("response")))
	}
	return r.metadataOf(last).Set("messages", models).Set("uiMessages", shown).Set("dbMessages", dbMessages(r.messages.of("response")))
}

// stepResults are the steps as the result lists them.
func (r *agentRun) stepResults() []any {
	out := []any{}
	for i, s := range r.steps {
		kind := "initial"
		if i > 0 {
			kind = "tool-result"
		}
		list := func(v []any) []any { return append([]any{}, v...) }
		content, response := list(s.content), r.metadataOf(s).Set("messages", s.messages)
		if r.durable() {
			content, response = s.durableContent(), js.Obj("id", "", "timestamp", js.ISO(now()), "modelId", "", "messages", []any{})
		}
		out = append(out, js.Obj("stepType", kind, "sources", list(s.sources), "files", list(s.files), "toolCalls", list(s.callChunks),
			"toolResults", list(s.resultChunks), "content", content, "text", s.text, "reasoningText", s.reasoningText, "reasoning", list(s.reasoning),
			"staticToolCalls", []any{}, "dynamicToolCalls", []any{}, "staticToolResults", []any{}, "dynamicToolResults", []any{},
			"finishReason", s.reason, "usage", s.usage, "warnings", []any{}, "request", js.Obj(),
			"response", response.Set("dbMessages", dbMessages(s.responses)).Set("uiMessages", s.uiParts)))
	}
	return out
}

// stamp gives the parts that have none a creation time, and lists the results of
// an answer's tools, as saving does where the agent has a memory.
func (r *agentRun) stamp() {
	if r.agent.Memory == nil || r.pending != nil {
		return
	}
	responses := r.messages.of("response")
	for _, m := range responses {
		parts := []any{}
		for _, p := range m.parts() {
			part := p.(*js.Object)
			if !part.Has("createdAt") {
				part = part.Clone().Set("createdAt", nowMillis())
			}
			parts = append(parts, part)
		}
		m.content().Set("parts", parts)
		if r.rotated {
			continue
		}
		if done := invocationsOf(parts); len(done) > 0 {
			m.content().Set("toolInvocations", done)
		}
	}
	// The processors add the messages once more: what was said before the
	// suspension lands in the last message too.
	if n := len(responses); r.rotated && n > 1 {
		first, last := responses[n-2], responses[n-1]
		last.content().Set("parts", append(append([]any{}, last.parts()...), first.parts()...))
		last.content().Set("metadata", js.Obj().Merge(last.content().Obj("metadata"), first.content().Obj("metadata")))
	}
}
