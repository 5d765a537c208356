package mastra

import (
	"net/http"
)

// Attempt describes one attempt that failed, for a [RetryPolicy].
type Attempt struct {
	// Operation is the operationId of openapi.yaml, "" for Do and OpenStream.
	Operation string
	Method    string
	// Number counts from 1.
	Number int
	// Safe tells that carrying the operation out twice does no harm.
	Safe bool
	// Status of the answer, 0 where none came.
	Status int
	// Err is the transport's failure, nil where an answer came.
	Err error
	// Sent tells that the request may have reached the server: false only
	// where no connection could be made.
	Sent bool
	// Refused: the answer says that the request was not processed. It is a 401, a
	// 429, or a 503 that carries Retry-After or the server's own JSON error. Any
	// other 503 may come from a proxy whose upstream died with the request.
	Refused bool
	// ServerErrors counts the 500 answers of this call, this one included.
	ServerErrors int
}

// A RetryPolicy tells whether a failed attempt is repeated. It is asked only
// where a repetition is possible at all: attempts are left, the caller's context
// is alive, no stream is open, and for a 401 there is a
// [TokenSource] to ask for another token.
type RetryPolicy func(Attempt) bool

// RetrySafe is the default policy. What may be carried out twice without harm
// is repeated on connection errors, 408, 429, 502, 503, 504, and once on 500.
// Everything else is repeated only where the server refused it unprocessed: no
// connection could be made, 429, 401 where another token is to be had, or a 503
// that says so. A 503 says so where it carries Retry-After, or is the server's own
// error, a JSON object with the member "error". Proxies answer 503 in other forms
// when their upstream died with the request, which may have been carried out: such
// a call fails and matches [ErrOutcomeUnknown], as after a 502.
func RetrySafe(a Attempt) bool {
	switch a.Status {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return a.Safe || a.Refused
	case http.StatusInternalServerError:
		return a.Safe && a.ServerErrors == 1
	case 0:
		return a.Safe || !a.Sent
	}
	return a.Refused
}

// RetryAlways repeats every failure but a 4xx, whatever the operation, as the
// JavaScript client does (and a 401 with another token). An agent may then run,
// and be paid for, several times. What another attempt could only meet again is
// not repeated: a redirect, an HTML page, an answer that is too large.
func RetryAlways(a Attempt) bool {
	return a.Err != nil || a.Status < 400 || a.Status > 499 || a.Status == http.StatusUnauthorized
}

// RetryNever repeats nothing.
func RetryNever(Attempt) bool { return false }
