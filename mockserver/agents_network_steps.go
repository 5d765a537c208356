package mockserver

import (
	"context"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// perform does what was decided and gives the result.
func (n *network) perform(ctx context.Context, i int, d *decision) (any, error) {
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
			return n.callTool(ctx, i, d, t)
		}
	}
	return nil, errNoRoute
}

// calledAgent is an agent of a network at work.
type calledAgent struct {
	*agentRun
	stepID string
	denial string // why a tool call of it was declined, "" for none
}

// callAgent lets an agent work on the prompt, and tells of everything it does. An
// agent that waits goes on with the client's answer.
func (n *network) callAgent(ctx context.Context, i int, d *decision, sub *Agent) (any, error) {
	r := &calledAgent{stepID: newID()}
	n.emit("agent-execution-start", js.Obj("agentId", sub.ID, "args", d.data, "runId", r.stepID))
	if err := n.work(ctx, r, d, sub); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.failure != nil {
		return nil, r.failure
	}
	text, messages := r.text(), []any{}
	if r.denial != "" {
		text += "\n\n" + r.denial
	}
	for _, m := range r.messages.list {
		messages = append(messages, n.plainMessages(m)...)
	}
	report := js.Obj("isNetwork", true, "selectionReason", d.reason, "primitiveType", d.kind, "primitiveId", d.id, "input", d.prompt,
		"finalResult", js.Obj("text", text, "messages", messages))
	if r.pending != nil {
		return nil, n.agentWaits(i, d, r, report)
	}
	usage := n.count(r.agentRun)
	n.save("assistant", js.String(report), js.Obj("mode", "network"))
	n.emit("agent-execution-end", js.Obj("task", n.task, "agentId", sub.ID, "result", text, "isComplete", false, "iteration", i, "runId", r.stepID, "usage", usage))
	return text, nil
}

// work runs the agent up to its end or its suspension.
func (n *network) work(ctx context.Context, r *calledAgent, d *decision, sub *Agent) error {
	parent := &agentRun{agent: n.agent, threadID: n.threadID}
	sink := func(chunk *js.Object) {
		if chunk.Str("type") == "tool-output-denied" {
			r.denial = chunk.Obj("payload").Obj("approval").Str("reason")
		}
		n.emit("agent-execution-event-"+chunk.Str("type"), chunk.Clone().Set("runId", r.stepID))
	}
	if answer := n.takeAnswer(); answer != nil {
		kept, err := n.srv.agents.take("resumeStream", sub.ID, n.runID, "")
		if err != nil {
			return err
		}
		r.agentRun = n.srv.restore(sub, kept, sink)
		r.parent, r.inner = parent, true
		for _, m := range r.messages.list {
			m.origin &^= fromInput
		}
		r.resumeRun(ctx, answer)
		return nil
	}
	r.agentRun = &agentRun{
		srv: n.srv, agent: sub, tools: sub, id: n.runID, messages: newChat(n.threadID, n.resourceID), messageID: newID(), traceID: newTraceID(), spanID: newSpanID(),
		threadID: n.threadID, resourceID: n.resourceID, options: runOptions{requestContext: n.options.requestContext}, parent: parent, inner: true, sink: sink,
	}
	for _, v := range d.context {
		m := v.(*js.Object).Clone()
		parts, at := objectsOf(m.Obj("content").Get("parts")), nowMillis()
		for i, part := range parts {
			parts[i] = part.Clone().Set("createdAt", at) // it is said anew
		}
		m.Set("content", m.Obj("content").Clone().Set("parts", js.Array(parts)))
		r.messages.put(&chatMessage{Object: m}, fromInput, true)
	}
	if err := r.messages.add(d.prompt, fromInput); err != nil {
		return err
	}
	if err := r.chooseModels(); err != nil {
		return err
	}
	r.run(ctx)
	return nil
}

// agentWaits notes what an agent waits for, and tells it.
func (n *network) agentWaits(i int, d *decision, r *calledAgent, report *js.Object) error {
	p := r.pending
	payload := js.Obj("args", js.Obj("prompt", d.prompt), "agentId", r.agent.ID, "runId", r.stepID, "toolName", d.id, "toolCallId", d.id, "usage", js.Obj(),
		"selectionReason", d.reason)
	note, key, kind, waits := js.Obj(), "requireApprovalMetadata", "approval", "agent-execution-approval"
	if !p.approval {
		key, kind, waits = "suspendedTools", "suspension", "agent-execution-suspended"
		note.Set("suspendPayload", p.payload)
	}
	if p.resumeSchema != "" {
		note.Set("resumeSchema", p.resumeSchema)
		payload.Set("resumeSchema", p.resumeSchema)
	}
	if p.approval {
		note.Set("args", js.Obj("prompt", d.prompt)).Set("toolName", d.id).Set("toolCallId", d.id)
	} else {
		payload.Set("suspendPayload", p.payload)
		note.Set("toolName", d.id).Set("toolCallId", d.id).Set("args", js.Obj("prompt", d.prompt))
	}
	note.Set("runId", n.runID).Set("type", kind).Set("primitiveType", "agent").Set("primitiveId", d.id)
	n.save("assistant", js.String(report), js.Obj("mode", "network", key, js.Obj(d.id, note)))
	n.wait(i, decisionOf(d.data.Clone().Set("conversationContext", r.seen(len(d.context)))))
	n.emit(waits, payload)
	return errWaits
}

// seen is the conversation as the agent has got it: its parts have times.
func (r *calledAgent) seen(count int) []any {
	out := []any{}
	for _, m := range r.messages.list[:count] {
		content := m.content().Clone()
		out = append(out, m.Object.Clone().Set("content", content))
	}
	return out
}
