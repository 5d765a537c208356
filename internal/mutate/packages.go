package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
)

// A pkg is one package as go list describes it.
type pkg struct {
	Dir          string
	ImportPath   string
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Deps         []string
	Module       struct{ Dir string }
}

func (p pkg) hasTests() bool { return len(p.TestGoFiles)+len(p.XTestGoFiles) > 0 }

// list is go list.
func list(dir string, patterns ...string) ([]pkg, error) {
	cmd := exec.Command("go", append([]string{"list", "-json", "--"}, patterns...)...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("go list: %s", failed.Stderr)
	} else if err != nil {
		return nil, err
	}
	var found []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
}

// judges lists the packages whose tests can kill a mutant of the package of that
// path: its own, and those that are built on it.
func judges(all []pkg, path string) []pkg {
	var found []pkg
	for _, p := range all {
		if p.hasTests() && (p.ImportPath == path || slices.Contains(p.Deps, path)) {
			found = append(found, p)
		}
	}
	return found
}
