package mockserver

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Model is a language model as a Go function. It reads the call's prompt and
// answers with the call's methods, in the order in which the parts are to be
// streamed. An error before the first part is a model that cannot be called; an
// error after it is a stream that breaks.
type Model func(ctx context.Context, call *ModelCall) error

// PromptMessage is a message as the model sees it.
type PromptMessage struct {
	// Role is system, user, assistant or tool.
	Role string
	// Text is the text parts, joined by one space.
	Text string
	// Outputs are the outputs of a tool message, each {"type", "value"}.
	Outputs []json.RawMessage
}

// ModelCall is one call of a model.
type ModelCall struct {
	// AgentID and ModelID say who calls which model.
	AgentID, ModelID string
	// Prompt is the conversation as models may see it: tool calls without a result
	// are not in it, and where an answer would come first a user's "." precedes it.
	Prompt []PromptMessage
	// Tools are the names of the tools that the model may call, updateWorkingMemory
	// among them where the run has a working memory.
	Tools []string

	server  *Server
	ctx     context.Context
	part    func(modelPart) error
	usage   Usage
	touched bool
	open    string // the kind of part that is open: "text", "reasoning" or ""
	calls   int
	err     error
}

// Usage is what a model call costs.
type Usage struct {
	InputTokens, OutputTokens, ReasoningTokens int
}

// modelPart is one part of a model's stream.
type modelPart struct {
	kind string
	text string
	id   string
	name string
	data any
	mime string
}

// LastUserText is the text of the last user message.
func (c *ModelCall) LastUserText() string {
	for i := len(c.Prompt) - 1; i >= 0; i-- {
		if c.Prompt[i].Role == "user" {
			return c.Prompt[i].Text
		}
	}
	return ""
}

// ToolOutputs are the outputs of all tool messages after the last user message,
// nil when there are none.
func (c *ModelCall) ToolOutputs() []json.RawMessage {
	var outputs []json.RawMessage
	for i := len(c.Prompt) - 1; i >= 0 && c.Prompt[i].Role != "user"; i-- {
		if c.Prompt[i].Role == "tool" {
			outputs = append(append([]json.RawMessage{}, c.Prompt[i].Outputs...), outputs...)
		}
	}
	return outputs
}

// Text streams pieces of text, each as one delta.
func (c *ModelCall) Text(pieces ...string) {
	c.begin("text")
	for _, piece := range pieces {
		c.send(modelPart{kind: "text-delta", id: textID, text: piece})
	}
}

// Words streams a text cut after each space.
func (c *ModelCall) Words(text string) {
	pieces := strings.SplitAfter(text, " ")
	if n := len(pieces); pieces[n-1] == "" {
		pieces = pieces[:n-1]
	}
	c.Text(pieces...)
}

// Reasoning streams pieces of reasoning, each as one delta.
func (c *ModelCall) Reasoning(pieces ...string) {
	c.begin("reasoning")
	for _, piece := range pieces {
		c.send(modelPart{kind: "reasoning-delta", id: reasoningID, text: piece})
	}
}

// Source cites a URL.
func (c *ModelCall) Source(url, title string) {
	c.begin("")
	c.send(modelPart{kind: "source", id: "s-1", text: url, name: title})
}

// File sends a file.
func (c *ModelCall) File(data []byte, contentType string) {
	c.begin("")
	c.send(modelPart{kind: "file", data: data, mime: contentType})
}

// Call calls a tool with arguments that can be written as JSON; the call ids
// count call_1, call_2, ... over the server.
func (c *ModelCall) Call(tool string, args any) {
	c.begin("")
	id := "call_" + js.Number(float64(c.server.toolCalls.Add(1)))
	text, isRaw := args.(json.RawMessage)
	if !isRaw {
		v, err := js.From(args)
		if err != nil {
			c.err = err
			return
		}
		text = js.Marshal(v)
	}
	c.calls++
	c.send(modelPart{kind: "tool-input-start", id: id, name: tool})
	c.send(modelPart{kind: "tool-input-delta", id: id, name: tool, text: string(text)})
	c.send(modelPart{kind: "tool-input-end", id: id})
	c.send(modelPart{kind: "tool-call", id: id, name: tool, text: string(text)})
}

// Object streams a value as JSON text, in pieces of 8 characters.
func (c *ModelCall) Object(v any) error {
	value, err := js.From(v)
	if err != nil {
		return err
	}
	c.Text(chop(js.String(value), 8)...)
	return nil
}

// SetUsage replaces the usage of 11 input and 7 output tokens.
func (c *ModelCall) SetUsage(u Usage) { c.usage = u }

// Sleep waits; it returns early, with ctx's error, when the run ends.
func (c *ModelCall) Sleep(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

const (
	textID      = "txt-1"
	reasoningID = "r-1"
)

// begin closes the part that is open, if it is of another kind, and opens one.
func (c *ModelCall) begin(kind string) {
	if c.open == kind && kind != "" {
		return
	}
	c.end()
	if kind != "" {
		id := textID
		if kind == "reasoning" {
			id = reasoningID
		}
		c.send(modelPart{kind: kind + "-start", id: id})
		c.open = kind
	}
}

func (c *ModelCall) end() {
	switch c.open {
	case "text":
		c.send(modelPart{kind: "text-end", id: textID})
	case "reasoning":
		c.send(modelPart{kind: "reasoning-end", id: reasoningID})
	}
	c.open = ""
}

func (c *ModelCall) send(p modelPart) {
	c.touched = true
	if c.err == nil {
		c.err = c.part(p)
	}
}

// chop cuts a text into pieces of n characters.
func chop(text string, n int) []string {
	runes := []rune(text)
	var pieces []string
	for len(runes) > n {
		pieces = append(pieces, string(runes[:n]))
		runes = runes[n:]
	}
	return append(pieces, string(runes))
}
