package mastra

import "log/slog"

// WithLogger writes a log. Default, and with nil: none.
//
// A call is one line at the level Info, "mastra: call", when it has ended: with
// operation, method, path, status, attempts, duration, run_id, request_id, and error and
// outcome_unknown for one that failed. A stream is another, "mastra: stream ended": with
// end, chunks, bytes, duration, run_id and error. Each attempt is a line at the level
// Debug, "mastra: attempt". A call that was refused before anything was sent has no
// line. docs/logging.md lists the attributes.
//
// No line holds a token, a header, a query or a body; see [WithDebugLog].
func WithLogger(l *slog.Logger) ClientOption {
	return clientOption(func(c *config) error { c.Logger = l; return nil })
}

// WithDebugLog sets whether the log shows bodies too, at the level Debug: of requests, of
// answers, and of each chunk of a stream, the first 4 KiB. Default false. It needs
// [WithLogger].
//
// Left out are the client's credentials, wherever they stand ([WithHeader]), the members
// of JSON whose names say that they are secret (password, token, secret, apiKey,
// authorization, cookie and the like), what looks like a secret in any text (Bearer
// tokens, passwords in URLs, keys of well known forms), and the bytes of files. A body
// that is not JSON is shown by its type and size only. All else is there: what users write, and what
// models answer.
func WithDebugLog(on bool) Option {
	return option(func(c *config) error { c.DebugLog = on; return nil })
}
