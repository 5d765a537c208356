package call

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/internal/logbook"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/internal/veil"
	"github.com/mastra-go/mastra/stream"
)

// StreamHooks has a stream of this operation hide what must not be shown, and tell the
// log of its end. A stream that is read inside another call is no line of its own.
func (s *Server) StreamHooks(ctx context.Context, cfg *Config, op route.Operation, path string, hides func() *veil.Veil, h hook.Hooks[stream.Chunk]) hook.Hooks[stream.Chunk] {
	h = veil.Hooks(h, hides)
	log, of := cfg.log(), subject(op, path)
	if log.Logger == nil || ctx == nil {
		return h
	}
	h.Dropped = func(runID string) { log.Dropped(of, hides().Text(Clip(runID, 100))) }
	if log.ShowsBodies(ctx) {
		before := h.OnChunk
		h.OnChunk = func(c *stream.Chunk) {
			log.Body(ctx, logbook.StreamChunk, of, "", c.Raw(), hides().Text)
			if before != nil {
				before(c)
			}
		}
	}
	level := slog.LevelInfo
	if logbook.AccountOf(ctx) != nil {
		level = slog.LevelDebug
	}
	if !log.On(ctx, level) {
		return h
	}
	begun := time.Now()
	h.Over = func(e hook.End) {
		line := logbook.Stream{
			Begun: begun, End: endOf(e.Err), RunID: hides().Text(Clip(e.RunID, 100)), Chunks: e.Chunks, Bytes: e.Bytes, Continued: e.Continued,
		}
		if e.Err != nil && !errors.Is(e.Err, stream.ErrClosed) {
			line.Error = logged(hides().Text(e.Err.Error()))
		}
		log.Stream(ctx, level, of, line)
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
