package filter

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// row is what a condition is asked about.
type row struct {
	metadata *js.Object
	element  any // of the array that $elemMatch goes through
	args     []any
}

// condition is a term of the statement.
type condition func(row) (truth, error)

// source is an expression of the statement: where the value comes from.
type source func(row) (value, error)

// builder makes the conditions of a filter and collects its parameters.
type builder struct{ filter *Filter }

// slot gives the next parameter a place.
func (b *builder) slot() func(row) value {
	at := b.filter.slots
	b.filter.slots++
	return func(r row) value { return argument(r.args, at) }
}

func (b *builder) bind(values ...any) { b.filter.args = append(b.filter.args, values...) }

func argument(args []any, i int) value {
	if i >= len(args) {
		return nil
	}
	return bound(args[i])
}

var (
	segment    = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	maxSegment = 63
)

// checkField rejects what is no name of a field, dotted or not.
func checkField(key string) error {
	if key == "" {
		return said("Field key cannot be empty")
	}
	for _, s := range strings.Split(key, ".") {
		if !segment.MatchString(s) || len(s) > maxSegment {
			return said("Invalid field key segment: %s in %s", s, key)
		}
	}
	return nil
}

// sources makes the source of a field that a condition names.
type sources func(field string) (source, error)

// fieldSource is a field of the metadata.
func fieldSource(field string) (source, error) {
	return func(r row) (value, error) { return stored(follow(r.metadata, field)), nil }, checkField(field)
}

// follow goes along a dotted path; Undefined where it leads nowhere.
func follow(o *js.Object, path string) any {
	var v any = o
	for key := range strings.SplitSeq(path, ".") {
		o, ok := v.(*js.Object)
		if !ok || !o.Has(key) {
			return js.Undefined
		}
		v = o.Get(key)
	}
	return v
}

// condition builds the condition of one member of a translated filter.
func (b *builder) condition(key string, v any, from sources) (condition, error) {
	if isLogical(key) {
		return b.logical(key, v, from)
	}
	if list, ok := v.([]any); ok {
		return b.firstOf(list)
	}
	o, ok := v.(*js.Object)
	if !ok {
		src, err := from(key)
		if err != nil {
			return nil, err
		}
		want := b.slot()
		b.bind(v)
		return func(r row) (truth, error) {
			have, err := src(r)
			return equal(have, want(r)), err
		}, nil
	}
	return b.field(key, o, from)
}

// firstOf is a list where an operator must stand: its first index is taken for one.
func (b *builder) firstOf(list []any) (condition, error) {
	if len(list) == 0 {
		return nil, said("Cannot read properties of undefined (reading 'startsWith')")
	}
	return nil, said("Invalid operator: 0")
}

// field builds the conditions of a field, which must all hold.
func (b *builder) field(key string, operators *js.Object, from sources) (condition, error) {
	var terms []condition
	for _, m := range operators.Members() {
		if m.Key != "$not" {
			term, err := b.operator(key, m.Key, m.Value, from)
			if err != nil {
				return nil, err
			}
			terms = append(terms, term)
			continue
		}
		var inner []condition
		for _, n := range entries(m.Value) {
			term, err := b.operator(key, n.Key, n.Value, from)
			if err != nil {
				return nil, err
			}
			inner = append(inner, term)
		}
		terms = append(terms, negated(b.all(inner)))
	}
	return b.all(terms), nil
}

// all joins conditions by AND; without any the statement is no SQL.
func (b *builder) all(terms []condition) condition {
	if len(terms) == 0 {
		b.filter.invalid = errSyntax
	}
	return joined(terms, yes, func(a, b truth) truth { return min(a, b) })
}

func joined(terms []condition, start truth, join func(a, b truth) truth) condition {
	return func(r row) (truth, error) {
		t := start
		for _, term := range terms {
			next, err := term(r)
			if err != nil {
				return no, err
			}
			if t = join(t, next); t == no && start == yes || t == yes && start == no {
				break
			}
		}
		return t, nil
	}
}

func negated(c condition) condition {
	return func(r row) (truth, error) {
		t, err := c(r)
		return yes - t, err
	}
}

func constant(t truth) condition { return func(row) (truth, error) { return t, nil } }

func (b *builder) logical(key string, v any, from sources) (condition, error) {
	list, isList := v.([]any)
	switch {
	case isList && len(list) == 0 && key == "$not":
		return nil, errNotEmpty
	case isList && len(list) == 0:
		return constant(truthOf(key != "$or")), nil
	case key == "$not":
		var terms []condition
		for _, m := range entries(v) {
			term, err := b.condition(m.Key, m.Value, from)
			if err != nil {
				return nil, err
			}
			terms = append(terms, term)
		}
		return negated(b.all(terms)), nil
	case !isList:
		// The server asks for the conditions of this very object, again and again.
		return nil, said("Maximum call stack size exceeded")
	}
	// The conditions of all alternatives stand side by side.
	var terms []condition
	for _, e := range list {
		for _, m := range entries(e) {
			term, err := b.condition(m.Key, m.Value, from)
			if err != nil {
				return nil, err
			}
			terms = append(terms, term)
		}
	}
	all := b.all(terms)
	if key == "$and" {
		return all, nil
	}
	either := joined(terms, no, func(a, b truth) truth { return max(a, b) })
	if key == "$nor" {
		return negated(either), nil
	}
	return either, nil
}

// entries are the members of an object; those of a list have indexes as keys.
func entries(v any) []js.Member {
	switch v := v.(type) {
	case *js.Object:
		return v.Members()
	case []any:
		out := make([]js.Member, len(v))
		for i, e := range v {
			out[i] = js.Member{Key: strconv.Itoa(i), Value: e}
		}
		return out
	}
	return nil
}
