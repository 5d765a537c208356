package mockserver

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// view says for whom messages are turned into those of a model: for those who
// see the answer, or for the model itself, which does not see calls that have no
// result unless that is wanted.
type view int

const (
	forClients view = iota
	forModel
	forModelWithPending
)

// models turns messages into model messages, as clients see them.
func (l *chat) models(list []*chatMessage) []any { return js.Array(l.converted(list, forClients)) }

// all is the whole conversation as model messages.
func (l *chat) all() []any { return l.models(l.spoken()) }

// responses are the answers as model messages.
func (l *chat) responses() []any { return l.models(l.of(fromResponse)) }

// spoken is the conversation with signals as what they say to the model.
func (l *chat) spoken() []*chatMessage {
	list := slices.Clone(l.list)
	for i, m := range list {
		if m.Str("role") == "signal" {
			content := js.Obj("format", 2, "parts", js.Array(signalParts(m)))
			list[i] = &chatMessage{Object: m.Clone().Set("role", "user").Set("content", content), origin: m.origin}
		}
	}
	return list
}

// converted turns messages into model messages. An answer becomes one for each
// of its steps, each followed by the results of the step's tools.
func (l *chat) converted(list []*chatMessage, v view) []*js.Object {
	messages := []*js.Object{}
	for _, e := range shown(list) {
		messages = append(messages, e.(*js.Object))
	}
	open := openAnswer(messages, v)
	out := []*js.Object{}
	for i, m := range messages {
		parts := visible(m, v, i == open)
		if len(parts) == 0 {
			continue
		}
		made := modelMessages(m.Str("role"), withSteps(m.Str("role"), parts))
		if metadata := m.Obj("metadata").Get("providerMetadata"); truthy(metadata) {
			for j := len(made) - 1; j >= 0; j-- {
				if made[j].Get("role") == m.Get("role") {
					made[j].Set("providerOptions", metadata)
					break
				}
			}
		}
		out = append(out, made...)
	}
	for _, m := range out {
		for _, part := range objectsOf(m.Get("content")) {
			if m.Str("role") == "tool" {
				part.Set("output", outputOf(part.Obj("output"))).Set("input", l.argsOf(part.Str("toolCallId")))
			}
		}
	}
	switch v {
	case forModel:
		return paired(out)
	case forModelWithPending:
		return paired(withPlaceholders(out))
	}
	return out
}

// openAnswer is the index of the answer that stands last and says something, -1
// if there is none.
func openAnswer(messages []*js.Object, v view) int {
	for i := len(messages) - 1; i >= 0 && messages[i].Str("role") != "user"; i-- {
		if messages[i].Str("role") == "assistant" && len(visible(messages[i], v, true)) > 0 {
			return i
		}
	}
	return -1
}

// visible are the parts of a UI message that a model message keeps.
func visible(m *js.Object, v view, open bool) []*js.Object {
	parts := objectsOf(m.Get("parts"))
	blank := func(p *js.Object) bool {
		text, ok := p.Get("text").(string)
		return p.Str("type") == "text" && ok && strings.TrimSpace(text) == ""
	}
	onlyBlank := !slices.ContainsFunc(parts, func(p *js.Object) bool { return !blank(p) })
	var out []*js.Object
	for _, p := range parts {
		kind, state := p.Str("type"), p.Str("state")
		switch {
		case strings.HasPrefix(kind, "data-"), kind == "error", blank(p) && (m.Str("role") == "user" || !onlyBlank):
			continue
		case !isToolPart(kind):
		case v == forClients:
			if state == "input-streaming" {
				continue
			}
		case state == "input-available":
			if p.Bool("providerExecuted") && !open || !p.Bool("providerExecuted") && v == forModel {
				continue
			}
		case state != "output-available" && state != "output-error":
			continue
		}
		if output := p.Obj("output"); isToolPart(kind) && state == "output-available" && output.Has("value") {
			if _, isList := output.Get("value").([]any); output.Str("type") != "content" || !isList {
				p = p.Clone().Set("output", output.Get("value"))
			}
		}
		out = append(out, p)
	}
	return out
}

// withSteps begins a step behind the calls of an answer that says more.
func withSteps(role string, parts []*js.Object) []*js.Object {
	if role != "assistant" {
		return parts
	}
	var out []*js.Object
	for i, p := range parts {
		out = append(out, p)
		if i+1 == len(parts) || !isToolPart(p.Str("type")) {
			continue
		}
		next := parts[i+1]
		finished := next.Str("state") == "output-available" || next.Str("state") == "output-error"
		if kind := next.Str("type"); !isToolPart(kind) && kind != "step-start" ||
			isToolPart(kind) && !p.Bool("providerExecuted") && next.Bool("providerExecuted") && finished {
			out = append(out, js.Obj("type", "step-start"))
		}
	}
	return out
}

// modelMessages are the messages for the parts of a UI message.
func modelMessages(role string, parts []*js.Object) []*js.Object {
	switch role {
	case "system":
		var text string
		metadata := js.Obj()
		for _, p := range parts {
			if p.Str("type") == "text" {
				text = js.Join(text, p.Str("text"))
				metadata.Merge(p.Obj("providerMetadata"))
			}
		}
		return []*js.Object{js.Obj("role", role, "content", text, "providerOptions", js.When(metadata.Len() > 0, metadata))}
	case "user":
		content := []any{}
		for _, p := range parts {
			if kind := p.Str("type"); kind == "text" || kind == "file" {
				content = append(content, modelPart5(p))
			}
		}
		return []*js.Object{js.Obj("role", role, "content", content)}
	}
	var out, block []*js.Object
	for _, p := range parts {
		switch kind := p.Str("type"); {
		case kind == "step-start":
			out = append(out, blockMessages(block)...)
			block = nil
		case kind == "text", kind == "reasoning", kind == "file", isToolPart(kind):
			block = append(block, p)
		}
	}
	return append(out, blockMessages(block)...)
}

// modelPart5 is a part of a UI message as a part of a model message.
func modelPart5(p *js.Object) *js.Object {
	metadata := valueOf(p, "providerMetadata")
	switch p.Str("type") {
	case "text", "reasoning":
		return js.Obj("type", p.Get("type"), "text", valueOf(p, "text"), "providerOptions", metadata)
	case "file":
		return js.Obj("type", "file", "mediaType", valueOf(p, "mediaType"), "filename", valueOf(p, "filename"), "data", valueOf(p, "url"), "providerOptions", metadata)
	}
	input := valueOf(p, "input")
	if input == js.Undefined && p.Str("state") == "output-error" {
		input = valueOf(p, "rawInput")
	}
	return js.Obj("type", "tool-call", "toolCallId", valueOf(p, "toolCallId"), "toolName", strings.TrimPrefix(p.Str("type"), "tool-"), "input", input,
		"providerExecuted", valueOf(p, "providerExecuted"), "providerOptions", valueOf(p, "callProviderMetadata"))
}

// blockMessages are the messages of one step.
func blockMessages(parts []*js.Object) []*js.Object {
	if len(parts) == 0 {
		return nil
	}
	content, results, hasTools := []any{}, []any{}, false
	for _, p := range parts {
		content = append(content, modelPart5(p))
		if !isToolPart(p.Str("type")) {
			continue
		}
		result := toolResult(p)
		switch {
		case !p.Bool("providerExecuted"):
			hasTools = true
			if result != nil {
				results = append(results, result)
			}
		case result != nil:
			content = append(content, result)
		}
	}
	out := []*js.Object{js.Obj("role", "assistant", "content", content)}
	if hasTools {
		out = append(out, js.Obj("role", "tool", "content", results))
	}
	return out
}

// toolResult is what the model sees of a finished tool call, nil if it is not.
func toolResult(p *js.Object) *js.Object {
	var output *js.Object
	switch p.Str("state") {
	case "output-available":
		value := valueOf(p, "output")
		output = js.Obj("type", "json", "value", value)
		if _, ok := value.(string); ok {
			output.Set("type", "text")
		} else if value == js.Undefined {
			output.Set("value", nil)
		}
	case "output-error":
		output = js.Obj("type", "error-text", "value", valueOf(p, "errorText"))
		if p.Bool("providerExecuted") {
			output.Set("type", "error-json")
		}
	default:
		return nil
	}
	return js.Obj("type", "tool-result", "toolCallId", valueOf(p, "toolCallId"), "toolName", strings.TrimPrefix(p.Str("type"), "tool-"),
		"output", output, "providerOptions", valueOf(p, "callProviderMetadata"))
}

// outputOf is a tool's output, one of the Model Context Protocol that holds an
// image or a sound as what the model can see and hear.
func outputOf(output *js.Object) *js.Object {
	list := objectsOf(output.Obj("value").Get("content"))
	if output.Str("type") != "json" || !slices.ContainsFunc(list, isMedia) {
		return output
	}
	value := []any{}
	for _, p := range list {
		kind, mime := p.Str("type"), p.Str("mimeType")
		switch {
		case kind == "image" && isMedia(p):
			value = append(value, js.Obj("type", "image-data", "data", p.Get("data"), "mediaType", cmp.Or(mime, "image/png")))
		case kind == "audio" && isMedia(p):
			value = append(value, js.Obj("type", "file-data", "data", p.Get("data"), "mediaType", cmp.Or(mime, "audio/wav")))
		case kind == "text":
			value = append(value, js.Obj("type", "text", "text", p.Str("text")))
		default:
			value = append(value, js.Obj("type", "text", "text", js.String(p)))
		}
	}
	return js.Obj("type", "content", "value", value)
}

func isMedia(p *js.Object) bool {
	_, ok := p.Get("data").(string)
	return ok && (p.Str("type") == "image" || p.Str("type") == "audio")
}

// pairsAt are the calls of an answer whose results are in it, or in the message
// behind it.
func pairsAt(messages []*js.Object, i int) map[string]bool {
	calls, out := map[string]bool{}, map[string]bool{}
	parts := objectsOf(messages[i].Get("content"))
	if i+1 < len(messages) && messages[i+1].Str("role") == "tool" {
		parts = append(parts, objectsOf(messages[i+1].Get("content"))...)
	}
	for _, p := range parts {
		if p.Str("type") == "tool-call" {
			calls[p.Str("toolCallId")] = true
		}
	}
	for _, p := range parts {
		if id := p.Str("toolCallId"); p.Str("type") == "tool-result" && calls[id] {
			out[id] = true
		}
	}
	return out
}

// paired leaves out calls without results and results without calls.
func paired(messages []*js.Object) []*js.Object {
	var out []*js.Object
	for i, m := range messages {
		before := map[string]bool{}
		if i > 0 && messages[i-1].Str("role") == "assistant" {
			before = pairsAt(messages, i-1)
		}
		own := pairsAt(messages, i)
		content, ok := m.Get("content").([]any)
		if !ok {
			out = append(out, m)
			continue
		}
		content = slices.DeleteFunc(slices.Clone(content), func(e any) bool {
			p := e.(*js.Object)
			switch m.Str("role") {
			case "assistant":
				return p.Str("type") == "tool-call" && !p.Bool("providerExecuted") && !own[p.Str("toolCallId")]
			case "tool":
				return p.Str("type") == "tool-result" && !before[p.Str("toolCallId")]
			}
			return false
		})
		if len(content) > 0 {
			out = append(out, m.Clone().Set("content", content))
		}
	}
	return out
}

// withPlaceholders gives calls without a result one that says so.
func withPlaceholders(messages []*js.Object) []*js.Object {
	var out []*js.Object
	for i := 0; i < len(messages); i++ {
		m := messages[i]
		out = append(out, m)
		if m.Str("role") != "assistant" {
			continue
		}
		have := pairsAt(messages, i)
		var results []any
		for _, p := range objectsOf(m.Get("content")) {
			if p.Str("type") == "tool-call" && !p.Bool("providerExecuted") && !have[p.Str("toolCallId")] {
				results = append(results, js.Obj("type", "tool-result", "toolCallId", p.Get("toolCallId"), "toolName", p.Get("toolName"),
					"output", js.Obj("type", "json", "value", js.Obj("status", "pending"))))
			}
		}
		if i+1 < len(messages) && messages[i+1].Str("role") == "tool" {
			next := messages[i+1]
			out = append(out, next.Clone().Set("content", append(append([]any{}, next.Arr("content")...), results...)))
			i++
		} else if len(results) > 0 {
			out = append(out, js.Obj("role", "tool", "content", results))
		}
	}
	return out
}

// prompt is the conversation as the model sees it.
func (l *chat) prompt(instructions string) []PromptMessage {
	var out []PromptMessage
	for _, text := range l.systemTexts(instructions) {
		out = append(out, PromptMessage{Role: RoleSystem, Text: text, traced: text})
	}
	how := forModel
	if l.pending {
		how = forModelWithPending
	}
	messages := l.converted(l.spoken(), how)
	if len(messages) > 0 && messages[0].Str("role") == "assistant" {
		// Some models refuse a conversation that the user does not begin.
		out = append(out, PromptMessage{Role: RoleUser, Text: ".", traced: "."})
	}
	for _, m := range messages {
		p := PromptMessage{Role: Role(m.Str("role")), Text: textOfParts(js.Obj("parts", m.Get("content")), " "), traced: traced(m)}
		for _, part := range objectsOf(m.Get("content")) {
			if part.Has("toolCallId") {
				p.Calls = append(p.Calls, PromptCall{ID: part.Str("toolCallId"), Tool: part.Str("toolName"), Args: js.Marshal(part.Get("input"))})
			}
			if p.Role != RoleTool {
				continue
			}
			output := part.Get("output")
			if own := part.Obj("providerOptions").Obj("mastra").Obj("modelOutput"); own != nil {
				output = own
			}
			p.Outputs = append(p.Outputs, json.RawMessage(js.Marshal(output)))
		}
		if len(m.Arr("content")) > 0 || p.Role == RoleSystem {
			out = append(out, p)
		}
	}
	return out
}

// traced is what a trace shows of a message.
func traced(m *js.Object) string {
	var b strings.Builder
	for _, part := range objectsOf(m.Get("content")) {
		switch kind := part.Str("type"); kind {
		case "text", "reasoning":
			b.WriteString(part.Str("text"))
		case "tool-call":
			b.WriteString("[tool: " + part.Str("toolName") + "]")
		case "tool-result":
			b.WriteString("[tool-result: " + part.Str("toolName") + "]")
		default:
			b.WriteString("[" + kind + "]")
		}
	}
	return b.String()
}

// systemTexts are the system messages that have a text: the instructions, those
// of the conversation and those of the request's options.
func (l *chat) systemTexts(instructions string) []string {
	list := slices.Concat([]string{instructions}, slices.DeleteFunc(slices.Clone(l.system), func(s string) bool { return s == instructions }), l.tagged)
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// views are the conversation, the client's messages and the answers as model
// messages.
func (l *chat) views() *js.Object {
	return js.Obj("all", l.all(), "user", l.models(l.of(fromInput)), "nonUser", l.responses())
}
