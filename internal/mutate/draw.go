package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// shuffled orders the points so that in any first part of them each package and
// operator has its share: the points of one package and operator are put in a
// random order, and spread evenly over the whole. An edit of the code changes
// little of the order of the others.
func shuffled(points []point, seed uint64) []point {
	type stratum struct{ pkg, operator string }
	strata := map[stratum][]placed{}
	for _, p := range points {
		s := stratum{p.pkg, p.operator}
		strata[s] = append(strata[s], placed{p, random(seed, p.key())})
	}
	var all []placed
	for s, own := range strata {
		slices.SortFunc(own, compare)
		first := random(seed, s.pkg, s.operator)
		for i, p := range own {
			all = append(all, placed{p.point, (float64(i) + first) / float64(len(own))})
		}
	}
	slices.SortFunc(all, compare)
	ordered := make([]point, len(all))
	for i, p := range all {
		ordered[i] = p.point
	}
	return ordered
}

// placed is a point with its place among others.
type placed struct {
	point
	at float64
}

func compare(a, b placed) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.key(), b.key()))
}

// random is a number from 0 to 1, always the same for the same arguments.
func random(seed uint64, names ...string) float64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q", seed, names))
	return float64(binary.BigEndian.Uint64(sum[:])) / (1 << 64)
}
