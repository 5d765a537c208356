package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/stream"
)

// threadTools runs the client tools that runs on a thread call, for one who follows the
// thread: such a run ends with the calls, and what gives the model their results starts
// another.
type threadTools struct {
	agent   *Agent // with the options of the call
	request SubscribeThreadRequest
	loop    *toolLoop

	runs   map[string]*agentBuilder // that are under way and have called tools
	due    []*agentBuilder          // that have ended, and may wait for client tools
	rounds int                      // since a run ended otherwise
	sends  func(context.Context) error
	runID  string // that the results are of
}

func newThreadTools(a *Agent, req SubscribeThreadRequest) (*threadTools, error) {
	if len(req.ClientTools) == 0 {
		return nil, nil
	}
	if req.ResourceID == "" {
		return nil, refuse("SubscribeThreadRequest.ResourceID is empty; the results of ClientTools go to the thread of a resource")
	}
	for _, name := range []string{"clientTools", "memory"} {
		if _, twice := req.StreamOptions[name]; twice {
			return nil, refuse("SubscribeThreadRequest.StreamOptions names %q, which is set by the client", name)
		}
	}
	loop, err := newToolLoop(a, AgentRequest{
		ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds, Memory: &MemoryRef{ThreadID: req.ThreadID, ResourceID: req.ResourceID},
	})
	if err != nil {
		return nil, err
	}
	return &threadTools{agent: a, request: req, loop: loop, runs: map[string]*agentBuilder{}}, nil
}

// see takes note of a chunk of the subscription.
func (t *threadTools) see(c *stream.Chunk) {
	if t == nil || c.RunID == "" {
		return
	}
	b := t.runs[c.RunID]
	switch c.Type {
	case stream.TypeToolCall:
		if b == nil {
			b = new(agentBuilder)
			t.runs[c.RunID] = b
		}
		if v, ok := c.Value().(*stream.ToolCall); ok && b.called(v.ID) {
			return // the server tells a run that is under way again, to who subscribes again
		}
		b.add(c)
	case stream.TypeToolResult, stream.TypeToolError, stream.TypeToolOutputDenied:
		if b != nil {
			b.add(c)
		}
	case stream.TypeFinish:
		if b == nil {
			b = new(agentBuilder)
		}
		b.add(c)
		delete(t.runs, c.RunID)
		t.due = append(t.due, b)
	case stream.TypeError, stream.TypeAbort, stream.TypeTripwire:
		delete(t.runs, c.RunID)
	}
}

// answer runs the client tools that a run waits for. It returns the results, and what
// sends them; nothing where the run waits for none of them.
func (t *threadTools) answer(ctx context.Context, b *agentBuilder) ([]ToolResult, func(context.Context) error, error) {
	res := b.result()
	calls := t.loop.calls(res)
	if len(calls) == 0 {
		t.rounds = 0
		return nil, nil, nil
	}
	if !t.agent.c.cfg().answers.claim(toolsOf(res.RunID)) {
		return nil, nil, nil // another subscription of this client answers, or whoever asked
	}
	if t.rounds++; t.rounds > t.loop.limit() {
		t.rounds = 0
		return nil, nil, fmt.Errorf("%w: %d rounds", ErrToolRounds, t.loop.limit())
	}
	if err := t.loop.askMemory(ctx); err != nil {
		return nil, nil, err
	}
	answers := t.loop.run(ctx, calls)
	if ctx.Err() != nil {
		return nil, nil, call.ContextError(ctx)
	}
	results, parts := told(res, answers)
	approval := ToolApprovalRequest{
		ThreadID: t.request.ThreadID, ResourceID: t.request.ResourceID, ToolCallID: calls[0].ToolCallID, Approved: true,
		StreamOptions: t.options(), ClientTools: t.request.ClientTools,
	}
	for i, a := range answers {
		said := Part{Type: "tool-call", ToolCallID: a.ID, ToolName: a.Name, Input: a.Args}
		approval.Messages = append(approval.Messages, Message{Role: RoleAssistant, Content: []Part{said, parts[i]}})
	}
	return results, func(ctx context.Context) error {
		_, err := t.agent.SendToolApproval(ctx, approval)
		return err
	}, nil
}

// options are those of the run that goes on.
func (t *threadTools) options() map[string]any {
	memory := MemoryRef{ThreadID: t.request.ThreadID, ResourceID: t.request.ResourceID}
	if t.loop.remember != nil { // the prompt must not fall out of what the memory recalls
		memory.Options = map[string]any{"lastMessages": *t.loop.remember + 1 + 2*t.rounds}
	}
	return call.MergeContext(t.request.StreamOptions, map[string]any{"memory": memory})
}

// insert is what a subscription's reader is told before it waits for more: the results
// of the client tools of a run that has ended. When they have been read, it sends them.
func (t *threadTools) insert(ctx context.Context) []byte {
	if sends := t.sends; sends != nil {
		t.sends = nil
		if err := sends(ctx); err != nil {
			return t.failure(ctx, err)
		}
	}
	for len(t.due) > 0 && ctx.Err() == nil {
		run := t.due[0]
		t.due = t.due[1:]
		t.runID = run.partial.RunID
		results, sends, err := t.answer(ctx, run)
		if err != nil {
			return t.failure(ctx, err)
		}
		if results == nil {
			continue
		}
		frames, err := resultFrames(results)
		if err != nil {
			return t.failure(ctx, err)
		}
		t.sends = sends
		return bytes.TrimSuffix(frames, []byte("data: [DONE]\n\n"))
	}
	return nil
}

// failure tells the reader that a run has no answer of its client tools.
func (t *threadTools) failure(ctx context.Context, err error) []byte {
	if ctx.Err() != nil {
		return nil
	}
	chunk := map[string]any{
		"type": stream.TypeError, "runId": t.runID, "from": "AGENT",
		"payload": map[string]any{"error": map[string]string{"name": "ClientToolError", "message": err.Error()}},
	}
	text, _ := json.Marshal(chunk) // text always encodes
	return slices.Concat([]byte("data: "), text, []byte("\n\n"))
}
