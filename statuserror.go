package mastra

import "fmt"

// statusError is an error that has a status, and that nobody need tell from others.
type statusError struct {
	error
	status int
}

// failed makes one, as fmt.Errorf does.
func failed(status int, format string, args ...any) error {
	return &statusError{fmt.Errorf(format, args...), status}
}

func (e *statusError) Unwrap() error   { return e.error }
func (e *statusError) httpStatus() int { return e.status }
