package mastra

import (
	"context"
	"errors"
	"net/http"

	"github.com/mastra-go/mastra/stream"
)

// HTTPStatus is the status with which an HTTP handler should pass err on:
// 200 for nil, the server's own status for what the caller did wrong (400, 403,
// 404, 409, 413, 422, 429), 400 for any other [ErrInvalidInput], 409 for
// [ErrNotSuspended], 499 for a caller that left, 504 for anything that took too
// long, 503 for a server that cannot be reached, 502 for its other failures (a 401
// among them: the credentials are yours, not your caller's; a run or a stream that
// failed), and 500 for an error of another origin.
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
