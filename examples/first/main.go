package main

import (
	"context"
	"fmt"
	"log"

	"github.com/mastra-go/mastra"
)

func main() {
	client, err := mastra.New("") // the server at MASTRA_BASE_URL, or else http://localhost:4111
	if err != nil {
		log.Fatal(err)
	}
	res, err := client.Agent("assistant").Generate(context.Background(), mastra.AgentRequest{
		Messages: mastra.Prompt("What's the weather in Rome?"),
		Memory:   &mastra.MemoryRef{ThreadID: "t-1", ResourceID: "user-7"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text)
}
