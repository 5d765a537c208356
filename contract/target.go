package contract

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// ErrCannot is why a target does not do what a test needs.
var ErrCannot = errors.New("not to be had with this target")

// Target is a kind of server that the suite judges.
type Target struct {
	Name string
	// Found: the one server was found running, so not every test can be run.
	Found bool
	start func(context.Context, Config) (Server, error)
	close func() error // nil where there is nothing to close
}

// Config is what one server is started with.
type Config struct {
	// Token is the bearer token that the server asks for; none where it is empty.
	Token string
	// Extra adds the workflows of the extra world to the demo world.
	Extra bool
	// Mortal asks for a server that is Mortal.
	Mortal bool
	// Ledger adds the workflows that enter in a file what they do: see [Ledger].
	Ledger bool
	// Beside is a server whose storage the new one is to share; nil for a storage of
	// its own. It is to be closed last.
	Beside Server
}

// Server is one server that runs.
type Server interface {
	// URL is the base URL, without the API prefix.
	URL() string
	// Close ends the server if it was started by the suite.
	Close() error
}

// Mortal is a server that can be killed, as by a loss of power, and started again
// at the same address with what it had saved.
type Mortal interface {
	Server
	Kill() error
	Restart(context.Context) error
}

// Start starts a server, or finds the one to use.
func (t Target) Start(ctx context.Context, c Config) (Server, error) {
	s, err := t.start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("start the server %q: %w", t.Name, err)
	}
	return s, nil
}

// Close deletes what the target has made to start its servers, once they are
// closed.
func (t Target) Close() error {
	if t.close == nil {
		return nil
	}
	return t.close()
}

// TargetFromEnv gives the target that MASTRA_CONTRACT_TARGET names: "real" (also
// where it is empty), "mock", or "url", which is the server at MASTRA_BASE_URL.
func TargetFromEnv() (Target, error) {
	switch name := os.Getenv("MASTRA_CONTRACT_TARGET"); name {
	case "", "real":
		return Real(), nil
	case "mock":
		return Mock(), nil
	case "url":
		return Target{Name: "url", Found: true, start: findURL}, nil
	default:
		return Target{}, fmt.Errorf("MASTRA_CONTRACT_TARGET is %q; it may be real, mock or url", name)
	}
}

// given is a server that somebody else has started.
type given struct{ url string }

func findURL(_ context.Context, c Config) (Server, error) {
	url := os.Getenv("MASTRA_BASE_URL")
	switch {
	case url == "":
		return nil, fmt.Errorf("MASTRA_BASE_URL is not set")
	case c.Extra:
		return nil, fmt.Errorf("a server with the extra world: %w", ErrCannot)
	case c.Token != "":
		return nil, fmt.Errorf("a server with a token of the suite's own: %w", ErrCannot)
	case c.Ledger, c.Beside != nil:
		return nil, fmt.Errorf("a ledger, or two servers on one storage: %w", ErrCannot)
	case c.Mortal:
		return nil, fmt.Errorf("a server that can be killed: %w", ErrCannot)
	}
	return given{url}, nil
}

func (g given) URL() string { return g.url }

func (g given) Close() error { return nil }
