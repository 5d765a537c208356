package aisdk_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
)

// A browser refuses a part that lacks a member, or has one that its type has not.
func TestPart_IsWrittenWithTheMembersOfItsType(t *testing.T) {
	yes, no := true, false
	full := aisdk.Part{
		ID: "i", MessageID: "m", MessageMetadata: json.RawMessage(`{"meta":1}`), FinishReason: "stop", Delta: "d", ErrorText: "e",
		ToolCallID: "c", ToolName: "n", InputTextDelta: "x", Input: json.RawMessage(`1`), Output: json.RawMessage(`2`),
		ProviderExecuted: &yes, Dynamic: &no, ToolMetadata: json.RawMessage(`{"tool":1}`), ApprovalID: "a",
		SourceID: "s", URL: "u", MediaType: "t", Title: "ti", Filename: "f",
		Data: json.RawMessage(`[3]`), Transient: true, ProviderMetadata: json.RawMessage(`{"p":{}}`),
		Ancestry: []aisdk.Ancestor{{ToolCallID: "1", ToolName: "agent-a", AgentID: "a"}, {ToolCallID: "2", ToolName: "agent-b", AgentID: "b"}},
	}
	for typ, want := range map[string]struct{ full, bare string }{
		aisdk.PartStart:          {`"messageId":"m","messageMetadata":{"meta":1}`, ``},
		aisdk.PartFinish:         {`"finishReason":"stop","messageMetadata":{"meta":1}`, ``},
		aisdk.PartAbort:          {``, ``},
		aisdk.PartStartStep:      {``, ``},
		aisdk.PartFinishStep:     {``, ``},
		aisdk.PartError:          {`"errorText":"e"`, `"errorText":""`},
		aisdk.PartTextStart:      {`"id":"i","providerMetadata":{"p":{}}`, `"id":""`},
		aisdk.PartTextDelta:      {`"id":"i","delta":"d","providerMetadata":{"p":{}}`, `"id":"","delta":""`},
		aisdk.PartTextEnd:        {`"id":"i","providerMetadata":{"p":{}}`, `"id":""`},
		aisdk.PartReasoningStart: {`"id":"i","providerMetadata":{"p":{}}`, `"id":""`},
		aisdk.PartReasoningDelta: {`"id":"i","delta":"d","providerMetadata":{"p":{}}`, `"id":"","delta":""`},
		aisdk.PartReasoningEnd:   {`"id":"i","providerMetadata":{"p":{}}`, `"id":""`},
		aisdk.PartSourceURL:      {`"sourceId":"s","url":"u","title":"ti","providerMetadata":{"p":{}}`, `"sourceId":"","url":""`},
		aisdk.PartSourceDocument: {`"sourceId":"s","mediaType":"t","title":"ti","filename":"f","providerMetadata":{"p":{}}`, `"sourceId":"","mediaType":"","title":""`},
		aisdk.PartFile:           {`"url":"u","mediaType":"t"`, `"url":"","mediaType":""`},
		aisdk.PartToolInputStart: {`"toolCallId":"c","toolName":"n","providerExecuted":true,"dynamic":false`, `"toolCallId":"","toolName":""`},
		aisdk.PartToolInputDelta: {`"toolCallId":"c","inputTextDelta":"x"`, `"toolCallId":"","inputTextDelta":""`},
		aisdk.PartToolInputAvailable: {`"toolCallId":"c","toolName":"n","input":1,"providerExecuted":true,"providerMetadata":{"p":{}},"dynamic":false,"toolMetadata":{"tool":1}`,
			`"toolCallId":"","toolName":""`},
		aisdk.PartToolOutputAvailable: {`"toolCallId":"c","output":2,"providerExecuted":true,"providerMetadata":{"p":{}},"dynamic":false`, `"toolCallId":""`},
		aisdk.PartToolOutputError:     {`"toolCallId":"c","errorText":"e","providerExecuted":true,"dynamic":false`, `"toolCallId":"","errorText":""`},
		aisdk.PartToolApprovalRequest: {`"approvalId":"a","toolCallId":"c"`, `"approvalId":"","toolCallId":""`},
		aisdk.PartToolOutputDenied:    {`"toolCallId":"c"`, `"toolCallId":""`},
		"data-note": {`"data":[3],"id":"i","transient":true,"depth":2,"parentAgentId":"a",
			"ancestry":[{"toolCallId":"1","toolName":"agent-a","agentId":"a"},{"toolCallId":"2","toolName":"agent-b","agentId":"b"}]`, `"data":null`},
	} {
		t.Run(typ, func(t *testing.T) {
			written := func(p aisdk.Part, want string) {
				p.Type = typ
				b, err := json.Marshal(p)
				require.NoError(t, err)
				if want != "" {
					want = "," + want
				}
				assert.JSONEq(t, `{"type":"`+typ+`"`+want+`}`, string(b))
			}
			written(full, want.full)
			written(aisdk.Part{}, want.bare)
		})
	}
}

func TestPart_OfASubAgentThatIsReachedDirectlyHasNoParent(t *testing.T) {
	b, err := json.Marshal(aisdk.Part{Type: "data-tool-agent", Data: json.RawMessage(`{}`), Ancestry: []aisdk.Ancestor{{ToolCallID: "1", AgentID: "a"}}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"data-tool-agent","data":{},"depth":1,"ancestry":[{"toolCallId":"1","agentId":"a"}]}`, string(b))
}
