package mastra_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func inOrder(items []int, ascending bool) []int {
	out := slices.Clone(items)
	if !ascending {
		slices.Reverse(out)
	}
	return out
}

func TestIterator_GivesEverythingInOrder(t *testing.T) {
	for _, w := range listWalks {
		for _, tt := range []struct{ items, perPage int }{{0, 3}, {1, 3}, {2, 3}, {3, 3}, {4, 3}, {6, 3}, {7, 3}, {9, 3}, {1, 1}, {4, 1}, {30, 1}, {50, 7}, {250, 100}} {
			t.Run(fmt.Sprintf("%s/%d items in pages of %d", w.name, tt.items, tt.perPage), func(t *testing.T) {
				s := newShelf(tt.items)
				assert.Equal(t, inOrder(s.ids(), w.ascending), collect(t, w.ids(t.Context(), serve(t, s.ServeHTTP), tt.perPage)))
				if tt.items <= tt.perPage {
					assert.Len(t, s.asked, 1, "one page is one request")
				}
			})
		}
	}
}

// Pages begin with what the page before ended with, and are of many sizes for it: that
// costs no more than a request or two, and less than half of the items again.
func TestIterator_AsksForHardlyMoreThanTheList(t *testing.T) {
	for _, w := range listWalks {
		for _, perPage := range []int{10, 100} {
			for _, pages := range []int{2, 3, 5, 20} {
				s := newShelf(pages * perPage)
				collect(t, w.ids(t.Context(), serve(t, s.ServeHTTP), perPage))
				again := 0
				if w.again {
					again = 1
				}
				assert.LessOrEqual(t, len(s.asked), pages+1+again, "%s: %d pages of %d: %v", w.name, pages, perPage, s.asked)
				slices.Sort(s.asked)
				assert.Len(t, slices.Compact(slices.Clone(s.asked)), len(s.asked)-again, "%s: no request twice, but that for the front", w.name)
				for _, query := range s.asked {
					q, err := url.ParseQuery(query)
					require.NoError(t, err)
					var size int
					_, err = fmt.Sscan(q.Get("perPage"), &size)
					require.NoError(t, err)
					assert.LessOrEqual(t, size, perPage+perPage/2+1, w.name)
				}
			}
		}
	}
}

func TestIterator_AsksForPagesOfItsOwnSize(t *testing.T) {
	for _, w := range listWalks {
		s := newShelf(0)
		collect(t, w.ids(t.Context(), serve(t, s.ServeHTTP), 0))
		want := "100"
		if w.name == "Runs" || w.name == "SuspendedRuns" {
			want = "50"
		}
		q, err := url.ParseQuery(s.asked[0])
		require.NoError(t, err)
		assert.Equal(t, want, q.Get("perPage"), w.name)
	}
}

// Whatever happens between two requests: what was there from the first to the last is
// given, once.
func TestIterator_GivesWhatStaysOnceWhateverChanges(t *testing.T) {
	for _, w := range listWalks {
		for name, c := range map[string]changes{
			"grows":              {add: true},
			"shrinks":            {remove: true},
			"keeps its length":   {swap: true},
			"grows in between":   {slip: true},
			"is updated":         {touch: true},
			"is made again":      {remake: true},
			"changes in all":     {add: true, remove: true, touch: true, remake: true, slip: true, swap: true},
			"moves and shrinks":  {remove: true, touch: true, remake: true},
			"shifts both ways":   {remove: true, slip: true},
			"comes to no end":    {add: true, swap: true},
			"is as long as ever": {touch: true, swap: true},
		} {
			t.Run(w.name+" while the list "+name, func(t *testing.T) {
				const seeds = 20
				var s *shelf
				client := serve(t, func(w http.ResponseWriter, r *http.Request) { s.ServeHTTP(w, r) })
				for seed := range uint64(seeds) {
					r := rand.New(rand.NewPCG(seed, 7))
					s = newShelf(r.IntN(40))
					for range r.IntN(4) * int(seed%2) {
						s.addAtOnce()
					}
					c := c
					c.times = 10 + r.IntN(40)
					if strings.HasSuffix(w.name, "Runs") {
						c.remake = false // a run keeps the time that it was made at
					}
					stay := c.random(s, r)
					perPage := 1 + r.IntN(9)
					got := collect(t, w.ids(t.Context(), client, perPage))

					seen := map[int]bool{}
					for _, item := range got {
						require.False(t, seen[item], "seed %d: %d twice in %v", seed, item, got)
						seen[item] = true
					}
					for item := range stay {
						require.True(t, seen[item], "seed %d: %d is missing in %v, pages of %d: %v", seed, item, got, perPage, s.asked)
					}
				}
			})
		}
	}
}

func TestIterator_GivesWhatMovesOnceWhileTheListIsAsLongAsBefore(t *testing.T) {
	for _, w := range listWalks {
		for name, change := range map[string]func(s *shelf){
			"the first is updated":                    func(s *shelf) { s.touch(0) },
			"the last is updated":                     func(s *shelf) { s.touch(len(s.items) - 1) },
			"one in the middle is updated":            func(s *shelf) { s.touch(4) },
			"the first goes and one comes":            func(s *shelf) { s.remove(0); s.add() },
			"the last goes and one comes":             func(s *shelf) { s.remove(len(s.items) - 1); s.add() },
			"the first is made again":                 func(s *shelf) { s.remake(0) },
			"the last is made again":                  func(s *shelf) { s.remake(len(s.items) - 1) },
			"one goes, one is updated":                func(s *shelf) { s.remove(0); s.touch(6) },
			"one of the newest goes, one is updated":  func(s *shelf) { s.remove(8); s.touch(1) },
			"the newest goes and an old one comes in": func(s *shelf) { s.remove(9); s.slip(15) },
		} {
			s := newShelf(10)
			s.change = func(n int) {
				if n == 1 {
					change(s)
				}
			}
			before := s.ids()
			got := collect(t, w.ids(t.Context(), serve(t, s.ServeHTTP), 3))
			for _, id := range before {
				if slices.Contains(s.ids(), id) {
					assert.Contains(t, got, id, "%s: %s", w.name, name)
				}
			}
			slices.Sort(got)
			assert.Equal(t, slices.Compact(slices.Clone(got)), got, "%s: %s", w.name, name)
		}
	}
}

func TestIterator_GivesWhatAListGainsMeanwhile(t *testing.T) {
	s := newShelf(6)
	s.change = func(n int) {
		if n < 3 {
			s.add()
		}
	}
	got := collect(t, listWalks[0].ids(t.Context(), serve(t, s.ServeHTTP), 2))
	assert.Equal(t, s.ids(), got, "messages that are saved meanwhile are given too")
}

func TestIterator_KeepsToItsOrderWhereNothingMoves(t *testing.T) {
	for _, w := range listWalks {
		for seed := range uint64(40) {
			r := rand.New(rand.NewPCG(seed, 3))
			s := newShelf(30)
			changes{remove: true, swap: w.ascending, add: w.ascending, times: 20}.random(s, r)
			got := collect(t, w.ids(t.Context(), serve(t, s.ServeHTTP), 1+r.IntN(6)))
			if !w.ascending {
				slices.Reverse(got)
			}
			require.True(t, slices.IsSorted(got), "%s, seed %d: %v", w.name, seed, got)
		}
	}
}

func TestIterator_StopsAtAnEmptyPage(t *testing.T) {
	for _, w := range listWalks {
		s := newShelf(4)
		s.change = func(int) { s.items = nil }
		got := collect(t, w.ids(t.Context(), serve(t, s.ServeHTTP), 2))
		assert.Len(t, got, 2, w.name)
		assert.LessOrEqual(t, len(s.asked), 4, w.name)
	}
}

func TestIterator_AsksNoMoreAfterABreak(t *testing.T) {
	for _, w := range listWalks {
		s := newShelf(9)
		count := 0
		for _, err := range w.ids(t.Context(), serve(t, s.ServeHTTP), 3) {
			require.NoError(t, err)
			if count++; count == 4 {
				break
			}
		}
		assert.Len(t, s.asked, 2, w.name)
	}
}

func TestIterator_EndsWithAnError(t *testing.T) {
	for _, w := range listWalks {
		s := newShelf(9)
		s.fail = 1
		var given int
		var failures []error
		for id, err := range w.ids(t.Context(), serve(t, s.ServeHTTP, mastra.WithRetries(0)), 3) {
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
	for _, w := range listWalks {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := newShelf(9)
		var last error
		for _, err := range w.ids(ctx, serve(t, s.ServeHTTP), 3) {
			cancel()
			last = err
		}
		assert.True(t, errors.Is(last, context.Canceled), w.name)
	}
}

// Many messages may have been saved at one moment.
func TestIterator_GivesAllMessagesOfOneMoment(t *testing.T) {
	s := newShelf(3)
	for range 8 {
		s.addAtOnce()
	}
	s.add()
	got := collect(t, listWalks[0].ids(t.Context(), serve(t, s.ServeHTTP), 2))
	assert.Equal(t, s.ids(), got)
	assert.Less(t, len(s.asked), 8)
}

// The server counts its reminders, and does not list them: a page may be empty.
func TestIterator_GivesTheMessagesBehindRemindersThatAreNotListed(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 5))
		s := newShelf(r.IntN(30))
		want := []int{}
		for i := range s.items {
			if s.items[i].hidden = r.IntN(4) > 0; !s.items[i].hidden {
				want = append(want, s.items[i].id)
			}
		}
		require.Equal(t, want, collect(t, listWalks[0].ids(t.Context(), serve(t, s.ServeHTTP), 1+r.IntN(4))), "seed %d", seed)
	}
}

// pagers are servers that give pages as they like, each for ever.
var pagers = map[string]func(n int, q url.Values) (ids []int, moved bool){
	"the same page": func(int, url.Values) ([]int, bool) { return []int{1, 2, 3}, false },
	"one item":      func(int, url.Values) ([]int, bool) { return []int{1}, false },
	"two pages in turn": func(n int, _ url.Values) ([]int, bool) {
		return []int{n % 2 * 3, n%2*3 + 1, n%2*3 + 2}, false
	},
	"pages by chance": func(n int, _ url.Values) ([]int, bool) {
		r := rand.New(rand.NewPCG(uint64(n), 1))
		first := r.IntN(20)
		return []int{first, first + 1, first + 2}, false
	},
	"items by chance, which move": func(n int, _ url.Values) ([]int, bool) {
		r := rand.New(rand.NewPCG(uint64(n), 1))
		return r.Perm(20)[:3], true
	},
	"the same page, which moves": func(int, url.Values) ([]int, bool) { return []int{1, 2, 3}, true },
	"pages of its own size": func(_ int, q url.Values) ([]int, bool) {
		var page int
		_, _ = fmt.Sscan(q.Get("page"), &page)
		return []int{3 * page, 3*page + 1, 3*page + 2}[:min(3, max(0, 60-3*page))], false
	},
}

// The list is said to be endless. A walk must end nevertheless, or fail.
func TestIterator_OverAServerThatDoesNotPageEnds(t *testing.T) {
	for _, w := range listWalks {
		for name, pager := range pagers {
			for _, perPage := range []int{1, 3, 10, 0} {
				n := 0
				client := serve(t, func(rw http.ResponseWriter, req *http.Request) {
					ids, moved := pager(n, req.URL.Query())
					n++
					items := []string{}
					for i, id := range ids {
						at := 10 * id
						if moved {
							at = 10_000*n + i
						}
						items = append(items, fmt.Sprintf(`{"id":"%d","runId":"%d","resourceId":"r","role":"user","content":"x","status":"suspended","createdAt":%q,"updatedAt":%q,"snapshot":{}}`,
							id, id, shelfStamp(at), shelfStamp(at)))
					}
					list := "[" + strings.Join(items, ",") + "]"
					rw.Header().Set("Content-Type", "application/json")
					fmt.Fprintf(rw, `{"threads":%s,"runs":%s,"messages":%s,"total":1000000,"page":0,"perPage":3,"hasMore":true}`, list, list, list)
				})
				seen := map[string]bool{}
				var failure error
				for id, err := range w.ids(t.Context(), client, perPage) {
					if err != nil {
						failure = err
						continue
					}
					require.False(t, seen[id], "%s over %s: %s is given twice", w.name, name, id)
					seen[id] = true
				}
				if failure != nil {
					assert.ErrorContains(t, failure, "does not page")
					assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(failure))
				}
				assert.Less(t, n, 150, "%s over %s in pages of %d", w.name, name, perPage)
			}
		}
	}
}

func TestIterator_OverAServerThatRepeatsAPageFailsAfterWhatItHas(t *testing.T) {
	for _, w := range listWalks {
		const item = `[{"id":"1","runId":"1","resourceId":"u","role":"user","content":"x","status":"suspended","createdAt":"2026-01-01T00:00:00.000Z"}]`
		rt := play(answer(200, `{"threads":`+item+`,"runs":`+item+`,"messages":`+item+`,"total":1000000,"page":0,"perPage":1,"hasMore":true}`))
		n, err := walked(w.ids(t.Context(), inMemory(t, rt), 1))
		require.ErrorContains(t, err, "does not page", w.name)
		assert.Equal(t, 502, mastra.HTTPStatus(err))
		assert.Equal(t, 1, n, "what it has")
		assert.LessOrEqual(t, rt.attempts(), 19)
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
	req := mastra.ListMessagesRequest{PerPage: 3, Page: 5, Since: shelfTime(110), Until: shelfTime(260)}
	var got []string
	for m, err := range serve(t, s.ServeHTTP).Memory("a").ForResource("r").Thread("t").Messages(t.Context(), req) {
		require.NoError(t, err)
		got = append(got, m.ID)
	}
	require.Len(t, got, 16)
	assert.Equal(t, "10", got[0])
	assert.Equal(t, "25", got[15])
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
		page, err := serve(t, newShelf(5).ServeHTTP).Memory(agent).Thread("t").ListMessages(t.Context(), mastra.ListMessagesRequest{PerPage: 2})
		require.NoError(t, err)
		require.Len(t, page.Messages, 2)
		assert.Equal(t, "3", page.Messages[0].ID)
		assert.Equal(t, "4", page.Messages[1].ID)
		assert.True(t, page.HasMore)
		assert.Equal(t, 5, page.Total)
	}
}
