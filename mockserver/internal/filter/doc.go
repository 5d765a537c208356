// Package filter holds the metadata filters of vector queries. They are written in
// the style of MongoDB and mean what LibSQL makes of them: a filter is checked,
// rewritten so that every field has its conditions, and turned into a statement of
// SQL. The statement is not written out here: its conditions are functions, and its
// parameters are bound by their position, as in the database.
package filter

import (
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Filter is a filter that was compiled.
type Filter struct {
	conditions []condition
	args       []any // the values of the statement's parameters, in order
	slots      int   // how many parameters its conditions have
	invalid    error // why the statement is refused before its tables are looked up
	column     error // why it is refused after that
}

// said is an error in the words of the server, which go to the client as they are.
func said(format string, args ...any) error { return fmt.Errorf(format, args...) }

var (
	errSyntax   = said(`SQLITE_ERROR: near ")": syntax error`)
	errBind     = said("SQLite3 can only bind numbers, strings, bigints, buffers, and null")
	errFinite   = said("Only finite numbers (not Infinity or NaN) can be passed as arguments")
	errMismatch = said("SQLITE_MISMATCH: datatype mismatch")
)

// Compile reads a filter, nil for one that everything matches. The least score and
// the number of rows that a query wants are the statement's last parameters: a filter
// that brings more values than its conditions use, or fewer, shifts them.
func Compile(o *js.Object, leastScore, limit float64) (*Filter, error) {
	f := &Filter{}
	if o.Len() > 0 {
		if err := check(o); err != nil {
			return nil, err
		}
		b := &builder{f}
		for _, m := range asObject(translate(o, "")).Members() {
			c, err := b.condition(m.Key, m.Value, fieldSource)
			if err != nil {
				return nil, err
			}
			f.conditions = append(f.conditions, c)
		}
	}
	f.args = append(f.args, leastScore, limit)
	for _, arg := range f.args {
		if !isFinite(arg) {
			return nil, errFinite
		}
	}
	return f, nil
}

// Prepare tells why the statement cannot be run: tableMissing is what the database
// says where there is no such table, nil where there is one.
func (f *Filter) Prepare(tableMissing error) error {
	for _, err := range []error{f.invalid, tableMissing, f.column} {
		if err != nil {
			return err
		}
	}
	for _, arg := range f.args {
		switch arg.(type) {
		case *js.Object, []any:
			return errBind
		}
	}
	return nil
}

// Match tells whether metadata matches. What comes after a condition that does not
// hold is not looked at, so it does not fail.
func (f *Filter) Match(metadata *js.Object) (bool, error) {
	for _, c := range f.conditions {
		if t, err := c(row{metadata: metadata, args: f.args}); t != yes || err != nil {
			return false, err
		}
	}
	return true, nil
}

// Above tells whether a score is better than the least one.
func (f *Filter) Above(score float64) bool {
	return compared(score, argument(f.args, f.slots), func(c int) bool { return c > 0 }) == yes
}

// Limit is how many rows are wanted.
func (f *Filter) Limit() (int, error) { return limitOf(argument(f.args, f.slots+1)) }
