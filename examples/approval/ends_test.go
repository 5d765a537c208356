package main

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// main catches Ctrl-C and ends ctx with it, so a question has to look at ctx too.
func TestApproval_EndsWithItsContextAtAQuestion(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, typing := io.Pipe()
	t.Cleanup(func() { typing.Close() })
	asked, out := io.Pipe()
	client := server(t)
	done := make(chan error, 1)
	go func() { done <- run(ctx, client, in, out) }()
	_, err := asked.Read(make([]byte, 1)) // the first question
	require.NoError(t, err)
	asked.Close()
	cancel()
	select {
	case err := <-done:
		assert.ErrorIs(t, err, context.Canceled)
	case <-time.After(2 * time.Second):
		t.Fatal("it goes on waiting for an answer")
	}
}
