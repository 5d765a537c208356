package call

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mastra-go/mastra/internal/veil"
)

// Sizes of what an error keeps of an answer, in bytes.
const (
	MaxErrorText = 500
	maxErrorCode = 100
	maxErrorBody = 64 << 10
)

// Failure is why a call failed: an answer that is no success, a connection that
// broke, a body that could not be read.
type Failure struct {
	Status       int // 0 where no whole answer came
	Code         string
	Message      string // at most MaxErrorText bytes
	Advice       string // what to do, in words of this module
	Issues       []Issue
	Method, Path string // Path has no query
	Header       http.Header
	RequestID    string
	Body         []byte // its beginning
	Attempts     int
	RetryAfter   time.Duration
	Kind         Kind
	Cause        error
}

var errAnswerTooLarge = errors.New("the answer is larger than WithMaxResponseSize allows")

// Issue is one field of a request that the server refused.
type Issue struct{ Field, Message string }

// Kind says of a failure what its status does not tell.
type Kind uint8

// The kinds. A failure may be of several.
const (
	Unavailable    Kind = 1 << iota // no connection could be made
	TimedOut                        // no response headers within the attempt timeout
	TooLarge                        // the answer was larger than is allowed
	OutcomeUnknown                  // it may have been carried out
)

// Is tells whether a failure is of a kind.
func (k Kind) Is(kind Kind) bool { return k&kind != 0 }

func (f *Failure) Error() string {
	return fmt.Sprintf("%s %s: %d %s", f.Method, f.Path, f.Status, f.Message)
}

// Unwrap gives the cause: a context's error, a net error, a JSON error.
func (f *Failure) Unwrap() error { return f.Cause }

// also adds a second reason: why nothing more was done about the failure.
func (f *Failure) also(reason error, when string) {
	text := reason.Error() + when
	if f.Message != "" {
		text += ": " + f.Message
	}
	f.Message = text
	if f.Cause == nil {
		f.Cause = reason
	} else {
		f.Cause = fmt.Errorf("%w: %w", reason, f.Cause)
	}
}

// tidy takes out of the texts what must not be shown, and cuts them to size.
func (f *Failure) tidy(v *veil.Veil) {
	f.Message = Clip(v.Text(f.Message), MaxErrorText)
	f.Code = Clip(v.Text(f.Code), maxErrorCode)
	for i, issue := range f.Issues {
		f.Issues[i] = Issue{Clip(v.Text(issue.Field), MaxErrorText), Clip(v.Text(issue.Message), MaxErrorText)}
	}
	f.Cause = v.Error(f.Cause)
}

// Refusal is why a call was not sent: what it asks for cannot be.
type Refusal struct {
	text  string
	cause error
}

func (r *Refusal) Error() string { return r.text }

// Unwrap gives the cause, if there is one.
func (r *Refusal) Unwrap() error { return r.cause }

// Refuse makes a Refusal, as fmt.Errorf makes an error.
func Refuse(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	var cause error
	if u, ok := err.(interface{ Unwrap() error }); ok {
		cause = u.Unwrap()
	}
	return &Refusal{err.Error(), cause}
}
