package mastra_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// shelf is a server with a list of things, which answers every list as the real server
// does and changes between two requests.
type shelf struct {
	mu     sync.Mutex
	items  []thing
	clock  int      // milliseconds
	next   int      // the next id
	asked  []string // the queries so far
	change func(n int)
	fail   int // the request that fails
}

// thing is a thread, a run or a message. One that is hidden is counted and not listed, as
// a reminder among the messages of an agent is.
type thing struct {
	id, created, updated int
	hidden               bool
}

func newShelf(n int) *shelf {
	s := &shelf{fail: -1}
	for range n {
		s.add()
	}
	return s
}

// add makes a thing now, addAtOnce one together with the thing before, slip one that
// was made before most others and comes into the list only now.
func (s *shelf) add()        { s.clock += 10; s.put(s.clock) }
func (s *shelf) addAtOnce()  { s.put(s.clock) }
func (s *shelf) slip(at int) { s.put(at) }
func (s *shelf) put(at int) {
	s.items = append(s.items, thing{id: s.next, created: at, updated: at})
	s.next++
}
func (s *shelf) remove(i int) { s.items = slices.Delete(s.items, i, i+1) }

// touch updates a thing, remake makes it again under its id.
func (s *shelf) touch(i int) { s.clock += 10; s.items[i].updated = s.clock }
func (s *shelf) remake(i int) {
	s.clock += 10
	s.items[i].created, s.items[i].updated = s.clock, s.clock
}

func (s *shelf) ids() []int {
	out := []int{}
	for _, item := range s.items {
		out = append(out, item.id)
	}
	return out
}

func shelfTime(ms int) time.Time { return time.UnixMilli(1_700_000_000_000 + int64(ms)).UTC() }

func (s *shelf) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.asked)
	s.asked = append(s.asked, req.URL.RawQuery)
	if s.change != nil && n > 0 {
		s.change(n)
	}
	w.Header().Set("Content-Type", "application/json")
	if n == s.fail {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"error":"boom"}`)
		return
	}
	_ = json.NewEncoder(w).Encode(s.page(req.URL.Path, req.URL.Query()))
}

func (s *shelf) page(path string, q url.Values) map[string]any {
	list := slices.Clone(s.items)
	var filter struct {
		DateRange struct{ Start, End time.Time }
	}
	if text := q.Get("filter"); text != "" {
		_ = json.Unmarshal([]byte(text), &filter)
		r := filter.DateRange
		list = slices.DeleteFunc(list, func(item thing) bool {
			return shelfTime(item.created).Before(r.Start) || !r.End.IsZero() && shelfTime(item.created).After(r.End)
		})
	}
	var order struct{ Field, Direction string }
	_ = json.Unmarshal([]byte(q.Get("orderBy")), &order)
	byTime := func(a, b thing) int { return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id)) }
	if order.Field == "updatedAt" {
		byTime = func(a, b thing) int { return cmp.Or(cmp.Compare(a.updated, b.updated), cmp.Compare(a.id, b.id)) }
	}
	slices.SortFunc(list, byTime)
	messages := strings.HasSuffix(path, "/messages")
	if order.Direction == "DESC" || order.Direction == "" && (!messages || q.Get("agentId") != "") {
		slices.Reverse(list)
	}
	page, _ := strconv.Atoi(q.Get("page"))
	perPage, _ := strconv.Atoi(q.Get("perPage"))
	total, first := len(list), min(page*perPage, len(list))
	part := list[first:min(first+perPage, len(list))]
	if messages && q.Get("agentId") != "" { // then ascending inside a page, whatever the order
		slices.SortFunc(part, byTime)
	}
	part = slices.DeleteFunc(slices.Clone(part), func(item thing) bool { return item.hidden })
	items := make([]map[string]any, len(part))
	for i, item := range part {
		id := fmt.Sprint(item.id)
		items[i] = map[string]any{"id": id, "runId": id, "workflowName": "w", "resourceId": "r", "role": "user",
			"createdAt": shelfStamp(item.created), "updatedAt": shelfStamp(item.updated), "suspendedAt": shelfStamp(item.updated), "status": "suspended",
			"content": map[string]any{"format": 2, "parts": []any{}}, "snapshot": map[string]any{"status": "success"}}
	}
	return map[string]any{"threads": items, "messages": items, "runs": items, "total": total, "page": page, "perPage": perPage, "hasMore": (page+1)*perPage < total}
}

func shelfStamp(ms int) string { return shelfTime(ms).Format("2006-01-02T15:04:05.000Z") }

// listWalk is an iterator; it gives the items' ids.
type listWalk struct {
	name string
	// ascending: the oldest comes first. byUpdate: what is updated moves. again: the
	// front of a list of several pages is read once more.
	ascending, byUpdate, again bool
	ids                        func(context.Context, *mastra.Client, int) iter.Seq2[string, error]
}

var listWalks = []listWalk{
	messagesOf("Messages", "a"),
	messagesOf("Messages without an agent", ""),
	threadsBy("Threads", mastra.Order{}),
	threadsBy("Threads from the oldest", mastra.Order{Direction: mastra.Ascending}),
	threadsBy("Threads by update", mastra.Order{Field: mastra.ByUpdatedAt}),
	threadsBy("Threads by update from the oldest", mastra.Order{Field: mastra.ByUpdatedAt, Direction: mastra.Ascending}),
	{name: "Runs", ids: func(ctx context.Context, c *mastra.Client, perPage int) iter.Seq2[string, error] {
		return idsOf(c.Workflow("w").Runs(ctx, mastra.ListRunsRequest{PerPage: perPage}), func(s mastra.RunState) string { return s.RunID })
	}},
	{name: "SuspendedRuns", ids: func(ctx context.Context, c *mastra.Client, perPage int) iter.Seq2[string, error] {
		return idsOf(c.Agent("a").SuspendedRuns(ctx, mastra.ListSuspendedRunsRequest{PerPage: perPage}), func(s mastra.SuspendedRun) string { return s.RunID })
	}},
}

func messagesOf(name, agent string) listWalk {
	return listWalk{name: name, ascending: true, ids: func(ctx context.Context, c *mastra.Client, perPage int) iter.Seq2[string, error] {
		return idsOf(c.Memory(agent).Thread("t").Messages(ctx, mastra.ListMessagesRequest{PerPage: perPage}), func(m mastra.StoredMessage) string { return m.ID })
	}}
}

func threadsBy(name string, order mastra.Order) listWalk {
	ascending := order.Direction == mastra.Ascending
	return listWalk{name, ascending, order.Field == mastra.ByUpdatedAt, !ascending, func(ctx context.Context, c *mastra.Client, perPage int) iter.Seq2[string, error] {
		return idsOf(c.Memory("a").Threads(ctx, mastra.ListThreadsRequest{PerPage: perPage, Order: order}), func(t mastra.ThreadRecord) string { return t.ID })
	}}
}

func idsOf[T any](seq iter.Seq2[T, error], id func(T) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for item, err := range seq {
			if !yield(id(item), err) {
				return
			}
		}
	}
}

// collect walks to the end.
func collect(t *testing.T, seq iter.Seq2[string, error]) []int {
	t.Helper()
	out := []int{}
	for id, err := range seq {
		require.NoError(t, err)
		n, err := strconv.Atoi(id)
		require.NoError(t, err)
		out = append(out, n)
	}
	return out
}

// changes is what may happen to a shelf between two requests.
type changes struct {
	add, remove, touch, remake, slip bool
	// swap removes one and adds one, so that the list is as long as before.
	swap bool
	// times is how often something happens before the list comes to rest.
	times int
}

// random makes the shelf change by chance, and gives what stays in it all the time.
func (c changes) random(s *shelf, r *rand.Rand) (stay map[int]bool) {
	stay = map[int]bool{}
	for _, item := range s.items {
		stay[item.id] = true
	}
	remove := func() {
		if len(s.items) > 0 {
			i := r.IntN(len(s.items))
			delete(stay, s.items[i].id)
			s.remove(i)
		}
	}
	s.change = func(int) {
		for range r.IntN(4) {
			if c.times--; c.times < 0 {
				return
			}
			switch what := r.IntN(6); {
			case what == 0 && c.add:
				s.add()
			case what == 1 && c.remove:
				remove()
			case what == 2 && c.touch && len(s.items) > 0:
				s.touch(r.IntN(len(s.items)))
			case what == 3 && c.remake && len(s.items) > 0:
				s.remake(r.IntN(len(s.items)))
			case what == 4 && c.slip:
				s.slip(r.IntN(s.clock + 10))
			case what == 5 && c.swap:
				remove()
				s.add()
			}
		}
	}
	return stay
}
