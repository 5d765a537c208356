package differential

import (
	"fmt"
	"io"
)

// Report sums up the outcomes of all scenes.
type Report struct {
	Exchanges int
	// Identical exchanges differ nowhere, not even in the order of members.
	Identical int
	// Reordered exchanges differ in the order of members alone.
	Reordered int
	// Excused exchanges differ only where the table says so.
	Excused int
	// Different holds the exchanges that differ elsewhere, with those differences.
	Different []Outcome
	// Rows is the table; Used counts the exchanges that each row excuses.
	Rows []Row
	Used []int
}

// NewReport judges outcomes by the table.
func NewReport(rows []Row, outcomes []Outcome) Report {
	r := Report{Exchanges: len(outcomes), Rows: rows, Used: make([]int, len(rows))}
	for _, o := range outcomes {
		rest := r.excuse(o)
		switch {
		case len(o.Differences) == 0:
			r.Identical++
		case len(rest) == 0:
			r.Excused++
		default:
			if onlyOrder(rest) {
				r.Reordered++
			}
			o.Differences = rest
			r.Different = append(r.Different, o)
		}
	}
	return r
}

// excuse gives the differences that no row is about.
func (r *Report) excuse(o Outcome) []Difference {
	used := make([]bool, len(r.Rows))
	var rest []Difference
	for _, d := range o.Differences {
		excused := false
		for i, row := range r.Rows {
			if row.Excuses(o, d) {
				excused, used[i] = true, true
			}
		}
		if !excused {
			rest = append(rest, d)
		}
	}
	for i, u := range used {
		if u {
			r.Used[i]++
		}
	}
	return rest
}

func onlyOrder(list []Difference) bool {
	for _, d := range list {
		if !d.OfOrder() {
			return false
		}
	}
	return true
}

// Percent is the share of identical exchanges.
func (r Report) Percent() float64 { return 100 * float64(r.Identical) / float64(max(1, r.Exchanges)) }

// Stale lists the rows of the table that no longer differ.
func (r Report) Stale() []Row {
	var stale []Row
	for i, row := range r.Rows {
		if r.Used[i] == 0 {
			stale = append(stale, row)
		}
	}
	return stale
}

// Summary is the report in one line.
func (r Report) Summary() string {
	return fmt.Sprintf("%d exchanges, %d identical (%.1f %%), %d differ on purpose, %d differ otherwise (%d of them only in the order of members)",
		r.Exchanges, r.Identical, r.Percent(), r.Excused, len(r.Different), r.Reordered)
}

const mostShown = 8

// Write prints the report: the table, then each exchange that differs, with its request.
func (r Report) Write(w io.Writer) error {
	p := printer{w: w}
	p.line("%s\n", r.Summary())
	p.line("| on purpose | exchanges |\n|---|---|")
	for i, row := range r.Rows {
		p.line("| %s | %d |", row.Reason, r.Used[i])
	}
	for _, o := range r.Different {
		p.line("\n### %s\n%s %s %s", o.Name(), o.Exchange.Method, o.Exchange.Path, short(o.Exchange.Body))
		for i, d := range o.Differences {
			if i == mostShown {
				p.line("- ... %d more", len(o.Differences)-mostShown)
				break
			}
			p.line("- %s", d)
		}
	}
	return p.err
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
