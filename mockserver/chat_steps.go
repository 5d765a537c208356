package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// stepContent is what one step, counted from 1, added to the answers; the steps
// are told apart by step-start parts.
func (l *chat) stepContent(step int) []any {
	all, bounds := l.answerParts()
	at := func(i, otherwise int) int {
		if i < len(bounds) {
			return bounds[i]
		}
		return otherwise
	}
	var parts []*js.Object
	if step == 1 {
		parts = all[:at(0, len(all))]
	} else if step-2 < len(bounds) {
		parts = all[bounds[step-2]+1 : at(step-1, len(all))]
	}
	return l.contentOfParts(parts)
}

// lastStepContent is what the last step added to the answers. Without a
// step-start part it reaches from behind the last tool call but one to the last
// one.
func (l *chat) lastStepContent() []any {
	all, bounds := l.answerParts()
	if n := len(bounds); n > 0 {
		return l.contentOfParts(all[bounds[n-1]+1:])
	}
	var ends []int
	for i, p := range all {
		if isToolPart(p.Str("type")) {
			ends = append(ends, i+1)
		}
	}
	switch n := len(ends); n {
	case 0:
		return l.contentOfParts(all)
	case 1:
		return l.contentOfParts(all[:ends[0]])
	default:
		return l.contentOfParts(all[ends[n-2]:ends[n-1]])
	}
}

// answerParts are the parts of all answers as user interfaces show them, and
// where steps begin.
func (l *chat) answerParts() (all []*js.Object, bounds []int) {
	for _, m := range shown(l.of(fromResponse)) {
		for _, p := range objectsOf(m.(*js.Object).Get("parts")) {
			if p.Str("type") == "step-start" {
				bounds = append(bounds, len(all))
			}
			all = append(all, p)
		}
	}
	return all, bounds
}

// contentOfParts is a step's content as step results show it.
func (l *chat) contentOfParts(parts []*js.Object) []any {
	out := []any{}
	m := js.Obj("role", "assistant", "parts", js.Array(parts))
	for _, made := range modelMessages("assistant", visible(m, forClients, true)) {
		for _, part := range objectsOf(made.Get("content")) {
			switch part.Str("type") {
			case "tool-result":
				part = js.Obj("type", "tool-result", "input", l.argsOf(part.Str("toolCallId")), "output", part.Get("output"),
					"toolCallId", valueOf(part, "toolCallId"), "toolName", part.Get("toolName"))
			case "file":
				uri, _ := parseDataURI(part.Str("data"))
				if uri.data == "" {
					uri.data = part.Str("data")
				}
				part = js.Obj("type", "file", "file", js.Obj("base64Data", uri.data, "mediaType", part.Get("mediaType"), "type", "file"))
			}
			out = append(out, part)
		}
	}
	return out
}
