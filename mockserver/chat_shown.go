package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// contentOfShown4 is the content of a message of a user interface of version 4:
// its parts are those that are stored.
func contentOfShown4(o *js.Object) *js.Object {
	parts := withoutEmptyTexts(objectsOf(js.DeepClone(o.Get("parts"))))
	content := js.Obj("format", 2, "parts", js.Array(parts))
	for _, key := range []string{"toolInvocations", "reasoning", "annotations", "experimental_attachments"} {
		if v := o.Get(key); truthy(v) {
			content.Set(key, v)
		}
	}
	if metadata := o.Get("metadata"); metadata != nil {
		content.Set("metadata", metadata)
	}
	return content
}

// contentOfShown is the content of a message of a user interface of version 5 or
// 6.
func contentOfShown(o *js.Object) *js.Object {
	form, _ := formOf(o)
	newest := form == shownForm6
	var parts []*js.Object
	var calls, attachments []any
	var reasoning []string
	text, hasText := "", false
	for _, part := range objectsOf(o.Get("parts")) {
		var stored *js.Object
		switch kind := part.Str("type"); {
		case newest && kind == "source-document":
			stored = js.Obj("type", kind)
			for _, key := range []string{"sourceId", "mediaType", "title", "filename", "providerMetadata"} {
				stored.Set(key, valueOf(part, key))
			}
		case newest && (isToolPart(kind) || kind == "dynamic-tool"):
			stored = storedCall6(part)
			if call := listedCall(stored.Obj("toolInvocation")); call != nil {
				calls = append(calls, call)
			}
		case isToolPart(kind):
			stored = storedCall(part)
			call := js.Obj("args", valueOf(part, "input"))
			inv := stored.Obj("toolInvocation")
			call.Set("result", valueOf(inv, "result")).Set("toolCallId", valueOf(part, "toolCallId")).Set("toolName", inv.Get("toolName")).Set("state", inv.Get("state"))
			calls = append(calls, call)
		default:
			if stored = storedPart(part); stored == part {
				stored = part.Clone()
			}
			switch kind {
			case "reasoning":
				reasoning = append(reasoning, part.Str("text"))
			case "file":
				attachments = append(attachments, js.Obj("url", part.Str("url"), "contentType", valueOf(part, "mediaType")))
			case "text":
				text, hasText = text+part.Str("text"), true
			}
		}
		if stored != nil {
			parts = append(parts, stored)
		}
	}
	if !newest {
		parts = withoutEmptyTexts(parts)
	}
	content := js.Obj("format", 2, "parts", js.Array(parts))
	if len(calls) > 0 {
		content.Set("toolInvocations", calls)
	}
	if len(reasoning) > 0 {
		content.Set("reasoning", strings.Join(reasoning, "\n"))
	}
	if len(attachments) > 0 {
		content.Set("experimental_attachments", attachments)
	}
	if hasText {
		content.Set("content", text)
	}
	if metadata := o.Obj("metadata").Without("createdAt", "threadId", "resourceId"); metadata.Len() > 0 {
		content.Set("metadata", metadata)
	}
	return content
}

func isToolPart(kind string) bool { return strings.HasPrefix(kind, "tool-") }

// storedPart is a part as it is stored, nil if it is not.
func storedPart(part *js.Object) *js.Object {
	metadata := valueOf(part, "providerMetadata")
	var stored *js.Object
	switch kind := part.Str("type"); {
	case kind == "text":
		stored = js.Obj("type", kind, "text", valueOf(part, "text"))
	case kind == "reasoning":
		stored = js.Obj("type", kind, "reasoning", valueOf(part, "text"), "details", []any{js.Obj("type", "text", "text", valueOf(part, "text"))})
	case kind == "file":
		stored = js.Obj("type", kind, "mimeType", valueOf(part, "mediaType"), "data", part.Str("url"))
	case kind == "source-url":
		link := valueOf(part, "url")
		stored = js.Obj("type", "source", "source", js.Obj("url", link, "sourceType", "url", "id", link, "providerMetadata", metadata))
	case kind == "step-start", kind == "error":
		return part
	case strings.HasPrefix(kind, "data-"):
		return js.Obj("type", kind, "data", valueOf(part, "data"))
	default:
		return nil
	}
	stored.Set("providerMetadata", metadata).Set("createdAt", createdIn(metadata))
	if name := part.Get("filename"); part.Str("type") == "file" && truthy(name) {
		if !stored.Has("createdAt") {
			stored.Set("createdAt", nowMillis())
		}
		stored.Set("filename", name)
	}
	return stored
}

// storedCall is a tool's part of version 5 as it is stored.
func storedCall(part *js.Object) *js.Object {
	call := js.Obj("toolCallId", valueOf(part, "toolCallId"), "toolName", toolNameOf(strings.TrimPrefix(part.Str("type"), "tool-")), "args", valueOf(part, "input"))
	if part.Str("state") == "output-available" {
		call.Set("result", unwrapped(valueOf(part, "output"))).Set("state", "result")
	} else {
		call.Set("state", "call")
	}
	metadata := valueOf(part, "callProviderMetadata")
	return js.Obj("type", "tool-invocation", "toolInvocation", call, "providerMetadata", metadata, "createdAt", createdIn(metadata),
		"providerExecuted", valueOf(part, "providerExecuted"))
}

// storedCall6 is a tool's part of version 6 as it is stored.
func storedCall6(part *js.Object) *js.Object {
	name := strings.TrimPrefix(part.Str("type"), "tool-")
	if name == "dynamic-tool" {
		name = part.Str("toolName")
	}
	args := part.Obj("input")
	if args == nil {
		args = js.Obj()
	}
	call := js.Obj("toolCallId", valueOf(part, "toolCallId"), "toolName", toolNameOf(name), "args", args)
	state := part.Str("state")
	switch state {
	case "input-streaming":
		state = "partial-call"
	case "input-available":
		state = "call"
	case "output-available":
		state = "result"
	}
	call.Set("state", state)
	if approval := part.Obj("approval"); approval != nil {
		call.Set("approval", js.Obj("id", valueOf(approval, "id"), "approved", valueOf(approval, "approved"), "reason", valueOf(approval, "reason")))
	}
	switch state {
	case "result":
		call.Set("result", unwrapped(valueOf(part, "output")))
	case "output-error":
		call.Set("errorText", valueOf(part, "errorText")).Set("rawInput", valueOf(part, "rawInput"))
	}
	stored := js.Obj("type", "tool-invocation", "toolInvocation", call, "providerMetadata", metadataOf6(part))
	for _, key := range []string{"providerExecuted", "title", "preliminary"} {
		stored.Set(key, valueOf(part, key))
	}
	return stored
}

// metadataOf6 joins what the parts of version 6 say of the call and of its
// result.
func metadataOf6(part *js.Object) any {
	call, result := part.Obj("callProviderMetadata"), part.Obj("resultProviderMetadata")
	switch {
	case result == nil && call == nil:
		return js.Undefined
	case result == nil:
		return call
	case call == nil:
		return result
	}
	merged := call.Clone()
	for _, m := range result.Members() {
		if both, ok := m.Value.(*js.Object); ok && merged.Obj(m.Key) != nil {
			merged.Set(m.Key, merged.Obj(m.Key).Clone().Merge(both))
			continue
		}
		merged.Set(m.Key, m.Value)
	}
	return merged
}

// listedCall is a call as the older list of calls shows it, nil if it does not.
func listedCall(call *js.Object) *js.Object {
	switch state := call.Str("state"); state {
	case "result":
		return js.Obj("args", valueOf(call, "args"), "result", valueOf(call, "result"), "toolCallId", valueOf(call, "toolCallId"),
			"toolName", valueOf(call, "toolName"), "state", state)
	case "call", "partial-call":
		return js.Obj("args", valueOf(call, "args"), "toolCallId", valueOf(call, "toolCallId"), "toolName", valueOf(call, "toolName"), "state", state)
	}
	return nil
}
