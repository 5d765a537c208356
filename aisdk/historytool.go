package aisdk

import "encoding/json"

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
		o.text("errorText", b.display.errorText(displayOf(metadata, "error").instead(encode(call.ErrorText))))
	case "output-denied":
		if b.display.Version.v5() {
			p := b.denial(call)
			o.text("state", "output-error")
			o.raw("input", input)
			o.text("errorText", p.ErrorText)
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
	v.Approval.Reason = call.Approval.Reason
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
		o.optional("reason", call.Approval.Reason)
	}))
}

// waits adds the data that says what a call waits for, as a stream does.
func (b *messageBuilder) waits(call *waitingCall) {
	p := pendingPart(call.RunID, &call.toolPayload, call.asks, func(phase string, payload json.RawMessage) json.RawMessage {
		return displayOf(call.ProviderMetadata, phase).instead(payload)
	})
	b.parts = append(b.parts, p.appendJSON(nil))
}
