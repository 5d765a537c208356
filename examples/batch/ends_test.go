package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// What a deadline has stopped is worth another try as much as what Ctrl-C has stopped.
func TestBatch_ADeadlineIsWorthAnotherTry(t *testing.T) {
	mock := mockserver.Start(t)
	mock.Inject(mockserver.Fault{Operation: "AgentGenerate", Times: -1, Skip: 5, Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var out bytes.Buffer
	var f flight
	s := summarise(&out, run(ctx, client(t, mock.URL, &f), prompts(60), &out))
	require.Positive(t, s.Failed)
	assert.Equal(t, s.Failed, s.Again, out.String())
}

func TestBatch_NothingIsBegunAfterItsContextHasEnded(t *testing.T) {
	mock := mockserver.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var f flight
	agent := client(t, mock.URL, &f).Agent("plain")
	for range 100 { // which of two ready cases a select takes is chance
		begun := 0
		generateAll[Order](ctx, agent, prompts(500), atOnce, func(done, _ int) { begun = done })
		require.Zero(t, begun)
	}
}
