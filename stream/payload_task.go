package stream

import (
	"cmp"
	"encoding/json"
)

// BackgroundTask is what the payloads of all `background-task-*` chunks but
// -progress have in common.
type BackgroundTask struct {
	TaskID     string `json:"taskId"`
	ToolName   string `json:"toolName"`
	ToolCallID string `json:"toolCallId"`
	AgentID    string `json:"agentId,omitempty"`
	RunID      string `json:"runId,omitempty"`
}

func (t *BackgroundTask) setRunID(id string) { t.RunID = cmp.Or(t.RunID, id) }

// BackgroundTaskStarted is the payload of `background-task-started`.
type BackgroundTaskStarted struct{ BackgroundTask }

// BackgroundTaskRunning is the payload of `background-task-running`.
type BackgroundTaskRunning struct {
	BackgroundTask
	StartedAt Time            `json:"startedAt,omitzero"`
	Args      json.RawMessage `json:"args,omitempty"`
}

// BackgroundTaskProgress is the payload of `background-task-progress`.
type BackgroundTaskProgress struct {
	TaskIDs      []string `json:"taskIds"`
	RunningCount int      `json:"runningCount"`
	ElapsedMS    float64  `json:"elapsedMs"`
}

// BackgroundTaskOutput is the payload of `background-task-output`.
type BackgroundTaskOutput struct {
	BackgroundTask
	// Output is the tool-output chunk that the task wrote.
	Output Chunk `json:"payload"`
}

func (o *BackgroundTaskOutput) setText(text string) { o.Output.text, o.Output.cut = text, true }

// BackgroundTaskCompleted is the payload of `background-task-completed`.
type BackgroundTaskCompleted struct {
	BackgroundTask
	Result      json.RawMessage `json:"result,omitempty"`
	IsError     bool            `json:"isError,omitempty"`
	CompletedAt Time            `json:"completedAt,omitzero"`
}

// BackgroundTaskFailed is the payload of `background-task-failed`.
type BackgroundTaskFailed struct {
	BackgroundTask
	Error       ErrorDetail `json:"error"`
	CompletedAt Time        `json:"completedAt,omitzero"`
}

// BackgroundTaskCancelled is the payload of `background-task-cancelled`.
type BackgroundTaskCancelled struct {
	BackgroundTask
	CompletedAt Time `json:"completedAt,omitzero"`
}

// BackgroundTaskSuspended is the payload of `background-task-suspended`.
type BackgroundTaskSuspended struct {
	BackgroundTask
	Args           json.RawMessage `json:"args,omitempty"`
	SuspendPayload json.RawMessage `json:"suspendPayload,omitempty"`
	SuspendedAt    Time            `json:"suspendedAt,omitzero"`
}

// BackgroundTaskResumed is the payload of `background-task-resumed`.
type BackgroundTaskResumed struct {
	BackgroundTask
	StartedAt Time            `json:"startedAt,omitzero"`
	Args      json.RawMessage `json:"args,omitempty"`
}
