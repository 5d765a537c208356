package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// options are those of the command line.
type options struct {
	dir, skip, log, id string
	seed               uint64
	n, jobs            int
	patterns           []string
}

// run is the program; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.dir, "C", ".", "the `dir` of the module")
	flags.Uint64Var(&o.seed, "seed", 1, "draw by this `number`")
	flags.IntVar(&o.n, "n", 150, "judge `n` mutants")
	flags.IntVar(&o.jobs, "jobs", 2, "judge `n` mutants at once")
	flags.StringVar(&o.skip, "skip", "", "`file` of the mutants that are known to be equivalent")
	flags.StringVar(&o.log, "log", "", "`file` to which verdicts are added, and from which those of an earlier run are taken")
	flags.StringVar(&o.id, "id", "", "judge only the mutant of this `id`, and show what kills it")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	o.patterns = flags.Args()
	verdicts, err := judgeAll(o, stdout)
	if len(verdicts) > 0 {
		summarize(stdout, verdicts)
	}
	if err != nil {
		fmt.Fprintln(stderr, "mutate:", err)
		return 2
	}
	for _, v := range verdicts {
		if v.Outcome == survived {
			return 1
		}
	}
	return 0
}

// judgeAll lists, draws and judges.
func judgeAll(o options, stdout io.Writer) ([]verdict, error) {
	s := session{out: stdout, log: io.Discard, verbose: o.id != "", grace: 20 * time.Second}
	mutated, err := list(o.dir, o.patterns...)
	if err != nil {
		return nil, err
	}
	var points []point
	var paths []string
	for _, p := range mutated {
		found, err := pointsOf(p.Module.Dir, p)
		if err != nil {
			return nil, err
		}
		points, paths = append(points, found...), append(paths, p.ImportPath)
	}
	drawn := shuffled(points, o.seed)
	fmt.Fprintf(stdout, "%d points in %d packages\n", len(points), len(mutated))
	if o.id != "" {
		drawn = only(drawn, o.id)
	}
	if o.skip != "" {
		if s.skip, err = readEquivalents(o.skip); err != nil {
			return nil, err
		}
		warnUnused(stdout, s.skip, points)
	}
	if o.log != "" && o.id == "" {
		if s.known, err = readLog(o.log); err != nil {
			return nil, err
		}
		file, err := os.OpenFile(o.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		s.log = file
	}
	if s.packages, err = list(o.dir, "./..."); err != nil {
		return nil, err
	}
	if o.id != "" {
		s.grace = 3 * time.Minute // in place of what is not measured for one alone
	} else if err := s.measure(paths); err != nil {
		return nil, err
	}
	return s.judgeFirst(o.n, o.jobs, drawn)
}

// only returns the point of that id.
func only(points []point, id string) []point {
	return slices.DeleteFunc(points, func(p point) bool { return p.id() != id })
}

// warnUnused names the equivalents that are no points any more.
func warnUnused(w io.Writer, skip map[string]string, points []point) {
	known := map[string]bool{}
	for _, p := range points {
		known[p.key()] = true
	}
	for key := range skip {
		if !known[key] {
			fmt.Fprintf(w, "no such mutant any more:\n%s\n", key)
		}
	}
}
