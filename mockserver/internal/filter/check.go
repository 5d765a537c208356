package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

var (
	logicalOperators = []string{"$and", "$or", "$not", "$nor"}
	fieldOperators   = []string{
		"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$all", "$elemMatch", "$exists", "$contains", "$size",
	}
)

func isOperator(key string) bool { return strings.HasPrefix(key, "$") }

func isLogical(key string) bool { return slices.Contains(logicalOperators, key) }

var (
	errNoObject   = said("Cannot convert undefined or null to object")
	errNotObject  = said("$not operator requires an object")
	errNotEmpty   = said("$not operator cannot be empty")
	errElemObject = said("$elemMatch requires an object with conditions")
)

// check rejects operators that stand where they may not. All that is wrong is told
// in one message. What is below $not is not looked at.
func check(filter *js.Object) error {
	c := &checker{}
	if err := c.value(filter, ""); err != nil {
		return err
	}
	if len(c.messages) > 0 {
		return said("%s", strings.Join(c.messages, ", "))
	}
	return nil
}

type checker struct{ messages []string }

func (c *checker) say(format string, args ...any) {
	c.messages = append(c.messages, fmt.Sprintf(format, args...))
}

func (c *checker) value(v any, path string) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := c.value(e, path); err != nil {
				return err
			}
		}
	case *js.Object:
		for _, m := range v.Members() {
			at := m.Key
			if path != "" {
				at = path + "." + m.Key
			}
			if deeper, err := c.member(m, path, at); err != nil {
				return err
			} else if !deeper {
				continue
			}
			if err := c.value(m.Value, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// member checks one member; deeper tells whether its value is to be checked too.
func (c *checker) member(m js.Member, path, at string) (deeper bool, err error) {
	key := m.Key
	if !isOperator(key) {
		return true, nil
	}
	list, isList := m.Value.([]any)
	o, isObject := m.Value.(*js.Object)
	switch {
	case !isLogical(key) && !slices.Contains(fieldOperators, key):
		c.say("Unsupported operator: %s", key)
	case path == "" && !isLogical(key):
		c.say("Invalid top-level operator: %s", key)
	case key == "$elemMatch" && !isObject && m.Value != nil:
		c.say("%v", errElemObject)
	case key == "$not" && !isObject && m.Value != nil:
		c.say("%v", errNotObject)
	case key == "$not" && o.Len() == 0:
		c.say("%v", errNotEmpty)
	case key == "$not":
	case !isLogical(key):
		return true, nil
	case path != "" && !isLogical(path[strings.LastIndex(path, ".")+1:]):
		c.say("Logical operator %s cannot be used at field level: %s", key, at)
	case isList:
		direct, err := hasDirectOperator(list)
		if direct {
			c.say("Logical operators must contain field conditions, not direct operators: %s", at)
		}
		return !direct, err
	default:
		return true, nil
	}
	return false, nil
}

// hasDirectOperator tells whether an alternative is an operator without a field.
func hasDirectOperator(list []any) (bool, error) {
	for _, e := range list {
		if e == nil {
			return false, errNoObject
		}
		if o, ok := e.(*js.Object); ok && o.Len() == 1 && isOperator(o.Keys()[0]) && !isLogical(o.Keys()[0]) {
			return true, nil
		}
	}
	return false, nil
}
