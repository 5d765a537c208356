// Package jsonschema validates JSON values against the JSON Schemas that
// clients send with a request for structured output. The complaints are worded
// as Ajv words them, all of them at once.
package jsonschema

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Issue is one complaint.
type Issue struct {
	Path    []string
	Message string
}

// String is the issue as the server lists it: "- path: message".
func (i Issue) String() string {
	path := strings.Join(i.Path, ".")
	if path == "" {
		path = "root"
	}
	return "- " + path + ": " + i.Message
}

// Validate returns what is wrong with a value, or with the schema where that is
// none.
func Validate(schema *js.Object, v any) []Issue {
	c := &checker{root: schema}
	if s := c.invalid(schema, "data"); s != "" {
		c.fail(nil, "Schema validation error: schema is invalid: %s", s)
		return c.issues
	}
	c.check(schema, v, nil)
	if c.lost != "" {
		return []Issue{{Message: "Schema validation error: can't resolve reference " + c.lost + " from id #"}}
	}
	return c.issues
}

type checker struct {
	root   *js.Object
	issues []Issue
	depth  int
	lost   string // a reference to nothing
}

const maxDepth = 200

func (c *checker) fail(path []string, format string, args ...any) {
	c.issues = append(c.issues, Issue{append([]string(nil), path...), fmt.Sprintf(format, args...)})
}

func (c *checker) check(schema *js.Object, v any, path []string) {
	if c.depth++; c.depth > maxDepth {
		return
	}
	defer func() { c.depth-- }()
	if ref := schema.Str("$ref"); ref != "" {
		if target := c.resolve(ref); target != nil {
			c.check(target, v, path)
		} else {
			c.lost = ref
		}
		return
	}
	if types := typesOf(schema); len(types) > 0 && !hasType(v, types) {
		c.fail(path, "must be %s", strings.Join(types, ","))
		return
	}
	switch v := v.(type) {
	case float64:
		c.number(schema, v, path)
	case string:
		c.text(schema, v, path)
	case []any:
		c.list(schema, v, path)
	case *js.Object:
		c.object(schema, v, path)
	}
	c.composite(schema, v, path)
}

func (c *checker) resolve(ref string) *js.Object {
	target := c.root
	for _, key := range strings.Split(strings.TrimPrefix(ref, "#"), "/") {
		if key != "" {
			target = target.Obj(strings.NewReplacer("~1", "/", "~0", "~").Replace(key))
		}
	}
	return target
}

func typesOf(schema *js.Object) []string {
	switch t := schema.Get("type").(type) {
	case string:
		return []string{t}
	case []any:
		var out []string
		for _, e := range t {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func hasType(v any, types []string) bool {
	for _, t := range types {
		switch v := v.(type) {
		case nil:
			if t == "null" {
				return true
			}
		case bool:
			if t == "boolean" {
				return true
			}
		case string:
			if t == "string" {
				return true
			}
		case float64:
			if t == "number" || t == "integer" && v == math.Trunc(v) {
				return true
			}
		case []any:
			if t == "array" {
				return true
			}
		case *js.Object:
			if t == "object" {
				return true
			}
		}
	}
	return false
}

func (c *checker) number(schema *js.Object, v float64, path []string) {
	limits := []struct {
		key, sign string
		holds     func(float64) bool
	}{
		{"maximum", "<=", func(n float64) bool { return v <= n }},
		{"minimum", ">=", func(n float64) bool { return v >= n }},
		{"exclusiveMaximum", "<", func(n float64) bool { return v < n }},
		{"exclusiveMinimum", ">", func(n float64) bool { return v > n }},
	}
	for _, l := range limits {
		if n, ok := schema.Num(l.key); ok && !l.holds(n) {
			c.fail(path, "must be %s %s", l.sign, js.Number(n))
		}
	}
	if n, ok := schema.Num("multipleOf"); ok && n != 0 && math.Mod(v, n) != 0 {
		c.fail(path, "must be multiple of %s", js.Number(n))
	}
}

func (c *checker) text(schema *js.Object, v string, path []string) {
	length := float64(len([]rune(v)))
	if n, ok := schema.Num("maxLength"); ok && length > n {
		c.fail(path, "must NOT have more than %s characters", js.Number(n))
	}
	if n, ok := schema.Num("minLength"); ok && length < n {
		c.fail(path, "must NOT have fewer than %s characters", js.Number(n))
	}
	if pattern := schema.Str("pattern"); pattern != "" {
		if re, err := regexp.Compile(pattern); err == nil && !re.MatchString(v) {
			c.fail(path, "must match pattern %q", pattern)
		}
	}
}

func (c *checker) list(schema *js.Object, v []any, path []string) {
	if n, ok := schema.Num("maxItems"); ok && float64(len(v)) > n {
		c.fail(path, "must NOT have more than %s items", js.Number(n))
	}
	if n, ok := schema.Num("minItems"); ok && float64(len(v)) < n {
		c.fail(path, "must NOT have fewer than %s items", js.Number(n))
	}
	if items := schema.Obj("items"); items != nil {
		for i, e := range v {
			c.check(items, e, append(path, strconv.Itoa(i)))
		}
	}
}

func (c *checker) object(schema *js.Object, v *js.Object, path []string) {
	for _, key := range schema.Arr("required") {
		if name, ok := key.(string); ok && !v.Has(name) {
			c.fail(path, "must have required property '%s'", name)
		}
	}
	if n, ok := schema.Num("maxProperties"); ok && float64(v.Len()) > n {
		c.fail(path, "must NOT have more than %s properties", js.Number(n))
	}
	if n, ok := schema.Num("minProperties"); ok && float64(v.Len()) < n {
		c.fail(path, "must NOT have fewer than %s properties", js.Number(n))
	}
	if names := schema.Obj("propertyNames"); names != nil {
		for _, m := range v.Members() {
			before := len(c.issues)
			if c.check(names, m.Key, path); len(c.issues) > before {
				c.fail(path, "property name must be valid")
			}
		}
	}
	properties := schema.Obj("properties")
	patterns := schema.Obj("patternProperties").Members()
	if extra, ok := schema.Lookup("additionalProperties"); ok {
		for _, m := range v.Members() {
			if properties.Has(m.Key) || slices.ContainsFunc(patterns, func(p js.Member) bool { return matches(p.Key, m.Key) }) {
				continue
			}
			if extra == false {
				c.fail(path, "must NOT have additional properties")
			} else if s, ok := extra.(*js.Object); ok {
				c.check(s, m.Value, append(path, m.Key))
			}
		}
	}
	for _, p := range properties.Members() {
		if s, ok := p.Value.(*js.Object); ok && v.Has(p.Key) {
			c.check(s, v.Get(p.Key), append(path, p.Key))
		}
	}
	for _, p := range patterns {
		for _, m := range v.Members() {
			if s, ok := p.Value.(*js.Object); ok && matches(p.Key, m.Key) {
				c.check(s, m.Value, append(path, m.Key))
			}
		}
	}
}

// matches tells whether a pattern that can be read fits.
func matches(pattern, text string) bool {
	re, err := regexp.Compile(pattern)
	return err == nil && re.MatchString(text)
}

func same(a, b any) bool { return js.String(a) == js.String(b) }

func (c *checker) composite(schema *js.Object, v any, path []string) {
	if list, ok := schema.Get("enum").([]any); ok {
		found := false
		for _, e := range list {
			found = found || same(e, v)
		}
		if !found {
			c.fail(path, "must be equal to one of the allowed values")
		}
	}
	if want, ok := schema.Lookup("const"); ok && !same(want, v) {
		c.fail(path, "must be equal to constant")
	}
	for _, s := range schema.Arr("allOf") {
		if o, ok := s.(*js.Object); ok {
			c.check(o, v, path)
		}
	}
	if not := schema.Obj("not"); not != nil && c.fits(not, v) {
		c.fail(path, "must NOT be valid")
	}
	if condition := schema.Obj("if"); condition != nil {
		branch := "else"
		if c.fits(condition, v) {
			branch = "then"
		}
		if o := schema.Obj(branch); o != nil && !c.fits(o, v) {
			c.check(o, v, path)
			c.fail(path, "must match %q schema", branch)
		}
	}
	c.oneOf(schema.Arr("anyOf"), v, path, "must match a schema in anyOf", func(n int) bool { return n > 0 })
	c.oneOf(schema.Arr("oneOf"), v, path, "must match exactly one schema in oneOf", func(n int) bool { return n == 1 })
}

// fits tells whether a value has nothing wrong.
func (c *checker) fits(schema *js.Object, v any) bool {
	inner := &checker{root: c.root, depth: c.depth}
	inner.check(schema, v, nil)
	return len(inner.issues) == 0
}

// oneOf checks alternatives; their own complaints are kept where none fits.
func (c *checker) oneOf(options []any, v any, path []string, message string, holds func(matches int) bool) {
	if len(options) == 0 {
		return
	}
	matches := 0
	var all []Issue
	for _, s := range options {
		o, ok := s.(*js.Object)
		if !ok {
			continue
		}
		inner := &checker{root: c.root, depth: c.depth}
		inner.check(o, v, path)
		if len(inner.issues) == 0 {
			matches++
		}
		all = append(all, inner.issues...)
	}
	if !holds(matches) {
		if matches == 0 {
			c.issues = append(c.issues, all...)
		}
		c.fail(path, "%s", message)
	}
}
