package mockserver

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Model is a language model as a Go function. It reads the call's prompt and
// answers with the call's methods, in the order in which the parts are to be
// streamed. An error before the first part is a model that cannot be called, a
// *ModelError one whose provider answers something else; an error after it is a
// stream that breaks.
type Model func(ctx context.Context, call *ModelCall) error

// Role says whose a message is.
type Role string

// The roles.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// PromptMessage is a message as the model sees it.
type PromptMessage struct {
	Role Role
	// Text is the text parts, joined by one space.
	Text string
	// Calls are the tool calls of an assistant's message; of a tool message those that
	// its Outputs belong to, one for each.
	Calls []PromptCall
	// Outputs are the outputs of a tool message, each {"type", "value"}.
	Outputs []json.RawMessage

	traced string // what a trace shows of it
}

// PromptCall is a tool call as the model sees it.
type PromptCall struct {
	ID, Tool string
	// Args is the input that the tool was called with.
	Args json.RawMessage
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
	// Schema is the JSON Schema that the answer is to fit, nil where any text will do.
	Schema json.RawMessage

	requestContext *js.Object
	server         *Server
	ctx            context.Context
	part           func(modelPart) error
	usage          Usage
	finish         FinishReason
	touched        bool
	open           modelPart // the part that is open; its kind is "text", "reasoning" or ""
	counts         map[string]int
	err            error
}

// Usage is what a model call costs.
type Usage struct {
	InputTokens, OutputTokens, ReasoningTokens, CachedInputTokens int
}

// FinishReason is why a model ended, see ModelCall.SetFinishReason.
type FinishReason string

// The finish reasons of models.
const (
	FinishStop          FinishReason = "stop"
	FinishLength        FinishReason = "length"
	FinishContentFilter FinishReason = "content-filter"
	FinishToolCalls     FinishReason = "tool-calls"
	FinishError         FinishReason = "error"
	FinishOther         FinishReason = "other"
)

// modelPart is one part of a model's stream.
type modelPart struct {
	kind      string
	text      string
	id        string
	name      string
	data      any
	mediaType string
}

// RequestContext returns one value of the request context as JSON, nil when it is
// absent.
func (c *ModelCall) RequestContext(key string) json.RawMessage {
	return memberOf(c.requestContext, key)
}

// LastUserText is the text of the last user message.
func (c *ModelCall) LastUserText() string {
	for i := len(c.Prompt) - 1; i >= 0; i-- {
		if c.Prompt[i].Role == RoleUser {
			return c.Prompt[i].Text
		}
	}
	return ""
}

// ToolOutputs are the outputs of all tool messages after the last user message,
// nil when there are none.
func (c *ModelCall) ToolOutputs() []json.RawMessage {
	var outputs []json.RawMessage
	for i := len(c.Prompt) - 1; i >= 0 && c.Prompt[i].Role != RoleUser; i-- {
		if c.Prompt[i].Role == RoleTool {
			outputs = append(append([]json.RawMessage{}, c.Prompt[i].Outputs...), outputs...)
		}
	}
	return outputs
}

// Text streams pieces of text, each as one delta; an empty piece is not sent. Pieces
// cuts a text within characters, which JavaScript does too.
func (c *ModelCall) Text(pieces ...string) { c.stream("text", pieces) }

// Words streams a text cut after each space.
func (c *ModelCall) Words(text string) {
	pieces := strings.SplitAfter(text, " ")
	if n := len(pieces); pieces[n-1] == "" {
		pieces = pieces[:n-1]
	}
	c.Text(pieces...)
}

// Reasoning streams pieces of reasoning, each as one delta.
func (c *ModelCall) Reasoning(pieces ...string) { c.stream("reasoning", pieces) }

// Source cites a URL.
func (c *ModelCall) Source(url, title string) {
	c.end()
	c.send(modelPart{kind: "source", id: c.id("s"), text: url, name: title})
}

// File sends a file of the media type given, such as "text/plain".
func (c *ModelCall) File(data []byte, mediaType string) {
	c.end()
	c.send(modelPart{kind: "file", data: data, mediaType: mediaType})
}

// Call calls a tool with arguments that can be written as JSON; the call ids
// count call_1, call_2, ... over the server.
func (c *ModelCall) Call(tool string, args any) {
	v, err := js.From(args)
	if raw, ok := args.(json.RawMessage); ok {
		c.CallInPieces(tool, string(raw))
	} else if err != nil {
		c.err = err
	} else {
		c.CallInPieces(tool, js.String(v))
	}
}

// CallInPieces calls a tool with arguments that are streamed as pieces of JSON,
// each as one delta. What they give together need not be JSON, as a model's does
// not need to be: the server mends or drops it.
func (c *ModelCall) CallInPieces(tool string, pieces ...string) {
	c.end()
	id := "call_" + js.Number(float64(c.server.toolCalls.Add(1)))
	c.send(modelPart{kind: "tool-input-start", id: id, name: tool})
	for _, piece := range pieces {
		if piece != "" {
			c.send(modelPart{kind: "tool-input-delta", id: id, name: tool, text: piece})
		}
	}
	c.send(modelPart{kind: "tool-input-end", id: id})
	c.send(modelPart{kind: "tool-call", id: id, name: tool, text: js.Join(pieces...)})
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

// SetFinishReason says why the model ended, FinishLength for example; by default
// FinishToolCalls where it has called a tool, and FinishStop where it has not.
func (c *ModelCall) SetFinishReason(reason FinishReason) { c.finish = reason }

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

// idPrefixes begin the ids of what a model streams.
var idPrefixes = map[string]string{"text": "txt", "reasoning": "r"}

// id gives the next id of a kind of part.
func (c *ModelCall) id(prefix string) string {
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	c.counts[prefix]++
	return prefix + "-" + strconv.Itoa(c.counts[prefix])
}

// stream sends pieces of the part that is open, or opens one of that kind.
func (c *ModelCall) stream(kind string, pieces []string) {
	if c.open.kind != kind {
		c.end()
		c.open = modelPart{kind: kind, id: c.id(idPrefixes[kind])}
		c.send(modelPart{kind: kind + "-start", id: c.open.id})
	}
	for _, piece := range pieces {
		if piece != "" || kind == "reasoning" {
			c.send(modelPart{kind: kind + "-delta", id: c.open.id, text: piece})
		}
	}
}

// end closes the part that is open.
func (c *ModelCall) end() {
	if c.open.kind != "" {
		c.send(modelPart{kind: c.open.kind + "-end", id: c.open.id})
	}
	c.open = modelPart{}
}

func (c *ModelCall) send(p modelPart) {
	c.touched = true
	if c.err == nil {
		c.err = c.part(p)
	}
}

// chop cuts a text into pieces of n characters.
func chop(text string, n int) []string {
	chars := js.Characters(text)
	var pieces []string
	for len(chars) > n {
		pieces = append(pieces, strings.Join(chars[:n], ""))
		chars = chars[n:]
	}
	return append(pieces, strings.Join(chars, ""))
}
