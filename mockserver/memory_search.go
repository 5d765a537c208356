package mockserver

import (
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
	config := c.query.Obj("memoryConfig")
	recalls := truthy(config.Get("semanticRecall"))
	last, err := recalled(m, config)
	if err != nil {
		return err
	}
	if last <= 0 && !recalls {
		return c.json(js.Obj("results", []any{}, "count", 0, "query", text))
	}
	t, err := s.searchedThread(c.query.Str("threadId"), resource)
	if err != nil {
		return err
	}
	results := []any{}
	if t != nil {
		hits := newest(s.memory.messagesOf(t.id, func(m storedMessage) bool { return m.resourceID == resource }), last)
		results = searchResults(t, hits, newest(s.memory.messagesOf(t.id, nil), m.lastMessages()))
	}
	limit, _ := c.query.Num("limit")
	results = cutTo(results, limit)
	kind := "text"
	if recalls {
		kind = "semantic"
	}
	return c.json(js.Obj("results", results, "count", len(results), "query", text, "searchScope", "resource", "searchType", kind))
}

// recalled is how many messages of a thread a search goes through, 0 for none.
func recalled(m *Memory, config *js.Object) (int, error) {
	v, ok := config.Lookup("lastMessages")
	n, isNumber := v.(float64)
	switch {
	case !ok:
		return m.lastMessages(), nil
	case !truthy(v):
		return 0, nil
	case !isNumber:
		return defaultMessagesPerPage, nil
	case n < 0 || n != math.Trunc(n):
		return 0, said("lastMessages must be a finite non-negative integer")
	}
	return whole(n), nil
}

// searchedThread is the thread that is asked for, or the resource's newest; nil
// for none.
func (s *Server) searchedThread(id, resource string) (*thread, error) {
	if id == "" {
		list := s.memory.listThreads(threadQuery{resourceID: resource, byUpdated: true})
		if len(list) == 0 {
			return nil, nil
		}
		return &list[0], nil
	}
	t := s.memory.thread(id)
	if t == nil {
		return nil, said("No thread found with id %s", id)
	}
	if t.resourceID != resource {
		return nil, said("Thread with id %s is for resource with id %s but resource %s was queried.", id, t.resourceID, resource)
	}
	return t, nil
}

func newest(list []storedMessage, n int) []storedMessage {
	return list[max(0, len(list)-n):]
}

func searchResults(t *thread, hits, all []storedMessage) []any {
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
				"before", hitsOf(all[max(0, i-searchContext):i]),
				"after", hitsOf(all[i+1:min(len(all), i+1+searchContext)])))
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
