package aisdk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// Where Mastra's own converter is at fault the right thing is done instead. Every
// such place has a test here, which names the capture that shows the fault, and
// nothing else may differ from the captures.

func chunks(t testing.TB, texts ...string) []stream.Chunk {
	t.Helper()
	var all []stream.Chunk
	for _, text := range texts {
		c, err := stream.ParseChunk([]byte(text))
		require.NoError(t, err, text)
		all = append(all, c)
	}
	return all
}

// swap replaces one part of a capture's output, found by its type.
func swap(t testing.TB, parts []any, typ string, with ...any) []any {
	t.Helper()
	out, found := []any{}, false
	for _, p := range parts {
		if p.(map[string]any)["type"] == typ && !found {
			out, found = append(out, with...), true
			continue
		}
		out = append(out, p)
	}
	require.True(t, found, "no part %s", typ)
	return out
}

func TestDivergence_ErrorTextsHoldNoStackTraces(t *testing.T) {
	for name, want := range map[string]string{
		"real-model-error":       "model exploded",
		"syn-error-object":       "x",
		"syn-error-empty-object": aisdk.ErrorMessage,
	} {
		for _, v := range versions {
			t.Run(name+"/"+versionName(v), func(t *testing.T) {
				c := readCapture(t, name)
				want := swap(t, c.output(t, v), "error", map[string]any{"type": "error", "errorText": want})
				got := convert(t, c.Input, c.options(v))
				assert.Equal(t, want, got)
			})
		}
	}

	t.Run("the reference shows the server's stack in real-model-error", func(t *testing.T) {
		c := readCapture(t, "real-model-error")
		assert.Contains(t, string(c.Output["all"]), ".mastra/output")
		assert.NotContains(t, fmt.Sprint(convert(t, c.Input, c.options(aisdk.V6))), "    at ")
	})

	t.Run("a stack that was thrown as text, and one in a tool's error", func(t *testing.T) {
		got := convert(t, chunks(t,
			`{"type":"tool-call","runId":"r","payload":{"toolCallId":"c","toolName":"w","args":{}}}`,
			`{"type":"tool-error","runId":"r","payload":{"toolCallId":"c","error":{"message":"no such city","stack":"Error: no such city\n    at x.js:1"}}}`,
			`{"type":"error","runId":"r","payload":{"error":"Error: boom\n    at y.js:2\n    at z.js:3"}}`,
		), aisdk.Options{OmitStart: true})
		assert.Equal(t, values(t,
			`{"type":"tool-input-available","toolCallId":"c","toolName":"w","input":{}}`,
			`{"type":"tool-output-error","toolCallId":"c","errorText":"no such city"}`,
			`{"type":"error","errorText":"Error: boom"}`,
		), got)
	})

	t.Run("in what is told of background tasks and of sub-agents", func(t *testing.T) {
		c := aisdk.NewConverter(aisdk.Options{Display: aisdk.Display{SendSubAgents: true}})
		var sent strings.Builder
		for _, chunk := range chunks(t,
			`{"type":"background-task-failed","runId":"r","payload":{"taskId":"t","error":{"message":"lost","stack":"at SECRET"}}}`,
			`{"type":"background-task-output","runId":"r","payload":{"taskId":"t","payload":{"type":"tool-output","payload":{"output":{"type":"error","payload":{"error":{"message":"lost","st\u0061ck":"at SECRET","responseBody":"SECRET"}}}}}}}`,
			`{"type":"tool-output","runId":"r","payload":{"toolCallId":"c","toolName":"agent-a","output":{"type":"tool-error","from":"AGENT","runId":"s","payload":{"toolCallId":"d","toolName":"w","error":{"message":"lost","stack":"at SECRET"}}}}}`,
		) {
			for _, p := range c.Convert(chunk) {
				b, err := p.MarshalJSON()
				require.NoError(t, err)
				sent.Write(b)
			}
		}
		assert.Contains(t, sent.String(), "data-background-task-failed")
		assert.Contains(t, sent.String(), "data-background-task-output")
		assert.Contains(t, sent.String(), "data-tool-agent")
		assert.Equal(t, 3, strings.Count(sent.String(), "lost"), sent.String())
		assert.NotContains(t, sent.String(), "SECRET")
	})
}

func TestDivergence_Version5IsToldOfADeniedCallAsAFailedOne(t *testing.T) {
	for name, reason := range map[string]string{
		"real-approval-declined":      "Tool call was not approved by the user",
		"real-approval-resume-stream": "too fragile",
	} {
		c := readCapture(t, name)
		id := c.output(t, aisdk.V5)[0].(map[string]any)["toolCallId"]
		o := c.options(aisdk.V5)
		o.OmitStart = true
		want := swap(t, c.output(t, aisdk.V5), "tool-output-denied",
			map[string]any{"type": "tool-output-error", "toolCallId": id, "errorText": reason})
		assert.Equal(t, want, convert(t, c.Input, o), name)
	}
}

func TestDivergence_Version5IsToldOnlyFinishReasonsThatItKnows(t *testing.T) {
	c := readCapture(t, "syn-finish-unknown")
	for reason, want := range map[string]string{"suspended": "other", "abort": "other", "unknown": "unknown", "stop": "stop"} {
		last := len(c.Input) - 1
		finish := strings.Replace(string(c.Input[last].Raw()), `"reason":"unknown"`, `"reason":"`+reason+`"`, 1)
		input := append(c.Input[:last:last], chunks(t, finish)...)
		assert.Equal(t,
			swap(t, c.output(t, aisdk.V5), "finish", map[string]any{"type": "finish", "finishReason": want}),
			convert(t, input, c.options(aisdk.V5)), reason)
	}
}

func TestDivergence_UnknownChunksAreDropped(t *testing.T) {
	// The reference makes a part of them, and of any type that the payload names:
	// a bare text-delta, which ends the stream in the browser.
	c := readCapture(t, "real-plain")
	input := append(c.Input[:2:2], chunks(t,
		`{"type":"brand-new-chunk","runId":"r","from":"AGENT","payload":{"type":"text-delta","x":1}}`,
		`{"type":"brand-new-chunk","runId":"r"}`,
		`{"type":"brand-new-chunk","payload":null}`,
		`{"runId":"r"}`, `[1]`, `"text"`, `null`,
	)...)
	input = append(input, c.Input[2:]...)
	for _, v := range versions {
		assert.Equal(t, c.output(t, v), convert(t, input, c.options(v)))
	}
}

func TestDivergence_TransientDataStaysTransient(t *testing.T) {
	c := readCapture(t, "syn-data-parts")
	for _, v := range versions {
		want := c.output(t, v)
		part := want[3].(map[string]any)
		require.Equal(t, "p1", part["id"])
		part["transient"] = true
		assert.Equal(t, want, convert(t, c.Input, c.options(v)))
	}
}

func TestDivergence_ErrorBesideTheTypeIsAnError(t *testing.T) {
	c := readCapture(t, "syn-error-top-level")
	for _, v := range versions {
		require.Nil(t, c.output(t, v), "the reference throws")
		assert.Equal(t, values(t, `{"type":"start"}`, `{"type":"error","errorText":"adapter level"}`),
			convert(t, c.Input, c.options(v)))
	}
}

func TestDivergence_DataChunksWithoutDataAreSkipped(t *testing.T) {
	c := readCapture(t, "syn-data-missing-data")
	for _, v := range versions {
		require.Nil(t, c.output(t, v), "the reference throws")
		assert.Equal(t, values(t, `{"type":"start","messageId":"msg-1"}`, `{"type":"start-step"}`,
			`{"type":"finish-step"}`, `{"type":"finish","finishReason":"stop"}`),
			convert(t, c.Input, c.options(v)))
	}
}

func TestDivergence_FilesThatAreBytesAreDecoded(t *testing.T) {
	c := readCapture(t, "syn-file")
	for _, data := range []string{
		`"aGk="`, `{"0":104,"1":105}`, `{"type":"Buffer","data":[104,105]}`, `[104,105]`,
	} {
		var input []stream.Chunk
		for _, chunk := range c.Input {
			input = append(input, chunks(t, strings.Replace(string(chunk.Raw()), `"data":"aGk="`, `"data":`+data, 1))...)
		}
		assert.Equal(t, c.output(t, aisdk.V6), convert(t, input, c.options(aisdk.V6)), data)
	}
}

func TestDivergence_DocumentsWithoutATitleGetOne(t *testing.T) {
	c := readCapture(t, "syn-sources-on")
	for without, title := range map[string]string{
		`,"title":"D"`:                    "d.txt",
		`,"title":"D","filename":"d.txt"`: "s3",
	} {
		var input []stream.Chunk
		for _, chunk := range c.Input {
			input = append(input, chunks(t, strings.Replace(string(chunk.Raw()), without, "", 1))...)
		}
		want := c.output(t, aisdk.V6)
		document := want[4].(map[string]any)
		require.Equal(t, "source-document", document["type"])
		document["title"] = title
		if title == "s3" {
			delete(document, "filename")
		}
		assert.Equal(t, want, convert(t, input, c.options(aisdk.V6)), without)
	}
}

func TestDivergence_ResumedRunOpensTheMessageThatItContinues(t *testing.T) {
	for _, name := range []string{"real-approval-declined", "real-approval-resume-stream"} {
		for _, v := range []aisdk.Version{aisdk.V6, aisdk.V7} {
			c := readCapture(t, name)
			o := c.options(v)
			o.MessageID = "a1"
			want := append(values(t, `{"type":"start","messageId":"a1"}`), c.output(t, v)...)
			assert.Equal(t, want, convert(t, c.Input, o), name)
		}
	}
}
