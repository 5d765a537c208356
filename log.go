package mastra

import (
	"context"
	"log/slog"
	"strings"
	"time"
)

// log tells of the attempt that has just ended.
func (x *exchange) log(ctx context.Context) {
	if x.cfg.logger == nil {
		return
	}
	level, attrs := slog.LevelDebug, make([]slog.Attr, 0, 8)
	attrs = append(attrs, slog.String("operation", x.op.id), slog.String("method", x.op.method), slog.String("path", x.path),
		slog.Int("attempt", x.attempts), slog.Duration("took", time.Since(x.started)))
	if x.failure != nil {
		attrs = append(attrs, slog.Int("status", x.failure.Status), slog.String("error", oneLine(x.failure.Message)))
		if x.pausing {
			level = slog.LevelWarn
			attrs = append(attrs, slog.Duration("repeat_in", x.next))
		}
	}
	x.cfg.logger.LogAttrs(ctx, level, "mastra: attempt", attrs...)
}

// hide takes out of a text what must not be shown: a server may echo the token it
// was sent, a proxy the whole URL.
func (x *exchange) hide(text string) string {
	_, credentials, _ := strings.Cut(x.cfg.header.Get("Authorization"), " ")
	for _, secret := range []string{x.token, credentials, x.query} {
		if len(secret) >= minSecret {
			text = strings.ReplaceAll(text, secret, "[hidden]")
		}
	}
	return text
}

// minSecret is the fewest bytes that can be taken out of a text without making
// nonsense of it.
const minSecret = 4
