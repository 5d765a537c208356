package mastra

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"github.com/oapi-codegen/runtime"
)

// params collects the query parameters of a call. Zero values are left out.
type params struct {
	values url.Values
	err    error
}

// set adds a parameter in the style that openapi.yaml gives it: form, exploded.
func (p *params) set(name string, value any) {
	if v := reflect.ValueOf(value); p.err != nil || !v.IsValid() || v.IsZero() {
		return
	}
	text, err := runtime.StyleParamWithLocation("form", true, name, runtime.ParamLocationQuery, value)
	if err == nil {
		var parsed url.Values
		if parsed, err = url.ParseQuery(text); err == nil {
			p.put(name, parsed[name]...)
			return
		}
	}
	p.err = fmt.Errorf("mastra: the parameter %s does not encode: %w", name, err)
}

// setTime adds a time, in UTC.
func (p *params) setTime(name string, t time.Time) {
	if !t.IsZero() {
		p.set(name, t.UTC().Format(time.RFC3339Nano))
	}
}

// setJSON adds a parameter whose value is JSON text.
func (p *params) setJSON(name string, value any) {
	v := reflect.ValueOf(value)
	if p.err != nil || !v.IsValid() || v.IsZero() || v.Kind() == reflect.Map && v.Len() == 0 {
		return
	}
	text, err := marshal(value)
	if err != nil {
		p.err = fmt.Errorf("mastra: the parameter %s does not encode: %w", name, err)
		return
	}
	p.put(name, string(text))
}

func (p *params) put(name string, values ...string) {
	if p.values == nil {
		p.values = url.Values{}
	}
	p.values[name] = append(p.values[name], values...)
}

func itoa(n int) string { return strconv.Itoa(n) }
