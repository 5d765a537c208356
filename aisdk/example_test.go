package aisdk_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

// userOf stands for the application's own sign-in.
func userOf(*http.Request) (string, bool) { return "user-7", true }

func ExampleHandler() {
	server := mockserver.Listen(mockserver.WithDemoWorld())
	defer server.Close()
	client, err := mastra.New(server.URL)
	if err != nil {
		log.Fatal(err)
	}

	chat := aisdk.Handler(client.Agent("assistant"), aisdk.Config{
		Request: func(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
			user, ok := userOf(r)
			if !ok {
				return mastra.AgentRequest{}, aisdk.Refuse(http.StatusUnauthorized, "Please sign in.")
			}
			return mastra.AgentRequest{
				Memory: &mastra.MemoryRef{ThreadID: user + "/" + chat.ID, ResourceID: user},
			}, nil
		},
	})
	mux := http.NewServeMux()
	mux.Handle("/api/chat", chat)
	mux.Handle("/api/chat/", chat)

	// What useChat does:
	r := httptest.NewRequest(http.MethodPost, "/api/chat", strings.NewReader(
		`{"id":"c1","trigger":"submit-message","messages":[{"id":"u1","role":"user","parts":[{"type":"text","text":"Hello there"}]}]}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	for line := range strings.Lines(w.Body.String()) {
		if strings.Contains(line, "text-delta") || strings.Contains(line, "DONE") {
			fmt.Print(line)
		}
	}
	// Output:
	// data: {"type":"text-delta","id":"txt-1","delta":"You "}
	// data: {"type":"text-delta","id":"txt-1","delta":"said: "}
	// data: {"type":"text-delta","id":"txt-1","delta":"Hello "}
	// data: {"type":"text-delta","id":"txt-1","delta":"there"}
	// data: [DONE]
}

func ExampleConverter() {
	c := aisdk.NewConverter(aisdk.Options{Display: aisdk.Display{Version: aisdk.V6}})
	for _, text := range []string{
		`{"type":"start","runId":"r","payload":{"messageId":"m1"}}`,
		`{"type":"step-start","runId":"r","payload":{"messageId":"m1"}}`,
		`{"type":"tool-call-approval","runId":"r","payload":{"toolCallId":"c1","toolName":"pay","args":{"euro":5}}}`,
	} {
		chunk, err := stream.ParseChunk([]byte(text))
		if err != nil {
			log.Fatal(err)
		}
		for _, part := range c.Convert(chunk) {
			line, _ := json.Marshal(part)
			fmt.Println(string(line))
		}
	}
	// Output:
	// {"type":"start","messageId":"m1"}
	// {"type":"start-step"}
	// {"type":"tool-approval-request","approvalId":"r::c1","toolCallId":"c1"}
	// {"type":"data-tool-call-approval","data":{"state":"data-tool-call-approval","runId":"r","toolCallId":"c1","toolName":"pay","args":{"euro":5}},"id":"c1"}
}

func ExampleWriter_Pipe() {
	server := mockserver.Listen(mockserver.WithDemoWorld())
	defer server.Close()
	client, err := mastra.New(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	answer := func(w http.ResponseWriter, r *http.Request) {
		s, err := client.Agent("plain").Stream(r.Context(), mastra.AgentRequest{Messages: mastra.Prompt("Hi")})
		if err != nil {
			http.Error(w, "The agent is not available.", mastra.HTTPStatus(err))
			return
		}
		if err := aisdk.NewWriter(w, aisdk.Pace{}).Pipe(s, aisdk.Options{OmitStart: true}); err != nil {
			log.Print(err)
		}
	}
	w := httptest.NewRecorder()
	answer(w, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Print(w.Body)
	// Output:
	// data: {"type":"start-step"}
	//
	// data: {"type":"text-start","id":"txt-1"}
	//
	// data: {"type":"text-delta","id":"txt-1","delta":"You "}
	//
	// data: {"type":"text-delta","id":"txt-1","delta":"said: "}
	//
	// data: {"type":"text-delta","id":"txt-1","delta":"Hi"}
	//
	// data: {"type":"text-end","id":"txt-1"}
	//
	// data: {"type":"finish-step"}
	//
	// data: {"type":"finish","finishReason":"stop"}
	//
	// data: [DONE]
}

func ExampleMessages() {
	messages := aisdk.Messages([]mastra.StoredMessage{mastra.NewStoredMessage("user", "Hello")}, aisdk.Display{})
	b, _ := json.Marshal(messages)
	fmt.Println(string(b))
	// Output: [{"id":"","role":"user","parts":[{"type":"text","text":"Hello","state":"done"}]}]
}
