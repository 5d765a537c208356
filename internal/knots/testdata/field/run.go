// Package field has three files in a circle. The last one uses the first by a
// field alone: it does not name the type.
package field

type run struct{ left int }

func start() { step() }
