package mastra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"slices"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

func ExampleGenerateAs() {
	client, ctx, done := demo()
	defer done()

	type Recipe struct {
		Name  string   `json:"name" jsonschema:"what it is called"`
		Kind  string   `json:"kind" enum:"starter,main,dessert"`
		Steps []string `json:"steps"`
		Wine  *string  `json:"wine,omitempty"`
	}
	res, err := mastra.GenerateAs[Recipe](ctx, client.Agent("plain"), mastra.AgentRequest{
		Messages: mastra.Prompt(`json:{"name":"Risotto","kind":"main","steps":["stir","stir"]}`),
	})
	var unfit *mastra.TypedError
	if errors.As(err, &unfit) {
		log.Fatal("no recipe: ", unfit.Raw)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Value.Name, res.Value.Kind, len(res.Value.Steps), res.Usage.TotalTokens)
	// Output: Risotto main 2 18
}

func ExampleStreamAs() {
	client, ctx, done := demo()
	defer done()

	type List struct {
		Items []string `json:"items"`
	}
	s, err := mastra.StreamAs[List](ctx, client.Agent("plain"), mastra.AgentRequest{
		Messages: mastra.Prompt(`json:{"items":["rice","saffron","butter"]}`),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	grown := 0
	for partial, err := range s.Partials() { // what has arrived so far
		if err != nil {
			log.Fatal(err)
		}
		grown = max(grown, len(partial.Items))
	}
	final, err := s.Result() // the whole, decoded strictly
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(grown, final.Value.Items)
	// Output: 3 [rice saffron butter]
}

func ExampleNewClientTool() {
	client, ctx, done := demo()
	defer done()

	type Order struct {
		ID int `json:"id" jsonschema:"number of the order"`
	}
	orderState := mastra.NewClientTool("orderState", "Tells where an order is",
		func(ctx context.Context, in Order) (string, error) {
			if in.ID > 100 {
				return "", errors.New("no such order") // told to the model, as a panic is
			}
			return "on its way", nil
		})
	res, err := client.Agent("plain").Generate(ctx, mastra.AgentRequest{
		Messages:    mastra.Prompt("tool:orderState {\"id\":7}\ntool:orderState {\"id\":700}"),
		ClientTools: []mastra.ClientTool{orderState},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text)
	fmt.Println(res.Usage.TotalTokens, "tokens in two rounds")
	// Output:
	// Tool said: [{"type":"text","value":"on its way"},{"type":"json","value":{"error":"no such order"}}]
	// 36 tokens in two rounds
}

func ExampleAgentRequest_clientTools() {
	client, ctx, done := demo()
	defer done()

	double := mastra.NewClientTool("double", "", func(_ context.Context, in struct{ N int }) (int, error) { return 2 * in.N, nil })
	s, err := client.Agent("plain").Stream(ctx, mastra.AgentRequest{
		Messages:    mastra.Prompt(`tool:double {"N":21}`),
		ClientTools: []mastra.ClientTool{double},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for chunk, err := range s.Chunks() { // one stream, however many rounds
		if err != nil {
			log.Fatal(err)
		}
		switch v := chunk.Value().(type) {
		case *stream.ToolCall:
			fmt.Printf("%s(%s)\n", v.Name, v.Args)
		case *stream.ToolResult:
			fmt.Printf("= %s\n", v.Result)
		}
	}
	// Output:
	// double({"N":21})
	// = 42
}

func ExamplePending() {
	client, ctx, done := demo()
	defer done()

	res, err := client.Agent("assistant").Generate(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt(`tool:ask-user {"question":"Which colour?"}`),
	})
	if err != nil {
		log.Fatal(err)
	}
	row, err := json.Marshal(res.Pending()[0]) // into your database
	if err != nil {
		log.Fatal(err)
	}

	var p mastra.Pending // in another process, a day later
	if err := json.Unmarshal(row, &p); err != nil {
		log.Fatal(err)
	}
	s, err := client.Agent("assistant").ResumeStream(ctx, mastra.ResumeAgentRequest{
		Pending: &p,
		Data:    map[string]string{"answer": "green"},
	})
	if err != nil {
		log.Fatal(err)
	}
	res, err = s.Result()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Kind, string(p.SuspendPayload))
	fmt.Println(res.Text)
	// Output:
	// suspended {"question":"Which colour?"}
	// Tool said: [{"type":"json","value":{"answer":"green"}}]
}

func ExampleAgent_ListSuspendedRuns() {
	client, ctx, done := demo()
	defer done()

	agent := client.Agent("assistant")
	_, err := agent.Generate(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt(`tool:delicate {"what":"launch"}`),
		Memory:   &mastra.MemoryRef{ThreadID: "t-1", ResourceID: "user-7"},
	})
	if err != nil {
		log.Fatal(err)
	}
	page, err := agent.ListSuspendedRuns(ctx, mastra.ListSuspendedRunsRequest{ResourceID: "user-7"})
	if err != nil {
		log.Fatal(err)
	}
	for _, run := range page.Runs {
		for _, call := range run.ToolCalls {
			s, err := agent.DeclineStream(ctx, mastra.DeclineRequest{
				RunID: run.RunID, ToolCallID: call.ToolCallID, Reason: "not today",
			})
			if err != nil {
				log.Fatal(err)
			}
			res, err := s.Result()
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(res.Text)
		}
	}
	// Output: Tool said: [{"type":"text","value":"not today"}]
}

func ExampleRunState_Suspensions() {
	client, ctx, done := demo()
	defer done()

	review := client.Workflow("review")
	state, err := review.Start(ctx, mastra.StartRequest{Input: map[string]any{"n": 1}})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range state.Suspensions() { // ann answers what is hers, and urgent
		var why struct {
			Urgency           string
			RequiredApprovers []string
		}
		if err := json.Unmarshal(s.Payload, &why); err != nil {
			log.Fatal(err)
		}
		if why.Urgency != "high" || !slices.Contains(why.RequiredApprovers, "ann") {
			continue
		}
		state, err = review.Resume(ctx, s.RunID, mastra.ResumeRequest{
			Suspension: &s, Data: map[string]bool{"approved": true},
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(state.Status, "at", state.Suspensions()[0].Step)
	// Output: suspended at right
}

func ExampleRun_Stream() {
	client, ctx, done := demo()
	defer done()

	run := client.Workflow("fan").NewRun()
	s, err := run.Stream(ctx, mastra.StartRequest{Input: []int{1, 2, 3}})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	state, err := s.Result() // a connection that breaks is made up for
	if errors.Is(err, mastra.ErrTruncated) {
		state, err = run.Wait(ctx) // the server was restarted, and has lost the stream
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(state.Status, string(state.Result))
	// Output: success {"big":{"size":"big","sum":12}}
}

func ExampleRun_Wait() {
	client, ctx, done := demo()
	defer done()

	run := client.Workflow("slowly").NewRun()
	if err := run.StartDetached(ctx, mastra.StartRequest{Input: map[string]int{"ms": 5}}); err != nil {
		log.Fatal(err)
	}
	state, err := run.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(state.Status)
	// Output: success
}

func ExampleWithCancelOnClose() {
	client, ctx, done := demo()
	defer done()

	run := client.Workflow("slowly").NewRun()
	s, err := run.Stream(ctx, mastra.StartRequest{Input: map[string]int{"ms": 60_000}}, mastra.WithCancelOnClose(true))
	if err != nil {
		log.Fatal(err)
	}
	for range s.Chunks() {
		break // the user has left
	}
	state, err := run.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(state.Status)
	// Output: canceled
}

func ExampleAgent_Observe() {
	client, ctx, done := demo()
	defer done()

	agent := client.Agent("durable")
	s, err := agent.Stream(ctx, mastra.AgentRequest{Messages: mastra.Prompt("Hello there"), RunID: "r-1"})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	watched, err := agent.Observe(ctx, mastra.ObserveAgentRequest{RunID: "r-1"}) // in another process
	if err != nil {
		log.Fatal(err)
	}
	defer watched.Close()
	if _, err := s.Result(); err != nil {
		log.Fatal(err)
	}
	res, err := watched.Result()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text)
	// Output: You said: Hello there
}

func ExampleAgent_SubscribeThread() {
	client, ctx, done := demo()
	defer done()

	agent := client.Agent("assistant")
	s, err := agent.SubscribeThread(ctx, mastra.SubscribeThreadRequest{ThreadID: "t-1", ResourceID: "user-7"}) // it lasts until it is closed
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	if _, err := agent.SendMessage(ctx, mastra.SendMessageRequest{ThreadID: "t-1", ResourceID: "user-7", Message: "Hello there"}); err != nil {
		log.Fatal(err)
	}
	for chunk, err := range s.Chunks() {
		if err != nil {
			log.Fatal(err) // 401, 404: it would not get better
		}
		switch chunk.Type {
		case stream.TypeTextDelta:
			text, _ := chunk.Text()
			fmt.Print(text)
		case stream.TypeResubscribed:
			fmt.Println("(the connection was lost for a while)")
		}
		if chunk.Type == stream.TypeFinish {
			break // of a run; the next one would follow
		}
	}
	// Output: You said: Hello there
}

func ExampleAgent_AbortThread() {
	client, ctx, done := demo()
	defer done()

	agent := client.Agent("assistant")
	s, err := agent.Stream(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt("slow:400"),
		Memory:   &mastra.MemoryRef{ThreadID: "t-1", ResourceID: "user-7"},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for text, err := range s.Text() {
		if err != nil {
			log.Fatal(err)
		}
		if text == "chunk-0 " { // anybody may stop it, from anywhere
			aborted, err := agent.AbortThread(ctx, mastra.AbortThreadRequest{ThreadID: "t-1", ResourceID: "user-7"})
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println("a run was stopped:", aborted)
		}
	}
	// Output: a run was stopped: true
}

func ExampleAgent_NetworkStream() {
	client, ctx, done := demo()
	defer done()

	s, err := client.Agent("router").NetworkStream(ctx, mastra.AgentRequest{
		Messages: mastra.Prompt(`json:{"primitiveId":"plain","primitiveType":"agent","prompt":"find it","selectionReason":"it can",` +
			`"isComplete":true,"completionReason":"all is said","finalResult":"found"}`), // how the demo's router is steered
		Memory: &mastra.MemoryRef{ThreadID: "t-1", ResourceID: "user-7"},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for chunk, err := range s.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		switch v := chunk.Value().(type) {
		case *stream.RoutingAgentTextDelta:
			fmt.Print(v.Text)
		case *stream.NetworkFinish:
			fmt.Printf("\n%t, %s\n", v.IsComplete, v.CompletionReason)
		}
	}
	// Output:
	// found
	// true, all is said
}

func ExampleWithTrace() {
	client, ctx, done := demo()
	defer done()

	type key struct{} // with OpenTelemetry: trace.SpanContextFromContext, see examples/otel
	client, err := client.With(mastra.WithTrace(func(ctx context.Context) (mastra.TraceContext, bool) {
		header, _ := ctx.Value(key{}).(string)
		return mastra.ParseTraceparent(header)
	}))
	if err != nil {
		log.Fatal(err)
	}
	ctx = context.WithValue(ctx, key{}, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	res, err := client.Agent("plain").Generate(ctx, mastra.AgentRequest{Messages: mastra.Prompt("hi")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.TraceID)
	// Output: 4bf92f3577b34da6a3ce929d0e0e4736
}
