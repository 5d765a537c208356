// Batch has an agent fill in 500 Go values, 20 at a time. It shows the progress, goes on
// where one fails, and tells in the end what failed, whether it is worth another try, and
// what all has cost. Ctrl-C stops it, and it tells what was done until then.
//
//	go run ./examples/batch
//
// It talks to the server at MASTRA_BASE_URL, and without that to the bundled mock
// server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// Order is what each prompt is answered with.
type Order struct {
	ID    int    `json:"id"`
	City  string `json:"city" jsonschema:"where it goes"`
	Items int    `json:"items"`
}

const atOnce = 20

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
	results := run(ctx, client, prompts(500), os.Stdout)
	if summarise(os.Stdout, results).Failed > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context, client *mastra.Client, prompts []string, out io.Writer) []Result[Order] {
	begun := time.Now()
	results := generateAll[Order](ctx, client.Agent("plain"), prompts, atOnce, func(done, failed int) {
		if done%50 == 0 || done == len(prompts) {
			fmt.Fprintf(out, "%d of %d, %d failed\n", done, len(prompts), failed)
		}
	})
	fmt.Fprintf(out, "took %s\n", time.Since(begun).Round(time.Millisecond))
	return results
}

// prompts are for the demo world's model, which answers what it is told to.
func prompts(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`json:{"id":%d,"city":"Rome","items":%d}`, i, i%7)
	}
	return all
}

// Summary is what became of all.
type Summary struct {
	Done, Failed, Again int // Again of the failed are worth another try
	Usage               mastra.Usage
}

func summarise(out io.Writer, results []Result[Order]) (s Summary) {
	for i, r := range results {
		s.Usage = s.Usage.Add(r.Usage)
		if r.Err == nil {
			s.Done++
			continue
		}
		s.Failed++
		if worthAnotherTry(r.Err) {
			s.Again++
		}
		fmt.Fprintf(out, "%d: %v\n", i, r.Err)
	}
	fmt.Fprintf(out, "%d done, %d failed (%d of them worth another try), %d tokens\n", s.Done, s.Failed, s.Again, s.Usage.TotalTokens)
	return s
}

// worthAnotherTry: the client has repeated already what certainly did not run. What may
// have run is worth asking again here, as the agent only answers; one that acts, such as
// by sending mail, would do it twice.
func worthAnotherTry(err error) bool {
	var unfit *mastra.TypedError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, &unfit):
		return true
	case errors.Is(err, mastra.ErrRateLimited), errors.Is(err, mastra.ErrUnavailable), errors.Is(err, mastra.ErrOutcomeUnknown):
		return true
	}
	return false // the agent has failed, or the request is wrong
}
