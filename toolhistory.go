package mastra

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/stream"
)

// Asked returns the messages that the run was asked with, the last one where client
// tools made several of it: those of the request, and, where no memory keeps them, what
// the model and the tools have said since. Who resumes a run of a durable agent without
// memory gives them again, see [ResumeAgentRequest]. A result that was read from JSON,
// and that of a resumed run, have none.
func (r *AgentResult) Asked() Messages {
	if r == nil {
		return nil
	}
	return r.asked
}

// Conversation is what was said so far, as messages: those of [AgentResult.Asked], the
// answer, and what the server's tools have returned in it. Put the next message behind
// it, for an agent without memory, or what [ToolMessage] makes of a call that waits for
// a client tool. The stream of a durable agent tells nothing of what a memory recalled.
// It is nil where it is not known: of a result that was read from JSON, and of most runs
// that were answered without the Messages of their request ([ApproveRequest]).
func (r *AgentResult) Conversation() (Messages, error) {
	switch {
	case r == nil:
		return nil, nil
	case r.Raw != nil:
		return r.said(r.asked)
	case r.conversation != nil:
		return r.asked.instructing(r.conversation)
	case r.finish == nil || len(r.asked) == 0:
		return nil, nil
	}
	return stepsSaid(r.asked, r.finish)
}

// said is the conversation to the end of a result that was asked with these messages.
func (r *AgentResult) said(asked Messages) (Messages, error) {
	var wire struct {
		Response struct {
			Messages json.RawMessage `json:"messages"`
		} `json:"response"`
		Messages json.RawMessage `json:"messages"`
	}
	if err := r.part(&wire); err != nil {
		return nil, err
	}
	if wire.Response.Messages == nil && wire.Messages != nil {
		// A durable agent tells the conversation in the form of a memory. It must stand
		// alone: the server orders such messages by their times, before any other.
		return asked.instructing(wire.Messages)
	}
	if len(asked) == 0 {
		return nil, nil // a run that was resumed tells its answer only
	}
	asked, err := asked.question() // the answer begins behind it
	if err != nil || wire.Response.Messages == nil {
		return asked, err
	}
	return append(asked, RawMessages(wire.Response.Messages)...), nil
}

// question is the messages to the last one of the user, and those behind that
// instruct the model.
func (m Messages) question() (Messages, error) {
	list, err := m.list()
	if err != nil {
		return nil, err
	}
	last := len(list) - 1
	for last >= 0 && roleOf(list[last]) != "user" {
		last--
	}
	var out Messages
	for i, message := range list {
		if i <= last || roleOf(message) == "system" {
			out = append(out, RawMessages(message)...)
		}
	}
	return out, nil
}

// instructing puts the messages that instruct the model before a conversation, which
// the server tells without them.
func (m Messages) instructing(conversation json.RawMessage) (out Messages, err error) {
	list, err := m.list()
	if err != nil {
		return nil, err
	}
	for _, message := range list {
		if roleOf(message) == "system" {
			out = append(out, RawMessages(message)...)
		}
	}
	return append(out, RawMessages(conversation)...), nil
}

// list is the messages as JSON.
func (m Messages) list() (list []json.RawMessage, err error) {
	text, err := call.Marshal(m)
	if err != nil {
		return nil, err
	}
	return list, json.Unmarshal(text, &list)
}

func roleOf(message json.RawMessage) string {
	var is struct {
		Role string `json:"role"`
	}
	_ = json.Unmarshal(message, &is) // an object, as marshal has made sure
	return is.Role
}

// taken is the conversation to the end of a run that was taken up, as the last finish
// of the stream repeats it: whole, or, of a durable agent, the steps of the run, which
// was asked with these messages. It is nil where it is not known.
func (b *agentBuilder) taken(asked Messages) (Messages, error) {
	if len(b.finishes) == 0 {
		return nil, nil
	}
	last := &b.finishes[len(b.finishes)-1]
	finish, ok := last.Value().(*stream.Finish)
	if !ok {
		return nil, nil
	}
	var told []json.RawMessage
	if messages := all(finish.Messages); messages != nil && json.Unmarshal(messages, &told) == nil && len(told) > 0 {
		return RawMessages(messages), nil
	}
	if len(asked) == 0 {
		return nil, nil
	}
	return stepsSaid(asked, last)
}

// stepsSaid adds to the messages that a run was asked with what the steps in its finish
// say, as a durable agent's has them.
func stepsSaid(asked Messages, finish *stream.Chunk) (Messages, error) {
	var payload struct {
		Output struct {
			Steps []durableStep `json:"steps"`
		} `json:"output"`
	}
	if err := json.Unmarshal(finish.Payload(), &payload); err != nil {
		return nil, failed(http.StatusBadGateway, "mastra: the steps of the run do not decode: %s", strings.TrimPrefix(call.WithoutValue(err).Error(), "json: "))
	}
	t := new(transcript)
	for _, step := range payload.Output.Steps {
		step.write(t)
	}
	return slices.Concat(asked, t.take()), nil
}

// durableStep is a step as the finish of a durable agent's run has it.
type durableStep struct {
	Text      string `json:"text"`
	ToolCalls []struct {
		ID   string          `json:"toolCallId"`
		Name string          `json:"toolName"`
		Args json.RawMessage `json:"args"`
	} `json:"toolCalls"`
	ToolResults []struct {
		ID       string              `json:"toolCallId"`
		Name     string              `json:"toolName"`
		Args     json.RawMessage     `json:"args"`
		Result   json.RawMessage     `json:"result"`
		Error    *stream.ErrorDetail `json:"error"`
		Approval *struct {
			Approved bool   `json:"approved"`
			Reason   string `json:"reason"`
		} `json:"approval"`
	} `json:"toolResults"`
}

// write adds the step to a transcript. A call without a result is one that waits.
func (s *durableStep) write(t *transcript) {
	t.text.Plain(s.Text)
	for _, c := range s.ToolCalls {
		t.call(Part{ToolCallID: c.ID, ToolName: c.Name, Input: c.Args})
	}
	for _, r := range s.ToolResults {
		p := Part{ToolCallID: r.ID, ToolName: r.Name, Input: r.Args}
		switch {
		case r.Approval != nil && !r.Approval.Approved:
			t.result(p, "text", jsonstring.Append(nil, r.Approval.Reason))
		case r.Error != nil:
			t.failure(p, *r.Error)
		case r.Result != nil:
			t.result(p, "json", r.Result)
		}
	}
	t.flush()
}
