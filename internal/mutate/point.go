package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// A point is one place of one file that can be changed, and the change.
type point struct {
	pkg        string // the package's import path
	path       string // the file, absolute
	file       string // the file, from the module's root
	line       int
	function   string // as in (*T).name, or "package" outside of functions
	operator   string
	start, end int    // what is replaced, as offsets into the file
	with       string // what stands there instead
	before     string // the lines that the change is in, with single spaces
	after      string
	nth        int // from 1: which of the points with the same words it is
}

// key names the point by what it changes, so that it survives edits elsewhere
// in the file.
func (p point) key() string {
	key := fmt.Sprintf("%s %s %s\n- %s\n+ %s", p.file, p.function, p.operator, p.before, p.after)
	if p.nth > 1 {
		key += fmt.Sprintf("\n# %d", p.nth)
	}
	return key
}

// id is the key in short.
func (p point) id() string {
	sum := sha256.Sum256([]byte(p.key()))
	return hex.EncodeToString(sum[:4])
}

// apply returns the source with the change.
func (p point) apply(source []byte) []byte {
	out := append([]byte{}, source[:p.start]...)
	out = append(out, p.with...)
	return append(out, source[p.end:]...)
}

// describe sets before and after to the lines that the change touches.
func (p *point) describe(source []byte) {
	first := strings.LastIndexByte(string(source[:p.start]), '\n') + 1
	last := len(source)
	if i := strings.IndexByte(string(source[p.end:]), '\n'); i >= 0 {
		last = p.end + i
	}
	p.before = oneLine(string(source[first:last]))
	p.after = oneLine(string(source[first:p.start]) + p.with + string(source[p.end:last]))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
