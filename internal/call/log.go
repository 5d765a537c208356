package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/mastra-go/mastra/internal/logbook"
	"github.com/mastra-go/mastra/internal/route"
)

func (c *Config) log() logbook.Log { return logbook.Log{Logger: c.Logger, Bodies: c.DebugLog} }

func subject(op route.Operation, path string) logbook.Subject {
	return logbook.Subject{Operation: op.ID, Method: op.Method, Path: path}
}

// logAttempt tells of the attempt that has just ended, or of its stream that broke.
func (x *Exchange) logAttempt(ctx context.Context, broke bool) {
	log := x.cfg.log()
	if !log.On(ctx, slog.LevelDebug) {
		return
	}
	a := logbook.Attempt{Number: x.attempts, Begun: x.now.started, Status: x.status, Repeated: x.pausing, RepeatIn: x.next, Broke: broke}
	if f := x.failure; f != nil {
		a.Status, a.Error = f.Status, logged(f.Message)
	}
	log.Attempt(ctx, subject(x.req.Op, x.path), a)
	if !broke && x.kind == jsonAnswer {
		x.logBody(ctx, logbook.AnswerBody, mediaType(x.header), x.body)
	}
}

func (x *Exchange) logBody(ctx context.Context, of, mediaType string, body []byte) {
	if log := x.cfg.log(); body != nil && log.ShowsBodies(ctx) {
		log.Body(ctx, of, subject(x.req.Op, x.path), x.Veil().Text(Clip(mediaType, 100)), body, x.Veil().Text)
	}
}

// logged is an error's text as a line has it.
func logged(text string) string { return OneLine(Clip(text, MaxErrorText)) }

// ended tells of a call whose answer has come, or never will. Where it is a part of
// another call, that one is told.
func (x *Exchange) ended(ctx context.Context, err error) {
	a := logbook.AccountOf(ctx)
	if a == nil && (x.cfg.Beside || !x.cfg.log().On(ctx, slog.LevelInfo)) {
		return
	}
	r := logbook.Request{Attempts: x.attempts - x.told, Status: x.status, RunID: x.runID()}
	header := x.header
	if x.failure != nil {
		r.Status, header = x.failure.Status, x.failure.Header
	}
	r.RequestID = Clip(x.Veil().Text(requestID(header)), maxRequestID)
	x.told = x.attempts
	if a != nil {
		a.Add(x.req.Op.ID, r)
		return
	}
	a = logbook.NewAccount(x.cfg.log(), subject(x.req.Op, x.path), x.begun, "")
	a.Add(x.req.Op.ID, r)
	a.End(ctx, endedBy(err))
}

func endedBy(err error) logbook.Ended {
	var f *Failure
	switch {
	case err == nil:
		return logbook.Ended{}
	case errors.As(err, &f):
		text := f.Message
		if f.Advice != "" {
			text += "; " + f.Advice
		}
		return logbook.Ended{Error: logged(text), Unknown: f.Kind.Is(OutcomeUnknown)}
	}
	return logbook.Ended{Error: logged(err.Error())}
}

// Account makes one call of everything that is sent with the context that it returns:
// its line in the log is written by end. What is a part of another call already stays
// one. runID is the run that the call is about, where it is known.
func (s *Server) Account(ctx context.Context, cfg *Config, op route.Operation, runID string, ids ...string) (inner context.Context, end func(text string, unknown bool)) {
	if ctx == nil || logbook.AccountOf(ctx) != nil || cfg.Beside || !cfg.log().On(ctx, slog.LevelInfo) {
		return ctx, func(string, bool) {}
	}
	a := logbook.NewAccount(cfg.log(), subject(op, s.PathOf(cfg, op, ids...)), time.Now(), runID)
	return a.In(ctx), func(text string, unknown bool) {
		a.End(ctx, logbook.Ended{Error: logged(text), Unknown: unknown})
	}
}

// runID is the run that the call is about, "" where nothing tells.
func (x *Exchange) runID() string {
	if id := x.req.Query.Get("runId"); id != "" {
		return id
	}
	var names []string
	for part := range strings.SplitSeq(x.req.Op.Path, "/") {
		if strings.HasPrefix(part, "{") {
			names = append(names, part)
		}
	}
	if i := slices.Index(names, "{runId}"); i >= 0 && i < len(x.req.IDs) {
		return x.req.IDs[i]
	}
	for _, text := range [][]byte{x.payload, x.body} {
		if id := topText(text, "runId"); PlainID(id) {
			return x.Veil().Text(id)
		}
	}
	return ""
}

// topText is a member of a JSON object where that is a string.
func topText(object []byte, name string) string {
	if len(object) == 0 || object[0] != '{' || !bytes.Contains(object, []byte(`"`+name+`"`)) {
		return ""
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return ""
	}
	var text string
	_ = json.Unmarshal(members[name], &text) // of another kind, it tells nothing
	return text
}
