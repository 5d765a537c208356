package aisdk_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// Half a character that is alone goes on as it came, wherever a text stands.

// half is a text with a high half at its end, and a low half, a whole pair and an
// escape that is none before it, as JSON holds it.
const half = `\ude00 \ud83d\ude00 \\ud83d \ud83d`

// halfUnits are its UTF-16 units.
var halfUnits = []uint16{0xde00, ' ', 0xd83d, 0xde00, ' ', '\\', 'u', 'd', '8', '3', 'd', ' ', 0xd83d}

// inGo is the text in Go.
const inGo = "\ufffd 😀 \\ud83d \ufffd"

// requireHalves finds the value of a member, however deep and in whatever order, and
// checks that it is the text with its halves.
func requireHalves(t testing.TB, wire, member string) {
	t.Helper()
	_, value, found := strings.Cut(wire, `"`+member+`":`)
	require.True(t, found, "no %s in %s", member, wire)
	var literal json.RawMessage
	require.NoError(t, json.NewDecoder(strings.NewReader(value)).Decode(&literal))
	assert.Equal(t, halfUnits, unitsOf(t, string(literal)), wire)
}

func TestHalves_OfAChunkReachTheBrowser(t *testing.T) {
	everything := aisdk.Display{SendReasoning: true, SendSources: true, SendSubAgents: true, SendStepErrors: true}
	v5 := everything
	v5.Version = aisdk.V5
	same := everything
	same.ErrorText = func(e stream.ErrorDetail) string { return e.Message }
	const failure = `{"name":"Error","message":"` + half + `","stack":"SECRET"}`
	for _, tt := range []struct {
		name, typ, member string
		display           aisdk.Display
		from              aisdk.Source
		events            []string
	}{
		{"an error", "error", "errorText", everything, aisdk.FromAgent, []string{`{"type":"error","runId":"r","payload":{"error":` + failure + `}}`}},
		{"an error that is a text", "error", "errorText", everything, aisdk.FromAgent, []string{`{"type":"error","runId":"r","payload":{"error":"` + half + `"}}`}},
		{"an error that the application has looked at", "error", "errorText", same, aisdk.FromAgent, []string{`{"type":"error","runId":"r","payload":{"error":` + failure + `}}`}},
		{"a tool's error", "tool-output-error", "errorText", everything, aisdk.FromAgent, []string{`{"type":"tool-error","runId":"r","payload":{"toolCallId":"c","toolName":"w","error":` + failure + `}}`}},
		{"a tool's error behind its cause", "tool-output-error", "errorText", everything, aisdk.FromAgent, []string{`{"type":"tool-error","runId":"r","payload":{"toolCallId":"c","toolName":"w","error":{"cause":` + failure + `}}}`}},
		{"a background task's error", "data-background-task-failed", "message", everything, aisdk.FromAgent, []string{`{"type":"background-task-failed","runId":"r","payload":{"taskId":"k","error":` + failure + `}}`}},
		{"a background task's output beside an error", "data-background-task-output", "text", everything, aisdk.FromAgent, []string{
			`{"type":"background-task-output","runId":"r","payload":{"taskId":"k","payload":{"error":{"message":"m","stack":"SECRET"},"text":"` + half + `"}}}`}},
		{"a decline", "tool-output-error", "errorText", v5, aisdk.FromAgent, []string{`{"type":"tool-output-denied","runId":"r","payload":{"toolCallId":"c","approval":{"reason":"` + half + `"}}}`}},
		{"a source's title", "source-url", "title", everything, aisdk.FromAgent, []string{`{"type":"source","runId":"r","payload":{"sourceType":"url","id":"s","url":"https://x.y","title":"` + half + `"}}`}},
		{"a document's title", "source-document", "title", everything, aisdk.FromAgent, []string{`{"type":"source","runId":"r","payload":{"sourceType":"document","id":"s","title":"` + half + `","filename":"f"}}`}},
		{"a document's name", "source-document", "filename", everything, aisdk.FromAgent, []string{`{"type":"source","runId":"r","payload":{"sourceType":"document","id":"s","filename":"` + half + `"}}`}},
		{"a document's name as its title", "source-document", "title", everything, aisdk.FromAgent, []string{`{"type":"source","runId":"r","payload":{"sourceType":"document","id":"s","filename":"` + half + `"}}`}},
		{"arguments", "tool-input-available", "city", everything, aisdk.FromAgent, []string{`{"type":"tool-call","runId":"r","payload":{"toolCallId":"c","toolName":"w","args":{"city":"` + half + `"}}}`}},
		{"a result", "tool-output-available", "city", everything, aisdk.FromAgent, []string{`{"type":"tool-result","runId":"r","payload":{"toolCallId":"c","toolName":"w","result":{"city":"` + half + `"}}}`}},
		{"a question", "data-tool-call-suspended", "question", everything, aisdk.FromAgent, []string{`{"type":"tool-call-suspended","runId":"r","payload":{"toolCallId":"c","toolName":"w","suspendPayload":{"question":"` + half + `"}}}`}},
		{"a tripwire", "data-tripwire", "reason", everything, aisdk.FromAgent, []string{`{"type":"tripwire","runId":"r","payload":{"reason":"` + half + `"}}`}},
		{"application data", "data-x", "note", everything, aisdk.FromAgent, []string{`{"type":"data-x","data":{"note":"` + half + `"}}`}},
		{"a structured output", "data-structured-output", "note", everything, aisdk.FromAgent, []string{`{"type":"object-result","object":{"note":"` + half + `"}}`}},
		{"a sub-agent's tool error", "data-tool-agent", "errorText", everything, aisdk.FromAgent, []string{
			`{"type":"tool-output","runId":"r","payload":{"toolCallId":"c","toolName":"agent-x","output":{"type":"tool-error","runId":"s","from":"AGENT","payload":{"toolCallId":"d","toolName":"w","error":` + failure + `}}}}`}},
		{"a step that failed", "error", "errorText", everything, aisdk.FromWorkflow, []string{
			`{"type":"workflow-start","runId":"r","payload":{"workflowId":"w"}}`, `{"type":"workflow-step-result","runId":"r","payload":{"id":"s","status":"failed","error":` + failure + `}}`}},
		{"a step's output", "data-workflow-step", "note", everything, aisdk.FromWorkflow, []string{
			`{"type":"workflow-start","runId":"r","payload":{"workflowId":"w"}}`, `{"type":"workflow-step-result","runId":"r","payload":{"id":"s","status":"success","output":{"note":"` + half + `"}}}`}},
		{"a network's result beside an error", "data-network", "text", everything, aisdk.FromNetwork, []string{
			`{"type":"routing-agent-start","runId":"r","payload":{"networkId":"n","runId":"s"}}`, `{"type":"agent-execution-start","runId":"r","payload":{"agentId":"a","runId":"s1"}}`,
			`{"type":"agent-execution-end","runId":"r","payload":{"runId":"s1","result":{"e":{"message":"m","stack":"SECRET"},"text":"` + half + `"}}}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			converted(t, append(tt.events, `{"type":"finish","runId":"r","payload":{}}`), aisdk.Options{From: tt.from, Display: tt.display}, func(t *testing.T, parts []aisdk.Part) {
				sent := wire(t, parts, tt.typ)
				require.NotEmpty(t, sent)
				requireHalves(t, sent[len(sent)-1], tt.member)
				assert.NotContains(t, strings.Join(sent, ""), "SECRET")
				for _, p := range parts {
					for _, text := range []string{p.ErrorText, p.Title, p.Filename} {
						assert.Contains(t, []string{"", inGo, "f", "s"}, text, "in Go it is valid UTF-8")
					}
				}
			})
		})
	}
}

func TestHalves_OfAThreadReachThePage(t *testing.T) {
	const call = `{"type":"tool-invocation","toolInvocation":{"toolCallId":"c","toolName":"w","args":{"city":"` + half + `"},`
	everything := aisdk.Display{SendReasoning: true, SendSources: true}
	v5 := everything
	v5.Version = aisdk.V5
	content := func(parts string) string { return `{"format":2,"parts":[` + parts + `]}` }
	for _, tt := range []struct {
		name, member, content string
		display               aisdk.Display
	}{
		{"a text", "text", content(`{"type":"text","text":"` + half + `"}`), everything},
		{"a text that is the content", "text", `"` + half + `"`, everything},
		{"a text beside the parts", "text", `{"format":2,"parts":[],"content":"` + half + `"}`, everything},
		{"a text of the older form", "text", `[{"type":"text","text":"` + half + `"}]`, everything},
		{"reasoning", "text", content(`{"type":"reasoning","reasoning":"` + half + `"}`), everything},
		{"reasoning in pieces", "text", content(`{"type":"reasoning","reasoning":"","details":[{"type":"text","text":"\ude00 \ud83d"},{"type":"text","text":"\ude00 \\ud83d \ud83d"}]}`), everything},
		{"reasoning beside the parts", "text", `{"format":2,"parts":[],"reasoning":"` + half + `"}`, everything},
		{"a file's name", "filename", content(`{"type":"file","data":"aGk=","mimeType":"text/plain","filename":"` + half + `"}`), everything},
		{"an attachment's name", "filename", `{"format":2,"parts":[],"experimental_attachments":[{"url":"https://x.y","contentType":"a/b","name":"` + half + `"}]}`, everything},
		{"a source's title", "title", content(`{"type":"source","source":{"sourceType":"url","id":"s","url":"https://x.y","title":"` + half + `"}}`), everything},
		{"arguments", "city", content(call + `"state":"call"}}`), everything},
		{"a result", "said", content(call + `"state":"result","result":{"said":"` + half + `"}}}`), everything},
		{"an error", "errorText", content(call + `"state":"output-error","errorText":"` + half + `"}}`), everything},
		{"a decision", "reason", content(call + `"state":"output-denied","approval":{"id":"c","approved":false,"reason":"` + half + `"}}}`), everything},
		{"a decision as an error", "errorText", content(call + `"state":"output-denied","approval":{"id":"c","approved":false,"reason":"` + half + `"}}}`), v5},
		{"data", "note", content(`{"type":"data-x","data":{"note":"` + half + `"}}`), everything},
		{"a provider's metadata", "sig", content(`{"type":"text","text":"t","providerMetadata":{"p":{"sig":"` + half + `"},"mastra":{}}}`), everything},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := aisdk.Messages(stored(t, `{"id":"1","role":"assistant","content":`+tt.content+`}`), tt.display)
			require.Len(t, all, 1)
			page, err := json.Marshal(all)
			require.NoError(t, err)
			requireHalves(t, string(page), tt.member)
		})
	}
	all := aisdk.Messages(stored(t, `{"id":"1","role":"user","content":{"format":2,"parts":[{"type":"text","text":"x"}],"metadata":{"mood":"`+half+`"}}}`), everything)
	requireHalves(t, string(all[0].Metadata), "mood")
}

func TestHistory_TextThatIsChangedIsShownAsItIs(t *testing.T) {
	thread := stored(t, `{"id":"1","role":"assistant","content":{"format":2,"parts":[{"type":"text","text":"secret \ud83d"}]}}`)
	part := &thread[0].Content.Parts[0]
	part.Text = strings.ReplaceAll(part.Text, "secret", "***")
	assert.Equal(t, values(t, `{"type":"text","text":"*** \ufffd","state":"done"}`), uiParts(t, aisdk.Messages(thread, aisdk.Display{})[0]))
}

func TestPart_ErrorTextThatIsChangedIsSentAsItIs(t *testing.T) {
	c := aisdk.NewConverter(aisdk.Options{OmitStart: true, Display: aisdk.Display{ErrorText: func(e stream.ErrorDetail) string { return "told: " + e.Message }}})
	parts := c.Convert(chunks(t, `{"type":"error","payload":{"error":"\ud83d"}}`)[0])
	require.Len(t, parts, 1)
	assert.Equal(t, []string{"{\"type\":\"error\",\"errorText\":\"told: \ufffd\"}"}, wire(t, parts, "error"))
	parts[0].ErrorText = "mine"
	assert.Equal(t, []string{`{"type":"error","errorText":"mine"}`}, wire(t, parts, "error"))
}

func TestHalves_OfABrowserReachTheServer(t *testing.T) {
	end := chunks(t, `{"type":"finish","runId":"run-1","payload":{}}`)
	for _, tt := range []struct{ name, member, body string }{
		{"a message", "text", `{"messages":[{"role":"user","parts":[{"type":"text","text":"` + half + `"}]}]}`},
		{"an answer", "said", `{"messages":[],"runId":"run-1","resumeData":{"said":"` + half + `"}}`},
		{"a reason", "reason", `{"trigger":"submit-message","messages":[{"role":"assistant","parts":[{"type":"tool-w","toolCallId":"c","state":"approval-responded",
			"approval":{"id":"run-1::c","approved":false,"reason":"` + half + `"}}]}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			up := newUpstream(t, replay(end...))
			res := post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), tt.body)
			require.Equal(t, http.StatusOK, res.Status, res.Body)
			seen := up.seen()
			require.Len(t, seen, 1)
			requireHalves(t, seen[0].Body, tt.member)
		})
	}
	up := newUpstream(t, runs(`{"runId":"r","status":"suspended","steps":{"a":{"status":"suspended"}}}`, records(chunks(t, `{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"success"}}`)...)))
	res := post(t, aisdk.WorkflowHandler(up.client(t).Workflow("w"), aisdk.WorkflowConfig{}), `{"inputData":{"said":"`+half+`"}}`)
	require.Equal(t, http.StatusOK, res.Status, res.Body)
	var bodies strings.Builder
	for _, c := range up.seen() {
		bodies.WriteString(c.Body)
	}
	requireHalves(t, bodies.String(), "said")
}

func TestStacks_AreTakenOutOfWhateverHoldsErrors(t *testing.T) {
	for in, want := range map[string]string{
		`{"message":"m","stack":"S"}`:                                                            `{"message":"m"}`,
		`{"stack":"S","cause":{"x":1},"message":"m"}`:                                            `{"message":"m"}`,
		`{"stack":"S", "message" : "m" , "responseBody":[1,{"a":2}], "z":1.50, "cause":null}`:    `{"message":"m","z":1.50}`,
		`{"stack":"S","b":[ {"message":"m","stack":"S"}, 1e400 ],"a":{"message":7,"stack":"s"}}`: `{"stack":"S","b":[{"message":"m"},1e400],"a":{"message":7,"stack":"s"}}`,
		`{"message":"m","cause":{"message":"c","stack":"S"}}`:                                    `{"message":"m"}`,
		`{"message":"m","\u0073tack":"S","<\u0061>\ud83d":"\ud83d","e":[]}`:                      `{"message":"m","<\u0061>\ud83d":"\ud83d","e":[]}`,
		`{"message":"m","n":{},"stack":"S","stack":"S"}`:                                         `{"message":"m","n":{}}`,
		// What Forward removes, of what is an error for sure.
		`{"error":{"message":"m","url":"S","data":{"k":"S"},"details":{"k":"S"},"headers":{},"code":1}}`:        `{"error":{"message":"m","code":1}}`,
		`{"message":"m","requestBodyValues":{},"url":"S","details":{"k":"S"},"data":"S","code":1}`:              `{"message":"m","code":1}`,
		`{"name":"AI_APICallError","url":"S","responseHeaders":{"k":"S"},"statusCode":503}`:                     `{"name":"AI_APICallError","statusCode":503}`,
		`{"errors":[{"name":"E","stack":"S"},{"data":"S"}],"data":"of cards"}`:                                  `{"errors":[{"name":"E"},{}],"data":"of cards"}`,
		`{"stack":"E: m\n    at x.js:1","url":"S"}`:                                                             `{}`,
		`{"message":"cards","url":"https://a.test","data":[1],"details":"of cards","headers":["a"],"errors":0}`: `{"message":"cards","url":"https://a.test","data":[1],"details":"of cards","headers":["a"],"errors":0}`,
		`{ "stack" : "of cards" }`:    `{ "stack" : "of cards" }`,
		`["\u0041", {"message":"m"}]`: `["\u0041", {"message":"m"}]`,
	} {
		c := aisdk.NewConverter(aisdk.Options{OmitStart: true})
		parts := c.Convert(chunks(t, `{"type":"background-task-output","payload":{"taskId":"k","payload":`+in+`}}`)[0])
		require.Len(t, parts, 1)
		var data struct{ Payload json.RawMessage }
		require.NoError(t, json.Unmarshal(parts[0].Data, &data))
		assert.Equal(t, compact(t, want), string(data.Payload), in)
	}
}

// compact is JSON without the space between its tokens.
func compact(t testing.TB, text string) string {
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, []byte(text)))
	return b.String()
}
