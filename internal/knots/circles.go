package main

import (
	"cmp"
	"maps"
	"slices"
)

// knots returns the groups of files that reach each other: the strongly
// connected components of more than one file. The largest comes first, and the
// files of each are sorted.
func (g graph) knots() [][]string {
	w := walk{graph: g, order: map[string]int{}, lowest: map[string]int{}, open: map[string]bool{}}
	for _, file := range slices.Sorted(maps.Keys(g)) {
		if w.order[file] == 0 {
			w.visit(file)
		}
	}
	slices.SortStableFunc(w.knots, func(a, b []string) int { return cmp.Compare(len(b), len(a)) })
	return w.knots
}

// walk is Tarjan's algorithm: it goes through the files in depth, and a group is
// complete when the walk leaves the file by which it came into the group.
type walk struct {
	graph  graph
	order  map[string]int  // when a file was met, from 1 on
	lowest map[string]int  // the first met of the open files that are known to be reached from a file
	open   map[string]bool // met, and its group is not complete
	stack  []string        // the open files, in the order in which they were met
	knots  [][]string
}

func (w *walk) visit(file string) {
	w.order[file] = len(w.order) + 1
	w.lowest[file] = w.order[file]
	w.open[file] = true
	w.stack = append(w.stack, file)
	for _, next := range slices.Sorted(maps.Keys(w.graph[file])) {
		if w.order[next] == 0 {
			w.visit(next)
		}
		if w.open[next] {
			w.lowest[file] = min(w.lowest[file], w.lowest[next])
		}
	}
	if w.lowest[file] < w.order[file] {
		return // a file that was met before belongs to the group
	}
	start := slices.Index(w.stack, file)
	group := slices.Clone(w.stack[start:])
	w.stack = w.stack[:start]
	for _, f := range group {
		w.open[f] = false
	}
	if len(group) > 1 {
		slices.Sort(group)
		w.knots = append(w.knots, group)
	}
}
