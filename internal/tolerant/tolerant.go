// Package tolerant decodes JSON of which a member may have another form than it
// should: another storage writes dates its own way, a model provider counts tokens in
// decimals. Such a member costs itself, and not all that stands beside it.
package tolerant

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/internal/jsonstring"
)

// Unmarshal is [json.Unmarshal], save that a value which does not fit its place leaves
// that place zero. One that says the same in another form is read: 11.0 and "11" where
// 11 should be, 11 where "11" should, 1 for true, and JSON inside a text for an object or
// a list.
//
// lost tells what did not fit, as dotted paths of members. A list with an element that
// does not fit at all is lost as a whole, so that no element takes the place of another;
// of a map only that element is. The error is that of json.Unmarshal, where the text is
// no JSON or the whole of it does not fit.
func Unmarshal(data []byte, into any) (lost []string, err error) {
	return unmarshal(data, into, false)
}

// UnmarshalOptional is Unmarshal, save that only what may be missing may be lost: fields
// with omitempty or omitzero. Without another, the whole does not fit.
func UnmarshalOptional(data []byte, into any) (lost []string, err error) {
	return unmarshal(data, into, true)
}

func unmarshal(data []byte, into any, optional bool) (lost []string, err error) {
	if err = json.Unmarshal(data, into); err == nil || !json.Valid(data) {
		return nil, err
	}
	if _, own := into.(json.Unmarshaler); own {
		return nil, err // which knows best
	}
	data = bytes.TrimSpace(data)
	v := reflect.ValueOf(into).Elem()
	v.SetZero() // it may be half filled
	d := decoder{optional: optional}
	if !d.whole(data, v) {
		v.SetZero()
		return nil, err
	}
	return d.lost, nil
}

// decoder decodes one value.
type decoder struct {
	optional bool
	path     []string
	lost     []string
}

// lose notes that the value of a member did not fit.
func (d *decoder) lose(name string) {
	d.lost = append(d.lost, strings.Join(append(slices.Clone(d.path), name), "."))
}

// at decodes the value of a member.
func (d *decoder) at(name string, data []byte, v reflect.Value) bool {
	d.path = append(d.path, name)
	defer func() { d.path = d.path[:len(d.path)-1] }()
	return d.value(data, v)
}

// whole decodes a value whose type has no method for that.
func (d *decoder) whole(data []byte, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Struct:
		return d.object(data, v)
	case reflect.Map:
		return d.mapping(data, v)
	case reflect.Slice:
		return d.list(data, v)
	}
	return d.value(data, v)
}

// value tells whether it could decode; if not, it leaves v zero.
func (d *decoder) value(data []byte, v reflect.Value) bool {
	if v.Kind() == reflect.Pointer {
		if string(data) == "null" {
			return true
		}
		v.Set(reflect.New(v.Type().Elem()))
		if d.value(data, v.Elem()) {
			return true
		}
		v.SetZero()
		return false
	}
	if json.Unmarshal(data, v.Addr().Interface()) == nil {
		return true
	}
	v.SetZero()
	if _, own := v.Addr().Interface().(json.Unmarshaler); own {
		return false
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice:
		return d.inside(data, v)
	}
	return scalar(data, v)
}

// inside decodes an object or a list, which may stand in a text.
func (d *decoder) inside(data []byte, v reflect.Value) bool {
	if inner, ok := jsonstring.Inside(data); ok {
		if data = inner; !json.Valid(data) {
			return false
		}
		if json.Unmarshal(data, v.Addr().Interface()) == nil {
			return true
		}
	}
	v.SetZero()
	ok := d.whole(data, v)
	if !ok {
		v.SetZero()
	}
	return ok
}

// object decodes the members of an object into the fields of a struct.
func (d *decoder) object(data []byte, v reflect.Value) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return false
	}
	for _, f := range fields(v.Type()) {
		member, ok := members[f.name]
		if !ok || d.at(f.name, member, v.FieldByIndex(f.index)) {
			continue
		}
		if d.optional && !f.optional {
			return false
		}
		d.lose(f.name)
	}
	return true
}

func (d *decoder) mapping(data []byte, v reflect.Value) bool {
	var members map[string]json.RawMessage
	if v.Type().Key().Kind() != reflect.String || json.Unmarshal(data, &members) != nil {
		return false
	}
	v.Set(reflect.MakeMap(v.Type()))
	for name, member := range members {
		element := reflect.New(v.Type().Elem()).Elem()
		if !d.at(name, member, element) {
			d.lose(name)
			continue
		}
		v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), element)
	}
	return true
}

func (d *decoder) list(data []byte, v reflect.Value) bool {
	var elements []json.RawMessage
	if json.Unmarshal(data, &elements) != nil {
		return false
	}
	v.Set(reflect.MakeSlice(v.Type(), len(elements), len(elements)))
	for i, element := range elements {
		if !d.at(strconv.Itoa(i), element, v.Index(i)) {
			return false
		}
	}
	return true
}
