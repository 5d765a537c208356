package mockserver

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// cloneThread copies a thread with its messages, which get new ids.
func (s *Server) cloneThread(c *call) error {
	m, err := c.needMemory()
	if err != nil {
		return err
	}
	source := s.memory.thread(c.param("threadId"))
	if source == nil {
		return notFound("Source thread not found")
	}
	if err := checkOwner(source, c.body.Str("resourceId")); err != nil {
		return err
	}
	id := cmp.Or(c.body.Str("newThreadId"), newID())
	resource := cmp.Or(c.body.Str("resourceId"), source.resourceID)
	if s.memory.thread(id) != nil {
		return said("Thread with id %s already exists", id)
	}
	title := c.body.Str("title")
	if title == "" && source.title != "" {
		title = "Clone of " + source.title
	}
	if n, _ := c.body.Obj("options").Num("messageLimit"); n != math.Trunc(n) {
		return errMismatch
	}
	messages := s.clonedFrom(source.id, c.body.Obj("options"))
	at := now()
	origin := js.Obj("sourceThreadId", source.id, "clonedAt", js.ISO(at))
	if n := len(messages); n > 0 {
		origin.Set("lastMessageId", messages[n-1].id)
	}
	clone := thread{id: id, resourceID: resource, title: title, created: at, updated: at,
		metadata: js.Obj().Merge(c.body.Obj("metadata")).Set("clone", origin)}
	ids := js.Obj()
	for i := range messages {
		msg := &messages[i]
		old := msg.id
		msg.id, msg.threadID, msg.resourceID = newID(), id, resource
		ids.Set(old, msg.id)
	}
	s.memory.saveMessages(messages)
	s.memory.saveThread(clone)
	shown := []any{}
	for _, msg := range s.memory.messagesOf(id, func(m storedMessage) bool { return m.resourceID == resource }) {
		shown = append(shown, msg.json())
	}
	answer := js.Obj("thread", clone.json(), "messageIdMap", ids, "clonedMessages", shown)
	if scope, enabled := m.workingMemory(nil); enabled && scope != ScopeResource && source.metadata.Has(workingMemoryMember) {
		clone.metadata = clone.metadata.Clone().Set(workingMemoryMember, source.metadata.Get(workingMemoryMember))
		s.memory.saveThread(clone)
	}
	return c.json(answer)
}

// clonedFrom are the messages that the options select, in order.
func (s *Server) clonedFrom(threadID string, options *js.Object) []storedMessage {
	filter := options.Obj("messageFilter")
	start, hasStart := filter.Get("startDate").(time.Time)
	end, hasEnd := filter.Get("endDate").(time.Time)
	ids := filter.Arr("messageIds")
	list := s.memory.messagesOf(threadID, func(m storedMessage) bool {
		return !(hasStart && m.created.Before(start)) && !(hasEnd && m.created.After(end)) &&
			(len(ids) == 0 || slices.Contains(ids, any(m.id)))
	})
	if n, ok := options.Num("messageLimit"); ok && n > 0 {
		list = newest(list, whole(n))
	}
	return list
}

const transferForbidden = "Thread transfer requires explicit authorization. Configure an FGA provider (memory:write) to authorize privileged, non-resource-scoped transfers."

// transferThread gives a thread with its messages to another resource.
func (s *Server) transferThread(c *call) error {
	if s.config.token != nil {
		return forbidden(transferForbidden)
	}
	t := s.memory.thread(c.param("threadId"))
	if t == nil {
		return notFound("Thread not found")
	}
	resource := c.body.Str("resourceId")
	a := s.world.agent(c.query.Str("agentId"))
	if a != nil && a.Memory != nil && t.resourceID == resource {
		return c.json(t.json())
	}
	if t.resourceID != resource {
		t = s.memory.transfer(t.id, resource)
	}
	answer := t.json()
	if t.metadata != nil { // the store answers without them, and keeps them
		answer.Set("metadata", js.Obj())
	}
	return c.json(answer)
}

// transfer changes the owner of a thread and of its messages.
func (m *memoryStore) transfer(id, resource string) *thread {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := *m.threads[id]
	t.resourceID, t.updated = resource, now()
	m.touch(&t)
	m.threads[id] = &t
	for key, msg := range m.messages {
		if msg.threadID == id {
			moved := *msg
			moved.resourceID = resource
			m.messages[key] = &moved
		}
	}
	shown := t
	return &shown
}
