package mockserver

import (
	"cmp"
	"math"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// searchContext is how many messages before and after a hit are shown with it.
const searchContext = 2

const defaultMessagesPerPage = 40

// searchMemory answers the messages that the agent would see again, newest
// first: without an embedder nothing is compared with the query.
func (s *Server) searchMemory(c *call) error {
	text, resource := c.query.Str("searchQuery"), c.query.Str("resourceId")
	for _, argument := range []string{"searchQuery", "resourceId"} {
		if c.query.Str(argument) == "" {
			return missing(argument)
		}
	}
	m, err := c.needMemory()
	if err != nil {
		return err
	}
	q := memorySearch{resource: resource, memory: m, semantic: c.query.Obj("memoryConfig").Get("semanticRecall")}
	results, err := s.searched(q, c.query.Str("threadId"), c.query.Obj("memoryConfig"))
	if err != nil {
		return err
	}
	if results == nil {
		return c.json(js.Obj("results", []any{}, "count", 0, "query", text))
	}
	limit, _ := c.query.Num("limit")
	results = cutTo(results, limit)
	return c.json(js.Obj("results", results, "count", len(results), "query", text, "searchScope", q.scope(), "searchType", q.kind()))
}

// memorySearch is whose messages are looked for, and how.
type memorySearch struct {
	resource      string
	memory        *Memory
	semantic      any // what the call says about semantic recall
	before, after int // how many messages are shown with a hit
}

func (q memorySearch) scope() string {
	if o, ok := q.semantic.(*js.Object); ok && o.Str("scope") == "thread" {
		return "thread"
	}
	return "resource"
}

func (q memorySearch) kind() string {
	if truthy(q.semantic) {
		return "semantic"
	}
	return "text"
}

// searched lists the hits; nil where nothing is to be seen again.
func (s *Server) searched(q memorySearch, threadID string, config *js.Object) ([]any, error) {
	asked := s.memory.thread(threadID)
	if threadID != "" && q.scope() == "thread" {
		if asked == nil {
			return []any{}, nil
		}
		if err := checkOwner(asked, q.resource); err != nil {
			return nil, err
		}
	}
	t := asked
	if threadID == "" {
		list := s.memory.listThreads(threadQuery{resourceID: q.resource, byUpdated: true})
		if len(list) == 0 {
			return []any{}, nil
		}
		t = &list[0]
	}
	if err := q.setRange(); err != nil {
		return nil, err
	}
	last, err := recalled(q.memory, config)
	switch {
	case err != nil:
		return nil, err
	case last == 0 && !truthy(q.semantic):
		return nil, nil
	case last == 0:
		return []any{}, nil
	case t == nil && truthy(q.semantic): // messages outlive their thread
		t = &thread{id: threadID, resourceID: q.resource}
	case t == nil:
		return nil, said("No thread found with id %s", threadID)
	case t.resourceID != q.resource:
		return nil, said("Thread with id %s is for resource with id %s but resource %s was queried.", t.id, t.resourceID, q.resource)
	}
	hits := newest(s.memory.messagesOf(t.id, func(m storedMessage) bool { return m.resourceID == q.resource }), last)
	return q.results(t, hits, newest(s.memory.messagesOf(t.id, nil), q.memory.lastMessages())), nil
}

// setRange reads how many messages are shown before and after a hit.
func (q *memorySearch) setRange() error {
	q.before, q.after = searchContext, searchContext
	if _, ok := q.semantic.(bool); ok || q.semantic == nil {
		return nil
	}
	o, _ := q.semantic.(*js.Object)
	switch v := o.Get("messageRange").(type) {
	case float64:
		q.before, q.after = whole(v), whole(v)
	case *js.Object:
		before, _ := v.Num("before")
		after, _ := v.Num("after")
		q.before, q.after = cmp.Or(whole(before), searchContext), cmp.Or(whole(after), searchContext)
	default:
		return said("Cannot read properties of undefined (reading 'before')")
	}
	return nil
}

// recalled is how many messages of a thread a search goes through, 0 for none.
func recalled(m *Memory, config *js.Object) (int, error) {
	v, ok := config.Lookup("lastMessages")
	n, isNumber := v.(float64)
	switch {
	case !ok:
		return max(0, m.lastMessages()), nil
	case !truthy(v):
		return 0, nil
	case !isNumber:
		return defaultMessagesPerPage, nil
	case n < 0 || n != math.Trunc(n):
		return 0, said("lastMessages must be a finite non-negative integer")
	}
	return whole(n), nil
}

func newest(list []storedMessage, n int) []storedMessage {
	return list[max(0, len(list)-n):]
}

func (q memorySearch) results(t *thread, hits, all []storedMessage) []any {
	title := t.title
	if title == "" {
		title = t.id
	}
	// Stable: of the same instant the earlier one stays first.
	slices.SortStableFunc(hits, func(a, b storedMessage) int { return b.created.Compare(a.created) })
	out := make([]any, 0, len(hits))
	for _, hit := range hits {
		o := hit.hit().Set("threadId", t.id).Set("threadTitle", title)
		if i := slices.IndexFunc(all, func(m storedMessage) bool { return m.id == hit.id }); i >= 0 {
			o.Set("context", js.Obj(
				"before", hitsOf(all[max(0, i-q.before):i]),
				"after", hitsOf(all[i+1:min(len(all), i+1+q.after)])))
		}
		out = append(out, o)
	}
	return out
}

func hitsOf(list []storedMessage) []any {
	out := make([]any, len(list))
	for i, m := range list {
		out[i] = m.hit()
	}
	return out
}

// hit is a message as a search shows it: with its first text only.
func (m storedMessage) hit() *js.Object {
	text := ""
	for _, p := range m.content.Arr("parts") {
		if part, ok := p.(*js.Object); ok && part.Str("type") == "text" {
			text = part.Str("text")
			break
		}
	}
	return js.Obj("id", m.id, "role", m.role, "content", text, "createdAt", js.ISO(m.created))
}

// cutTo is JavaScript's slice(0, n): a negative n counts from the end.
func cutTo(list []any, n float64) []any {
	n = math.Trunc(n)
	if n < 0 {
		n = max(0, float64(len(list))+n)
	}
	return list[:int(min(n, float64(len(list))))]
}
