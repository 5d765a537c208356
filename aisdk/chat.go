package aisdk

import (
	"bytes"
	"encoding/json"
	"strings"
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
	Role     string          `json:"role"`
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
}

const approvalSeparator = "::"

// ID is the approval's id in the browser, which names the run and the call.
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
	var err error
	if chat.Approvals, err = approvals(chat.Messages); err != nil {
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
			Role     string            `json:"role"`
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
	Approval   *struct {
		ID       string `json:"id"`
		Approved bool   `json:"approved"`
		Reason   string `json:"reason"`
	} `json:"approval"`
}

func (p *toolPart) isTool() bool {
	return p.Type == "dynamic-tool" || strings.HasPrefix(p.Type, "tool-")
}

// maxApprovals is how many tool calls a request may decide on: the agent is called
// once for each.
const maxApprovals = 64

// approvals collects the decisions in the assistant's messages. Of several on the
// same call the last one counts.
func approvals(messages []Message) ([]Approval, error) {
	type call struct{ runID, toolCallID string }
	var all []Approval
	known := map[call]int{} // where in all
	for _, m := range messages {
		if m.Role != "assistant" {
			continue
		}
		for _, raw := range m.Parts {
			var p toolPart
			if !decode(raw, &p) || !p.isTool() || p.State != "approval-responded" || p.Approval == nil {
				continue
			}
			at := strings.LastIndex(p.Approval.ID, approvalSeparator)
			if at <= 0 {
				continue
			}
			a := Approval{
				RunID: p.Approval.ID[:at], ToolCallID: p.Approval.ID[at+len(approvalSeparator):],
				Approved: p.Approval.Approved, Reason: p.Approval.Reason,
			}
			if a.ToolCallID == "" || a.ToolCallID != p.ToolCallID {
				continue
			}
			of := call{a.RunID, a.ToolCallID}
			if i, again := known[of]; again {
				all[i] = a
				continue
			}
			if len(all) == maxApprovals {
				return nil, badRequest("At most 64 tool calls can be decided on at once.")
			}
			known[of] = len(all)
			all = append(all, a)
		}
	}
	return all, nil
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
