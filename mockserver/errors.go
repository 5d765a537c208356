package mockserver

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// httpError is an answer that is not 200: the status and the JSON body.
type httpError struct {
	status int
	body   *js.Object
}

func (e *httpError) Error() string { return e.body.Str("error") }

// fail is an error body as handlers send it: {"error": message}.
func fail(status int, format string, args ...any) error {
	return &httpError{status, js.Obj("error", fmt.Sprintf(format, args...))}
}

// said is an error in the words of the server, which go to the client as they
// are.
func said(format string, args ...any) error { return fmt.Errorf(format, args...) }

// errMismatch is the database's: a number where it wants another kind of it.
var errMismatch = said("SQLITE_MISMATCH: datatype mismatch")

func badRequest(format string, args ...any) error {
	return fail(http.StatusBadRequest, format, args...)
}

func forbidden(message string) error { return fail(http.StatusForbidden, "%s", message) }

func missing(argument string) error { return badRequest("Argument %q is required", argument) }

func notFound(format string, args ...any) error {
	return fail(http.StatusNotFound, format, args...)
}

// invalid is an error body as the validation sends it: what was invalid, and
// the list of issues.
func invalid(what string, issues []zod.Issue) error {
	list := make([]any, len(issues))
	for i, issue := range issues {
		list[i] = js.Obj("field", issue.Field(), "message", issue.Message)
	}
	return &httpError{http.StatusBadRequest, js.Obj("error", what, "issues", list)}
}

const (
	invalidBody  = "Invalid request body"
	invalidQuery = "Invalid query parameters"
)

// namedError is an error of a kind that is told, and what else is.
type namedError struct {
	name, message string
	details       *js.Object
}

func (e *namedError) Error() string { return e.message }

// detailsOf is what else is told of an error.
func detailsOf(err error) *js.Object {
	if refused := (*ModelError)(nil); errors.As(err, &refused) {
		return refused.details()
	}
	if named := (*namedError)(nil); errors.As(err, &named) {
		return named.details
	}
	return nil
}

// errorName is the kind of an error.
func errorName(err error) string {
	if refused := (*ModelError)(nil); errors.As(err, &refused) {
		return "AI_APICallError"
	}
	if named := (*namedError)(nil); errors.As(err, &named) {
		return named.name
	}
	return "Error"
}
