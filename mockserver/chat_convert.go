package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// createdMeta is the provider metadata that carries a part's creation time.
func createdMeta(part *js.Object) any {
	metadata := valueOf(part, "providerMetadata")
	at := part.Get("createdAt")
	if at == nil {
		return metadata
	}
	own, _ := metadata.(*js.Object)
	return js.Obj().Merge(own).Set("mastra", js.Obj().Merge(own.Obj("mastra")).Set("createdAt", at))
}

func denialOf(approval *js.Object) string {
	if reason, ok := approval.Get("reason").(string); ok {
		return reason
	}
	return "Tool call was not approved by the user"
}

// reasoningText is the text of a part that holds reasoning.
func reasoningText(part *js.Object) string {
	if text := part.Str("reasoning"); text != "" {
		return text
	}
	var text string
	for _, d := range objectsOf(part.Get("details")) {
		if d.Str("type") == "text" {
			text = js.Join(text, d.Str("text"))
		}
	}
	return text
}

// shown turns messages into UI messages.
func shown(list []*chatMessage) []any {
	out := []*js.Object{}
	for _, m := range list {
		out = append(out, shownMessage(m))
	}
	return js.Array(besideAnswers(out))
}

// besideAnswers puts what signals that are no user's words show to the answer
// beside them.
func besideAnswers(list []*js.Object) []*js.Object {
	out := []*js.Object{}
	for i, m := range list {
		signal := m.Str("role") == "system" && len(m.Arr("parts")) > 0
		for _, p := range objectsOf(m.Get("parts")) {
			signal = signal && strings.HasPrefix(p.Str("type"), "data-")
		}
		n := len(out)
		switch {
		case !signal:
			out = append(out, m)
		case n > 0 && out[n-1].Str("role") == "assistant":
			out[n-1] = out[n-1].Clone().Set("parts", append(append([]any{}, out[n-1].Arr("parts")...), m.Arr("parts")...))
		case i+1 < len(list) && list[i+1].Str("role") == "assistant":
			list[i+1] = list[i+1].Clone().Set("parts", append(append([]any{}, m.Arr("parts")...), list[i+1].Arr("parts")...))
		default:
			out = append(out, m.Clone().Set("role", "assistant"))
		}
	}
	return out
}

func shownMessage(m *chatMessage) *js.Object {
	content := m.content()
	metadata := js.Obj().Merge(content.Obj("metadata")).Set("createdAt", m.Get("createdAt"))
	for _, key := range []string{"threadId", "resourceId"} {
		if id := m.Get(key); truthy(id) {
			metadata.Set(key, id)
		}
	}
	if own := content.Get("providerMetadata"); truthy(own) {
		metadata.Set("providerMetadata", own)
	}
	role := m.Get("role")
	if role == "signal" {
		role = "user"
		if kind := signalKindOf(m); kind != "user" && kind != "user-message" {
			return js.Obj("id", m.Get("id"), "role", "system", "metadata", metadata, "parts", []any{signalPart(m)})
		}
	}
	parts := olderParts(m)
	said := false
	for _, part := range m.parts() {
		kind := part.Str("type")
		if file := kind == "file"; file && linkedAlready(parts, part) {
			continue
		}
		p := shownPart(part)
		if p == nil {
			continue
		}
		said = said || kind != "tool-invocation" && kind != "reasoning" && kind != "file" && kind != "source" &&
			kind != "data-tool-call-suspended" && kind != "data-tool-call-approval"
		parts = append(parts, p)
	}
	if text := content.Get("content"); truthy(text) && !said {
		parts = append(parts, js.Obj("type", "text", "text", text))
	}
	parts = withPending(parts, metadata)
	return js.Obj("id", m.Get("id"), "role", role, "metadata", metadata, "parts", js.Array(parts))
}

// olderParts are the parts for what a message keeps in an older form alone.
func olderParts(m *chatMessage) []*js.Object {
	has := map[string]bool{}
	for _, p := range m.parts() {
		has[p.Str("type")] = true
	}
	var parts []*js.Object
	content := m.content()
	if !has["tool-invocation"] {
		for _, call := range objectsOf(content.Get("toolInvocations")) {
			p := js.Obj("type", "tool-"+call.Str("toolName"), "toolCallId", valueOf(call, "toolCallId"))
			switch call.Str("state") {
			case "result":
				p.Set("state", "output-available").Set("input", valueOf(call, "args")).Set("output", valueOf(call, "result"))
			case "call":
				p.Set("state", "input-available").Set("input", valueOf(call, "args"))
			default:
				p.Set("state", "input-streaming").Set("input", valueOf(call, "args"))
			}
			parts = append(parts, p)
		}
	}
	if text := content.Get("reasoning"); truthy(text) && !has["reasoning"] {
		parts = append(parts, js.Obj("type", "reasoning", "text", text))
	}
	if !has["file"] {
		for _, a := range objectsOf(content.Get("experimental_attachments")) {
			mime := a.Str("contentType")
			if mime == "" {
				mime = "unknown"
			}
			parts = append(parts, js.Obj("type", "file", "url", valueOf(a, "url"), "mediaType", mime))
		}
	}
	return parts
}

func linkedAlready(parts []*js.Object, file *js.Object) bool {
	for _, p := range parts {
		if p.Str("type") == "file" && !p.Has("providerMetadata") && p.Str("url") == file.Str("data") {
			return true
		}
	}
	return false
}

// shownPart is a part as user interfaces show it, nil if they do not.
func shownPart(part *js.Object) *js.Object {
	switch kind := part.Str("type"); {
	case kind == "tool-invocation" && part.Obj("toolInvocation") != nil:
		return shownCall(part)
	case isToolPart(kind), kind == "source-document":
		return nil
	case kind == "text":
		return js.Obj("type", "text", "text", valueOf(part, "text"), "providerMetadata", createdMeta(part))
	case kind == "reasoning":
		text := reasoningText(part)
		if text == "" && len(part.Arr("details")) == 0 {
			return nil
		}
		return js.Obj("type", "reasoning", "text", text, "state", "done", "providerMetadata", createdMeta(part))
	case kind == "file":
		return shownFile(part)
	case kind == "source":
		source := part.Obj("source")
		return js.Obj("type", "source-url", "url", valueOf(source, "url"), "sourceId", valueOf(source, "id"), "title", valueOf(source, "title"), "providerMetadata", createdMeta(part))
	}
	return part
}

// shownCall is a tool call as user interfaces show it.
func shownCall(part *js.Object) *js.Object {
	inv := part.Obj("toolInvocation")
	o := js.Obj("type", "tool-"+inv.Str("toolName"), "toolCallId", valueOf(inv, "toolCallId"), "input", valueOf(inv, "args"))
	switch inv.Str("state") {
	case "result":
		o.Set("output", valueOf(inv, "result")).Set("state", "output-available")
	case "output-error":
		o.Set("errorText", inv.Str("errorText")).Set("state", "output-error")
	case "output-denied":
		o.Set("output", denialOf(inv.Obj("approval"))).Set("state", "output-available")
	default:
		o.Set("state", "input-available")
	}
	return o.Set("callProviderMetadata", createdMeta(part)).Set("providerExecuted", valueOf(part, "providerExecuted"))
}

// withPending puts behind tool calls what they wait for.
func withPending(parts []*js.Object, metadata *js.Object) []*js.Object {
	told := map[string]bool{}
	for _, p := range parts {
		if kind := p.Str("type"); kind == "data-tool-call-suspended" || kind == "data-tool-call-approval" {
			told[p.Obj("data").Str("toolCallId")] = true
		}
	}
	for _, what := range [][2]string{{"suspendedTools", "data-tool-call-suspended"}, {"pendingToolApprovals", "data-tool-call-approval"}} {
		for _, member := range metadata.Obj(what[0]).Members() {
			note, _ := member.Value.(*js.Object)
			id, ok := note.Get("toolCallId").(string)
			if !ok || told[id] {
				continue
			}
			told[id] = true
			data := js.Obj("type", what[1], "data", note)
			at := len(parts)
			for i, p := range parts {
				if isToolPart(p.Str("type")) && p.Str("toolCallId") == id {
					at = i + 1
					break
				}
			}
			parts = append(parts[:at:at], append([]*js.Object{data}, parts[at:]...)...)
		}
	}
	return parts
}
