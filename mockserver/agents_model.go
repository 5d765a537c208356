package mockserver

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// modelRun is one call of one model: its parts become chunks as they arrive, and
// parts of the answer that is remembered.
type modelRun struct {
	*agentRun
	ctx       context.Context
	begun     func() // stops waiting for the first part
	entry     modelChoice
	startedAt float64
	// quiet holds the step-start back until the first part, for a model that is
	// replaced by another where it cannot be called.
	quiet, opened bool
	touched       bool
	usage         Usage
	finish        FinishReason
	metadata      *js.Object

	text, reasoningText       string
	reasoning, sources, files []any
	calls                     []*toolCallState
	callChunks                []any
	parts                     []any
	part                      modelPart // the text or reasoning that is being sent
	object                    any
	fallback                  bool
	named                     bool // the response has been named
	stepSpan                  *js.Object
}

// call asks the model. Parts arrive through onPart.
func (m *modelRun) call(ctx context.Context) error {
	ctx, begun, end := m.options.timeouts.ofCall(ctx)
	defer end()
	m.ctx, m.begun, m.called = ctx, begun, true
	m.metadata = js.Obj("id", "resp-1", "timestamp", "1970-01-01T00:00:00.000Z", "modelId", m.entry.model)
	c := &ModelCall{
		AgentID: m.agent.ID, ModelID: m.entry.model, Prompt: m.messages.prompt(m.instructions()), Tools: m.toolNames(),
		requestContext: m.options.requestContext, server: m.srv, ctx: ctx, part: m.onPart, usage: Usage{InputTokens: 11, OutputTokens: 7},
	}
	if wanted := m.options.structured; wanted != nil {
		c.Schema = js.Marshal(wanted.schema)
		if m.objects == nil || !m.durable() {
			m.objects = &objectStream{run: m.agentRun}
		}
	}
	if !m.quiet {
		m.open()
	}
	err := m.askAgain(ctx, c)
	if late := expired(ctx); late != nil {
		err = late
	}
	m.touched, m.usage, m.finish = c.touched, c.usage, c.finish
	if err == nil {
		m.name()
		c.end()
		err = c.err
	}
	if err == nil && m.objects != nil {
		m.object, m.fallback, err = m.objects.finish(m.finish)
	}
	if err != nil && !c.touched {
		m.metadata = js.Obj("id", newID(), "timestamp", js.ISO(now()), "modelId", m.entry.model, "modelVersion", "v2", "modelProvider", m.entry.provider)
	}
	return err
}

// open publishes that the model has begun to answer.
func (m *modelRun) open() {
	if m.opened {
		return
	}
	m.opened = true
	if m.durable() {
		m.stepSpan = m.span()
		m.emit("step-start", js.Obj("stepId", "durable-llm-execution", "messageId", m.messageID, "startedAt", m.startedAt, "warnings", []any{}, "request", js.Obj()))
		return
	}
	payload := js.Obj("warnings", []any{}, "messageId", m.messageID, "startedAt", m.startedAt, "request", js.Obj())
	if m.inner {
		payload = js.Obj("request", js.Obj(), "warnings", []any{}, "messageId", m.messageID, "startedAt", m.startedAt)
	}
	m.send(js.Obj("runId", m.id, "from", "AGENT", "type", "step-start", "payload", payload))
}

// name tells a durable run's clients what the model calls its answer.
func (m *modelRun) name() {
	if m.durable() && !m.named {
		m.named = true
		m.emit("response-metadata", js.Obj("type", "response-metadata").Merge(m.metadata))
	}
}

// ask calls the model's function; a panic is an error.
func (m *modelRun) ask(ctx context.Context, c *ModelCall) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if m.entry.ask == nil {
		return fmt.Errorf("agent %s has no model", m.agent.ID)
	}
	if err := m.entry.ask(ctx, c); err != nil {
		return err
	}
	return c.err
}

func (m *modelRun) instructions() string {
	if m.options.instructions != "" {
		return m.options.instructions
	}
	return m.agent.Instructions
}

// onPart takes one part of the model's stream.
func (m *modelRun) onPart(p modelPart) error {
	m.begun()
	m.open()
	m.name()
	switch p.kind {
	case "text-start", "reasoning-start":
		m.part = p
		m.emit(p.kind, js.Obj("id", p.id))
	case "text-delta":
		return m.onText(p)
	case "text-end":
		m.emit(p.kind, js.Obj("type", p.kind, "id", p.id))
		m.closePart()
	case "reasoning-delta":
		m.part.text = js.Join(m.part.text, p.text)
		m.emit(p.kind, js.Obj("id", p.id, "text", p.text))
	case "reasoning-end":
		m.emit(p.kind, js.Obj("id", p.id))
		m.closePart()
	case "source":
		m.onSource(p)
	case "file":
		m.onFile(p)
	default:
		return m.onTool(p)
	}
	return nil
}

func (m *modelRun) onText(p modelPart) error {
	if gate := m.agent.Gate; gate != nil {
		if t := gate.check(m.ctx, js.Join(m.agentRun.text(), m.text, p.text)); t != nil {
			m.tripped = tripwireOf(gate, t)
			return errAborted
		}
	}
	m.text = js.Join(m.text, p.text)
	m.part.text = js.Join(m.part.text, p.text)
	if m.objects != nil {
		m.objects.piece(p.text)
	}
	m.emit("text-delta", js.Obj("id", p.id, "text", p.text))
	return nil
}

// closePart keeps the text or reasoning that was open.
func (m *modelRun) closePart() {
	text, id := m.part.text, m.part.id
	switch {
	case m.part.kind == "text-start" && text != "":
		m.parts = append(m.parts, js.Obj("type", "text", "text", text, "createdAt", nowMillis()))
	case m.part.kind == "reasoning-start":
		m.parts = append(m.parts, js.Obj("type", "reasoning", "reasoning", text, "details", []any{js.Obj("type", "text", "text", text)}, "createdAt", nowMillis()))
		m.reasoningText = js.Join(m.reasoningText, text)
		// A whole answer's reasoning has a new id.
		if m.whole && !m.durable() {
			id = "reasoning_" + newID()
		}
		m.reasoning = append(m.reasoning, m.chunk("reasoning", js.Obj("id", id, "text", text)))
	}
	m.part = modelPart{}
}

// closeParts is what was said so far, for an answer that breaks off.
func (m *modelRun) closeParts() []any {
	m.closePart()
	return m.parts
}

func (m *modelRun) onSource(p modelPart) {
	chunk := m.chunk("source", js.Obj("id", p.id, "sourceType", "url", "title", p.name, "url", p.text))
	m.sources = append(m.sources, chunk)
	m.parts = append(m.parts, js.Obj("type", "source", "source", js.Obj("sourceType", "url", "id", p.id, "url", p.text, "title", p.name), "createdAt", nowMillis()))
	m.send(chunk)
}

func (m *modelRun) onFile(p modelPart) {
	data, _ := p.data.([]byte)
	encoded := base64.StdEncoding.EncodeToString(data)
	chunk := m.chunk("file", js.Obj("data", encoded, "base64", encoded, "mimeType", p.mediaType))
	m.files = append(m.files, chunk)
	m.parts = append(m.parts, js.Obj("type", "file", "data", encoded, "mimeType", p.mediaType, "createdAt", nowMillis()))
	m.send(chunk)
}

func (m *modelRun) onTool(p modelPart) error {
	switch p.kind {
	case "tool-input-start":
		state := &toolCallState{id: p.id, name: p.name, result: js.Undefined, client: m.isClientTool(p.name)}
		if state.client || !m.hasTool(p.name) {
			state.observability = js.Obj("traceparent", "00-"+m.traceID+"-"+newSpanID()+"-01")
		}
		m.calls = append(m.calls, state)
		m.emit("tool-call-input-streaming-start", m.withObservability(js.Obj("toolCallId", p.id, "toolName", p.name)))
	case "tool-input-delta":
		m.emit("tool-call-delta", js.Obj("argsTextDelta", p.text, "toolCallId", p.id, "toolName", p.name))
	case "tool-input-end":
		m.emit("tool-call-input-streaming-end", js.Obj("toolCallId", p.id))
	case "tool-call":
		args, err := js.Parse([]byte(p.text))
		if err != nil {
			args = js.Obj()
		}
		m.calls[len(m.calls)-1].args = args
		chunk := m.chunk("tool-call", m.withObservability(js.Obj("toolCallId", p.id, "toolName", p.name, "args", args)))
		m.callChunks = append(m.callChunks, chunk)
		m.parts = append(m.parts, js.Obj("type", "tool-invocation", "toolInvocation",
			js.Obj("state", "call", "toolCallId", p.id, "toolName", p.name, "args", args), "createdAt", nowMillis()))
		m.send(chunk)
	}
	return nil
}

func (m *modelRun) withObservability(payload *js.Object) *js.Object {
	if o := m.calls[len(m.calls)-1].observability; o != nil {
		payload.Set("observability", o)
	}
	return payload
}
