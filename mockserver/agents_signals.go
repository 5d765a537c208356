package mockserver

import (
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// signal is what is sent to an agent on a thread: a user's message, or an event
// that it is told of.
type signal struct {
	id, kind, tag        string
	contents             any // a text, or a list of parts
	attributes, metadata *js.Object
	accepted             time.Time
	named                bool // its tag is not that of its kind
	own                  bool // the client has given the id
	late                 bool // its attributes are those of what becomes of it

	requestContext *js.Object // of the run that it starts
}

// signalKinds are the kinds by the names that clients use, and their tags.
func signalKind(name string) (kind, tag string) {
	switch name {
	case "user", "user-message":
		return "user", "user"
	case "reactive", "system-reminder":
		return "reactive", "system-reminder"
	}
	return name, name
}

// newSignal makes a signal of what a client sent.
func (c *call) newSignal(v any, name string) *signal {
	o, _ := v.(*js.Object)
	if o == nil {
		o = js.Obj("contents", v)
	}
	s := &signal{id: o.Str("id"), contents: o.Get("contents"), attributes: o.Obj("attributes"), metadata: o.Obj("metadata"), accepted: now(),
		requestContext: c.idleContext()}
	s.kind, s.tag = signalKind(name)
	if tag := o.Str("tagName"); tag != "" {
		s.tag, s.named = tag, true
	}
	if s.own = s.id != ""; !s.own {
		s.id = newID()
	}
	return s
}

// idleContext is the request context of a run that is started on an idle thread:
// the request's, and what it lacks of the one for the run.
func (c *call) idleContext() *js.Object {
	own := c.body.Obj("ifIdle").Obj("streamOptions").Obj("requestContext")
	return own.Without(reservedContextKeys...).Merge(c.requestContext)
}

// extras are the members that not every signal has.
func (s *signal) extras(o *js.Object) *js.Object {
	if s.attributes != nil {
		o.Set("attributes", s.attributes)
	}
	if s.metadata != nil {
		o.Set("metadata", s.metadata)
	}
	return o
}

// json is the signal as a receipt shows it; the order tells how it was sent.
func (s *signal) json(op string) *js.Object {
	o := js.Obj("contents", s.contents)
	if op == "AgentSendSignal" {
		o = js.Obj()
		if s.metadata != nil {
			o.Set("metadata", s.metadata)
		}
		if s.attributes != nil && !s.late {
			o.Set("attributes", s.attributes)
		}
		if s.own {
			o.Set("id", s.id)
		}
		if s.named {
			o.Set("tagName", s.tag)
		}
		o.Set("contents", s.contents)
	} else if s.late {
		(&signal{metadata: s.metadata}).extras(o)
	} else {
		s.extras(o)
	}
	id := func() { o.Set("id", s.id).Set("acceptedAt", js.ISO(s.accepted)) }
	switch op {
	case "AgentSendMessage":
		o.Set("type", s.kind).Set("tagName", s.tag)
		id()
	case "AgentQueueMessage":
		id()
		o.Set("type", s.kind).Set("tagName", s.tag)
	default:
		o.Set("type", s.kind)
		id()
		o.Set("tagName", s.tag)
	}
	o.Set("createdAt", js.ISO(s.accepted)).Set("__isCreatedSignal", true)
	return s.extras(o)
}

// message is the signal as a message of the conversation.
func (s *signal) message(at time.Time, threadID, resourceID string) *js.Object {
	stamped := float64(at.UnixMilli())
	content := js.Obj("format", 2, "parts", []any{js.Obj("type", "text", "text", s.contents, "createdAt", stamped)})
	if list, ok := s.contents.([]any); ok {
		content = js.Obj("format", 2, "parts", signalContents(list, stamped))
	}
	note := s.extras(js.Obj("id", s.id, "type", s.kind, "tagName", s.tag, "createdAt", js.ISO(at), "acceptedAt", js.ISO(s.accepted)))
	return js.Obj("id", s.id, "content", content.Set("metadata", js.Obj("signal", note)), "role", "signal", "createdAt", js.ISO(at),
		"threadId", threadID, "resourceId", resourceID, "type", s.tag)
}

// chunk is the signal as streams tell of it.
func (s *signal) chunk(at time.Time) *js.Object {
	kind := "data-signal"
	if s.kind == "user" {
		kind = "data-user-message"
	}
	data := s.extras(js.Obj("id", s.id, "type", s.kind, "tagName", s.tag, "contents", s.contents, "createdAt", js.ISO(at), "acceptedAt", js.ISO(s.accepted)))
	return js.Obj("type", kind, "data", data, "transient", true)
}

// inTag writes a text within a tag.
var inTag = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// signalKindOf is the kind of the signal that a message is.
func signalKindOf(m *chatMessage) string {
	if kind, ok := m.content().Obj("metadata").Obj("signal").Get("type").(string); ok {
		return kind
	}
	return m.Str("type")
}

// signalPart is a signal as user interfaces show it.
func signalPart(m *chatMessage) *js.Object {
	note := m.content().Obj("metadata").Obj("signal")
	kind := "data-signal"
	if signalKindOf(m) == "user" {
		kind = "data-user-message"
	}
	data := js.Obj("id", firstOf(note, "id"), "type", signalKindOf(m), "tagName", firstOf(note, "tagName"), "contents", textOfParts(m.content(), "\n"),
		"createdAt", firstOf(note, "createdAt"), "acceptedAt", firstOf(note, "acceptedAt"))
	for _, key := range []string{"attributes", "metadata"} {
		if o := note.Obj(key); o.Len() > 0 {
			data.Set(key, o)
		}
	}
	return js.Obj("type", kind, "data", data)
}

// signalParts are what the model sees of a signal: a user's words as they are,
// other signals within their tag.
func signalParts(m *chatMessage) []*js.Object {
	note := m.content().Obj("metadata").Obj("signal")
	attributes := note.Obj("attributes")
	at := nowMillis()
	tag := note.Str("tagName")
	if tag == "user" && attributes.Len() == 0 {
		parts := m.parts()
		for i, p := range parts {
			parts[i] = p.Clone().Set("createdAt", at)
		}
		return parts
	}
	open := "<" + tag
	for _, a := range attributes.Members() {
		if a.Value == nil {
			continue
		}
		value, ok := a.Value.(string)
		if !ok {
			value = js.String(a.Value)
		}
		open += " " + a.Key + `="` + inTag.Replace(value) + `"`
	}
	text := open + ">" + textOfParts(m.content(), "\n") + "</" + tag + ">"
	return []*js.Object{js.Obj("type", "text", "text", text, "createdAt", at)}
}

// signalContents are a signal's contents as parts of its message.
func signalContents(list []any, at float64) []any {
	out := []any{}
	for _, part := range objectsOf(list) {
		name := valueOf(part, "filename")
		switch part.Str("type") {
		case "image":
			part = js.Obj("type", "file", "data", valueOf(part, "image"), "mimeType", firstOf(part, "mediaType", "mimeType"))
		case "file":
			part = js.Obj("type", "file", "data", firstOf(part, "data", "url"), "mimeType", firstOf(part, "mediaType", "mimeType"))
		}
		out = append(out, part.Clone().Set("filename", name).Set("createdAt", at))
	}
	return out
}

// isReminder tells whether a message reminds the agent of something; lists of
// messages count those and do not show them.
func (m storedMessage) isReminder() bool {
	metadata := m.content.Obj("metadata")
	switch m.role {
	case "signal":
		kind := metadata.Obj("signal").Str("type")
		return kind == "reactive" || kind == "system-reminder"
	case "user":
		if metadata.Obj("systemReminder") != nil || metadata.Has(legacyReminder) {
			return true
		}
		for _, part := range m.content.Arr("parts") {
			if p, _ := part.(*js.Object); p.Str("type") == "text" {
				return strings.HasPrefix(p.Str("text"), "<system-reminder")
			}
		}
	}
	return false
}

// legacyReminder marks the reminders of older servers.
const legacyReminder = "dynamicAgentsMdReminder"

// takeSignals puts signals into the conversation and tells of them.
func (r *agentRun) takeSignals(list []*signal) {
	for _, s := range list {
		at := r.messages.time(fromInput, nil)
		r.messages.put(&chatMessage{Object: s.message(at, r.threadID, r.resourceID)}, fromInput, true)
		r.send(s.chunk(at))
	}
}

// interrupt lets the run go on with the signals that have arrived. It tells
// whether there were any.
func (r *agentRun) interrupt(step *agentStep) bool {
	list := r.active.take(!step.continued)
	if len(list) == 0 {
		return false
	}
	if !step.continued {
		step.reason, step.continued = "other", true
	}
	r.seal()
	r.takeSignals(list)
	r.resumed = true
	return true
}

func (s *Server) sendMessage(c *call) error {
	return c.deliver(c.newSignal(c.body.Get("message"), "user"))
}

func (s *Server) sendSignal(c *call) error {
	o := c.body.Obj("signal")
	return c.deliver(c.newSignal(o, o.Str("type")))
}

// deliver hands a signal to the active run of a thread, or starts one.
func (c *call) deliver(sig *signal) error {
	key, err := c.threadKey()
	if err != nil {
		return err
	}
	a, _ := c.agent()
	h := c.srv.agents.threads
	h.mu.Lock()
	run, key := h.target(key, c.body.Str("runId"))
	if key.resource == "" || key.thread == "" {
		h.mu.Unlock()
		return said("No active agent run found for signal target")
	}
	start, runID, persist := func() {}, "", false
	takes := run != nil && run.agentID == a.ID && !run.closing
	behaviour := c.body.Obj("ifIdle")
	if takes {
		behaviour = c.body.Obj("ifActive")
	}
	if attributes := behaviour.Obj("attributes"); attributes != nil {
		sig.late = sig.attributes == nil
		sig.attributes = js.Obj().Merge(sig.attributes, attributes)
	}
	switch behaviour.Str("behavior") {
	case "discard":
		runID = sig.id
	case "persist":
		runID, persist = sig.id, c.srv.memory.thread(key.thread) != nil
	default:
		switch queued := (queuedSignal{agent: a, runID: newID(), signal: sig, options: c.idleOptions(sig)}); {
		case takes:
			runID = run.runID
			run.signals = append(run.signals, sig)
		case run != nil:
			runID = queued.runID
			h.waiting[key] = append(h.waiting[key], queued)
		default:
			runID = queued.runID
			start = h.wake(c.srv, key, queued)
		}
	}
	h.mu.Unlock()
	if persist {
		c.persist(a, sig, key)
	}
	start()
	return c.receipt(runID, sig)
}

// target finds the active run that is meant, by the thread or by its id, and its
// thread; nil and the thread that was asked for where there is none.
func (h *threadHub) target(key threadKey, runID string) (*activeRun, threadKey) {
	if key.thread != "" && key.resource != "" {
		return h.active[key], key
	}
	for _, run := range h.active {
		if runID != "" && run.runID == runID {
			return run, run.key
		}
	}
	return nil, key
}

// queueMessage starts a run of its own, after the active one.
func (s *Server) queueMessage(c *call) error {
	key, err := c.threadKey()
	if err != nil {
		return err
	}
	a, _ := c.agent()
	sig := c.newSignal(c.body.Get("message"), "user")
	queued := queuedSignal{agent: a, runID: newID(), signal: sig, options: c.idleOptions(sig)}
	h := s.agents.threads
	h.mu.Lock()
	run, key := h.target(key, c.body.Str("runId"))
	if key.resource == "" || key.thread == "" {
		h.mu.Unlock()
		return said("resourceId and threadId are required to queue a message")
	}
	start := func() {}
	if run != nil {
		h.waiting[key] = append(h.waiting[key], queued)
	} else {
		start = h.wake(s, key, queued)
	}
	h.mu.Unlock()
	start()
	return c.receipt(queued.runID, queued.signal)
}

// persist keeps a signal in memory, for later runs.
func (c *call) persist(a *Agent, sig *signal, key threadKey) {
	r := &agentRun{srv: c.srv, agent: a, tools: a, threadID: key.thread, resourceID: key.resource}
	r.converse()
	m := &chatMessage{Object: sig.message(r.messages.time(fromInput, nil), key.thread, key.resource)}
	for _, part := range m.parts() {
		part.Delete("createdAt")
	}
	r.messages.put(m, fromInput, true)
	r.saveMemory()
}

func (c *call) receipt(runID string, sig *signal) error {
	return c.json(js.Obj("accepted", true, "runId", js.Opt(runID), "signal", sig.json(c.route.op)))
}

// sendToolApproval decides on a call that a run on a thread waits for; what
// follows is told to those who follow the thread.
func (s *Server) sendToolApproval(c *call) error {
	key, err := c.threadKey()
	if err != nil {
		return err
	}
	a, _ := c.agent()
	callID := c.body.Str("toolCallId")
	if callID == "" {
		return badRequest("Tool call id is required")
	}
	if messages := c.body.Get("messages"); messages != nil && c.body.Bool("approved") {
		return c.continueWith(a, key, messages)
	}
	kept := s.agents.takeOnThread(a.ID, key, callID)
	if kept == nil {
		return said("Agent %q sendToolApproval() could not find an active or suspended run for thread %q. The run may have already completed or been resumed.", a.ID, key.thread)
	}
	var data any = js.Obj("approved", c.body.Bool("approved"))
	if v := valueOf(c.body, "resumeData"); v != js.Undefined {
		data = v
	}
	s.goOn(a, kept, data, c.optionsIn(c.body.Obj("streamOptions"), c.requestContext))
	return c.json(js.Obj("accepted", true, "runId", kept.runID, "toolCallId", callID))
}

// continueWith starts a run of messages on a thread, once it is idle.
func (c *call) continueWith(a *Agent, key threadKey, messages any) error {
	next := queuedSignal{agent: a, runID: newID(), messages: messages, options: c.optionsIn(c.body.Obj("streamOptions"), c.requestContext),
		recall: c.body.Obj("streamOptions").Obj("memory").Obj("options")}
	h := c.srv.agents.threads
	h.mu.Lock()
	start := func() {}
	if h.active[key] != nil {
		h.waiting[key] = append(h.waiting[key], next)
	} else {
		start = h.wake(c.srv, key, next)
	}
	h.mu.Unlock()
	start()
	return c.json(js.Obj("accepted", true, "runId", next.runID, "toolCallId", c.body.Str("toolCallId")))
}

// idleOptions are those of a run that a signal starts.
func (c *call) idleOptions(sig *signal) runOptions {
	return c.optionsIn(c.body.Obj("ifIdle").Obj("streamOptions"), sig.requestContext)
}

// optionsIn are the options of a run that stand in a part of the body.
func (c *call) optionsIn(part, requestContext *js.Object) runOptions {
	inner := &call{srv: c.srv, body: part, requestContext: requestContext}
	if part == nil {
		inner.body = js.Obj()
	}
	return inner.runOptions()
}

// takeOnThread takes the suspended run of a thread that waits for a call.
func (a *agentRuns) takeOnThread(agentID string, key threadKey, callID string) *suspendedRun {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, run := range a.suspended {
		if run.agentID == agentID && run.threadID == key.thread && run.resourceID == key.resource && run.pending.call.id == callID {
			delete(a.suspended, id)
			return run
		}
	}
	return nil
}
