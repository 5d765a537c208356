package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/wtf8"
	"github.com/mastra-go/mastra/stream"
)

// streamOn is how a stream goes on when the model has called client tools: it runs
// them, and the stream goes on with their results, as chunks; when these have been
// read, it asks again. So the reader is told the results whatever becomes of that.
func (l *toolLoop) streamOn(ctx context.Context, b *agentBuilder, end error) (io.ReadCloser, error) {
	switch {
	case end != nil:
		return nil, end
	case l.follows != nil:
		return l.ask(ctx, b)
	}
	res := b.result()
	req, results, err := l.next(ctx, res, func() (Messages, error) {
		answer := b.transcript.take()
		if l.resumed {
			return b.taken(l.base)
		}
		return slices.Concat(l.base, answer), nil
	})
	if err != nil || req == nil {
		if res.suspended() {
			l.owner.leaves()
		}
		return nil, err
	}
	frames, err := resultFrames(results)
	if err != nil {
		return nil, err
	}
	l.follows = req
	b.transcript.told(results)
	b.calls, b.results, b.rounds = len(b.partial.ToolCalls), len(b.partial.ToolResults)+len(results), len(b.finishes)
	return io.NopCloser(bytes.NewReader(frames)), nil
}

// ask opens the stream of the request that follows.
func (l *toolLoop) ask(ctx context.Context, b *agentBuilder) (io.ReadCloser, error) {
	r := ask(l.begins(*l.follows))
	b.partial.asked, l.follows = l.follows.Messages, nil
	r.IDs, r.Extra = []string{l.agent.id}, l.extra(r.Extra)
	resp, err := l.agent.c.frames(ctx, r)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// resultFrames writes tool results as the server would: as a stream of their own.
func resultFrames(results []ToolResult) ([]byte, error) {
	var out bytes.Buffer
	for _, r := range results {
		chunk := map[string]any{"type": stream.TypeToolResult, "runId": r.RunID, "from": "AGENT"}
		payload := map[string]any{"toolCallId": r.ID, "toolName": r.Name, "args": r.Args}
		if r.Args == nil {
			delete(payload, "args")
		}
		if r.IsError {
			chunk["type"] = stream.TypeToolError
			payload["error"] = map[string]string{"name": "Error", "message": r.Err}
		} else {
			payload["result"] = r.Result
		}
		chunk["payload"] = payload
		text, err := call.Marshal(chunk)
		if err != nil {
			return nil, err
		}
		out.WriteString("data: ")
		out.Write(text)
		out.WriteString("\n\n")
	}
	out.WriteString("data: [DONE]\n\n")
	return out.Bytes(), nil
}

// transcript writes down, while a stream is read, what was said and done since the
// model was last asked, as messages.
type transcript struct {
	messages       Messages
	text           wtf8.Text
	calls, results []Part
	known          map[string]bool // calls whose results the model has been told
}

func (t *transcript) told(results []ToolResult) {
	t.known = map[string]bool{}
	for _, r := range results {
		t.known[r.ID] = true
	}
}

func (t *transcript) add(c *stream.Chunk) {
	switch c.Type {
	case stream.TypeTextDelta, stream.TypeTextStart, stream.TypeTextEnd:
		stream.AddText(&t.text, c)
		return
	case stream.TypeStepFinish, stream.TypeFinish:
		t.flush()
		return
	}
	switch v := c.Value().(type) {
	case *stream.ToolCall:
		t.call(Part{ToolCallID: v.ID, ToolName: v.Name, Input: v.Args})
	case *stream.ToolResult:
		value := v.Result
		if value == nil {
			value = json.RawMessage("null")
		}
		t.result(Part{ToolCallID: v.ID, ToolName: v.Name, Input: v.Args}, "json", value)
	case *stream.ToolErrorChunk:
		t.failure(Part{ToolCallID: v.ID, ToolName: v.Name, Input: v.Args}, v.Error)
	case *stream.ToolOutputDenied:
		var came struct {
			Approval struct {
				Reason json.RawMessage `json:"reason"`
			} `json:"approval"`
		}
		_ = json.Unmarshal(c.Payload(), &came) // it has been decoded before
		reason := jsonstring.Came(v.Approval.Reason, came.Approval.Reason)
		t.result(Part{ToolCallID: v.ID, ToolName: v.Name, Input: v.Args}, "text", jsonstring.Append(nil, reason))
	}
}

func (t *transcript) call(p Part) {
	p.Type = "tool-call"
	t.calls = append(t.calls, p)
}

// result adds a call's result, of this kind.
func (t *transcript) result(p Part, kind string, value json.RawMessage) {
	if t.known[p.ToolCallID] {
		return
	}
	p.Type, p.Output = "tool-result", &ToolOutput{Type: kind, Value: value}
	t.results = append(t.results, p)
}

func (t *transcript) failure(p Part, e stream.ErrorDetail) {
	var message wtf8.Text
	stream.AddErrorText(&message, e)
	t.result(p, "error-text", jsonstring.Append(nil, message.WTF8()))
}

// flush ends a step.
func (t *transcript) flush() {
	said := Message{Role: RoleAssistant}
	if text := t.text.WTF8(); text != "" {
		said.Content = append(said.Content, Text(text))
	}
	said.Content = append(said.Content, t.calls...)
	if len(said.Content) > 0 {
		t.messages = append(t.messages, said)
	}
	if len(t.results) > 0 {
		t.messages = append(t.messages, Message{Role: RoleTool, Content: t.results})
	}
	t.text = wtf8.Text{}
	t.calls, t.results = nil, nil
}

// take returns the messages and begins anew.
func (t *transcript) take() Messages {
	t.flush()
	messages := t.messages
	t.messages = nil
	return messages
}
