// Quickstart walks through the five areas of a Mastra server: agents, tools,
// workflows, memory and vectors.
//
// It talks to the server at MASTRA_BASE_URL, with MASTRA_TOKEN if that is set.
// Without MASTRA_BASE_URL it starts the bundled mock server, which needs nothing
// installed. Any server with the demo world will do.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	baseURL := "" // New then looks at MASTRA_BASE_URL and MASTRA_TOKEN
	if os.Getenv("MASTRA_BASE_URL") == "" {
		mock := mockserver.Listen()
		defer mock.Close()
		baseURL = mock.URL
		fmt.Println("MASTRA_BASE_URL is not set: using the bundled mock server at", baseURL)
	}
	client, err := mastra.New(baseURL)
	if err != nil {
		return err
	}
	if err := client.Health(ctx); err != nil {
		return err
	}
	for _, step := range []struct {
		title string
		run   func(context.Context, *mastra.Client) error
	}{
		{"An agent answers", generate},
		{"An agent answers word by word", streamWords},
		{"An agent calls a tool", callTool},
		{"A tool call waits for approval", approve},
		{"A workflow is suspended and resumed", workflow},
		{"A conversation is remembered", memory},
		{"The nearest vectors are found", vectors},
	} {
		fmt.Printf("\n== %s\n", step.title)
		if err := step.run(ctx, client); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}

func generate(ctx context.Context, client *mastra.Client) error {
	res, err := client.Agent("assistant").Generate(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt("What can you do?"),
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s  (%d tokens)\n", res.Text, res.Usage.TotalTokens)
	return nil
}

func streamWords(ctx context.Context, client *mastra.Client) error {
	s, err := client.Agent("assistant").Stream(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt("Tell me a short story"),
	})
	if err != nil {
		return err
	}
	defer s.Close()
	for text, err := range s.Text() {
		if err != nil {
			return err
		}
		fmt.Print(text, "|")
	}
	fmt.Println()
	return nil
}

func callTool(ctx context.Context, client *mastra.Client) error {
	res, err := client.Agent("assistant").Generate(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt(`tool:weather {"city":"Rome"}`),
	})
	if err != nil {
		return err
	}
	for _, call := range res.ToolCalls {
		fmt.Printf("called  %s %s\n", call.Name, call.Args)
	}
	for _, result := range res.ToolResults {
		fmt.Printf("result  %s\n", result.Result)
	}
	fmt.Println(res.Text)
	return nil
}

func approve(ctx context.Context, client *mastra.Client) error {
	agent := client.Agent("assistant")
	res, err := agent.Generate(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt(`tool:delicate {"what":"launch"}`),
	})
	if err != nil {
		return err
	}
	for len(res.Pending()) > 0 {
		p := res.Pending()[0]
		fmt.Printf("waits   %s %s\n", p.ToolName, p.Args)
		res, err = agent.Approve(ctx, mastra.ApproveRequest{Pending: &p})
		if err != nil {
			return err
		}
	}
	fmt.Println(res.Text)
	return nil
}

func workflow(ctx context.Context, client *mastra.Client) error {
	approval := client.Workflow("approval")
	state, err := approval.Start(ctx, mastra.StartRequest{Input: map[string]any{"n": 4}})
	if err != nil {
		return err
	}
	for len(state.Suspensions()) > 0 {
		s := state.Suspensions()[0]
		fmt.Printf("run %s waits at %v with %s\n", state.RunID, s.Step, s.Payload)
		state, err = approval.Resume(ctx, state.RunID, mastra.ResumeRequest{
			Suspension: &s,
			Data:       map[string]any{"approved": true},
		})
		if err != nil {
			return err
		}
	}
	if err := state.Err(); err != nil {
		return err
	}
	fmt.Printf("%s: %s\n", state.Status, state.Result)
	return nil
}

func memory(ctx context.Context, client *mastra.Client) error {
	mem := client.Memory("assistant").ForResource("user-7")
	thread, err := mem.CreateThread(ctx, mastra.CreateThreadRequest{Title: "Holidays"})
	if err != nil {
		return err
	}
	_, err = client.Agent("assistant").Generate(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt("Where shall we go?"),
		Memory:   &mastra.MemoryRef{ThreadID: thread.ID, ResourceID: "user-7"},
	})
	if err != nil {
		return err
	}
	threads, err := mem.ListThreads(ctx, mastra.ListThreadsRequest{PerPage: 3})
	if err != nil {
		return err
	}
	fmt.Printf("user-7 has %d thread(s), the newest is %q\n", threads.Total, threads.Threads[0].Title)
	page, err := mem.Thread(thread.ID).ListMessages(ctx, mastra.ListMessagesRequest{})
	if err != nil {
		return err
	}
	for _, m := range page.Messages {
		fmt.Printf("%-9s %s\n", m.Role, m.Text())
	}
	return nil
}

func vectors(ctx context.Context, client *mastra.Client) error {
	store := client.Vector("vec")
	if err := store.CreateIndex(ctx, mastra.CreateIndexRequest{Index: "quickstart", Dimension: 2}); err != nil {
		return err
	}
	_, err := store.Upsert(ctx, mastra.UpsertRequest{
		Index:    "quickstart",
		IDs:      []string{"north", "east", "north-east"},
		Vectors:  [][]float32{{0, 1}, {1, 0}, {1, 1}},
		Metadata: []map[string]any{{"deg": 0}, {"deg": 90}, {"deg": 45}},
	})
	if err != nil {
		return err
	}
	matches, err := store.Query(ctx, mastra.QueryRequest{Index: "quickstart", Vector: []float32{0.2, 1}, TopK: 2})
	if err != nil {
		return err
	}
	for _, m := range matches {
		fmt.Printf("%-11s %.3f\n", m.ID, m.Score)
	}
	return nil
}
