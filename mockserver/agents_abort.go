package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// settle ends a run that has no client who waits: it tells of an abort, and
// keeps what was said.
func (r *agentRun) settle() {
	r.tellAbort()
	if r.pending == nil {
		r.saveMemory()
	}
}

// tellAbort ends the stream of a run that was aborted.
func (r *agentRun) tellAbort() {
	if r.ended || r.pending != nil || !r.active.isAborted() {
		return
	}
	r.emit("abort", js.Obj())
	if r.cut != nil {
		r.sink(r.chunk("finish", r.cut))
	}
}

// keepPartial keeps what a model had said when its run was aborted.
func (r *agentRun) keepPartial(m *modelRun) {
	parts := m.closeParts()
	aborted := r.active.isAborted() && !r.durable()
	if aborted {
		r.cutOff(m)
	}
	// What was kept has an id of its own.
	r.messageID = newID()
	r.addResponse(parts, nil)
	r.saveMemory()
	if aborted && r.processesOutput() {
		r.cut.Set("response", m.metadata.Clone().Set("modelMetadata", r.modelMetadata()).Set("messages", r.messages.responses()).Set("uiMessages", shown(r.messages.of(fromResponse))))
	}
}

// cutOff makes the end of a run that is aborted, before what was said is kept.
func (r *agentRun) cutOff(m *modelRun) {
	r.cut = js.Obj("messageId", r.messageID, "stepResult", js.Obj("reason", "tripwire", "isContinued", false),
		"metadata", m.metadata.Clone().Set("modelMetadata", r.modelMetadata()),
		"output", js.Obj("text", m.text, "toolCalls", []any{}, "usage", js.Obj("inputTokens", 0, "outputTokens", 0, "totalTokens", 0), "steps", js.Array(r.records)),
		"messages", r.messages.views())
}
