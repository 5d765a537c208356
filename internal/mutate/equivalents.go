package main

import (
	"fmt"
	"os"
	"strings"
)

// readEquivalents reads the mutants that no test can kill: blocks of a point's
// key and a last line with the reason, separated by empty lines. It returns the
// reason of each key.
func readEquivalents(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	reasons := map[string]string{}
	for block := range strings.SplitSeq(string(data), "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		for len(lines) > 0 && strings.HasPrefix(lines[0], "//") {
			lines = lines[1:]
		}
		if len(lines) == 0 || lines[0] == "" {
			continue
		}
		last := len(lines) - 1
		reason, ok := strings.CutPrefix(lines[last], "= ")
		if !ok || last < 3 {
			return nil, fmt.Errorf("%s: not of the form \"file function operator\", \"- before\", \"+ after\", \"= reason\":\n%s", path, block)
		}
		reasons[strings.Join(lines[:last], "\n")] = reason
	}
	return reasons, nil
}
