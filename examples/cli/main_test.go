package main

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// screen is what the user sees.
type screen struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) { s.mu.Lock(); defer s.mu.Unlock(); return s.b.Write(p) }
func (s *screen) String() string              { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// server is the one at MASTRA_BASE_URL, else a mock.
func server(t *testing.T) *mastra.Agent {
	t.Helper()
	url := os.Getenv("MASTRA_BASE_URL")
	if url == "" {
		url = mockserver.Start(t).URL
	}
	client, err := mastra.New(url)
	require.NoError(t, err)
	return client.Agent("assistant")
}

// talk has a conversation, to the end of what the user types.
func talk(t *testing.T, typed ...string) string {
	t.Helper()
	var out screen
	newChat(server(t), lines(strings.NewReader(strings.Join(typed, "\n"))), make(chan os.Signal), &out).run(t.Context())
	return out.String()
}

func TestCLI_ShowsWhatTheAgentSays(t *testing.T) {
	text := talk(t, "hello", "", "again")
	assert.Contains(t, text, "You said: hello\n")
	assert.Contains(t, text, "You said: again\n")
	assert.Equal(t, 4, strings.Count(text, "\n> "), "an empty line says nothing")
}

// The demo world calls one tool for each line of a message, so these are two at once.
func TestCLI_AsksAboutTwoCallsThatWait(t *testing.T) {
	var out screen
	typed := make(chan string, 3)
	typed <- "tool:delicate {\"what\":\"launch\"}\ntool:delicate {\"what\":\"land\"}"
	typed <- "y"
	typed <- "n"
	close(typed)
	newChat(server(t), typed, make(chan os.Signal), &out).run(t.Context())
	text := out.String()
	assert.Contains(t, text, `[delicate {"what":"launch"}]`)
	assert.Contains(t, text, `run delicate {"what":"launch"}? (y/n) `)
	assert.Contains(t, text, `run delicate {"what":"land"}? (y/n) `)
	assert.Contains(t, text, `{"done":"launch"}`)
	assert.NotContains(t, text, `{"done":"land"}`)
	assert.Contains(t, text, "Tool call was not approved by the user")
}

func TestCLI_AsksTheToolsQuestion(t *testing.T) {
	text := talk(t, `tool:ask-user {"question":"Where to?"}`, "Rome")
	assert.Contains(t, text, `ask-user asks {"question":"Where to?"}: `)
	assert.Contains(t, text, `{"answer":"Rome"}`)
}

func TestCLI_AnErrorDoesNotEndIt(t *testing.T) {
	text := talk(t, "fail-model", "hello")
	assert.Contains(t, text, "error: ")
	assert.Contains(t, text, "You said: hello\n")
}

func TestCLI_InterruptStopsTheAnswer(t *testing.T) {
	var out screen
	typed, interrupts := make(chan string), make(chan os.Signal)
	done := make(chan struct{})
	go func() {
		newChat(server(t), typed, interrupts, &out).run(t.Context())
		close(done)
	}()
	typed <- "slow:100"
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "chunk-1 ") }, 10*time.Second, time.Millisecond)
	interrupts <- syscall.SIGINT
	typed <- "hello"
	require.Eventually(t, func() bool { return strings.Count(out.String(), "\n> ") == 3 }, 10*time.Second, time.Millisecond)
	assert.Contains(t, out.String(), "(stopped)")
	assert.Contains(t, out.String(), "You said: hello")
	close(typed)
	<-done
}
