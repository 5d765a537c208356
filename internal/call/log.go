package call

import (
	"context"
	"log/slog"
	"time"
)

// What a log line tells of: an attempt that has ended, or a stream that was opened by
// one and has broken since.
const (
	attemptEnded = "mastra: attempt"
	streamBroke  = "mastra: stream broke"
)

// log tells of the attempt that has just ended.
func (x *Exchange) log(ctx context.Context, message string) {
	if x.cfg.Logger == nil {
		return
	}
	level, attrs := slog.LevelDebug, make([]slog.Attr, 0, 8)
	attrs = append(attrs, slog.String("operation", x.req.Op.ID), slog.String("method", x.req.Op.Method), slog.String("path", x.path),
		slog.Int("attempt", x.attempts), slog.Duration("took", time.Since(x.now.started)))
	if x.failure != nil {
		attrs = append(attrs, slog.Int("status", x.failure.Status), slog.String("error", OneLine(Clip(x.failure.Message, MaxErrorText))))
		if x.pausing {
			level = slog.LevelWarn
			attrs = append(attrs, slog.Duration("repeat_in", x.next))
		}
	}
	x.cfg.Logger.LogAttrs(ctx, level, message, attrs...)
}
