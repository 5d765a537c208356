//go:build unix

package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asProgram makes the test binary the program.
const asProgram = "MASTRA_MOCK_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command is the program; with the race detector it does not rest at its end.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "GORACE=atexit_sleep_ms=0")
	return cmd
}

// process is the program as a process.
type process struct {
	server
	cmd *exec.Cmd
}

func executed(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{server{log: &output{}}, command(append([]string{"-addr", "127.0.0.1:0"}, args...)...)}
	p.cmd.Stderr = p.log
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // one that has ended is left alone
	p.ready(t)
	return p
}

// signal tells the process to end and gives how it did.
func (p *process) signal(t *testing.T, signal os.Signal) *os.ProcessState {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(signal))
	_ = p.cmd.Wait() // the state tells how it ended
	return p.cmd.ProcessState
}

func TestProgram_EndsOnASignalWhateverGoesOn(t *testing.T) {
	for name, signal := range map[string]os.Signal{"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := filepath.Join(t.TempDir(), "state.json")
			p := executed(t, "-state", state)
			stream := p.open(t, "POST", "/api/agents/assistant/stream", strings.NewReader(`{"messages":"slow:10000"}`))
			p.open(t, "POST", "/api/agents/assistant/threads/subscribe", strings.NewReader(`{"threadId":"t","resourceId":"r"}`))
			p.open(t, "POST", "/api/workflows/slowly/stream?runId=s", strings.NewReader(`{"inputData":{"ms":600000}}`))
			// A step that does not stop when it is told to.
			p.open(t, "POST", "/api/workflows/counted/stream?runId=c", strings.NewReader(`{"inputData":{"key":"k","ms":600000}}`))
			half, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
			require.NoError(t, err)
			defer half.Close()
			_, err = io.WriteString(half, "POST /api/agents/plain/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
			require.NoError(t, err)

			runs := []string{"slowly/runs/s", "counted/runs/c"}
			for _, run := range runs {
				require.Eventually(t, func() bool {
					_, body, _ := p.send(t, "GET", "/api/workflows/"+run, "")
					return strings.Contains(body, `"status":"running"`)
				}, patient, time.Millisecond, "its stream begins a little before its first step")
			}

			assert.Zero(t, p.signal(t, signal).ExitCode())
			assert.Empty(t, p.rest())
			text, err := io.ReadAll(stream.Body)
			require.Error(t, err, "it is cut off")
			assert.NotContains(t, string(text), "[DONE]")

			p = executed(t, "-state", state)
			for _, run := range runs {
				_, body, _ := p.send(t, "GET", "/api/workflows/"+run, "")
				assert.Contains(t, body, `"status":"running"`, "it can be restarted")
			}
			assert.Zero(t, p.signal(t, signal).ExitCode())
		})
	}
}

func TestProgram_ExitCodeTellsWhatWasWrong(t *testing.T) {
	for want, args := range map[int][]string{0: {"-h"}, 1: {"-addr", "4111"}, 2: {"-nothing"}} {
		cmd := command(args...)
		_ = cmd.Run() // the state tells how it ended
		assert.Equal(t, want, cmd.ProcessState.ExitCode(), args)
	}
}
