package call

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mastra-go/mastra/internal/route"
)

// What a log line tells of.
const (
	callEnded    = "mastra: call"         // Info: a call of the caller's
	streamEnded  = "mastra: stream ended" // Info: a stream of his
	attemptEnded = "mastra: attempt"      // Debug: one attempt of a request
	streamBroke  = "mastra: stream broke" // Debug: a stream that an attempt has opened
	requestBody  = "mastra: request body" // Debug, with WithDebugLog
	answerBody   = "mastra: answer body"  // Debug, with WithDebugLog
	streamChunk  = "mastra: stream chunk" // Debug, with WithDebugLog
)

// logs tells whether lines of this level are wanted.
func (c *Config) logs(ctx context.Context, level slog.Level) bool {
	return c.Logger != nil && c.Logger.Enabled(ctx, level)
}

// about are the attributes that say which call a line is about. A route that the
// client does not know has no operation.
func about(op route.Operation, path string) []slog.Attr {
	attrs := make([]slog.Attr, 0, 12)
	if op.ID != "" {
		attrs = append(attrs, slog.String("operation", op.ID))
	}
	return append(attrs, slog.String("method", op.Method), slog.String("path", path))
}

// log tells of the attempt that has just ended.
func (x *Exchange) log(ctx context.Context, message string) {
	if !x.cfg.logs(ctx, slog.LevelDebug) {
		return
	}
	attrs := append(about(x.req.Op, x.path), slog.Int("attempt", x.attempts), slog.Duration("duration", time.Since(x.now.started)))
	switch {
	case x.failure == nil:
		attrs = append(attrs, slog.Int("status", x.status))
	default:
		if x.failure.Status != 0 {
			attrs = append(attrs, slog.Int("status", x.failure.Status))
		}
		attrs = append(attrs, slog.String("error", OneLine(Clip(x.failure.Message, MaxErrorText))))
		if x.pausing {
			attrs = append(attrs, slog.Duration("repeat_in", x.next))
		}
	}
	x.cfg.Logger.LogAttrs(ctx, slog.LevelDebug, message, attrs...)
	if message == attemptEnded && x.kind.isRead() {
		x.logBody(ctx, answerBody, mediaType(x.header), x.body)
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

// ended tells of a call whose answer has come, or never will. Where it is a part of
// another call, that one is told.
func (x *Exchange) ended(ctx context.Context, err error) {
	if sum := accountOf(ctx); sum != nil {
		sum.add(x)
		return
	}
	if x.cfg.Beside || x.attempts == 0 || !x.cfg.logs(ctx, slog.LevelInfo) {
		return
	}
	a := account{cfg: x.cfg, op: x.req.Op, path: x.path, begun: x.begun}
	a.add(x)
	a.log(ctx, endedBy(err))
}

// statusOf is the status of the last answer, 0 where none came.
func (x *Exchange) statusOf() int {
	if x.failure != nil {
		return x.failure.Status
	}
	return x.status
}

func (x *Exchange) answerHeader() http.Header {
	if x.failure != nil {
		return x.failure.Header
	}
	return x.header
}
