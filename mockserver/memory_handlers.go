package mockserver

import (
	"cmp"
	"math"
	"net/http"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// memoryOf returns the memory of the agent in the query; nil when the agent has
// none, or nobody is named.
func (c *call) memoryOf() (*Memory, error) {
	id := c.query.Str("agentId")
	a := c.srv.world.agent(id)
	switch {
	case a != nil:
		return a.Memory, nil
	case id != "":
		return nil, notFound("Agent not found")
	}
	return nil, nil
}

// needMemory is memoryOf where an agent without memory is a mistake.
func (c *call) needMemory() (*Memory, error) {
	m, err := c.memoryOf()
	if err == nil && m == nil {
		err = badRequest("Memory is not initialized")
	}
	return m, err
}

// threadFor finds a thread and checks that it belongs to the resource, if one is
// given.
func (s *Server) threadFor(id, resourceID string) (*thread, error) {
	t := s.memory.thread(id)
	switch {
	case id == "":
		return nil, missing("threadId")
	case t == nil:
		return nil, notFound("Thread not found")
	}
	return t, checkOwner(t, resourceID)
}

const foreignThread = "Access denied: thread belongs to a different resource"

func checkOwner(t *thread, resourceID string) error {
	if t != nil && resourceID != "" && t.resourceID != "" && t.resourceID != resourceID {
		return forbidden(foreignThread)
	}
	return nil
}

func (s *Server) createThread(c *call) error {
	resource := c.body.Str("resourceId")
	if resource == "" {
		return missing("resourceId")
	}
	m, err := c.needMemory()
	if err != nil {
		return err
	}
	id := cmp.Or(c.body.Str("threadId"), newID())
	at := now()
	t := thread{id: id, resourceID: resource, title: c.body.Str("title"), metadata: c.body.Obj("metadata"), created: at, updated: at}
	s.memory.saveThread(t)
	s.rememberMetadata(m, t)
	o := js.Obj("id", id, "title", t.title, "resourceId", resource, "createdAt", js.ISO(at), "updatedAt", js.ISO(at))
	if t.metadata != nil {
		o.Set("metadata", t.metadata)
	}
	return c.json(o)
}

func (s *Server) listThreads(c *call) error {
	filter := c.query.Obj("metadata")
	if err := checkMetadataFilter(filter); err != nil {
		return err
	}
	order := c.query.Obj("orderBy")
	list := s.memory.listThreads(threadQuery{
		resourceID: c.query.Str("resourceId"), metadata: filter,
		byUpdated: order.Str("field") == "updatedAt", ascending: order.Str("direction") == "ASC",
	})
	page, perPage := c.page()
	if page*perPage > maxSafe {
		return said("page value too large")
	}
	total := len(list)
	start, end := window(page, perPage, total)
	threads := []any{}
	for _, t := range list[start:end] {
		o := t.json()
		metadata := o.Get("metadata")
		threads = append(threads, o.Delete("metadata").Set("metadata", metadata))
	}
	return c.json(js.Obj("threads", threads, "total", total, "page", page, "perPage", perPage, "hasMore", end < total))
}

// page returns page and perPage of the query, which the query schema has filled
// in.
func (c *call) page() (page, perPage float64) {
	page, _ = c.query.Num("page")
	perPage, _ = c.query.Num("perPage")
	return page, perPage
}

// maxSafe is the largest integer that a JavaScript number holds exactly.
const maxSafe = 1<<53 - 1

// whole is a number that a client sent, cut to an integer that an int holds.
func whole(f float64) int { return int(max(-maxSafe, min(maxSafe, math.Trunc(f)))) }

// window is the part of a list that a page shows; pages may be far too large.
func window(page, perPage float64, total int) (start, end int) {
	from := min(page*perPage, float64(total))
	return int(from), int(min(from+perPage, float64(total)))
}

func (s *Server) getThread(c *call) error {
	t, err := s.threadFor(c.param("threadId"), c.query.Str("resourceId"))
	if err != nil {
		return err
	}
	return c.json(t.json())
}

func (s *Server) updateThread(c *call) error {
	m, err := c.needMemory()
	if err != nil {
		return err
	}
	t, err := s.threadFor(c.param("threadId"), c.body.Str("resourceId"))
	if err != nil {
		return err
	}
	if c.body.Has("title") {
		t.title = c.body.Str("title")
	}
	if c.body.Has("metadata") {
		t.metadata = c.body.Obj("metadata")
	}
	t.updated = now()
	s.memory.saveThread(*t)
	s.rememberMetadata(m, *t)
	return c.json(t.json())
}

// rememberMetadata takes over the working memory that a thread's metadata hold.
func (s *Server) rememberMetadata(m *Memory, t thread) {
	if scope, enabled := m.workingMemory(nil); enabled && scope == ScopeResource && t.metadata.Str(workingMemoryMember) != "" {
		s.memory.setWorkingMemory(t.resourceID, t.metadata.Str(workingMemoryMember))
	}
}

func (s *Server) deleteThread(c *call) error {
	if _, err := c.needMemory(); err != nil {
		return err
	}
	t, err := s.threadFor(c.param("threadId"), c.query.Str("resourceId"))
	if err != nil {
		return err
	}
	s.memory.deleteThread(t.id)
	return c.json(js.Obj("result", "Thread deleted"))
}

func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func (s *Server) deleteMessages(c *call) error {
	var ids []string
	for _, v := range listOf(c.body.Get("messageIds")) {
		switch v := v.(type) {
		case string:
			ids = append(ids, v)
		case *js.Object:
			ids = append(ids, v.Str("id"))
		}
	}
	for _, id := range s.memory.inTime(ids) {
		if err := s.checkMessageOwner(id, c.query.Str("resourceId")); err != nil {
			return err
		}
	}
	if a := s.world.agent(c.query.Str("agentId")); a != nil && a.Memory != nil && slices.Contains(ids, "") {
		return fail(http.StatusInternalServerError, "All message IDs must be non-empty strings")
	}
	s.memory.deleteMessages(ids)
	noun := "messages"
	if len(ids) == 1 {
		noun = "message"
	}
	return c.json(js.Obj("success", true, "message", js.Number(float64(len(ids)))+" "+noun+" deleted successfully"))
}

// checkMessageOwner checks that a message, if it is stored, may be deleted by the
// resource.
func (s *Server) checkMessageOwner(id, resourceID string) error {
	threadID, ok := s.memory.threadOf(id)
	if !ok {
		return nil
	}
	t := s.memory.thread(threadID)
	if t == nil {
		return forbidden("Access denied: unable to verify message thread access")
	}
	return checkOwner(t, resourceID)
}
