// Chat is a chat page with a Go backend: text as it is written, tool calls,
// approvals, stop, errors, and the history after a reload.
//
//	go run ./examples/chat        then open http://127.0.0.1:8080
//
// The Mastra server is the one at MASTRA_BASE_URL, or else the bundled mock. The
// page is plain JavaScript without a build step; static/chat.js speaks the protocol
// of AI SDK's useChat, so a page with useChat works with the same backend.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	baseURL := "" // New then looks at MASTRA_BASE_URL and MASTRA_TOKEN
	if os.Getenv("MASTRA_BASE_URL") == "" {
		mock := mockserver.Listen(mockserver.WithDemoWorld())
		defer mock.Close()
		baseURL = mock.URL
		fmt.Println("MASTRA_BASE_URL is not set: using the bundled mock server")
	}
	client, err := mastra.New(baseURL)
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              addr,
		Handler:           newChat(client, "assistant", slog.Default()).routes(),
		ReadHeaderTimeout: 10 * time.Second,
	}
	closed := make(chan error, 1)
	go func() {
		<-ctx.Done()
		closed <- server.Close()
	}()
	fmt.Printf("Open http://%s\n", addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-closed
}
