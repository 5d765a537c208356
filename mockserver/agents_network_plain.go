package mockserver

import (
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// plainMessages are a message in the older format: what was said, as a text or as
// its parts, then the tool calls and what they gave, each a message of its own.
func (n *network) plainMessages(m *chatMessage) []any {
	texts, calls, results := []any{}, []any{}, []any{}
	for _, part := range m.parts() {
		switch part.Str("type") {
		case "text":
			texts = append(texts, js.Obj("type", "text", "text", part.Get("text")))
		case "tool-invocation":
			call := part.Obj("toolInvocation")
			calls = append(calls, js.Obj("type", "tool-call", "toolCallId", call.Get("toolCallId"), "toolName", call.Get("toolName"), "args", call.Get("args")))
			if call.Has("result") {
				results = append(results, js.Obj("type", "tool-result", "toolCallId", call.Get("toolCallId"), "toolName", call.Get("toolName"), "result", call.Get("result")))
			}
		}
	}
	out := []any{}
	add := func(role, kind string, content any) {
		id := m.Str("id")
		if len(out) > 0 {
			id += fmt.Sprintf("__split-%d", len(out))
		}
		out = append(out, js.Obj("role", role, "id", id, "createdAt", m.Get("createdAt"), "resourceId", n.resourceID, "threadId", n.threadID,
			"type", kind, "content", content))
	}
	if said := m.content().Get("content"); said != nil && (said != "" || len(calls) == 0) {
		add(m.Str("role"), "text", said)
	} else if len(texts) > 0 || len(calls) == 0 {
		add(m.Str("role"), "text", texts)
	}
	if len(calls) > 0 {
		add(m.Str("role"), "tool-call", calls)
	}
	if len(results) > 0 {
		add("tool", "tool-result", results)
	}
	return out
}
