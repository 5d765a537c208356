package mockserver

import (
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// messageForm is the form in which a client sends a message. The forms are those
// of three versions of the AI SDK, for models and for user interfaces, and those
// in which messages are stored.
type messageForm int

const (
	olderForm messageForm = iota // stored, of format 1
	storedForm
	modelForm4
	modelForm5
	modelForm6
	shownForm4
	shownForm5
	shownForm6
)

// formOf tells the form by members that only one of them has.
func formOf(o *js.Object) (messageForm, error) {
	switch content := o.Get("content").(type) {
	case float64, bool:
		if truthy(content) {
			return 0, notIn("format", content)
		}
	case *js.Object:
		if format, ok := content.Num("format"); ok && format == 2 {
			return storedForm, nil
		}
	}
	if o.Has("threadId") || o.Has("resourceId") {
		return olderForm, nil
	}
	if o.Has("parts") {
		return shownFormOf(o)
	}
	list, isList := o.Get("content").([]any)
	if o.Has("experimental_providerMetadata") || isList && isOlderContent(list) {
		return modelForm4, nil
	}
	for _, part := range objectsOf(o.Get("content")) {
		if kind := part.Str("type"); kind == "tool-approval-request" || kind == "tool-approval-response" {
			return modelForm6, nil
		}
	}
	return modelForm5, nil
}

// isOlderContent tells whether the parts of a model message are of version 4: the
// first part that is of one version alone decides.
func isOlderContent(list []any) bool {
	for _, part := range objectsOf(list) {
		kind := part.Str("type")
		result, call := kind == "tool-result", kind == "tool-call"
		switch {
		case result && part.Has("output"), call && part.Has("input"):
			return false
		case result && part.Has("result"), call && part.Has("args"):
			return true
		case part.Has("mediaType"):
			return false
		case part.Has("mimeType"), part.Has("experimental_providerMetadata"),
			kind == "reasoning" && part.Has("signature"), kind == "redacted-reasoning":
			return true
		}
	}
	return false
}

func shownFormOf(o *js.Object) (messageForm, error) {
	list, ok := o.Get("parts").([]any)
	if text, isText := o.Get("parts").(string); isText && text != "" {
		list = []any{js.Characters(text)[0]}
	} else if !ok && truthy(o.Get("parts")) {
		return 0, said("msg.parts is not iterable")
	}
	newer, err := isNewerShown(o, list)
	if err != nil || !newer {
		return shownForm4, err
	}
	for _, part := range objectsOf(list) {
		kind := part.Str("type")
		if kind == "source-document" || kind == "dynamic-tool" || part.Has("resultProviderMetadata") ||
			part.Has("toolCallId") && slices.Contains([]string{"approval-requested", "approval-responded", "output-denied"}, part.Str("state")) {
			return shownForm6, nil
		}
	}
	return shownForm5, nil
}

// isNewerShown tells whether a message of a user interface is of version 5 or 6.
func isNewerShown(o *js.Object, list []any) (bool, error) {
	for _, key := range []string{"toolInvocations", "reasoning", "experimental_attachments", "data", "annotations"} {
		if o.Has(key) {
			return false, nil
		}
	}
	for _, e := range list {
		part, ok := e.(*js.Object)
		if !ok {
			return false, notIn("metadata", e)
		}
		kind := part.Str("type")
		switch {
		case part.Has("metadata"):
			return true, nil
		case part.Has("toolInvocation"):
			return false, nil
		case part.Has("toolCallId"):
			return true, nil
		case kind == "source":
			return false, nil
		case kind == "source-url":
			return true, nil
		case kind == "reasoning" && (part.Has("state") || part.Has("text")):
			return true, nil
		case kind == "reasoning" && (part.Has("reasoning") || part.Has("details")):
			return false, nil
		case kind == "file" && part.Has("mediaType"):
			return true, nil
		}
	}
	return false, nil
}

// stored turns a message of any form into one of format 2.
func (l *chat) stored(o *js.Object, from origin) (*chatMessage, error) {
	if from != fromMemory && l.threadID != "" {
		if id := o.Str("threadId"); id != "" && id != l.threadID {
			return nil, said("Received input message with wrong threadId. Input %s, expected %s", id, l.threadID)
		}
		if id := o.Str("resourceId"); id != "" && l.resourceID != "" && id != l.resourceID {
			return nil, said("Received input message with wrong resourceId. Input %s, expected %s", id, l.resourceID)
		}
	}
	form, err := formOf(o)
	if err != nil {
		return nil, err
	}
	var content *js.Object
	asked := o.Get("createdAt")
	switch form {
	case storedForm:
		return &chatMessage{Object: l.hydrated(o, from)}, nil
	case olderForm, modelForm4:
		if err := knownRole(o); err != nil {
			return nil, err
		}
		content = l.contentOf4(o, form)
		if form == modelForm4 {
			asked = o.Obj("metadata").Get("createdAt")
		}
	case modelForm5, modelForm6:
		if content, err = l.contentOf5(o); err != nil {
			return nil, err
		}
		if form == modelForm6 {
			l.addApprovals(o, content)
		}
		asked = o.Obj("metadata").Get("createdAt")
	case shownForm4:
		if err := knownRole(o); err != nil {
			return nil, err
		}
		content = contentOfShown4(o)
	case shownForm5, shownForm6:
		content = contentOfShown(o)
	}
	if form == olderForm {
		l.time(from, nil) // it has been asked for a time already
	}
	at := l.time(from, asked)
	if form != modelForm6 && form != shownForm6 && from != fromMemory {
		stampParts(content)
	}
	threadID, resourceID := js.Opt(l.threadID), js.Opt(l.resourceID)
	if l.threadID == "" {
		resourceID = js.Undefined
	}
	id := any(newID())
	switch given := o.Get("id"); {
	case form == olderForm:
		id, threadID, resourceID = valueOf(o, "id"), valueOf(o, "threadId"), valueOf(o, "resourceId")
	case form == modelForm4 && o.Has("id"), form == shownForm4 && truthy(given):
		id = given
	default:
		if text, ok := given.(string); ok && form != shownForm4 {
			id = text
		}
	}
	role := valueOf(o, "role")
	if role == "tool" && form != shownForm5 && form != shownForm6 {
		role = "assistant"
	}
	m := js.Obj("id", id, "role", role, "createdAt", iso(at))
	if form == olderForm || form == modelForm4 || form == shownForm4 {
		m.Set("threadId", threadID).Set("resourceId", resourceID).Set("content", content)
		return &chatMessage{Object: m}, nil
	}
	m.Set("content", content).Set("threadId", threadID).Set("resourceId", resourceID)
	return &chatMessage{Object: m, placed: true}, nil
}

// knownRole refuses the roles that older forms do not have.
func knownRole(o *js.Object) error {
	switch o.Str("role") {
	case "assistant", "tool", "user", "system":
		return nil
	}
	return said("BUG: add handling for message role %s in message %s", roleOf(o), js.Indent(o))
}

func roleOf(o *js.Object) string {
	if role, ok := o.Lookup("role"); ok {
		if text, ok := role.(string); ok {
			return text
		}
		return js.String(role)
	}
	return "undefined"
}

// hydrated fills in what a message of format 2 lacks.
func (l *chat) hydrated(o *js.Object, from origin) *js.Object {
	m := o.Clone()
	content := o.Obj("content").Clone()
	m.Set("content", content)
	content.Set("parts", js.Array(objectsOf(content.Get("parts"))))
	if !truthy(m.Get("id")) {
		m.Set("id", newID())
	}
	at, given := dateOf(m.Get("createdAt"))
	if !given {
		at = l.time(from, nil)
	}
	m.Set("createdAt", iso(at))
	fillCalls(content)
	if l.threadID != "" {
		for _, own := range [][2]string{{"threadId", l.threadID}, {"resourceId", l.resourceID}} {
			if m.Str(own[0]) == "" && own[1] != "" {
				m.Set(own[0], own[1])
			}
		}
	}
	if from != fromMemory {
		stampParts(content)
	}
	return m
}

// fillCalls takes the arguments that the older list of calls lacks from the
// parts.
func fillCalls(content *js.Object) {
	list := objectsOf(content.Get("toolInvocations"))
	for i, call := range list {
		if call.Obj("args").Len() > 0 {
			continue
		}
		for _, part := range objectsOf(content.Get("parts")) {
			if own := part.Obj("toolInvocation"); own.Str("toolCallId") == call.Str("toolCallId") && own.Obj("args").Len() > 0 {
				list[i] = call.Clone().Set("args", own.Get("args"))
				break
			}
		}
	}
	if len(list) > 0 {
		content.Set("toolInvocations", js.Array(list))
	}
}

// stampParts gives the parts that have none a creation time. Those that user
// interfaces show as they are have it there too.
func stampParts(content *js.Object) {
	for _, part := range objectsOf(content.Get("parts")) {
		if part.Get("createdAt") == nil {
			part.Set("createdAt", nowMillis())
		}
	}
}

// withoutEmptyTexts leaves out texts that are empty, unless there is nothing else.
func withoutEmptyTexts(parts []*js.Object) []*js.Object {
	empty := func(p *js.Object) bool { return p.Str("type") == "text" && p.Get("text") == "" }
	if !slices.ContainsFunc(parts, func(p *js.Object) bool { return !empty(p) }) {
		return parts
	}
	return slices.DeleteFunc(slices.Clone(parts), empty)
}

// toolNameOf is a tool's name as messages keep it.
func toolNameOf(v any) string {
	name, _ := v.(string)
	if name == "" || strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}) {
		return "unknown_tool"
	}
	return name
}
