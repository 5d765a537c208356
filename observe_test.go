package mastra_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
	"github.com/mastra-go/mastra/stream"
)

func TestObserve_FollowsADurableRunWhileItRuns(t *testing.T) {
	letGo := make(chan struct{})
	client, mock := onMock(t, mockserver.WithAgent(mockserver.Agent{ID: "a", Durable: true, Model: func(_ context.Context, c *mockserver.ModelCall) error {
		c.Text("one ")
		<-letGo
		c.Text("two ", "three")
		return nil
	}}))
	req := asking("go")
	req.RunID = "my-run"
	s, err := client.Agent("a").Stream(t.Context(), req)
	require.NoError(t, err)
	defer s.Close()
	for text, err := range s.Text() {
		require.NoError(t, err)
		assert.Equal(t, "one ", text)
		other := dial(t, mock.URL).Agent("a")
		watched, err := other.Observe(t.Context(), mastra.ObserveAgentRequest{RunID: "my-run"})
		require.NoError(t, err)
		var seen strings.Builder
		next := 0
		for chunk, err := range watched.Chunks() {
			require.NoError(t, err)
			v, ok := chunk.Value().(*stream.ObservedChunk)
			require.True(t, ok, "%T", chunk.Value())
			assert.Equal(t, next, v.Index)
			next++
			if piece, ok := v.Chunk.Text(); ok {
				if seen.Len() == 0 {
					close(letGo)
				}
				seen.WriteString(piece)
			}
		}
		assert.Equal(t, "one two three", seen.String())
		res, err := watched.Result()
		require.NoError(t, err)
		assert.Equal(t, "one two three", res.Text)

		rest, err := other.Observe(t.Context(), mastra.ObserveAgentRequest{RunID: "my-run", Offset: next - 2})
		require.NoError(t, err)
		count := 0
		for _, err := range rest.Chunks() {
			require.NoError(t, err)
			count++
		}
		assert.Equal(t, 2, count)
		break
	}
}

// An agent's run ends with its caller, so there is nothing to take up.
func TestAgentStream_ThatBreaksIsTruncatedAndNotAskedAgain(t *testing.T) {
	delta := "data: {\"type\":\"text-delta\",\"runId\":\"r\",\"payload\":{\"text\":\"half\"}}\n\n"
	for name, open := range map[string]func(*mastra.Agent) (*mastra.AgentStream, error){
		"stream": func(a *mastra.Agent) (*mastra.AgentStream, error) { return a.Stream(t.Context(), ask()) },
		"approve": func(a *mastra.Agent) (*mastra.AgentStream, error) {
			return a.ApproveStream(t.Context(), mastra.ApproveRequest{RunID: "r", ToolCallID: "c"})
		},
		"resume": func(a *mastra.Agent) (*mastra.AgentStream, error) {
			return a.ResumeStream(t.Context(), mastra.ResumeAgentRequest{RunID: "r", Data: 1})
		},
		"observe": func(a *mastra.Agent) (*mastra.AgentStream, error) {
			return a.Observe(t.Context(), mastra.ObserveAgentRequest{RunID: "r"})
		},
		"recover": func(a *mastra.Agent) (*mastra.AgentStream, error) {
			return a.RecoverStream(t.Context(), mastra.RecoverAgentRequest{RunID: "r"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			rt := play(answer(200, delta, "Content-Type", "text/event-stream"))
			s, err := open(inMemory(t, rt).Agent("a"))
			require.NoError(t, err)
			res, err := s.Result()
			require.ErrorIs(t, err, mastra.ErrTruncated)
			assert.Equal(t, "half", res.Text, "what came before")
			assert.Equal(t, 1, rt.attempts())
		})
	}
}

func TestNetwork_EventsAreTyped(t *testing.T) {
	rt := play(events(
		`{"type":"routing-agent-start","runId":"r","from":"NETWORK","payload":{"networkId":"router","inputData":{"task":"x"}}}`,
		`{"type":"routing-agent-end","runId":"r","from":"NETWORK","payload":{"primitiveId":"plain","primitiveType":"agent","prompt":"hi","isComplete":false}}`,
		`{"type":"agent-execution-start","runId":"r","from":"NETWORK","payload":{"agentId":"plain","args":{"prompt":"hi"}}}`,
		`{"type":"agent-execution-event-text-delta","runId":"r","from":"NETWORK","payload":{"type":"text-delta","payload":{"text":"inner"}}}`,
		`{"type":"routing-agent-text-delta","runId":"r","from":"NETWORK","payload":{"text":"the "}}`,
		`{"type":"routing-agent-text-delta","runId":"r","from":"NETWORK","payload":{"text":"end"}}`,
		`{"type":"an-event-of-tomorrow","runId":"r","payload":{"a":1}}`,
		`{"type":"network-execution-event-finish","runId":"r","from":"NETWORK","payload":{"result":"the end","isComplete":true,"completionReason":"done","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}}`,
	))
	s, err := inMemory(t, rt).Agent("router").NetworkStream(t.Context(), ask())
	require.NoError(t, err)
	var seen []string
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		switch v := chunk.Value().(type) {
		case *stream.RoutingAgentTextDelta:
			seen = append(seen, "text "+v.Text)
		case *stream.NetworkFinish:
			seen = append(seen, "finish "+v.CompletionReason)
		case *stream.Unknown:
			seen = append(seen, "unknown "+chunk.Type)
		default:
			seen = append(seen, chunk.Type)
		}
	}
	assert.Equal(t, []string{
		"routing-agent-start", "routing-agent-end", "agent-execution-start", "agent-execution-event-text-delta",
		"text the ", "text end", "unknown an-event-of-tomorrow", "finish done",
	}, seen)
	res, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, "the end", res.Text)
	assert.True(t, res.Done)
	assert.Equal(t, 3, res.Usage.TotalTokens)

	s, err = inMemory(t, play(answer(200, "data: {\"type\":\"routing-agent-start\",\"payload\":{}}\n\n", "Content-Type", "text/event-stream"))).Agent("router").NetworkStream(t.Context(), ask())
	require.NoError(t, err)
	_, err = s.Result()
	assert.ErrorIs(t, err, mastra.ErrTruncated, "a network ends with [DONE]")
}

func TestAgentThread_IsAborted(t *testing.T) {
	rt := play(answer(200, `{"aborted":true}`))
	agent := inMemory(t, rt).Agent("a")
	aborted, err := agent.AbortThread(t.Context(), mastra.AbortThreadRequest{ThreadID: "t", ResourceID: "u", ExpectedRunID: "r"})
	require.NoError(t, err)
	assert.True(t, aborted)
	assert.JSONEq(t, `{"threadId":"t","resourceId":"u","expectedRunId":"r"}`, rt.bodies[0])
	assert.Equal(t, http.MethodPost, rt.seen[0].Method)
	_, err = agent.AbortThread(t.Context(), mastra.AbortThreadRequest{})
	assert.ErrorContains(t, err, "ThreadID")
	assert.Equal(t, 1, rt.attempts())
}
