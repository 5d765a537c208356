package call

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/internal/veil"
	"github.com/mastra-go/mastra/stream"
)

// StreamHooks has a stream of this operation hide what must not be shown, and tell the
// log of its end. A stream that is read inside another call is no line of its own.
func (s *Server) StreamHooks(ctx context.Context, cfg *Config, op route.Operation, path string, hides func() *veil.Veil, h hook.Hooks[stream.Chunk]) hook.Hooks[stream.Chunk] {
	h = veil.Hooks(h, hides)
	if cfg.shows(ctx) {
		before := h.OnChunk
		h.OnChunk = func(c *stream.Chunk) {
			attrs := append(about(op, path), slog.Int("bytes", len(c.Raw())))
			if text, ok := shown(hides(), c.Raw()); ok {
				attrs = append(attrs, slog.String("body", text))
			}
			cfg.Logger.LogAttrs(ctx, slog.LevelDebug, streamChunk, attrs...)
			if before != nil {
				before(c)
			}
		}
	}
	level := slog.LevelInfo
	if ctx != nil && accountOf(ctx) != nil {
		level = slog.LevelDebug
	}
	if ctx == nil || !cfg.logs(ctx, level) {
		return h
	}
	begun := time.Now()
	h.Over = func(e hook.End) {
		attrs := append(about(op, path), slog.String("end", endOf(e.Err)), slog.Duration("duration", time.Since(begun)),
			slog.Int64("chunks", e.Chunks), slog.Int64("bytes", e.Bytes))
		if e.RunID != "" {
			attrs = append(attrs, slog.String("run_id", hides().Text(Clip(e.RunID, 100))))
		}
		if e.Continued > 0 {
			attrs = append(attrs, slog.Int64("continued", e.Continued))
		}
		if e.Err != nil && !errors.Is(e.Err, stream.ErrClosed) {
			attrs = append(attrs, slog.String("error", OneLine(Clip(hides().Text(e.Err.Error()), MaxErrorText))))
		}
		cfg.Logger.LogAttrs(ctx, level, streamEnded, attrs...)
	}
	return h
}

// endOf is how a stream ended, in one word.
func endOf(err error) string {
	var run *stream.RunError
	var trip *stream.TripwireError
	switch {
	case err == nil:
		return "complete"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, stream.ErrClosed):
		return "closed"
	case errors.Is(err, stream.ErrIdleTimeout):
		return "idle"
	case errors.Is(err, stream.ErrTruncated):
		return "truncated"
	case errors.As(err, &run):
		return "run_failed"
	case errors.As(err, &trip):
		return "tripwire"
	}
	return "failed"
}
