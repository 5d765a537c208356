package contract

import (
	"context"

	"github.com/mastra-go/mastra/mockserver"
)

// mock is the mock server in this process.
type mock struct{ running *mockserver.Running }

func startMock(_ context.Context, c Config) (Server, error) {
	return mock{mockserver.Listen(mockserver.WithToken(c.Token))}, nil
}

func (m mock) URL() string { return m.running.URL }

func (m mock) Close() error {
	m.running.Close()
	return nil
}
