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
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const (
	startTime = 60 * time.Second
	stopTime  = 5 * time.Second
)

// process is a server as a process of its own, which can be killed.
type process struct {
	// dir is where the server keeps what survives it; Close deletes it.
	dir     string
	guest   bool // the folder is another process's, which deletes it
	port    int
	command func(port int) *exec.Cmd

	cmd    *exec.Cmd
	output *bytes.Buffer
	ended  chan struct{} // closed when the process has ended
}

// startProcess starts a server that keeps what survives it in the folder that
// command is given: a new one, or that of a server which runs already.
func startProcess(ctx context.Context, beside Server, command func(dir string, port int) *exec.Cmd) (Server, error) {
	p := new(process)
	var err error
	if host, ok := beside.(*process); ok {
		p.dir, p.guest = host.dir, true
	} else if p.dir, err = os.MkdirTemp("", "mastra-contract-"); err != nil {
		return nil, err
	}
	p.command = func(port int) *exec.Cmd { return command(p.dir, port) }
	for range 3 { // another process may take the port in between
		if p.port, err = freePort(); err != nil {
			break
		}
		if err = p.launch(ctx); err == nil {
			return p, nil
		}
	}
	return nil, errors.Join(err, p.clear())
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func (p *process) URL() string { return "http://127.0.0.1:" + strconv.Itoa(p.port) }

// launch starts the process and waits until it answers.
func (p *process) launch(ctx context.Context) error {
	p.output, p.ended = new(bytes.Buffer), make(chan struct{})
	p.cmd = p.command(p.port)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.SysProcAttr = dieWithParent()
	started := make(chan error)
	go run(p.cmd, started, p.ended)
	if err := <-started; err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := p.ready(ctx); err != nil {
		return errors.Join(err, p.Kill())
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
func (p *process) ready(ctx context.Context) error {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.ended:
			return fmt.Errorf("it ended before it was ready:\n%s", p.output)
		case <-ctx.Done():
			return fmt.Errorf("it was not ready in time: %w", ctx.Err())
		case <-tick.C:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL()+"/health", nil)
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
		if known, own := listens(p.cmd.Process.Pid, p.port); known && !own {
			return fmt.Errorf("another process answers at %s", p.URL())
		}
		return nil
	}
}

// Kill ends the process without a chance to save anything.
func (p *process) Kill() error { return p.end(syscall.SIGKILL) }

// Restart starts the process again, at the same port and with what it has kept.
func (p *process) Restart(ctx context.Context) error { return p.launch(ctx) }

// Close ends the process in good order and deletes what it has kept, unless it was
// started beside another.
func (p *process) Close() error {
	return errors.Join(p.end(syscall.SIGTERM), p.clear())
}

// clear deletes what the process has kept.
func (p *process) clear() error {
	if p.guest {
		return nil
	}
	return os.RemoveAll(p.dir)
}

// end signals the process, by its id alone, and waits for its end.
func (p *process) end(signal syscall.Signal) error {
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(stopTime):
	}
	err := fmt.Errorf("the server did not end within %s of signal %q", stopTime, signal)
	if killed := p.cmd.Process.Kill(); killed == nil {
		<-p.ended
	}
	return err
}
