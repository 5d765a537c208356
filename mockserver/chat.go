package mockserver

import (
	"slices"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// origin tells where a message of a conversation is from. A message can have
// several: an answer of the memory that the client's message goes on with is of
// both.
type origin uint8

const (
	fromMemory origin = 1 << iota
	fromInput
	fromResponse
	fromContext
)

// chatMessage is a message of a conversation in format 2, and where it is from.
type chatMessage struct {
	*js.Object
	origin origin
	// began is every origin that the message has ever had.
	began origin
	// placed is set where the members of the content have their places, be they
	// there or not.
	placed bool
}

func (m *chatMessage) content() *js.Object { return m.Obj("content") }

// parts are the parts that are objects; clients send others too.
func (m *chatMessage) parts() []*js.Object { return objectsOf(m.content().Get("parts")) }

func (m *chatMessage) setParts(parts []*js.Object) { m.content().Set("parts", js.Array(parts)) }

func (m *chatMessage) created() time.Time {
	at, _ := js.ParseDate(m.Str("createdAt"))
	return at
}

// isFrom tells whether the message is of one of the origins.
func (m *chatMessage) isFrom(o origin) bool { return m.origin&o != 0 }

// becomeResponse makes a message part of the answer, wherever it was from.
func (m *chatMessage) becomeResponse() {
	m.origin = m.origin&fromContext | fromResponse
	m.began |= fromResponse
}

func objectsOf(v any) []*js.Object {
	list, _ := v.([]any)
	out := make([]*js.Object, 0, len(list))
	for _, e := range list {
		if o, ok := e.(*js.Object); ok && o != nil {
			out = append(out, o)
		}
	}
	return out
}

// chat is the conversation of one run, in the order of time.
type chat struct {
	threadID, resourceID string
	list                 []*chatMessage
	// system are the system messages, tagged those that the options of the request
	// name.
	system, tagged []string
	// pending keeps tool calls without a result in the prompt.
	pending bool
	last    time.Time // no message is younger
	// newest is the time of the newest stored message: two runs may be within the
	// same millisecond here, and what is new comes after what was known.
	newest time.Time
}

func newChat(threadID, resourceID string) *chat {
	return &chat{threadID: threadID, resourceID: resourceID}
}

// of lists the messages of an origin.
func (l *chat) of(o origin) []*chatMessage {
	var out []*chatMessage
	for _, m := range l.list {
		if m.isFrom(o) {
			out = append(out, m)
		}
	}
	return out
}

// begunAs lists the messages that ever were of an origin.
func (l *chat) begunAs(o origin) []*chatMessage {
	var out []*chatMessage
	for _, m := range l.list {
		if m.began&o != 0 {
			out = append(out, m)
		}
	}
	return out
}

// byID finds a message, nil if there is none of this id.
func (l *chat) byID(id string) *chatMessage {
	for _, m := range l.list {
		if id != "" && m.Str("id") == id {
			return m
		}
	}
	return nil
}

// add adds messages of any form: a text, a message, or a list of them.
func (l *chat) add(v any, from origin) error {
	for _, e := range listOf(v) {
		for _, one := range listOf(e) {
			if text, ok := one.(string); ok {
				one = js.Obj("role", "user", "content", text)
			}
			o, ok := one.(*js.Object)
			if !ok || o == nil {
				return notIn("content", one)
			}
			if err := l.addMessage(o, from); err != nil {
				return err
			}
		}
	}
	return nil
}

// notIn is what JavaScript says of a member of something that is no object.
func notIn(key string, v any) error {
	text, ok := v.(string)
	if !ok {
		text = js.String(v)
	}
	return said("Cannot use 'in' operator to search for '%s' in %s", key, text)
}

func (l *chat) addMessage(o *js.Object, from origin) error {
	content, parts := o.Get("content"), o.Get("parts")
	if _, isText := content.(string); !isText && !truthy(content) && !truthy(parts) {
		return said("Message with role %q must have either a 'content' property (string or array) or a 'parts' property (array) that is not empty, null, or undefined. Received message: %s", o.Str("role"), js.Indent(o))
	}
	if o.Str("role") == "system" {
		if from == fromMemory {
			return nil
		}
		return l.addSystem(o)
	}
	m, err := l.stored(o, from)
	if err != nil {
		return err
	}
	l.put(m, from, true)
	return nil
}

// checkRoles refuses a conversation that no model understands.
func (l *chat) checkRoles() error {
	for _, m := range l.list {
		switch role := roleOf(m.Object); role {
		case "user", "assistant", "signal", "system":
		default:
			return said("Unsupported role: %s", role)
		}
	}
	return nil
}

// put puts a message of format 2 into the conversation. One that goes on with
// the answer before it is merged into that, if merging is wanted.
func (l *chat) put(m *chatMessage, from origin, merging bool) {
	defer l.sort()
	old := l.byID(m.Str("id"))
	if n := len(l.list); merging && n > 0 && l.list[n-1].goesOn(m, from) {
		l.list[n-1].merge(m)
		l.list[n-1].addOrigin(from)
		return
	}
	if old == nil {
		l.list = append(l.list, m)
	} else if old.key() == m.key() {
		old.addOrigin(from)
		return
	} else if merging && old.goesOn(m, from) {
		old.merge(m)
		old.addOrigin(from)
		return
	} else {
		l.list[slices.Index(l.list, old)] = m
	}
	m.addOrigin(from)
}

func (m *chatMessage) addOrigin(from origin) {
	m.began |= from
	if from == fromResponse {
		m.becomeResponse()
		return
	}
	m.origin |= from
}

// sort brings the messages into the order of time.
func (l *chat) sort() {
	for _, m := range l.list {
		if at := m.created(); at.After(l.last) {
			l.last = at
		}
	}
	slices.SortStableFunc(l.list, func(a, b *chatMessage) int { return a.created().Compare(b.created()) })
}

// time is the time of a new message: the one that is asked for, but after those
// of all others.
func (l *chat) time(from origin, asked any) time.Time {
	at, given := dateOf(asked)
	if given && at.IsZero() {
		return at
	}
	if !given {
		if at = now(); !at.After(l.newest) {
			at = l.newest.Add(time.Millisecond)
		}
	}
	if given && (l.last.IsZero() || from == fromMemory) {
		if l.last.IsZero() {
			l.last = at
		}
		return at
	}
	if !at.After(l.last) {
		at = l.last.Add(time.Millisecond)
	}
	l.last = at
	return at
}

// dateOf reads the date that a client gives to a message, and tells whether it
// gives one. One that is no date is the zero time.
func dateOf(v any) (at time.Time, given bool) {
	switch v := v.(type) {
	case string:
		at, _ = js.ParseDate(v)
	case float64:
		at = time.UnixMilli(int64(v)).UTC()
	default:
		return at, false
	}
	return at, true
}

// iso is a time as messages show it; there is none for what is no date.
func iso(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return js.ISO(at)
}

// addSystem adds a system message, unless its text is there already.
func (l *chat) addSystem(o *js.Object) error {
	text, err := systemText(o)
	if err == nil {
		l.addSystemText(text)
	}
	return err
}

func (l *chat) addSystemText(text string) {
	if !slices.Contains(l.system, text) {
		l.system = append(l.system, text)
	}
}

// systemText is the text of a system message.
func systemText(o *js.Object) (string, error) {
	form, err := formOf(o)
	if err != nil {
		return "", err
	}
	if o.Str("role") != "system" {
		if form == modelForm4 {
			return "", said(`Expected role "system" but saw %s for message %s`, roleOf(o), js.Indent(o))
		}
		return "", noSystem()
	}
	switch form {
	case storedForm:
		if text := o.Obj("content").Str("content"); text != "" {
			return text, nil
		}
	case modelForm4:
		if text, ok := o.Get("content").(string); ok {
			return text, nil
		}
		return textOfParts(js.Obj("parts", o.Get("content")), ""), nil
	case modelForm5, modelForm6:
		if text, ok := o.Get("content").(string); ok && text != "" {
			return text, nil
		}
		if text := textOfParts(js.Obj("parts", o.Get("content")), "\n"); text != "" {
			return text, nil
		}
	default:
		return "", said("Invalid system message format. System messages must be CoreMessage format with 'role' and 'content' properties. The content should be a string or valid content array.")
	}
	return "", noSystem()
}

func noSystem() error {
	return said("Invalid system message format. System messages must include 'role' and 'content' properties. The content should be a string.")
}

// isDated tells whether all messages have a date.
func (l *chat) isDated() bool {
	return !slices.ContainsFunc(l.list, func(m *chatMessage) bool { return m.Get("createdAt") == nil })
}

// clone copies the conversation.
func (l *chat) clone() *chat {
	out := *l
	out.list = make([]*chatMessage, len(l.list))
	for i, m := range l.list {
		own := *m
		own.Object, _ = js.DeepClone(m.Object).(*js.Object)
		out.list[i] = &own
	}
	return &out
}
