package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"

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

	mu     sync.Mutex
	runs   map[string]*agentBuilder // that are under way
	due    []*agentBuilder          // that have ended, and wait for client tools
	rounds int                      // since a run ended otherwise
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
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.runs[c.RunID]
	switch c.Type {
	case stream.TypeToolCall, stream.TypeToolResult, stream.TypeToolError, stream.TypeToolOutputDenied, stream.TypeFinish:
		if b == nil {
			b = new(agentBuilder)
			t.runs[c.RunID] = b
		}
		b.add(c)
	case stream.TypeError, stream.TypeAbort, stream.TypeTripwire:
		delete(t.runs, c.RunID)
		return
	}
	if c.Type == stream.TypeFinish {
		delete(t.runs, c.RunID)
		t.due = append(t.due, b)
	}
}

// next is a run that has ended, nil for none.
func (t *threadTools) next() *agentBuilder {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.due) == 0 {
		return nil
	}
	b := t.due[0]
	t.due = t.due[1:]
	return b
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
	if !t.agent.c.cfg().answers.claim(waits{t.agent.id, res.RunID, "client tools"}) {
		return nil, nil, nil // another subscription of this client answers
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
		StreamOptions: t.options(),
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
	return call.MergeContext(t.request.StreamOptions, map[string]any{"clientTools": t.loop.tools, "memory": memory})
}

// toolBody is a subscription in which the results of client tools stand too. Where the
// reader waits for more, it runs the tools of runs that have ended; when their results
// have been read, it sends them.
type toolBody struct {
	io.ReadCloser
	tools  *threadTools
	ctx    context.Context
	cancel context.CancelFunc

	within bool   // an event has begun and not ended
	told   []byte // events of our own that are to be read
	tail   [2]byte
	sends  func(context.Context) error
	runID  string
}

func (t *threadTools) in(ctx context.Context, body io.ReadCloser) io.ReadCloser {
	if t == nil {
		return body
	}
	b := &toolBody{ReadCloser: body, tools: t}
	b.ctx, b.cancel = context.WithCancel(ctx)
	return b
}

func (b *toolBody) Read(p []byte) (int, error) {
	if !b.within {
		if len(b.told) == 0 {
			b.prepare()
		}
		if len(b.told) > 0 {
			n := copy(p, b.told)
			b.told = b.told[n:]
			return n, nil
		}
	}
	n, err := b.ReadCloser.Read(p)
	for _, c := range p[:n] {
		if c == '\r' {
			continue
		}
		b.tail = [2]byte{b.tail[1], c}
	}
	if n > 0 {
		b.within = b.tail != [2]byte{'\n', '\n'}
	}
	return n, err
}

// prepare makes events of what has become of client tools.
func (b *toolBody) prepare() {
	if sends := b.sends; sends != nil {
		b.sends = nil
		if err := sends(b.ctx); err != nil {
			b.fail(err)
			return
		}
	}
	for len(b.told) == 0 && b.ctx.Err() == nil {
		run := b.tools.next()
		if run == nil {
			return
		}
		b.runID = run.partial.RunID
		results, sends, err := b.tools.answer(b.ctx, run)
		if err != nil {
			b.fail(err)
			return
		}
		if results == nil {
			continue
		}
		frames, err := resultFrames(results)
		if err != nil {
			b.fail(err)
			return
		}
		b.told, b.sends = bytes.TrimSuffix(frames, []byte("data: [DONE]\n\n")), sends
	}
}

// fail tells the reader that a run has no answer of its client tools.
func (b *toolBody) fail(err error) {
	if b.ctx.Err() != nil {
		return
	}
	chunk := map[string]any{
		"type": stream.TypeError, "runId": b.runID, "from": "AGENT",
		"payload": map[string]any{"error": map[string]string{"name": "ClientToolError", "message": err.Error()}},
	}
	text, _ := json.Marshal(chunk) // text always encodes
	b.told = slices.Concat([]byte("data: "), text, []byte("\n\n"))
}

// Close may come while tools run.
func (b *toolBody) Close() error {
	b.cancel()
	return b.ReadCloser.Close()
}
