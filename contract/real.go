package contract

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// serverDir is the Mastra project, seen from the folder that tests run in.
const serverDir = "server"

var build = sync.OnceValue(func() error {
	out, err := exec.Command(filepath.Join(serverDir, "build.sh")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
})

// startReal starts the Mastra project as a process, with databases of its own.
func startReal(ctx context.Context, c Config) (Server, error) {
	if err := build(); err != nil {
		return nil, err
	}
	return startProcess(ctx, c.Beside, func(dir string, port int) *exec.Cmd {
		// Not CommandContext: the process outlives the call.
		cmd := exec.Command(filepath.Join(serverDir, "start.sh"))
		cmd.Env = append(os.Environ(),
			"PORT="+strconv.Itoa(port), "MASTRA_DB_DIR="+dir, "MASTRA_DEMO_TOKEN="+c.Token)
		if c.Extra {
			cmd.Env = append(cmd.Env, "MASTRA_EXTRA_WORLD=1")
		}
		if c.Ledger {
			cmd.Env = append(cmd.Env, "MASTRA_LEDGER=1")
		}
		return cmd
	})
}

// Ledger gives what the servers on the storage of s have entered in their ledger,
// whether they live or not: one key for each execution of a step.
func Ledger(s Server) ([]string, error) {
	p, ok := s.(*process)
	if !ok {
		return nil, fmt.Errorf("a ledger: %w", ErrCannot)
	}
	text, err := os.ReadFile(filepath.Join(p.dir, "ledger"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return strings.Fields(string(text)), nil
}
