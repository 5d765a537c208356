package mastra_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// The examples talk to the bundled mock server and its demo world.
func demo() (*mastra.Client, context.Context, func()) {
	mock := mockserver.Listen()
	client, err := mastra.New(mock.URL)
	if err != nil {
		log.Fatal(err)
	}
	return client, context.Background(), mock.Close
}

func ExampleNew() {
	client, err := mastra.New("http://localhost:4111",
		mastra.WithToken("secret"),
		mastra.WithRetries(3),
		mastra.WithBackoff(300*time.Millisecond),
		mastra.WithMaxBackoff(5*time.Second),
	)
	if err != nil {
		log.Fatal(err)
	}
	_ = client.Agent("assistant") // a handle: no I/O
	// Output:
}

func ExampleAgent_Generate() {
	client, ctx, done := demo()
	defer done()

	res, err := client.Agent("assistant").Generate(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt("What's the weather in Rome?"),
		Memory:   &mastra.MemoryRef{ThreadID: "t-1", ResourceID: "user-7"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text)
	// Output: You said: What's the weather in Rome?
}

func ExampleAgent_Stream() {
	client, ctx, done := demo()
	defer done()

	s, err := client.Agent("assistant").Stream(ctx, mastra.AgentRequest{Messages: mastra.Prompt("Tell me a story")})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for text, err := range s.Text() {
		if err != nil {
			log.Fatal(err) // a failed model, a tripwire, a connection that broke
		}
		fmt.Print(text, "|")
	}
	res, err := s.Result() // the whole: text, tool calls, usage, what waits
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.FinishReason, res.Usage.TotalTokens)
	// Output: You |said: |Tell |me |a |story|stop 18
}

func ExampleAgentResult_Pending() {
	client, ctx, done := demo()
	defer done()

	agent := client.Agent("assistant")
	res, err := agent.Generate(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt("tool:delicate {\"what\":\"launch\"}\ntool:delicate {\"what\":\"landing\"}"),
	})
	if err != nil {
		log.Fatal(err)
	}
	for len(res.Pending()) > 0 { // the model may ask for one after the other
		p := res.Pending()[0] // store it as JSON, ask somebody, come back later
		fmt.Printf("may %s run with %s?\n", p.ToolName, p.Args)
		res, err = agent.Approve(ctx, mastra.ApproveRequest{Pending: &p})
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(res.Text)
	// Output:
	// may delicate run with {"what":"launch"}?
	// may delicate run with {"what":"landing"}?
	// Tool said: [{"type":"json","value":{"done":"launch"}},{"type":"json","value":{"done":"landing"}}]
}

func ExampleWorkflow_Start() {
	client, ctx, done := demo()
	defer done()

	approval := client.Workflow("approval")
	state, err := approval.Start(ctx, mastra.StartRequest{Input: map[string]any{"n": 4}})
	if err != nil {
		log.Fatal(err)
	}
	for len(state.Suspensions()) > 0 {
		s := state.Suspensions()[0] // JSON in and out, like Pending
		fmt.Println("waits at", s.Step, string(s.Payload))
		state, err = approval.Resume(ctx, s.RunID, mastra.ResumeRequest{Suspension: &s, Data: map[string]any{"approved": true}})
		if err != nil {
			log.Fatal(err)
		}
	}
	result, err := mastra.ResultAs[struct{ N int }](state)
	if err != nil {
		log.Fatal(err) // the run failed, was canceled, or still waits
	}
	fmt.Println(state.Status, result.N)
	// Output:
	// waits at approve {"reason":"needs approval"}
	// success 8
}

func ExampleWorkflow_Resume() {
	client, ctx, done := demo()
	defer done()

	fan := client.Workflow("fan") // asks for a value in place of each that is negative
	state, err := fan.Start(ctx, mastra.StartRequest{Input: []int{-1, 2, -3}})
	if err != nil {
		log.Fatal(err)
	}
	for len(state.Suspensions()) > 0 { // one after the other
		s := state.Suspensions()[0]
		fmt.Println("waits at", s.Step, "for item", *s.ForEachIndex, string(s.Payload))
		state, err = fan.Resume(ctx, s.RunID, mastra.ResumeRequest{Suspension: &s, Data: map[string]any{"value": 10}})
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(state.Status, string(state.Result))
	// Output:
	// waits at twice for item 0 {"reason":"negative item","item":-1}
	// waits at twice for item 2 {"reason":"negative item","item":-3}
	// success {"big":{"size":"big","sum":44}}
}

func ExampleWorkflow_Stream() {
	client, ctx, done := demo()
	defer done()

	s, err := client.Workflow("doubler").Stream(ctx, mastra.StartRequest{Input: map[string]any{"n": 4}})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for chunk, err := range s.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(chunk.Type)
	}
	state, err := s.Result()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(state.Result))
	// Output:
	// workflow-start
	// workflow-step-start
	// workflow-step-result
	// workflow-finish
	// {"n":8}
}

func ExampleMemory() {
	client, ctx, done := demo()
	defer done()

	memory := client.Memory("assistant").ForResource("user-7") // a foreign thread: 403
	thread, err := memory.CreateThread(ctx, mastra.CreateThreadRequest{Title: "Holidays"})
	if err != nil {
		log.Fatal(err)
	}
	question := mastra.NewStoredMessage("user", "Where to?")
	question.ThreadID = thread.ID
	if _, err := memory.SaveMessages(ctx, []mastra.StoredMessage{question}); err != nil {
		log.Fatal(err)
	}
	page, err := memory.Thread(thread.ID).ListMessages(ctx, mastra.ListMessagesRequest{PerPage: 20})
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range page.Messages {
		fmt.Println(m.Role, m.Text())
	}
	// Output: user Where to?
}

func ExampleExecuteTool() {
	client, ctx, done := demo()
	defer done()

	weather, err := mastra.ExecuteTool[struct{ TempC int }](ctx, client.Tool("weather"), map[string]any{"city": "Rome"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(weather.TempC)

	_, err = client.Tool("weather").Execute(ctx, map[string]any{"town": "Rome"})
	fmt.Println(errors.Is(err, mastra.ErrInvalidInput))
	// Output:
	// 4
	// true
}

func ExampleVector_Query() {
	client, ctx, done := demo()
	defer done()

	vec := client.Vector("vec")
	if err := vec.CreateIndex(ctx, mastra.CreateIndexRequest{Index: "docs", Dimension: 2}); err != nil {
		log.Fatal(err)
	}
	ids, err := vec.Upsert(ctx, mastra.UpsertRequest{
		Index:    "docs",
		IDs:      []string{"north", "east"}, // nil: the client makes them
		Vectors:  [][]float32{{0, 1}, {1, 0}},
		Metadata: []map[string]any{{"lang": "en"}, {"lang": "it"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	matches, err := vec.Query(ctx, mastra.QueryRequest{Index: "docs", Vector: []float32{0, 1}, TopK: 1, Filter: map[string]any{"lang": "en"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(ids), matches[0].ID)
	// Output: 2 north
}

func ExampleClient_Do() {
	client, ctx, done := demo()
	defer done()

	var answer struct{ Count int }
	err := client.Do(ctx, http.MethodGet, "/counted/some-key", nil, &answer, mastra.WithAPIPrefix(""))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Count)
	// Output: 0
}

func ExampleError() {
	client, ctx, done := demo()
	defer done()

	_, err := client.Agent("nobody").Generate(ctx, mastra.AgentRequest{Messages: mastra.Prompt("hi")})
	switch {
	case errors.Is(err, mastra.ErrNotFound):
		fmt.Println("no such agent")
	case errors.Is(err, mastra.ErrOutcomeUnknown):
		fmt.Println("it may have run: ask before trying again")
	}
	var e *mastra.Error
	if errors.As(err, &e) {
		fmt.Println(e.Status, e.Message, e.Attempts)
	}
	fmt.Println(mastra.HTTPStatus(err))
	// Output:
	// no such agent
	// 404 Agent with id nobody not found 1
	// 404
}

func ExampleWithResponse() {
	client, ctx, done := demo()
	defer done()

	var meta mastra.Response
	_, err := client.Agents().List(ctx,
		mastra.WithHeader("X-Tenant", "acme"),
		mastra.WithRequestContext(map[string]any{"locale": "it"}),
		mastra.WithResponse(&meta),
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(meta.Status, meta.Attempts)
	// Output: 200 1
}
