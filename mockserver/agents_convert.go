package mockserver

import (
	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// modelMessages turns stored messages into those the AI SDK gives a model: an
// assistant message becomes one for each step, each followed by the tool results
// of the step.
func modelMessages(list []*chatMessage) []any {
	out := []any{}
	for _, m := range list {
		if m.Str("role") == "signal" {
			out = append(out, js.Obj("role", "user", "content", signalContent(m)))
			continue
		}
		if m.Str("role") != "assistant" {
			content := []any{}
			for _, p := range m.parts() {
				if part := modelPartOf(p.(*js.Object)); part != nil {
					content = append(content, part)
				}
			}
			out = append(out, js.Obj("role", m.Str("role"), "content", content))
			continue
		}
		for _, v := range assistantMessages(m.parts()) {
			withInputs(v.(*js.Object).Arr("content"), m)
			out = append(out, v)
		}
	}
	return out
}

func assistantMessages(parts []any) []any {
	var out, block []any
	flush := func() {
		if len(block) > 0 {
			out = append(out, blockMessages(block)...)
			block = nil
		}
	}
	for _, p := range parts {
		if p.(*js.Object).Str("type") == "step-start" {
			flush()
			continue
		}
		block = append(block, p)
	}
	flush()
	return out
}

// blockMessages are the messages of one step.
func blockMessages(parts []any) []any {
	content, results, hasTools := []any{}, []any{}, false
	for _, p := range parts {
		part := p.(*js.Object)
		if converted := modelPartOf(part); converted != nil {
			content = append(content, converted)
		}
		if inv := part.Obj("toolInvocation"); inv != nil {
			hasTools = true
			if output := toolOutput(inv); output != nil {
				results = append(results, js.Obj("type", "tool-result", "toolCallId", inv.Get("toolCallId"), "toolName", inv.Get("toolName"),
					"output", output, "providerOptions", createdMeta(part), "input", inv.Get("args")))
			}
		}
	}
	if len(content) == 0 {
		return nil
	}
	out := []any{js.Obj("role", "assistant", "content", content)}
	if hasTools {
		out = append(out, js.Obj("role", "tool", "content", results))
	}
	return out
}

// toolOutput is what the model sees of a finished tool call.
func toolOutput(inv *js.Object) *js.Object {
	switch inv.Str("state") {
	case "result":
		if text, ok := inv.Get("result").(string); ok {
			return js.Obj("type", "text", "value", text)
		}
		return js.Obj("type", "json", "value", inv.Get("result"))
	case "output-error":
		return js.Obj("type", "error-text", "value", inv.Get("errorText"))
	case "output-denied":
		return js.Obj("type", "text", "value", denialOf(inv.Obj("approval")))
	}
	return nil
}

func denialOf(approval *js.Object) string {
	if reason, ok := approval.Get("reason").(string); ok {
		return reason
	}
	return "Tool call was not approved by the user"
}

// metadataOf is a part's provider metadata, Undefined when it has none.
func metadataOf(part *js.Object) any {
	if o := part.Obj("providerMetadata"); o != nil {
		return o
	}
	return js.Undefined
}

// createdMeta is the provider metadata that carries a part's creation time.
func createdMeta(part *js.Object) any {
	metadata := part.Obj("providerMetadata")
	at, ok := part.Lookup("createdAt")
	if !ok {
		return metadataOf(part)
	}
	return js.Obj().Merge(metadata).Set("mastra", js.Obj().Merge(metadata.Obj("mastra")).Set("createdAt", at))
}

// modelPartOf turns a stored part into a part of a model message, nil if the
// model does not see it.
func modelPartOf(part *js.Object) *js.Object {
	switch part.Str("type") {
	case "text":
		return js.Obj("type", "text", "text", part.Get("text"), "providerOptions", createdMeta(part))
	case "reasoning":
		return js.Obj("type", "reasoning", "text", reasoningText(part), "providerOptions", createdMeta(part))
	case "file":
		return js.Obj("type", "file", "mediaType", part.Get("mimeType"), "data", dataURI(part), "providerOptions", createdMeta(part))
	case "tool-invocation":
		inv := part.Obj("toolInvocation")
		return js.Obj("type", "tool-call", "toolCallId", inv.Get("toolCallId"), "toolName", inv.Get("toolName"), "input", inv.Get("args"),
			"providerOptions", createdMeta(part))
	}
	return nil
}

func reasoningText(part *js.Object) string {
	if text := part.Str("reasoning"); text != "" {
		return text
	}
	var text string
	for _, d := range part.Arr("details") {
		text += d.(*js.Object).Str("text")
	}
	return text
}

func dataURI(part *js.Object) any {
	data, ok := part.Get("data").(string)
	if !ok {
		return part.Get("data")
	}
	if len(data) > 5 && (data[:5] == "data:" || data[:5] == "http:" || data[:5] == "https") {
		return data
	}
	return "data:" + part.Str("mimeType") + ";base64," + data
}

// uiMessages turns stored messages into UI messages.
func uiMessages(list []*chatMessage) []any {
	out := []any{}
	for _, m := range list {
		metadata := js.Obj().Merge(m.content().Obj("metadata")).Set("createdAt", m.Get("createdAt"))
		for _, key := range []string{"threadId", "resourceId"} {
			metadata.Set(key, valueOf(m.Object, key))
		}
		parts := []any{}
		for _, p := range m.parts() {
			part := p.(*js.Object)
			parts = append(parts, uiPartOf(part))
			if data := pendingPart(m.content().Obj("metadata"), part); data != nil {
				parts = append(parts, data)
			}
		}
		out = append(out, js.Obj("id", m.Get("id"), "role", m.Get("role"), "metadata", metadata, "parts", parts))
	}
	return out
}

// pendingPart is the part that tells what a tool call waits for, nil if nothing.
func pendingPart(metadata, part *js.Object) *js.Object {
	id := part.Obj("toolInvocation").Str("toolCallId")
	if id == "" {
		return nil
	}
	if o := metadata.Obj("suspendedTools").Obj(id); o != nil {
		return js.Obj("type", "data-tool-call-suspended", "data", o)
	}
	if o := metadata.Obj("pendingToolApprovals").Obj(id); o != nil {
		return js.Obj("type", "data-tool-call-approval", "data", o)
	}
	return nil
}

func uiPartOf(part *js.Object) *js.Object {
	switch part.Str("type") {
	case "text":
		return js.Obj("type", "text", "text", part.Get("text"), "providerMetadata", createdMeta(part))
	case "reasoning":
		return js.Obj("type", "reasoning", "text", reasoningText(part), "state", "done", "providerMetadata", createdMeta(part))
	case "file":
		return js.Obj("type", "file", "url", dataURI(part), "mediaType", part.Get("mimeType"), "providerMetadata", createdMeta(part))
	case "source":
		source := part.Obj("source")
		return js.Obj("type", "source-url", "url", source.Get("url"), "sourceId", source.Get("id"), "title", source.Get("title"), "providerMetadata", createdMeta(part))
	case "tool-invocation":
		inv := part.Obj("toolInvocation")
		o := js.Obj("type", "tool-"+inv.Str("toolName"), "toolCallId", inv.Get("toolCallId"), "input", inv.Get("args"))
		switch inv.Str("state") {
		case "result":
			o.Set("output", inv.Get("result")).Set("state", "output-available")
		case "output-error":
			o.Set("errorText", inv.Get("errorText")).Set("state", "output-error")
		case "output-denied":
			o.Set("output", denialOf(inv.Obj("approval"))).Set("state", "output-available")
		default:
			o.Set("state", "input-available")
		}
		return o.Set("callProviderMetadata", createdMeta(part))
	}
	return part
}

// stepContent is what one step, counted from 1, added to the responses; the
// steps are told apart by step-start parts.
func stepContent(responses []*chatMessage, step int) []any {
	var all []any
	for _, m := range responses {
		all = append(all, m.parts()...)
	}
	var bounds []int
	for i, p := range all {
		if p.(*js.Object).Str("type") == "step-start" {
			bounds = append(bounds, i)
		}
	}
	at := func(i, otherwise int) int {
		if i < len(bounds) {
			return bounds[i]
		}
		return otherwise
	}
	var parts []any
	if step == 1 {
		parts = all[:at(0, len(all))]
	} else if step-2 < len(bounds) {
		parts = all[bounds[step-2]+1 : at(step-1, len(all))]
	}
	return withInputs(contentOfParts(parts), responses...)
}

// lastStepContent is what the last step added to the responses. Without a
// step-start part it reaches from behind the last tool call but one to the last
// one.
func lastStepContent(responses []*chatMessage) []any {
	var all []any
	var tools []int
	from := -1
	for _, m := range responses {
		for _, p := range m.parts() {
			switch p.(*js.Object).Str("type") {
			case "step-start":
				from = len(all)
			case "tool-invocation":
				tools = append(tools, len(all))
			}
			all = append(all, p)
		}
	}
	n := len(tools)
	switch {
	case from >= 0:
		return withInputs(contentOfParts(all[from+1:]), responses...)
	case n == 0:
		return withInputs(contentOfParts(all), responses...)
	case n == 1:
		return withInputs(contentOfParts(all[:tools[0]+1]), responses...)
	}
	return withInputs(contentOfParts(all[tools[n-2]+1:tools[n-1]+1]), responses...)
}

// contentOfParts is a step's content as step results show it.
func contentOfParts(parts []any) []any {
	out := []any{}
	for _, v := range assistantMessages(parts) {
		for _, e := range v.(*js.Object).Arr("content") {
			part := e.(*js.Object)
			switch part.Str("type") {
			case "tool-result":
				part = js.Obj("type", "tool-result", "input", part.Get("input"), "output", part.Get("output"),
					"toolCallId", part.Get("toolCallId"), "toolName", part.Get("toolName"))
			case "file":
				part = js.Obj("type", "file", "file", js.Obj("base64Data", base64Of(part.Str("data")), "mediaType", part.Get("mediaType"), "type", "file"))
			}
			out = append(out, part)
		}
	}
	return out
}

func base64Of(uri string) string {
	for i := range uri {
		if uri[i] == ',' {
			return uri[i+1:]
		}
	}
	return uri
}
