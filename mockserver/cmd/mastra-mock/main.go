// Command mastra-mock serves the demo world of package mockserver.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "mastra-mock:", err)
		}
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("mastra-mock", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:4111", "address to listen on")
	token := flags.String("token", os.Getenv("MASTRA_DEMO_TOKEN"), "bearer token to ask for; empty asks for none")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	mock := mockserver.New(mockserver.WithToken(*token))
	server := &http.Server{Handler: mock, ReadHeaderTimeout: 10 * time.Second}
	fmt.Printf("mastra-mock: serving the demo world at http://%s\n", listener.Addr())

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		mock.Close()
		return err
	case <-ctx.Done():
	}
	mock.Close()
	// Streams end with the mock; what is still open after a second is cut.
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}
