// Endpoints puts an agent and a workflow of a Mastra server behind a REST API of
// one's own: validation, sign-in, rate limits, timeouts and structured logs.
//
//	go run ./examples/endpoints
//	curl localhost:8080/v1/ask       -H 'Authorization: Bearer demo' -d '{"question":"What can you do?"}'
//	curl localhost:8080/v1/approvals -H 'Authorization: Bearer demo' -d '{"n":3}'
//	curl localhost:8080/v1/approvals/ID/decision -H 'Authorization: Bearer demo' -d '{"approved":true}'
//
// The Mastra server is the one at MASTRA_BASE_URL, or else the bundled mock.
package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, log); err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string, log *slog.Logger) error {
	baseURL := "" // New then looks at MASTRA_BASE_URL and MASTRA_TOKEN
	if os.Getenv("MASTRA_BASE_URL") == "" {
		mock := mockserver.Listen(mockserver.WithDemoWorld())
		defer mock.Close()
		baseURL = mock.URL
	}
	client, err := mastra.New(baseURL, mastra.WithLogger(log))
	if err != nil {
		return err
	}
	api := &api{
		agent:    client.Agent("assistant"),
		workflow: client.Workflow("approval"),
		log:      log,
		users:    map[string]string{"demo": "demo-user"}, // token -> user; a real one asks a sign-in service
		limits:   newLimits(10, time.Minute),
		timeout:  30 * time.Second,
	}
	server := &http.Server{
		Addr:              addr,
		Handler:           api.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      api.timeout + 5*time.Second,
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), api.timeout)
		defer cancel()
		stopped <- server.Shutdown(grace) // lets calls under way finish
	}()
	log.Info("listening", "addr", addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
