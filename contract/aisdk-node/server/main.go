// Command server is a Go backend for the clients in this directory: the chat
// handler in each version of the AI SDK, before the mock server or, where
// MASTRA_BASE_URL is set, before a real one.
//
//	POST /{version}/chat/{agent}              useChat; version is v5, v6 or v7
//	GET  /{version}/chat/{agent}/{id}/stream  nothing to attach to
//	GET  /{version}/history/{agent}/{id}      the chat's messages
//	POST /{version}/workflow/{workflow}       a workflow
//	POST /convert                             {version, options, chunks} -> parts
//	GET  /left                                how many clients the mock server saw leave
//	GET  /upstream                            the Mastra server's URL
//
// It prints its own URL, and ends when its standard input does.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	upstream := os.Getenv("MASTRA_BASE_URL")
	var mock *mockserver.Running
	if upstream == "" {
		mock = mockserver.Listen(mockserver.WithDemoWorld())
		defer mock.Close()
		upstream = mock.URL
	}
	client, err := mastra.New(upstream)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: routes(client, mock, upstream)}
	go func() { _ = server.Serve(listener) }()
	fmt.Printf("http://%s\n", listener.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	_ = server.Close()
	return err
}

var versions = map[string]aisdk.Version{"v5": aisdk.V5, "v6": aisdk.V6, "v7": aisdk.V7}

func routes(client *mastra.Client, mock *mockserver.Running, upstream string) http.Handler {
	mux := http.NewServeMux()
	for name, version := range versions {
		display := aisdk.Display{Version: version, SendReasoning: true, SendSources: true}
		chat := func(w http.ResponseWriter, r *http.Request) {
			agent := r.PathValue("agent")
			aisdk.Handler(client.Agent(agent), aisdk.Config{Display: display, Serving: serving, Request: requestFor(agent)}).ServeHTTP(w, r)
		}
		mux.HandleFunc("POST /"+name+"/chat/{agent}", chat)
		mux.HandleFunc("GET /"+name+"/chat/{agent}/{id}/stream", chat)
		mux.HandleFunc("GET /"+name+"/history/{agent}/{id}", func(w http.ResponseWriter, r *http.Request) {
			ref := memoryOf(r.PathValue("id"))
			thread := client.Memory(r.PathValue("agent")).ForResource(ref.ResourceID).Thread(ref.ThreadID)
			messages, err := aisdk.History(thread.Messages(r.Context(), mastra.ListMessagesRequest{}), display)
			answer(w, messages, err)
		})
		mux.HandleFunc("POST /"+name+"/workflow/{workflow}", func(w http.ResponseWriter, r *http.Request) {
			aisdk.WorkflowHandler(client.Workflow(r.PathValue("workflow")), aisdk.WorkflowConfig{Display: display, Serving: serving}).ServeHTTP(w, r)
		})
	}
	mux.HandleFunc("POST /convert", convert)
	mux.HandleFunc("GET /left", func(w http.ResponseWriter, r *http.Request) { answer(w, left(mock), nil) })
	mux.HandleFunc("GET /upstream", func(w http.ResponseWriter, r *http.Request) { answer(w, upstream, nil) })
	return mux
}

var serving = aisdk.Serving{OnError: report}

func report(r *http.Request, err error) { log.Printf("%s: %v", r.URL.Path, err) }

func memoryOf(chatID string) *mastra.MemoryRef {
	return &mastra.MemoryRef{ThreadID: "aisdk-" + chatID, ResourceID: "aisdk-clients"}
}

// requestFor puts the chats of agents with memory into threads.
func requestFor(agent string) func(*http.Request, aisdk.Chat) (mastra.AgentRequest, error) {
	return func(_ *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
		var req mastra.AgentRequest
		if agent == "assistant" || agent == "router" {
			req.Memory = memoryOf(chat.ID)
		}
		return req, nil
	}
}

// convert runs chunks through the converter.
func convert(w http.ResponseWriter, r *http.Request) {
	var call struct {
		Version string
		Options struct {
			From                    string
			SendReasoning           bool
			SendSources             bool
			SendStart               *bool
			SendFinish              *bool
			IncludeTextStreamParts  *bool
			IncludeSubAgentMetadata bool
			LastMessageID           string
		}
		Chunks []stream.Chunk
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	no := func(flag *bool) bool { return flag != nil && !*flag }
	c := aisdk.NewConverter(aisdk.Options{
		Display: aisdk.Display{
			Version:       versions[call.Version],
			OmitStepText:  no(call.Options.IncludeTextStreamParts),
			SendReasoning: call.Options.SendReasoning,
			SendSources:   call.Options.SendSources,
			SendSubAgents: call.Options.IncludeSubAgentMetadata,
		},
		From:       map[string]aisdk.Source{"workflow": aisdk.FromWorkflow, "network": aisdk.FromNetwork}[call.Options.From],
		MessageID:  call.Options.LastMessageID,
		OmitStart:  no(call.Options.SendStart),
		OmitFinish: no(call.Options.SendFinish),
	})
	parts := []aisdk.Part{}
	for _, chunk := range call.Chunks {
		parts = append(parts, c.Convert(chunk)...)
	}
	answer(w, append(parts, c.Close()...), nil)
}

// left counts the streams whose client went away.
func left(mock *mockserver.Running) int {
	n := 0
	if mock != nil {
		for _, r := range mock.Requests() {
			if strings.HasSuffix(r.Path, "/stream") && r.ClientLeft {
				n++
			}
		}
	}
	return n
}

func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), mastra.HTTPStatus(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
