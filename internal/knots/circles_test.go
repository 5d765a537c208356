package main

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKnotsAreTheFilesThatReachEachOther(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	sizes := map[int]int{}
	for range 2000 {
		files := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
		g := graph{}
		for range random.IntN(14) {
			if from, to := random.IntN(len(files)), random.IntN(len(files)); from != to {
				g.add(files[from], files[to], "F", 1)
			}
		}
		knots := g.knots()
		sizes[len(knots)]++
		assert.True(t, slices.IsSortedFunc(knots, func(a, b []string) int { return len(b) - len(a) }), knots)
		of := map[string]int{}
		for i, knot := range knots {
			assert.True(t, slices.IsSorted(knot), knot)
			for _, file := range knot {
				assert.Zero(t, of[file], "%s is in two knots", file)
				of[file] = i + 1
			}
		}
		for _, a := range files {
			for _, b := range files {
				if a != b {
					circle := reaches(g, a, b) && reaches(g, b, a)
					assert.Equal(t, circle, of[a] != 0 && of[a] == of[b], "%s and %s", a, b)
				}
			}
		}
	}
	assert.Len(t, sizes, 4, "graphs of no knot, of one, of two and of three: %v", sizes)
}

// reaches says whether the edges lead from one file to the other.
func reaches(g graph, from, to string) bool {
	met := map[string]bool{from: true}
	for next := []string{from}; len(next) > 0; next = next[1:] {
		for file := range maps.Keys(g[next[0]]) {
			if !met[file] {
				met[file] = true
				next = append(next, file)
			}
		}
	}
	return met[to]
}
