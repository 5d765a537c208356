package aisdk_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// every is what each chunk type comes to where no capture shows it. The run of
// every chunk is r.
var every = []struct {
	name, chunk string
	display     aisdk.Display
	want        []string
}{
	{name: "structured output", chunk: `{"type":"object-result","object":{"a":1}}`, want: []string{`{"type":"data-structured-output","data":{"object":{"a":1}}}`}},
	{name: "a tripwire", chunk: `{"type":"tripwire","payload":{"reason":"blocked","retry":true,"metadata":{"w":1},"processorId":"guard"}}`,
		want: []string{`{"type":"data-tripwire","data":{"reason":"blocked","retry":true,"metadata":{"w":1},"processorId":"guard"}}`, `{"type":"finish","finishReason":"other"}`}},
	{name: "a tool that asks", chunk: `{"type":"tool-call-suspended","runId":"r","payload":{"toolCallId":"c","toolName":"ask","args":{"q":1},"suspendPayload":{"question":"?"},"resumeSchema":"{}"}}`,
		want: []string{`{"type":"data-tool-call-suspended","id":"c","data":{"state":"data-tool-call-suspended","runId":"r","toolCallId":"c","toolName":"ask","suspendPayload":{"question":"?"},"resumeSchema":"{}"}}`}},
	{name: "what people may not see of a question", chunk: `{"type":"tool-call-suspended","runId":"r","payload":{"toolCallId":"c","suspendPayload":"secret"},"metadata":{"mastra":{"toolPayloadTransform":{"display":{"suspend":{"transformed":"masked"}}}}}}`,
		want: []string{`{"type":"data-tool-call-suspended","id":"c","data":{"state":"data-tool-call-suspended","runId":"r","toolCallId":"c","suspendPayload":"masked"}}`}},
	{name: "what people may not see of a call to approve", chunk: `{"type":"tool-call-approval","runId":"r","payload":{"toolCallId":"c","toolName":"w","args":"secret"},"metadata":{"mastra":{"toolPayloadTransform":{"display":{"approval":{"transformed":"masked"}}}}}}`,
		want: []string{`{"type":"tool-approval-request","approvalId":"r::c","toolCallId":"c"}`, `{"type":"data-tool-call-approval","id":"c","data":{"state":"data-tool-call-approval","runId":"r","toolCallId":"c","toolName":"w","args":"masked"}}`}},
	{name: "what people may not see of an error", chunk: `{"type":"tool-error","payload":{"toolCallId":"c","error":"secret"},"metadata":{"mastra":{"toolPayloadTransform":{"display":{"error":{"transformed":"masked"}}}}}}`,
		want: []string{`{"type":"tool-output-error","toolCallId":"c","errorText":"masked"}`}},
	{name: "arguments in other words", chunk: `{"type":"tool-call-delta","payload":{"toolCallId":"c","argsTextDelta":"secret"},"metadata":{"mastra":{"toolPayloadTransform":{"display":{"input-delta":{"transformed":"***"}}}}}}`,
		want: []string{`{"type":"tool-input-delta","toolCallId":"c","inputTextDelta":"***"}`}},
	{name: "a provider's own tool", chunk: `{"type":"tool-call-input-streaming-start","payload":{"toolCallId":"c","toolName":"search","providerExecuted":true,"dynamic":true}}`,
		want: []string{`{"type":"tool-input-start","toolCallId":"c","toolName":"search","providerExecuted":true,"dynamic":true}`}},
	{name: "a call with everything", chunk: `{"type":"tool-call","payload":{"toolCallId":"c","toolName":"w","args":{"a":[1]},"providerExecuted":false,"dynamic":true,"providerMetadata":{"p":{"x":1}},"observability":{"traceparent":"00-1"}}}`,
		want: []string{`{"type":"tool-input-available","toolCallId":"c","toolName":"w","input":{"a":[1]},"providerExecuted":false,"providerMetadata":{"p":{"x":1}},"toolMetadata":{"__mastraObservability":{"traceparent":"00-1"}}}`}},
	{name: "a call without arguments", chunk: `{"type":"tool-call","payload":{"toolCallId":"c","toolName":"w"}}`,
		want: []string{`{"type":"tool-input-available","toolCallId":"c","toolName":"w"}`}},
	{name: "a result that is null", chunk: `{"type":"tool-result","payload":{"toolCallId":"c","result":null,"providerMetadata":null}}`,
		want: []string{`{"type":"tool-output-available","toolCallId":"c","output":null}`}},
	{name: "a background task", chunk: `{"type":"background-task-started","runId":"r","payload":{"taskId":"t","toolName":"w","toolCallId":"c"}}`,
		want: []string{`{"type":"data-background-task-started","id":"t","data":{"taskId":"t","toolName":"w","toolCallId":"c","state":"data-background-task-started","runId":"r"}}`}},
	{name: "a background task that has no id", chunk: `{"type":"background-task-completed","payload":{"toolCallId":"c","runId":"inner","result":{"ok":true}}}`,
		want: []string{`{"type":"data-background-task-completed","id":"c","data":{"toolCallId":"c","result":{"ok":true},"state":"data-background-task-completed","runId":"inner"}}`}},
	{name: "progress of background tasks", chunk: `{"type":"background-task-progress","runId":"r","payload":{"taskIds":["t"],"runningCount":1,"elapsedMs":5}}`,
		want: []string{`{"type":"data-background-task-progress","data":{"taskIds":["t"],"runningCount":1,"elapsedMs":5,"state":"data-background-task-progress","runId":"r"}}`}},
	{name: "data in a payload", chunk: `{"type":"data-x","payload":{"data":{"a":1},"id":"d"}}`, want: []string{`{"type":"data-x","data":{"a":1},"id":"d"}`}},
	{name: "a tool's own data", chunk: `{"type":"tool-output","payload":{"toolCallId":"c","output":{"type":"data-x","data":1,"transient":true}}}`, want: []string{`{"type":"data-x","data":1,"transient":true}`}},
	{name: "a tool's output that is no chunk", chunk: `{"type":"tool-output","payload":{"toolCallId":"c","output":{"percent":5}}}`},
	{name: "a chunk of a run that is observed", chunk: `{"type":"chunk","id":"e","index":3,"data":{"type":"text-delta","runId":"r","payload":{"id":"t","text":"hi"}}}`, want: []string{`{"type":"text-delta","id":"t","delta":"hi"}`}},
	{name: "an envelope of such a chunk without the chunk", chunk: `{"type":"chunk","id":"e","index":3,"data":1}`},
	{name: "metadata of OpenAI, with its reasoning", display: aisdk.Display{SendReasoning: true}, chunk: `{"type":"text-start","payload":{"id":"t","providerMetadata":{"openai":{"itemId":"i"}}}}`,
		want: []string{`{"type":"text-start","id":"t","providerMetadata":{"openai":{"itemId":"i"}}}`}},
	{name: "abort", chunk: `{"type":"abort","payload":{"reason":"x"}}`, want: []string{`{"type":"abort"}`}},
	{name: "a finish without a reason", chunk: `{"type":"finish","payload":{}}`, want: []string{`{"type":"finish","finishReason":"other"}`}},
	{name: "a finish without a reason, for version 5", display: aisdk.Display{Version: aisdk.V5}, chunk: `{"type":"finish","payload":{}}`, want: []string{`{"type":"finish"}`}},
	{name: "an error in other words", display: aisdk.Display{ErrorText: func(e stream.ErrorDetail) string { return "Code " + e.Code }}, chunk: `{"type":"error","payload":{"error":{"message":"x","code":"E1"}}}`,
		want: []string{`{"type":"error","errorText":"Code E1"}`}},
	{name: "an error that is no object", chunk: `{"type":"error","payload":{"error":null}}`, want: []string{`{"type":"error","errorText":"An error occurred."}`}},
	{name: "an error with a name only", chunk: `{"type":"error","payload":{"error":{"name":"TypeError"}}}`, want: []string{`{"type":"error","errorText":"TypeError"}`}},
	{name: "raw", chunk: `{"type":"raw","payload":{"a":1}}`},
	{name: "response-metadata", chunk: `{"type":"response-metadata","payload":{"id":"x"}}`},
	{name: "watch", chunk: `{"type":"watch","payload":{"a":1}}`},
	{name: "step-output", chunk: `{"type":"step-output","payload":{"output":{"type":"text-delta","payload":{"id":"t","text":"x"}}}}`},
	{name: "is-task-complete", chunk: `{"type":"is-task-complete","payload":{"passed":true}}`},
	{name: "goal", chunk: `{"type":"goal","payload":{"status":"active"}}`},
	{name: "object", chunk: `{"type":"object","object":{"a":1}}`},
	{name: "reasoning-file", chunk: `{"type":"reasoning-file","payload":{"data":"aGk=","mimeType":"image/png"}}`},
	{name: "custom", chunk: `{"type":"custom","payload":{"kind":"k"}}`},
	{name: "a network's chunk", chunk: `{"type":"routing-agent-start","runId":"r","payload":{}}`},
	{name: "a workflow's chunk", chunk: `{"type":"workflow-start","runId":"r","payload":{"workflowId":"w"}}`},
	{name: "a delta without an id, which a browser would refuse", chunk: `{"type":"text-delta","payload":{"text":"x"}}`},
	{name: "a delta without a text", chunk: `{"type":"text-delta","payload":{"id":"t"}}`},
	{name: "a call without an id", chunk: `{"type":"tool-call","payload":{"toolName":"w"}}`},
	{name: "a call whose id is a number", chunk: `{"type":"tool-call","payload":{"toolCallId":7,"toolName":"w"}}`},
	{name: "a nested output without an id", chunk: `{"type":"tool-output","payload":{"toolCallId":"c","output":{"type":"tool-output","payload":{"output":{"type":"data-x","data":1}}}}}`},
}

func TestConverter_KnowsEveryChunkType(t *testing.T) {
	for _, c := range every {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, values(t, c.want...), convert(t, chunks(t, c.chunk), aisdk.Options{Display: c.display, OmitStart: true}))
		})
	}
}

func TestConverter_SendsMetadataWithStartAndFinish(t *testing.T) {
	c := readCapture(t, "syn-data-between-start-and-step")
	o := c.options(aisdk.V6)
	o.MessageMetadata = func(chunk stream.Chunk) any {
		if v, ok := chunk.Value().(*stream.Finish); ok {
			return map[string]any{"tokens": v.Usage().TotalTokens}
		}
		return map[string]string{"agent": "a"}
	}
	parts := convert(t, c.Input, o)
	assert.Equal(t, value(t, `{"type":"start","messageId":"msg-2","messageMetadata":{"agent":"a"}}`), parts[0])
	assert.Equal(t, value(t, `{"type":"finish","finishReason":"stop","messageMetadata":{"tokens":3}}`), parts[len(parts)-1])

	o.MessageMetadata = func(stream.Chunk) any { return nil }
	assert.Equal(t, c.output(t, aisdk.V6), convert(t, c.Input, o))
}

func TestConverter_EndsOpenTextsOnRequest(t *testing.T) {
	c := readCapture(t, "syn-network")
	o := c.options(aisdk.V6)
	o.EndText = true
	want := c.output(t, aisdk.V6)
	last := len(want) - 1
	want = append(want[:last:last], value(t, `{"type":"text-end","id":"net-1"}`), want[last])
	assert.Equal(t, want, convert(t, c.Input, o))

	abort := readCapture(t, "syn-abort")
	o = abort.options(aisdk.V6)
	o.EndText = true
	assert.Equal(t, append(abort.output(t, aisdk.V6), value(t, `{"type":"text-end","id":"t1"}`)), convert(t, abort.Input, o))

	plain := readCapture(t, "real-tool-weather")
	o = plain.options(aisdk.V6)
	o.EndText = true
	assert.Equal(t, plain.output(t, aisdk.V6), convert(t, plain.Input, o), "nothing is ended twice")

	assert.Equal(t, values(t, `{"type":"text-start","id":"t"}`, `{"type":"text-end","id":"t"}`, `{"type":"finish","finishReason":"other"}`),
		convert(t, chunks(t, `{"type":"text-start","payload":{"id":"t"}}`, `{"type":"finish","payload":{}}`),
			aisdk.Options{OmitStart: true, Display: aisdk.Display{EndText: true}}), "a finish comes behind all texts")
}

func TestConverter_OpensAndEndsAMessageOfNothing(t *testing.T) {
	for _, from := range []aisdk.Source{aisdk.FromWorkflow, aisdk.FromNetwork} {
		assert.Equal(t, values(t, `{"type":"start"}`, `{"type":"finish"}`), convert(t, nil, aisdk.Options{From: from}))
	}
}

func TestConverter_OpensAndEndsAMessageThatFails(t *testing.T) {
	fail := func(o aisdk.Options, texts ...string) []any {
		c := aisdk.NewConverter(o)
		var parts []aisdk.Part
		for _, chunk := range chunks(t, texts...) {
			parts = append(parts, c.Convert(chunk)...)
		}
		return decoded(t, append(parts, c.Fail("gone")...))
	}
	const held, start = `{"type":"start","payload":{"messageId":"m"}}`, `{"type":"start","messageId":"m"}`
	const text, textStart = `{"type":"text-start","payload":{"id":"t"}}`, `{"type":"text-start","id":"t"}`
	const gone = `{"type":"error","errorText":"gone"}`
	assert.Equal(t, values(t, `{"type":"start"}`, gone), fail(aisdk.Options{}), "a browser wants a start before all else")
	assert.Equal(t, values(t, `{"type":"start"}`, gone), fail(aisdk.Options{From: aisdk.FromNetwork}))
	assert.Equal(t, values(t, start, gone), fail(aisdk.Options{}, held), "one that was held back")
	assert.Equal(t, values(t, gone), fail(aisdk.Options{OmitStart: true}))
	assert.Equal(t, values(t, start, textStart, gone), fail(aisdk.Options{}, held, text))
	assert.Equal(t, values(t, start, textStart, `{"type":"text-end","id":"t"}`, gone),
		fail(aisdk.Options{Display: aisdk.Display{EndText: true}}, held, text), "an open text is ended on request")
}

func TestConverter_OmitsStartAndFinishOnRequest(t *testing.T) {
	c := readCapture(t, "real-plain")
	o := c.options(aisdk.V6)
	o.OmitStart, o.OmitFinish = true, true
	want := c.output(t, aisdk.V6)
	assert.Equal(t, want[1:len(want)-1], convert(t, c.Input, o))
}

func TestConverter_SendsAStartThatNothingFollows(t *testing.T) {
	assert.Equal(t, values(t, `{"type":"start","messageId":"m"}`, `{"type":"data-x","data":1}`),
		convert(t, chunks(t, `{"type":"start","payload":{"messageId":"m"}}`, `{"type":"data-x","data":1}`), aisdk.Options{}))
}

func TestConverter_PassesASecondStartOn(t *testing.T) {
	got := convert(t, chunks(t,
		`{"type":"start","payload":{"messageId":"m1"}}`, `{"type":"step-start","payload":{}}`,
		`{"type":"start","payload":{"messageId":"m2"}}`, `{"type":"step-start","payload":{"messageId":"m3"}}`), aisdk.Options{})
	assert.Equal(t, values(t, `{"type":"start","messageId":"m1"}`, `{"type":"start-step"}`,
		`{"type":"start","messageId":"m2"}`, `{"type":"start-step"}`), got)
}

func TestPart_CanBeReadBack(t *testing.T) {
	yes := true
	for _, p := range []aisdk.Part{
		{Type: aisdk.PartStart, MessageID: "m", MessageMetadata: json.RawMessage(`{"a":1}`)},
		{Type: aisdk.PartTextDelta, ID: "t", Delta: "a\"\\\n\r\t\b\f\x01<é\u2028👍"},
		{Type: aisdk.PartTextDelta, ID: "t"},
		{Type: aisdk.PartToolInputStart, ToolCallID: "c", ToolName: "w", Dynamic: &yes, ProviderExecuted: &yes},
		{Type: aisdk.PartSourceDocument, SourceID: "s", MediaType: "text/plain", Title: "T", Filename: "f"},
		{Type: "data-x", ID: "d", Data: json.RawMessage(`[1]`), Transient: true, Ancestry: []aisdk.Ancestor{{ToolCallID: "c", ToolName: "agent-a", AgentID: "a"}}},
	} {
		b, err := json.Marshal(p)
		require.NoError(t, err)
		var back aisdk.Part
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, p, back)
	}
	b, err := json.Marshal(aisdk.Part{Type: aisdk.PartTextDelta, ID: "t", Delta: "a\xffb"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"text-delta","id":"t","delta":"a\ufffdb"}`, string(b))
}

func TestSubAgent_IsToldOfOnRequest(t *testing.T) {
	c := readCapture(t, "real-subagent")
	o := c.options(aisdk.V6)
	o.SendSubAgents = true
	parts := convert(t, c.Input, o)
	var texts []string
	var steps int
	for _, p := range parts {
		part := p.(map[string]any)
		switch part["type"] {
		case "data-tool-agent":
			data := part["data"].(map[string]any)
			texts = append(texts, data["text"].(string))
			assert.Equal(t, "plain", data["id"])
			assert.Equal(t, values(t, `{"toolCallId":"call_10","toolName":"agent-plain","agentId":"plain"}`), part["ancestry"])
			assert.EqualValues(t, 1, part["depth"])
		case "data-tool-agent-step":
			steps++
			assert.Equal(t, "You said: hi sub", part["data"].(map[string]any)["step"].(map[string]any)["text"])
		}
	}
	assert.Equal(t, []string{"", "You ", "You said: ", "You said: hi ", "You said: hi sub", "You said: hi sub", "You said: hi sub"}, texts)
	assert.Equal(t, 1, steps)
}

func TestSubAgent_ChunkThatCannotBeReadIsDropped(t *testing.T) {
	o := aisdk.Options{OmitStart: true, Display: aisdk.Display{SendSubAgents: true}}
	for _, typ := range []string{"tool-call-input-streaming-start", "tool-call-delta", "tool-call-input-streaming-end", "tool-call", "tool-result", "tool-error"} {
		for _, payload := range []string{`"text"`, `[1]`, `{"toolCallId":7}`} {
			chunk := `{"type":"tool-output","payload":{"toolCallId":"c","output":{"type":"` + typ + `","from":"AGENT","runId":"s","payload":` + payload + `}}}`
			assert.Empty(t, convert(t, chunks(t, chunk), o), chunk)
		}
	}
}

func TestConverter_NeverMistakesADeltaForTheLastOne(t *testing.T) {
	var in, want []string
	for _, c := range [][2]string{
		{`"id":"t","text":"plain"`, `"id":"t","delta":"plain"`},
		{`"id":"t","text":"again"`, `"id":"t","delta":"again"`},
		{`"id":"t","text":""`, `"id":"t","delta":""`},
		{`"id":"t","text":"a\nb"`, `"id":"t","delta":"a\nb"`},
		{`"id":"u","text":"other"`, `"id":"u","delta":"other"`},
		{`"text":"turned","id":"u"`, `"id":"u","delta":"turned"`},
		{`"id":"u","text":"more","providerMetadata":{"p":{"x":"y"}}`, `"id":"u","delta":"more","providerMetadata":{"p":{"x":"y"}}`},
		{`"id":"u","text":"a","x":"b"`, `"id":"u","delta":"a"`},
		{`"id":"u","text":"\",\"id\":\"v"`, `"id":"u","delta":"\",\"id\":\"v"`},
		{`"id":"q\"","text":"quoted"`, `"id":"q\"","delta":"quoted"`},
		{`"id":"q\"","text":"quoted"`, `"id":"q\"","delta":"quoted"`},
	} {
		for _, typ := range []string{"text-delta", "reasoning-delta"} {
			in = append(in, `{"type":"`+typ+`","runId":"r","from":"AGENT","payload":{`+c[0]+`}}`)
			want = append(want, `{"type":"`+typ+`",`+c[1]+`}`)
		}
	}
	o := aisdk.Options{OmitStart: true, Display: aisdk.Display{SendReasoning: true}}
	assert.Equal(t, values(t, want...), convert(t, chunks(t, in...), o))
}
