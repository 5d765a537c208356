package mastra_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// ownRoutes are routes that an application has added to its Mastra server.
func ownRoutes() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "PUT /files/a.csv":
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, `{"bytes":%d,"type":%q}`, len(body), r.Header.Get("Content-Type"))
		case "GET /files/a.csv":
			w.Header().Set("Content-Type", "text/csv")
			_, _ = io.WriteString(w, "a,b\n1,2\n")
		case "GET /progress":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "event: step\ndata: reading\n\nevent: step\ndata: writing\n\nevent: done\ndata: {\"rows\":2}\n\n")
		}
	}))
}

func ExampleClient_Do_files() {
	server := ownRoutes()
	defer server.Close()
	ctx := context.Background()
	client, err := mastra.New(server.URL, mastra.WithAPIPrefix("")) // routes at the server's root
	if err != nil {
		panic(err)
	}
	var stored struct {
		Bytes int
		Type  string
	}
	// A *os.File would do as well, and is read again where the call is repeated.
	file := strings.NewReader("a,b\n1,2\n")
	if err := client.Do(ctx, http.MethodPut, "/files/a.csv", file, &stored, mastra.WithContentType("text/csv")); err != nil {
		panic(err)
	}
	fmt.Println(stored.Bytes, stored.Type)

	// A *[]byte takes the whole answer, an io.Writer copies it as it comes.
	if err := client.Do(ctx, http.MethodGet, "/files/a.csv", nil, os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// 8 text/csv
	// a,b
	// 1,2
}

func ExampleClient_OpenStream() {
	server := ownRoutes()
	defer server.Close()
	ctx := context.Background()
	client, err := mastra.New(server.URL, mastra.WithAPIPrefix(""))
	if err != nil {
		panic(err)
	}
	s, err := client.OpenStream(ctx, http.MethodGet, "/progress", nil, mastra.WithStreamEnd(stream.EndAfter("done")))
	if err != nil {
		panic(err)
	}
	defer s.Close()
	for chunk, err := range s.Chunks() {
		if err != nil {
			panic(err) // mastra.ErrTruncated, where "done" has not come
		}
		fmt.Println(chunk.Event(), chunk.Data())
	}
	// Output:
	// step reading
	// step writing
	// done {"rows":2}
}
