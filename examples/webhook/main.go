// Webhook resumes suspended workflows from HTTP requests of somebody else: an
// approval tool, a payment provider, a colleague's mail.
//
//	go run ./examples/webhook
//	curl localhost:8080/reviews -d '{"n":1}'
//	curl localhost:8080/webhooks/<ticket> -d '{"by":"ann","approved":true}'
//
// Each suspension is stored as JSON, in a file, and answered from there: the process
// that answers need not be the one that started the run, nor be told anything else.
//
// The server is the one at MASTRA_BASE_URL, or else the bundled mock.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	dir := flag.String("dir", "", "folder of the tickets; a temporary one by default")
	flag.Parse()
	if err := run(*addr, *dir); err != nil {
		log.Fatal(err)
	}
}

func run(addr, dir string) error {
	if dir == "" {
		temporary, err := os.MkdirTemp("", "webhook-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		dir = temporary
	}
	baseURL := "" // New then looks at MASTRA_BASE_URL and MASTRA_TOKEN
	if os.Getenv("MASTRA_BASE_URL") == "" {
		mock := mockserver.Listen(mockserver.WithDemoWorld())
		defer mock.Close()
		baseURL = mock.URL
	}
	client, err := mastra.New(baseURL)
	if err != nil {
		return err
	}
	fmt.Printf("POST http://%s/reviews\n", addr)
	server := &http.Server{Addr: addr, Handler: routes(client.Workflow("review"), tickets{dir}), ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}
