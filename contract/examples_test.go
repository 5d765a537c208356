package contract_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The example programs' own tests, on this server in place of a mock of theirs.
func TestExamples_RunOnThisServer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "./examples/approval", "./examples/batch", "./examples/cli")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "MASTRA_BASE_URL="+suite.server.URL())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
