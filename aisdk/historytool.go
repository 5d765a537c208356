package aisdk

import (
	"encoding/json"

	"github.com/mastra-go/mastra"
)

// storedCall is a tool call as a message holds it.
type storedCall struct {
	ID        string          `json:"toolCallId"`
	Name      string          `json:"toolName"`
	State     string          `json:"state"`
	Args      json.RawMessage `json:"args"`
	Result    json.RawMessage `json:"result"`
	ErrorText json.RawMessage `json:"errorText"`
	Approval  struct {
		ID       string          `json:"id"`
		Approved bool            `json:"approved"`
		Reason   json.RawMessage `json:"reason"`
	} `json:"approval"`
}

// over tells that nothing more will come of the call.
func (c *storedCall) over() bool { return c.State != "call" && c.State != "partial-call" }

func callOf(v any) (call storedCall) {
	decode(encode(v), &call)
	return call
}

// learn notes the tool calls of a message.
func (h *history) learn(m *mastra.StoredMessage) {
	note := func(call storedCall) {
		known, ok := h.calls[call.ID]
		if ok && known.over() && !call.over() {
			return
		}
		if ok && !known.over() {
			call.Args = known.Args // a result alone does not say them
		}
		h.calls[call.ID] = call
	}
	for i := range m.Content.Parts {
		if invocation := m.Content.Parts[i].ToolInvocation; invocation != nil {
			note(callOf(invocation))
		}
	}
	for i := range m.Content.ToolInvocations {
		note(callOf(m.Content.ToolInvocations[i]))
	}
}

// waitingCall is a call that waits, as the metadata of a message tells it.
type waitingCall struct {
	toolPayload
	RunID string `json:"runId"`
	asks  bool   // the tool asks; otherwise it wants to be approved
}

func waitingIn(m *mastra.StoredMessage) map[string]waitingCall {
	all := map[string]waitingCall{}
	for name, asks := range map[string]bool{"suspendedTools": true, "pendingToolApprovals": false} {
		var byKey map[string]json.RawMessage
		decode(m.Content.Metadata[name], &byKey)
		for _, raw := range byKey {
			call := waitingCall{asks: asks}
			if decode(raw, &call) && call.ToolCallID != "" {
				all[call.ToolCallID] = call
			}
		}
	}
	return all
}

// call adds a tool call as it stands now, once in the whole history.
func (b *messageBuilder) call(id string, metadata json.RawMessage) {
	if b.told[id] {
		return
	}
	b.told[id] = true
	call, ok := b.calls[id]
	if !ok {
		return
	}
	waiting, waits := b.waiting[id]
	waits = waits && !call.over()
	b.add("tool-"+call.Name, func(o *objectWriter) {
		o.text("toolCallId", id)
		input := displayOf(metadata, "input-available").instead(call.Args)
		switch {
		case waits && !waiting.asks && !b.display.Version.v5():
			o.text("state", "approval-requested")
			o.raw("input", input)
			o.raw("approval", object(func(o *objectWriter) {
				o.text("id", Approval{RunID: waiting.RunID, ToolCallID: id}.ID())
			}))
		default:
			b.state(o, &call, input, metadata)
		}
		o.raw("callProviderMetadata", b.metadata(metadata))
	})
	if waits {
		b.waits(&waiting)
	}
}

// state writes how a call stands.
func (b *messageBuilder) state(o *objectWriter, call *storedCall, input, metadata json.RawMessage) {
	switch call.State {
	case "result":
		o.text("state", "output-available")
		o.raw("input", input)
		o.raw("output", orNull(displayOf(metadata, "output-available").instead(call.Result)))
		if call.Approval.Approved {
			b.decision(o, call)
		}
	case "output-error":
		o.text("state", "output-error")
		o.raw("input", input)
		o.text("errorText", string(b.display.errorText(displayOf(metadata, "error").instead(or(call.ErrorText, `""`)))))
	case "output-denied":
		if b.display.Version.v5() {
			p := b.denial(call)
			o.text("state", "output-error")
			o.raw("input", input)
			o.text("errorText", p.cut.wire("errorText", p.ErrorText))
			return
		}
		o.text("state", "output-denied")
		o.raw("input", input)
		b.decision(o, call)
	case "partial-call":
		o.text("state", "input-streaming")
		o.raw("input", input)
	default:
		o.text("state", "input-available")
		o.raw("input", orNull(input))
	}
}

func (b *messageBuilder) denial(call *storedCall) Part {
	v := toolPayload{ToolCallID: call.ID}
	reason, _ := pieceOf(call.Approval.Reason)
	v.Approval.Reason = text(reason)
	return denied(&v, b.display.Version)
}

// decision writes the decision on a call, which version 5 knows nothing of.
func (b *messageBuilder) decision(o *objectWriter, call *storedCall) {
	if b.display.Version.v5() {
		return
	}
	id := call.Approval.ID
	if id == "" {
		id = call.ID
	}
	o.raw("approval", object(func(o *objectWriter) {
		o.text("id", id)
		o.flag("approved", &call.Approval.Approved)
		reason, _ := pieceOf(call.Approval.Reason)
		o.optional("reason", reason)
	}))
}

// waits adds the data that says what a call waits for, as a stream does.
func (b *messageBuilder) waits(call *waitingCall) {
	p := pendingPart(call.RunID, &call.toolPayload, call.asks, func(phase string, payload json.RawMessage) json.RawMessage {
		return displayOf(call.ProviderMetadata, phase).instead(payload)
	})
	b.parts = append(b.parts, p.appendJSON(nil))
}
