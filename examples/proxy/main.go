// Proxy lets a browser talk to an agent of a private Mastra server, in Mastra's own
// chunks: what `return new Response(result.body)` does in a JavaScript backend.
//
//	go run ./examples/proxy
//	curl -N localhost:8080/api/stream -d '{"message":"Hello there"}'
//
// The server is the one at MASTRA_BASE_URL, or else the bundled mock. For a page
// with AI SDK's useChat see examples/chat.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()

	baseURL := "" // New then looks at MASTRA_BASE_URL and MASTRA_TOKEN
	if os.Getenv("MASTRA_BASE_URL") == "" {
		mock := mockserver.Listen(mockserver.WithDemoWorld())
		defer mock.Close()
		baseURL = mock.URL
	}
	client, err := mastra.New(baseURL)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("POST http://%s/api/stream\n", *addr)
	server := &http.Server{Addr: *addr, Handler: routes(client.Agent("assistant")), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func routes(agent *mastra.Agent) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/stream", func(w http.ResponseWriter, r *http.Request) {
		var question struct {
			Message string `json:"message"`
		}
		// The body is read to its end before anything is sent: net/http closes it once
		// the answer begins.
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&question); err != nil || question.Message == "" {
			http.Error(w, `The body must be {"message": "..."}.`, http.StatusBadRequest)
			return
		}
		// The browser says what, the server says who: memory, request context and tools
		// are not for the browser to choose.
		s, err := agent.Stream(r.Context(), mastra.AgentRequest{
			Messages: mastra.Prompt(question.Message),
			Memory:   &mastra.MemoryRef{ThreadID: "demo", ResourceID: "demo-user"},
		})
		if err != nil {
			log.Print(err)
			status := mastra.HTTPStatus(err)
			http.Error(w, http.StatusText(status), status)
			return
		}
		// Forward flushes before it waits, takes stack traces out of error chunks, and
		// stops the agent when the browser leaves.
		if err := stream.Forward(w, s.Stream); err != nil {
			log.Print(err)
		}
	})
	return mux
}
