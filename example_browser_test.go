package mastra_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
)

// userOf stands for an application's own sign-in.
func userOf(*http.Request) (string, bool) { return "user-7", true }

func Example_useChat() {
	client, _, done := demo()
	defer done()

	request := func(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
		user, ok := userOf(r)
		if !ok {
			return mastra.AgentRequest{}, aisdk.Refuse(http.StatusUnauthorized, "Please sign in.")
		}
		return mastra.AgentRequest{Memory: &mastra.MemoryRef{ThreadID: user + "/" + chat.ID, ResourceID: user}}, nil
	}
	mux := http.NewServeMux()

	chat := aisdk.Handler(client.Agent("assistant"), aisdk.Config{Request: request}) // your func: who asks, and whose thread it is
	mux.Handle("/api/chat", chat)
	mux.Handle("/api/chat/", chat)

	page := httptest.NewServer(mux)
	defer page.Close()
	resp, err := http.Post(page.URL+"/api/chat", "application/json", strings.NewReader(
		`{"id":"c1","trigger":"submit-message","messages":[{"id":"u1","role":"user","parts":[{"type":"text","text":"Hello"}]}]}`))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		if strings.Contains(line, "text-delta") {
			fmt.Print(line)
		}
	}
	// Output:
	// data: {"type":"text-delta","id":"txt-1","delta":"You "}
	// data: {"type":"text-delta","id":"txt-1","delta":"said: "}
	// data: {"type":"text-delta","id":"txt-1","delta":"Hello"}
}
