package mockserver

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// metadataFilter decides whether a vector's metadata matches.
type metadataFilter func(*js.Object) truth

// truth is SQL's: what is asked about an absent field is neither true nor false.
type truth int

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth { return yes - t }

var filterOperators = []string{
	"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$all", "$elemMatch",
	"$exists", "$and", "$or", "$not", "$nor", "$size", "$contains",
}

// compileFilter reads a filter in the style of MongoDB.
func compileFilter(filter *js.Object) (metadataFilter, error) {
	if err := checkOperators(filter); err != nil {
		return nil, err
	}
	return all(filter, "")
}

// checkOperators rejects unknown operators wherever they stand.
func checkOperators(v any) error {
	switch v := v.(type) {
	case *js.Object:
		for _, m := range v.Members() {
			if strings.HasPrefix(m.Key, "$") && !slices.Contains(filterOperators, m.Key) {
				return said("Unsupported operator: %s", m.Key)
			}
			if err := checkOperators(m.Value); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := checkOperators(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// all compiles the members of an object, which must all hold. The path is the
// field they are about, "" at the top.
func all(o *js.Object, path string) (metadataFilter, error) {
	var tests []metadataFilter
	for _, m := range o.Members() {
		test, err := member(m.Key, m.Value, path)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(meta *js.Object) truth {
		holds := yes
		for _, test := range tests {
			holds = min(holds, test(meta))
		}
		return holds
	}, nil
}

func member(key string, value any, path string) (metadataFilter, error) {
	switch key {
	case "$and", "$or", "$nor":
		return logical(key, value, path)
	case "$not":
		o, ok := value.(*js.Object)
		if !ok || o.Len() == 0 {
			return nil, fmt.Errorf("$not operator cannot be empty")
		}
		inner, err := all(o, path)
		return func(meta *js.Object) truth { return inner(meta).not() }, err
	}
	if strings.HasPrefix(key, "$") {
		return func(meta *js.Object) truth { return compare(key, fieldOf(meta, path), value) }, nil
	}
	if path != "" {
		key = path + "." + key
	}
	if o, ok := value.(*js.Object); ok {
		return all(o, key)
	}
	if list, ok := value.([]any); ok {
		return func(meta *js.Object) truth { return compare("$in", fieldOf(meta, key), list) }, nil
	}
	return func(meta *js.Object) truth { return compare("$eq", fieldOf(meta, key), value) }, nil
}

func logical(key string, value any, path string) (metadataFilter, error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var tests []metadataFilter
	for _, e := range list {
		o, _ := e.(*js.Object)
		test, err := all(o, path)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(meta *js.Object) truth {
		anyHolds, allHold := no, yes
		for _, test := range tests {
			holds := test(meta)
			anyHolds, allHold = max(anyHolds, holds), min(allHold, holds)
		}
		switch key {
		case "$and":
			return allHold
		case "$or":
			return anyHolds
		}
		return anyHolds.not()
	}, nil
}

// fieldOf follows a dotted path; Undefined where it leads nowhere.
func fieldOf(meta *js.Object, path string) any {
	var v any = meta
	for _, key := range strings.Split(path, ".") {
		o, ok := v.(*js.Object)
		if !ok {
			return js.Undefined
		}
		v = valueOf(o, key)
	}
	return v
}

func isNull(v any) bool { return v == nil || v == js.Undefined }

func compare(operator string, have, want any) truth {
	switch operator {
	case "$exists":
		return truthOf((want != false) == !isNull(have))
	case "$eq", "$ne":
		if isNull(want) {
			return truthOf(isNull(have) == (operator == "$eq"))
		}
	case "$all":
		return truthOf(containsAll(have, want))
	case "$size":
		list, ok := have.([]any)
		return truthOf(ok && same(float64(len(list)), want))
	case "$elemMatch":
		return truthOf(matchesElement(have, want))
	}
	if isNull(have) {
		return unknown
	}
	switch operator {
	case "$eq":
		return truthOf(same(have, want))
	case "$ne":
		return truthOf(!same(have, want))
	case "$in":
		return truthOf(contains(have, want))
	case "$nin":
		return truthOf(!contains(have, want))
	case "$contains":
		return truthOf(holds(have, want))
	}
	return truthOf(ordered(operator, have, want))
}

// same compares as SQLite does, where true is 1.
func same(a, b any) bool { return js.String(asNumber(a)) == js.String(asNumber(b)) }

func asNumber(v any) any {
	switch v {
	case true:
		return 1.0
	case false:
		return 0.0
	}
	return v
}

func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// contains tells whether the value, or one of a list's elements, is among the
// wanted.
func contains(have, want any) bool {
	return slices.ContainsFunc(listOf(have), func(h any) bool {
		return slices.ContainsFunc(listOf(want), func(w any) bool { return same(h, w) })
	})
}

func containsAll(have, want any) bool {
	list, ok := have.([]any)
	wanted := listOf(want)
	if !ok || len(wanted) == 0 {
		return false
	}
	for _, w := range wanted {
		if !slices.ContainsFunc(list, func(h any) bool { return same(h, w) }) {
			return false
		}
	}
	return true
}

// holds is $contains: text within text, or a common element.
func holds(have, want any) bool {
	switch want := want.(type) {
	case string:
		text, ok := have.(string)
		return ok && strings.Contains(strings.ToLower(text), strings.ToLower(want))
	case []any:
		_, ok := have.([]any)
		return ok && contains(have, want)
	}
	return same(have, want)
}

func matchesElement(have, want any) bool {
	list, ok := have.([]any)
	conditions, isObject := want.(*js.Object)
	if !ok || !isObject {
		return false
	}
	return slices.ContainsFunc(list, func(element any) bool {
		for _, m := range conditions.Members() {
			var test metadataFilter
			var err error
			if strings.HasPrefix(m.Key, "$") {
				test, err = member(m.Key, m.Value, "value")
				element = js.Obj("value", element)
			} else {
				test, err = member(m.Key, m.Value, "")
			}
			o, _ := element.(*js.Object)
			if err != nil || test(o) != yes {
				return false
			}
		}
		return true
	})
}

// ordered compares as numbers where the wanted value is one, else as text.
func ordered(operator string, have, want any) bool {
	var order int
	if number := js.ToNumber(want); !math.IsNaN(number) && want != "" && want != nil {
		order = compareFloats(leadingNumber(have), number)
	} else {
		order = strings.Compare(textOf(have), textOf(want))
	}
	switch operator {
	case "$gt":
		return order > 0
	case "$gte":
		return order >= 0
	case "$lt":
		return order < 0
	case "$lte":
		return order <= 0
	}
	return false
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// leadingNumber casts to a number as SQL does: text that is none counts as 0.
func leadingNumber(v any) float64 {
	if n := js.ToNumber(v); !math.IsNaN(n) {
		return n
	}
	return 0
}

func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return js.String(v)
}

// shortest is the double with the shortest text that reads back as f.
func shortest(f float32) float64 {
	d, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		return float64(f)
	}
	return d
}
