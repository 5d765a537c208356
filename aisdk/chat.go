package aisdk

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/mastra-go/mastra"
)

// Trigger is what made the browser call.
type Trigger string

const (
	// Submit: the user has sent a message, or the conversation goes on after an
	// approval or the result of a tool in the browser.
	Submit Trigger = "submit-message"
	// Regenerate: the user wants another answer in place of an earlier one.
	Regenerate Trigger = "regenerate-message"
)

// Chat is what a browser asks for. All of it is the browser's word: whoever sends
// it may have made up any of it, ids included.
type Chat struct {
	// ID of the chat, as the browser knows it.
	ID      string
	Trigger Trigger
	// MessageID is the answer to replace, where the trigger is Regenerate.
	MessageID string
	// Messages of the conversation, oldest first.
	Messages []Message
	// Approvals are the decisions on tool calls that the messages hold, at most 64.
	Approvals []Approval
	// Resume is the answer to a suspended run, nil for none.
	Resume *Resume
	// Input of a workflow: any JSON, nil for none.
	Input json.RawMessage
	// Body is the whole request body, with what the page adds to it.
	Body json.RawMessage
}

// Message is a UI message of the AI SDK: what a page shows, and sends.
type Message struct {
	ID string `json:"id"`
	// Role is "user", "assistant" or "system".
	Role     mastra.Role     `json:"role"`
	Metadata json.RawMessage `json:"metadata,omitempty"`
	// Parts are JSON objects, each with a type: "text", "file", "tool-weather".
	Parts []json.RawMessage `json:"parts"`
}

// Text of the message: its text parts, joined.
func (m *Message) Text() string {
	var b strings.Builder
	for _, raw := range m.Parts {
		var part struct{ Type, Text string }
		if decode(raw, &part) && part.Type == "text" {
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

// Approval is a decision on a tool call that waits.
type Approval struct {
	RunID, ToolCallID string
	Approved          bool
	// Reason is told to the model where the call is declined.
	Reason string

	cut cutTexts
}

const approvalSeparator = "::"

// ID is the approval's id in the browser, which names the run and the call. Where
// the one ends and the other begins tells the tool call that it comes back with.
func (a Approval) ID() string { return a.RunID + approvalSeparator + a.ToolCallID }

// Resume is the answer to a run that is suspended.
type Resume struct {
	RunID string
	// ToolCallID of the call that an agent's run waits for; it may be empty.
	ToolCallID string
	// Step is the step that a workflow waits in; it may be empty.
	Step string
	// Data is the answer: any JSON.
	Data json.RawMessage
}

// badRequest is a body that is not what a browser sends.
type badRequest string

func (e badRequest) Error() string { return string(e) }

// parseChat reads a request body. It never fails on what it does not know.
func parseChat(body []byte) (Chat, error) {
	var v struct {
		ID         json.RawMessage `json:"id"`
		Trigger    json.RawMessage `json:"trigger"`
		MessageID  json.RawMessage `json:"messageId"`
		Messages   json.RawMessage `json:"messages"`
		ResumeData json.RawMessage `json:"resumeData"`
		RunID      json.RawMessage `json:"runId"`
		ToolCallID json.RawMessage `json:"toolCallId"`
		Step       json.RawMessage `json:"step"`
		InputData  json.RawMessage `json:"inputData"`
	}
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '{' || json.Unmarshal(body, &v) != nil {
		return Chat{}, badRequest("The request body must be a JSON object.")
	}
	chat := Chat{Input: present(v.InputData), Body: body}
	chat.ID, _ = textOf(v.ID)
	chat.MessageID, _ = textOf(v.MessageID)
	trigger, _ := textOf(v.Trigger)
	if chat.Trigger = Submit; Trigger(trigger) == Regenerate {
		chat.Trigger = Regenerate
	}
	chat.Messages = parseMessages(v.Messages)
	if err := chat.readApprovals(); err != nil {
		return Chat{}, err
	}
	if data := present(v.ResumeData); data != nil {
		chat.Resume = &Resume{Data: data, Step: stepPath(v.Step)}
		chat.Resume.RunID, _ = textOf(v.RunID)
		chat.Resume.ToolCallID, _ = textOf(v.ToolCallID)
		if chat.Resume.RunID == "" {
			return Chat{}, badRequest("resumeData needs a runId.")
		}
	}
	return chat, nil
}

// stepPath reads the step to resume: a name, or the names from the outside in.
func stepPath(raw json.RawMessage) string {
	var names []string
	if decode(raw, &names) {
		return strings.Join(names, ".")
	}
	name, _ := textOf(raw)
	return name
}

// parseMessages gives nil for what is not an array, and leaves out what is no
// message.
func parseMessages(raw json.RawMessage) []Message {
	var elements []json.RawMessage
	if !decode(raw, &elements) || elements == nil {
		return nil
	}
	messages := []Message{}
	for _, element := range elements {
		var m struct {
			ID       json.RawMessage   `json:"id"`
			Role     mastra.Role       `json:"role"`
			Metadata json.RawMessage   `json:"metadata"`
			Parts    []json.RawMessage `json:"parts"`
		}
		if !decode(element, &m) || m.Role == "" {
			continue
		}
		id, _ := textOf(m.ID)
		messages = append(messages, Message{ID: id, Role: m.Role, Metadata: present(m.Metadata), Parts: m.Parts})
	}
	return messages
}

// toolPart is what the parts of tool calls hold that matters here.
type toolPart struct {
	Type       string `json:"type"`
	ToolCallID string `json:"toolCallId"`
	State      string `json:"state"`
	Approval   struct {
		ID       string          `json:"id"`
		Approved *bool           `json:"approved"`
		Reason   json.RawMessage `json:"reason"`
	} `json:"approval"`
}

func (p *toolPart) isTool() bool {
	return p.Type == "dynamic-tool" || strings.HasPrefix(p.Type, "tool-")
}

// decision is what the part says of its call, and whether it says it. Both ids may
// hold the separator: only what is before the call's own id is the run's.
func (p *toolPart) decision() (Approval, bool) {
	runID, fits := strings.CutSuffix(p.Approval.ID, approvalSeparator+p.ToolCallID)
	reason, isText := pieceOf(p.Approval.Reason)
	if !fits || runID == "" || p.ToolCallID == "" || p.Approval.Approved == nil || !isText && present(p.Approval.Reason) != nil {
		return Approval{}, false
	}
	a := Approval{RunID: runID, ToolCallID: p.ToolCallID, Approved: *p.Approval.Approved}
	a.Reason = a.cut.show("reason", reason)
	return a, true
}

// maxApprovals is how many tool calls a request may decide on: the agent is called
// once for each.
const maxApprovals = 64

// readApprovals collects the decisions in the assistant's messages. Of several on
// the same call the last one counts. One that cannot be read decides nothing. Where
// the message that goes on has no other it is an error: the agent would begin a new
// turn instead.
func (c *Chat) readApprovals() error {
	type call struct{ runID, toolCallID string }
	known := map[call]int{} // where in Approvals
	for i, m := range c.Messages {
		if m.Role != "assistant" {
			continue
		}
		read, unread := 0, 0
		for _, raw := range m.Parts {
			var p toolPart
			whole := decode(raw, &p) // if not, p still has the members that fit
			if !p.isTool() || p.State != "approval-responded" {
				continue
			}
			a, ok := p.decision()
			if !ok || !whole {
				unread++
				continue
			}
			read++
			of := call{a.RunID, a.ToolCallID}
			if at, again := known[of]; again {
				c.Approvals[at] = a
				continue
			}
			if len(c.Approvals) == maxApprovals {
				return badRequest("At most 64 tool calls can be decided on at once.")
			}
			known[of] = len(c.Approvals)
			c.Approvals = append(c.Approvals, a)
		}
		if unread > 0 && read == 0 && c.Trigger == Submit && i == len(c.Messages)-1 {
			return badRequest("The decision on a tool call could not be read.")
		}
	}
	return nil
}

// last is the newest message, nil for none.
func (c *Chat) last() *Message {
	if len(c.Messages) == 0 {
		return nil
	}
	return &c.Messages[len(c.Messages)-1]
}

// continues is the id of the assistant's message that the answer goes into.
func (c *Chat) continues() string {
	if last := c.last(); last != nil && last.Role == "assistant" {
		return last.ID
	}
	return ""
}
