package mockserver

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// memoryOf returns the memory of the agent in the query; nil when the agent has
// none.
func (c *call) memoryOf() (*Memory, error) {
	a := c.srv.world.agent(c.query.Str("agentId"))
	if a == nil {
		return nil, notFound("Agent not found")
	}
	return a.Memory, nil
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
	if t == nil {
		return nil, notFound("Thread not found")
	}
	return t, checkOwner(t, resourceID)
}

func checkOwner(t *thread, resourceID string) error {
	if t != nil && resourceID != "" && t.resourceID != "" && t.resourceID != resourceID {
		return fail(http.StatusForbidden, "Access denied: thread belongs to a different resource")
	}
	return nil
}

func (s *Server) createThread(c *call) error {
	resource := c.body.Str("resourceId")
	if resource == "" {
		return missing("resourceId")
	}
	if _, err := c.needMemory(); err != nil {
		return err
	}
	id := c.body.Str("threadId")
	if !c.body.Has("threadId") {
		id = newID()
	}
	at := now()
	t := thread{id: id, resourceID: resource, title: c.body.Str("title"), metadata: c.body.Obj("metadata"), created: at, updated: at}
	s.memory.saveThread(t)
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
	if c.query.Str("agentId") != "" {
		if _, err := c.needMemory(); err != nil {
			return err
		}
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
	return c.json(t.json())
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

func (s *Server) listMessages(c *call) error {
	t, err := s.threadFor(c.param("threadId"), c.query.Str("resourceId"))
	if err != nil {
		return err
	}
	page, perPage := c.page()
	answer := func(messages []any, total int, hasMore bool) error {
		return c.json(js.Obj("messages", messages, "total", total, "page", page, "perPage", perPage, "hasMore", hasMore, "uiMessages", nil))
	}
	if perPage == 0 {
		return answer([]any{}, 0, false)
	}
	list := s.memory.messagesOf(t.id, dateRange(c.query.Obj("filter").Obj("dateRange")))
	total := len(list)
	start, end := window(page, perPage, total)
	direction := c.query.Obj("orderBy").Str("direction")
	if a := s.world.agent(c.query.Str("agentId")); a != nil && a.Memory != nil {
		// Page 0 holds the newest messages, and every page is in ascending order.
		if direction != "ASC" {
			start, end = total-end, total-start
		}
	} else if direction == "DESC" {
		slices.Reverse(list)
	}
	out := []any{}
	for _, m := range list[start:end] {
		if !m.isReminder() || c.query.Bool("includeSystemReminders") {
			out = append(out, m.json())
		}
	}
	return answer(out, total, (page+1)*perPage < float64(total))
}

// dateRange makes a filter of a range of creation times.
func dateRange(r *js.Object) func(storedMessage) bool {
	if r == nil {
		return nil
	}
	start, hasStart := r.Get("start").(time.Time)
	end, hasEnd := r.Get("end").(time.Time)
	return func(m storedMessage) bool {
		if hasStart && (m.created.Before(start) || r.Bool("startExclusive") && m.created.Equal(start)) {
			return false
		}
		return !hasEnd || !(m.created.After(end) || r.Bool("endExclusive") && m.created.Equal(end))
	}
}

func (s *Server) saveMessages(c *call) error {
	if _, err := c.needMemory(); err != nil {
		return err
	}
	var list []storedMessage
	owners, incomplete := map[string]string{}, 0
	for _, v := range c.body.Arr("messages") {
		o, _ := v.(*js.Object)
		threadID, resource := o.Str("threadId"), o.Str("resourceId")
		if threadID == "" || resource == "" {
			incomplete++
			continue
		}
		if owner, ok := owners[threadID]; ok && owner != resource {
			return badRequest("All messages for the same threadId must use the same resourceId.")
		}
		owners[threadID] = resource
	}
	if incomplete > 0 {
		return badRequest("All messages must have threadId and resourceId fields. Found %d invalid message(s).", incomplete)
	}
	for threadID, resource := range owners {
		if err := checkOwner(s.memory.thread(threadID), resource); err != nil {
			return err
		}
	}
	out := []any{}
	for _, v := range c.body.Arr("messages") {
		o, _ := v.(*js.Object)
		m, shown, err := messageFromClient(o)
		if err != nil {
			return err
		}
		if m.role == "system" {
			continue // instructions are never stored
		}
		list = append(list, m)
		out = append(out, shown)
	}
	s.memory.saveMessages(list)
	return c.json(js.Obj("messages", out))
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
	for _, id := range ids {
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

// workingMemoryKey is where a memory keeps the working memory of a thread.
func workingMemoryKey(m *Memory, threadID, resourceID string) string {
	if m.WorkingMemoryScope == "thread" {
		return "thread " + threadID
	}
	return "resource " + resourceID
}

const noWorkingMemoryResource = "Memory error: Resource-scoped working memory is enabled but no resourceId was provided. Either provide a resourceId or explicitly set workingMemory.scope to 'thread'."

func (s *Server) getWorkingMemory(c *call) error {
	a := s.world.agent(c.query.Str("agentId"))
	if a == nil || a.Memory == nil {
		return c.json(js.Obj("workingMemory", nil, "source", "thread", "workingMemoryTemplate", nil, "threadExists", false))
	}
	m, threadID, resource := a.Memory, c.param("threadId"), c.query.Str("resourceId")
	t := s.memory.thread(threadID)
	if err := checkOwner(t, resource); err != nil {
		return err
	}
	source := "thread"
	if m.WorkingMemoryScope != "thread" && resource != "" {
		source = "resource"
	}
	var text, template any
	if m.WorkingMemory != "" {
		if m.WorkingMemoryScope != "thread" && resource == "" {
			return fail(http.StatusInternalServerError, noWorkingMemoryResource)
		}
		if stored, ok := s.memory.workingMemory(workingMemoryKey(m, threadID, resource)); ok {
			text = stored
		}
		template = js.Obj("format", "markdown", "content", strings.TrimSpace(m.WorkingMemory))
	}
	return c.json(js.Obj("workingMemory", text, "source", source, "workingMemoryTemplate", template, "threadExists", t != nil))
}

func (s *Server) updateWorkingMemory(c *call) error {
	if c.body.Str("workingMemory") == "" {
		return missing("workingMemory")
	}
	m, err := c.needMemory()
	if err != nil {
		return err
	}
	resource := c.body.Str("resourceId")
	t, err := s.threadFor(c.param("threadId"), resource)
	if err != nil {
		return err
	}
	if m.WorkingMemory == "" {
		return fail(http.StatusInternalServerError, "Working memory is not enabled for this memory instance")
	}
	if m.WorkingMemoryScope != "thread" && resource == "" {
		return fail(http.StatusInternalServerError, noWorkingMemoryResource)
	}
	s.memory.setWorkingMemory(workingMemoryKey(m, t.id, resource), c.body.Str("workingMemory"))
	return c.json(js.Obj("success", true))
}
