package veil

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/mastra-go/mastra/stream"
)

// Error hides in an error, and in all that it wraps, what must not be shown. An error
// without such a thing is left as it is. Any other is replaced by one that matches
// the same with errors.Is; errors.As finds of it what this package knows to copy.
func (v *Veil) Error(err error) error {
	clean, _ := v.clean(err)
	return clean
}

func (v *Veil) clean(err error) (clean error, changed bool) {
	if err == nil {
		return nil, false
	}
	text := v.Text(err.Error())
	inner, changed := v.inner(err)
	if !changed && text == err.Error() {
		return err, false
	}
	switch e := err.(type) {
	case *url.Error:
		return &url.Error{Op: e.Op, URL: v.Text(e.URL), Err: inner}, true
	case *net.OpError:
		return &net.OpError{Op: e.Op, Net: e.Net, Source: e.Source, Addr: e.Addr, Err: inner}, true
	case *stream.RunError:
		return v.RunError(e), true
	case *stream.TripwireError:
		return v.TripwireError(e), true
	}
	veiled := &veiledError{text, func(target error) bool { return errors.Is(err, target) }, inner}
	if late, ok := err.(interface{ Timeout() bool }); ok {
		return &veiledTimeout{veiled, late.Timeout()}, true
	}
	return veiled, true
}

// inner is what an error wraps, hidden.
func (v *Veil) inner(err error) (inner error, changed bool) {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return v.clean(e.Unwrap())
	case interface{ Unwrap() []error }:
		list := new(veiledList)
		for _, one := range e.Unwrap() {
			if clean, differs := v.clean(one); clean != nil {
				list.errs, changed = append(list.errs, clean), changed || differs
			}
		}
		return list, changed
	}
	return nil, false
}

// RunError is a copy without what must not be shown; nil for nil.
func (v *Veil) RunError(e *stream.RunError) *stream.RunError {
	if e == nil {
		return nil
	}
	clean := *e
	clean.Name, clean.Message, clean.Code = v.Text(e.Name), v.Text(e.Message), v.Text(e.Code)
	return &clean
}

// TripwireError is a copy without what must not be shown; nil for nil.
func (v *Veil) TripwireError(e *stream.TripwireError) *stream.TripwireError {
	if e == nil {
		return nil
	}
	clean := *e
	clean.Reason, clean.ProcessorID = v.Text(e.Reason), v.Text(e.ProcessorID)
	return &clean
}

// veiledError stands for an error whose text cannot be shown. That is kept in a func,
// which prints as an address.
type veiledError struct {
	text  string
	is    func(error) bool
	inner error
}

func (e *veiledError) Error() string        { return e.text }
func (e *veiledError) Is(target error) bool { return e.is(target) }
func (e *veiledError) Unwrap() error        { return e.inner }

// veiledTimeout is one that is a net.Error.
type veiledTimeout struct {
	*veiledError
	late bool
}

func (e *veiledTimeout) Timeout() bool   { return e.late }
func (e *veiledTimeout) Temporary() bool { return e.late }

// veiledList is what an error of several wraps.
type veiledList struct{ errs []error }

func (l *veiledList) Unwrap() []error { return l.errs }

func (l *veiledList) Error() string {
	texts := make([]string, len(l.errs))
	for i, err := range l.errs {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "\n")
}
