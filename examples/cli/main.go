// Cli is a chat with an agent in the terminal. The agent remembers the conversation; its
// answer is shown as it is written; a tool call that waits is asked about, and several
// one after the other. Ctrl-C stops the answer that is being written; elsewhere it ends the
// program, and so does Ctrl-D.
//
//	go run ./examples/cli
//
// It talks to the server at MASTRA_BASE_URL, and without that to the bundled mock
// server. To the demo world's agent say, for example:
//
//	tool:delicate {"what":"launch"}
package main

import (
	"bufio"
	"context"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	log.SetFlags(0)
	baseURL := "" // New then looks at MASTRA_BASE_URL and MASTRA_TOKEN
	if os.Getenv("MASTRA_BASE_URL") == "" {
		mock := mockserver.Listen()
		defer mock.Close()
		baseURL = mock.URL
	}
	client, err := mastra.New(baseURL)
	if err != nil {
		log.Fatal(err)
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	newChat(client.Agent("assistant"), lines(os.Stdin), interrupts, os.Stdout).run(context.Background())
}

// lines reads in a goroutine of its own, so that a signal can come in between. The
// channel is closed at the end of the input.
func lines(in io.Reader) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for r := bufio.NewReader(in); ; { // a Scanner would end at a long line
			line, err := r.ReadString('\n')
			if err != nil && line == "" {
				return
			}
			out <- line
		}
	}()
	return out
}
