package contract

import (
	"context"

	"github.com/mastra-go/mastra/contract/extraworld"
	"github.com/mastra-go/mastra/mockserver"
)

// mock is the mock server in this process.
type mock struct{ running *mockserver.Running }

func startMock(_ context.Context, c Config) (Server, error) {
	return mock{mockserver.Listen(MockOptions(c)...)}, nil
}

// MockOptions are the options of a mock server of that configuration.
func MockOptions(c Config) []mockserver.Option {
	options := []mockserver.Option{mockserver.WithToken(c.Token)}
	if c.Extra {
		options = append(options, extraworld.World()...)
	}
	return options
}

func (m mock) URL() string { return m.running.URL }

func (m mock) Close() error {
	m.running.Close()
	return nil
}
