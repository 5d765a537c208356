// Package status lets an error of this module say with which HTTP status it is to be
// passed on. It is internal so that no error of another library that happens to have
// such a method is taken for one: its status is of another server, not for the caller.
package status

// Code is an HTTP status.
type Code int

// Coder is an error that has one.
type Coder interface {
	error
	HTTPStatus() Code
}
