package mockserver

import (
	"context"
	"errors"
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// toolStep is a tool that a network calls.
type toolStep struct {
	*network
	*decision
	iteration int
	tool      Tool
	callID    string
	args      any
}

// callTool calls a tool; its arguments are the prompt. One that waits goes on
// with the client's answer.
func (n *network) callTool(ctx context.Context, i int, d *decision, t Tool) (any, error) {
	args, err := js.Parse([]byte(d.prompt))
	if err != nil {
		return fmt.Sprintf(`Error: The prompt provided for tool "%s" is not valid JSON. Received: "%s". Tools require a valid JSON string matching their input schema. Please provide the prompt as properly formatted JSON (e.g., {"key": "value"}).`,
			t.id, d.prompt), nil
	}
	s := &toolStep{network: n, decision: d, iteration: i, tool: t, callID: newID(), args: args}
	n.emit("tool-execution-start", js.Obj("args", d.data.Clone().Set("args", args).Set("toolName", t.id).Set("toolCallId", s.callID), "runId", n.runID))
	answer := n.takeAnswer()
	switch {
	case t.requireApproval && answer == nil:
		return nil, s.askForApproval()
	case t.requireApproval && !answer.Bool("approved"):
		return s.end(denialOf(answer)), nil
	}
	call := &ToolCall{Context: ctx, ID: s.callID, AgentID: n.agent.ID, RunID: n.runID, requestContext: n.options.requestContext, canSuspend: true}
	if answer != nil {
		call.resumed, call.resumeData = true, answer
	}
	result, err := safely(t, call, args)
	var waits *suspension
	if errors.As(err, &waits) {
		return nil, s.suspend(waits.payload)
	}
	if err != nil {
		return nil, err
	}
	return s.end(result), nil
}

// end tells the result, and keeps it.
func (s *toolStep) end(result any) any {
	s.report(result, js.Obj("mode", "network"))
	s.emit("tool-execution-end", js.Obj("task", s.task, "primitiveId", s.id, "primitiveType", s.kind, "result", result, "isComplete", false, "iteration", s.iteration,
		"toolCallId", s.callID, "toolName", s.tool.id))
	return result
}

// report keeps what came of the call in the conversation.
func (s *toolStep) report(result any, metadata *js.Object) {
	s.save("assistant", js.String(js.Obj("isNetwork", true, "selectionReason", s.reason, "primitiveType", s.kind, "primitiveId", s.id,
		"finalResult", js.Obj("result", result, "toolCallId", s.callID), "input", s.args)), metadata)
}

func (s *toolStep) askForApproval() error {
	note := js.Obj("toolCallId", s.callID, "toolName", s.id, "args", s.args, "type", "approval", "resumeSchema", networkApproval, "runId", s.runID,
		"primitiveType", "tool", "primitiveId", s.id)
	s.report("", js.Obj("mode", "network", "requireApprovalMetadata", js.Obj(s.id, note)))
	return s.waits("tool-execution-approval", js.Obj("toolName", s.id, "toolCallId", s.callID, "args", s.args, "selectionReason", s.reason,
		"resumeSchema", networkApproval, "runId", s.runID))
}

func (s *toolStep) suspend(payload any) error {
	var schema any = js.Undefined
	if s.tool.resume != nil {
		schema = js.String(s.tool.resume.JSONSchema(zod.Draft7))
	}
	note := js.Obj("toolCallId", s.callID, "toolName", s.id, "args", s.args, "suspendPayload", payload, "type", "suspension", "resumeSchema", schema, "runId", s.runID,
		"primitiveType", "tool", "primitiveId", s.id)
	s.report("", js.Obj("mode", "network", "suspendedTools", js.Obj(s.id, note)))
	return s.waits("tool-execution-suspended", js.Obj("toolName", s.id, "toolCallId", s.callID, "args", s.args, "resumeSchema", schema, "suspendPayload", payload,
		"runId", s.runID, "selectionReason", s.reason))
}

// waits tells what the network waits for. The chunk lacks what every other has.
func (s *toolStep) waits(kind string, payload *js.Object) error {
	s.wait(s.iteration, s.decision)
	s.sink(js.Obj("type", kind, "payload", payload))
	return errWaits
}
