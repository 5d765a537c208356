package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// endpoint answers a request of a user, or returns why it could not.
type endpoint func(w http.ResponseWriter, r *http.Request, user string) error

// guard signs the user in, keeps them to their limit, and bounds the time.
func (a *api) guard(next endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, ok := a.userOf(r)
		if !ok {
			w.Header().Set("WWW-Authenticate", "Bearer")
			a.fail(w, r, problem{Status: http.StatusUnauthorized, Title: "A token is needed."})
			return
		}
		note(r, "user", user)
		if wait := a.limits.take(user, time.Now()); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			a.fail(w, r, problem{Status: http.StatusTooManyRequests, Title: "Too many requests.", Retry: true})
			return
		}
		// The context bounds the call of Mastra too, and ends when the caller leaves.
		ctx, cancel := context.WithTimeout(r.Context(), a.timeout)
		defer cancel()
		if err := next(w, r.WithContext(ctx), user); err != nil {
			a.fail(w, r, err)
		}
	})
}

func (a *api) userOf(r *http.Request) (string, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return "", false
	}
	for known, user := range a.users {
		if subtle.ConstantTimeCompare([]byte(token), []byte(known)) == 1 {
			return user, true
		}
	}
	return "", false
}

func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	note(r, "error", err.Error())
	p := problemOf(err)
	_ = write(w, p.Status, p)
}

// entry is the log line of a request, filled in on its way.
type entry struct {
	status int
	attrs  []any
}

type entryKey struct{}

// note adds to the request's log line.
func note(r *http.Request, key, value string) {
	if e, ok := r.Context().Value(entryKey{}).(*entry); ok {
		e.attrs = append(e.attrs, key, value)
	}
}

// logged writes one line for each request.
func (a *api) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &entry{status: http.StatusOK}
		id := rand.Text()
		w.Header().Set("X-Request-Id", id)
		began := time.Now()
		next.ServeHTTP(&statusWriter{w, e}, r.WithContext(context.WithValue(r.Context(), entryKey{}, e)))
		attrs := append([]any{
			"request", id, "method", r.Method, "path", r.URL.Path, "status", e.status, "ms", time.Since(began).Milliseconds(),
		}, e.attrs...)
		if e.status >= 500 {
			a.log.Error("request", attrs...)
		} else {
			a.log.Info("request", attrs...)
		}
	})
}

type statusWriter struct {
	http.ResponseWriter
	entry *entry
}

func (w *statusWriter) WriteHeader(status int) {
	w.entry.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// limits are token buckets, one for each user.
type limits struct {
	mu      sync.Mutex
	burst   float64
	every   time.Duration // in which one token comes back
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// newLimits allows n requests in the given time.
func newLimits(n int, in time.Duration) *limits {
	return &limits{burst: float64(n), every: in / time.Duration(n), buckets: map[string]*bucket{}}
}

// take takes a token, or tells how long to wait for the next one.
func (l *limits) take(user string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[user]
	if b == nil {
		b = &bucket{tokens: l.burst, at: now}
		l.buckets[user] = b
	}
	b.tokens = min(l.burst, b.tokens+float64(now.Sub(b.at))/float64(l.every))
	b.at = now
	if b.tokens >= 1 {
		b.tokens--
		return 0
	}
	return time.Duration((1 - b.tokens) * float64(l.every))
}
