package mockserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

func (s *Server) saveMessages(c *call) error {
	if _, err := c.needMemory(); err != nil {
		return err
	}
	messages := c.body.Arr("messages")
	if err := s.checkOwners(messages); err != nil {
		return err
	}
	var list []savedMessage
	for _, v := range messages {
		o, _ := v.(*js.Object)
		o = withoutWorkingMemory(o)
		if content := o.Obj("content"); o.Str("role") == "system" || isFormatted(content) && isEmptyList(content.Get("parts")) {
			continue // the server does not keep it
		}
		m, shown, err := messageFromClient(o)
		if err != nil {
			return err
		}
		// Of several with one id the last is kept, unless it says the same.
		i := slices.IndexFunc(list, func(other savedMessage) bool { return other.id == m.id })
		switch {
		case i < 0:
			list = append(list, savedMessage{m, shown})
		case js.String(list[i].content) != js.String(m.content):
			list[i] = savedMessage{m, shown}
		}
	}
	slices.SortStableFunc(list, func(a, b savedMessage) int { return a.created.Compare(b.created) })
	stored, answers := make([]storedMessage, len(list)), make([]any, len(list))
	for i, m := range list {
		if err := checkStorable(m.shown); err != nil {
			return err
		}
		stored[i], answers[i] = m.storedMessage, m.shown
	}
	s.memory.saveMessages(stored)
	return c.json(js.Obj("messages", answers))
}

// withoutWorkingMemory is a message as it is kept: without what the model has said of its
// working memory, and without the spaces around texts.
func withoutWorkingMemory(message *js.Object) *js.Object {
	content := message.Obj("content")
	if content == nil {
		return message
	}
	content = content.Clone()
	if text := content.Str("content"); text != "" {
		content.Set("content", keptText(text))
	}
	if parts, ok := content.Get("parts").([]any); ok {
		kept := []any{}
		for _, part := range parts {
			switch p, _ := part.(*js.Object); {
			case p.Str("type") == "tool-invocation" && p.Obj("toolInvocation").Str("toolName") == "updateWorkingMemory":
			case p.Str("type") == "text":
				kept = append(kept, p.Clone().Set("text", keptText(p.Str("text"))))
			default:
				kept = append(kept, part)
			}
		}
		content.Set("parts", kept)
	}
	return message.Clone().Set("content", content)
}

// keptText is a text without working memory.
func keptText(text string) string {
	const start, end = "<working_memory>", "</working_memory>"
	for from := 0; ; {
		i := strings.Index(text[from:], start)
		if i < 0 {
			break
		}
		i += from
		j := strings.Index(text[i+len(start):], end)
		if j < 0 {
			break
		}
		from = i
		text = text[:i] + text[i+len(start)+j+len(end):]
	}
	return strings.TrimSpace(text)
}

// savedMessage is a message that is to be saved, and what the answer shows of it.
type savedMessage struct {
	storedMessage
	shown *js.Object
}

func isEmptyList(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 0
}

// checkOwners checks that every message says whose it is, and that the threads are
// not those of others.
func (s *Server) checkOwners(messages []any) error {
	owners, incomplete := map[string]any{}, 0
	for _, v := range messages {
		if v == nil {
			return said("Cannot read properties of null (reading 'threadId')")
		}
		o, _ := v.(*js.Object)
		threadID, resource := o.Get("threadId"), o.Get("resourceId")
		if !truthy(threadID) || !truthy(resource) {
			incomplete++
			continue
		}
		key := js.String(threadID)
		if owner, ok := owners[key]; ok && js.String(owner) != js.String(resource) {
			return badRequest("All messages for the same threadId must use the same resourceId.")
		}
		owners[key] = resource
	}
	if incomplete > 0 {
		return badRequest("All messages must have threadId and resourceId fields. Found %d invalid message(s).", incomplete)
	}
	for _, v := range messages {
		o, _ := v.(*js.Object)
		threadID := o.Get("threadId")
		if !isScalar(threadID) {
			return errBind
		}
		if t := s.memory.thread(columnText(threadID)); t != nil && t.resourceID != o.Get("resourceId") {
			return forbidden(foreignThread)
		}
	}
	return nil
}

var (
	errBind      = said("SQLite3 can only bind numbers, strings, bigints, buffers, and null")
	errUndefined = said("undefined cannot be passed as argument to the database")
)

func isScalar(v any) bool {
	switch v.(type) {
	case *js.Object, []any:
		return false
	}
	return true
}

// checkStorable rejects values that a column of the database does not take.
func checkStorable(shown *js.Object) error {
	for _, key := range []string{"id", "role", "type", "resourceId"} {
		if !isScalar(shown.Get(key)) {
			return errBind
		}
	}
	switch role, ok := shown.Lookup("role"); {
	case !ok:
		return errUndefined
	case role == nil:
		return said("SQLITE_CONSTRAINT: SQLITE_CONSTRAINT: NOT NULL constraint failed: mastra_messages.role")
	}
	return nil
}

// columnText is a value in a column of text: a number has a fraction there.
func columnText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return columnText(js.ToNumber(v))
	case float64:
		text := js.Number(v)
		if v == float64(int64(v)) {
			text += ".0"
		}
		return text
	}
	return ""
}

const dataFormat = 2

func isFormatted(content *js.Object) bool {
	format, _ := content.Num("format")
	return format == dataFormat
}

// messageFromClient turns a message that a client saves, of format 1 or 2, into
// a stored one, and into what the answer shows of it.
func messageFromClient(o *js.Object) (m storedMessage, shown *js.Object, err error) {
	id := o.Get("id")
	if !truthy(id) {
		id = newID()
	}
	m = storedMessage{
		id: columnText(id), role: columnText(o.Get("role")),
		threadID: columnText(o.Get("threadId")), resourceID: columnText(o.Get("resourceId")), created: now(),
	}
	if at := o.Get("createdAt"); truthy(at) {
		var ok bool
		if m.created, ok = js.ToDate(at); !ok {
			return m, nil, said("Invalid time value")
		}
	}
	complete := o.Clone().Set("id", id).Set("createdAt", js.ISO(m.created))
	given := o.Get("content")
	if isFormatted(o.Obj("content")) {
		m.content = o.Obj("content").Clone().Set("parts", cleanParts(o.Obj("content").Get("parts")))
		// "v2" is how the store marks the format, and is not given back.
		if kind := o.Get("type"); truthy(kind) && kind != "v2" {
			m.kind = columnText(kind)
		}
		return m, complete.Set("content", m.content), nil
	}
	if given != "" && !truthy(given) && len(o.Arr("parts")) == 0 {
		return m, nil, said("Message with role %q must have either a 'content' property (string or array) or a 'parts' property (array) that is not empty, null, or undefined. Received message: %s", m.role, js.Indent(complete))
	}
	switch given.(type) {
	case float64, bool:
		if truthy(given) {
			return m, nil, said("Cannot use 'in' operator to search for 'format' in %s", js.String(given))
		}
	}
	switch m.role {
	case "user", "assistant", "system":
	case "tool":
		m.role = "assistant"
	default:
		role := m.role
		if !o.Has("role") {
			role = "undefined"
		}
		return m, nil, fmt.Errorf("BUG: add handling for message role %s in message %s", role,
			js.Indent(js.Obj("content", valueOf(o, "content"), "role", valueOf(o, "role"))))
	}
	if list, _ := given.([]any); slices.Contains(list, nil) {
		return m, nil, said("Cannot read properties of null (reading 'type')")
	}
	m.content = newChat("", "").contentOf4(o, olderForm)
	return m, js.Obj("id", id, "role", m.role, "createdAt", js.ISO(m.created), "threadId", o.Get("threadId"),
		"resourceId", o.Get("resourceId"), "content", m.content), nil
}

// cleanParts are the parts of a message of format 2 that are objects; texts have a text.
func cleanParts(v any) []any {
	list, _ := v.([]any)
	out := []any{}
	for _, e := range list {
		part, ok := e.(*js.Object)
		if !ok {
			continue
		}
		if part.Str("type") == "text" && !part.Has("text") {
			part = part.Clone().Set("text", "")
		}
		out = append(out, part)
	}
	return out
}
