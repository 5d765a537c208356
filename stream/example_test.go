package stream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/mastra-go/mastra/stream"
)

// answer is the body of an agent's answer that calls a tool which needs approval.
const answer = `data: {"type":"start","runId":"run-1","from":"AGENT","payload":{"id":"assistant"}}

data: {"type":"text-delta","runId":"run-1","from":"AGENT","payload":{"id":"txt-1","text":"Let me "}}

data: {"type":"text-delta","runId":"run-1","from":"AGENT","payload":{"id":"txt-1","text":"delete it."}}

data: {"type":"tool-call-approval","runId":"run-1","from":"AGENT","payload":{"toolCallId":"call_1","toolName":"delete","args":{"file":"a.txt"}}}

data: [DONE]

`

// responseBody stands for the body of an HTTP response.
func responseBody(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }

func Example() {
	s := stream.New(context.Background(), responseBody(answer), stream.Options{})
	defer s.Close()

	for chunk, err := range s.Chunks() {
		if err != nil {
			fmt.Println("failed:", err)
			return
		}
		if text, ok := chunk.Text(); ok {
			fmt.Printf("text: %q\n", text)
			continue
		}
		switch v := chunk.Value().(type) {
		case *stream.Start:
			fmt.Println("agent:", v.ID)
		case *stream.ToolCallApproval:
			p := v.Pending()
			fmt.Println("waits for:", p.Kind, p.ToolName, string(p.Args))
		}
	}
	fmt.Println("run:", s.RunID())
	// Output:
	// agent: assistant
	// text: "Let me "
	// text: "delete it."
	// waits for: approval delete {"file":"a.txt"}
	// run: run-1
}

func ExampleStream_Chunks_errors() {
	bodies := []string{
		answer[:400],
		`data: {"type":"error","runId":"run-2","payload":{"error":{"name":"Error","message":"model exploded"}}}` + "\n\ndata: [DONE]\n\n",
		`data: {"type":"tripwire","payload":{"reason":"Blocked input","processorId":"guard"}}` + "\n\ndata: [DONE]\n\n",
	}
	for _, body := range bodies {
		s := stream.New(context.Background(), responseBody(body), stream.Options{})
		for _, err := range s.Chunks() {
			var run *stream.RunError
			var trip *stream.TripwireError
			switch {
			case errors.Is(err, stream.ErrTruncated):
				fmt.Println("ask again:", err)
			case errors.As(err, &run):
				fmt.Println("run", run.RunID, "said", run.Message)
			case errors.As(err, &trip):
				fmt.Println(trip.ProcessorID, "said", trip.Reason)
			}
		}
	}
	// Output:
	// ask again: stream: cut off before [DONE]
	// run run-2 said model exploded
	// guard said Blocked input
}

func ExampleForward() {
	upstream := `data: {"type":"error","runId":"run-2","payload":{"error":{"message":"model exploded","stack":"at /srv/app.js:1"}}}` + "\n\ndata: [DONE]\n\n"
	s := stream.New(context.Background(), responseBody(upstream), stream.Options{})

	client := httptest.NewRecorder() // in a handler: its http.ResponseWriter
	if err := stream.Forward(client, s); err != nil {
		fmt.Println("log:", err)
	}
	fmt.Print(client.Body)
	// Output:
	// log: run run-2 failed: model exploded
	// data: {"type":"error","runId":"run-2","payload":{"error":{"message":"model exploded"}}}
	//
	// data: [DONE]
}
