package contract

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/mastra-go/mastra/contract/extraworld"
	"github.com/mastra-go/mastra/mockserver"
)

// mock is the mock server in this process.
type mock struct{ running *mockserver.Running }

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

// mocks starts mock servers: in this process, or as the program mastra-mock where
// they are to be killed.
type mocks struct {
	mu      sync.Mutex
	dir     string // of the program, "" before it is built
	program string
}

func (m *mocks) start(ctx context.Context, c Config) (Server, error) {
	if c.Ledger || c.Beside != nil {
		return nil, fmt.Errorf("a ledger, or two servers on one storage: %w", ErrCannot)
	}
	if !c.Mortal {
		return mock{mockserver.Listen(MockOptions(c)...)}, nil
	}
	program, err := m.build()
	if err != nil {
		return nil, err
	}
	return startProcess(ctx, nil, func(dir string, port int) *exec.Cmd {
		return exec.Command(program, "-addr", "127.0.0.1:"+strconv.Itoa(port),
			"-state", filepath.Join(dir, "state.json"), "-token", c.Token)
	})
}

// build builds the program once.
func (m *mocks) build() (program string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.program != "" {
		return m.program, nil
	}
	if m.dir, err = os.MkdirTemp("", "mastra-mock-"); err != nil {
		return "", err
	}
	program = filepath.Join(m.dir, "mastra-mock")
	out, err := exec.Command("go", "build", "-o", program, "github.com/mastra-go/mastra/mockserver/cmd/mastra-mock").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("build: %w\n%s", err, out)
		return "", errors.Join(err, os.RemoveAll(m.dir))
	}
	m.program = program
	return program, nil
}

// close deletes the program.
func (m *mocks) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.program = ""
	return os.RemoveAll(m.dir) // of no folder, nothing
}
