package mastra

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mastra-go/mastra/stream"
)

// What an error of this package can be matched against with [errors.Is].
// One error may match several: a 400 that lists wrong fields is both
// ErrBadRequest and ErrInvalidInput, a 503 is ErrServer and ErrUnavailable.
var (
	// ErrBadRequest: the server answered 400.
	ErrBadRequest = errors.New("mastra: bad request")
	// ErrInvalidInput: what was sent does not fit the schema: a 400 that lists
	// issues, or a workflow that refused its input or resume data. Also a handle
	// of [Memory.ForResource] without a resource: then nothing was sent.
	ErrInvalidInput = errors.New("mastra: invalid input")
	// ErrUnauthorized: the server answered 401; the token is missing or wrong.
	ErrUnauthorized = errors.New("mastra: unauthorized")
	// ErrForbidden: the server answered 403, for example because a thread
	// belongs to another resource.
	ErrForbidden = errors.New("mastra: forbidden")
	// ErrNotFound: the server answered 404.
	ErrNotFound = errors.New("mastra: not found")
	// ErrConflict: the server answered 409.
	ErrConflict = errors.New("mastra: conflict")
	// ErrTooLarge: the server answered 413, or its answer was larger than
	// [WithMaxResponseSize] allows.
	ErrTooLarge = errors.New("mastra: too large")
	// ErrRateLimited: the server answered 429.
	ErrRateLimited = errors.New("mastra: rate limited")
	// ErrNotSuspended: the run, step or tool call to resume is not suspended
	// (any more). The server says so with a 500.
	ErrNotSuspended = errors.New("mastra: not suspended")
	// ErrServer: the server answered with a 5xx status.
	ErrServer = errors.New("mastra: server error")
	// ErrUnavailable: no connection could be made, or 502 or 503.
	ErrUnavailable = errors.New("mastra: unavailable")
	// ErrTimeout: the server answered 504, or no response headers came within
	// [WithAttemptTimeout]. What was asked for may still be going on.
	ErrTimeout = errors.New("mastra: timeout")
	// ErrOutcomeUnknown: the request was sent, and no answer says whether it was
	// carried out. Repeating it may carry it out twice.
	ErrOutcomeUnknown = errors.New("mastra: outcome unknown")
)

const (
	maxErrorText = 500      // bytes of a message taken from a server
	maxErrorCode = 100      // bytes of a code
	maxErrorBody = 64 << 10 // bytes of an error's body kept in Error.Body
)

// Issue is one field of a request that the server refused.
type Issue struct {
	// Field is a dotted path into the body or query; "root" for the whole
	// value, "body" for text that is not JSON.
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is the error of every call that reached the transport: an answer that
// is not a success, a connection that failed, a body that could not be read.
//
// Match it with [errors.As], or its kind with [errors.Is] and the Err values of
// this package; a cancelled or expired context matches [context.Canceled] and
// [context.DeadlineExceeded] too. Its text holds neither a token, nor a query
// string, nor a body; Header and Body are for programs to read.
type Error struct {
	// Status is the HTTP status; 0 where no whole answer came, and where a workflow
	// refused its data inside a stream or the client did so itself.
	Status int
	// Code is the machine-readable code, where the server sent one.
	Code string
	// Message says what went wrong, at most 500 bytes.
	Message string
	// Issues lists the fields the server refused.
	Issues []Issue
	// Method and Path of the request; Path has no query.
	Method, Path string
	// Header of the answer; nil where none came. It is left out of JSON.
	Header http.Header `json:"-"`
	// Body of the answer, its first 64 KiB. It is left out of JSON.
	Body []byte `json:"-"`
	// Attempts is how often the call was attempted.
	Attempts int
	// RetryAfter is how long the server asked to wait; 0 where it did not.
	RetryAfter time.Duration

	kinds []error // sentinels beyond those that follow from Status
	cause error
}

// Error says what was called, how often, and what came back.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("mastra: ")
	if e.Method != "" {
		b.WriteString(e.Method + " " + e.Path + ": ")
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, "%d", e.Status)
		if text := http.StatusText(e.Status); text != "" {
			b.WriteString(" " + text)
		}
		if e.Message != "" {
			b.WriteString(": ")
		}
	}
	b.WriteString(oneLine(e.Message))
	for i, issue := range e.Issues {
		if i == 3 {
			fmt.Fprintf(&b, "; and %d more", len(e.Issues)-i)
			break
		}
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		b.WriteString(sep + clip(issue.Field, 100) + ": " + oneLine(clip(issue.Message, 200)))
	}
	if e.is(ErrOutcomeUnknown) {
		b.WriteString(" (the request was sent; whether it was carried out is unknown)")
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	return b.String()
}

// Format prints Error for every verb, so that neither %+v nor %#v shows a header
// or a body.
func (e *Error) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		fmt.Fprintf(f, "%q", e.Error())
		return
	}
	io.WriteString(f, e.Error())
}

// Unwrap gives the cause: a context's error, a net error, a JSON error.
func (e *Error) Unwrap() error { return e.cause }

// Is tells whether the error is of the kind of target, one of this package's Err values.
func (e *Error) Is(target error) bool { return e.is(target) }

func (e *Error) is(target error) bool {
	for _, k := range e.kinds {
		if k == target {
			return true
		}
	}
	switch e.Status {
	case http.StatusBadRequest:
		return target == ErrBadRequest || target == ErrInvalidInput && len(e.Issues) > 0
	case http.StatusUnauthorized:
		return target == ErrUnauthorized
	case http.StatusForbidden:
		return target == ErrForbidden
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusConflict:
		return target == ErrConflict
	case http.StatusRequestEntityTooLarge:
		return target == ErrTooLarge
	case http.StatusTooManyRequests:
		return target == ErrRateLimited
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return target == ErrUnavailable || target == ErrServer
	case http.StatusGatewayTimeout:
		return target == ErrTimeout || target == ErrServer
	}
	return e.Status >= 500 && target == ErrServer
}

func (e *Error) mark(kind error) {
	if !e.is(kind) {
		e.kinds = append(e.kinds, kind)
	}
}

// also adds a second reason: why nothing more was done about the failure.
func (e *Error) also(reason error, when string) {
	text := reason.Error() + when
	if e.Message != "" {
		text += ": " + e.Message
	}
	e.Message = clip(text, maxErrorText)
	if e.cause == nil {
		e.cause = reason
	} else {
		e.cause = fmt.Errorf("%w: %w", reason, e.cause)
	}
}

// tidy takes out of the texts what must not be shown, and cuts them to size.
func (e *Error) tidy(hide func(string) string) {
	e.Message = clip(hide(e.Message), maxErrorText)
	e.Code = clip(hide(e.Code), maxErrorCode)
	for i, issue := range e.Issues {
		e.Issues[i] = Issue{clip(hide(issue.Field), maxErrorText), clip(hide(issue.Message), maxErrorText)}
	}
}

// HTTPStatus is the status with which an HTTP handler should pass err on:
// 200 for nil, the server's own status for what the caller did wrong (400, 403,
// 404, 409, 413, 422, 429), 409 for [ErrNotSuspended], 499 for a caller that
// left, 504 for anything that took too long, 503 for a server that cannot be
// reached, 502 for its other failures (a 401 among them: the credentials are
// yours, not your caller's; a run or a stream that failed), and 500 for an error
// of another origin.
func HTTPStatus(err error) int {
	var e *Error
	var run *stream.RunError
	var malformed *stream.MalformedError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, context.Canceled):
		return 499
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrTimeout), errors.Is(err, stream.ErrIdleTimeout):
		return http.StatusGatewayTimeout
	case errors.Is(err, ErrNotSuspended):
		return http.StatusConflict
	case errors.As(err, &e) && passedOn(e.Status):
		return e.Status
	case errors.Is(err, ErrInvalidInput):
		return http.StatusBadRequest
	case errors.Is(err, ErrUnavailable):
		return http.StatusServiceUnavailable
	case errors.As(err, &e), errors.As(err, &run), errors.As(err, &malformed),
		errors.Is(err, stream.ErrTruncated), errors.Is(err, stream.ErrEventTooLarge):
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

func passedOn(status int) bool {
	switch status {
	case 400, 403, 404, 409, 413, 422, 429:
		return true
	}
	return false
}
