package mastra_test

import (
	"context"
	"net/http"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// onMemory are all calls of a Memory and its threads, by the method's name. Of an
// iterator the first step counts.
var onMemory = map[string]func(context.Context, *mastra.Memory) error{
	"Memory.Status": func(ctx context.Context, m *mastra.Memory) error { return second(m.Status(ctx)) },
	"Memory.Config": func(ctx context.Context, m *mastra.Memory) error { return second(m.Config(ctx)) },
	"Memory.CreateThread": func(ctx context.Context, m *mastra.Memory) error {
		return second(m.CreateThread(ctx, mastra.CreateThreadRequest{ThreadID: "t", ResourceID: "ann"}))
	},
	"Memory.ListThreads": func(ctx context.Context, m *mastra.Memory) error {
		return second(m.ListThreads(ctx, mastra.ListThreadsRequest{ResourceID: "ann"}))
	},
	"Memory.Threads": func(ctx context.Context, m *mastra.Memory) error {
		for _, err := range m.Threads(ctx, mastra.ListThreadsRequest{}) {
			return err
		}
		return nil
	},
	"Memory.SaveMessages": func(ctx context.Context, m *mastra.Memory) error {
		message := mastra.NewStoredMessage("user", "hi")
		message.ThreadID, message.ResourceID = "t", "ann"
		return second(m.SaveMessages(ctx, []mastra.StoredMessage{message}))
	},
	"Memory.DeleteMessages": func(ctx context.Context, m *mastra.Memory) error { return m.DeleteMessages(ctx, []string{"m"}) },
	"Memory.Search": func(ctx context.Context, m *mastra.Memory) error {
		return second(m.Search(ctx, mastra.SearchRequest{Query: "hi", ResourceID: "ann"}))
	},
	"Memory.ListObservations": func(ctx context.Context, m *mastra.Memory) error {
		return second(m.ListObservations(ctx, mastra.ListObservationsRequest{ThreadID: "t"}))
	},
	"Memory.WaitObservations": func(ctx context.Context, m *mastra.Memory) error { return second(m.WaitObservations(ctx, "t")) },
	"Thread.Get":              func(ctx context.Context, m *mastra.Memory) error { return second(m.Thread("t").Get(ctx)) },
	"Thread.Update": func(ctx context.Context, m *mastra.Memory) error {
		return second(m.Thread("t").Update(ctx, mastra.UpdateThreadRequest{}))
	},
	"Thread.Delete": func(ctx context.Context, m *mastra.Memory) error { return m.Thread("t").Delete(ctx) },
	"Thread.Clone": func(ctx context.Context, m *mastra.Memory) error {
		return second(m.Thread("t").Clone(ctx, mastra.CloneThreadRequest{}))
	},
	"Thread.Transfer": func(ctx context.Context, m *mastra.Memory) error { return second(m.Thread("t").Transfer(ctx, "ann")) },
	"Thread.ListMessages": func(ctx context.Context, m *mastra.Memory) error {
		return second(m.Thread("t").ListMessages(ctx, mastra.ListMessagesRequest{}))
	},
	"Thread.Messages": func(ctx context.Context, m *mastra.Memory) error {
		for _, err := range m.Thread("t").Messages(ctx, mastra.ListMessagesRequest{}) {
			return err
		}
		return nil
	},
	"Thread.WorkingMemory": func(ctx context.Context, m *mastra.Memory) error { return second(m.Thread("t").WorkingMemory(ctx)) },
	"Thread.MemoryStatus":  func(ctx context.Context, m *mastra.Memory) error { return second(m.Thread("t").MemoryStatus(ctx)) },
	"Thread.SetWorkingMemory": func(ctx context.Context, m *mastra.Memory) error {
		return m.Thread("t").SetWorkingMemory(ctx, "likes tea")
	},
}

func TestMemory_EveryCallIsInTheTable(t *testing.T) {
	handles := map[string]bool{"Memory.ForResource": true, "Memory.Thread": true, "Thread.ID": true, "Thread.WithConfig": true} // no I/O
	for _, of := range []reflect.Type{reflect.TypeFor[*mastra.Memory](), reflect.TypeFor[*mastra.Thread]()} {
		for i := range of.NumMethod() {
			if name := of.Elem().Name() + "." + of.Method(i).Name; !handles[name] {
				assert.Contains(t, onMemory, name)
			}
		}
	}
}

func TestMemory_OfAnEmptyResourceReachesNobodysThreads(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the server was asked: %s %s", r.Method, r.URL)
		say(w, 200, `{}`)
	})
	all := client.Memory("assistant")
	for name, do := range onMemory {
		for handle, m := range map[string]*mastra.Memory{
			"of all":           all.ForResource(""),
			"of a resource":    all.ForResource("ann").ForResource(""),
			"without an agent": client.Memory("").ForResource(""),
			"of an empty one":  all.ForResource("").ForResource(""),
		} {
			t.Run(name+" "+handle, func(t *testing.T) {
				err := do(t.Context(), m)
				require.ErrorIs(t, err, mastra.ErrInvalidInput)
				assert.ErrorContains(t, err, "ForResource")
				assert.ErrorContains(t, err, "authenticated", "it says what to do")
				assert.Equal(t, 400, mastra.HTTPStatus(err))
			})
		}
	}
}

func TestMemory_EmptyRequestIsRefusedForItsEmptyResource(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) { t.Error("the server was asked") })
	m := client.Memory("assistant").ForResource("")
	for name, err := range map[string]error{
		"CreateThread":   second(m.CreateThread(t.Context(), mastra.CreateThreadRequest{})),
		"ListThreads":    second(m.ListThreads(t.Context(), mastra.ListThreadsRequest{Page: -1})),
		"SaveMessages":   second(m.SaveMessages(t.Context(), nil)),
		"DeleteMessages": m.DeleteMessages(t.Context(), nil),
		"Search":         second(m.Search(t.Context(), mastra.SearchRequest{})),
		"Transfer":       second(m.Thread("").Transfer(t.Context(), "")),
		"Messages":       second(m.Thread("").ListMessages(t.Context(), mastra.ListMessagesRequest{Page: -1})),
	} {
		assert.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		assert.ErrorContains(t, err, "ForResource", name)
	}
}

func TestMemory_CallThatNeedsAnAgentIsRefusedWithoutOne(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) { t.Error("the server was asked") })
	m := client.Memory("").ForResource("ann")
	for _, name := range []string{
		"Memory.Status", "Memory.Config", "Memory.CreateThread", "Memory.SaveMessages", "Memory.Search", "Thread.Update", "Thread.Delete",
	} {
		require.Contains(t, onMemory, name)
		err := onMemory[name](t.Context(), m)
		assert.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		assert.ErrorContains(t, err, "agent id is empty", name)
	}
}

func TestMemory_OfAResourceCanBeMadeOfOneThatHasNone(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "ann", r.URL.Query().Get("resourceId"))
		say(w, 200, `{"id":"t","resourceId":"ann"}`)
	})
	thread, err := client.Memory("assistant").ForResource("").ForResource("ann").Thread("t").Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "t", thread.ID)
}
