package stream

// The chunk types of agent streams.
const (
	TypeStart              = "start"
	TypeStepStart          = "step-start"
	TypeStepFinish         = "step-finish"
	TypeFinish             = "finish"
	TypeAbort              = "abort"
	TypeError              = "error"
	TypeTripwire           = "tripwire"
	TypeResponseMetadata   = "response-metadata"
	TypeTextStart          = "text-start"
	TypeTextDelta          = "text-delta"
	TypeTextEnd            = "text-end"
	TypeReasoningStart     = "reasoning-start"
	TypeReasoningDelta     = "reasoning-delta"
	TypeReasoningEnd       = "reasoning-end"
	TypeReasoningSignature = "reasoning-signature"
	TypeRedactedReasoning  = "redacted-reasoning"
	TypeReasoningFile      = "reasoning-file"
	TypeSource             = "source"
	TypeFile               = "file"
	TypeCustom             = "custom"
	TypeRaw                = "raw"
	TypeObject             = "object"
	TypeObjectResult       = "object-result"
	TypeStepOutput         = "step-output"
	TypeWatch              = "watch"
	TypeIsTaskComplete     = "is-task-complete"
	TypeGoal               = "goal"
)

// The chunk types of tool calls.
const (
	TypeToolCallInputStart = "tool-call-input-streaming-start"
	TypeToolCallDelta      = "tool-call-delta"
	TypeToolCallInputEnd   = "tool-call-input-streaming-end"
	TypeToolCall           = "tool-call"
	TypeToolCallApproval   = "tool-call-approval"
	TypeToolCallSuspended  = "tool-call-suspended"
	TypeToolResult         = "tool-result"
	TypeToolError          = "tool-error"
	TypeToolOutput         = "tool-output"
	TypeToolOutputDenied   = "tool-output-denied"
)

// The chunk types of background tasks.
const (
	TypeBackgroundTaskStarted   = "background-task-started"
	TypeBackgroundTaskRunning   = "background-task-running"
	TypeBackgroundTaskProgress  = "background-task-progress"
	TypeBackgroundTaskOutput    = "background-task-output"
	TypeBackgroundTaskCompleted = "background-task-completed"
	TypeBackgroundTaskFailed    = "background-task-failed"
	TypeBackgroundTaskCancelled = "background-task-cancelled"
	TypeBackgroundTaskSuspended = "background-task-suspended"
	TypeBackgroundTaskResumed   = "background-task-resumed"
)

// The chunk types of workflow streams.
const (
	TypeWorkflowStart         = "workflow-start"
	TypeWorkflowFinish        = "workflow-finish"
	TypeWorkflowCanceled      = "workflow-canceled"
	TypeWorkflowPaused        = "workflow-paused"
	TypeWorkflowStepStart     = "workflow-step-start"
	TypeWorkflowStepFinish    = "workflow-step-finish"
	TypeWorkflowStepResult    = "workflow-step-result"
	TypeWorkflowStepSuspended = "workflow-step-suspended"
	TypeWorkflowStepWaiting   = "workflow-step-waiting"
	TypeWorkflowStepProgress  = "workflow-step-progress"
	TypeWorkflowStepOutput    = "workflow-step-output"
)

// The chunk types of agent networks. Chunks of the agents and workflows that a
// network runs arrive under the prefixes below, with the whole inner chunk as
// their payload; see [NestedChunk].
const (
	TypeRoutingAgentStart          = "routing-agent-start"
	TypeRoutingAgentEnd            = "routing-agent-end"
	TypeRoutingAgentAbort          = "routing-agent-abort"
	TypeRoutingAgentTextStart      = "routing-agent-text-start"
	TypeRoutingAgentTextDelta      = "routing-agent-text-delta"
	TypeAgentExecutionStart        = "agent-execution-start"
	TypeAgentExecutionEnd          = "agent-execution-end"
	TypeAgentExecutionAbort        = "agent-execution-abort"
	TypeAgentExecutionApproval     = "agent-execution-approval"
	TypeAgentExecutionSuspended    = "agent-execution-suspended"
	TypeWorkflowExecutionStart     = "workflow-execution-start"
	TypeWorkflowExecutionEnd       = "workflow-execution-end"
	TypeWorkflowExecutionAbort     = "workflow-execution-abort"
	TypeWorkflowExecutionSuspended = "workflow-execution-suspended"
	TypeToolExecutionStart         = "tool-execution-start"
	TypeToolExecutionEnd           = "tool-execution-end"
	TypeToolExecutionAbort         = "tool-execution-abort"
	TypeToolExecutionApproval      = "tool-execution-approval"
	TypeToolExecutionSuspended     = "tool-execution-suspended"
	TypeNetworkValidationStart     = "network-validation-start"
	TypeNetworkValidationEnd       = "network-validation-end"
	TypeNetworkStepFinish          = "network-execution-event-step-finish"
	TypeNetworkFinish              = "network-execution-event-finish"
	TypeNetworkObject              = "network-object"
	TypeNetworkObjectResult        = "network-object-result"

	PrefixAgentExecutionEvent    = "agent-execution-event-"
	PrefixWorkflowExecutionEvent = "workflow-execution-event-"
)

const (
	// TypeResubscribed is no chunk of the server's: a client puts it where it has
	// taken a subscription up again that broke. What happened in between is missing.
	TypeResubscribed = "resubscribed"
	// PrefixData begins the types of an application's own chunks: `data-weather`.
	PrefixData = "data-"
	// TypeObserved wraps the chunks of a durable agent's run that is observed; see
	// [ObservedChunk]. Others stand beside it in such a stream, the two below only there.
	TypeObserved          = "chunk"
	TypeIterationComplete = "iteration-complete"
	TypeSuspended         = "suspended"
)
