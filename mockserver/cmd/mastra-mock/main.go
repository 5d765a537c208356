// Command mastra-mock serves the demo world of package mockserver until it is
// interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "mastra-mock:", err)
		stop()
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out, usage io.Writer) error {
	flags := flag.NewFlagSet("mastra-mock", flag.ContinueOnError)
	flags.SetOutput(usage)
	addr := flags.String("addr", "127.0.0.1:4111", "address to listen on")
	token := flags.String("token", os.Getenv("MASTRA_DEMO_TOKEN"), "bearer token to ask for; empty asks for none")
	if err := flags.Parse(args); err != nil {
		return err
	}
	mock, err := mockserver.ListenOn(*addr, mockserver.WithToken(*token))
	if err != nil {
		return err
	}
	defer mock.Close()
	fmt.Fprintf(out, "mastra-mock: serving the demo world at %s\n", mock.URL)
	<-ctx.Done()
	return nil
}
