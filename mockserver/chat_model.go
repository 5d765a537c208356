package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// contentOf4 is the content of a model message of version 4, and of a stored
// message of format 1.
func (l *chat) contentOf4(o *js.Object, form messageForm) *js.Object {
	var parts []*js.Object
	done := []any{}
	text, isText := o.Get("content").(string)
	if isText {
		parts = append(parts, js.Obj("type", "text", "text", text))
	}
	for _, part := range objectsOf(o.Get("content")) {
		converted := l.partOf4(o, part)
		if converted == nil {
			continue
		}
		if n := len(parts); part.Str("type") == "text" && o.Str("role") == "assistant" && n > 0 && parts[n-1].Str("type") == "tool-invocation" {
			parts = append(parts, js.Obj("type", "step-start"))
		}
		if part.Str("type") == "tool-result" {
			done = append(done, converted.Get("toolInvocation"))
		}
		if metadata := part.Get("providerOptions"); truthy(metadata) {
			converted.Set("providerMetadata", metadata)
		}
		if name := part.Get("filename"); part.Str("type") == "file" && truthy(name) {
			converted.Set("filename", name)
		}
		parts = append(parts, converted)
	}
	content := js.Obj("format", 2, "parts", js.Array(withoutEmptyTexts(parts)))
	if len(done) > 0 {
		content.Set("toolInvocations", done)
	}
	if isText {
		content.Set("content", text)
	}
	if form == olderForm {
		return content
	}
	for _, key := range []string{"providerOptions", "experimental_providerMetadata"} {
		if metadata := o.Get(key); truthy(metadata) && !content.Has("providerMetadata") {
			content.Set("providerMetadata", metadata)
		}
	}
	if metadata := o.Get("metadata"); metadata != nil {
		content.Set("metadata", metadata)
	}
	return content
}

// partOf4 is one part of it, nil if it is of a kind that is not known.
func (l *chat) partOf4(o, part *js.Object) *js.Object {
	switch part.Str("type") {
	case "text":
		return js.Obj("type", "text", "text", valueOf(part, "text"))
	case "tool-call":
		return js.Obj("type", "tool-invocation", "toolInvocation", js.Obj("state", "call", "toolCallId", valueOf(part, "toolCallId"),
			"toolName", valueOf(part, "toolName"), "args", valueOf(part, "args")))
	case "tool-result":
		id := part.Str("toolCallId")
		var args any = js.Obj()
		for _, other := range objectsOf(o.Get("content")) {
			if other.Str("type") == "tool-call" && other.Str("toolCallId") == id {
				args = valueOf(other, "args")
				break
			}
		}
		if call, ok := args.(*js.Object); !ok || call.Len() == 0 {
			args = l.argsOf(id)
		}
		result := part.Get("result")
		if result == nil {
			result = ""
		}
		return js.Obj("type", "tool-invocation", "toolInvocation", js.Obj("state", "result", "toolCallId", valueOf(part, "toolCallId"),
			"toolName", valueOf(part, "toolName"), "result", result, "args", args))
	case "reasoning":
		return js.Obj("type", "reasoning", "reasoning", valueOf(part, "text"), "details",
			[]any{js.Obj("type", "text", "text", valueOf(part, "text"), "signature", valueOf(part, "signature"))})
	case "redacted-reasoning":
		return js.Obj("type", "reasoning", "reasoning", "", "details", []any{js.Obj("type", "redacted", "data", valueOf(part, "data"))})
	case "image":
		return js.Obj("type", "file", "data", stringOf(part, "image"), "mimeType", valueOf(part, "mimeType"))
	case "file":
		data, ok := part.Get("data").(string)
		if !ok {
			return nil
		}
		kind, mime := fileKind(data, part.Str("mimeType"))
		if mime == "" {
			mime = "image/png"
		}
		if kind == rawFile {
			return js.Obj("type", "file", "mimeType", mime, "data", data)
		}
		return js.Obj("type", "file", "data", data, "mimeType", mime)
	}
	return nil
}

// argsOf finds what a tool was called with: the newest arguments that are not
// empty.
func (l *chat) argsOf(callID string) *js.Object {
	for i := len(l.list) - 1; i >= 0; i-- {
		m := l.list[i]
		if m.Str("role") != "assistant" {
			continue
		}
		var calls []*js.Object
		for _, p := range m.parts() {
			if call := p.Obj("toolInvocation"); p.Str("type") == "tool-invocation" && call.Str("toolCallId") == callID {
				calls = append(calls, call)
				break
			}
		}
		for _, call := range objectsOf(m.content().Get("toolInvocations")) {
			if call.Str("toolCallId") == callID {
				calls = append(calls, call)
				break
			}
		}
		for _, call := range calls {
			if args := call.Obj("args"); args.Len() > 0 {
				return args
			}
		}
	}
	return js.Obj()
}

// content5 collects the content of a model message of version 5.
type content5 struct {
	parts       []*js.Object
	calls       []*js.Object
	reasoning   []string
	attachments []any
}

// contentOf5 is the content of a model message of version 5.
func (l *chat) contentOf5(o *js.Object) (*js.Object, error) {
	c := &content5{}
	list := objectsOf(o.Get("content"))
	if text, ok := o.Get("content").(string); ok {
		list = []*js.Object{js.Obj("type", "text", "text", text)}
	}
	for _, part := range list {
		if err := c.add(l, part); err != nil {
			return nil, err
		}
	}
	c.parts = withoutEmptyTexts(c.parts)
	content := js.Obj("format", 2, "parts", js.Array(c.parts))
	if len(c.calls) > 0 {
		content.Set("toolInvocations", js.Array(c.calls))
	}
	if len(c.reasoning) > 0 {
		content.Set("reasoning", strings.Join(c.reasoning, "\n"))
	}
	if len(c.attachments) > 0 {
		content.Set("experimental_attachments", c.attachments)
	}
	if text := textOfParts(content, "\n"); text != "" {
		content.Set("content", text)
	}
	if metadata := o.Obj("metadata"); metadata.Len() > 0 {
		content.Set("metadata", metadata)
	}
	if metadata := o.Get("providerOptions"); truthy(metadata) {
		content.Set("providerMetadata", metadata)
	}
	return content, nil
}

func (c *content5) add(l *chat, part *js.Object) error {
	kind := part.Str("type")
	switch kind {
	case "text":
		c.push(js.Obj("type", "text", "text", valueOf(part, "text")), part)
	case "tool-call":
		call := js.Obj("toolCallId", valueOf(part, "toolCallId"), "toolName", toolNameOf(part.Get("toolName")), "args", valueOf(part, "input"), "state", "call")
		c.calls = append(c.calls, call.Clone())
		c.push(js.Obj("type", "tool-invocation", "toolInvocation", call), part)
	case "tool-result":
		c.addResult(l, part)
	case "reasoning":
		text := part.Str("text")
		c.reasoning = append(c.reasoning, text)
		c.push(js.Obj("type", "reasoning", "reasoning", valueOf(part, "text"), "details", []any{js.Obj("type", "text", "text", valueOf(part, "text"))}), part)
	case "image", "file":
		data, mime, err := dataOf(part)
		if err != nil {
			return err
		}
		c.attachments = append(c.attachments, js.Obj("url", data, "contentType", mime))
		file := js.Obj("type", "file", "data", data, "mimeType", mime)
		c.push(file, part)
		if name := part.Get("filename"); kind == "file" && truthy(name) {
			file.Set("filename", name)
		}
	}
	return nil
}

// push adds a part, with the metadata that the client gave it.
func (c *content5) push(converted, part *js.Object) {
	if metadata := part.Get("providerOptions"); truthy(metadata) {
		converted.Set("providerMetadata", metadata)
		converted.Set("createdAt", createdIn(metadata))
	}
	if executed, ok := part.Lookup("providerExecuted"); ok && strings.HasPrefix(part.Str("type"), "tool-") {
		converted.Set("providerExecuted", executed)
	}
	c.parts = append(c.parts, converted)
}

// createdIn is the creation time that a part's metadata carries, Undefined if
// there is none.
func createdIn(metadata any) any {
	o, _ := metadata.(*js.Object)
	if at, ok := o.Obj("mastra").Num("createdAt"); ok {
		return at
	}
	return js.Undefined
}

// addResult puts a tool's result to its call; a call that is not in this message
// is made up.
func (c *content5) addResult(l *chat, part *js.Object) {
	id := part.Str("toolCallId")
	result := unwrapped(valueOf(part, "output"))
	var args any = l.argsOf(id)
	if args.(*js.Object).Len() == 0 {
		if args = part.Get("input"); args == nil {
			args = js.Obj()
		}
	}
	called := false
	for _, call := range c.calls {
		if call.Str("toolCallId") == id {
			call.Set("state", "result").Set("result", result)
			called = true
			break
		}
	}
	if !called {
		c.calls = append(c.calls, js.Obj("state", "result", "toolCallId", valueOf(part, "toolCallId"), "toolName", toolNameOf(part.Get("toolName")),
			"args", args, "result", result))
	}
	for _, p := range c.parts {
		call := p.Obj("toolInvocation")
		if call.Str("toolCallId") != id {
			continue
		}
		call.Set("state", "result").Set("result", result)
		if executed, ok := part.Lookup("providerExecuted"); ok {
			p.Set("providerExecuted", executed)
		}
		if metadata := part.Get("providerOptions"); truthy(metadata) {
			p.Set("providerMetadata", metadata)
			if at := createdIn(metadata); at != js.Undefined {
				p.Set("createdAt", at)
			}
		}
		return
	}
	call := js.Obj("toolCallId", valueOf(part, "toolCallId"), "toolName", toolNameOf(part.Get("toolName")), "args", args, "state", "result", "result", result)
	c.push(js.Obj("type", "tool-invocation", "toolInvocation", call), part)
}

// unwrapped is the value of a tool's output that says of what type it is.
func unwrapped(output any) any {
	if o, ok := output.(*js.Object); ok && o.Has("value") {
		return o.Get("value")
	}
	return output
}

// addApprovals adds what a model message of version 6 says of approvals.
func (l *chat) addApprovals(o, content *js.Object) {
	parts := objectsOf(content.Get("parts"))
	find := func(callID string) *js.Object {
		for _, p := range parts {
			if call := p.Obj("toolInvocation"); call != nil && call.Str("toolCallId") == callID {
				return call
			}
		}
		return nil
	}
	for _, part := range objectsOf(o.Get("content")) {
		id := part.Str("approvalId")
		switch part.Str("type") {
		case "tool-approval-request":
			if o.Str("role") != "assistant" {
				continue
			}
			callID := part.Str("toolCallId")
			if call := find(callID); call != nil {
				call.Set("state", "approval-requested").Set("approval", js.Obj("id", id))
				continue
			}
			parts = append(parts, js.Obj("type", "tool-invocation", "toolInvocation", js.Obj("toolCallId", callID, "toolName", "unknown", "args", js.Obj(),
				"state", "approval-requested", "approval", js.Obj("id", id))))
		case "tool-approval-response":
			if o.Str("role") != "tool" {
				continue
			}
			if asked := l.approvalRequest(id); asked != nil {
				approval := js.Obj("id", id, "approved", valueOf(part, "approved"), "reason", valueOf(part, "reason"))
				parts = append(parts, js.Obj("type", "tool-invocation", "toolInvocation", js.Obj("toolCallId", asked.Get("toolCallId"),
					"toolName", asked.Get("toolName"), "args", asked.Get("args"), "state", "approval-responded", "approval", approval)))
			}
		}
	}
	content.Set("parts", js.Array(parts))
}

// approvalRequest finds the call that waits for an approval.
func (l *chat) approvalRequest(approvalID string) *js.Object {
	for i := len(l.list) - 1; i >= 0; i-- {
		parts := l.list[i].parts()
		for j := len(parts) - 1; j >= 0; j-- {
			call := parts[j].Obj("toolInvocation")
			if call.Str("state") == "approval-requested" && call.Obj("approval").Str("id") == approvalID {
				return call
			}
		}
	}
	return nil
}
