package mastra

import (
	"iter"
	"net/http"
	"slices"
	"strconv"

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

// listPage is one page of a list.
type listPage[T any] struct {
	items []T
	total int  // of the list
	more  bool // pages follow
	other bool // the answer says that it is another page than was asked for
}

// maxSame is how often a page may come again: each time an item has come and one has
// gone, perhaps.
const maxSame = 8

// pages walks a list whose newest items come first, page by page, to the first
// empty page or the one that says it is the last. What is there twice, because
// the list grew meanwhile, is given once; where it shrank, the walk goes back as
// far as items can have moved. An error ends it, and so does a page that comes
// again and again although the list does not grow: the server would give it for ever.
func pages[T any](perPage int, id func(*T) string, fetch func(page int) (listPage[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := map[string]bool{}
		total := 0
		var before []string // the last page
		same := 0           // how often it came again
		for n := 0; ; n++ {
			page, err := fetch(n)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			gone := total - page.total
			grown := n > 0 && gone < 0
			total = page.total
			if n > 0 && gone > 0 {
				n = max(0, n-(gone+perPage-1)/perPage) - 1
				before = nil
				continue
			}
			ids := make([]string, len(page.items))
			for i := range page.items {
				key := id(&page.items[i])
				if ids[i] = key; !seen[key] {
					seen[key] = true
					if !yield(page.items[i], nil) {
						return
					}
				}
			}
			if len(page.items) == 0 || !page.more {
				return
			}
			if before != nil && !grown && slices.Equal(ids, before) {
				same++
			} else {
				same = 0
			}
			if same > maxSame || same > 0 && page.other {
				var none T
				yield(none, failed(http.StatusBadGateway, "mastra: page %d of the list is the one before it again: the server does not page", n))
				return
			}
			before = ids
		}
	}
}
