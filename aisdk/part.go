package aisdk

import (
	"encoding/json"
	"strings"
)

// The types of parts. Application data has types of its own, each beginning with
// PartPrefixData.
const (
	PartStart               = "start"
	PartFinish              = "finish"
	PartAbort               = "abort"
	PartError               = "error"
	PartStartStep           = "start-step"
	PartFinishStep          = "finish-step"
	PartTextStart           = "text-start"
	PartTextDelta           = "text-delta"
	PartTextEnd             = "text-end"
	PartReasoningStart      = "reasoning-start"
	PartReasoningDelta      = "reasoning-delta"
	PartReasoningEnd        = "reasoning-end"
	PartSourceURL           = "source-url"
	PartSourceDocument      = "source-document"
	PartFile                = "file"
	PartToolInputStart      = "tool-input-start"
	PartToolInputDelta      = "tool-input-delta"
	PartToolInputAvailable  = "tool-input-available"
	PartToolOutputAvailable = "tool-output-available"
	PartToolOutputError     = "tool-output-error"
	PartToolApprovalRequest = "tool-approval-request"
	PartToolOutputDenied    = "tool-output-denied"

	PartPrefixData = "data-"
)

// Part is one part of a UI message stream, which is what the AI SDK calls a UI
// message chunk. Which fields count depends on Type; a field that its type does
// not have is not sent, and neither is an optional one that is empty.
type Part struct {
	// Type is one of the constants above, or `data-*`.
	Type string `json:"type"`
	// ID names the text, reasoning or data that the part belongs to.
	ID string `json:"id"`

	// MessageID of the message that a start opens or continues.
	MessageID string `json:"messageId"`
	// MessageMetadata of a start or finish: any JSON.
	MessageMetadata json.RawMessage `json:"messageMetadata"`
	// FinishReason of a finish.
	FinishReason string `json:"finishReason"`

	// Delta is the text of a text-delta or reasoning-delta. Where the model's text was
	// cut within a character, that is whole in the delta that completes it; the browser
	// gets the two halves as they came, unless Delta is changed. Half a character that is
	// alone is U+FFFD here, and goes out as it came; so it is with ErrorText, Title and
	// Filename.
	Delta string `json:"delta"`
	// ErrorText of an error or a failed tool call.
	ErrorText string `json:"errorText"`

	ToolCallID string `json:"toolCallId"`
	ToolName   string `json:"toolName"`
	// InputTextDelta is a piece of a call's arguments as JSON text, its characters whole
	// like those of Delta.
	InputTextDelta string `json:"inputTextDelta"`
	// Input and Output of a tool call: any JSON, nil where there is none.
	Input  json.RawMessage `json:"input"`
	Output json.RawMessage `json:"output"`
	// ProviderExecuted and Dynamic are nil where nothing is known about it.
	ProviderExecuted *bool           `json:"providerExecuted"`
	Dynamic          *bool           `json:"dynamic"`
	ToolMetadata     json.RawMessage `json:"toolMetadata"`
	// ApprovalID comes back with the decision; see [Approval].
	ApprovalID string `json:"approvalId"`

	SourceID  string `json:"sourceId"`
	URL       string `json:"url"`
	MediaType string `json:"mediaType"`
	Title     string `json:"title"`
	Filename  string `json:"filename"`

	// Data of a `data-*` part: any JSON.
	Data json.RawMessage `json:"data"`
	// Transient data is not kept in the message.
	Transient bool `json:"transient"`
	// Ancestry of a `data-tool-agent` or `data-tool-agent-step` part: the calls
	// that led to the sub-agent, the outermost first.
	Ancestry []Ancestor `json:"ancestry"`

	ProviderMetadata json.RawMessage `json:"providerMetadata"`

	cut cutTexts
}

// Ancestor is a tool call through which a sub-agent was reached.
type Ancestor struct {
	ToolCallID string `json:"toolCallId"`
	ToolName   string `json:"toolName,omitempty"`
	// AgentID is the agent that the tool stands for.
	AgentID string `json:"agentId,omitempty"`
}

// MarshalJSON writes the part as it stands on the wire.
func (p Part) MarshalJSON() ([]byte, error) { return p.appendJSON(nil), nil }

// isData tells a `data-*` type.
func isData(typ string) bool { return strings.HasPrefix(typ, PartPrefixData) }

// appendJSON appends the part to b. Clients reject a part that lacks a required
// member or holds null for an optional one, so every type lists what it has.
func (p *Part) appendJSON(b []byte) []byte {
	o := objectWriter{append(b, '{')}
	o.text("type", p.Type)
	switch p.Type {
	case PartStart:
		o.raw("messageMetadata", p.MessageMetadata)
		o.optional("messageId", p.MessageID)
	case PartFinish:
		o.optional("finishReason", p.FinishReason)
		o.raw("messageMetadata", p.MessageMetadata)
	case PartStartStep, PartFinishStep, PartAbort:
	case PartError:
		o.text("errorText", p.cut.wire("errorText", p.ErrorText))
	case PartTextStart, PartTextEnd, PartReasoningStart, PartReasoningEnd:
		o.text("id", p.ID)
		o.raw("providerMetadata", p.ProviderMetadata)
	case PartTextDelta, PartReasoningDelta:
		o.text("id", p.ID)
		o.text("delta", p.cut.wire("delta", p.Delta))
		o.raw("providerMetadata", p.ProviderMetadata)
	case PartSourceURL:
		o.text("sourceId", p.SourceID)
		o.text("url", p.URL)
		o.optional("title", p.cut.wire("title", p.Title))
		o.raw("providerMetadata", p.ProviderMetadata)
	case PartSourceDocument:
		o.text("sourceId", p.SourceID)
		o.text("mediaType", p.MediaType)
		o.text("title", p.cut.wire("title", p.Title))
		o.optional("filename", p.cut.wire("filename", p.Filename))
		o.raw("providerMetadata", p.ProviderMetadata)
	case PartFile:
		o.text("mediaType", p.MediaType)
		o.text("url", p.URL)
	case PartToolApprovalRequest:
		o.text("approvalId", p.ApprovalID)
		o.text("toolCallId", p.ToolCallID)
	default:
		if isData(p.Type) {
			p.appendData(&o)
		} else {
			p.appendTool(&o)
		}
	}
	return append(o.b, '}')
}

func (p *Part) appendTool(o *objectWriter) {
	o.text("toolCallId", p.ToolCallID)
	switch p.Type {
	case PartToolInputStart:
		o.text("toolName", p.ToolName)
		o.flag("providerExecuted", p.ProviderExecuted)
		o.flag("dynamic", p.Dynamic)
	case PartToolInputDelta:
		o.text("inputTextDelta", p.cut.wire("inputTextDelta", p.InputTextDelta))
	case PartToolInputAvailable:
		o.text("toolName", p.ToolName)
		o.raw("input", p.Input)
		o.flag("providerExecuted", p.ProviderExecuted)
		o.raw("providerMetadata", p.ProviderMetadata)
		o.flag("dynamic", p.Dynamic)
		o.raw("toolMetadata", p.ToolMetadata)
	case PartToolOutputAvailable:
		o.raw("output", p.Output)
		o.flag("providerExecuted", p.ProviderExecuted)
		o.raw("providerMetadata", p.ProviderMetadata)
		o.flag("dynamic", p.Dynamic)
	case PartToolOutputError:
		o.text("errorText", p.cut.wire("errorText", p.ErrorText))
		o.flag("providerExecuted", p.ProviderExecuted)
		o.flag("dynamic", p.Dynamic)
	}
}

func (p *Part) appendData(o *objectWriter) {
	data := p.Data
	if data == nil {
		data = jsonNull
	}
	o.raw("data", data)
	o.optional("id", p.ID)
	if p.Transient {
		o.literal("transient", "true")
	}
	if len(p.Ancestry) > 0 {
		o.value("ancestry", p.Ancestry)
		o.value("depth", len(p.Ancestry))
		if len(p.Ancestry) > 1 {
			o.optional("parentAgentId", p.Ancestry[len(p.Ancestry)-2].AgentID)
		}
	}
}
