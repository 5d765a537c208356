package mockserver

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// perform does what was decided and gives the result. answer is what the client
// said where it was asked, nil where it was not.
func (n *network) perform(ctx context.Context, i int, d *decision, answer *js.Object) (any, error) {
	switch {
	case d.done:
		n.emit("network-execution-event-step-finish", js.Obj("task", n.task, "result", d.reason, "isComplete", true, "iteration", i, "runId", n.runID))
		return d.reason, nil
	case d.kind == "agent":
		for _, sub := range n.agent.Agents {
			if sub.ID == d.id {
				return n.callAgent(ctx, i, d, sub)
			}
		}
	case d.kind == "tool":
		if t, ok := findTool(n.agent.Tools, d.id); ok {
			return n.callTool(ctx, i, d, t, answer)
		}
	}
	return nil, errNoRoute
}

// callAgent lets an agent work on the prompt, and tells of everything it does.
func (n *network) callAgent(ctx context.Context, i int, d *decision, sub *Agent) (any, error) {
	stepID := newID()
	n.emit("agent-execution-start", js.Obj("agentId", sub.ID, "args", d.data, "runId", stepID))
	r := &agentRun{
		srv: n.srv, agent: sub, tools: sub, id: stepID, messages: newChat(n.threadID, n.resourceID), messageID: newID(), traceID: newTraceID(), spanID: newSpanID(),
		threadID: n.threadID, resourceID: n.resourceID, options: runOptions{requestContext: n.options.requestContext},
		parent: &agentRun{agent: n.agent, threadID: n.threadID},
	}
	r.sink = func(chunk *js.Object) { n.emit("agent-execution-event-"+chunk.Str("type"), chunk) }
	for _, v := range d.context {
		m := v.(*js.Object).Clone()
		m.Set("content", m.Obj("content").Clone().Merge(contentOf(m.Obj("content").Get("parts"), nowMillis())))
		r.messages.put(&chatMessage{Object: m}, fromInput, true)
	}
	if err := r.messages.add(d.prompt, fromInput); err != nil {
		return nil, err
	}
	if err := r.chooseModels(); err != nil {
		return nil, err
	}
	r.run(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.failure != nil {
		return nil, r.failure
	}
	text, messages := r.text(), []any{}
	for _, m := range r.messages.list {
		messages = append(messages, plainMessage(m, n.threadID, n.resourceID))
	}
	final := js.Obj("text", text, "messages", messages)
	n.save("assistant", js.String(n.report(d, final)), js.Obj("mode", "network"))
	usage := n.count(r)
	if p := r.pending; p != nil {
		kind := "agent-execution-suspended"
		payload := js.Obj("args", js.Obj("prompt", d.prompt), "agentId", sub.ID, "runId", stepID, "toolName", d.id, "toolCallId", d.id, "usage", usage,
			"selectionReason", d.reason)
		if p.resumeSchema != "" {
			payload.Set("resumeSchema", p.resumeSchema)
		}
		if p.approval {
			kind = "agent-execution-approval"
		} else {
			payload.Set("suspendPayload", p.payload)
		}
		n.emit(kind, payload)
		return nil, errNoRoute
	}
	n.emit("agent-execution-end", js.Obj("task", n.task, "agentId", sub.ID, "result", text, "isComplete", false, "iteration", i, "runId", stepID, "usage", usage))
	return text, nil
}

// report is what the conversation keeps of a step.
func (n *network) report(d *decision, final any) *js.Object {
	return js.Obj("isNetwork", true, "selectionReason", d.reason, "primitiveType", d.kind, "primitiveId", d.id, "input", d.prompt, "finalResult", final)
}

// plainMessage is a message in the older format: a text, or its parts.
func plainMessage(m *chatMessage, threadID, resourceID string) *js.Object {
	content := m.content().Get("content")
	if content == nil {
		parts := []any{}
		for _, part := range m.parts() {
			if part.Str("type") == "text" {
				parts = append(parts, js.Obj("type", "text", "text", part.Get("text")))
			}
		}
		content = parts
	}
	return js.Obj("role", m.Str("role"), "id", m.Get("id"), "createdAt", m.Get("createdAt"), "resourceId", resourceID, "threadId", threadID, "type", "text", "content", content)
}

// callTool calls a tool; its arguments are the prompt. One that needs approval
// or asks something waits for the client.
func (n *network) callTool(ctx context.Context, i int, d *decision, t Tool, answer *js.Object) (any, error) {
	args, err := js.Parse([]byte(d.prompt))
	if err != nil {
		return "Error: The prompt provided for tool \"" + t.id + "\" is not valid JSON. Received: \"" + d.prompt +
			"\". Tools require a valid JSON string matching their input schema. Please provide the prompt as properly formatted JSON (e.g., {\"key\": \"value\"}).", nil
	}
	id := newID()
	report := func(result any) string {
		return js.String(js.Obj("isNetwork", true, "selectionReason", d.reason, "primitiveType", d.kind, "primitiveId", d.id,
			"finalResult", js.Obj("result", result, "toolCallId", id), "input", args))
	}
	n.emit("tool-execution-start", js.Obj("args", d.data.Clone().Set("args", args).Set("toolName", t.id).Set("toolCallId", id), "runId", n.runID))
	wait := func(kind, chunk, key, schema string, more *js.Object) error {
		note := js.Obj("toolCallId", id, "toolName", d.id, "args", args).Merge(more).Set("type", kind).Set("resumeSchema", schema).
			Set("runId", n.runID).Set("primitiveType", "tool").Set("primitiveId", d.id)
		n.save("assistant", report(""), js.Obj("mode", "network", key, js.Obj(d.id, note)))
		told := js.Obj("toolName", d.id, "toolCallId", id, "args", args)
		if kind == "approval" {
			told.Set("selectionReason", d.reason).Set("resumeSchema", schema).Set("runId", n.runID)
		} else {
			told.Set("resumeSchema", schema).Merge(more).Set("runId", n.runID).Set("selectionReason", d.reason)
		}
		n.sink(js.Obj("type", chunk, "payload", told))
		n.srv.agents.waitNetwork(&waitingNetwork{network: n, iteration: i, decision: d})
		return errNoRoute
	}
	var result any
	switch call := (&ToolCall{Context: ctx, ID: id, AgentID: n.agent.ID, RunID: n.runID, requestContext: n.options.requestContext, canSuspend: true}); {
	case t.requireApproval && answer == nil:
		return nil, wait("approval", "tool-execution-approval", "requireApprovalMetadata", networkApprovalSchema(), nil)
	case t.requireApproval && !answer.Bool("approved"):
		result = cmp.Or(answer.Str("reason"), denialOf(nil))
	default:
		result, err = t.answered(call, args, answer)
	}
	var waits *suspension
	if errors.As(err, &waits) {
		schema := ""
		if t.resume != nil {
			schema = js.String(t.resume.JSONSchema(zod.Draft7))
		}
		return nil, wait("suspension", "tool-execution-suspended", "suspendedTools", schema, js.Obj("suspendPayload", waits.payload))
	}
	if err != nil {
		return nil, err
	}
	n.save("assistant", report(result), js.Obj("mode", "network"))
	n.emit("tool-execution-end", js.Obj("task", n.task, "primitiveId", d.id, "primitiveType", d.kind, "result", result, "isComplete", false, "iteration", i,
		"toolCallId", id, "toolName", t.id))
	return result, nil
}

// networkApprovalSchema is the schema of the data that answers an approval in a
// network, where no model sees the reason.
func networkApprovalSchema() string {
	return strings.Replace(approvalSchema, "surfaced to the model when", "surfaced when", 1)
}

// verdict is whether the task is complete.
type verdict struct {
	passed                 bool
	reason, text, feedback string
}

// judge asks the model whether the task is complete. What it gives as the final
// answer streams.
func (n *network) judge(ctx context.Context, i int, d *decision, result any) (verdict, error) {
	n.emit("network-validation-start", js.Obj("runId", n.runID, "iteration", i, "checksCount", 1))
	n.emit("routing-agent-text-start", js.Obj("runId", newID()))
	began := time.Now()
	told := ""
	r := &agentRun{messages: newChat("", "")}
	r.sink = func(chunk *js.Object) {
		if chunk.Str("type") != "object" {
			return
		}
		text := chunk.Obj("object").Str("finalResult")
		if chunk.Obj("object").Bool("isComplete") && len(text) > len(told) {
			n.emit("routing-agent-text-delta", js.Obj("text", text[len(told):]))
			told = text
		}
	}
	own := zod.Object(zod.P("isComplete", zod.Boolean()), zod.P("completionReason", zod.String()), zod.P("finalResult", zod.String().Optional()))
	r.options.structured = &structuredOutput{schema: verdictSchema(), own: &own}
	prompt := "Is the task complete? Answer with JSON: isComplete, completionReason, finalResult.\nThe " + d.kind + " " + d.id + " has given: " +
		js.String(result) + "\nOriginal task: " + n.task
	if err := r.messages.add(prompt, fromInput); err != nil {
		return verdict{}, err
	}
	object, err := n.ask(ctx, r)
	if ctx.Err() != nil {
		return verdict{}, ctx.Err()
	}
	took := float64(time.Since(began).Milliseconds())
	v := verdict{passed: object.Bool("isComplete"), reason: object.Str("completionReason"), text: object.Str("finalResult")}
	score := 0
	if v.passed {
		score = 1
	}
	check := js.Obj("score", score, "passed", v.passed, "reason", v.reason)
	if err != nil {
		cause := err
		if r.failure != nil {
			cause = r.failure
		}
		v.reason = "LLM completion check failed: " + cause.Error()
		check.Set("reason", v.reason)
	} else {
		check.Set("finalResult", valueOf(object, "finalResult"))
	}
	check.Set("scorerId", "default-completion").Set("scorerName", "Default LLM Completion").Set("duration", took)
	if v.passed && v.text != "" {
		n.save("assistant", v.text, nil)
	}
	atEnd := n.last > 0 && i >= n.last
	n.emit("network-validation-end", js.Obj("runId", n.runID, "iteration", i, "passed", v.passed, "results", []any{check}, "duration", took, "timedOut", false,
		"reason", v.reason, "maxIterationReached", atEnd, "suppressFeedback", false))
	v.feedback = feedback(v, score, took, atEnd)
	n.save("assistant", v.feedback, js.Obj("mode", "network", "completionResult", js.Obj("passed", v.passed, "suppressFeedback", false)))
	return v, nil
}

func verdictSchema() *js.Object {
	text := func() *js.Object { return js.Obj("type", "string") }
	return js.Obj("type", "object", "properties", js.Obj("isComplete", js.Obj("type", "boolean"), "completionReason", text(), "finalResult", text()),
		"required", js.Strings([]string{"isComplete", "completionReason"}))
}

// feedback is the verdict as the conversation keeps it.
func feedback(v verdict, score int, took float64, atEnd bool) string {
	overall, mark, then := "❌ NOT COMPLETE", "❌", "🔄 Will continue working on the task."
	switch {
	case v.passed:
		overall, mark, then = "✅ COMPLETE", "✅", "✅ The task is complete."
	case atEnd:
		then = "⚠️ Max iterations reached."
	}
	text := "#### Completion Check Results\n\nOverall: " + overall + "\nDuration: " + js.Number(took) + "ms\n\n###### Default LLM Completion (default-completion)\nScore: " +
		js.Number(float64(score)) + " " + mark + "\n"
	if v.reason != "" {
		text += "Reason: " + v.reason + "\n"
	}
	return text + "\n\n\n" + then
}
