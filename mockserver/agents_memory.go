package mockserver

import (
	"cmp"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

const defaultLastMessages = 10

// recall puts the newest messages of the thread before the input.
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
		r.messages.list = append(r.messages.list, &chatMessage{Object: js.Obj("id", m.id, "content", content, "role", m.role,
			"createdAt", js.ISO(m.created), "threadId", m.threadID, "resourceId", m.resourceID, "type", js.Opt(m.kind)), source: "memory"})
	}
}

// saveMemory stores the new messages of the conversation, and its thread.
func (r *agentRun) saveMemory() {
	if !r.remembers() || r.readOnly {
		return
	}
	if r.srv.memory.thread(r.threadID) == nil {
		at := now()
		r.srv.memory.saveThread(thread{id: r.threadID, resourceID: r.resourceID, created: at, updated: at})
	}
	var list []storedMessage
	known := map[string]bool{}
	for _, m := range r.messages.list {
		if m.source == "memory" {
			known[m.Str("id")] = true
		}
		at, _ := js.ParseDate(m.Str("createdAt"))
		content, _ := js.DeepClone(m.content()).(*js.Object)
		list = append(list, storedMessage{id: m.Str("id"), role: m.Str("role"), threadID: r.threadID, resourceID: r.resourceID, kind: m.Str("type"), content: content.Delete("toolInvocations"), created: at})
	}
	// What is new comes after what was known.
	inOrder(list)
	r.srv.memory.saveMessages(slices.DeleteFunc(list, func(m storedMessage) bool { return known[m.id] }))
}
