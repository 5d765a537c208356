// Package zod validates JSON values the way zod 4 does and words its
// complaints the same, because users of the server see those sentences.
//
// Schemas are immutable values; methods such as Optional return changed copies.
package zod

import (
	"fmt"
	"math"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Kind is what a schema accepts.
type Kind int

// The kinds of schema.
const (
	KindAny Kind = iota
	KindString
	KindNumber
	KindBoolean
	KindNull
	KindObject
	KindArray
	KindRecord
	KindEnum
	KindUnion
	KindDate
	KindLiteral
)

// Schema describes a JSON value.
type Schema struct {
	kind        Kind
	props       []Prop
	elem        *Schema
	options     []string
	literal     any
	union       []Schema
	optional    bool
	nullable    bool
	passthrough bool
	integer     bool
	coerce      bool
	min         *float64
	more        bool // strictly more than min
	minLen      int
	required    string
	refine      func(any) string
	key         func(string) bool
	before      []func(any) any
	def         any
	description string
}

// Prop is one property of an object.
type Prop struct {
	Name   string
	Schema Schema
}

// P is shorthand for a property.
func P(name string, s Schema) Prop { return Prop{Name: name, Schema: s} }

// Any accepts everything, undefined included.
func Any() Schema { return Schema{kind: KindAny} }

// String accepts strings.
func String() Schema { return Schema{kind: KindString} }

// Number accepts numbers.
func Number() Schema { return Schema{kind: KindNumber} }

// Int accepts whole numbers.
func Int() Schema { return Schema{kind: KindNumber, integer: true} }

// Boolean accepts true and false.
func Boolean() Schema { return Schema{kind: KindBoolean} }

// Date accepts what JavaScript's Date can read (z.coerce.date).
func Date() Schema { return Schema{kind: KindDate} }

// Object accepts objects and drops the properties it does not name.
func Object(props ...Prop) Schema { return Schema{kind: KindObject, props: props} }

// Array accepts lists whose elements all match.
func Array(elem Schema) Schema { return Schema{kind: KindArray, elem: &elem} }

// Record accepts objects whose values all match.
func Record(elem Schema) Schema { return Schema{kind: KindRecord, elem: &elem} }

// Enum accepts the given strings.
func Enum(options ...string) Schema { return Schema{kind: KindEnum, options: options} }

// Literal accepts one value.
func Literal(v any) Schema { return Schema{kind: KindLiteral, literal: v} }

// Union accepts what one of the schemas accepts.
func Union(options ...Schema) Schema { return Schema{kind: KindUnion, union: options} }

// Optional also accepts an absent value.
func (s Schema) Optional() Schema { s.optional = true; return s }

// Nullable also accepts null.
func (s Schema) Nullable() Schema { s.nullable = true; return s }

// Passthrough keeps properties the object does not name.
func (s Schema) Passthrough() Schema { s.passthrough = true; return s }

// Coerce turns the value into a number first, as Number(value) does.
func (s Schema) Coerce() Schema { s.coerce = true; return s }

// Min bounds a number from below, inclusively.
func (s Schema) Min(n float64) Schema { s.min, s.more = &n, false; return s }

// Positive accepts numbers above zero only.
func (s Schema) Positive() Schema { zero := 0.0; s.min, s.more = &zero, true; return s }

// MinLen bounds the length of a string from below.
func (s Schema) MinLen(n int) Schema { s.minLen = n; return s }

// Default replaces an absent value.
func (s Schema) Default(v any) Schema { s.def = v; s.optional = true; return s }

// Required words the complaint about an absent value.
func (s Schema) Required(message string) Schema { s.required = message; return s }

// Refine adds a check; it returns the complaint, or "".
func (s Schema) Refine(check func(any) string) Schema { s.refine = check; return s }

// Keys accepts only the keys of a record that the check lets through.
func (s Schema) Keys(check func(string) bool) Schema { s.key = check; return s }

// Before transforms the value ahead of the checks; the transformation added last
// runs last.
func (s Schema) Before(transform func(any) any) Schema {
	s.before = append(s.before[:len(s.before):len(s.before)], transform)
	return s
}

// Describe sets the description that JSONSchema writes.
func (s Schema) Describe(text string) Schema { s.description = text; return s }

// Kind tells what the schema accepts.
func (s Schema) Kind() Kind { return s.kind }

// IsOptional tells whether an absent value is accepted.
func (s Schema) IsOptional() bool { return s.optional || s.kind == KindAny }

// Props returns an object's properties.
func (s Schema) Props() []Prop { return s.props }

// Issue is one complaint: where, and what.
type Issue struct {
	Path    []string
	Message string
}

// Field is the dotted path, or "root".
func (i Issue) Field() string {
	if len(i.Path) == 0 {
		return "root"
	}
	return strings.Join(i.Path, ".")
}

// Parse validates a value; js.Undefined stands for an absent one. It returns
// the value with unknown properties dropped and defaults filled in.
func (s Schema) Parse(v any) (any, []Issue) {
	var issues []Issue
	out := s.parse(v, nil, &issues)
	return out, issues
}

func (s Schema) parse(v any, path []string, issues *[]Issue) any {
	complain := func(format string, args ...any) {
		*issues = append(*issues, Issue{Path: append([]string(nil), path...), Message: fmt.Sprintf(format, args...)})
	}
	for _, transform := range s.before {
		v = transform(v)
	}
	if v == js.Undefined {
		if s.def != nil {
			return s.def
		}
		if s.optional || s.kind == KindAny {
			if s.required != "" {
				complain("%s", s.required)
			}
			return v
		}
	}
	if v == nil && s.nullable {
		return v
	}
	before := len(*issues)
	out := s.check(v, path, issues, complain)
	if s.refine != nil && len(*issues) == before {
		if message := s.refine(out); message != "" {
			complain("%s", message)
		}
	}
	return out
}

func (s Schema) check(v any, path []string, issues *[]Issue, complain func(string, ...any)) any {
	switch s.kind {
	case KindString:
		text, ok := v.(string)
		list, isList := v.([]any)
		switch {
		case !ok:
			complain("Invalid input: expected string, received %s", TypeOf(v))
			if isList && len(list) < s.minLen {
				complain("Too small: expected array to have >=%d items", s.minLen)
			}
		case js.Length(text) < s.minLen:
			complain("Too small: expected string to have >=%d characters", s.minLen)
		}
	case KindNumber:
		return s.number(v, complain)
	case KindBoolean:
		if _, ok := v.(bool); !ok {
			complain("Invalid input: expected boolean, received %s", TypeOf(v))
		}
	case KindNull:
		if v != nil {
			complain("Invalid input: expected null, received %s", TypeOf(v))
		}
	case KindLiteral:
		if js.String(v) != js.String(s.literal) {
			complain("Invalid input: expected %s", js.String(s.literal))
		}
	case KindDate:
		at, ok := js.ToDate(v)
		if !ok {
			complain("Invalid input: expected date, received Date")
			return v
		}
		return at
	case KindEnum:
		return s.enum(v, complain)
	case KindArray:
		list, ok := v.([]any)
		if !ok {
			complain("Invalid input: expected array, received %s", TypeOf(v))
			return v
		}
		out := make([]any, len(list))
		for i, e := range list {
			out[i] = s.elem.parse(e, append(path, fmt.Sprint(i)), issues)
		}
		return out
	case KindRecord:
		o, ok := v.(*js.Object)
		if !ok {
			complain("Invalid input: expected record, received %s", TypeOf(v))
			return v
		}
		out := js.Obj()
		for _, m := range o.Members() {
			if m.Key == "__proto__" { // it is no member of a JavaScript object
				continue
			}
			at := append(path, m.Key)
			if s.key != nil && !s.key(m.Key) {
				*issues = append(*issues, Issue{Path: append([]string(nil), at...), Message: "Invalid key in record"})
				continue
			}
			out.Set(m.Key, s.elem.parse(m.Value, at, issues))
		}
		return out
	case KindObject:
		return s.object(v, path, issues, complain)
	case KindUnion:
		return s.oneOf(v, complain)
	}
	return v
}

// maxSafe is the largest integer that a JavaScript number holds exactly.
const maxSafe = 1<<53 - 1

func (s Schema) number(v any, complain func(string, ...any)) any {
	f, ok := v.(float64)
	if s.coerce {
		f, ok = js.ToNumber(v), true
	}
	switch {
	case ok && (math.IsNaN(f) || math.IsInf(f, 0)):
		complain("Invalid input: expected number, received %s", TypeOf(f))
	case !ok:
		complain("Invalid input: expected number, received %s", TypeOf(v))
	case s.integer && f != math.Trunc(f):
		complain("Invalid input: expected int, received number")
	case s.integer && f > maxSafe:
		complain("Too big: expected int to be <=%s", js.Number(maxSafe))
	case s.integer && f < -maxSafe:
		complain("Too small: expected int to be >=%s", js.Number(-maxSafe))
	case s.min != nil && s.more && f <= *s.min:
		complain("Too small: expected number to be >%s", js.Number(*s.min))
	case s.min != nil && f < *s.min:
		complain("Too small: expected number to be >=%s", js.Number(*s.min))
	}
	if ok {
		return f
	}
	return v
}

func (s Schema) enum(v any, complain func(string, ...any)) any {
	text, ok := v.(string)
	for _, option := range s.options {
		if ok && text == option {
			return v
		}
	}
	quoted := make([]string, len(s.options))
	for i, option := range s.options {
		quoted[i] = `"` + option + `"`
	}
	if len(quoted) == 1 {
		complain("Invalid input: expected %s", quoted[0])
	} else {
		complain("Invalid option: expected one of %s", strings.Join(quoted, "|"))
	}
	return v
}

func (s Schema) object(v any, path []string, issues *[]Issue, complain func(string, ...any)) any {
	o, ok := v.(*js.Object)
	if !ok {
		complain("Invalid input: expected object, received %s", TypeOf(v))
		return v
	}
	out := js.Obj()
	for _, p := range s.props {
		value, present := o.Lookup(p.Name)
		if !present {
			value = js.Undefined
		}
		if value = p.Schema.parse(value, append(path, p.Name), issues); value != js.Undefined {
			out.Set(p.Name, value)
		}
	}
	if s.passthrough {
		for _, m := range o.Members() {
			if !out.Has(m.Key) {
				out.Set(m.Key, m.Value)
			}
		}
	}
	return out
}

func (s Schema) oneOf(v any, complain func(string, ...any)) any {
	for _, option := range s.union {
		if out, issues := option.Parse(v); len(issues) == 0 {
			return out
		}
	}
	complain("Invalid input")
	return v
}

// TypeOf is zod's word for a value's type.
func TypeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		switch {
		case math.IsNaN(v):
			return "NaN"
		case math.IsInf(v, 0):
			return "Infinity"
		}
		return "number"
	case []any:
		return "array"
	case *js.Object:
		return "object"
	}
	return "undefined"
}

// Lines renders issues as the server puts them into one message: a line
// "- path: message" for each.
func Lines(issues []Issue) string {
	lines := make([]string, len(issues))
	for i, issue := range issues {
		lines[i] = "- " + strings.Join(issue.Path, ".") + ": " + issue.Message
	}
	return strings.Join(lines, "\n")
}

// RootLines is Lines with the path "root" for issues about the whole value.
func RootLines(issues []Issue) string {
	lines := make([]string, len(issues))
	for i, issue := range issues {
		lines[i] = "- " + issue.Field() + ": " + issue.Message
	}
	return strings.Join(lines, "\n")
}

// Tree renders issues as zod's treeified errors: {errors, fields}.
func Tree(issues []Issue) *js.Object {
	root := js.Obj("errors", []any{}, "fields", js.Obj())
	for _, issue := range issues {
		node := root
		for _, key := range issue.Path {
			fields := node.Obj("fields")
			next := fields.Obj(key)
			if next == nil {
				next = js.Obj("errors", []any{}, "fields", js.Obj())
				fields.Set(key, next)
			}
			node = next
		}
		node.Set("errors", append(node.Arr("errors"), issue.Message))
	}
	return root
}
