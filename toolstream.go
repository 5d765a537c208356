package mastra

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/internal/wtf8"
	"github.com/mastra-go/mastra/stream"
)

// streamOn is how a stream goes on when the model has called client tools: it runs
// them and asks again. The body that it returns begins with their results, as
// chunks, so that the reader of the stream sees them.
func (l *toolLoop) streamOn(ctx context.Context, b *agentBuilder, end error) (io.ReadCloser, error) {
	if end != nil {
		return nil, end
	}
	answer := b.transcript.take()
	if len(l.base) == 0 { // a run that was taken up: the server knows what came before
		answer = b.conversation()
	}
	req, results, err := l.next(ctx, b.result(), answer)
	if err != nil || req == nil {
		return nil, err
	}
	r := ask(*req)
	r.IDs, r.Extra = []string{l.agent.id}, l.extra(r.Extra)
	resp, err := l.agent.c.frames(ctx, r)
	if err != nil {
		for _, result := range results {
			b.answered(result)
		}
		return nil, err
	}
	frames, err := resultFrames(results)
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	b.transcript.told(results)
	b.calls, b.results = len(b.partial.ToolCalls), len(b.partial.ToolResults)+len(results)
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(frames), resp.Body), resp.Body}, nil
}

// resultFrames writes tool results as the server would: as events of a stream.
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
		t.calls = append(t.calls, Part{Type: "tool-call", ToolCallID: v.ID, ToolName: v.Name, Input: v.Args})
	case *stream.ToolResult:
		value := v.Result
		if value == nil {
			value = json.RawMessage("null")
		}
		t.result(Part{ToolCallID: v.ID, ToolName: v.Name, Input: v.Args}, "json", value)
	case *stream.ToolErrorChunk:
		var message wtf8.Text
		stream.AddErrorText(&message, v.Error)
		t.result(Part{ToolCallID: v.ID, ToolName: v.Name, Input: v.Args}, "error-text", jsonstring.Append(nil, message.WTF8()))
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

// result adds a call's result, of this kind.
func (t *transcript) result(p Part, kind string, value json.RawMessage) {
	if t.known[p.ToolCallID] {
		return
	}
	p.Type, p.Output = "tool-result", &ToolOutput{Type: kind, Value: value}
	t.results = append(t.results, p)
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

// conversation is all that was said, as the last finish of the stream repeats it.
func (b *agentBuilder) conversation() Messages {
	if len(b.finishes) == 0 {
		return nil
	}
	finish, ok := b.finishes[len(b.finishes)-1].Value().(*stream.Finish)
	if !ok {
		return nil
	}
	if messages := all(finish.Messages); messages != nil {
		return RawMessages(messages)
	}
	return nil
}
