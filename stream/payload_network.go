package stream

import (
	"encoding/json"
	"strings"
)

// Routing is a decision of a network's routing agent.
type Routing struct {
	Task string `json:"task,omitempty"`
	// PrimitiveType is "agent", "workflow", "tool" or "none".
	PrimitiveType   string          `json:"primitiveType,omitempty"`
	PrimitiveID     string          `json:"primitiveId,omitempty"`
	Prompt          string          `json:"prompt,omitempty"`
	Result          json.RawMessage `json:"result,omitempty"`
	IsComplete      bool            `json:"isComplete,omitempty"`
	SelectionReason string          `json:"selectionReason,omitempty"`
	Iteration       int             `json:"iteration"`
}

// RoutingAgentStart is the payload of `routing-agent-start`.
type RoutingAgentStart struct {
	AgentID   string `json:"agentId"`
	NetworkID string `json:"networkId"`
	// RunID is the routing agent's run, not the network's.
	RunID     string `json:"runId"`
	InputData struct {
		Routing
		ThreadID         string `json:"threadId,omitempty"`
		ThreadResourceID string `json:"threadResourceId,omitempty"`
		IsOneOff         bool   `json:"isOneOff,omitempty"`
	} `json:"inputData"`
}

// RoutingAgentEnd is the payload of `routing-agent-end`: what runs next.
type RoutingAgentEnd struct {
	Routing
	RunID string `json:"runId"`
	Usage Usage  `json:"usage"`
}

// RoutingAgentTextStart is the payload of `routing-agent-text-start`: the
// network's answer begins.
type RoutingAgentTextStart struct {
	RunID string `json:"runId"`
}

// RoutingAgentTextDelta is the payload of `routing-agent-text-delta`: a piece of
// the network's answer.
type RoutingAgentTextDelta struct {
	Text string `json:"text"`
}

func (d *RoutingAgentTextDelta) setText(text string) { d.Text = text }

// NetworkAbort is the payload of `routing-agent-abort` and of
// `agent-`, `workflow-` and `tool-execution-abort`.
type NetworkAbort struct {
	PrimitiveType string `json:"primitiveType,omitempty"`
	PrimitiveID   string `json:"primitiveId,omitempty"`
}

// AgentExecutionStart is the payload of `agent-execution-start`.
type AgentExecutionStart struct {
	AgentID string  `json:"agentId"`
	Args    Routing `json:"args"`
	RunID   string  `json:"runId"`
}

// AgentExecutionEnd is the payload of `agent-execution-end`.
type AgentExecutionEnd struct {
	Routing
	AgentID string `json:"agentId"`
	RunID   string `json:"runId"`
	Usage   Usage  `json:"usage"`
}

// AgentExecutionApproval is the payload of `agent-execution-approval`.
type AgentExecutionApproval struct {
	ToolCallApproval
	AgentID         string `json:"agentId,omitempty"`
	SelectionReason string `json:"selectionReason,omitempty"`
}

// AgentExecutionSuspended is the payload of `agent-execution-suspended`.
type AgentExecutionSuspended struct {
	ToolCallSuspended
	AgentID         string `json:"agentId,omitempty"`
	SelectionReason string `json:"selectionReason,omitempty"`
}

// WorkflowExecutionStart is the payload of `workflow-execution-start`.
type WorkflowExecutionStart struct {
	WorkflowID string  `json:"workflowId"`
	Name       string  `json:"name,omitempty"`
	Args       Routing `json:"args"`
	RunID      string  `json:"runId"`
}

// WorkflowExecutionEnd is the payload of `workflow-execution-end`. Its Result is
// the workflow's whole result object.
type WorkflowExecutionEnd struct {
	Routing
	WorkflowID string `json:"workflowId,omitempty"`
	Name       string `json:"name,omitempty"`
	RunID      string `json:"runId"`
	Usage      Usage  `json:"usage"`
}

// WorkflowExecutionSuspended is the payload of `workflow-execution-suspended`.
type WorkflowExecutionSuspended struct {
	WorkflowID      string          `json:"workflowId,omitempty"`
	Name            string          `json:"name,omitempty"`
	RunID           string          `json:"runId,omitempty"`
	SuspendPayload  json.RawMessage `json:"suspendPayload,omitempty"`
	ResumeSchema    Schema          `json:"resumeSchema,omitempty"`
	SelectionReason string          `json:"selectionReason,omitempty"`
}

// ToolExecutionStart is the payload of `tool-execution-start`.
type ToolExecutionStart struct {
	Args struct {
		Routing
		ToolName   string          `json:"toolName,omitempty"`
		ToolCallID string          `json:"toolCallId,omitempty"`
		Args       json.RawMessage `json:"args,omitempty"`
	} `json:"args"`
	RunID string `json:"runId"`
}

// ToolExecutionEnd is the payload of `tool-execution-end`. Its Result is the
// tool's output.
type ToolExecutionEnd struct {
	Routing
	ToolName   string `json:"toolName"`
	ToolCallID string `json:"toolCallId"`
}

// ToolExecutionApproval is the payload of `tool-execution-approval`.
type ToolExecutionApproval struct {
	ToolCallApproval
	SelectionReason string `json:"selectionReason,omitempty"`
}

// ToolExecutionSuspended is the payload of `tool-execution-suspended`.
type ToolExecutionSuspended struct {
	ToolCallSuspended
	SelectionReason string `json:"selectionReason,omitempty"`
}

// NetworkValidationStart is the payload of `network-validation-start`.
type NetworkValidationStart struct {
	RunID       string `json:"runId"`
	Iteration   int    `json:"iteration"`
	ChecksCount int    `json:"checksCount"`
}

// NetworkValidationEnd is the payload of `network-validation-end`.
type NetworkValidationEnd struct {
	RunID               string          `json:"runId"`
	Iteration           int             `json:"iteration"`
	Passed              bool            `json:"passed"`
	Results             json.RawMessage `json:"results,omitempty"`
	DurationMS          float64         `json:"duration"`
	TimedOut            bool            `json:"timedOut,omitempty"`
	Reason              string          `json:"reason,omitempty"`
	MaxIterationReached bool            `json:"maxIterationReached,omitempty"`
	SuppressFeedback    bool            `json:"suppressFeedback,omitempty"`
}

// NetworkStepFinish is the payload of `network-execution-event-step-finish`.
type NetworkStepFinish struct {
	Routing
	RunID string `json:"runId"`
}

// NetworkFinish is the payload of `network-execution-event-finish`: the network
// is done.
type NetworkFinish struct {
	Routing
	CompletionReason string          `json:"completionReason,omitempty"`
	Object           json.RawMessage `json:"object,omitempty"`
	ThreadID         string          `json:"threadId,omitempty"`
	ThreadResourceID string          `json:"threadResourceId,omitempty"`
	IsOneOff         bool            `json:"isOneOff,omitempty"`
	ValidationPassed bool            `json:"validationPassed,omitempty"`
	Usage            Usage           `json:"usage"`
}

// NetworkObject is the payload of `network-object`.
type NetworkObject struct {
	Object json.RawMessage `json:"object"`
}

// NetworkObjectResult is the payload of `network-object-result`.
type NetworkObjectResult struct {
	Object json.RawMessage `json:"object"`
}

// NestedChunk is an `agent-execution-event-*` or `workflow-execution-event-*`
// chunk: a chunk of the agent or workflow that the network runs.
type NestedChunk struct {
	Chunk Chunk
}

func (n *NestedChunk) decode(c *Chunk) error {
	if err := n.Chunk.UnmarshalJSON(c.Payload()); err != nil {
		return err
	}
	c.lend(&n.Chunk)
	return needType(n.Chunk)
}

func isNestedType(t string) bool {
	return strings.HasPrefix(t, PrefixAgentExecutionEvent) || strings.HasPrefix(t, PrefixWorkflowExecutionEvent)
}
