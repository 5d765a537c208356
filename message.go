package mastra

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/jsonstring"
)

// Messages is what an agent is asked: a conversation, oldest first. Make it with
// [Prompt], as a literal of [User], [System], [Assistant], [UserParts] and
// [ToolMessage], or from JSON with [RawMessages].
type Messages []Message

// Message is one message of a conversation.
type Message struct {
	// ID is the message's id in memory; the server makes one where it is empty.
	// A message sent twice with the same id is stored once.
	ID   string
	Role Role
	// Content holds at least one part.
	Content []Part

	raw json.RawMessage // from RawMessages: one message, or an array of them
}

// Role says whose a message is.
type Role string

// The roles. Memory knows signals too; nobody sends them.
const (
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleSystem    Role = "system"
	RoleTool      Role = "tool"
	RoleSignal    Role = "signal"
)

// Part is one piece of a message's content: text, an image, a file, or a tool's
// call or result. Make it with [Text], [Image], [ImageURL], [File], [FileURL].
type Part struct {
	Type      string `json:"type"`
	Text      string `json:"text,omitzero"`
	Image     string `json:"image,omitzero"`
	Data      string `json:"data,omitzero"`
	MediaType string `json:"mediaType,omitzero"`
	// Filename of a file, where it has one.
	Filename   string `json:"filename,omitzero"`
	ToolCallID string `json:"toolCallId,omitzero"`
	ToolName   string `json:"toolName,omitzero"`
	// Input is the arguments of a call, and of a result those of its call.
	Input  json.RawMessage `json:"input,omitempty"`
	Output *ToolOutput     `json:"output,omitempty"`
	// ProviderOptions are for the model's provider, by its name.
	ProviderOptions map[string]any `json:"providerOptions,omitempty"`

	observed *observed
	err      error
}

// observed is what the server's trace is told of a tool that ran here.
type observed struct {
	Parent  json.RawMessage `json:"parentContext"`
	Payload struct {
		Milliseconds float64 `json:"executionDurationMs"`
		Tool         string  `json:"toolName"`
	} `json:"payload"`
}

// MarshalJSON gives the part as the server reads it: a text or a file has its
// member even where it is empty.
func (p Part) MarshalJSON() ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	type plain Part
	switch {
	case p.observed != nil:
		return call.Marshal(struct {
			plain
			Observed *observed `json:"__mastraObservability"`
		}{plain(p), p.observed})
	case !utf8.ValidString(p.Text): // half a character, which encoding/json does not know
		return call.Marshal(struct {
			plain
			Text json.RawMessage `json:"text"`
		}{plain(p), jsonstring.Append(nil, p.Text)})
	case p.Type == "text" && p.Text == "":
		return call.Marshal(struct {
			Type string `json:"type"`
			Text string `json:"text"`
		}{p.Type, p.Text})
	case p.Type == "file" && p.Data == "":
		return call.Marshal(struct {
			Type      string `json:"type"`
			Data      string `json:"data"`
			MediaType string `json:"mediaType,omitzero"`
			Filename  string `json:"filename,omitzero"`
		}{p.Type, p.Data, p.MediaType, p.Filename})
	}
	return call.Marshal(plain(p))
}

// ToolOutput is a tool's result inside a message: Type is "json", "text",
// "error-json" or "error-text".
type ToolOutput struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// Prompt is a conversation of one user message.
func Prompt(text string) Messages { return Messages{User(text)} }

// RawMessages passes messages on that are JSON already: one message or an array,
// in any form the server reads, such as the UI messages of the AI SDK's useChat.
// Text that is not JSON is an error of the call.
func RawMessages(messages []byte) Messages {
	return Messages{{raw: append(json.RawMessage{}, messages...)}}
}

// User is a message of the user.
func User(text string) Message { return Message{Role: RoleUser, Content: []Part{Text(text)}} }

// System is a message that instructs the model.
func System(text string) Message { return Message{Role: RoleSystem, Content: []Part{Text(text)}} }

// Assistant is an earlier answer of the agent.
func Assistant(text string) Message { return Message{Role: RoleAssistant, Content: []Part{Text(text)}} }

// UserParts is a message of the user with images or files in it.
func UserParts(parts ...Part) Message { return Message{Role: RoleUser, Content: parts} }

// ToolMessage tells the model what a tool that ran elsewhere has returned for a call:
// one of [AgentResult.Pending] whose kind is [PendingClientTool]. The output is encoded
// as JSON; an error goes to the model as the tool's failure.
//
// Send one for each call that waits, with [Agent.Generate] or [Agent.Stream] and the same
// ClientTools: with the same Memory these messages alone, without a memory behind
// [AgentResult.Conversation]. For a run on a thread that is followed, they are
// [ToolApprovalRequest].Messages.
//
// Of the call, ToolCallID, ToolName and Args are told: a thread stores a result together
// with the call that it belongs to, and without Args as one of {}.
func ToolMessage(p Pending, output any) Message {
	kind := "json"
	var refused error
	switch out := output.(type) {
	case error:
		kind, output = "error-text", out.Error()
	case []byte:
		refused = refuse("the output of tool %q is a []byte; for JSON make it a json.RawMessage, for a text a string", p.ToolName)
	}
	part := Part{Type: "tool-result", ToolCallID: p.ToolCallID, ToolName: p.ToolName, Input: p.Args}
	value, err := call.Marshal(output)
	switch {
	case refused != nil:
		part.err = refused
	case err != nil:
		part.err = fmt.Errorf("the output of tool %q does not encode: %w", p.ToolName, err)
	}
	part.Output = &ToolOutput{Type: kind, Value: value}
	return Message{Role: RoleTool, Content: []Part{part}}
}

// Text is a part that is text.
func Text(text string) Part { return Part{Type: "text", Text: text} }

// Image is a part that holds a whole image of the media type given, such as
// "image/png". It travels as base64 in the request.
func Image(data []byte, mediaType string) Part {
	return Part{Type: "image", Image: base64.StdEncoding.EncodeToString(data), MediaType: mediaType}
}

// ImageURL is a part that is an image at a URL, which the server fetches; a data: URL
// will do. The server takes an image without a MediaType for a JPEG: set it for another,
// but for a data: URL, which says what it is.
//
// An image that cannot be fetched fails the call, and on a thread every later one: the
// message is stored.
func ImageURL(url string) Part {
	p := Part{Type: "image", Image: url}
	if data, ok := strings.CutPrefix(url, "data:"); ok {
		about, _, _ := strings.Cut(data, ",")
		p.MediaType, _, _ = strings.Cut(about, ";")
	}
	return p
}

// File is a part that holds a whole file of the media type given, such as
// "application/pdf". It travels as base64 in the request. Filename may be set.
func File(data []byte, mediaType string) Part {
	return Part{Type: "file", Data: base64.StdEncoding.EncodeToString(data), MediaType: mediaType}
}

// FileURL is a part that is a file at a URL, which the server fetches. One that cannot
// be fetched fails the call, as with [ImageURL].
func FileURL(url, mediaType string) Part { return Part{Type: "file", Data: url, MediaType: mediaType} }

// MarshalJSON gives the array that the server reads.
func (m Messages) MarshalJSON() ([]byte, error) {
	out := []byte{'['}
	for _, message := range m {
		one, err := message.MarshalJSON()
		if err != nil {
			return nil, err
		}
		if one = bytes.TrimSpace(one); len(one) > 0 && one[0] == '[' {
			one = bytes.TrimSpace(one[1 : len(one)-1])
		}
		if len(one) == 0 {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, one...)
	}
	return append(out, ']'), nil
}

// MarshalJSON gives the message as the server reads it: plain text as a string,
// everything else as parts.
func (m Message) MarshalJSON() ([]byte, error) {
	if m.raw != nil {
		return m.raw, checkRaw(m.raw)
	}
	wire := struct {
		ID      string `json:"id,omitzero"`
		Role    Role   `json:"role"`
		Content any    `json:"content"`
	}{m.ID, m.Role, m.Content}
	if len(m.Content) == 1 && m.Content[0].Type == "text" {
		wire.Content = json.RawMessage(jsonstring.Append(nil, m.Content[0].Text))
	} else if m.Content == nil {
		wire.Content = []Part{}
	}
	return call.Marshal(wire)
}

// checkRaw accepts one JSON object, or an array of them.
func checkRaw(text []byte) error {
	text = bytes.TrimSpace(text)
	isObject := func(one json.RawMessage) bool { return one[0] == '{' }
	valid := json.Valid(text)
	if valid && text[0] == '[' {
		var all []json.RawMessage
		valid = json.Unmarshal(text, &all) == nil && !slices.ContainsFunc(all, func(one json.RawMessage) bool { return !isObject(one) })
	} else {
		valid = valid && isObject(text)
	}
	if !valid {
		return errors.New("RawMessages takes a message as a JSON object, or an array of them; for a text use Prompt or User")
	}
	return nil
}

// MemoryRef says which conversation an agent call belongs to.
type MemoryRef struct {
	// ThreadID is the thread's id. It is created when it does not exist; to give it
	// a title or metadata, call [Memory.CreateThread] first.
	ThreadID string
	// ResourceID is the id of who owns the thread, usually a user. The server
	// needs it, and answers 403 for a thread of another resource.
	ResourceID string
	// ReadOnly reads the memory and saves nothing.
	ReadOnly bool
	// Options override the agent's memory options, such as lastMessages.
	Options map[string]any
}

// MarshalJSON puts ReadOnly where the server reads it, among the options.
func (m MemoryRef) MarshalJSON() ([]byte, error) {
	options := m.Options
	if m.ReadOnly {
		options = call.MergeContext(options, map[string]any{"readOnly": true})
	}
	return call.Marshal(struct {
		Thread   string         `json:"thread"`
		Resource string         `json:"resource,omitzero"`
		Options  map[string]any `json:"options,omitempty"`
	}{m.ThreadID, m.ResourceID, options})
}
