// Package generic has two files that use members of an instantiated type.
package generic

type list[T any] struct{ items []T }

func (l *list[T]) push(item T) { grow(l, item) }
