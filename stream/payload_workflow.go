package stream

import "encoding/json"

// WorkflowStart is the payload of `workflow-start`.
type WorkflowStart struct {
	WorkflowID string `json:"workflowId"`
}

// WorkflowStep is what the payloads of `workflow-step-*` chunks have in common.
type WorkflowStep struct {
	// ID is the step's id; inside a nested workflow "child.inner".
	ID       string `json:"id"`
	StepName string `json:"stepName,omitempty"`
	// StepCallID tells repetitions of a step apart. Some chunks have none.
	StepCallID string `json:"stepCallId,omitempty"`
	// Status is "running", "success", "failed", "suspended", "waiting", "bailed", ...
	Status    string `json:"status,omitempty"`
	StartedAt Time   `json:"startedAt,omitzero"`
	// Payload is the step's input, any JSON.
	Payload       json.RawMessage `json:"payload,omitempty"`
	ResumePayload json.RawMessage `json:"resumePayload,omitempty"`
	ResumedAt     Time            `json:"resumedAt,omitzero"`
	Metadata      json.RawMessage `json:"metadata,omitempty"`
}

// WorkflowStepStart is the payload of `workflow-step-start`.
type WorkflowStepStart struct{ WorkflowStep }

// WorkflowStepResult is the payload of `workflow-step-result`: a step ended, well
// or not.
type WorkflowStepResult struct {
	WorkflowStep
	// Output is the step's output, any JSON; nil if it failed.
	Output json.RawMessage `json:"output,omitempty"`
	// Error is nil unless the step failed. It is the only place where the stream
	// says why.
	Error          *ErrorDetail    `json:"error,omitempty"`
	EndedAt        Time            `json:"endedAt,omitzero"`
	SuspendPayload json.RawMessage `json:"suspendPayload,omitempty"`
	SuspendedAt    Time            `json:"suspendedAt,omitzero"`
	Tripwire       json.RawMessage `json:"tripwire,omitempty"`
}

// WorkflowStepSuspended is the payload of `workflow-step-suspended`.
type WorkflowStepSuspended struct {
	WorkflowStep
	// SuspendPayload is what the step says about it, any JSON.
	SuspendPayload json.RawMessage `json:"suspendPayload,omitempty"`
	SuspendedAt    Time            `json:"suspendedAt,omitzero"`
	Output         json.RawMessage `json:"output,omitempty"`
}

// WorkflowStepWaiting is the payload of `workflow-step-waiting`: the workflow
// sleeps.
type WorkflowStepWaiting struct{ WorkflowStep }

// WorkflowStepProgress is the payload of `workflow-step-progress`: one iteration
// of a foreach ended.
type WorkflowStepProgress struct {
	WorkflowStep
	CompletedCount  int             `json:"completedCount"`
	TotalCount      int             `json:"totalCount"`
	CurrentIndex    int             `json:"currentIndex"`
	IterationStatus string          `json:"iterationStatus"`
	IterationOutput json.RawMessage `json:"iterationOutput,omitempty"`
}

// WorkflowStepOutput is the payload of `workflow-step-output`: what a step wrote
// while it ran. Agents that are used as steps write whole chunks; see
// [WorkflowStepOutput.Chunk].
type WorkflowStepOutput struct {
	StepName string          `json:"stepName,omitempty"`
	StepID   string          `json:"stepId,omitempty"`
	RunID    string          `json:"runId,omitempty"`
	Output   json.RawMessage `json:"output"`

	joined
}

// Chunk returns the output as a chunk if it is one, which is to say a JSON object
// with a type.
func (o *WorkflowStepOutput) Chunk() (Chunk, bool) { return o.joined.chunk(o.Output) }

// WorkflowStepFinish is the payload of `workflow-step-finish`.
type WorkflowStepFinish struct{ WorkflowStep }

// WorkflowCanceled is a `workflow-canceled` chunk.
type WorkflowCanceled struct{}

// WorkflowPaused is a `workflow-paused` chunk.
type WorkflowPaused struct{}

// WorkflowFinish is the payload of `workflow-finish`: the run ended, or is
// suspended.
type WorkflowFinish struct {
	// Status is the run's status: "success", "failed", "suspended", "canceled",
	// "paused", "tripwire".
	Status string `json:"workflowStatus"`
	// Result is the run's result, any JSON; nil unless it succeeded.
	Result   json.RawMessage `json:"finalWorkflowResult,omitempty"`
	Metadata struct {
		// Error and ErrorMessage are set when the server refused the call, such as
		// for invalid input. A step's failure is in its workflow-step-result.
		Error        *ErrorDetail `json:"error,omitempty"`
		ErrorMessage string       `json:"errorMessage,omitempty"`
	} `json:"metadata"`
	Output struct {
		Usage Usage `json:"usage"`
	} `json:"output"`
}
