package mastra

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
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
// connection could be made, 429, 503, or 401 where another token is to be had.
func RetrySafe(a Attempt) bool {
	switch a.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusUnauthorized:
		return true
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusGatewayTimeout:
		return a.Safe
	case http.StatusInternalServerError:
		return a.Safe && a.ServerErrors == 1
	case 0:
		return a.Safe || !a.Sent
	}
	return false
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

// wait is how long to pause after the n-th failed attempt (from 0). ok is false
// where the server asks for a longer pause than maxBackoff: then the call ends.
func (c *config) wait(n int, header http.Header) (d time.Duration, ok bool) {
	if d, ok := retryAfter(header, time.Now()); ok {
		return d, d <= c.maxBackoff
	}
	d = c.maxBackoff
	if n < 62 && c.backoff <= c.maxBackoff>>n {
		d = c.backoff << n
	}
	return d/2 + rand.N(d-d/2+1), true
}

// retryAfter reads the header of that name: seconds, or a date. One that is
// malformed or negative does not count; a date in the past asks for no pause.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		if seconds < 0 {
			return 0, false
		}
		const most = int64(1<<63-1) / int64(time.Second)
		return time.Duration(min(seconds, most)) * time.Second, true
	}
	if strings.Trim(text, "0123456789") == "" { // more seconds than an int64 holds
		return 1<<63 - 1, true
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(0, date.Sub(now)), true
}
