package contract

import (
	"context"

	"github.com/mastra-go/mastra/contract/extraworld"
	"github.com/mastra-go/mastra/mockserver"
)

// mock is the mock server in this process.
type mock struct{ running *mockserver.Running }

func startMock(_ context.Context, c Config) (Server, error) {
	options := []mockserver.Option{mockserver.WithToken(c.Token)}
	if c.Extra {
		options = append(options, extraworld.World()...)
	}
	return mock{mockserver.Listen(options...)}, nil
}

func (m mock) URL() string { return m.running.URL }

func (m mock) Close() error {
	m.running.Close()
	return nil
}
