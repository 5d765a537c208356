package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestShuffled_GivesEachPackageAndOperatorItsShareOfAnyPart(t *testing.T) {
	t.Parallel()
	var points []point
	for i := range 600 {
		points = append(points, point{pkg: "big", operator: "string", file: fmt.Sprint(i)})
	}
	for i := range 300 {
		points = append(points, point{pkg: "big", operator: "negate", file: fmt.Sprint(i)})
	}
	for i := range 100 {
		points = append(points, point{pkg: "small", operator: "string", file: fmt.Sprint(i)})
	}
	drawn := shuffled(points, 1)
	assert.ElementsMatch(t, points, drawn)
	for _, n := range []int{100, 500} {
		got := map[string]int{}
		for _, p := range drawn[:n] {
			got[p.pkg+" "+p.operator]++
		}
		assert.InDelta(t, 6*n/10, got["big string"], 2)
		assert.InDelta(t, 3*n/10, got["big negate"], 2)
		assert.InDelta(t, n/10, got["small string"], 2)
	}
	assert.Equal(t, drawn, shuffled(points, 1))
	assert.NotEqual(t, drawn, shuffled(points, 2))
}

func TestShuffled_KeepsItsOrderWhereOthersCome(t *testing.T) {
	t.Parallel()
	var points []point
	for i := range 100 {
		points = append(points, point{operator: "string", file: fmt.Sprint(i)})
	}
	added := point{operator: "string", file: "more"}
	with := shuffled(append(points, added), 1)
	assert.Equal(t, shuffled(points, 1), slices.DeleteFunc(with, func(p point) bool { return p == added }))
}
