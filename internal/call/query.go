package call

import (
	"net/url"
	"reflect"
	"time"

	"github.com/oapi-codegen/runtime"
)

// Params collects the query parameters of a call. Zero values are left out.
type Params struct {
	Values url.Values
	Err    error
}

// Set adds a parameter, a text or a number, in the style that openapi.yaml gives it:
// form, exploded.
func (p *Params) Set(name string, value any) {
	if reflect.ValueOf(value).IsZero() {
		return
	}
	text, _ := runtime.StyleParamWithLocation("form", true, name, runtime.ParamLocationQuery, value)
	parsed, _ := url.ParseQuery(text)
	p.Put(name, parsed[name]...)
}

// SetTime adds a time, in UTC.
func (p *Params) SetTime(name string, t time.Time) {
	if !t.IsZero() {
		p.Set(name, t.UTC().Format(time.RFC3339Nano))
	}
}

// SetJSON adds a parameter whose value is JSON text.
func (p *Params) SetJSON(name string, value any) {
	v := reflect.ValueOf(value)
	if p.Err != nil || !v.IsValid() || v.IsZero() || v.Kind() == reflect.Map && v.Len() == 0 {
		return
	}
	text, err := Marshal(value)
	if err != nil {
		p.Err = Refuse("mastra: the parameter %s does not encode: %w", name, err)
		return
	}
	p.Put(name, string(text))
}

// Put adds a parameter as it is.
func (p *Params) Put(name string, values ...string) {
	if p.Values == nil {
		p.Values = url.Values{}
	}
	p.Values[name] = append(p.Values[name], values...)
}
