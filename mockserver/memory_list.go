package mockserver

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

func (s *Server) listMessages(c *call) error {
	resource := c.query.Str("resourceId")
	t, err := s.threadFor(c.param("threadId"), resource)
	if err != nil {
		return err
	}
	if strings.TrimSpace(t.id) == "" {
		return said("threadId must be a non-empty string or array of non-empty strings")
	}
	filter := c.query.Obj("filter")
	l := messagePage{direction: c.query.Obj("orderBy").Str("direction")}
	l.page, l.perPage = c.page()
	if l.perPage > 0 {
		inRange := dateRange(filter.Obj("dateRange"))
		l.messages = s.memory.messagesOf(t.id, func(m storedMessage) bool {
			return inRange(m) && (resource == "" || m.resourceID == resource) && m.hasMetadata(filter.Obj("metadata"))
		})
	}
	if l.perPage > 0 && l.page*l.perPage > math.MaxInt64 {
		return errMismatch
	}
	l.total = len(l.messages)
	if a := s.world.agent(c.query.Str("agentId")); a != nil && a.Memory != nil {
		l.recall(c.query.Obj("orderBy") == nil, c.query.Bool("includeSystemReminders"))
	} else if err := l.fetch(s.memory, t.id, resource, c.query.Arr("include")); err != nil {
		return err
	}
	out := []any{}
	for _, m := range l.messages {
		out = append(out, m.json())
	}
	return c.json(js.Obj("messages", out, "total", l.total, "page", l.page, "perPage", l.perPage, "hasMore", l.more, "uiMessages", nil))
}

// messagePage is a page of messages on its way to the client.
type messagePage struct {
	page, perPage float64
	direction     string // ASC, DESC or empty
	messages      []storedMessage
	total         int
	more          bool
}

// recall is what an agent's memory shows: page 0 holds the newest messages unless
// an order was asked for, and every page is in ascending order.
func (l *messagePage) recall(newestFirst, reminders bool) {
	start, end := window(l.page, l.perPage, l.total)
	if newestFirst || l.direction == "DESC" {
		start, end = l.total-end, l.total-start
	}
	l.more = (l.page+1)*l.perPage < float64(l.total)
	l.messages = slices.DeleteFunc(l.messages[start:end], func(m storedMessage) bool { return m.isReminder() && !reminders })
}

// fetch is what the storage shows where no memory is asked: a page, and around it
// the messages that are to be included.
func (l *messagePage) fetch(store *memoryStore, threadID, resourceID string, include []any) error {
	inOrder := func(a, b storedMessage) int {
		if l.direction == "DESC" {
			a, b = b, a
		}
		return a.created.Compare(b.created)
	}
	slices.SortStableFunc(l.messages, inOrder)
	start, end := window(l.page, l.perPage, l.total)
	l.messages = slices.Clone(l.messages[start:end])
	included, err := store.around(include, resourceID)
	if err != nil {
		return err
	}
	for _, m := range included {
		if !slices.ContainsFunc(l.messages, func(shown storedMessage) bool { return shown.id == m.id }) {
			l.messages = append(l.messages, m)
		}
	}
	slices.SortStableFunc(l.messages, inOrder)
	ofThread := 0
	for _, m := range l.messages {
		if m.threadID == threadID {
			ofThread++
		}
	}
	l.more = ofThread < l.total && (l.page+1)*l.perPage < float64(l.total)
	return nil
}

// around lists messages by their ids, each with those before and after it in its
// thread.
func (m *memoryStore) around(include []any, resourceID string) ([]storedMessage, error) {
	var out []storedMessage
	for _, v := range include {
		o, _ := v.(*js.Object)
		threadID, ok := m.threadOf(o.Str("id"))
		if !ok {
			continue
		}
		list := m.messagesOf(threadID, func(msg storedMessage) bool { return resourceID == "" || msg.resourceID == resourceID })
		at := slices.IndexFunc(list, func(msg storedMessage) bool { return msg.id == o.Str("id") })
		if at < 0 {
			continue
		}
		before, _ := o.Num("withPreviousMessages")
		after, _ := o.Num("withNextMessages")
		if before != math.Trunc(before) || after > 0 && after != math.Trunc(after) {
			return nil, errMismatch
		}
		first := at + 1 - whole(before+1)
		if before < -1 { // a negative limit is none
			first = 0
		}
		last := at + 1 + whole(max(0, after))
		out = append(out, list[min(max(0, first), at+1):min(len(list), last)]...)
	}
	return out, nil
}

// isMetadataKey tells whether messages can be searched by a member of their metadata.
func isMetadataKey(key string) bool {
	return len(key) <= longestMetadataKey && metadataKey.MatchString(key) && !slices.Contains(disallowedKeys, key)
}

// hasMetadata tells whether the message's metadata hold these very values.
func (m storedMessage) hasMetadata(want *js.Object) bool {
	have := m.content.Obj("metadata")
	for _, w := range want.Members() {
		if v, ok := have.Lookup(w.Key); !ok || v != w.Value {
			return false
		}
	}
	return true
}

// dateRange makes a filter of a range of creation times.
func dateRange(r *js.Object) func(storedMessage) bool {
	start, hasStart := r.Get("start").(time.Time)
	end, hasEnd := r.Get("end").(time.Time)
	return func(m storedMessage) bool {
		if hasStart && (m.created.Before(start) || r.Bool("startExclusive") && m.created.Equal(start)) {
			return false
		}
		return !hasEnd || !(m.created.After(end) || r.Bool("endExclusive") && m.created.Equal(end))
	}
}
