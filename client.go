package mastra

import (
	"fmt"
	"net/http"
	"os"

	"github.com/mastra-go/mastra/internal/call"
)

// Client talks to one Mastra server. It is safe for concurrent use, and so are
// the handles it gives: Agent, Workflow, Run, Memory, Thread, Tool, Vector. They
// hold ids only; making one does no I/O.
type Client struct {
	server *call.Server
	// The settings hold credentials, so they stand in a func, which prints as an
	// address. fmt calls no method on what an unexported field holds, and follows
	// maps, structs and interfaces; for %s even pointers.
	settings func() *config
}

// newClient makes a client of settings, which must not be changed any more.
func newClient(server *call.Server, cfg *config) *Client {
	return &Client{server: server, settings: func() *config { return cfg }}
}

// cfg are the settings; of a client that New has not made, none.
func (c *Client) cfg() *config {
	if c == nil || c.settings == nil {
		return new(config)
	}
	return c.settings()
}

// host is the server; nil for a client that New has not made, which refuses every call.
func (c *Client) host() *call.Server {
	if c == nil {
		return nil
	}
	return c.server
}

const defaultBaseURL = "http://localhost:4111"

// New makes a client for the server at baseURL: http or https, a host, and
// perhaps a path that stands before the API prefix. It does no I/O.
//
// An empty baseURL means the environment: MASTRA_BASE_URL, else
// http://localhost:4111, and MASTRA_TOKEN as the token if it is set. When
// baseURL is given, the environment is not read, so that a token cannot reach a
// server it was not meant for.
func New(baseURL string, opts ...ClientOption) (*Client, error) {
	cfg := defaults()
	from := ""
	if baseURL == "" {
		if baseURL = os.Getenv("MASTRA_BASE_URL"); baseURL != "" {
			from = " (it comes from MASTRA_BASE_URL)"
		}
		if token := os.Getenv("MASTRA_TOKEN"); token != "" {
			if err := call.CheckToken(token); err != nil {
				return nil, refuse("MASTRA_TOKEN: %w", err)
			}
			cfg.Tokens = staticToken(token)
		}
	}
	if baseURL == "" {
		baseURL = defaultBaseURL
	} else if from == "" {
		cfg.TokenUnread = os.Getenv("MASTRA_TOKEN") != ""
	}
	server, err := call.NewServer(baseURL)
	if err != nil {
		return nil, refuse("the base URL %w%s", err, from)
	}
	cfg.HTTPClient = &http.Client{Transport: call.DefaultTransport()}
	return connect(server, &cfg, opts, true)
}

// With returns a client with further options; c stays as it is. Both share
// their connections unless the options replace the http.Client or add middleware.
func (c *Client) With(opts ...ClientOption) (*Client, error) {
	return connect(c.host(), c.cfg().clone(), opts, false)
}

// connect makes a client of settings and options and, where they concern it, makes
// the connections anew.
func connect(server *call.Server, cfg *config, opts []ClientOption, anew bool) (*Client, error) {
	if server == nil {
		return nil, publicError(call.ErrNoServer)
	}
	before, middleware := cfg.HTTPClient, len(cfg.Middleware)
	for _, o := range opts {
		if o == nil {
			return nil, refuse("a nil ClientOption")
		}
		if err := o.applyClient(cfg); err != nil {
			return nil, err
		}
	}
	if cfg.DebugLog && cfg.Logger == nil {
		return nil, errNoLogger
	}
	if anew || cfg.HTTPClient != before || len(cfg.Middleware) != middleware {
		var err error
		if server, err = server.Connect(&cfg.Config); err != nil {
			return nil, publicError(err)
		}
	}
	return newClient(server, cfg), nil
}

// refuse is the error of what the client does not send: it matches
// [ErrInvalidInput]. The text follows "mastra: ".
func refuse(format string, args ...any) error {
	return &refusal{fmt.Errorf("mastra: "+format, args...)}
}

// refusal is the caller's mistake: nothing was sent.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// Is: what the client refuses is an [ErrInvalidInput].
func (r *refusal) Is(target error) bool { return target == ErrInvalidInput }
