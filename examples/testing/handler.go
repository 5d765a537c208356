// Package testing shows how a backend's own handler is tested without a model:
// its test serves an agent of its own and makes the server fail.
package testing

import (
	"io"
	"net/http"

	"github.com/mastra-go/mastra"
)

// Haiku answers GET /haiku?about=rain with the text of an agent. An answer that
// breaks off is an error to its caller, not half a poem.
func Haiku(poet *mastra.Agent) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		stream, err := poet.Stream(r.Context(), mastra.AgentRequest{Messages: []mastra.Message{mastra.User(r.FormValue("about"))}})
		if err != nil {
			http.Error(w, "no haiku today", mastra.HTTPStatus(err))
			return
		}
		defer stream.Close()
		res, err := stream.Result()
		if err != nil {
			http.Error(w, "no haiku today", mastra.HTTPStatus(err))
			return
		}
		_, _ = io.WriteString(w, res.Text)
	}
}
