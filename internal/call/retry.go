package call

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Attempt describes one attempt that failed.
type Attempt struct {
	Operation    string
	Method       string
	Number       int // from 1
	Safe         bool
	Status       int   // 0 where no answer came
	Err          error // the transport's failure, nil where an answer came
	Sent         bool  // it may have reached the server
	Refused      bool  // the answer says that the request was not processed
	ServerErrors int   // 500 answers of this call
}

// Policy tells whether a failed attempt is repeated.
type Policy func(Attempt) bool

// refused tells whether the answer says that the request was not processed.
func (f *Failure) refused() bool {
	switch f.Status {
	case http.StatusUnauthorized, http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable:
		return strings.TrimSpace(f.Header.Get("Retry-After")) != "" || OwnError(f.Body)
	}
	return false
}

// wait is how long to pause after the n-th failed attempt (from 0). ok is false
// where the server asks for a longer pause than MaxBackoff: then the call ends.
func (c *Config) wait(n int, header http.Header) (d time.Duration, ok bool) {
	if d, ok := retryAfter(header, time.Now()); ok {
		return d, d <= c.MaxBackoff
	}
	d = c.MaxBackoff
	if c.Backoff == 0 || n < 62 && c.Backoff <= c.MaxBackoff>>n {
		d = c.Backoff << n
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
	return max(0, date.Sub(serverTime(header, now))), true
}

// serverTime is the time on the clock of the server that sent an answer, as far as
// it says: hours may lie between it and ours, but hardly days.
func serverTime(header http.Header, now time.Time) time.Time {
	date, err := http.ParseTime(strings.TrimSpace(header.Get("Date")))
	if err != nil || date.Sub(now).Abs() > 24*time.Hour {
		return now
	}
	return date
}
