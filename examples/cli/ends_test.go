package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A line that is longer than bufio.Scanner's 64 KiB must not look like Ctrl-D.
func TestCLI_ALongLineDoesNotEndIt(t *testing.T) {
	text := talk(t, "hello", strings.Repeat("x", 70_000), "again")
	assert.Contains(t, text, "You said: again\n")
}

func TestCLI_EndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := newChat(server(t), make(chan string), make(chan os.Signal), new(screen))
	done := make(chan struct{})
	go func() { c.run(ctx); close(done) }()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
		t.Fatal("it goes on waiting for a line")
	}
}
