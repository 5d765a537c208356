// Command mastra-mock serves the demo world of package mockserver: a Mastra
// server for development and tests that needs no model, no network and no Node.
//
//	mastra-mock -addr 127.0.0.1:4111 -state state.json
//
// GET /health answers once it is ready; an interrupt ends it.
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
	"sync"
	"syscall"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "mastra-mock:", err)
		os.Exit(1)
	}
}

// settings are what the flags say.
type settings struct {
	addr, state string
	options     []mockserver.Option
}

func parse(args []string, out io.Writer) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("mastra-mock", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:4111", "the address to listen on")
	flags.StringVar(&s.state, "state", "", "a file in which threads, vectors and suspended runs survive a restart")
	token := flags.String("token", "", "ask for this bearer token")
	limit := flags.Int64("body-limit", mockserver.DefaultBodyLimit, "the size of the largest request body in bytes")
	timeout := flags.Duration("timeout", 0, "answer 504 where an answer has not begun by then, such as 180s; 0 never does")
	origins := flags.String("cors", "", "let browsers in from these origins only, separated by commas")
	logged := flags.Bool("log", false, "write a line per request to standard error")
	faults := flags.Bool("faults", false, "take faults at POST /__mock/faults")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("what is %q? Only flags are taken", flags.Arg(0))
	}
	s.options = []mockserver.Option{mockserver.WithToken(*token), mockserver.WithBodyLimit(*limit), mockserver.WithTimeout(*timeout)}
	if *origins != "" {
		s.options = append(s.options, mockserver.WithCORS(strings.Split(*origins, ",")...))
	}
	if *logged {
		s.options = append(s.options, mockserver.WithRequestLog(logTo(out)))
	}
	if *faults {
		s.options = append(s.options, mockserver.WithFaultControl())
	}
	return s, nil
}

// logTo writes a line per request.
func logTo(out io.Writer) func(mockserver.Request) {
	var mu sync.Mutex
	return func(r mockserver.Request) {
		left := ""
		if r.ClientLeft {
			left = " (the client left)"
		}
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(out, "%s %s %s %s %d %s%s\n", r.Received.Format(time.RFC3339), r.Method, r.Path, r.Operation, r.Status,
			r.Ended.Sub(r.Received).Round(time.Millisecond), left)
	}
}

const (
	headerTimeout = 10 * time.Second
	patience      = time.Second
)

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args, out)
	if err != nil {
		return err
	}
	mock := mockserver.New(s.options...)
	defer mock.Close()
	if s.state != "" {
		if err := mock.KeepState(s.state); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mock, ReadHeaderTimeout: headerTimeout}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	fmt.Fprintf(out, "mastra-mock serves http://%s\n", listener.Addr())
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	mock.Close() // ends the streams, for which the shutdown would wait
	patient, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if server.Shutdown(patient) != nil {
		_ = server.Close()
	}
	<-served
	return nil
}
