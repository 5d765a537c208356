package aisdk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// members are what a browser asks of each type of part: those that must be there,
// and those that may be. A part that breaks this ends the stream in the browser.
var members = map[string][2][]string{
	"start":                 {nil, {"messageId", "messageMetadata"}},
	"finish":                {nil, {"finishReason", "messageMetadata"}},
	"start-step":            {},
	"finish-step":           {},
	"abort":                 {},
	"error":                 {{"errorText"}, nil},
	"text-start":            {{"id"}, {"providerMetadata"}},
	"text-delta":            {{"id", "delta"}, {"providerMetadata"}},
	"text-end":              {{"id"}, {"providerMetadata"}},
	"reasoning-start":       {{"id"}, {"providerMetadata"}},
	"reasoning-delta":       {{"id", "delta"}, {"providerMetadata"}},
	"reasoning-end":         {{"id"}, {"providerMetadata"}},
	"source-url":            {{"sourceId", "url"}, {"title", "providerMetadata"}},
	"source-document":       {{"sourceId", "mediaType", "title"}, {"filename", "providerMetadata"}},
	"file":                  {{"mediaType", "url"}, nil},
	"tool-input-start":      {{"toolCallId", "toolName", "dynamic"}, {"providerExecuted"}},
	"tool-input-delta":      {{"toolCallId", "inputTextDelta"}, nil},
	"tool-input-available":  {{"toolCallId", "toolName"}, {"input", "providerExecuted", "providerMetadata", "toolMetadata"}},
	"tool-output-available": {{"toolCallId"}, {"output", "providerExecuted", "providerMetadata"}},
	"tool-output-error":     {{"toolCallId", "errorText"}, {"providerExecuted"}},
	"tool-output-denied":    {{"toolCallId"}, nil},
	"tool-approval-request": {{"toolCallId", "approvalId"}, nil},
	"data-":                 {{"data"}, {"id", "transient", "ancestry", "depth", "parentAgentId"}},
}

// requireAcceptable checks a part as a browser does.
func requireAcceptable(t testing.TB, v aisdk.Version, p aisdk.Part) {
	t.Helper()
	b, err := p.MarshalJSON()
	require.NoError(t, err)
	require.NotContains(t, string(b), "\n")
	require.NotContains(t, string(b), "\r")
	var part map[string]any
	require.NoError(t, json.Unmarshal(b, &part), string(b))
	typ := part["type"].(string)
	rule, known := members[typ]
	if strings.HasPrefix(typ, "data-") {
		rule, known = members["data-"], true
	}
	require.True(t, known, "unknown type in %s", b)
	if v == aisdk.V5 {
		require.NotContains(t, []string{"tool-output-denied", "tool-approval-request"}, typ)
	}
	for _, name := range rule[0] {
		require.Contains(t, part, name, "%s", b)
	}
	for name, value := range part {
		if name == "type" {
			continue
		}
		require.True(t, slices.Contains(rule[0], name) || slices.Contains(rule[1], name), "%s in %s", name, b)
		switch name {
		case "data", "input", "output", "messageMetadata":
		case "providerExecuted", "dynamic", "transient":
			require.IsType(t, true, value, "%s", b)
		case "providerMetadata", "toolMetadata":
			for _, inner := range value.(map[string]any) {
				if name == "providerMetadata" {
					require.IsType(t, map[string]any{}, inner, "%s", b)
				}
			}
		case "ancestry", "depth":
		default:
			require.IsType(t, "", value, "%s", b)
		}
	}
	if reason, ok := part["finishReason"]; ok {
		allowed := []string{"stop", "length", "content-filter", "tool-calls", "error", "other"}
		if v == aisdk.V5 {
			allowed = append(allowed, "unknown")
		}
		require.Contains(t, allowed, reason)
	}
}

// FuzzConverter_MakesOnlyPartsThatABrowserAccepts feeds streams of any chunks, one
// in each line, to every converter.
func FuzzConverter_MakesOnlyPartsThatABrowserAccepts(f *testing.F) {
	for _, name := range captureNames(f) {
		var lines []string
		c := readCapture(f, name)
		for _, chunk := range c.Input {
			lines = append(lines, string(chunk.Raw()))
		}
		f.Add([]byte(strings.Join(lines, "\n")))
	}
	for _, c := range every {
		f.Add([]byte(c.chunk))
	}
	f.Add([]byte(`{"type":"text-start","payload":{"id":"t","providerMetadata":7}}`))
	f.Add([]byte(`{"type":"tool-output","payload":{"toolCallId":"c","output":{"type":"workflow-step-output","from":"WORKFLOW","payload":{"output":[]}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var chunks []stream.Chunk
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			// A part repeats what came before it, so many chunks take long.
			if c, err := stream.ParseChunk(line); err == nil && len(chunks) < 50 {
				chunks = append(chunks, c)
			}
		}
		for _, from := range []aisdk.Source{aisdk.FromAgent, aisdk.FromWorkflow, aisdk.FromNetwork} {
			for _, v := range versions {
				c := aisdk.NewConverter(aisdk.Options{
					Display: aisdk.Display{
						Version: v, SendReasoning: true, SendSources: true, SendSubAgents: true, SendStepErrors: true, EndText: true,
					},
					From: from,
				})
				starts := 0
				check := func(parts []aisdk.Part) {
					for _, p := range parts {
						requireAcceptable(t, v, p)
						if p.Type == aisdk.PartStart {
							starts++
						} else if !strings.HasPrefix(p.Type, "data-") {
							require.Positive(t, starts, "a %s before the start", p.Type)
						}
					}
				}
				for _, chunk := range chunks {
					check(c.Convert(chunk))
				}
				check(c.Close())
			}
		}
	})
}

// FuzzHandler_AnswersAnyBody posts any bodies. Whatever comes, the answer is a
// status with a short text or a whole stream, and the agent is asked in good form.
func FuzzHandler_AnswersAnyBody(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "chat", "*.json"))
	require.NoError(f, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		var c chatCapture
		require.NoError(f, json.Unmarshal(data, &c))
		f.Add([]byte(c.Body))
	}
	f.Add([]byte(decided(`run-1::call_7|"approved":true`)))
	f.Add([]byte(`{"inputData":{"n":1},"messages":[{"role":"user","parts":[{"type":"brand-new","x":null}]}]}`))
	f.Add([]byte(`{"messages":[{"id":7,"role":"assistant","parts":[{"type":"tool-","state":"approval-responded","approval":null}]}]}`))

	agentChunks, runChunks := inputs(f, "real-plain"), inputs(f, "real-wf-doubler")
	up := newUpstream(f, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil && r.Method == http.MethodPost {
			panic(fmt.Sprintf("the agent was sent what is no JSON object: %v", err))
		}
		if strings.Contains(r.URL.Path, "/workflows/") {
			runs(`{"runId":"r","status":"suspended","steps":{"a":{"status":"suspended"}}}`, records(runChunks...))(w, r)
			return
		}
		replay(agentChunks...)(w, r)
	})
	client := up.client(f)
	handlers := []http.Handler{
		aisdk.Handler(client.Agent("assistant"), aisdk.Config{}),
		aisdk.Handler(client.Agent("assistant"), aisdk.Config{Request: remembered, Display: aisdk.Display{Version: aisdk.V5}}),
		aisdk.WorkflowHandler(client.Workflow("doubler"), aisdk.WorkflowConfig{}),
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, h := range handlers {
			r := httptest.NewRequest(http.MethodPost, "/api/chat", bytes.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if rec.Code == http.StatusOK {
				require.True(t, strings.HasSuffix(rec.Body.String(), "data: [DONE]\n\n"))
				continue
			}
			require.Contains(t, []int{400, 404, 409}, rec.Code, rec.Body.String())
			require.Less(t, rec.Body.Len(), 100)
		}
	})
}
