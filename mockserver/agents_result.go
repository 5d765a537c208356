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
	reason := last.reason
	usage, total := js.Obj(), js.Obj("totalTokens", 0)
	text := ""
	switch {
	case r.tripped != nil:
		if reason = string(FinishOther); len(r.steps) > 0 {
			usage = r.totalUsage()
		}
		text, total = r.text(), usage
	case r.pending != nil:
		reason = "suspended"
	default:
		usage = r.totalUsage()
		total = usage
		text = r.finalText()
	}
	o := js.Obj("text", text, "usage", usage, "steps", []any{}, "finishReason", reason, "warnings", []any{}, "request", js.Obj(),
		"reasoning", r.reasoning())
	if finished || r.tripped != nil {
		o.Set("steps", r.stepResults())
	}
	if text := r.reasoningText(); text != "" || len(o.Arr("reasoning")) > 0 && !r.durable() {
		o.Set("reasoningText", text)
	}
	o.Set("toolCalls", r.gather(func(s *agentStep) []any { return s.callChunks })).
		Set("toolResults", r.gather(func(s *agentStep) []any { return s.resultChunks })).
		Set("sources", r.gather(func(s *agentStep) []any { return s.sources })).
		Set("files", r.gather(func(s *agentStep) []any { return s.files })).
		Set("response", r.response(last, finished)).
		Set("totalUsage", total)
	object, fallback := r.object()
	if object != nil {
		o.Set("object", object)
	}
	if !r.durable() {
		fallback = last.fallback
	}
	o.Set("usedFallbackValue", fallback)
	if r.tripped != nil {
		o.Set("tripwire", r.tripped)
	}
	if r.options.scored {
		o.Set("scoringData", r.scoringData())
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
		if m.isFrom(fromMemory) {
			remembered = append(remembered, m.Object)
		}
	}
	return o.Set("messages", messages).Set("rememberedMessages", remembered)
}

// scoringData is what a scorer would look at.
func (r *agentRun) scoringData() *js.Object {
	system := func(texts []string) []any {
		out := []any{}
		for _, text := range texts {
			out = append(out, js.Obj("role", "system", "content", text))
		}
		return out
	}
	tagged := js.Obj()
	if len(r.messages.tagged) > 0 {
		tagged.Set("user-provided", system(r.messages.tagged))
	}
	texts := r.messages.systemTexts(cmp.Or(r.options.instructions, r.agent.Instructions))
	return js.Obj("input", js.Obj("inputMessages", dbMessages(r.messages.begunAs(fromInput)), "rememberedMessages", dbMessages(r.messages.begunAs(fromMemory)),
		"systemMessages", system(texts[:len(texts)-len(r.messages.tagged)]), "taggedSystemMessages", tagged), "output", dbMessages(r.messages.of(fromResponse)))
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

// gather joins a list of every step; after a tripwire there is none.
func (r *agentRun) gather(of func(*agentStep) []any) []any {
	out := []any{}
	for _, s := range r.steps {
		if r.tripped == nil {
			out = append(out, of(s)...)
		}
	}
	return out
}

// object is the structured value, the first there is, and whether it stands in for
// one that did not fit.
func (r *agentRun) object() (value any, fallback bool) {
	for _, s := range r.steps {
		if s.object != nil {
			return s.object, s.fallback
		}
	}
	return nil, false
}

// reasoning is the reasoning of every step; a durable run tells the last there is.
func (r *agentRun) reasoning() []any {
	all := r.gather(func(s *agentStep) []any { return s.reasoning })
	for i := len(r.steps) - 1; i >= 0 && r.durable(); i-- {
		if last := r.steps[i].reasoning; len(last) > 0 {
			return last
		}
	}
	return all
}

func (r *agentRun) reasoningText() string {
	var text string
	for _, s := range r.steps {
		text = js.Join(text, s.reasoningText)
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
func (r *agentRun) response(last *agentStep, finished bool) *js.Object {
	if r.tripped != nil {
		return js.Obj("dbMessages", dbMessages(r.before))
	}
	if !finished || r.durable() {
		return js.Obj("dbMessages", dbMessages(r.messages.of(fromResponse)))
	}
	return r.metadataOf(last).Set("messages", r.answer.messages).Set("uiMessages", r.answer.shown).Set("dbMessages", dbMessages(r.messages.of(fromResponse)))
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

// finalText is the text of the result. Where processors see the answer its last
// step says what the answer says last.
func (r *agentRun) finalText() string {
	if n := len(r.steps); r.processesOutput() && r.answer.spoke {
		r.steps[n-1].text = r.answer.text
	}
	return r.text()
}
