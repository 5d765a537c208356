package mastra

import (
	"net/http"
)

// Attempt describes one attempt that failed, for a [RetryPolicy].
type Attempt struct {
	// Operation is the operationId of openapi.yaml, "" for Do and OpenStream.
	Operation string
	Method    string
	// Number counts from 1, and anew once a stream that is taken up again has told
	// something new.
	Number int
	// Safe tells that another attempt does no harm: the operation may be carried out
	// twice, or it is a workflow's start or resume whose answer got lost, and the run
	// was read since and shows that it was not carried out.
	Safe bool
	// Status of the answer, 0 where none came and where the stream that it opened broke.
	Status int
	// Err is what failed where the status does not tell: the transport, a stream that
	// broke, a success whose body is none. It is nil for a status from 300 on.
	Err error
	// Sent tells that the request may have reached the server: false only
	// where no connection could be made.
	Sent bool
	// Refused: the answer says that the request was not processed. It is a 401, a
	// 429, or a 503 that carries Retry-After or the server's own JSON error. Any
	// other 503 may come from a proxy whose upstream died with the request.
	Refused bool
	// ServerErrors counts the 500 answers, this one included, as Number counts.
	ServerErrors int
}

// A RetryPolicy tells whether a failed attempt is repeated. It is asked only
// where a repetition is possible at all: attempts are left ([WithRetries]), the
// caller's context is alive, nothing of a stream has been handed out, and for a 401
// there is a [TokenSource] to ask for another token. Of a stream that breaks it is
// asked where the client can go on behind what was handed out: where it observes a
// workflow's run ([WithReattach]) or subscribes to a thread.
type RetryPolicy func(Attempt) bool

// RetrySafe is the default policy. What may be carried out twice without harm
// is repeated on connection errors, 408, 429, 502, 503, 504, and once on 500.
// Everything else is repeated only where the server refused it unprocessed: no
// connection could be made, 429, 401 where another token is to be had, or a 503
// that says so. A 503 says so where it carries Retry-After, or is the server's own
// error, a JSON object with the member "error". Proxies answer 503 in other forms
// when their upstream died with the request, which may have been carried out: such
// a call fails and matches [ErrOutcomeUnknown], as after a 502.
//
// One thing the client cannot see: where a tool or a model throws an error that has a
// status of its own, 429 or 503, the server answers with that status after it has done
// the work. Where that may happen and twice is once too often, pass [RetryNever].
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
// not repeated, by any policy: a redirect, an HTML page that comes as a success (200; one
// with a 503 is the proxy's word for it, and repeated as any 503), an answer that is too
// large, a host that does not exist, a certificate that is refused, plain HTTP where TLS
// is spoken.
func RetryAlways(a Attempt) bool {
	return a.Err != nil || a.Status < 400 || a.Status > 499 || a.Status == http.StatusUnauthorized
}

// RetryNever repeats nothing. A workflow's stream that breaks is taken up once all the
// same ([WithReattach]), and a run whose start or resume got lost is looked for
// ([Run.Start], [Run.Resume]).
func RetryNever(Attempt) bool { return false }
