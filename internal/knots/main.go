// Command knots finds the files of a package that depend on each other in a
// circle: to understand one of them, all must be read.
//
//	go run ./internal/knots [-C dir] [-max n] [-allow pkg=n,...] ./...
//
// A file depends on another one of its package where it uses what is declared
// there: a function, method, type, field, constant or variable. A method is
// declared where its body is, a field where its struct is, and a promoted member
// where the embedded type has it. A knot is a greatest group of two or more files
// of which each depends on all others, directly or through files of the group.
// Tests are not looked at, nor files that the build leaves out for their tags.
//
// Each knot is printed as one line: its package, its size and its files. With a
// limit, a knot of more files is reported to standard error with the uses that
// make it, those of the fewest definitions first: where one definition stands in
// the wrong file, it is among the first.
//
// The exit code is 1 where a knot is over its limit, and 2 for a command line
// that is not understood or packages that cannot be loaded.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// limits says how many files a knot may have; 0 is any number.
type limits struct {
	others uint            // of a package that is not named
	named  map[string]uint // by import path
}

// exceeded returns the limit of the package, and whether a knot of size files is
// over it.
func (l limits) exceeded(path string, size int) (uint, bool) {
	limit, ok := l.named[path]
	if !ok {
		limit = l.others
	}
	return limit, limit > 0 && uint(size) > limit
}

// allow reads pkg=n,... into l.
func (l limits) allow(list string) error {
	for entry := range strings.SplitSeq(list, ",") {
		path, number, _ := strings.Cut(entry, "=")
		n, err := strconv.ParseUint(number, 10, 0)
		if path == "" || err != nil {
			return fmt.Errorf("%q is not of the form pkg=n", entry)
		}
		l.named[path] = uint(n)
	}
	return nil
}

// run is the program; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	limits := limits{named: map[string]uint{}}
	flags := flag.NewFlagSet("knots", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("C", ".", "look from this `dir`, for another module's packages")
	flags.UintVar(&limits.others, "max", 0, "a knot may have `n` files at most; 0: any number")
	flags.Func("allow", "`pkg=n,...`: other limits for packages, by import path; 0: any number", limits.allow)
	if err := flags.Parse(args); err != nil {
		return 2
	}
	packages, err := load(*dir, flags.Args())
	if err != nil {
		fmt.Fprintln(stderr, "knots:", err)
		return 2
	}
	code := 0
	for _, p := range packages {
		uses := p.uses()
		for _, knot := range uses.knots() {
			fmt.Fprintf(stdout, "%s: %d files: %s\n", p.path, len(knot), strings.Join(knot, " "))
			if limit, over := limits.exceeded(p.path, len(knot)); over {
				fmt.Fprintf(stderr, "%s: a knot of %d files, where at most %d are allowed. The uses that make it:\n", p.path, len(knot), limit)
				explain(stderr, uses.within(knot))
				code = 1
			}
		}
	}
	return code
}

// explain prints the edges, each with the line of its first use and a few of the
// definitions that are used.
func explain(w io.Writer, edges []edge) {
	for _, e := range edges {
		shown := e.definitions[:min(3, len(e.definitions))]
		fmt.Fprintf(w, "\t%s:%d -> %s: %s", e.from, e.line, e.to, strings.Join(shown, ", "))
		if more := len(e.definitions) - len(shown); more > 0 {
			fmt.Fprintf(w, ", and %d more", more)
		}
		fmt.Fprintln(w)
	}
}
