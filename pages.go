package mastra

import "iter"

// listPage is one page of a list.
type listPage[T any] struct {
	items []T
	total int  // of the list
	more  bool // pages follow
}

// pages walks a list whose newest items come first, page by page, to the first
// empty page or the one that says it is the last. What is there twice, because
// the list grew meanwhile, is given once; where it shrank, the walk goes back as
// far as items can have moved. An error ends it.
func pages[T any](perPage int, id func(*T) string, fetch func(page int) (listPage[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := map[string]bool{}
		total := 0
		for n := 0; ; n++ {
			page, err := fetch(n)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			gone := total - page.total
			total = page.total
			if n > 0 && gone > 0 {
				n = max(0, n-(gone+perPage-1)/perPage) - 1
				continue
			}
			for i := range page.items {
				if key := id(&page.items[i]); !seen[key] {
					seen[key] = true
					if !yield(page.items[i], nil) {
						return
					}
				}
			}
			if len(page.items) == 0 || !page.more {
				return
			}
		}
	}
}
