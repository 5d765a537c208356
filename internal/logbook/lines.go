package logbook

import (
	"context"
	"log/slog"
	"time"
)

// Log is where the lines go.
type Log struct {
	Logger *slog.Logger // nil: nowhere
	Bodies bool         // these too, at Debug
}

// What a line tells of.
const (
	callEnded     = "mastra: call"
	streamEnded   = "mastra: stream ended"
	streamDropped = "mastra: a stream was dropped without Close"
	attemptEnded  = "mastra: attempt"
	streamBroke   = "mastra: stream broke"
)

// What a body is of.
const (
	RequestBody = "mastra: request body"
	AnswerBody  = "mastra: answer body"
	StreamChunk = "mastra: stream chunk"
)

// On tells whether lines of this level are wanted.
func (l Log) On(ctx context.Context, level slog.Level) bool {
	return l.Logger != nil && l.Logger.Enabled(ctx, level)
}

// ShowsBodies tells whether bodies are wanted.
func (l Log) ShowsBodies(ctx context.Context) bool { return l.Bodies && l.On(ctx, slog.LevelDebug) }

// Subject is the call that a line is about. A route that the client does not know has no
// operation.
type Subject struct{ Operation, Method, Path string }

func (s Subject) attrs() []slog.Attr {
	attrs := make([]slog.Attr, 0, 12)
	if s.Operation != "" {
		attrs = append(attrs, slog.String("operation", s.Operation))
	}
	return append(attrs, slog.String("method", s.Method), slog.String("path", s.Path))
}

// Attempt is one attempt that has ended, or the stream that it has opened and that broke.
type Attempt struct {
	Number   int
	Begun    time.Time
	Status   int    // 0: none came
	Error    string // "": a success
	RepeatIn time.Duration
	Repeated bool
	Broke    bool // the stream
}

// Attempt writes the line of an attempt.
func (l Log) Attempt(ctx context.Context, s Subject, a Attempt) {
	attrs := append(s.attrs(), slog.Int("attempt", a.Number), slog.Duration("duration", time.Since(a.Begun)))
	if a.Status != 0 {
		attrs = append(attrs, slog.Int("status", a.Status))
	}
	if a.Error != "" {
		attrs = append(attrs, slog.String("error", a.Error))
	}
	if a.Repeated {
		attrs = append(attrs, slog.Duration("repeat_in", a.RepeatIn))
	}
	message := attemptEnded
	if a.Broke {
		message = streamBroke
	}
	l.Logger.LogAttrs(ctx, slog.LevelDebug, message, attrs...)
}

// Body writes a body, or its size where it is not JSON.
func (l Log) Body(ctx context.Context, of string, s Subject, mediaType string, body []byte, hide func(string) string) {
	attrs := s.attrs()
	if mediaType != "" {
		attrs = append(attrs, slog.String("content_type", mediaType))
	}
	attrs = append(attrs, slog.Int("bytes", len(body)))
	if text, ok := shown(body, hide); ok {
		attrs = append(attrs, slog.String("body", text))
	}
	l.Logger.LogAttrs(ctx, slog.LevelDebug, of, attrs...)
}

// Stream is a stream that is over.
type Stream struct {
	Begun                    time.Time
	End                      string // in one word
	Error, RunID             string
	Chunks, Bytes, Continued int64
}

// Stream writes the line of a stream.
func (l Log) Stream(ctx context.Context, level slog.Level, s Subject, e Stream) {
	attrs := append(s.attrs(), slog.String("end", e.End), slog.Duration("duration", time.Since(e.Begun)), slog.Int64("chunks", e.Chunks), slog.Int64("bytes", e.Bytes))
	if e.RunID != "" {
		attrs = append(attrs, slog.String("run_id", e.RunID))
	}
	if e.Continued > 0 {
		attrs = append(attrs, slog.Int64("continued", e.Continued))
	}
	if e.Error != "" {
		attrs = append(attrs, slog.String("error", e.Error))
	}
	l.Logger.LogAttrs(ctx, level, streamEnded, attrs...)
}

// Dropped writes the line of a stream that was not closed.
func (l Log) Dropped(s Subject, runID string) {
	attrs := s.attrs()
	if runID != "" {
		attrs = append(attrs, slog.String("run_id", runID))
	}
	l.Logger.LogAttrs(context.Background(), slog.LevelWarn, streamDropped, attrs...)
}
