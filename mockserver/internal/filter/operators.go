package filter

import (
	"math"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// operator builds the condition of one operator of a field.
func (b *builder) operator(key, name string, want any, from sources) (condition, error) {
	switch {
	case isLogical(name):
		// Its SQL takes the field for a column.
		if b.filter.column == nil {
			b.filter.column = said("SQLITE_ERROR: no such column: %s", key)
		}
		return constant(no), nil
	case !slices.Contains(fieldOperators, name):
		return nil, said("Invalid operator: %s", name)
	case name == "$elemMatch":
		return b.elemMatch(key, want, from)
	case name == "$contains":
		return b.contains(key, want, from)
	}
	src, err := from(key)
	if err != nil {
		return nil, err
	}
	switch name {
	case "$eq", "$ne":
		return b.equals(src, name == "$eq", want), nil
	case "$gt", "$gte", "$lt", "$lte":
		return b.compares(src, name, want), nil
	case "$in", "$nin":
		return b.among(src, name == "$in", listOf(want), key == elementKey), nil
	case "$all":
		return b.holdsAll(src, listOf(want)), nil
	case "$size":
		return b.hasSize(src, want), nil
	}
	return func(r row) (truth, error) {
		have, err := src(r)
		return truthOf((have == nil) == (want == false)), err
	}, nil // $exists
}

func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func (b *builder) equals(src source, positive bool, want any) condition {
	first, second := b.slot(), b.slot()
	b.bind(want, want)
	return func(r row) (truth, error) {
		have, err := src(r)
		t := equal(have, second(r))
		if first(r) == nil {
			t = truthOf(have == nil)
		}
		if !positive {
			t = yes - t
		}
		return t, err
	}
}

// compares compares as numbers where the wanted value is one, else as text.
func (b *builder) compares(src source, name string, want any) condition {
	_, numeric := want.(float64)
	if s, ok := want.(string); ok {
		numeric = strings.TrimSpace(s) != "" && !math.IsNaN(js.ToNumber(s))
	}
	other := b.slot()
	b.bind(listOf(want)...)
	holds := map[string]func(int) bool{
		"$gt":  func(c int) bool { return c > 0 },
		"$gte": func(c int) bool { return c >= 0 },
		"$lt":  func(c int) bool { return c < 0 },
		"$lte": func(c int) bool { return c <= 0 },
	}[name]
	return func(r row) (truth, error) {
		have, err := src(r)
		if numeric {
			return compared(asNumber(have), numberLike(other(r)), holds), err
		}
		return compared(asText(have), asText(other(r)), holds), err
	}
}

// among tells whether the value, or an element of it, is one of the wanted. Where the
// value is an element itself, SQL finds no elements of its own in it.
func (b *builder) among(src source, positive bool, list []any, ofElement bool) condition {
	if len(list) == 0 {
		return constant(truthOf(!positive))
	}
	whole := b.slot()
	each := make([]func(row) value, len(list))
	for i := range list {
		each[i] = b.slot()
	}
	b.bind(js.String(list))
	b.bind(list...)
	return func(r row) (truth, error) {
		have, err := src(r)
		var t truth
		if elements, ok := elementsOf(have); ok {
			wanted, _ := elementsOf(whole(r))
			if ofElement {
				elements = nil
			}
			t = no
			for _, e := range elements {
				if isIn(e, wanted) == yes {
					t = yes
				}
			}
		} else {
			wanted := make([]value, len(each))
			for i, one := range each {
				wanted[i] = one(r)
			}
			t = isIn(have, wanted)
		}
		if !positive {
			t = yes - t
		}
		return t, err
	}
}

func (b *builder) holdsAll(src source, list []any) condition {
	if len(list) == 0 {
		return constant(no)
	}
	whole := b.slot()
	b.bind(js.String(list))
	return func(r row) (truth, error) {
		have, err := src(r)
		elements, ok := elementsOf(have)
		if !ok {
			return no, err
		}
		wanted, _ := elementsOf(whole(r))
		for _, w := range wanted {
			if isIn(w, elements) == no {
				return no, err
			}
		}
		return yes, err
	}
}

func (b *builder) hasSize(src source, want any) condition {
	size := b.slot()
	b.bind(listOf(want)...)
	return func(r row) (truth, error) {
		have, err := src(r)
		if err != nil || have == nil {
			return no, err
		}
		if err := mustBeJSON(have); err != nil {
			return no, err
		}
		elements, ok := elementsOf(have)
		if !ok {
			return no, nil
		}
		return equal(float64(len(elements)), size(r)), nil
	}
}

// contains looks for text within text, or for a common element. The path of a
// nested field is spoilt by quotes that are set twice: it leads nowhere.
func (b *builder) contains(key string, want any, from sources) (condition, error) {
	src, err := from(key)
	if err != nil {
		return nil, err
	}
	nested := strings.Contains(key, ".")
	list, isList := want.([]any)
	if nested && isList {
		quoted := `"` + strings.ReplaceAll(key, ".", `"."`) + `"`
		return nil, checkField(quoted)
	}
	if nested && key != elementKey {
		src = func(row) (value, error) { return nil, nil }
	}
	other := b.slot()
	switch want := want.(type) {
	case []any:
		b.bind(js.String(list))
		return func(r row) (truth, error) {
			have, err := src(r)
			if err != nil {
				return no, err
			}
			if err := mustBeJSON(have); err != nil {
				return no, err
			}
			elements, _ := elementsOf(have)
			wanted, _ := elementsOf(other(r))
			for _, e := range elements {
				if isIn(e, wanted) == yes {
					return yes, nil
				}
			}
			return no, nil
		}, nil
	case string:
		b.bind(want)
		return func(r row) (truth, error) {
			have, err := src(r)
			text, part := asText(have), asText(other(r))
			if text == nil || part == nil {
				return unknown, err
			}
			return truthOf(strings.Contains(lower(text), lower(part))), err
		}, nil
	case *js.Object:
		b.bind(js.String(want))
	default:
		b.bind(want)
	}
	return func(r row) (truth, error) {
		have, err := src(r)
		return equal(have, other(r)), err
	}, nil
}

// lower is SQL's: it knows the letters of ASCII alone.
func lower(v value) string {
	text, _ := v.(string)
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// elementKey stands for the element itself.
const elementKey = "elem.value"

// elemMatch asks whether one element meets all conditions.
func (b *builder) elemMatch(key string, want any, from sources) (condition, error) {
	src, err := from(key)
	if err != nil {
		return nil, err
	}
	conditions, ok := want.(*js.Object)
	switch {
	case want == nil:
		return nil, errNoObject
	case !ok:
		return nil, errElemObject
	}
	var terms []condition
	for _, m := range conditions.Members() {
		var term condition
		var err error
		if isOperator(m.Key) {
			term, err = b.condition(elementKey, js.Obj(m.Key, m.Value), elementSource)
		} else if list, ok := m.Value.([]any); ok {
			b.bind(list) // it cannot be bound
		} else {
			term, err = b.condition(m.Key, m.Value, memberSource)
		}
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
	}
	all := b.all(terms)
	return func(r row) (truth, error) {
		have, err := src(r)
		if err != nil {
			return no, err
		}
		elements, _ := elementsOf(have)
		for _, e := range elements {
			t, err := all(row{r.metadata, e, r.args})
			if t == yes || err != nil {
				return t, err
			}
		}
		return no, nil
	}, nil
}

// elementSource is the element itself.
func elementSource(string) (source, error) {
	return func(r row) (value, error) { return r.element, nil }, nil
}

// memberSource is a member of the element, which must be JSON.
func memberSource(field string) (source, error) {
	return func(r row) (value, error) {
		if r.element == nil {
			return nil, nil
		}
		v, err := parsed(r.element)
		if err != nil {
			return nil, err
		}
		o, _ := v.(*js.Object)
		return stored(follow(o, field)), nil
	}, checkField(field)
}
