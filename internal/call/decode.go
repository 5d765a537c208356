package call

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/internal/tolerant"
)

var errEmptyAnswer = errors.New("the answer is empty")

// decode decodes the answer that was read; nil drops it, if it says that it was done.
func (x *Exchange) decode(out any) error {
	if len(bytes.TrimSpace(x.body)) == 0 {
		if x.req.Op.ID == "" || out == nil && x.req.Op.Answer == nil {
			return nil
		}
		return x.unreadable(errEmptyAnswer)
	}
	if out == nil {
		return x.acknowledged()
	}
	if lack := x.lacks(); lack != "" {
		if f := x.errorInside(); f != nil {
			return x.fail(f)
		}
		return x.unfit("the answer "+lack, nil)
	}
	if raw, ok := out.(*json.RawMessage); ok && json.Valid(x.body) {
		*raw = x.body
		return nil
	}
	if x.req.Op.ID == "" { // a type of the caller's own
		if err := json.Unmarshal(x.body, out); err != nil {
			return x.unreadable(err)
		}
		return nil
	}
	lost, err := tolerant.Unmarshal(x.body, out)
	if err != nil {
		return x.unreadable(err)
	}
	if a := x.req.Op.Answer; len(lost) > 0 && a != nil && a.Form == route.Object && elementLacks(a, x.body, lost) != "" {
		return x.unreadable(json.Unmarshal(x.body, out)) // what was asked for is lost
	}
	return nil
}

// jsonKind is what JSON calls the values of a Go type.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Bool, reflect.String:
		return t.Kind().String()
	case reflect.Interface, reflect.Pointer:
		return "another value"
	}
	return "number"
}

// unreadable is the failure of a success whose body does not decode. The text says
// what was expected, and nothing of what came.
func (x *Exchange) unreadable(err error) error {
	message := "the answer does not decode: a value in it has an unexpected form"
	var kind *json.UnmarshalTypeError
	switch {
	case err == errEmptyAnswer:
		message = err.Error()
	case !json.Valid(x.body):
		message = badJSON(x.body)
		if kind := mediaType(x.header); x.req.Op.ID == "" && kind != "" && kind != "application/json" {
			message += " but " + Clip(x.Veil().Text(kind), 100) + "; a *[]byte takes it as it is"
		}
	case errors.As(err, &kind):
		what, _, _ := strings.Cut(kind.Value, " ") // behind it stands the value
		message = "the answer does not decode: " + what + " in place of " + jsonKind(kind.Type)
		if kind.Field != "" {
			message += " in " + kind.Field
		}
	}
	return x.unfit(message, WithoutValue(err))
}

// WithoutValue is an error of encoding/json that does not show the number that it is
// about.
func WithoutValue(err error) error {
	kind, ok := err.(*json.UnmarshalTypeError)
	if !ok {
		return err
	}
	plain := *kind
	plain.Value, _, _ = strings.Cut(kind.Value, " ")
	return &plain
}

// unfit is the failure of a success that is not what the operation answers.
func (x *Exchange) unfit(message string, cause error) error {
	x.unknown = true
	return x.fail(&Failure{Status: x.status, Header: x.header, Body: head(x.body), Message: message, Cause: cause})
}
