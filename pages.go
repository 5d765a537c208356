package mastra

import "iter"

// pages walks a list page by page, from page 0, to the first empty page or the
// one that says it is the last. What is there twice, because the list grew
// meanwhile, is given once. An error ends the walk.
func pages[T any](id func(*T) string, fetch func(page int) (items []T, more bool, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := map[string]bool{}
		for page := 0; ; page++ {
			items, more, err := fetch(page)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for i := range items {
				if key := id(&items[i]); !seen[key] {
					seen[key] = true
					if !yield(items[i], nil) {
						return
					}
				}
			}
			if len(items) == 0 || !more {
				return
			}
		}
	}
}
