package mockserver

import (
	"encoding/json"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// chatMessage is a message of a conversation in format 2, and where it is from.
type chatMessage struct {
	*js.Object
	source string // memory, input or response
	// inputs are what tools were called with, by call, where the message does not
	// say so itself.
	inputs map[string]any
}

func (m *chatMessage) content() *js.Object { return m.Obj("content") }

func (m *chatMessage) parts() []any { return m.content().Arr("parts") }

func (m *chatMessage) addPart(part *js.Object) {
	m.content().Set("parts", append(m.parts(), part))
}

// calledInOlderFormat tells whether the client wrote the message's tool calls in
// the older format, which shows in the order of members.
func (m *chatMessage) calledInOlderFormat() bool {
	for _, p := range m.parts() {
		if call := p.(*js.Object).Obj("toolInvocation"); call != nil {
			return call.Keys()[0] == "state"
		}
	}
	return false
}

// messageList is the conversation of one run.
type messageList struct {
	list   []*chatMessage
	system []string
}

func (l *messageList) of(source string) []*chatMessage {
	var out []*chatMessage
	for _, m := range l.list {
		if source == "" || m.source == source {
			out = append(out, m)
		}
	}
	return out
}

// addInput adds what the client sent: a text or a list of messages.
func (l *messageList) addInput(v any, threadID, resourceID string) error {
	if text, ok := v.(string); ok {
		v = []any{js.Obj("role", "user", "content", text)}
	}
	list, _ := v.([]any)
	for _, e := range list {
		if text, ok := e.(string); ok {
			e = js.Obj("role", "user", "content", text)
		}
		o, ok := e.(*js.Object)
		if !ok {
			return said("Cannot use 'in' operator to search for 'content' in %s", js.String(e))
		}
		if err := l.addMessage(o, threadID, resourceID); err != nil {
			return err
		}
	}
	return nil
}

func (l *messageList) addMessage(o *js.Object, threadID, resourceID string) error {
	role := o.Str("role")
	if o.Get("content") == nil && len(o.Arr("parts")) == 0 {
		return said("Message with role %q must have either a 'content' property (string or array) or a 'parts' property (array) that is not empty, null, or undefined. Received message: %s", role, js.Indent(o))
	}
	switch role {
	case "system":
		l.system = append(l.system, textOfInput(o))
		return nil
	case "user", "assistant":
	case "tool":
		l.addToolResults(o)
		return nil
	default:
		return said("Unsupported role: %s", role)
	}
	at := nowMillis()
	id := o.Str("id")
	if id == "" {
		id = newID()
	}
	content := js.Obj()
	switch {
	case o.Obj("content") != nil:
		content.Merge(contentOf(o.Obj("content").Get("parts"), at)).Merge(js.Obj("content", valueOf(o.Obj("content"), "content"), "metadata", valueOf(o.Obj("content"), "metadata")))
	case len(o.Arr("parts")) > 0 && (!o.Has("content") || o.Get("content") == ""):
		content.Merge(contentOf(uiParts(o.Arr("parts")), at))
	default:
		content.Merge(contentOf(inputParts(o.Get("content")), at))
		if text := textOfParts(content, "\n"); text != "" {
			content.Set("content", text)
		}
	}
	for _, p := range content.Arr("parts") {
		part, _ := p.(*js.Object)
		if created, ok := part.Obj("providerMetadata").Obj("mastra").Num("createdAt"); ok {
			part.Set("createdAt", created)
		}
	}
	m := js.Obj("id", id, "role", role, "createdAt", js.ISO(now()), "content", content, "threadId", js.Opt(threadID), "resourceId", js.Opt(resourceID))
	l.list = append(l.list, &chatMessage{Object: m, source: "input"})
	return nil
}

func textOfInput(o *js.Object) string {
	if text, ok := o.Get("content").(string); ok {
		return text
	}
	return textOfParts(js.Obj("parts", o.Get("content")), " ")
}

// inputParts turns the parts of a model message into those of a stored one.
func inputParts(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := []any{}
	for _, e := range list {
		part, _ := e.(*js.Object)
		switch part.Str("type") {
		case "tool-call":
			call := js.Obj("toolCallId", part.Get("toolCallId"), "toolName", part.Get("toolName"), "args", firstOf(part, "input", "args"), "state", "call")
			if !part.Has("input") { // of an older format
				call = js.Obj("state", "call").Merge(call)
			}
			invocation := js.Obj("type", "tool-invocation", "toolInvocation", call)
			if o := part.Obj("providerOptions"); o != nil {
				invocation.Set("providerMetadata", o)
			}
			out = append(out, invocation)
		case "image":
			out = append(out, js.Obj("type", "file", "data", part.Get("image"), "mimeType", firstOf(part, "mediaType", "mimeType")))
		case "file":
			out = append(out, js.Obj("type", "file", "data", firstOf(part, "data", "url"), "mimeType", firstOf(part, "mediaType", "mimeType")))
		default:
			out = append(out, part)
		}
	}
	return out
}

// uiParts keeps the parts of a UI message that the conversation needs.
func uiParts(list []any) any {
	out := []any{}
	for _, e := range list {
		part, _ := e.(*js.Object)
		switch kind := part.Str("type"); kind {
		case "text":
			out = append(out, js.Obj("type", "text", "text", part.Get("text")))
		case "file":
			out = append(out, js.Obj("type", "file", "data", part.Get("url"), "mimeType", part.Get("mediaType")))
		case "step-start":
			out = append(out, js.Obj("type", kind))
		case "tool-invocation":
			call := part.Obj("toolInvocation")
			invocation := js.Obj("state", call.Get("state"), "toolCallId", call.Get("toolCallId"), "toolName", call.Get("toolName"), "args", call.Get("args"))
			if call.Has("result") {
				invocation.Set("result", call.Get("result"))
			}
			out = append(out, js.Obj("type", kind, "toolInvocation", invocation))
		}
	}
	return out
}

func firstOf(o *js.Object, keys ...string) any {
	for _, key := range keys {
		if v, ok := o.Lookup(key); ok {
			return v
		}
	}
	return js.Undefined
}

// addToolResults merges a tool message of the client into the calls it answers.
func (l *messageList) addToolResults(o *js.Object) {
	for _, e := range o.Arr("content") {
		part, _ := e.(*js.Object)
		output := part.Obj("output")
		result := firstOf(output, "value")
		if output == nil {
			result = firstOf(part, "result", "output")
		}
		m, i := l.findTool(part.Str("toolCallId"))
		if m == nil {
			continue
		}
		if m.source == "memory" {
			// What is stored stays as it is.
			l.addAnswered(part, result, firstOf(part, "input", "args"), m.Str("threadId"), m.Str("resourceId"))
			continue
		}
		call := m.parts()[i].(*js.Object)
		invocation := call.Obj("toolInvocation").Clone().Set("state", "result").Set("result", result)
		parts := append([]any(nil), m.parts()...)
		parts[i] = call.Clone().Set("toolInvocation", invocation)
		m.content().Set("parts", parts).Set("toolInvocations", invocationsOf(parts))
		m.source = "response"
	}
}

// addAnswered adds the result of a call that a stored message made.
func (l *messageList) addAnswered(part *js.Object, result, input any, threadID, resourceID string) {
	id := part.Str("toolCallId")
	invocation := js.Obj("state", "result", "toolCallId", id, "toolName", part.Get("toolName"), "result", result, "args", js.Obj())
	parts := []any{js.Obj("type", "tool-invocation", "toolInvocation", invocation, "createdAt", nowMillis())}
	m := js.Obj("id", newID(), "role", "assistant", "createdAt", js.ISO(now()), "content", js.Obj("format", 2, "parts", parts, "toolInvocations", invocationsOf(parts)),
		"threadId", threadID, "resourceId", resourceID)
	l.list = append(l.list, &chatMessage{Object: m, source: "response", inputs: map[string]any{id: input}})
}

// withInputs puts the inputs that the messages do not name into tool results.
func withInputs(content []any, list ...*chatMessage) []any {
	for _, m := range list {
		for _, e := range content {
			part := e.(*js.Object)
			if input, ok := m.inputs[part.Str("toolCallId")]; ok && part.Str("type") == "tool-result" {
				part.Set("input", input)
			}
		}
	}
	return content
}

// findTool finds the part of a tool call.
func (l *messageList) findTool(callID string) (*chatMessage, int) {
	for i := len(l.list) - 1; i >= 0; i-- {
		if l.list[i].Str("role") != "assistant" {
			continue
		}
		for j, p := range l.list[i].parts() {
			if part, ok := p.(*js.Object); ok && part.Obj("toolInvocation").Str("toolCallId") == callID && callID != "" {
				return l.list[i], j
			}
		}
	}
	return nil, 0
}

// updateTool replaces the invocation of a tool call.
func (l *messageList) updateTool(callID string, invocation, metadata *js.Object) {
	m, i := l.findTool(callID)
	if m == nil {
		return
	}
	parts := append([]any(nil), m.parts()...)
	part := js.Obj("type", "tool-invocation", "toolInvocation", invocation)
	if metadata != nil {
		part.Set("providerMetadata", metadata)
	}
	parts[i] = part
	m.content().Set("parts", parts)
	if m.source == "memory" {
		m.source = "response"
	}
}

// openAnswer is the message that an answer continues: the one of its id, or an
// assistant message that stands last and is not from the memory.
func (l *messageList) openAnswer(id string) *chatMessage {
	for _, m := range l.list {
		if m.Str("id") == id {
			return m
		}
	}
	if n := len(l.list); n > 0 {
		m := l.list[n-1]
		sealed := m.content().Obj("metadata").Obj("mastra").Bool("responseBoundary")
		if m.Str("role") == "assistant" && !sealed && (m.source == "input" || m.source == "response") {
			return m
		}
	}
	return nil
}

// addError adds an error to an answer.
func (l *messageList) addError(id, message, threadID, resourceID string) {
	part := js.Obj("type", "error", "error", js.Obj("name", "Error", "message", message))
	for _, m := range l.list {
		if m.Str("id") == id {
			m.addPart(part.Set("createdAt", nowMillis()))
			return
		}
	}
	m := js.Obj("id", id, "role", "assistant", "createdAt", js.ISO(now()), "content", js.Obj("format", 2, "parts", []any{part.Set("createdAt", nowMillis())}),
		"threadId", js.Opt(threadID), "resourceId", js.Opt(resourceID))
	l.list = append(l.list, &chatMessage{Object: m, source: "response"})
}

// answer is what a model said in one step.
type answer struct {
	id       string
	parts    []any
	text     string
	metadata *js.Object
	model    any
}

// addResponse adds an answer: to the message that it continues, or as a new one.
func (l *messageList) addResponse(a answer, threadID, resourceID string) {
	m := l.openAnswer(a.id)
	if m == nil {
		body := js.Obj("format", 2, "parts", a.parts, "content", js.Opt(a.text))
		if a.metadata != nil {
			body.Set("metadata", a.metadata)
		}
		o := js.Obj("id", a.id, "role", "assistant", "content", body, "createdAt", js.ISO(now()), "threadId", js.Opt(threadID), "resourceId", js.Opt(resourceID))
		l.list = append(l.list, &chatMessage{Object: o, source: "response"})
		return
	}
	continued := m.Str("id") != a.id
	all := append([]any(nil), m.parts()...)
	if n := len(all); continued && n > 0 && all[n-1].(*js.Object).Str("type") == "tool-invocation" {
		all = append(all, js.Obj("type", "step-start", "model", a.model, "createdAt", nowMillis()))
	}
	all = append(all, a.parts...)
	metadata := js.Obj().Merge(m.content().Obj("metadata"), a.metadata)
	body := js.Obj("format", 2, "parts", all)
	if continued {
		body.Set("toolInvocations", valueOf(m.content(), "toolInvocations"))
		if older := m.calledInOlderFormat(); !older {
			body.Set("content", js.Opt(a.text))
		}
		body.Set("metadata", metadata).Set("content", js.Opt(a.text))
	} else {
		body.Set("metadata", metadata).Set("content", js.Opt(a.text))
	}
	if done := invocationsOf(all); len(done) > 0 {
		body.Set("toolInvocations", done)
	}
	m.Set("content", body)
	m.source = "response"
}

func invocationsOf(parts []any) []any {
	out := []any{}
	for _, p := range parts {
		if part, ok := p.(*js.Object); ok && part.Obj("toolInvocation").Str("state") == "result" {
			out = append(out, part.Get("toolInvocation"))
		}
	}
	return out
}

// prompt is the conversation as the model sees it.
func (l *messageList) prompt(instructions string) []PromptMessage {
	var out []PromptMessage
	for _, text := range append([]string{instructions}, l.system...) {
		if text != "" {
			out = append(out, PromptMessage{Role: "system", Text: text})
		}
	}
	for _, v := range modelMessages(l.list) {
		m := v.(*js.Object)
		p := PromptMessage{Role: m.Str("role"), Text: textOfParts(js.Obj("parts", m.Get("content")), " ")}
		if p.Role == "tool" {
			if len(m.Arr("content")) == 0 {
				continue
			}
			for _, e := range m.Arr("content") {
				part := e.(*js.Object)
				output := part.Get("output")
				if own := part.Obj("providerOptions").Obj("mastra").Obj("modelOutput"); own != nil {
					output = own
				}
				p.Outputs = append(p.Outputs, json.RawMessage(js.Marshal(output)))
			}
		}
		out = append(out, p)
	}
	return out
}
