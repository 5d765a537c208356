// Approval asks a person about everything that a run of an agent waits for, until the
// agent has answered: a tool call that needs a yes, a tool that asks a question, and a
// tool that this program has to run by hand.
//
//	go run ./examples/approval
//
// It talks to the server at MASTRA_BASE_URL, and without that to the bundled mock
// server.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
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
	if err := run(ctx, client, os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run has the demo world's agent call three tools, two of them at once.
func run(ctx context.Context, client *mastra.Client, in io.Reader, out io.Writer) error {
	answers := bufio.NewScanner(in)
	ask := func(question string) (string, error) {
		fmt.Fprint(out, question, " ")
		if !answers.Scan() {
			return "", fmt.Errorf("no answer: %w", io.ErrUnexpectedEOF)
		}
		return strings.TrimSpace(answers.Text()), nil
	}
	agent := client.Agent("assistant")
	for _, task := range []string{
		"tool:delicate {\"what\":\"launch\"}\ntool:delicate {\"what\":\"land\"}",
		`tool:ask-user {"question":"Where to?"}`,
	} {
		res, err := agent.Generate(ctx, mastra.AgentRequest{Messages: mastra.Prompt(task)})
		if err != nil {
			return err
		}
		if res, err = finish(ctx, agent, res, ask); err != nil {
			return err
		}
		fmt.Fprintln(out, res.Text)
	}
	return nil
}
