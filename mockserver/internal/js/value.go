// Package js holds JSON values the way a JavaScript server holds them: objects
// keep the order of their members, numbers are doubles, and the text that is
// written is the text JSON.stringify would write.
//
// A value is one of nil (null), bool, float64, string, []any and *Object. The
// encoder also accepts Go integers, []string and json.Marshaler-free maps with
// string keys (sorted), so that callers can write literals naturally.
package js

import (
	"encoding/json"
	"strconv"
)

// Object is a JSON object that remembers the order of its members.
type Object struct {
	members []Member
	index   map[string]int // built when the object is large, nil otherwise
}

// indexFrom is the number of members from which lookups use a map.
const indexFrom = 32

// find is the position of a member, -1 when it does not exist.
func (o *Object) find(key string) int {
	if o == nil {
		return -1
	}
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].Key == key {
			return i
		}
	}
	return -1
}

// reindex builds the map of a large object; only writers call it, so that
// readers may share an object.
func (o *Object) reindex() {
	o.index = nil
	if len(o.members) < indexFrom {
		return
	}
	o.index = make(map[string]int, 2*len(o.members))
	for i, m := range o.members {
		o.index[m.Key] = i
	}
}

// Member is one key and its value.
type Member struct {
	Key   string
	Value any
}

type undefined struct{}

// Undefined is a value that leaves its member out of an object, as undefined
// does in JSON.stringify.
var Undefined any = undefined{}

// Obj builds an object from alternating keys and values. Members whose value is
// Undefined are left out.
func Obj(pairs ...any) *Object {
	o := &Object{members: make([]Member, 0, len(pairs)/2)}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		o.Set(key, pairs[i+1])
	}
	return o
}

// Opt returns v, or Undefined when v is the zero value of its type.
func Opt[T comparable](v T) any {
	var zero T
	if v == zero {
		return Undefined
	}
	return v
}

// When returns v if ok, else Undefined.
func When(ok bool, v any) any {
	if ok {
		return v
	}
	return Undefined
}

// Len is the number of members; a nil object has none.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.members)
}

// Members returns the members in order. The slice is the object's own.
func (o *Object) Members() []Member {
	if o == nil {
		return nil
	}
	return o.members
}

// Keys returns the keys in order.
func (o *Object) Keys() []string {
	keys := make([]string, 0, o.Len())
	for _, m := range o.Members() {
		keys = append(keys, m.Key)
	}
	return keys
}

// Lookup returns the member's value and whether it exists.
func (o *Object) Lookup(key string) (any, bool) {
	if i := o.find(key); i >= 0 {
		return o.members[i].Value, true
	}
	return nil, false
}

// Get returns the member's value, nil when it does not exist.
func (o *Object) Get(key string) any {
	v, _ := o.Lookup(key)
	return v
}

// Has tells whether the member exists.
func (o *Object) Has(key string) bool {
	_, ok := o.Lookup(key)
	return ok
}

// Str returns the member's value if it is a string, else "".
func (o *Object) Str(key string) string {
	s, _ := o.Get(key).(string)
	return s
}

// Obj returns the member's value if it is an object, else nil.
func (o *Object) Obj(key string) *Object {
	v, _ := o.Get(key).(*Object)
	return v
}

// Arr returns the member's value if it is an array, else nil.
func (o *Object) Arr(key string) []any {
	v, _ := o.Get(key).([]any)
	return v
}

// Bool returns the member's value if it is a boolean, else false.
func (o *Object) Bool(key string) bool {
	v, _ := o.Get(key).(bool)
	return v
}

// Num returns the member's value and true if it is a number.
func (o *Object) Num(key string) (float64, bool) {
	switch v := o.Get(key).(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// Set replaces or appends a member. Keys that are array indexes come first and
// ascending, as in JavaScript. Setting Undefined deletes the member.
func (o *Object) Set(key string, value any) *Object {
	if value == Undefined {
		o.Delete(key)
		return o
	}
	if i := o.find(key); i >= 0 {
		o.members[i].Value = value
		return o
	}
	at := len(o.members)
	if index, ok := arrayIndex(key); ok {
		for i, m := range o.members {
			other, isIndex := arrayIndex(m.Key)
			if !isIndex || other > index {
				at = i
				break
			}
		}
	}
	if at == len(o.members) {
		o.members = append(o.members, Member{Key: key, Value: value})
		if o.index != nil {
			o.index[key] = at
		} else {
			o.reindex()
		}
		return o
	}
	o.members = append(o.members, Member{})
	copy(o.members[at+1:], o.members[at:])
	o.members[at] = Member{Key: key, Value: value}
	o.reindex()
	return o
}

// Delete removes a member if it exists.
func (o *Object) Delete(key string) *Object {
	if i := o.find(key); i >= 0 {
		o.members = append(o.members[:i:i], o.members[i+1:]...)
		o.reindex()
	}
	return o
}

// Merge sets every member of the others, in order.
func (o *Object) Merge(others ...*Object) *Object {
	for _, other := range others {
		for _, m := range other.Members() {
			o.Set(m.Key, m.Value)
		}
	}
	return o
}

// Clone copies the object; values are shared.
func (o *Object) Clone() *Object {
	c := &Object{members: make([]Member, o.Len())}
	copy(c.members, o.Members())
	c.reindex()
	return c
}

// Without is a copy that lacks the given keys.
func (o *Object) Without(keys ...string) *Object {
	c := o.Clone()
	for _, k := range keys {
		c.Delete(k)
	}
	return c
}

// MarshalJSON lets an Object stand inside values that encoding/json writes.
func (o *Object) MarshalJSON() ([]byte, error) { return Marshal(o), nil }

// UnmarshalJSON reads an object, keeping the order of its members.
func (o *Object) UnmarshalJSON(data []byte) error {
	v, err := Parse(data)
	if err != nil {
		return err
	}
	parsed, ok := v.(*Object)
	if !ok {
		return &SyntaxError{Message: "not an object"}
	}
	*o = *parsed
	return nil
}

// From turns any Go value that encoding/json can write into a value.
func From(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, float64, string, *Object, []any:
		return v, nil
	case json.RawMessage:
		return Parse(v)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// Into decodes a value into a Go variable by way of encoding/json.
func Into(v any, out any) error {
	return json.Unmarshal(Marshal(v), out)
}

// DeepClone copies objects and arrays all the way down.
func DeepClone(v any) any {
	switch v := v.(type) {
	case *Object:
		if v == nil {
			return nil
		}
		c := &Object{members: make([]Member, len(v.members))}
		for i, m := range v.members {
			c.members[i] = Member{Key: m.Key, Value: DeepClone(m.Value)}
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i := range v {
			c[i] = DeepClone(v[i])
		}
		return c
	}
	return v
}

func arrayIndex(key string) (uint64, bool) {
	if key == "" || len(key) > 10 || (key[0] == '0' && len(key) > 1) {
		return 0, false
	}
	n, err := strconv.ParseUint(key, 10, 32)
	if err != nil || n == 1<<32-1 {
		return 0, false
	}
	return n, true
}
