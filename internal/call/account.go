package call

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/mastra-go/mastra/internal/route"
)

// account sums up one call of the caller's, which may be several requests.
type account struct {
	cfg   *Config
	op    route.Operation
	path  string
	begun time.Time

	mu        sync.Mutex
	attempts  int
	status    int
	runID     string
	requestID string
}

type accountKey struct{}

func accountOf(ctx context.Context) *account {
	a, _ := ctx.Value(accountKey{}).(*account)
	return a
}

// Account makes one call of everything that is sent with the context that it returns:
// its line in the log is written by end. What is a part of another call already stays
// one. runID is the run that the call is about, where it is known.
func (s *Server) Account(ctx context.Context, cfg *Config, op route.Operation, runID string, ids ...string) (inner context.Context, end func(Ended)) {
	if ctx == nil || accountOf(ctx) != nil || cfg.Beside || !cfg.logs(ctx, slog.LevelInfo) {
		return ctx, func(Ended) {}
	}
	a := &account{cfg: cfg, op: op, path: s.PathOf(cfg, op, ids...), begun: time.Now(), runID: runID}
	return context.WithValue(ctx, accountKey{}, a), func(e Ended) {
		a.mu.Lock()
		sent := a.attempts > 0
		a.mu.Unlock()
		if sent {
			a.log(ctx, e)
		}
	}
}

// Apart is a context for functions of the caller's: what they call is theirs.
func Apart(ctx context.Context) context.Context {
	if accountOf(ctx) == nil {
		return ctx
	}
	return context.WithValue(ctx, accountKey{}, (*account)(nil))
}

// add takes a request of the call in. Those of another operation, which find out what
// became of it, are no attempts.
func (a *account) add(x *Exchange) {
	runID := ""
	if a.runID == "" {
		runID = x.runID()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if x.req.Op.ID == a.op.ID {
		a.attempts += x.attempts - x.told
		x.told = x.attempts
	}
	if status := x.statusOf(); status != 0 { // what looked at the run may have had the last answer
		a.status = status
	}
	if a.runID == "" {
		a.runID = runID
	}
	a.requestID = Clip(x.Veil().Text(requestID(x.answerHeader())), maxRequestID)
}

func (a *account) log(ctx context.Context, ended Ended) {
	attrs := about(a.op, a.path)
	a.mu.Lock()
	if a.status != 0 {
		attrs = append(attrs, slog.Int("status", a.status))
	}
	attrs = append(attrs, slog.Int("attempts", a.attempts), slog.Duration("duration", time.Since(a.begun)))
	if a.runID != "" {
		attrs = append(attrs, slog.String("run_id", a.runID))
	}
	if a.requestID != "" {
		attrs = append(attrs, slog.String("request_id", a.requestID))
	}
	a.mu.Unlock()
	if ended.Error != "" {
		attrs = append(attrs, slog.String("error", OneLine(Clip(ended.Error, MaxErrorText))))
	}
	if ended.Unknown {
		attrs = append(attrs, slog.Bool("outcome_unknown", true))
	}
	a.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, callEnded, attrs...)
}

// Ended is how a call ended: with which error, "" for none, and whether that leaves open
// if it was carried out.
type Ended struct {
	Error   string
	Unknown bool
}

func endedBy(err error) Ended {
	var f *Failure
	switch {
	case err == nil:
		return Ended{}
	case errors.As(err, &f):
		return Ended{f.Message, f.Kind.Is(OutcomeUnknown)}
	}
	return Ended{Error: err.Error()}
}
