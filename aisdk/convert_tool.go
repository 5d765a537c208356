package aisdk

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/mastra-go/mastra/stream"
)

// toolPayload is what the chunks about tool calls hold, taken together.
type toolPayload struct {
	ToolCallID       string          `json:"toolCallId"`
	ToolName         string          `json:"toolName"`
	Args             json.RawMessage `json:"args"`
	ArgsTextDelta    json.RawMessage `json:"argsTextDelta"`
	Result           json.RawMessage `json:"result"`
	Error            json.RawMessage `json:"error"`
	Output           json.RawMessage `json:"output"`
	SuspendPayload   json.RawMessage `json:"suspendPayload"`
	ResumeSchema     json.RawMessage `json:"resumeSchema"`
	ProviderExecuted *bool           `json:"providerExecuted"`
	Dynamic          bool            `json:"dynamic"`
	ProviderMetadata json.RawMessage `json:"providerMetadata"`
	Observability    json.RawMessage `json:"observability"`
	Approval         struct {
		Reason text `json:"reason"`
	} `json:"approval"`
}

// tool converts a chunk about a tool call.
func (c *Converter) tool(chunk stream.Chunk) {
	var v toolPayload
	if !decode(chunk.Payload(), &v) || v.ToolCallID == "" {
		return
	}
	p := Part{ToolCallID: v.ToolCallID, ProviderExecuted: v.ProviderExecuted}
	switch chunk.Type {
	case stream.TypeToolCallInputStart:
		p.Type, p.ToolName, p.Dynamic = PartToolInputStart, v.ToolName, &v.Dynamic
	case stream.TypeToolCallDelta:
		piece, ok := pieceOf(inputDelta(chunk, v.ArgsTextDelta))
		if !ok {
			return
		}
		p.Type = PartToolInputDelta
		p.InputTextDelta = c.delta(&p, "inputTextDelta", v.ToolCallID, piece)
	case stream.TypeToolCall:
		p.Type, p.ToolName = PartToolInputAvailable, v.ToolName
		p.Input = shown(chunk, "input-available", v.Args)
		p.ProviderMetadata = providerData(v.ProviderMetadata)
		if observability := present(v.Observability); observability != nil {
			p.ToolMetadata = encode(map[string]json.RawMessage{"__mastraObservability": observability})
		}
	case stream.TypeToolResult:
		p.Type, p.Output = PartToolOutputAvailable, shown(chunk, "output-available", v.Result)
		p.ProviderMetadata = providerData(v.ProviderMetadata)
	case stream.TypeToolError:
		p.Type = PartToolOutputError
		p.ErrorText = p.cut.show("errorText", string(c.o.errorText(shown(chunk, "error", v.Error))))
	case stream.TypeToolOutputDenied:
		p = denied(&v, c.o.Version)
	case stream.TypeToolCallApproval, stream.TypeToolCallSuspended:
		c.pending(chunk, &v)
		return
	case stream.TypeToolOutput:
		c.toolOutput(&v)
		return
	}
	c.emit(p)
}

// declined is what a browser with version 5, which knows no denied calls, is told
// where nobody gave a reason.
const declined = "Tool call was not approved by the user"

func denied(v *toolPayload, version Version) Part {
	if !version.v5() {
		return Part{Type: PartToolOutputDenied, ToolCallID: v.ToolCallID}
	}
	p := Part{Type: PartToolOutputError, ToolCallID: v.ToolCallID}
	p.ErrorText = p.cut.show("errorText", cmp.Or(string(v.Approval.Reason), declined))
	return p
}

// pending asks a person: for a decision in the AI SDK's own way where it has one,
// and in data that says what is asked.
func (c *Converter) pending(chunk stream.Chunk, v *toolPayload) {
	asks := chunk.Type == stream.TypeToolCallSuspended
	if !asks && !c.o.Version.v5() {
		c.emit(Part{
			Type:       PartToolApprovalRequest,
			ApprovalID: Approval{RunID: chunk.RunID, ToolCallID: v.ToolCallID}.ID(),
			ToolCallID: v.ToolCallID,
		})
	}
	c.emit(pendingPart(chunk.RunID, v, asks, func(phase string, payload json.RawMessage) json.RawMessage {
		return shown(chunk, phase, payload)
	}))
}

// pendingPart says what a call waits for: an answer, where the tool asks, or a
// decision.
func pendingPart(runID string, v *toolPayload, asks bool, shown func(phase string, payload json.RawMessage) json.RawMessage) Part {
	p := Part{Type: "data-tool-call-approval", ID: v.ToolCallID}
	if asks {
		p.Type = "data-tool-call-suspended"
	}
	p.Data = object(func(o *objectWriter) {
		o.text("state", p.Type)
		o.optional("runId", runID)
		o.text("toolCallId", v.ToolCallID)
		o.optional("toolName", v.ToolName)
		if asks {
			o.raw("suspendPayload", shown("suspend", v.SuspendPayload))
		} else {
			o.raw("args", shown("approval", v.Args))
		}
		o.raw("resumeSchema", v.ResumeSchema)
	})
	return p
}

// toolOutput converts what a tool wrote while it ran. What a sub-agent, workflow
// or network wrote comes in an envelope for each of them that it passed through.
func (c *Converter) toolOutput(v *toolPayload) {
	ancestry := []Ancestor{ancestor(v.ToolCallID, v.ToolName)}
	output := v.Output
	for {
		chunk, err := stream.ParseChunk(orNull(output))
		if err != nil {
			return
		}
		if chunk.Type != stream.TypeToolOutput {
			c.written(chunk, ancestry)
			return
		}
		var envelope struct {
			toolPayload
			Payload *toolPayload `json:"payload"`
		}
		if !decode(output, &envelope) {
			return
		}
		inner := &envelope.toolPayload
		if envelope.Payload != nil {
			inner = envelope.Payload
		}
		if inner.ToolCallID == "" {
			return
		}
		ancestry = append(ancestry, ancestor(inner.ToolCallID, inner.ToolName))
		output = inner.Output
	}
}

func ancestor(toolCallID, toolName string) Ancestor {
	a := Ancestor{ToolCallID: toolCallID, ToolName: toolName}
	if agent, ok := strings.CutPrefix(toolName, "agent-"); ok {
		a.AgentID = agent
	}
	return a
}

// written converts a chunk that stood in a tool's output.
func (c *Converter) written(chunk stream.Chunk, ancestry []Ancestor) {
	switch chunk.From {
	case "AGENT":
		if c.o.SendSubAgents {
			c.subAgent(chunk, ancestry)
		}
	case "WORKFLOW":
		c.workflow(c.workflows, chunk, workflowScope{prefix: "data-tool-workflow"})
	case "NETWORK":
		c.network(chunk, "data-tool-network")
	default:
		if isData(chunk.Type) {
			c.data(chunk)
		}
	}
}

// A tool may have a payload replaced or hidden where people see it. The chunk then
// says so, for each phase of the call, in its metadata.
type displayed struct {
	Transformed json.RawMessage `json:"transformed"`
	Projected   json.RawMessage `json:"projected"`
	Suppress    json.RawMessage `json:"suppress"`
}

func displayOf(metadata json.RawMessage, phase string) (d displayed) {
	if metadata == nil {
		return d
	}
	type byPhase struct {
		Display map[string]json.RawMessage `json:"display"`
	}
	var v struct {
		Mastra struct {
			Transform  byPhase `json:"toolPayloadTransform"`
			Projection byPhase `json:"toolPayloadProjection"`
		} `json:"mastra"`
	}
	if !decode(metadata, &v) {
		return d
	}
	state := present(v.Mastra.Transform.Display[phase])
	if state == nil {
		state = v.Mastra.Projection.Display[phase]
	}
	decode(state, &d)
	if d.Transformed == nil {
		d.Transformed = d.Projected
	}
	return d
}

// shown is what people may see of a chunk's payload.
func shown(chunk stream.Chunk, phase string, payload json.RawMessage) json.RawMessage {
	return displayOf(chunk.Metadata(), phase).instead(payload)
}

func (d displayed) instead(payload json.RawMessage) json.RawMessage {
	if d.Transformed != nil {
		return d.Transformed
	}
	return payload
}

// inputDelta is the piece of arguments that people may see; nil for none.
func inputDelta(chunk stream.Chunk, piece json.RawMessage) json.RawMessage {
	d := displayOf(chunk.Metadata(), "input-delta")
	if string(d.Suppress) == "true" {
		return nil
	}
	if text := present(d.Transformed); text != nil {
		return text
	}
	return piece
}
