package differential

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
)

// MostRows is how many rows the table of deliberate differences may have.
const MostRows = 15

//go:embed deliberate.txt
var deliberate string

// Row is a difference that is meant to be.
type Row struct {
	// Exchanges matches the names of the exchanges, scene and title, that differ.
	Exchanges *regexp.Regexp
	// At matches the places where they differ.
	At     *regexp.Regexp
	Reason string
}

// Table reads deliberate.txt. A row is three lines (the exchanges, the places, the
// reason), rows stand apart by an empty line, and lines that begin with # are comments.
func Table() ([]Row, error) { return parseTable(deliberate) }

func parseTable(data string) ([]Row, error) {
	var rows []Row
	for block := range strings.SplitSeq(strings.TrimSpace(data), "\n\n") {
		var lines []string
		for line := range strings.SplitSeq(block, "\n") {
			if !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		if len(lines) == 0 {
			continue
		}
		if len(lines) != 3 {
			return nil, fmt.Errorf("deliberate.txt: a row has %d lines: %q", len(lines), block)
		}
		row := Row{Reason: lines[2]}
		for i, pattern := range []**regexp.Regexp{&row.Exchanges, &row.At} {
			compiled, err := regexp.Compile("^(?:" + lines[i] + ")$")
			if err != nil {
				return nil, fmt.Errorf("deliberate.txt: %w", err)
			}
			*pattern = compiled
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Excuses tells whether the row is about this difference.
func (r Row) Excuses(o Outcome, d Difference) bool {
	return r.Exchanges.MatchString(o.Name()) && r.At.MatchString(d.At)
}
