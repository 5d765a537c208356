package mastra

import (
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/mastra-go/mastra/internal/call"
)

// putPage sets what page of a list of runs is asked for. The server reads a page and
// its size only together. request is the type that is refused.
func putPage(p *call.Params, request string, page, perPage int) error {
	switch {
	case page < 0 || perPage < 0:
		return refuse("%s: Page and PerPage must not be negative", request)
	case page > 0 && perPage == 0:
		return refuse("%s: Page needs PerPage", request)
	case perPage > 0:
		p.Put("page", strconv.Itoa(page))
		p.Put("perPage", strconv.Itoa(perPage))
	}
	return nil
}

// listing is a list of the server's that can be walked.
type listing[T any] struct {
	// perPage is how many new items a page is to bring.
	perPage int
	id      func(*T) string
	// place is what the list is sorted by. An item with another place has moved: to
	// the end of the list, or to its front where toFront is set.
	place   func(*T) time.Time
	toFront bool
	fetch   func(page, perPage int) (listPage[T], error)
}

// listPage is one page of a list.
type listPage[T any] struct {
	items []T
	more  bool // pages follow
}

// unmoved is the place of items that never move.
func unmoved[T any](*T) time.Time { return time.Time{} }

// all walks the list. What is in it from the first request to the last is given
// once, whatever is added, removed and moved meanwhile.
//
// Each page holds the last item of the page before. Where it holds nothing that is
// known and has not moved, others may have come in between: it is dropped, and the
// walk goes back until a page does. What is behind such an item has been behind it all
// the time. Where items move to the front, the front is read again at the end.
//
// The walk ends with the error of a request. It fails when page after page brings
// nothing new: the server would go on for ever.
func (l listing[T]) all() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		w := walk[T]{listing: l, yield: yield, given: map[string]bool{}}
		whole, err := w.toEnd()
		if err == nil && l.toFront && !whole && !w.left {
			err = w.frontAgain()
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// walk is one walk through a list.
type walk[T any] struct {
	listing[T]
	yield func(T, error) bool
	left  bool // the caller wants no more
	given map[string]bool
	stall stall
	// known tells where the items stood that were read since the walk was last at the
	// front of the list, front those that were read there.
	known, front map[string]time.Time
}

// goBack is how much further the walk goes back each time that a page holds nothing
// known: 8 items, then 64, and so on.
const goBack = 8

// toEnd reads the list to its end, and tells whether its last page was the whole
// list.
func (w *walk[T]) toEnd() (whole bool, err error) {
	from, want, end, back := 0, w.perPage, 0, 1
	for {
		n, size := pageAt(from, want)
		page, err := w.fetch(n, size)
		if err != nil {
			return false, err
		}
		start, news, last := n*size, 0, false
		if start > 0 && !w.holds(page.items, w.known) {
			back = min(goBack*back, end)
		} else {
			if start == 0 {
				w.known = map[string]time.Time{}
			}
			news = w.give(page.items)
			if start == 0 {
				w.front = maps.Clone(w.known)
			}
			end, back = start+len(page.items), 1
			last = !page.more || len(page.items) == 0 || start > 0 && end <= from+1
		}
		switch {
		case last || w.left:
			return start == 0, nil
		case w.stall.lasts(news, len(w.given), w.perPage):
			return false, errStalled
		}
		from, want = max(0, end-back), min(w.perPage, mostSought)+1
	}
}

// frontAgain reads what has come to the front since the walk was there: as much as is
// before an item that has not moved. It is one page, so that nothing moves meanwhile.
func (w *walk[T]) frontAgain() error {
	for size := w.perPage; ; size *= 2 {
		page, err := w.fetch(0, size)
		if err != nil {
			return err
		}
		news := w.give(page.items)
		switch {
		case w.left, !page.more, len(page.items) == 0, w.holds(page.items, w.front):
			return nil
		case w.stall.lasts(news, len(w.given), w.perPage):
			return errStalled
		}
	}
}

// give passes on what was not given yet, and tells how much that was.
func (w *walk[T]) give(items []T) (news int) {
	for i := range items {
		id := w.id(&items[i])
		w.known[id] = w.place(&items[i])
		if w.left || w.given[id] {
			continue
		}
		w.given[id] = true
		news++
		w.left = !w.yield(items[i], nil)
	}
	return news
}

// holds tells whether one of the items stands where it stood.
func (w *walk[T]) holds(items []T, stood map[string]time.Time) bool {
	return slices.ContainsFunc(items, func(item T) bool {
		at, ok := stood[w.id(&item)]
		return ok && at.Equal(w.place(&item))
	})
}

// mostSought bounds how long a size of a page is sought.
const mostSought = 1 << 16

// pageAt gives the page, and its size, that holds the item at from and so many in all
// from there on. Pages begin at multiples of their size, so the size is sought: the
// smallest, up to half as much again as is wanted, that brings all of them, or else
// most.
func pageAt(from, want int) (page, size int) {
	if from == 0 {
		return 0, want
	}
	for n, most := 2, 0; most < want && (n <= want+want/2 || most < 2); n++ {
		if brings := min(n-from%n, want); brings > most {
			most, size = brings, n
		}
	}
	return from / size, size
}

// stall counts the pages in a row that bring nothing new.
type stall int

// maxStall is how many these may be, beside those that a walk reads again after it went
// back to the front.
const maxStall = 16

var errStalled = failed(http.StatusBadGateway,
	"mastra: the list: page after page brings nothing new: the server does not page, or the list changes faster than it can be read")

// lasts counts a page that has brought so many new items to a walk that has given so
// many, and tells whether it is one too many.
func (s *stall) lasts(news, given, perPage int) bool {
	if news > 0 {
		*s = 0
		return false
	}
	*s++
	return int(*s) > maxStall+given/perPage
}
