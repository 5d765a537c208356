// Package none has files that use each other in one direction only. Its tests
// are a knot of their own, and so are its files where the tag circle holds.
package none

func a() int { return b() }
