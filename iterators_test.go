package mastra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// shelf is a server's list of things, each a number that tells when it was made;
// several may be made at one moment. It answers as the real server does, and
// changes between requests.
type shelf struct {
	items  []int // ascending: 10*time + serial
	next   int
	asked  []string // the queries so far
	change func(n int)
	fail   int // the request that fails
}

func newShelf(n int) *shelf {
	s := &shelf{fail: -1}
	for range n {
		s.add()
	}
	return s
}

func (s *shelf) add()         { s.items = append(s.items, s.next); s.next += 10 }
func (s *shelf) addAtOnce()   { s.items = append(s.items, s.next-9); s.next += 10 } // together with the one before
func (s *shelf) remove(i int) { s.items = slices.Delete(s.items, i, i+1) }

func shelfTime(item int) time.Time { return time.UnixMilli(1_700_000_000_000 + int64(item/10)).UTC() }

func (s *shelf) RoundTrip(req *http.Request) (*http.Response, error) {
	n := len(s.asked)
	s.asked = append(s.asked, req.URL.RawQuery)
	if s.change != nil && n > 0 {
		s.change(n)
	}
	if n == s.fail {
		return answer(500, `{"error":"boom"}`)(req)
	}
	body, err := json.Marshal(s.page(req.URL.Path, req.URL.Query()))
	if err != nil {
		return nil, err
	}
	return response(req, 200, io.NopCloser(strings.NewReader(string(body)))), nil
}

func (s *shelf) page(path string, q url.Values) map[string]any {
	list := slices.Clone(s.items)
	var filter struct {
		DateRange struct{ Start, End time.Time }
	}
	if text := q.Get("filter"); text != "" {
		_ = json.Unmarshal([]byte(text), &filter)
		r := filter.DateRange
		list = slices.DeleteFunc(list, func(item int) bool {
			return shelfTime(item).Before(r.Start) || !r.End.IsZero() && shelfTime(item).After(r.End)
		})
	}
	var order struct{ Direction string }
	_ = json.Unmarshal([]byte(q.Get("orderBy")), &order)
	messages := strings.HasSuffix(path, "/messages")
	newestFirst := order.Direction == "DESC" || order.Direction == "" && (!messages || q.Get("agentId") != "")
	if newestFirst {
		slices.Reverse(list)
	}
	page, _ := strconv.Atoi(q.Get("page"))
	perPage, _ := strconv.Atoi(q.Get("perPage"))
	total, first := len(list), min(page*perPage, len(list))
	part := list[first:min(first+perPage, len(list))]
	if messages && q.Get("agentId") != "" { // then ascending inside a page, whatever the order
		slices.Sort(part)
	}
	items := make([]map[string]any, len(part))
	for i, item := range part {
		at := shelfTime(item).Format("2006-01-02T15:04:05.000Z")
		items[i] = map[string]any{"id": fmt.Sprint(item), "runId": fmt.Sprint(item), "workflowName": "w", "resourceId": "r", "role": "user",
			"createdAt": at, "updatedAt": at, "content": map[string]any{"format": 2, "parts": []any{}}, "snapshot": map[string]any{"status": "success"}}
	}
	return map[string]any{"threads": items, "messages": items, "runs": items, "total": total, "page": page, "perPage": perPage, "hasMore": (page+1)*perPage < total}
}

// walks are the iterators; each gives the items' ids.
var walks = []struct {
	name      string
	ascending bool
	ids       func(context.Context, *mastra.Client, int) iter.Seq2[string, error]
}{
	{"Messages", true, func(ctx context.Context, c *mastra.Client, perPage int) iter.Seq2[string, error] {
		return ids(c.Memory("a").Thread("t").Messages(ctx, mastra.ListMessagesRequest{PerPage: perPage}), func(m mastra.StoredMessage) string { return m.ID })
	}},
	{"Messages without an agent", true, func(ctx context.Context, c *mastra.Client, perPage int) iter.Seq2[string, error] {
		return ids(c.Memory("").Thread("t").Messages(ctx, mastra.ListMessagesRequest{PerPage: perPage}), func(m mastra.StoredMessage) string { return m.ID })
	}},
	{"Threads", false, func(ctx context.Context, c *mastra.Client, perPage int) iter.Seq2[string, error] {
		return ids(c.Memory("a").Threads(ctx, mastra.ListThreadsRequest{PerPage: perPage}), func(t mastra.ThreadRecord) string { return t.ID })
	}},
	{"Runs", false, func(ctx context.Context, c *mastra.Client, perPage int) iter.Seq2[string, error] {
		return ids(c.Workflow("w").Runs(ctx, mastra.ListRunsRequest{PerPage: perPage}), func(s mastra.RunState) string { return s.RunID })
	}},
}

func ids[T any](seq iter.Seq2[T, error], id func(T) string) iter.Seq2[string, error] {
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
	var out []int
	for id, err := range seq {
		require.NoError(t, err)
		n, err := strconv.Atoi(id)
		require.NoError(t, err)
		out = append(out, n)
	}
	return out
}

func inOrder(items []int, ascending bool) []int {
	out := append([]int(nil), items...)
	if !ascending {
		slices.Reverse(out)
	}
	return out
}

func TestIterator_GivesEverythingAndAsksNothingTwice(t *testing.T) {
	for _, w := range walks {
		for _, tt := range []struct{ items, perPage, requests int }{
			{0, 3, 1}, {1, 3, 1}, {2, 3, 1}, {3, 3, 1}, {4, 3, 2}, {6, 3, 2}, {7, 3, 3}, {9, 3, 3}, {4, 1, 4}, {250, 100, 3},
		} {
			t.Run(fmt.Sprintf("%s/%d items in pages of %d", w.name, tt.items, tt.perPage), func(t *testing.T) {
				s := newShelf(tt.items)
				got := collect(t, w.ids(t.Context(), inMemory(t, s), tt.perPage))
				assert.Equal(t, inOrder(s.items, w.ascending), got)
				assert.Len(t, s.asked, tt.requests)
				slices.Sort(s.asked)
				assert.Len(t, slices.Compact(s.asked), tt.requests, "no request twice")
			})
		}
	}
}

func TestIterator_AsksForPagesOfItsOwnSize(t *testing.T) {
	for _, w := range walks {
		s := newShelf(0)
		collect(t, w.ids(t.Context(), inMemory(t, s), 0))
		want := "100"
		if w.name == "Runs" {
			want = "50"
		}
		q, err := url.ParseQuery(s.asked[0])
		require.NoError(t, err)
		assert.Equal(t, want, q.Get("perPage"), w.name)
	}
}

// Whatever is inserted and deleted between two pages: what was there from the
// beginning to the end is given once, in order.
func TestIterator_WalksAListThatChanges(t *testing.T) {
	for _, w := range walks {
		t.Run(w.name, func(t *testing.T) {
			for seed := range uint64(100) {
				r := rand.New(rand.NewPCG(seed, 7))
				s := newShelf(r.IntN(24))
				if seed%3 == 0 {
					for range r.IntN(6) {
						s.addAtOnce()
					}
				}
				survivors := slices.Clone(s.items)
				changes := 0
				s.change = func(int) {
					if changes++; changes > 30 {
						return // a list that shrinks and grows for ever has no end
					}
					for range r.IntN(3) {
						s.add()
					}
					for range r.IntN(3) {
						if len(s.items) > 0 {
							i := r.IntN(len(s.items))
							survivors = slices.DeleteFunc(survivors, func(item int) bool { return item == s.items[i] })
							s.remove(i)
						}
					}
				}
				perPage := 1 + r.IntN(6)
				got := collect(t, w.ids(t.Context(), inMemory(t, s), perPage))

				seen := map[int]bool{}
				for _, item := range got {
					require.False(t, seen[item], "seed %d: %d twice in %v", seed, item, got)
					seen[item] = true
				}
				for _, item := range survivors {
					require.True(t, seen[item], "seed %d: %d is missing in %v, pages of %d", seed, item, got, perPage)
				}
				if w.ascending {
					require.True(t, slices.IsSorted(got), "seed %d: %v", seed, got)
				}
			}
		})
	}
}

func TestIterator_GivesWhatAListGainsMeanwhile(t *testing.T) {
	s := newShelf(6)
	s.change = func(n int) {
		if n < 3 {
			s.add()
		}
	}
	got := collect(t, walks[0].ids(t.Context(), inMemory(t, s), 2))
	assert.Equal(t, s.items, got, "messages that are saved meanwhile are given too")
}

func TestIterator_StopsAtAnEmptyPage(t *testing.T) {
	for _, w := range walks {
		s := newShelf(4)
		s.change = func(int) { s.items = nil }
		got := collect(t, w.ids(t.Context(), inMemory(t, s), 2))
		assert.Len(t, got, 2, w.name)
		assert.LessOrEqual(t, len(s.asked), 3, w.name)
	}
}

func TestIterator_AsksNoMoreAfterABreak(t *testing.T) {
	for _, w := range walks {
		s := newShelf(9)
		count := 0
		for _, err := range w.ids(t.Context(), inMemory(t, s), 3) {
			require.NoError(t, err)
			if count++; count == 4 {
				break
			}
		}
		assert.Len(t, s.asked, 2, w.name)
	}
}

func TestIterator_EndsWithAnError(t *testing.T) {
	for _, w := range walks {
		s := newShelf(9)
		s.fail = 1
		var given int
		var failures []error
		for id, err := range w.ids(t.Context(), inMemory(t, s, mastra.WithRetries(0)), 3) {
			if err != nil {
				failures = append(failures, err)
				assert.Empty(t, id, "an error comes alone")
				continue
			}
			given++
		}
		assert.Equal(t, 3, given, w.name)
		require.Len(t, failures, 1, w.name)
		assert.ErrorIs(t, failures[0], mastra.ErrServer)
		assert.Len(t, s.asked, 2)
	}
}

func TestIterator_EndsWithItsContext(t *testing.T) {
	for _, w := range walks {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := newShelf(9)
		var last error
		for _, err := range w.ids(ctx, inMemory(t, s), 3) {
			cancel()
			last = err
		}
		assert.True(t, errors.Is(last, context.Canceled), w.name)
	}
}

// Many messages may have been saved at one moment.
func TestIterator_GivesAllMessagesOfOneMoment(t *testing.T) {
	s := newShelf(3)
	for range 8 { // fewer than nine serials fit between two moments
		s.items = append(s.items, s.items[len(s.items)-1]+1)
	}
	s.add()
	got := collect(t, walks[0].ids(t.Context(), inMemory(t, s), 2))
	assert.Equal(t, s.items, got)
	assert.Less(t, len(s.asked), 8)
}

func TestIterator_OverAServerThatDoesNotPageIsAnErrorAndNoCircle(t *testing.T) {
	body := `{"messages":[{"id":"1","role":"user","content":"x","createdAt":"2026-01-01T00:00:00.000Z"}],"total":9,"hasMore":true}`
	var last error
	n := 0
	for _, err := range inMemory(t, play(answer(200, body))).Memory("a").Thread("t").Messages(t.Context(), mastra.ListMessagesRequest{}) {
		n, last = n+1, err
	}
	assert.Equal(t, 2, n, "the message and the error")
	assert.ErrorContains(t, last, "the same page")
}

func TestIterator_OverAServerThatRepeatsAPageIsAnError(t *testing.T) {
	const thread, run = `{"id":"t","resourceId":"u"}`, `{"runId":"r","status":"suspended"}`
	for name, tt := range map[string]struct {
		body     string
		requests int
		walk     func(*mastra.Client) (int, error)
	}{
		"threads": {`{"threads":[` + thread + `],"total":1000000,"page":0,"perPage":1,"hasMore":true}`, 2, func(c *mastra.Client) (int, error) {
			return walked(c.Memory("a").Threads(t.Context(), mastra.ListThreadsRequest{PerPage: 1}))
		}},
		"runs": {`{"runs":[` + run + `],"total":1000000}`, 10, func(c *mastra.Client) (int, error) {
			return walked(c.Workflow("w").Runs(t.Context(), mastra.ListRunsRequest{PerPage: 1}))
		}},
		"suspended runs": {`{"runs":[` + run + `],"total":1000000,"hasMore":true}`, 10, func(c *mastra.Client) (int, error) {
			return walked(c.Agent("a").SuspendedRuns(t.Context(), mastra.ListSuspendedRunsRequest{PerPage: 1}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			rt := play(answer(200, tt.body))
			n, err := tt.walk(inMemory(t, rt))
			require.ErrorContains(t, err, "does not page")
			assert.Equal(t, 502, mastra.HTTPStatus(err))
			assert.Equal(t, 1, n, "what it has")
			assert.Equal(t, tt.requests, rt.attempts())
		})
	}
}

func walked[T any](list iter.Seq2[T, error]) (n int, err error) {
	for _, err := range list {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func TestIterator_OfMessagesKeepsToItsBounds(t *testing.T) {
	s := newShelf(40)
	req := mastra.ListMessagesRequest{PerPage: 3, Page: 5, Since: shelfTime(100), Until: shelfTime(250)}
	var got []string
	for m, err := range inMemory(t, s).Memory("a").ForResource("r").Thread("t").Messages(t.Context(), req) {
		require.NoError(t, err)
		got = append(got, m.ID)
	}
	require.Len(t, got, 16)
	assert.Equal(t, "100", got[0])
	assert.Equal(t, "250", got[15])
	for _, query := range s.asked {
		q, err := url.ParseQuery(query)
		require.NoError(t, err)
		assert.Equal(t, "r", q.Get("resourceId"))
	}
}

// Without an agent the server counts pages from the oldest message if it is not
// told otherwise.
func TestStoredMessage_PageZeroHoldsTheNewestWithAndWithoutAnAgent(t *testing.T) {
	for _, agent := range []string{"a", ""} {
		page, err := inMemory(t, newShelf(5)).Memory(agent).Thread("t").ListMessages(t.Context(), mastra.ListMessagesRequest{PerPage: 2})
		require.NoError(t, err)
		require.Len(t, page.Messages, 2)
		assert.Equal(t, "30", page.Messages[0].ID)
		assert.Equal(t, "40", page.Messages[1].ID)
		assert.True(t, page.HasMore)
		assert.Equal(t, 5, page.Total)
	}
}
