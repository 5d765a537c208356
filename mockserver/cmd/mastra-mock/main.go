// Command mastra-mock serves the demo world of package mockserver: a Mastra
// server for development and tests that needs no model, no network and no Node.
//
//	mastra-mock -addr 127.0.0.1:4111 -state state.json
//
// GET /health answers once it is ready; an interrupt or SIGTERM ends it, a second
// one at once. The exit code is 2 for a command line that it does not understand,
// and 1 where it cannot serve or could not keep its state.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second one is not caught
	os.Exit(code(run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

// code tells of an error and gives the exit code.
func code(err error, out io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintln(out, "mastra-mock:", strings.TrimPrefix(err.Error(), "mockserver: "))
	if errors.As(err, &usageError{}) {
		fmt.Fprintln(out, "mastra-mock -h tells the flags")
		return 2
	}
	return 1
}

const (
	headerTimeout = 10 * time.Second
	// patience is how long the end may take.
	patience = time.Second
)

// run serves until ctx ends. Help goes to out, everything else to log.
func run(ctx context.Context, args []string, out, log io.Writer) error {
	s, err := parse(args, out)
	if err != nil {
		return err
	}
	l := &lines{out: log}
	mock := s.server(l)
	// First of all: where another one serves, the state file is its own.
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	if s.state != "" {
		if err := mock.KeepState(s.state); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	server := &http.Server{Handler: mock, ReadHeaderTimeout: headerTimeout}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	l.printf("mastra-mock serves http://%s", listener.Addr())
	select {
	case err := <-served:
		mock.Close()
		return err
	case <-ctx.Done():
	}
	return end(mock, server)
}

func (s *settings) server(l *lines) *mockserver.Server {
	options := []mockserver.Option{
		mockserver.WithToken(s.token), mockserver.WithBodyLimit(s.bodyLimit), mockserver.WithTimeout(s.timeout), mockserver.WithCORS(s.origins...),
		mockserver.WithStateErrors(func(err error) { l.printf("mastra-mock: %s", strings.TrimPrefix(err.Error(), "mockserver: ")) }),
	}
	if s.log {
		options = append(options, mockserver.WithRequestLog(l.request))
	}
	if s.faults {
		options = append(options, mockserver.WithFaultControl())
	}
	return mockserver.New(options...)
}

// end saves the state and ends what goes on: requests get a little time, steps
// that do not stop are left.
func end(mock *mockserver.Server, server *http.Server) error {
	err := mock.SaveState()
	patient, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		mock.Close() // ends the streams, for which the shutdown waits
	}()
	if server.Shutdown(patient) != nil {
		_ = server.Close()
	}
	select {
	case <-closed:
	case <-patient.Done():
	}
	return err
}
