package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A trial is one try of a package's tests on changed files.
type trial struct {
	pkg     pkg
	overlay string        // for go build; empty for the files as they are
	dir     string        // where the test program is put
	limit   time.Duration // of one run of all tests
}

// errBuild says that the tests cannot be built.
var errBuild = errors.New("does not compile")

// build makes the test program and returns its path.
func (t trial) build() (string, error) {
	program := filepath.Join(t.dir, "judge.test")
	args := []string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-o", program}
	if t.overlay != "" {
		args = append(args, "-overlay", t.overlay)
	}
	cmd := exec.Command("go", append(args, t.pkg.ImportPath)...)
	cmd.Dir = t.pkg.Module.Dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", errBuild, out)
	}
	return program, nil
}

// A failure is how tests failed.
type failure struct {
	tests  []string // those that failed, or that ran when time was up
	late   bool     // time was up
	output string
}

func (f failure) String() string {
	by := strings.Join(f.tests, " ")
	switch {
	case f.late:
		return "time (" + by + ")"
	case by == "":
		return "the test program"
	default:
		return by
	}
}

// run runs the tests, those alone that only names where there are any. It
// returns nil where they pass.
func (t trial) run(program string, only []string, limit time.Duration) *failure {
	args := []string{"-test.failfast", "-test.paniconexit0", "-test.timeout", limit.String()}
	if len(only) > 0 {
		args = append(args, "-test.run", "^("+strings.Join(only, "|")+")$")
	}
	// The test program sees to its limit; one that cannot is ended soon after.
	ctx, cancel := context.WithTimeout(context.Background(), limit+30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = t.pkg.Dir
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	return failureIn(string(out), ctx.Err() != nil)
}

var (
	failedTest  = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)
	runningTest = regexp.MustCompile(`(?m)^\t+(Test\w+|Example\w*|Fuzz\w+) \(`)
	lateTests   = regexp.MustCompile(`(?m)^panic: test timed out after`)
)

// failureIn reads the output of a test program that failed.
func failureIn(output string, late bool) *failure {
	f := &failure{late: late, output: output}
	found := failedTest.FindAllStringSubmatch(output, -1)
	if lateTests.MatchString(output) {
		f.late = true
		found = runningTest.FindAllStringSubmatch(output, -1)
	}
	for _, m := range found {
		if !slices.Contains(f.tests, m[1]) {
			f.tests = append(f.tests, m[1])
		}
	}
	return f
}

// judge runs the tests, and confirms a failure so that none is due to a test
// that fails now and then, or to a slow machine: some of the tests that failed
// fail a second time without the others, in the time that all had, or all do, in
// twice that. It returns nil where the tests pass.
func (t trial) judge() (*failure, error) {
	program, err := t.build()
	if err != nil {
		return nil, err
	}
	defer os.Remove(program)
	first := t.run(program, nil, t.limit)
	if first == nil {
		return nil, nil
	}
	if len(first.tests) > 0 {
		if again := t.run(program, first.tests[:min(3, len(first.tests))], t.limit); again != nil {
			return again, nil
		}
	}
	return t.run(program, nil, 2*t.limit), nil
}

// writeOverlay makes what -overlay takes to build with the mutant, in dir.
func writeOverlay(dir string, p point) (string, error) {
	source, err := os.ReadFile(p.path)
	if err != nil {
		return "", err
	}
	changed := filepath.Join(dir, "mutant.go")
	if err := os.WriteFile(changed, p.apply(source), 0o600); err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]map[string]string{"Replace": {p.path: changed}})
	if err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, data, 0o600)
}
