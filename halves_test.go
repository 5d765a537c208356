package mastra_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// Half a character that is alone, as JSON has it, goes out again as it came. In a Go
// string it is U+FFFD.

const (
	halves = `\ude00 \ud83d\ude00 \\ud83d \ud83d`
	asGo   = "\ufffd 😀 \\ud83d \ufffd"
	// asSent is the text where it was decoded and encoded again.
	asSent = `\ude00 😀 \\ud83d \ud83d`
)

func TestHalves_OfATranscriptGoBackToTheModel(t *testing.T) {
	call := `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c1","toolName":"lookup","args":{"id":1,"note":"` + halves + `"}}}`
	more := `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"tool-calls"}}}`
	type args struct {
		ID   int    `json:"id"`
		Note string `json:"note"`
	}
	var told args
	tool := mastra.NewClientTool("lookup", "", func(_ context.Context, in args) (string, error) { told = in; return "x", nil })
	for _, tt := range []struct{ name, event, want string }{
		{"a text", piece("text", "1", halves), `"content":"` + asSent + `"`},
		{"a result", `{"type":"tool-result","runId":"r","payload":{"toolCallId":"c0","toolName":"w","result":{"said":"` + halves + `"}}}`, `{"type":"json","value":{"said":"` + halves + `"}}`},
		{"no result", `{"type":"tool-result","runId":"r","payload":{"toolCallId":"c0","toolName":"w"}}`, `{"type":"json","value":null}`},
		{"a tool's error", `{"type":"tool-error","runId":"r","payload":{"toolCallId":"c0","toolName":"w","error":{"message":"` + halves + `"}}}`, `{"type":"error-text","value":"` + asSent + `"}`},
		{"a decline", `{"type":"tool-output-denied","runId":"r","payload":{"toolCallId":"c0","toolName":"w","approval":{"id":"c0","approved":false,"reason":"` + halves + `"}}}`, `{"type":"text","value":"` + asSent + `"}`},
		{"arguments", stepEnds, `"input":{"id":1,"note":"` + halves + `"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, bodies := replaying(t, []string{tt.event, stepEnds, call, more, allSent}, []string{stops, allSent})
			s, err := client.Agent("a").Stream(t.Context(), withTools("x", tool))
			require.NoError(t, err)
			_, err = s.Result()
			require.NoError(t, err)
			require.Len(t, bodies(), 2)
			assert.Contains(t, bodies()[1], tt.want)
			assert.Equal(t, asGo, told.Note)
		})
	}
}

func TestHalves_OfAWholeAnswerGoBackToTheModel(t *testing.T) {
	asked := 0
	var second []byte
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 1 {
			say(w, 200, `{"text":"`+halves+`","finishReason":"tool-calls","runId":"r","toolCalls":[{"type":"tool-call","payload":{"toolCallId":"c1","toolName":"lookup","args":{"id":1}}}],
				"response":{"messages":[{"role":"assistant","content":[{"type":"text","text":"`+halves+`"},{"type":"tool-call","toolCallId":"c1","toolName":"lookup","input":{"id":1}}]}]}}`)
			return
		}
		second, _ = io.ReadAll(r.Body)
		say(w, 200, `{"text":"","finishReason":"stop"}`)
	})
	res, err := client.Agent("a").Generate(t.Context(), withTools("x", lookupTool()))
	require.NoError(t, err)
	assert.Equal(t, asGo, res.Text)
	assert.Contains(t, string(second), `"text":"`+halves+`"`)
}

func TestHalves_OfStoredMessagesAreWrittenAsTheyCame(t *testing.T) {
	for name, message := range map[string]string{
		"text":              `{"id":"1","role":"user","content":{"format":2,"parts":[{"type":"text","text":"%s"}]}}`,
		"content":           `{"id":"1","role":"user","content":{"format":2,"parts":[],"content":"%s"}}`,
		"plain text":        `{"id":"1","role":"user","content":"%s"}`,
		"bare parts":        `{"id":"1","role":"user","content":[{"type":"text","text":"%s"}]}`,
		"reasoning":         `{"id":"1","role":"user","content":{"format":2,"parts":[{"type":"reasoning","reasoning":"%[1]s","details":[{"type":"text","text":"%[1]s"}]}],"reasoning":"%[1]s"}}`,
		"a file's name":     `{"id":"1","role":"user","content":{"format":2,"parts":[{"type":"file","data":"x","mimeType":"a/b","filename":"%s"}]}}`,
		"a tool's error":    `{"id":"1","role":"user","content":{"format":2,"parts":[{"type":"tool-invocation","toolInvocation":{"state":"result","toolCallId":"c","args":{"a":"%[1]s"},"errorText":"%[1]s"}}]}}`,
		"what is not known": `{"id":"1","role":"user","content":{"format":2,"parts":[{"type":"new","x":"%[1]s"}],"y":"%[1]s"},"z":"%[1]s"}`,
		"metadata":          `{"id":"1","role":"user","content":{"format":2,"parts":[],"metadata":{"mood":"%s"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			came := fmt.Sprintf(message, halves)
			m := decode[mastra.StoredMessage](t, []byte(came))
			written, err := json.Marshal(m)
			require.NoError(t, err)
			assert.Equal(t, sorted(t, came), sorted(t, string(written)))
			assert.Equal(t, m, decode[mastra.StoredMessage](t, written))
		})
	}
	m := decode[mastra.StoredMessage](t, []byte(`{"id":"1","role":"user","content":"`+halves+`"}`))
	assert.Equal(t, asGo, m.Text())
}

func TestStoredMessage_TextThatIsChangedIsWrittenAsItIs(t *testing.T) {
	for _, text := range []string{"mine", "", "\ufffd"} {
		m := decode[mastra.StoredMessage](t, []byte(`{"id":"1","role":"user","content":{"format":2,"parts":[{"type":"text","text":"a\ud83d"}]}}`))
		m.Content.Parts[0].Text = text
		written, err := json.Marshal(m)
		require.NoError(t, err)
		assert.JSONEq(t, `{"id":"1","role":"user","content":{"format":2,"parts":[{"type":"text","text":"`+text+`"}]}}`, string(written))
	}
}

func TestHalves_OfWhatWaitsComeThroughAStore(t *testing.T) {
	const said = `{"said":"` + halves + `"}`
	pending := through(t, decode[mastra.Pending](t, []byte(`{"kind":"suspended","runId":"r","toolCallId":"c","toolName":"w","args":`+said+`,"suspendPayload":`+said+`,"resumeSchema":{"json":`+said+`}}`)))
	assert.Equal(t, said, string(pending.Args))
	assert.Equal(t, said, string(pending.SuspendPayload))
	assert.Equal(t, said, string(pending.ResumeSchema))

	state := through(t, decode[mastra.RunState](t, []byte(`{"runId":"r","status":"suspended","payload":`+said+`,"result":`+said+`,"initialState":`+said+`,
		"steps":{"s":{"status":"suspended","payload":`+said+`,"suspendPayload":{"said":"`+halves+`","__workflow_meta":{"path":["s"]}}}},
		"error":{"name":"Error","message":"`+halves+`","details":`+said+`}}`)))
	assert.Equal(t, said, string(state.Input))
	assert.Equal(t, said, string(state.Result))
	assert.Equal(t, said, string(state.State))
	assert.Equal(t, said, string(state.Steps["s"].Input))
	assert.Equal(t, asGo, state.Failure.Message)
	text, err := json.Marshal(state.Failure)
	require.NoError(t, err)
	assert.Equal(t, sorted(t, `{"name":"Error","message":"`+halves+`","details":`+said+`}`), sorted(t, string(text)))
	require.Len(t, state.Suspensions(), 1)
	suspension := through(t, state.Suspensions()[0])
	assert.Equal(t, said, string(suspension.Payload))

	res := through(t, decode[mastra.AgentResult](t, []byte(`{"text":"`+halves+`","object":`+said+`,"toolCalls":[{"type":"tool-call","payload":{"toolCallId":"c","toolName":"w","args":`+said+`}}],
		"toolResults":[{"type":"tool-result","payload":{"toolCallId":"c","toolName":"w","result":`+said+`}}]}`)))
	assert.Equal(t, asGo, res.Text)
	assert.Equal(t, said, string(res.Object))
	assert.Equal(t, said, string(res.ToolCalls[0].Args))
	assert.Equal(t, said, string(res.ToolResults[0].Result))
}

func TestHalves_OfJSONInATextAreEscapedInIt(t *testing.T) {
	var p mastra.Pending
	require.NoError(t, json.Unmarshal([]byte(`{"resumeSchema":"{\"json\":{\"title\":\"a\ud83d\"}}"}`), &p))
	assert.Equal(t, `{"title":"a\ud83d"}`, string(p.ResumeSchema))

	state := decode[mastra.RunState](t, []byte(`{"runId":"r","snapshot":"{\"status\":\"success\",\"result\":\"a\ud83d\",\"context\":{}}"}`))
	assert.Equal(t, `"a\ud83d"`, string(state.Result))

	listed := decode[mastra.RunState](t, []byte(`{"runId":"r","steps":"{\"s\":{\"status\":\"success\",\"output\":\"a\ud83d\"}}"}`))
	assert.Equal(t, `"a\ud83d"`, string(listed.Steps["s"].Output))
}

func TestHalves_OfACallReachTheServer(t *testing.T) {
	var got []byte
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		say(w, 200, fine)
	}, mastra.WithRequestContext(map[string]any{"client": json.RawMessage(`"` + halves + `"`)}))
	req := mastra.AgentRequest{Messages: mastra.RawMessages([]byte(`{"role":"user","content":"` + halves + `"}`))}
	req.RequestContext = map[string]any{"call": json.RawMessage(`"` + halves + `"`)}
	req.Extra = map[string]any{"more": json.RawMessage(`{"requestContext":"` + halves + `"}`)}
	_, err := client.Agent("a").Generate(t.Context(), req)
	require.NoError(t, err)
	for _, want := range []string{`"content":"` + halves + `"`, `"client":"` + halves + `"`, `"call":"` + halves + `"`, `"more":{"requestContext":"` + halves + `"}`} {
		assert.Contains(t, string(got), want)
	}
	require.NoError(t, client.Do(t.Context(), http.MethodPost, "/x", json.RawMessage(`{"requestContext":{"own":"`+halves+`","n":1e400}}`), nil))
	assert.Contains(t, string(got), `"own":"`+halves+`"`)
	assert.Contains(t, string(got), `"n":1e400`)
}

// through is what comes back from a store of JSON.
func through[T any](t testing.TB, v T) T {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return decode[T](t, text)
}

// sorted is JSON with the members of its objects in order, and its texts as they are.
func sorted(t testing.TB, text string) string {
	t.Helper()
	var members map[string]json.RawMessage
	if text[0] != '{' {
		var elements []json.RawMessage
		if text[0] != '[' {
			return text
		}
		require.NoError(t, json.Unmarshal([]byte(text), &elements))
		for i := range elements {
			elements[i] = json.RawMessage(sorted(t, string(elements[i])))
		}
		return fmt.Sprintf("%s", elements)
	}
	require.NoError(t, json.Unmarshal([]byte(text), &members))
	for name, member := range members {
		members[name] = json.RawMessage(sorted(t, string(member)))
	}
	return fmt.Sprintf("%s", members)
}
