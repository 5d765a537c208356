// Package jsonschema validates JSON values against the JSON Schemas that
// clients send with a request for structured output. The complaints are worded
// as Ajv words them, all of them at once.
package jsonschema

import (
	"fmt"
	"math"
	"regexp"
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

// Validate returns what is wrong with a value.
func Validate(schema *js.Object, v any) []Issue {
	c := &checker{root: schema}
	c.check(schema, v, nil)
	return c.issues
}

type checker struct {
	root   *js.Object
	issues []Issue
	depth  int
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
	properties := schema.Obj("properties")
	if extra, ok := schema.Lookup("additionalProperties"); ok {
		for _, m := range v.Members() {
			if properties.Has(m.Key) {
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
	c.oneOf(schema.Arr("anyOf"), v, path, "must match a schema in anyOf", func(n int) bool { return n > 0 })
	c.oneOf(schema.Arr("oneOf"), v, path, "must match exactly one schema in oneOf", func(n int) bool { return n == 1 })
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
