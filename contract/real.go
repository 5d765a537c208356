package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// ErrCannot is why a target does not do what a test needs.
var ErrCannot = errors.New("not to be had with this target")

// serverDir is the Mastra project, seen from the folder that tests run in.
const serverDir = "server"

const (
	startTime = 60 * time.Second
	stopTime  = 5 * time.Second
)

var build = sync.OnceValue(func() error {
	out, err := exec.Command(filepath.Join(serverDir, "build.sh")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
})

// realServer is the Mastra project as a process, with databases of its own.
type realServer struct {
	token string
	extra string // not empty: the extra world is served too
	db    string
	port  int

	cmd    *exec.Cmd
	output *bytes.Buffer
	ended  chan struct{} // closed when the process has ended
}

func startReal(ctx context.Context, c Config) (Server, error) {
	if err := build(); err != nil {
		return nil, err
	}
	db, err := os.MkdirTemp("", "mastra-contract-")
	if err != nil {
		return nil, err
	}
	s := &realServer{token: c.Token, db: db}
	if c.Extra {
		s.extra = "1"
	}
	for range 3 { // another process may take the port in between
		if s.port, err = freePort(); err != nil {
			break
		}
		if err = s.launch(ctx); err == nil {
			return s, nil
		}
	}
	return nil, errors.Join(err, os.RemoveAll(db))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func (s *realServer) URL() string { return "http://127.0.0.1:" + strconv.Itoa(s.port) }

// launch starts the process and waits until it answers.
func (s *realServer) launch(ctx context.Context) error {
	s.output, s.ended = new(bytes.Buffer), make(chan struct{})
	// Not CommandContext: the process outlives the call.
	s.cmd = exec.Command(filepath.Join(serverDir, "start.sh"))
	s.cmd.Env = append(os.Environ(),
		"PORT="+strconv.Itoa(s.port), "MASTRA_DB_DIR="+s.db, "MASTRA_DEMO_TOKEN="+s.token, "MASTRA_EXTRA_WORLD="+s.extra)
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	s.cmd.SysProcAttr = dieWithParent()
	started := make(chan error)
	go run(s.cmd, started, s.ended)
	if err := <-started; err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := s.ready(ctx); err != nil {
		return errors.Join(err, s.Kill())
	}
	return nil
}

// run starts a process and waits for its end, on a thread that lives as long.
func run(cmd *exec.Cmd, started chan<- error, ended chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err == nil {
		_ = cmd.Wait() // how it ended does not matter: it was told to, or launch reports its output
		close(ended)
	}
}

// ready waits for GET /health of this very process.
func (s *realServer) ready(ctx context.Context) error {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.ended:
			return fmt.Errorf("it ended before it was ready:\n%s", s.output)
		case <-ctx.Done():
			return fmt.Errorf("it was not ready in time: %w", ctx.Err())
		case <-tick.C:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/health", nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			continue // not listening yet
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			continue
		}
		if known, own := listens(s.cmd.Process.Pid, s.port); known && !own {
			return fmt.Errorf("another process answers at %s", s.URL())
		}
		return nil
	}
}

// Kill ends the process without a chance to save anything.
func (s *realServer) Kill() error { return s.end(syscall.SIGKILL) }

// Restart starts the process again, at the same port and with the same databases.
func (s *realServer) Restart(ctx context.Context) error { return s.launch(ctx) }

// Close ends the process in good order and deletes its databases.
func (s *realServer) Close() error {
	return errors.Join(s.end(syscall.SIGTERM), os.RemoveAll(s.db))
}

// end signals the process, by its id alone, and waits for its end.
func (s *realServer) end(signal syscall.Signal) error {
	if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.ended:
		return nil
	case <-time.After(stopTime):
	}
	err := fmt.Errorf("the server did not end within %s of signal %q", stopTime, signal)
	if killed := s.cmd.Process.Kill(); killed == nil {
		<-s.ended
	}
	return err
}
