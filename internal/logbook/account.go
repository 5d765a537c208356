package logbook

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Account sums up one call of the caller's, which may be several requests.
type Account struct {
	log     Log
	subject Subject
	begun   time.Time

	mu  sync.Mutex
	sum Request
}

// Request is what one request adds to a call.
type Request struct {
	Attempts         int
	Status           int // of the last answer; 0: none came
	RunID, RequestID string
}

// Ended is how a call ended: with which error, "" for none, and whether that leaves open
// if it was carried out.
type Ended struct {
	Error   string
	Unknown bool
}

type accountKey struct{}

// AccountOf finds the call that a context belongs to; nil for none.
func AccountOf(ctx context.Context) *Account {
	a, _ := ctx.Value(accountKey{}).(*Account)
	return a
}

// NewAccount begins a call.
func NewAccount(log Log, s Subject, begun time.Time, runID string) *Account {
	return &Account{log: log, subject: s, begun: begun, sum: Request{RunID: runID}}
}

// In makes what is sent with the context a part of the call.
func (a *Account) In(ctx context.Context) context.Context {
	return context.WithValue(ctx, accountKey{}, a)
}

// Apart is a context for functions of the caller's: what they call is theirs.
func Apart(ctx context.Context) context.Context {
	if AccountOf(ctx) == nil {
		return ctx
	}
	return (*Account)(nil).In(ctx)
}

// Add takes a request of the call in. One of another operation, which finds out what
// became of it, has no attempts.
func (a *Account) Add(operation string, r Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if operation == a.subject.Operation {
		a.sum.Attempts += r.Attempts
	}
	if r.Status != 0 {
		a.sum.Status = r.Status
	}
	if a.sum.RunID == "" {
		a.sum.RunID = r.RunID
	}
	a.sum.RequestID = r.RequestID
}

// End writes the line of the call, unless nothing was sent.
func (a *Account) End(ctx context.Context, e Ended) {
	a.mu.Lock()
	sum := a.sum
	a.mu.Unlock()
	if sum.Attempts == 0 {
		return
	}
	attrs := a.subject.attrs()
	if sum.Status != 0 {
		attrs = append(attrs, slog.Int("status", sum.Status))
	}
	attrs = append(attrs, slog.Int("attempts", sum.Attempts), slog.Duration("duration", time.Since(a.begun)))
	if sum.RunID != "" {
		attrs = append(attrs, slog.String("run_id", sum.RunID))
	}
	if sum.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", sum.RequestID))
	}
	if e.Error != "" {
		attrs = append(attrs, slog.String("error", e.Error))
	}
	if e.Unknown {
		attrs = append(attrs, slog.Bool("outcome_unknown", true))
	}
	a.log.Logger.LogAttrs(ctx, slog.LevelInfo, callEnded, attrs...)
}
