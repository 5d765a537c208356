package contract_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// The limit of what holds for several servers. A process refuses, or joins, a run
// that it executes itself, and refuses one that the storage says has ended. It does
// not refuse one that another process executes. So a caller that starts a run by the
// same id a second time must know that the first start is over.
func TestProof_AStartOfARunThatAnotherServerExecutesIsExecutedAgain(t *testing.T) {
	servers := pair(t)
	var failed failures
	var clients [2]*mastra.Client
	for i, s := range servers {
		clients[i] = proofClient(t, s.URL(), &failed)
	}
	const runs = 10
	for _, x := range []struct {
		name   string
		second int           // the server of the second start
		gap    time.Duration // between the starts
		ms     int           // that the step takes
		each   int           // executions of a run
	}{
		{"at the same server", 0, 500 * time.Millisecond, 1500, 1},
		{"at the other one, when it has ended", 1, 1500 * time.Millisecond, 50, 1},
		{"at the other one, while it runs", 1, 500 * time.Millisecond, 1500, 2},
	} {
		before, err := contract.Ledger(servers[0])
		require.NoError(t, err)
		atOnce(runs, 2, func(i int) {
			ctx, cancel := context.WithTimeout(t.Context(), callTime)
			defer cancel()
			key := fmt.Sprintf("again-%d-%d-%d", x.second, x.ms, i)
			var both sync.WaitGroup
			for n, c := range []*mastra.Client{clients[0], clients[x.second]} {
				both.Go(func() {
					time.Sleep(time.Duration(n) * x.gap)
					state, err := c.Workflow("entered").Run("run-of-"+key).Start(ctx, mastra.StartRequest{Input: entry{key, x.ms}})
					assert.NoError(t, outcome(state, err, mastra.RunSuccess), x.name)
				})
			}
			both.Wait()
		})
		after, err := contract.Ledger(servers[0])
		require.NoError(t, err)
		assert.Len(t, after, len(before)+x.each*runs, x.name)
	}
}
