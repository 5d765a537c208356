package stream

import (
	"errors"
	"strings"
)

var errNoEnvelope = errors.New("stream: not a chunk with a place in a run's history")

// Value is what [Chunk.Value] returns: a pointer to one of this package's types, never
// the type itself, so that a `case stream.TextDelta:` without the star does not
// compile. No other package has a type of its own that is a Value.
type Value interface{ value() }

// Value decodes the chunk's payload. The result is a pointer to the type that
// belongs to the chunk's type: *TextDelta for `text-delta`, *ToolCall for
// `tool-call`, *WorkflowFinish for `workflow-finish`, *Data for `data-*`, and so
// on; each payload type names its chunk type. In the stream of a run that is
// observed every chunk is an *ObservedChunk. Chunks of unknown types, and those
// whose payload is of another shape than expected, give an *Unknown. Every call
// decodes anew.
func (c Chunk) Value() Value {
	if v, ok := c.Observed(); ok {
		return v
	}
	if c.Type == TypeObserved {
		return &Unknown{Type: c.Type, Payload: c.Payload(), Err: errNoEnvelope}
	}
	v := newValue(c.Type)
	if v == nil {
		return &Unknown{Type: c.Type, Payload: c.Payload()}
	}
	if err := c.decodeInto(v); err != nil {
		return &Unknown{Type: c.Type, Payload: c.Payload(), Err: err}
	}
	return v
}

func (c *Chunk) decodeInto(v Value) error {
	switch v := v.(type) {
	case *Abort, *WorkflowCanceled, *WorkflowPaused:
		return nil
	case interface{ decode(*Chunk) error }:
		return v.decode(c)
	}
	payload := c.Payload()
	if payload == nil {
		return errNoPayload
	}
	if err := decodePayload(payload, v); err != nil {
		return err
	}
	if v, ok := v.(interface{ setRunID(string) }); ok {
		v.setRunID(c.RunID)
	}
	if v, ok := v.(interface{ setText(string) }); ok && c.cut {
		v.setText(c.text)
	}
	return nil
}

// newValue returns a new payload for a chunk type, nil for an unknown one.
func newValue(typ string) Value {
	if make, ok := values[typ]; ok {
		return make()
	}
	switch {
	case strings.HasPrefix(typ, PrefixData):
		return new(Data)
	case isNestedType(typ):
		return new(NestedChunk)
	}
	return nil
}

func of[T any, P interface {
	*T
	Value
}]() Value {
	return P(new(T))
}

// values makes the payload for each chunk type.
var values = map[string]func() Value{
	TypeStart:              of[Start],
	TypeStepStart:          of[StepStart],
	TypeStepFinish:         of[StepFinish],
	TypeFinish:             of[Finish],
	TypeAbort:              of[Abort],
	TypeError:              of[ErrorChunk],
	TypeTripwire:           of[Tripwire],
	TypeResponseMetadata:   of[ResponseMetadata],
	TypeTextStart:          of[TextStart],
	TypeTextDelta:          of[TextDelta],
	TypeTextEnd:            of[TextEnd],
	TypeReasoningStart:     of[ReasoningStart],
	TypeReasoningDelta:     of[ReasoningDelta],
	TypeReasoningEnd:       of[ReasoningEnd],
	TypeReasoningSignature: of[ReasoningSignature],
	TypeRedactedReasoning:  of[RedactedReasoning],
	TypeReasoningFile:      of[ReasoningFile],
	TypeSource:             of[Source],
	TypeFile:               of[File],
	TypeCustom:             of[Custom],
	TypeRaw:                of[RawChunk],
	TypeObject:             of[Object],
	TypeObjectResult:       of[ObjectResult],
	TypeStepOutput:         of[StepOutput],
	TypeWatch:              of[Watch],
	TypeIsTaskComplete:     of[TaskComplete],
	TypeGoal:               of[Goal],

	TypeToolCallInputStart: of[ToolCallInputStart],
	TypeToolCallDelta:      of[ToolCallDelta],
	TypeToolCallInputEnd:   of[ToolCallInputEnd],
	TypeToolCall:           of[ToolCall],
	TypeToolCallApproval:   of[ToolCallApproval],
	TypeToolCallSuspended:  of[ToolCallSuspended],
	TypeToolResult:         of[ToolResult],
	TypeToolError:          of[ToolErrorChunk],
	TypeToolOutput:         of[ToolOutputChunk],
	TypeToolOutputDenied:   of[ToolOutputDenied],

	TypeBackgroundTaskStarted:   of[BackgroundTaskStarted],
	TypeBackgroundTaskRunning:   of[BackgroundTaskRunning],
	TypeBackgroundTaskProgress:  of[BackgroundTaskProgress],
	TypeBackgroundTaskOutput:    of[BackgroundTaskOutput],
	TypeBackgroundTaskCompleted: of[BackgroundTaskCompleted],
	TypeBackgroundTaskFailed:    of[BackgroundTaskFailed],
	TypeBackgroundTaskCancelled: of[BackgroundTaskCancelled],
	TypeBackgroundTaskSuspended: of[BackgroundTaskSuspended],
	TypeBackgroundTaskResumed:   of[BackgroundTaskResumed],

	TypeWorkflowStart:         of[WorkflowStart],
	TypeWorkflowFinish:        of[WorkflowFinish],
	TypeWorkflowCanceled:      of[WorkflowCanceled],
	TypeWorkflowPaused:        of[WorkflowPaused],
	TypeWorkflowStepStart:     of[WorkflowStepStart],
	TypeWorkflowStepFinish:    of[WorkflowStepFinish],
	TypeWorkflowStepResult:    of[WorkflowStepResult],
	TypeWorkflowStepSuspended: of[WorkflowStepSuspended],
	TypeWorkflowStepWaiting:   of[WorkflowStepWaiting],
	TypeWorkflowStepProgress:  of[WorkflowStepProgress],
	TypeWorkflowStepOutput:    of[WorkflowStepOutput],

	TypeRoutingAgentStart:          of[RoutingAgentStart],
	TypeRoutingAgentEnd:            of[RoutingAgentEnd],
	TypeRoutingAgentAbort:          of[NetworkAbort],
	TypeRoutingAgentTextStart:      of[RoutingAgentTextStart],
	TypeRoutingAgentTextDelta:      of[RoutingAgentTextDelta],
	TypeAgentExecutionStart:        of[AgentExecutionStart],
	TypeAgentExecutionEnd:          of[AgentExecutionEnd],
	TypeAgentExecutionAbort:        of[NetworkAbort],
	TypeAgentExecutionApproval:     of[AgentExecutionApproval],
	TypeAgentExecutionSuspended:    of[AgentExecutionSuspended],
	TypeWorkflowExecutionStart:     of[WorkflowExecutionStart],
	TypeWorkflowExecutionEnd:       of[WorkflowExecutionEnd],
	TypeWorkflowExecutionAbort:     of[NetworkAbort],
	TypeWorkflowExecutionSuspended: of[WorkflowExecutionSuspended],
	TypeToolExecutionStart:         of[ToolExecutionStart],
	TypeToolExecutionEnd:           of[ToolExecutionEnd],
	TypeToolExecutionAbort:         of[NetworkAbort],
	TypeToolExecutionApproval:      of[ToolExecutionApproval],
	TypeToolExecutionSuspended:     of[ToolExecutionSuspended],
	TypeNetworkValidationStart:     of[NetworkValidationStart],
	TypeNetworkValidationEnd:       of[NetworkValidationEnd],
	TypeNetworkStepFinish:          of[NetworkStepFinish],
	TypeNetworkFinish:              of[NetworkFinish],
	TypeNetworkObject:              of[NetworkObject],
	TypeNetworkObjectResult:        of[NetworkObjectResult],
}

func init() {
	for typ := range values {
		words[typ] = typ
	}
}

// These are the Values. What is only embedded in them, such as WorkflowStep, is none:
// a case for it would never match.

func (*Start) value()              {}
func (*StepStart) value()          {}
func (*StepFinish) value()         {}
func (*Finish) value()             {}
func (*Abort) value()              {}
func (*ErrorChunk) value()         {}
func (*Tripwire) value()           {}
func (*ResponseMetadata) value()   {}
func (*TextStart) value()          {}
func (*TextDelta) value()          {}
func (*TextEnd) value()            {}
func (*ReasoningStart) value()     {}
func (*ReasoningDelta) value()     {}
func (*ReasoningEnd) value()       {}
func (*ReasoningSignature) value() {}
func (*RedactedReasoning) value()  {}
func (*ReasoningFile) value()      {}
func (*Source) value()             {}
func (*File) value()               {}
func (*Custom) value()             {}
func (*RawChunk) value()           {}
func (*Object) value()             {}
func (*ObjectResult) value()       {}
func (*StepOutput) value()         {}
func (*Watch) value()              {}
func (*TaskComplete) value()       {}
func (*Goal) value()               {}

func (*ToolCallInputStart) value() {}
func (*ToolCallDelta) value()      {}
func (*ToolCallInputEnd) value()   {}
func (*ToolCall) value()           {}
func (*ToolCallApproval) value()   {}
func (*ToolCallSuspended) value()  {}
func (*ToolResult) value()         {}
func (*ToolErrorChunk) value()     {}
func (*ToolOutputChunk) value()    {}
func (*ToolOutputDenied) value()   {}

func (*BackgroundTaskStarted) value()   {}
func (*BackgroundTaskRunning) value()   {}
func (*BackgroundTaskProgress) value()  {}
func (*BackgroundTaskOutput) value()    {}
func (*BackgroundTaskCompleted) value() {}
func (*BackgroundTaskFailed) value()    {}
func (*BackgroundTaskCancelled) value() {}
func (*BackgroundTaskSuspended) value() {}
func (*BackgroundTaskResumed) value()   {}

func (*WorkflowStart) value()         {}
func (*WorkflowFinish) value()        {}
func (*WorkflowCanceled) value()      {}
func (*WorkflowPaused) value()        {}
func (*WorkflowStepStart) value()     {}
func (*WorkflowStepFinish) value()    {}
func (*WorkflowStepResult) value()    {}
func (*WorkflowStepSuspended) value() {}
func (*WorkflowStepWaiting) value()   {}
func (*WorkflowStepProgress) value()  {}
func (*WorkflowStepOutput) value()    {}

func (*RoutingAgentStart) value()          {}
func (*RoutingAgentEnd) value()            {}
func (*NetworkAbort) value()               {}
func (*RoutingAgentTextStart) value()      {}
func (*RoutingAgentTextDelta) value()      {}
func (*AgentExecutionStart) value()        {}
func (*AgentExecutionEnd) value()          {}
func (*AgentExecutionApproval) value()     {}
func (*AgentExecutionSuspended) value()    {}
func (*WorkflowExecutionStart) value()     {}
func (*WorkflowExecutionEnd) value()       {}
func (*WorkflowExecutionSuspended) value() {}
func (*ToolExecutionStart) value()         {}
func (*ToolExecutionEnd) value()           {}
func (*ToolExecutionApproval) value()      {}
func (*ToolExecutionSuspended) value()     {}
func (*NetworkValidationStart) value()     {}
func (*NetworkValidationEnd) value()       {}
func (*NetworkStepFinish) value()          {}
func (*NetworkFinish) value()              {}
func (*NetworkObject) value()              {}
func (*NetworkObjectResult) value()        {}

func (*Data) value()          {}
func (*NestedChunk) value()   {}
func (*ObservedChunk) value() {}
func (*Unknown) value()       {}
