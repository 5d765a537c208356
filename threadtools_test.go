package mastra_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// runOf is a run of a thread that calls a tool for each of these ids, in the events of a
// subscription; with none it has answered.
func runOf(run string, calls ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "data: {\"type\":\"start\",\"runId\":%q}\n\n", run)
	reason := "stop"
	for _, id := range calls {
		reason = "tool-calls"
		fmt.Fprintf(&b, "data: {\"type\":\"tool-call\",\"runId\":%q,\"payload\":{\"toolCallId\":%q,\"toolName\":\"lookup\",\"args\":{\"id\":7}}}\n\n", run, id)
	}
	fmt.Fprintf(&b, "data: {\"type\":\"finish\",\"runId\":%q,\"payload\":{\"stepResult\":{\"reason\":%q},\"output\":{}}}\n\n", run, reason)
	return b.String()
}

// thread is a server on which one thread is followed.
type thread struct {
	mu        sync.Mutex
	answers   []map[string]any // what send-tool-approval was sent
	status    int              // of its answer
	next      []string         // what follows each
	feed      chan string
	subscribe func(n int, w http.ResponseWriter, r *http.Request)
	n         int
}

func (th *thread) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	th.mu.Lock()
	defer th.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/memory/config") {
		say(w, 200, `{"config":{"lastMessages":10}}`)
		return
	}
	if strings.HasSuffix(r.URL.Path, "/send-tool-approval") {
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		th.answers = append(th.answers, body)
		if th.status != 0 {
			say(w, th.status, `{"error":"no such thread"}`)
			return
		}
		say(w, 200, `{"accepted":true,"runId":"next"}`)
		if len(th.next) > 0 {
			th.feed <- th.next[0]
			th.next = th.next[1:]
		}
		return
	}
	th.n++
	n := th.n
	th.mu.Unlock()
	defer th.mu.Lock()
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, ": connected\n\n")
	w.(http.Flusher).Flush()
	if th.subscribe != nil {
		th.subscribe(n, w, r)
		return
	}
	th.tell(w, r)
}

// tell sends what the thread is fed with.
func (th *thread) tell(w http.ResponseWriter, r *http.Request) {
	for {
		select {
		case text := <-th.feed:
			_, _ = io.WriteString(w, text)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// lookups is a client tool that counts.
func lookups(saw *[]int) []mastra.ClientTool {
	var mu sync.Mutex
	return []mastra.ClientTool{mastra.NewClientTool("lookup", "", func(_ context.Context, in struct {
		ID int `json:"id"`
	}) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		*saw = append(*saw, in.ID)
		return "found", nil
	})}
}

// kindsUntil reads a subscription to the first chunk of a type, and lists what was read.
func kindsUntil(t *testing.T, s *mastra.AgentStream, last string) (kinds []string, _ stream.Chunk) {
	t.Helper()
	for {
		chunk, err := s.Next()
		require.NoError(t, err)
		kinds = append(kinds, chunk.Type)
		if chunk.Type == last {
			return kinds, chunk
		}
	}
}

func followThread(t *testing.T, th *thread, req mastra.SubscribeThreadRequest, opts ...mastra.ClientOption) *mastra.AgentStream {
	t.Helper()
	th.feed = make(chan string, 10)
	req.ThreadID, req.ResourceID = "t", "u"
	s, err := serve(t, th.ServeHTTP, opts...).Agent("a").SubscribeThread(t.Context(), req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestSubscribeThread_AnswersClientTools(t *testing.T) {
	var saw []int
	th := &thread{next: []string{runOf("r2")}}
	s := followThread(t, th, mastra.SubscribeThreadRequest{ClientTools: lookups(&saw), StreamOptions: map[string]any{"maxSteps": 3}})
	th.feed <- runOf("r1", "c1")
	kinds, _ := kindsUntil(t, s, "tool-result")
	assert.Equal(t, []string{"start", "tool-call", "finish", "tool-result"}, kinds)
	assert.Empty(t, th.answers, "the reader is told first")
	_, err := s.Next()
	require.NoError(t, err)
	assert.Equal(t, []int{7}, saw)
	require.Len(t, th.answers, 1)
	sent, err := json.Marshal(th.answers[0])
	require.NoError(t, err)
	assert.JSONEq(t, `{"threadId":"t","resourceId":"u","toolCallId":"c1","approved":true,
		"messages":[{"role":"assistant","content":[
			{"type":"tool-call","toolCallId":"c1","toolName":"lookup","input":{"id":7}},
			{"type":"tool-result","toolCallId":"c1","toolName":"lookup","input":{"id":7},"output":{"type":"json","value":"found"}}]}],
		"streamOptions":{"maxSteps":3,"memory":{"thread":"t","resource":"u","options":{"lastMessages":13}},
			"clientTools":{"lookup":{"id":"lookup","inputSchema":{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"],"additionalProperties":false},"outputSchema":{"type":"string"}}}}}`, string(sent))
}

func TestSubscribeThread_AnAnswerThatFailsIsAChunk(t *testing.T) {
	var saw []int
	th := &thread{status: 404}
	s := followThread(t, th, mastra.SubscribeThreadRequest{ClientTools: lookups(&saw)})
	th.feed <- runOf("r1", "c1")
	kinds, last := kindsUntil(t, s, "error")
	assert.Equal(t, []string{"start", "tool-call", "finish", "tool-result", "error"}, kinds)
	failed := last.Value().(*stream.ErrorChunk).Err()
	assert.Equal(t, "r1", failed.RunID)
	assert.Contains(t, failed.Error(), "send-tool-approval: 404 Not Found: no such thread")
	th.feed <- runOf("r2")
	kinds, _ = kindsUntil(t, s, "finish")
	assert.Equal(t, []string{"start", "finish"}, kinds, "and it goes on")
}

func TestSubscribeThread_RoundsOfClientToolsAreBounded(t *testing.T) {
	var saw []int
	th := &thread{next: []string{runOf("r2", "c2"), runOf("r3", "c3"), runOf("r4", "c4")}}
	s := followThread(t, th, mastra.SubscribeThreadRequest{ClientTools: lookups(&saw), MaxToolRounds: 2})
	th.feed <- runOf("r1", "c1")
	_, last := kindsUntil(t, s, "error")
	assert.Contains(t, last.Value().(*stream.ErrorChunk).Err().Error(), mastra.ErrToolRounds.Error())
	assert.Len(t, saw, 2)
}

// The same run told of twice, as behind a break, and calls that are somebody else's.
func TestSubscribeThread_RunsAToolOnceForARun(t *testing.T) {
	var saw []int
	th := &thread{}
	th.subscribe = func(n int, w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, runOf("r1", "c1"))
		if n == 1 {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, strings.ReplaceAll(runOf("r2", "c2"), "lookup", "other")+runOf("r3"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	s := followThread(t, th, mastra.SubscribeThreadRequest{ClientTools: lookups(&saw)})
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		if chunk.RunID == "r3" && chunk.Type == "finish" {
			break
		}
	}
	assert.Equal(t, []int{7}, saw)
	assert.Len(t, th.answers, 1)
}

func TestSubscribeThread_CloseEndsATool(t *testing.T) {
	th := &thread{}
	running := make(chan struct{})
	tool := mastra.NewClientTool("lookup", "", func(ctx context.Context, _ struct {
		ID int `json:"id"`
	}) (string, error) {
		close(running)
		<-ctx.Done()
		return "late", nil
	})
	s := followThread(t, th, mastra.SubscribeThreadRequest{ClientTools: []mastra.ClientTool{tool}})
	th.feed <- runOf("r1", "c1")
	done := make(chan error)
	go func() {
		var last error
		for _, err := range s.Chunks() {
			last = err
		}
		done <- last
	}()
	<-running
	require.NoError(t, s.Close())
	select {
	case err := <-done:
		require.ErrorIs(t, err, mastra.ErrClosed)
	case <-time.After(5 * time.Second):
		t.Fatal("it waits")
	}
	th.mu.Lock()
	defer th.mu.Unlock()
	assert.Empty(t, th.answers)
}

func TestSubscribeThread_RefusesClientToolsThatCannotBe(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	var saw []int
	for want, do := range map[string]func() error{
		"the results of ClientTools go to the thread of a resource": func() error {
			_, err := c.Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t", ClientTools: lookups(&saw)})
			return err
		},
		`StreamOptions names "memory"`: func() error {
			_, err := c.Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u", ClientTools: lookups(&saw), StreamOptions: map[string]any{"memory": 1}})
			return err
		},
		"two client tools have the name": func() error {
			_, err := c.Agent("a").SendMessage(t.Context(), mastra.SendMessageRequest{RunID: "r", Message: "m", IfIdle: &mastra.IfIdle{ClientTools: append(lookups(&saw), lookups(&saw)...)}})
			return err
		},
		`IfIdle.StreamOptions names "clientTools"`: func() error {
			_, err := c.Agent("a").SendMessage(t.Context(), mastra.SendMessageRequest{RunID: "r", Message: "m", IfIdle: &mastra.IfIdle{ClientTools: lookups(&saw), StreamOptions: map[string]any{"clientTools": 1}}})
			return err
		},
	} {
		err := do()
		require.ErrorIs(t, err, mastra.ErrInvalidInput, want)
		assert.ErrorContains(t, err, want)
	}
}
