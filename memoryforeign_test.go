package mastra_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// The server gives away a thread that is another resource's, where it is made with an
// id or transferred.
func TestMemory_OfAResourceLooksBeforeItTakesAThread(t *testing.T) {
	const own = `{"id":"t","resourceId":"ann"}`
	create := func(m *mastra.Memory) error {
		return second(m.CreateThread(t.Context(), mastra.CreateThreadRequest{ThreadID: "t", ResourceID: "ann"}))
	}
	transfer := func(m *mastra.Memory) error { return second(m.Thread("t").Transfer(t.Context(), "bob")) }
	named := func(m *mastra.Memory) error {
		return second(m.CreateThread(t.Context(), mastra.CreateThreadRequest{ResourceID: "ann"}))
	}
	for name, tt := range map[string]struct {
		call   func(*mastra.Memory) error
		all    bool // the handle has no resource
		status int  // of the look
		body   string
		posts  int
		want   error
	}{
		"own, made anew":                {create, false, 200, own, 1, nil},
		"missing, made":                 {create, false, 404, `{"error":"Thread not found"}`, 1, nil},
		"foreign, made":                 {create, false, 403, `{"error":"Access denied"}`, 0, mastra.ErrForbidden},
		"a proxy's 404, made":           {create, false, 404, `<h1>no such page</h1>`, 0, mastra.ErrNotFound},
		"a look that fails, made":       {create, false, 500, `{"error":"no"}`, 0, mastra.ErrServer},
		"the server names it, made":     {named, false, 500, `{"error":"no"}`, 1, nil},
		"a handle of all, made":         {create, true, 500, `{"error":"no"}`, 1, nil},
		"own, transferred":              {transfer, false, 200, own, 1, nil},
		"missing, transferred":          {transfer, false, 404, `{"error":"Thread not found"}`, 0, mastra.ErrNotFound},
		"foreign, transferred":          {transfer, false, 403, `{"error":"Access denied"}`, 0, mastra.ErrForbidden},
		"a look that fails, transfer":   {transfer, false, 500, `{"error":"no"}`, 0, mastra.ErrServer},
		"a handle of all, transferring": {transfer, true, 500, `{"error":"no"}`, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			posts := 0
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "POST" {
					posts++
					say(w, 200, own)
					return
				}
				assert.False(t, tt.all, "%s %s", r.Method, r.URL)
				assert.Equal(t, "/api/memory/threads/t", r.URL.Path)
				assert.Equal(t, "ann", r.URL.Query().Get("resourceId"))
				say(w, tt.status, tt.body)
			}, mastra.WithRetryPolicy(mastra.RetryNever))
			m := client.Memory("assistant")
			if !tt.all {
				m = m.ForResource("ann")
			}
			err := tt.call(m)
			require.ErrorIs(t, err, tt.want)
			assert.Equal(t, tt.posts, posts)
		})
	}
}
