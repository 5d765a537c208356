package contract_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// savedAnswer waits until a thread holds an answer and returns its text.
func savedAnswer(t testing.TB, c *mastra.Client, ref mastra.MemoryRef) (text string) {
	t.Helper()
	thread := c.Memory("assistant").ForResource(ref.ResourceID).Thread(ref.ThreadID)
	until(t, "the answer is saved", func() bool {
		page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
		require.NoError(t, err)
		for _, m := range page.Messages {
			if m.Role == "assistant" {
				text = m.Text()
				return true
			}
		}
		return false
	})
	return text
}

// until asks again and again until something is so that nothing announces.
func until(t testing.TB, what string, so func() bool) {
	t.Helper()
	ctx := within(t)
	for !so() {
		select {
		case <-ctx.Done():
			require.Fail(t, "waited in vain until "+what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestDisconnect_StopsAnAgent(t *testing.T) {
	t.Parallel()
	const pieces = 100
	for name, leave := range map[string]func(context.CancelFunc, *mastra.AgentStream){
		"by closing the stream":     func(_ context.CancelFunc, s *mastra.AgentStream) { _ = s.Close() },
		"by cancelling its context": func(cancel context.CancelFunc, s *mastra.AgentStream) { cancel(); _, _ = s.Result() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t)
			ref := mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
			req := ask("slow:100")
			req.Memory = &ref
			ctx, cancel := context.WithCancel(within(t))
			defer cancel()
			s, err := c.Agent("assistant").Stream(ctx, req)
			s = opened(t, s, err)
			for chunk, err := range s.Chunks() {
				require.NoError(t, err)
				if text, ok := chunk.Text(); ok && text == "chunk-2 " {
					leave(cancel, s)
					break
				}
			}
			saved := savedAnswer(t, c, ref)
			assert.True(t, strings.HasPrefix(saved, "chunk-0 chunk-1 chunk-2 "), saved)
			assert.Less(t, strings.Count(saved, "chunk-"), pieces, "the agent has gone on to its end")
		})
	}
}

func TestDisconnect_LetsAWorkflowGoOn(t *testing.T) {
	t.Parallel()
	c := client(t)
	key := unique("key")
	run := c.Workflow("counted").NewRun()
	s, err := run.Stream(within(t), mastra.StartRequest{Input: countedInput{key, 300}})
	require.NoError(t, err)
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		if chunk.Type == "workflow-step-start" {
			break // closes the stream
		}
	}
	_, err = s.Result()
	require.ErrorIs(t, err, mastra.ErrClosed)
	assert.Zero(t, countOf(t, c, key), "the step is still at work")
	state, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
	assert.Equal(t, 1, countOf(t, c, key))
}

func TestDurable_StreamStaysOpenWhileAToolCallWaits(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("durable")
	s := asked(t, agent, vase)
	var text strings.Builder
	approved := false
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		switch chunk.Type {
		case "tool-call-approval":
			pending := mastra.ApproveRequest{RunID: s.RunID(), ToolCallID: chunk.Value().(*stream.ToolCallApproval).Pending().ToolCallID}
			res, err := agent.Approve(within(t), pending)
			require.NoError(t, err)
			assert.Equal(t, saidVase, res.Text)
			approved = true
		case "text-delta":
			piece, _ := chunk.Text()
			text.WriteString(piece)
		}
	}
	assert.True(t, approved)
	assert.Equal(t, saidVase, text.String(), "the stream goes on after the approval")
}

func TestIdleTimeout_EndsAnIdleStream(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("durable")
	s, err := agent.Stream(within(t), ask(vase), mastra.WithIdleTimeout(300*time.Millisecond))
	res, err := opened(t, s, err).Result()
	require.ErrorIs(t, err, mastra.ErrIdleTimeout)
	require.Len(t, res.Pending(), 1, "what came before is known")
	assert.Equal(t, 504, mastra.HTTPStatus(err))
}
