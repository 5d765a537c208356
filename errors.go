package mastra

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mastra-go/mastra/internal/call"
)

// What an error of this package can be matched against with [errors.Is].
// One error may match several: a 400 that lists wrong fields is both
// ErrBadRequest and ErrInvalidInput, a 503 is ErrServer and ErrUnavailable.
var (
	// ErrBadRequest: the server answered 400.
	ErrBadRequest = errors.New("mastra: bad request")
	// ErrInvalidInput: what was sent does not fit the schema: a 400 that lists
	// issues, or a workflow that refused its input or resume data. Also what the
	// client itself refuses, such as an empty id, an option that cannot be, a handle of
	// [Memory.ForResource] without a resource: then nothing was sent.
	ErrInvalidInput = errors.New("mastra: invalid input")
	// ErrUnauthorized: the server answered 401; the token is missing or wrong.
	ErrUnauthorized = errors.New("mastra: unauthorized")
	// ErrForbidden: the server answered 403, for example because a thread
	// belongs to another resource.
	ErrForbidden = errors.New("mastra: forbidden")
	// ErrNotFound: the server answered 404.
	ErrNotFound = errors.New("mastra: not found")
	// ErrConflict: the server answered 409; or it would give what was to be sent to
	// another item of a foreach than the one that was meant, and nothing was sent.
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
	// ErrUnavailable: no connection could be made, or 502 or 503. Where the request
	// may have been carried out all the same, it is ErrOutcomeUnknown too.
	ErrUnavailable = errors.New("mastra: unavailable")
	// ErrTimeout: the server answered 504, or no response headers came within
	// [WithAttemptTimeout]. What was asked for may still be going on.
	ErrTimeout = errors.New("mastra: timeout")
	// ErrOutcomeUnknown: the request was sent, and no answer says whether it was
	// carried out: the connection broke, it took too long, or 502, 504, or a 503 that
	// does not say that it refused the request ([RetrySafe] tells which do). Repeating
	// it may carry it out twice. What may be repeated without harm never matches.
	ErrOutcomeUnknown = errors.New("mastra: outcome unknown")
)

// Issue is one field of a request that the server refused.
type Issue struct {
	// Field is a dotted path into the body or query; "root" for the whole
	// value, "body" for text that is not JSON.
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is the error of every call that reached the transport: an answer that
// is not a success, a connection that failed, a body that could not be read. What the
// client refuses before that matches [ErrInvalidInput].
//
// Match it with [errors.As], or its kind with [errors.Is] and the Err values of
// this package; a cancelled or expired context matches [context.Canceled] and
// [context.DeadlineExceeded] too. Its text, and that of all it wraps, holds neither a
// token, nor a header that was given as a credential, nor a query string, nor a body:
// where the server or the transport echoes one, [hidden] stands in its place. A wrapped
// error that was so changed still matches the same with [errors.Is]; of its types
// [errors.As] finds *url.Error, *net.OpError and net.Error. Header and Body are
// as they came, for programs to read.
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
	// RequestID is how the server, or a proxy before it, names the request in the
	// answer: X-Request-Id, X-Correlation-Id and the like, else the trace's id in
	// traceparent. "" where none does.
	RequestID string
	// Header of the answer; nil where none came. It is left out of JSON.
	Header http.Header `json:"-"`
	// Body of the answer, its first 64 KiB. It is left out of JSON.
	Body []byte `json:"-"`
	// Attempts is how often the call was attempted.
	Attempts int
	// RetryAfter is how long the server asked to wait; 0 where it did not.
	RetryAfter time.Duration

	kinds   []error // sentinels beyond those that follow from Status
	advice  string  // what to do, where the client knows
	noRoute bool    // a 404 that is not Mastra's
	cause   error
}

// Error says what was called, how often, and what came back, and the request's id
// where it is short and plain.
func (e *Error) Error() string {
	if e == nil || e.Method == "" && e.Status == 0 && e.Message == "" && len(e.Issues) == 0 && e.kinds == nil {
		return "mastra: unknown error"
	}
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
	b.WriteString(call.OneLine(e.Message))
	for i, issue := range e.Issues {
		if i == 3 {
			fmt.Fprintf(&b, "; and %d more", len(e.Issues)-i)
			break
		}
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		b.WriteString(sep + call.Clip(issue.Field, 100) + ": " + call.OneLine(call.Clip(issue.Message, 200)))
	}
	if e.advice != "" {
		b.WriteString("; " + e.advice)
	}
	if e.is(ErrOutcomeUnknown) {
		b.WriteString(" (the request was sent; whether it was carried out is unknown)")
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	if call.PlainID(e.RequestID) {
		b.WriteString(" (request id " + e.RequestID + ")")
	}
	return b.String()
}

// Format prints Error for every verb, so that neither %+v nor %#v shows a header
// or a body, of the error itself and of a pointer to it. (A value of it in an unexported
// field prints in full, because fmt calls no methods there; a pointer as an address.)
func (e Error) Format(f fmt.State, verb rune) { printText(f, verb, e.Error()) }

// printText prints an error's text in the place of its fields.
func printText(f fmt.State, verb rune, text string) {
	if verb == 'q' {
		fmt.Fprintf(f, "%q", text)
		return
	}
	io.WriteString(f, text)
}

// Unwrap gives the cause: a context's error, a net error, a JSON error.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// Is tells whether the error is of the kind of target, one of this package's Err values.
func (e *Error) Is(target error) bool { return e != nil && e.is(target) }

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

// publicError makes an error of this package of what internal/call reports.
func publicError(err error) error {
	switch err := err.(type) {
	case nil:
		return nil
	case *call.Refusal:
		return &refusal{err}
	case *call.Failure:
		return fromFailure(err)
	}
	return err
}

func fromFailure(f *call.Failure) *Error {
	e := &Error{
		Status: f.Status, Code: f.Code, Message: f.Message, Method: f.Method, Path: f.Path, RequestID: f.RequestID, Header: f.Header,
		Body: f.Body, Attempts: f.Attempts, RetryAfter: f.RetryAfter, cause: f.Cause, advice: f.Advice,
	}
	e.noRoute = f.Status == http.StatusNotFound && f.Method != http.MethodHead && !json.Valid(f.Body)
	for _, issue := range f.Issues {
		e.Issues = append(e.Issues, Issue(issue))
	}
	for kind, sentinel := range kinds {
		if f.Kind.Is(kind) {
			e.mark(sentinel)
		}
	}
	switch { // what only the text tells
	case notSuspended(e.Message):
		e.mark(ErrNotSuspended)
	case invalidInput(e.Message):
		e.mark(ErrInvalidInput)
	}
	return e
}

var kinds = map[call.Kind]error{
	call.Unavailable: ErrUnavailable, call.TimedOut: ErrTimeout, call.TooLarge: ErrTooLarge, call.OutcomeUnknown: ErrOutcomeUnknown,
}

func notSuspended(text string) bool {
	return strings.Contains(text, "was not suspended") ||
		strings.Contains(text, "suspended workflow run was already resumed") ||
		strings.Contains(text, "it is not suspended") ||
		strings.Contains(text, "tool call is not suspended") ||
		strings.Contains(text, "could not find a suspended run")
}

func invalidInput(text string) bool {
	return strings.HasPrefix(text, "Invalid input data") || strings.HasPrefix(text, "Invalid resume data")
}
