package mockserver

import (
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// findTool finds the part of a tool call.
func (l *chat) findTool(callID string) (*chatMessage, int) {
	for i := len(l.list) - 1; i >= 0; i-- {
		if l.list[i].Str("role") != "assistant" {
			continue
		}
		for j, part := range l.list[i].parts() {
			if part.Obj("toolInvocation").Str("toolCallId") == callID && callID != "" {
				return l.list[i], j
			}
		}
	}
	return nil, 0
}

// updateTool tells what became of a tool call.
func (l *chat) updateTool(callID string, invocation, metadata *js.Object) {
	m, i := l.findTool(callID)
	if m == nil {
		return
	}
	parts := m.parts()
	old := parts[i]
	args := valueOf(old.Obj("toolInvocation"), "args")
	part := js.Obj("type", "tool-invocation", "toolInvocation", invocation.Clone().Set("args", args))
	if executed, ok := old.Lookup("providerExecuted"); ok {
		part.Set("providerExecuted", executed)
	}
	if own := old.Obj("providerMetadata"); own != nil || metadata != nil {
		merged := js.Obj().Merge(own)
		for _, namespace := range metadata.Members() {
			values, _ := namespace.Value.(*js.Object)
			merged.Set(namespace.Key, js.Obj().Merge(own.Obj(namespace.Key), values))
		}
		part.Set("providerMetadata", merged)
	}
	parts[i] = part
	m.setParts(parts)
	m.content().Set("metadata", js.Obj().Merge(m.content().Obj("metadata")))
	if list := objectsOf(m.content().Get("toolInvocations")); invocation.Str("state") == "result" && len(list) > 0 {
		for j, listed := range list {
			if listed.Str("toolCallId") == callID {
				list[j] = listed.Clone().Set("state", "result").Set("args", args).Set("result", valueOf(invocation, "result"))
			}
		}
		m.content().Set("toolInvocations", js.Array(list))
	}
	m.becomeResponse()
}

// openStep marks in the last answer where the next step begins.
func (l *chat) openStep() {
	if len(l.list) == 0 {
		return
	}
	m := l.list[len(l.list)-1]
	if m.Str("role") != "assistant" {
		return
	}
	if parts := m.parts(); len(parts) == 0 || parts[len(parts)-1].Str("type") != "step-start" {
		m.setParts(append(parts, js.Obj("type", "step-start", "createdAt", nowMillis())))
	}
	m.becomeResponse()
}

// nameModel notes in the last answer which model made its last step.
func (l *chat) nameModel(model string) {
	if len(l.list) == 0 || l.list[len(l.list)-1].Str("role") != "assistant" {
		return
	}
	m := l.list[len(l.list)-1]
	parts := m.parts()
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i].Str("type") != "step-start" {
			continue
		}
		if !truthy(parts[i].Get("model")) {
			parts[i] = parts[i].Clone().Set("model", model)
			m.setParts(parts)
			m.becomeResponse()
		}
		return
	}
}

// addError adds an error to an answer.
func (l *chat) addError(id string, err error) {
	part := js.Obj("type", "error", "error", js.Obj("name", errorName(err), "message", err.Error()))
	if m := l.byID(id); m != nil && m.Str("role") == "assistant" {
		if !slices.ContainsFunc(m.parts(), func(p *js.Object) bool { return p.Str("type") == "error" }) {
			m.setParts(append(m.parts(), part))
			stampParts(m.content())
			m.becomeResponse()
		}
		return
	}
	l.addResponse(js.Obj("id", id, "role", "assistant", "content", js.Obj("format", 2, "parts", []any{part})), false)
}

// addResponse adds an answer: to the message that it goes on with, if merging is
// wanted, or as a new one.
func (l *chat) addResponse(o *js.Object, merging bool) {
	l.put(&chatMessage{Object: l.hydrated(o, fromResponse)}, fromResponse, merging)
}

// addAgain adds the answers once more, as the server does at the end: a result
// gets into the older list of calls, and what was said before a suspension into
// the message behind it.
func (l *chat) addAgain() {
	for _, m := range l.of(fromResponse) {
		stampParts(m.content())
		if n := len(l.list); l.list[n-1].goesOn(m, fromResponse) {
			l.list[n-1].merge(m)
		}
	}
}

// seal ends an answer, or the last one where there is none of this id: nothing
// goes on with it.
func (l *chat) seal(id string) {
	m := l.byID(id)
	for i := len(l.list) - 1; m == nil && i >= 0; i-- {
		if l.list[i].Str("role") == "assistant" {
			m = l.list[i]
		}
	}
	if m == nil || m.Str("role") != "assistant" {
		return
	}
	metadata := js.Obj().Merge(m.content().Obj("metadata"))
	own := js.Obj().Merge(metadata.Obj("mastra")).Set("responseBoundary", true)
	m.content().Set("metadata", metadata.Set("mastra", own))
	m.becomeResponse()
}

// lastSaid is what the last answer says behind its last tool result; there is
// none without an answer.
func (l *chat) lastSaid() (text string, ok bool) {
	list := l.of(fromResponse)
	for i := len(list) - 1; i >= 0 && !ok; i-- {
		results := false
		for _, part := range list[i].parts() {
			state := part.Obj("toolInvocation").Str("state")
			switch kind := part.Str("type"); {
			case kind == "error", kind == "tool-invocation" && (state == "call" || state == "partial-call"):
				continue
			case kind == "tool-invocation":
				text, results = "", true
			case kind == "text" && results:
				text, results = part.Str("text"), false
			case kind == "text":
				text = js.Join(text, part.Str("text"))
			}
			ok = true
		}
	}
	return text, ok
}

// settle forgets which messages are new: they are stored.
func (l *chat) settle() {
	for _, m := range l.list {
		m.origin &^= fromInput | fromResponse
	}
}
