package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"
)

// A session judges mutants.
type session struct {
	packages []pkg
	took     map[string]time.Duration // the tests of a package, unchanged, by its path
	skip     map[string]string        // reasons of equivalents, by key
	known    map[string]verdict       // of an earlier run, by id
	log      io.Writer                // where verdicts go for a later run
	out      io.Writer
	verbose  bool          // the output of a killer is printed
	grace    time.Duration // what tests may take beside four times their usual time
}

// measure runs the tests unchanged; they must pass.
func (s *session) measure(mutated []string) error {
	s.took = map[string]time.Duration{}
	for _, path := range mutated {
		for _, p := range judges(s.packages, path) {
			if s.took[p.ImportPath] > 0 {
				continue
			}
			dir, err := os.MkdirTemp("", "mutate")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			t := trial{pkg: p, dir: dir}
			program, err := t.build()
			if err != nil {
				return err
			}
			began := time.Now()
			if failed := t.run(program, nil, 10*time.Minute); failed != nil {
				return fmt.Errorf("%s fails unchanged: %s", p.ImportPath, failed.output)
			}
			s.took[p.ImportPath] = time.Since(began)
			os.Remove(program)
		}
	}
	return nil
}

// judge finds out about one mutant: its own package's tests first, and then
// the others', the fastest first.
func (s *session) judge(p point) (verdict, error) {
	v := verdict{ID: p.id(), point: p}
	if known, ok := s.known[v.ID]; ok {
		known.point = p
		return known, nil
	}
	if reason, ok := s.skip[p.key()]; ok {
		v.Outcome, v.By = equivalent, reason
		return v, nil
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return v, err
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(dir, p)
	if err != nil {
		return v, err
	}
	all := judges(s.packages, p.pkg)
	slices.SortStableFunc(all, func(a, b pkg) int {
		if own := a.ImportPath == p.pkg; own != (b.ImportPath == p.pkg) {
			return map[bool]int{true: -1, false: 1}[own]
		}
		return cmp.Compare(s.took[a.ImportPath], s.took[b.ImportPath])
	})
	v.Outcome = survived
	for _, j := range all {
		t := trial{pkg: j, overlay: overlay, dir: dir, limit: 4*s.took[j.ImportPath] + s.grace}
		failed, err := t.judge()
		if errors.Is(err, errBuild) {
			v.Outcome = invalid
			return v, nil
		} else if err != nil {
			return v, err
		}
		if failed != nil {
			v.Outcome, v.By = killed, j.ImportPath+" "+failed.String()
			if s.verbose {
				fmt.Fprintln(s.out, failed.output)
			}
			return v, nil
		}
	}
	return v, nil
}

// judgeFirst judges the first n of the points that compile, jobs at once, and
// returns their verdicts in the order of the points.
func (s *session) judgeFirst(n, jobs int, points []point) ([]verdict, error) {
	var (
		mutex              sync.Mutex
		changed            = sync.NewCond(&mutex)
		next, valid, going int
		failure            error
		verdicts           = make([]verdict, len(points))
		workers            sync.WaitGroup
	)
	work := func() {
		mutex.Lock()
		defer mutex.Unlock()
		for {
			// One that goes on may be none that compiles.
			for valid+going >= n && going > 0 {
				changed.Wait()
			}
			if failure != nil || valid >= n || next == len(points) {
				return
			}
			i := next
			next, going = next+1, going+1
			mutex.Unlock()
			v, err := s.judge(points[i])
			mutex.Lock()
			going--
			failure = cmp.Or(failure, err)
			verdicts[i] = v
			if v.Outcome != invalid {
				valid++
				v.print(s.out)
			}
			if line, err := json.Marshal(v); err == nil && v.Outcome != equivalent {
				fmt.Fprintf(s.log, "%s\n", line)
			}
			changed.Broadcast()
		}
	}
	for range jobs {
		workers.Go(work)
	}
	workers.Wait()
	verdicts = slices.DeleteFunc(verdicts, func(v verdict) bool { return v.Outcome == "" || v.Outcome == invalid })
	return verdicts, failure
}
