package mastra

import (
	"context"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// SignalReceipt says which run got a message or signal: see [gen.SignalReceipt].
type SignalReceipt = gen.SignalReceipt

// Signal is a message to a run in progress that may be other than a user's: see
// [gen.AgentSignal].
type Signal = gen.AgentSignal

// ActiveBehavior is what becomes of a message while a run is active on the thread:
// see [gen.ActiveBehavior].
type ActiveBehavior = gen.ActiveBehavior

// IdleBehavior is what becomes of a message while no run is: see [gen.IdleBehavior].
type IdleBehavior = gen.IdleBehavior

// What can become of a message: it goes to the run, or wakes the agent; it is only
// stored; or it is dropped.
const (
	ActiveDeliver = gen.ActiveBehaviorDeliver
	ActivePersist = gen.ActiveBehaviorPersist
	ActiveDiscard = gen.ActiveBehaviorDiscard

	IdleWake    = gen.IdleBehaviorWake
	IdlePersist = gen.IdleBehaviorPersist
	IdleDiscard = gen.IdleBehaviorDiscard
)

// IfActive says what becomes of a message while a run is active on the thread.
type IfActive struct {
	Behavior ActiveBehavior `json:"behavior,omitzero"`
	// Attributes of a signal that are used then.
	Attributes map[string]any `json:"attributes,omitempty"`
}

// IfIdle says what becomes of a message while no run is.
type IfIdle struct {
	Behavior IdleBehavior `json:"behavior,omitzero"`
	// StreamOptions are members of an [AgentRequest], for the run that is started.
	StreamOptions map[string]any `json:"streamOptions,omitempty"`
	// ClientTools that the model of that run can call. Whoever follows the thread with
	// them runs them: see [Agent.SubscribeThread].
	ClientTools []ClientTool `json:"-"`
	// Attributes of a signal that are used then.
	Attributes map[string]any `json:"attributes,omitempty"`
}

// MarshalJSON writes what the server reads: the tools are among the options.
func (i IfIdle) MarshalJSON() ([]byte, error) {
	type plain IfIdle
	options, err := withTools(i.StreamOptions, i.ClientTools, "IfIdle")
	if err != nil {
		return nil, err
	}
	i.StreamOptions = options
	return call.Marshal(plain(i))
}

// withTools adds the definitions of tools to the options of a run.
func withTools(options map[string]any, tools []ClientTool, of string) (map[string]any, error) {
	if len(tools) == 0 {
		return options, nil
	}
	set, err := newToolset(tools)
	if err != nil {
		return nil, err
	}
	if _, twice := options["clientTools"]; twice {
		return nil, refuse("%s.StreamOptions names \"clientTools\", which there is a field for", of)
	}
	return call.MergeContext(options, map[string]any{"clientTools": set}), nil
}

// SendMessageRequest gives a thread a message of its user.
type SendMessageRequest struct {
	// RunID, or ThreadID with ResourceID, say whom the message is for.
	RunID      string `json:"runId,omitzero"`
	ThreadID   string `json:"threadId,omitzero"`
	ResourceID string `json:"resourceId,omitzero"`
	// Message is the user's text.
	Message string `json:"message"`
	// Parts follow the text: images, files.
	Parts []Part `json:"-"`
	// Attributes are told to the model with the message.
	Attributes map[string]any `json:"-"`
	// IfActive and IfIdle override what happens while a run is, or is not, active.
	IfActive *IfActive `json:"ifActive,omitempty"`
	IfIdle   *IfIdle   `json:"ifIdle,omitempty"`
}

// MarshalJSON writes what the server reads: a text, or an object with contents.
func (r SendMessageRequest) MarshalJSON() ([]byte, error) {
	type plain SendMessageRequest
	if r.Parts == nil && r.Attributes == nil {
		return call.Marshal(plain(r))
	}
	var message struct {
		Contents   any            `json:"contents"`
		Attributes map[string]any `json:"attributes,omitempty"`
	}
	message.Contents, message.Attributes = r.Message, r.Attributes
	switch {
	case r.Parts == nil:
	case r.Message == "":
		message.Contents = r.Parts
	default:
		message.Contents = append([]Part{Text(r.Message)}, r.Parts...)
	}
	return call.Marshal(struct {
		plain
		Message any `json:"message"`
	}{plain(r), message})
}

// SendSignalRequest gives a thread a signal.
type SendSignalRequest struct {
	// RunID, or ThreadID with ResourceID, say whom the signal is for.
	RunID      string `json:"runId,omitzero"`
	ThreadID   string `json:"threadId,omitzero"`
	ResourceID string `json:"resourceId,omitzero"`
	Signal     Signal `json:"signal"`
	// IfActive and IfIdle override what happens while a run is, or is not, active.
	IfActive *IfActive `json:"ifActive,omitempty"`
	IfIdle   *IfIdle   `json:"ifIdle,omitempty"`
}

// SendMessage gives a user's message to the run that is active on the thread, or
// starts one. It does not wait for the answer: see [Agent.SubscribeThread]. An
// unknown run matches [ErrServer].
//
// POST /agents/{agentId}/send-message. Repeated only where the server refused it
// unprocessed; any other failure after it was sent matches [ErrOutcomeUnknown].
func (a *Agent) SendMessage(ctx context.Context, req SendMessageRequest, opts ...Option) (*SignalReceipt, error) {
	req.IfIdle = a.whenIdle(req.IfIdle)
	return a.signal(ctx, route.AgentSendMessage, req.RunID, req.ThreadID, req.ResourceID, req, opts)
}

// QueueMessage is SendMessage for after the active run has ended.
//
// POST /agents/{agentId}/queue-message. Repeated only where the server refused it
// unprocessed; any other failure after it was sent matches [ErrOutcomeUnknown].
func (a *Agent) QueueMessage(ctx context.Context, req SendMessageRequest, opts ...Option) (*SignalReceipt, error) {
	req.IfIdle = a.whenIdle(req.IfIdle)
	return a.signal(ctx, route.AgentQueueMessage, req.RunID, req.ThreadID, req.ResourceID, req, opts)
}

// SendSignal gives a signal to the run that is active on the thread, or starts one.
//
// POST /agents/{agentId}/signals. Repeated only where the server refused it
// unprocessed; any other failure after it was sent matches [ErrOutcomeUnknown].
func (a *Agent) SendSignal(ctx context.Context, req SendSignalRequest, opts ...Option) (*SignalReceipt, error) {
	req.IfIdle = a.whenIdle(req.IfIdle)
	return a.signal(ctx, route.AgentSendSignal, req.RunID, req.ThreadID, req.ResourceID, req, opts)
}

// whenIdle is for the run of the handle's version that a message starts.
func (a *Agent) whenIdle(of *IfIdle) *IfIdle {
	var out IfIdle
	if of != nil {
		out = *of
	}
	out.StreamOptions = a.version.inOptions(a.id, out.StreamOptions)
	if of == nil && out.StreamOptions == nil {
		return nil
	}
	return &out
}

func (a *Agent) signal(ctx context.Context, op route.Operation, runID, threadID, resourceID string, body any, opts []Option) (*SignalReceipt, error) {
	switch {
	case runID == "" && threadID == "":
		return nil, refuse("the request names neither a run nor a thread")
	case runID == "" && resourceID == "":
		return nil, refuse("a thread needs its ResourceID too")
	}
	return callFor[SignalReceipt](ctx, a.c, opts, call.Request{Op: op, IDs: []string{a.id}, Body: body, Context: a.version.inContext(nil)})
}
