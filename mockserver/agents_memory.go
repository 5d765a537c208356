package mockserver

import (
	"cmp"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

const defaultLastMessages = 10

// converse begins the conversation of a run.
func (r *agentRun) converse() {
	r.messages = newChat(r.threadID, r.resourceID)
	r.keepTime()
}

// keepTime lets what the run adds come after what its thread holds.
func (r *agentRun) keepTime() {
	if r.remembers() {
		if list := r.srv.memory.messagesOf(r.threadID, nil); len(list) > 0 {
			r.messages.newest = list[len(list)-1].created
		}
	}
}

// recall adds the newest messages of the thread to the conversation.
func (r *agentRun) recall() {
	if r.agent.Memory == nil || r.threadID == "" {
		return
	}
	last := cmp.Or(r.lastMessages, r.agent.Memory.LastMessages)
	if last == 0 {
		last = defaultLastMessages
	}
	if last < 0 {
		return
	}
	stored := r.srv.memory.messagesOf(r.threadID, nil)
	for _, m := range stored[max(0, len(stored)-last):] {
		content, _ := js.DeepClone(m.content).(*js.Object)
		if m.role == "system" || r.messages.byID(m.id) != nil {
			continue
		}
		r.messages.put(&chatMessage{Object: js.Obj("id", m.id, "content", content, "role", m.role, "createdAt", js.ISO(m.created),
			"threadId", m.threadID, "resourceId", m.resourceID, "type", js.Opt(m.kind))}, fromMemory, true)
	}
}

// saveMemory stores the new messages of the conversation, and its thread. Those
// of a run that has ended are stored.
func (r *agentRun) saveMemory() {
	if !r.remembers() || r.readOnly || r.ended {
		return
	}
	if r.srv.memory.thread(r.threadID) == nil {
		at := now()
		r.srv.memory.saveThread(thread{id: r.threadID, resourceID: r.resourceID, created: at, updated: at})
	}
	var list []storedMessage
	for _, m := range r.messages.of(fromInput | fromResponse) {
		content, _ := js.DeepClone(m.content()).(*js.Object)
		parts := slices.DeleteFunc(objectsOf(content.Get("parts")), func(p *js.Object) bool {
			call := p.Obj("toolInvocation")
			return call.Str("toolName") == workingMemoryTool || call.Str("state") == "partial-call"
		})
		if len(parts) == 0 {
			continue
		}
		content.Set("parts", js.Array(parts))
		list = append(list, storedMessage{id: m.Str("id"), role: m.Str("role"), threadID: r.threadID, resourceID: r.resourceID, kind: m.Str("type"), content: content, created: m.created()})
	}
	r.srv.memory.saveMessages(list)
}

// remember adds the parts of an answer to the conversation.
func (r *agentRun) remember(parts []any) {
	r.addResponse(parts, js.Obj("modelId", r.model().model, "provider", r.model().provider, "traceId", r.traceID))
}

func (r *agentRun) addResponse(parts []any, metadata *js.Object) {
	if len(parts) == 0 {
		return
	}
	content := js.Obj("format", 2, "parts", withStepBehindCalls(parts))
	content.Set("content", js.Opt(textOfParts(content, "\n")))
	if metadata != nil {
		content.Set("metadata", metadata)
	}
	r.messages.addResponse(js.Obj("id", r.messageID, "role", "assistant", "content", content), true)
	r.nameModel()
}

// withStepBehindCalls begins a step where a model says more behind its calls.
func withStepBehindCalls(parts []any) []any {
	var out []any
	for i, p := range parts {
		if i > 0 && p.(*js.Object).Str("type") == "text" && parts[i-1].(*js.Object).Str("type") == "tool-invocation" {
			out = append(out, js.Obj("type", "step-start"))
		}
		out = append(out, p)
	}
	return out
}

// rememberObject notes the structured value on the answer.
func (r *agentRun) rememberObject(v any) {
	if v == nil || r.durable() {
		return
	}
	if list := r.messages.of(fromResponse); len(list) > 0 {
		content := list[len(list)-1].content()
		content.Set("metadata", js.Obj().Merge(content.Obj("metadata")).Set("structuredOutput", v))
	}
}

// nameModel notes which model made the step; only processors of the input do.
func (r *agentRun) nameModel() {
	if r.agent.Memory != nil || r.agent.Guard != nil || r.inheritsMemory() {
		r.messages.nameModel(r.model().provider + "/" + r.model().model)
	}
}
