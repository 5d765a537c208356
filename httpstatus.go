package mastra

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/mastra-go/mastra/internal/status"
	"github.com/mastra-go/mastra/stream"
)

// HTTPStatus is the status with which an HTTP handler should pass err on. The first
// row that matches counts, for whatever err wraps or joins. An Err value that is wrapped
// by no [Error], as in an error of your own, counts as an Error that matches it does.
//
//	200  nil
//	499  who waited has left: context.Canceled, stream.ErrClientGone, ErrClosed
//	504  what took too long: context.DeadlineExceeded, ErrTimeout, ErrIdleTimeout
//	     its own: an error of aisdk.Refuse
//	409  ErrNotSuspended, ErrSuspended, ErrConflict; a run that has no result yet
//	     the server's own status for what the caller did wrong: 429, 413, 403, 404, 400, 422;
//	     ErrRateLimited, ErrTooLarge, ErrForbidden, ErrNotFound, ErrBadRequest
//	400  ErrInvalidInput: also what the client refuses itself, and a tool's input
//	422  a TripwireError: a processor has stopped the run on purpose
//	503  ErrUnavailable
//	502  what else went wrong at the server: other statuses and ErrServer (401 and
//	     ErrUnauthorized too: the credentials are yours, not your caller's), a 404 of a proxy or of a wrong
//	     base URL, an answer that cannot be read; runs that failed or were canceled
//	     (RunError, RunFailure); a stream that was cut; a TypedError, and a tool's
//	     output; ErrOutcomeUnknown, ErrTruncated, ErrEventTooLarge, ErrNotStarted,
//	     ErrToolRounds
//	500  an error of another origin
func HTTPStatus(err error) int {
	if err == nil {
		return http.StatusOK
	}
	row := firstRow(err, len(rows))
	if row == len(rows) {
		return http.StatusInternalServerError
	}
	if coder := status.Coder(nil); rows[row] == itsOwn && errors.As(err, &coder) {
		return int(coder.HTTPStatus())
	}
	return rows[row]
}

// itsOwn is the row of errors that say themselves what they are passed on as.
const itsOwn = -1

// rows are the statuses in the order in which they count; the first two are of whoever
// did not wait.
var rows = []int{499, 504, itsOwn, 409, 429, 413, 403, 404, 400, 422, 503, 502}

const didNotWait = 2

// firstRow finds the first row before a limit that an error matches, or something that
// it wraps or joins; the limit where there is none.
func firstRow(err error, limit int) int {
	row := limit
	if own := slices.Index(rows, statusOf(err)); own >= 0 {
		row = min(row, own)
	}
	below := row
	if _, ok := err.(*Error); ok { // it says itself what its cause came to
		below = min(below, didNotWait)
	}
	for _, inner := range wrapped(err) {
		if found := firstRow(inner, below); found < below {
			row, below = found, found
		}
	}
	return row
}

func wrapped(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return []error{inner}
		}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

// statusOf is the status of an error, not looking at what it wraps; 0 where it has none.
func statusOf(err error) int {
	switch e := err.(type) {
	case *Error:
		return e.passedOnAs()
	case status.Coder:
		return itsOwn
	case interface{ httpStatus() int }:
		return e.httpStatus()
	case *stream.TripwireError:
		return http.StatusUnprocessableEntity
	case *stream.RunError, *stream.MalformedError, *RunFailure:
		return http.StatusBadGateway
	}
	for _, s := range sentinels {
		is, ok := err.(interface{ Is(error) bool })
		if err == s.err || ok && is.Is(s.err) {
			return s.status
		}
	}
	return 0
}

// sentinels are in the order of the rows: an error may match several.
var sentinels = []struct {
	err    error
	status int
}{
	{context.Canceled, 499}, {stream.ErrClientGone, 499}, {ErrClosed, 499},
	{context.DeadlineExceeded, http.StatusGatewayTimeout}, {ErrTimeout, http.StatusGatewayTimeout}, {ErrIdleTimeout, http.StatusGatewayTimeout},
	{ErrNotSuspended, http.StatusConflict}, {ErrSuspended, http.StatusConflict}, {ErrConflict, http.StatusConflict},
	{ErrRateLimited, http.StatusTooManyRequests}, {ErrTooLarge, http.StatusRequestEntityTooLarge},
	{ErrForbidden, http.StatusForbidden}, {ErrNotFound, http.StatusNotFound},
	{ErrInvalidInput, http.StatusBadRequest}, {ErrBadRequest, http.StatusBadRequest},
	{ErrUnavailable, http.StatusServiceUnavailable},
	{ErrTruncated, http.StatusBadGateway}, {ErrEventTooLarge, http.StatusBadGateway}, {ErrOutcomeUnknown, http.StatusBadGateway},
	{ErrNotStarted, http.StatusBadGateway}, {ErrToolRounds, http.StatusBadGateway},
	{ErrServer, http.StatusBadGateway}, {ErrUnauthorized, http.StatusBadGateway},
}

func (e *Error) passedOnAs() int {
	switch {
	case e == nil:
		return http.StatusBadGateway
	case e.is(ErrTimeout):
		return http.StatusGatewayTimeout
	case e.is(ErrNotSuspended):
		return http.StatusConflict
	case e.Status == http.StatusNotFound && e.noRoute:
		return http.StatusBadGateway
	case slices.Contains([]int{400, 403, 404, 409, 413, 422, 429}, e.Status):
		return e.Status
	case e.is(ErrInvalidInput):
		return http.StatusBadRequest
	case e.is(ErrUnavailable):
		return http.StatusServiceUnavailable
	}
	return http.StatusBadGateway
}
