package main

import (
	"fmt"
	"slices"
)

// answer is the Go value that says what the operation's JSON answer consists of, ""
// where it is none or may be any JSON.
func (op *operation) answer(d *document) string {
	ok := op.Responses["200"]
	if ok.Ref != "" {
		ok = d.Components.Responses[lastSegment(ok.Ref)]
	}
	content, isJSON := ok.Content["application/json"]
	if !isJSON {
		return ""
	}
	s := d.resolve(content.Schema)
	switch {
	case s.mayBeNull(): // which tells nothing
	case s.is("array"):
		return d.form("List", d.resolve(*s.Items))
	case len(s.Properties) > 0 || len(s.AllOf) > 0:
		return d.form("Object", s)
	case s.is("object"):
		var element schema
		if s.Additional.Decode(&element) == nil {
			return d.form("Map", d.resolve(element))
		}
	}
	return ""
}

// form is an answer of that form, whose objects are of a schema: the lists and objects
// that are required are what was asked for, and are there. A page's number alone, or
// another member without them, is no answer; where there are no such members, one that
// is required does, or any where none is.
func (d *document) form(form string, s schema) string {
	required, optional := d.split(s)
	var each []string
	for _, m := range required {
		if of := d.resolve(m.of); of.is("array") || of.is("object") {
			each = append(each, m.name)
		}
	}
	some := required
	if len(some) == 0 {
		some = optional
	}
	out := "&Answer{Form: " + form
	switch {
	case len(each) > 0:
		out += fmt.Sprintf(", Each: %#v", each)
	case len(some) > 0:
		names := make([]string, len(some))
		for i, m := range some {
			names[i] = m.name
		}
		out += fmt.Sprintf(", Some: %#v", names)
	}
	return out + "}"
}

// split sorts the members of a schema.
func (d *document) split(s schema) (required, optional members) {
	for _, m := range s.Properties {
		if slices.Contains(s.Required, m.name) {
			required = append(required, m)
		} else {
			optional = append(optional, m)
		}
	}
	for _, part := range s.AllOf {
		more, others := d.split(d.resolve(part))
		required, optional = append(required, more...), append(optional, others...)
	}
	return required, optional
}

func (s *schema) mayBeNull() bool {
	var names []string
	return s.Type.Decode(&names) == nil && slices.Contains(names, "null")
}

// is tells whether the schema says this type, and no other beside it.
func (s *schema) is(typ string) bool {
	var name string
	return s.Type.Decode(&name) == nil && name == typ
}
