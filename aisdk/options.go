package aisdk

import (
	"encoding/json"
	"strings"

	"github.com/mastra-go/mastra/internal/wtf8"
	"github.com/mastra-go/mastra/stream"
)

// Version is the major version of the AI SDK in the browser.
type Version int

// The versions. The zero Version is V6.
const (
	V5 Version = 5
	V6 Version = 6
	V7 Version = 7
)

// v5 tells that the client refuses the parts for approvals, which came with V6.
func (v Version) v5() bool { return v == V5 }

// Source is the kind of stream that chunks come from.
type Source int

// The sources. The zero Source is FromAgent.
const (
	// FromAgent is what [mastra.Agent.Stream], ResumeStream and Observe give.
	FromAgent Source = iota
	// FromWorkflow is what [mastra.Workflow.Stream] and the streams of a
	// [mastra.Run] give.
	FromWorkflow
	// FromNetwork is what [mastra.Agent.NetworkStream] gives.
	FromNetwork
)

// Display says what a browser gets to see of an answer, while it is written and
// when it is read back. The zero Display suits a browser with version 6 or 7.
type Display struct {
	// Version of the AI SDK in the browser. Default: V6.
	Version Version
	// SendReasoning passes on the model's reasoning, which is kept back otherwise.
	SendReasoning bool
	// SendSources passes on the sources that the model used.
	SendSources bool
	// SendSubAgents tells what sub-agents do, in `data-tool-agent` parts, each of
	// which repeats all that the sub-agent has done so far.
	SendSubAgents bool
	// OmitStepText leaves out what the agents in a workflow's steps write.
	OmitStepText bool
	// SendStepErrors adds an error part for each step of a workflow that failed;
	// otherwise the step's status is all that is told of it.
	SendStepErrors bool
	// EndText closes texts that are open when the message ends, as those of
	// networks are; the browser takes them for unfinished otherwise.
	EndText bool

	// MessageMetadata gives what the browser gets to see as the message's metadata:
	// it is called with each start and finish chunk of an agent, and its result, if
	// that is not nil, is encoded as JSON. See [stream.Finish] for token counts.
	MessageMetadata func(stream.Chunk) any
	// ErrorText says what the browser is told about a run or tool that failed.
	// Default: [DefaultErrorText]. Beware of [stream.ErrorDetail.Raw].
	ErrorText func(stream.ErrorDetail) string
}

// Options say how one stream becomes one message. The zero Options suit an agent.
// The handlers set them, but for the Display.
type Options struct {
	Display
	// From tells where the chunks come from. Default: FromAgent.
	From Source
	// MessageID is the id of the message that is continued. The server's own id
	// for it gives way. Default: the server's.
	MessageID string
	// OmitStart and OmitFinish leave out the parts that open and close the
	// message. Workflows and networks always send them.
	OmitStart, OmitFinish bool
}

// ErrorMessage is what the browser is told about a failure that has no message.
const ErrorMessage = "An error occurred."

// DefaultErrorText is the error's message, or its name, or ErrorMessage. It never
// shows a stack trace.
func DefaultErrorText(e stream.ErrorDetail) string {
	text := e.Message
	// A thrown stack is text like any other.
	if i := strings.Index(text, "\n    at "); i >= 0 {
		text = text[:i]
	}
	if text = strings.TrimSpace(text); text != "" && text != noMessage {
		return text
	}
	if e.Name != "" {
		return e.Name
	}
	return ErrorMessage
}

// noMessage is what a stream.ErrorDetail says of an error that said nothing.
const noMessage = "unknown error"

// errorText describes an error that stands in a chunk as JSON.
func (d *Display) errorText(raw json.RawMessage) text {
	var e stream.ErrorDetail
	_ = json.Unmarshal(orNull(raw), &e)
	return d.describe(e)
}

// describe gives the halves of characters back that the message had, unless the
// application says something else.
func (d *Display) describe(e stream.ErrorDetail) text {
	var came wtf8.Text
	stream.AddErrorText(&came, e)
	if d.ErrorText == nil {
		e.Message = came.WTF8()
		return text(DefaultErrorText(e))
	}
	if said := d.ErrorText(e); said != e.Message {
		return text(said)
	}
	return text(came.WTF8())
}
