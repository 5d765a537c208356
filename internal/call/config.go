package call

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/mastra-go/mastra/stream"
)

// Config is everything that can be set for requests.
type Config struct {
	Tokens         TokenSource // nil: no token
	Header         http.Header
	Retries        int // repetitions
	Backoff        time.Duration
	MaxBackoff     time.Duration
	Policy         Policy
	AttemptTimeout time.Duration  // until the response headers; 0: none
	IdleTimeout    *time.Duration // nil: the operation's own
	MaxEvent       int            // bytes of one event
	MaxResponse    int64          // bytes of an answer that is no stream
	Prefix         string         // of the API
	RequestContext map[string]any
	Query          url.Values
	ContentType    string          // of a call's body; empty: its own
	StreamEnd      *stream.EndRule // nil: the operation's own
	// Trace tells where in which trace a context stands.
	Trace func(context.Context) (traceID, spanID string, ok bool)
	// Answer is filled in with the last answer of a call.
	Answer *Answer
	// DebugLog puts bodies into the log.
	DebugLog bool
	// Beside says that what is sent is no call of the caller's.
	Beside bool

	// TokenUnread says that the environment has a token that was not taken.
	TokenUnread bool

	// Of a client only.
	HTTPClient *http.Client
	Middleware []func(http.RoundTripper) http.RoundTripper
	Logger     *slog.Logger
	UserAgent  string
}

// TokenSource gives the bearer token of a request. After a 401 it is asked once
// more, with the token that was refused.
type TokenSource interface {
	Token(ctx context.Context, refused string) (string, error)
}

// Answer is the last answer of a call.
type Answer struct {
	Status   int
	Header   http.Header
	Attempts int
	Body     []byte
}

// Defaults are the settings of a client that sets nothing.
func Defaults() Config {
	return Config{
		Retries:     3,
		Backoff:     300 * time.Millisecond,
		MaxBackoff:  5 * time.Second,
		MaxEvent:    stream.DefaultMaxEventSize,
		MaxResponse: 64 << 20,
		Prefix:      "/api",
	}
}

// Clone copies everything that an option may change.
func (c Config) Clone() Config {
	c.Header = c.Header.Clone()
	c.RequestContext = maps.Clone(c.RequestContext)
	c.Query = cloneValues(c.Query)
	c.Middleware = slices.Clone(c.Middleware)
	return c
}

func cloneValues(v url.Values) url.Values { return url.Values(http.Header(v).Clone()) }
