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

// run has the demo world's agent call tools of each kind, two of them at once.
func run(ctx context.Context, client *mastra.Client, in io.Reader, out io.Writer) error {
	answers := lines(in)
	ask := func(question string) (string, error) {
		fmt.Fprint(out, question, " ")
		select {
		case answer, ok := <-answers:
			if !ok {
				return "", fmt.Errorf("no answer: %w", io.ErrUnexpectedEOF)
			}
			return answer, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	agent := client.Agent("assistant")
	for _, task := range []string{
		"tool:delicate {\"what\":\"launch\"}\ntool:delicate {\"what\":\"land\"}",
		`tool:ask-user {"question":"Where to?"}`,
		`tool:phone {"who":"Ann"}`,
	} {
		res, err := agent.Generate(ctx, mastra.AgentRequest{Messages: mastra.Prompt(task), ClientTools: byHand})
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

// lines reads in a goroutine of its own, so that ctx can end a question. The channel is
// closed at the end of the input.
func lines(in io.Reader) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for r := bufio.NewReader(in); ; {
			line, err := r.ReadString('\n')
			if line = strings.TrimSpace(line); err != nil && line == "" {
				return
			}
			out <- line
		}
	}()
	return out
}
