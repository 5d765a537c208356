package turn_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/internal/turn"
)

func TestTake_LetsOneAtATimeThrough(t *testing.T) {
	var turns turn.Turns[int]
	var all sync.WaitGroup
	inside := [2]int{}
	for i := range 200 {
		all.Go(func() {
			key := i % 2
			end, err := turns.Take(t.Context(), key)
			if assert.NoError(t, err) {
				inside[key]++ // the race detector tells of two
				end()
				end()
			}
		})
	}
	all.Wait()
	assert.Equal(t, [2]int{100, 100}, inside)
}

func TestTake_EndsWithItsContext(t *testing.T) {
	var turns turn.Turns[string]
	end, err := turns.Take(t.Context(), "a")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = turns.Take(ctx, "a")
	assert.ErrorIs(t, err, context.Canceled)
	end()
	again, err := turns.Take(t.Context(), "a")
	require.NoError(t, err)
	again()
}
