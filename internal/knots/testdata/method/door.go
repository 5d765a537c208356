// Package method has two files, of which one has a type and a method that calls
// the other one's.
package method

type door struct{}

func (d *door) swing() { d.open() }
