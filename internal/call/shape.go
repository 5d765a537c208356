package call

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/internal/route"
)

// errorInside is the failure that the server tells with a status of success; nil where
// it tells none.
func (x *Exchange) errorInside() *Failure {
	if !OwnError(x.body) {
		return nil
	}
	return x.saysNo("the answer is an error without a text")
}

// saysNo is the failure that the body tells, in its own words or, without any, in these.
func (x *Exchange) saysNo(otherwise string) *Failure {
	f := errorFrom(x.Veil(), x.status, x.header, x.body)
	f.Body, f.Message = head(x.body), firstOf(f.Message, otherwise)
	return f
}

// lacks says what of the operation's answer is not in the one that came, "" where
// nothing is missing: one that has nothing of it is what a proxy has put in its place,
// an envelope of another product, or an error that came with status 200. The text
// names what should be there, and nothing of what is.
func (x *Exchange) lacks() string {
	a := x.req.Op.Answer
	if a == nil {
		return "" // any JSON will do
	}
	lack := answerLacks(a, x.body)
	if lack != "" && !json.Valid(x.body) {
		return "" // which decode says
	}
	return lack
}

// acknowledged judges an answer of which nothing is wanted: it says that something was
// done, in the words of this server's version or of another's, and not that it failed.
func (x *Exchange) acknowledged() error {
	a := x.req.Op.Answer
	if a != nil && !json.Valid(x.body) {
		return x.unfit("the answer says nothing of what this route does", nil)
	}
	if x.lacks() != "" {
		if f := x.errorInside(); f != nil {
			return x.fail(f)
		}
		words := route.Answer{Form: route.Object, Some: []string{"message", "result", "success", "status", "ok"}}
		if a.Form == route.Object && elementLacks(&words, x.body, nil) != "" {
			return x.unfit("the answer says nothing of what this route does", nil)
		}
	}
	var said struct {
		Success *bool `json:"success"`
	}
	if a != nil && json.Unmarshal(x.body, &said) == nil && said.Success != nil && !*said.Success {
		return x.fail(x.saysNo("the server says that it did not succeed"))
	}
	return nil
}

func answerLacks(a *route.Answer, body []byte) (lack string) {
	alien := func(_ string, element json.RawMessage) bool {
		if lack = ""; elementLacks(a, element, nil) != "" {
			lack = "has nothing of what this route lists"
		}
		return lack != ""
	}
	switch a.Form {
	case route.List:
		if !walk(body, '[', alien) {
			return "does not decode: it is no list"
		}
	case route.Map:
		if !walk(body, '{', alien) {
			return "does not decode: it is no object"
		}
	default:
		return elementLacks(a, body, nil)
	}
	return lack
}

// elementLacks says what is missing in an object. Members that could not be read are
// as good as missing.
func elementLacks(a *route.Answer, value []byte, lost []string) string {
	each, some := slices.Clone(a.Each), len(a.Some) == 0
	object := walk(value, '{', func(name string, _ json.RawMessage) bool {
		if slices.Contains(lost, name) {
			return true
		}
		each = slices.DeleteFunc(each, func(n string) bool { return n == name })
		some = some || slices.Contains(a.Some, name)
		return len(each) > 0 || !some
	})
	switch {
	case len(a.Each)+len(a.Some) == 0:
		return ""
	case !object:
		return "does not decode: it is no object"
	case len(each) > 0:
		return "has no " + strings.Join(each, ", ") + ": it is not what this route answers"
	case !some:
		return "has no " + strings.Join(a.Some[:min(3, len(a.Some))], ", ") + ": it is not what this route answers"
	}
	return ""
}

// walk goes through the members of an object, or the elements of a list, as long as
// each says so. It reads no further than that, and tells whether the value is one.
func walk(value []byte, kind json.Delim, each func(name string, value json.RawMessage) bool) bool {
	d := json.NewDecoder(bytes.NewReader(value))
	if first, err := d.Token(); err != nil || first != kind {
		return false
	}
	for d.More() {
		var name string
		if kind == '{' {
			key, err := d.Token()
			if err != nil {
				return true
			}
			name, _ = key.(string)
		}
		var member json.RawMessage
		if d.Decode(&member) != nil || !each(name, member) {
			return true
		}
	}
	return true
}
