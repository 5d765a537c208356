package contract_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// tenThreads makes threads 0 to 9 of one user, at times that differ.
func tenThreads(t testing.TB) (memory *mastra.Memory, prefix string) {
	t.Helper()
	user := unique("user")
	memory = client(t).Memory("assistant").ForResource(user)
	for i := range 10 {
		_, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{ThreadID: fmt.Sprint(user, "-", i)})
		require.NoError(t, err)
		time.Sleep(2 * time.Millisecond) // times are in milliseconds
	}
	return memory, user + "-"
}

// What is in the list all the time is given once, in whatever order it is read and
// whatever changes meanwhile.
func TestIterator_GivesAThreadThatMovesMeanwhile(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(ctx context.Context, memory *mastra.Memory, prefix string) (gone string, err error){
		"one is updated": func(ctx context.Context, memory *mastra.Memory, prefix string) (string, error) {
			_, err := memory.Thread(prefix+"1").Update(ctx, mastra.UpdateThreadRequest{Title: ptr("moved")})
			return "", err
		},
		"the newest is updated": func(ctx context.Context, memory *mastra.Memory, prefix string) (string, error) {
			_, err := memory.Thread(prefix+"9").Update(ctx, mastra.UpdateThreadRequest{Title: ptr("moved")})
			return "", err
		},
		"one is told a message": func(ctx context.Context, memory *mastra.Memory, prefix string) (string, error) {
			m := mastra.NewStoredMessage("user", "hello")
			m.ThreadID = prefix + "5"
			_, err := memory.SaveMessages(ctx, []mastra.StoredMessage{m})
			return "", err
		},
		"one is made again": func(ctx context.Context, memory *mastra.Memory, prefix string) (string, error) {
			_, err := memory.CreateThread(ctx, mastra.CreateThreadRequest{ThreadID: prefix + "1"})
			return "", err
		},
		"the oldest goes and one comes": func(ctx context.Context, memory *mastra.Memory, prefix string) (string, error) {
			if err := memory.Thread(prefix + "0").Delete(ctx); err != nil {
				return "", err
			}
			_, err := memory.CreateThread(ctx, mastra.CreateThreadRequest{ThreadID: prefix + "10"})
			return prefix + "0", err
		},
		"the newest goes and an old one is updated": func(ctx context.Context, memory *mastra.Memory, prefix string) (string, error) {
			if err := memory.Thread(prefix + "9").Delete(ctx); err != nil {
				return "", err
			}
			_, err := memory.Thread(prefix+"2").Update(ctx, mastra.UpdateThreadRequest{Title: ptr("moved")})
			return prefix + "9", err
		},
	} {
		for _, field := range []mastra.OrderField{mastra.ByCreatedAt, mastra.ByUpdatedAt} {
			for _, direction := range []mastra.Direction{mastra.Ascending, mastra.Descending} {
				t.Run(fmt.Sprint(name, " while they are read by ", field, " ", direction), func(t *testing.T) {
					t.Parallel()
					memory, prefix := tenThreads(t)
					times := map[string]int{}
					var gone string
					for thread, err := range memory.Threads(within(t), mastra.ListThreadsRequest{PerPage: 3, Order: mastra.Order{Field: field, Direction: direction}}) {
						require.NoError(t, err)
						times[thread.ID]++
						if len(times) == 3 { // the first page is read
							gone, err = change(within(t), memory, prefix)
							require.NoError(t, err)
						}
					}
					for i := range 10 {
						id := fmt.Sprint(prefix, i)
						if id != gone {
							assert.Equal(t, 1, times[id], "thread %d", i)
						}
					}
				})
			}
		}
	}
}
