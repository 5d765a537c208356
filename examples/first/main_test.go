package main

import (
	"log"
	"os"

	"github.com/mastra-go/mastra/mockserver"
)

func Example() {
	mock := mockserver.Listen()
	defer mock.Close()
	if err := os.Setenv("MASTRA_BASE_URL", mock.URL); err != nil {
		log.Fatal(err)
	}
	main()
	// Output: You said: What's the weather in Rome?
}
