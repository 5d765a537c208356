package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// The outcomes of a mutant.
const (
	killed     = "killed"
	survived   = "SURVIVED"
	equivalent = "equivalent"
	invalid    = "invalid" // does not compile, and does not count
)

// A verdict is what was found of one mutant.
type verdict struct {
	ID      string `json:"id"`
	Outcome string `json:"outcome"`
	By      string `json:"by,omitzero"` // the package and tests that killed it, or why it is equivalent
	point   point
}

// print writes the verdict as one line, or as one with the change where the
// mutant survived.
func (v verdict) print(w io.Writer) {
	fmt.Fprintf(w, "%s %s %s:%d %s", v.ID, v.Outcome, v.point.file, v.point.line, v.point.operator)
	if v.By != "" {
		fmt.Fprintf(w, " | %s", v.By)
	}
	fmt.Fprintln(w)
	if v.Outcome == survived {
		fmt.Fprintln(w, "\t"+strings.ReplaceAll(v.point.key(), "\n", "\n\t"))
	}
}

// readLog reads the verdicts of an earlier run, by id. There are none where the
// file does not exist.
func readLog(path string) (map[string]verdict, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer file.Close()
	found := map[string]verdict{}
	for d := json.NewDecoder(file); ; {
		var v verdict
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		found[v.ID] = v
	}
}

// A count is the number of mutants of each outcome.
type count struct{ killed, survived, equivalent int }

func (c *count) add(v verdict) {
	switch v.Outcome {
	case killed:
		c.killed++
	case survived:
		c.survived++
	case equivalent:
		c.equivalent++
	}
}

// score is the share of mutants that were killed, of those that can be.
func (c count) score() string {
	if c.killed+c.survived == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(c.killed)/float64(c.killed+c.survived))
}

// summarize prints the counts by package and by operator, and all.
func summarize(w io.Writer, verdicts []verdict) {
	by := func(name string, of func(point) string) {
		counts := map[string]*count{}
		for _, v := range verdicts {
			c := cmp.Or(counts[of(v.point)], &count{})
			c.add(v)
			counts[of(v.point)] = c
		}
		fmt.Fprintf(w, "\n%-42s %6s %8s %10s %8s\n", name, killed, survived, equivalent, "score")
		names := make([]string, 0, len(counts))
		for n := range counts {
			names = append(names, n)
		}
		slices.Sort(names)
		for _, n := range names {
			c := counts[n]
			fmt.Fprintf(w, "%-42s %6d %8d %10d %8s\n", n, c.killed, c.survived, c.equivalent, c.score())
		}
	}
	by("package", func(p point) string { return p.pkg })
	by("operator", func(p point) string { return p.operator })
	by("all", func(point) string { return "" })
}
