package stream_test

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

func parse(t *testing.T, text string) stream.Chunk {
	t.Helper()
	c, err := stream.ParseChunk([]byte(text))
	require.NoError(t, err)
	return c
}

func iso(t *testing.T, text string) stream.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	require.NoError(t, err)
	return stream.Time{Time: at.UTC()}
}

func TestValue_OfEveryRecordedChunkIsKnown(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range recordings(t, ".sse", ".rs") {
		chunks, _ := collect(open(recording(t, name), optionsFor(name)))
		for _, c := range chunks {
			seen[c.Type] = true
			if unknown, ok := c.Value().(*stream.Unknown); ok {
				assert.Fail(t, "unknown", "%s: %s: %v", name, c.Type, unknown.Err)
			}
		}
	}
	assert.Greater(t, len(seen), 55)
}

func TestValue_HasTheTypeOfItsChunk(t *testing.T) {
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	tests := []struct {
		chunk string
		want  any
	}{
		{`{"type":"start","payload":{"id":"assistant","messageId":"m"}}`, &stream.Start{ID: "assistant", MessageID: "m"}},
		{`{"type":"start","payload":null}`, &stream.Start{}},
		{`{"type":"step-start","payload":{"messageId":"m","startedAt":1795279638834,"request":{},"warnings":[]}}`,
			&stream.StepStart{MessageID: "m", StartedAt: iso(t, "2026-11-21T16:47:18.834Z"), Request: raw(`{}`), Warnings: raw(`[]`)}},

		{`{"type":"abort"}`, &stream.Abort{}},
		{`{"type":"text-start","payload":{"id":"t"}}`, &stream.TextStart{ID: "t"}},
		{`{"type":"text-delta","payload":{"id":"t","text":"hi\n","providerMetadata":{"a":1}}}`, &stream.TextDelta{ID: "t", Text: "hi\n", ProviderMetadata: raw(`{"a":1}`)}},
		{`{"type":"text-delta","payload":{"text":"a","id":"x","id":"y"}}`, &stream.TextDelta{ID: "y", Text: "a"}},
		{`{"type":"text-delta","payload":{"text":"a","id":null}}`, &stream.TextDelta{Text: "a"}},
		{`{"type":"text-delta","payload":{"id":"t"}}`, &stream.TextDelta{ID: "t"}},
		{`{"type":"text-end","payload":{"type":"text-end","id":"t"}}`, &stream.TextEnd{ID: "t"}},
		{`{"type":"reasoning-start","payload":{"id":"r","signature":"s"}}`, &stream.ReasoningStart{ID: "r", Signature: "s"}},
		{`{"type":"reasoning-delta","payload":{"id":"r","text":"hm"}}`, &stream.ReasoningDelta{ID: "r", Text: "hm"}},
		{`{"type":"reasoning-end","payload":{"id":"r"}}`, &stream.ReasoningEnd{ID: "r"}},
		{`{"type":"reasoning-signature","payload":{"id":"r","signature":"s"}}`, &stream.ReasoningSignature{ID: "r", Signature: "s"}},
		{`{"type":"redacted-reasoning","payload":{"id":"r","data":"xx"}}`, &stream.RedactedReasoning{ID: "r", Data: raw(`"xx"`)}},
		{`{"type":"source","payload":{"id":"s","sourceType":"url","title":"T","url":"https://x.example"}}`, &stream.Source{ID: "s", SourceType: "url", Title: "T", URL: "https://x.example"}},
		{`{"type":"file","payload":{"data":"aGk=","base64":"aGk=","mimeType":"text/plain"}}`, &stream.File{MimeType: "text/plain", Base64: "aGk=", Data: raw(`"aGk="`)}},
		{`{"type":"reasoning-file","payload":{"data":{"0":1},"mimeType":"image/png"}}`, &stream.ReasoningFile{File: stream.File{MimeType: "image/png", Data: raw(`{"0":1}`)}}},
		{`{"type":"custom","payload":{"kind":"k"}}`, &stream.Custom{Kind: "k"}},
		{`{"type":"raw","payload":[1]}`, &stream.RawChunk{Value: raw(`[1]`)}},
		{`{"type":"watch","payload":{"a":1}}`, &stream.Watch{Value: raw(`{"a":1}`)}},
		{`{"type":"step-output","payload":{"output":1}}`, &stream.StepOutput{Output: raw(`1`)}},
		{`{"type":"response-metadata","payload":{"id":"resp-1","modelId":"m","timestamp":"1970-01-01T00:00:01.000Z"}}`,
			&stream.ResponseMetadata{ID: "resp-1", ModelID: "m", Timestamp: iso(t, "1970-01-01T00:00:01Z")}},
		{`{"type":"object","runId":"r","object":{"a":"b"}}`, &stream.Object{Value: raw(`{"a":"b"}`)}},
		{`{"type":"object-result","object":[1]}`, &stream.ObjectResult{Value: raw(`[1]`)}},
		{`{"type":"is-task-complete","payload":{"iteration":1,"passed":true,"duration":1.5}}`, &stream.TaskComplete{Iteration: 1, Passed: true, DurationMS: 1.5}},
		{`{"type":"goal","payload":{"objective":"o","iteration":2,"maxRuns":3,"status":"paused","pausedReason":"p"}}`,
			&stream.Goal{Objective: raw(`"o"`), Iteration: 2, MaxRuns: 3, Status: "paused", PausedReason: "p"}},
		{`{"type":"data-weather","data":{"pct":50},"id":"d","transient":true}`, &stream.Data{Name: "weather", Data: raw(`{"pct":50}`), ID: "d", Transient: true}},
		{`{"type":"data-"}`, &stream.Data{}},
		{`{"type":"chunk","runId":"r","data":{"type":"text-start","payload":{"id":"t"}},"id":"e","createdAt":"2026-11-21T16:47:36.638Z","index":3}`,
			&stream.ObservedChunk{Chunk: parse(t, `{"type":"text-start","payload":{"id":"t"}}`), ID: "e", Index: 3, CreatedAt: iso(t, "2026-11-21T16:47:36.638Z")}},
		{`{"type":"iteration-complete","data":{"n":1},"index":4}`,
			&stream.ObservedChunk{Chunk: parse(t, `{"type":"iteration-complete","runId":"","payload":{"n":1}}`), Index: 4}},
		{`{"type":"step-start","runId":"r","data":{"type":"step-start","payload":{"stepId":"s"}},"index":1}`,
			&stream.ObservedChunk{Chunk: parse(t, `{"type":"step-start","payload":{"stepId":"s"}}`), Index: 1}},
		{`{"type":"finish","runId":"r","data":{"stepResult":{"reason":"stop"}},"index":7}`,
			&stream.ObservedChunk{Chunk: parse(t, `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop"}}}`), Index: 7}},

		{`{"type":"tool-call-input-streaming-start","payload":{"toolCallId":"c","toolName":"weather","dynamic":true}}`, &stream.ToolCallInputStart{ID: "c", Name: "weather", Dynamic: true}},
		{`{"type":"tool-call-delta","payload":{"toolCallId":"c","toolName":"weather","argsTextDelta":"{\""}}`, &stream.ToolCallDelta{ID: "c", Name: "weather", ArgsTextDelta: `{"`}},
		{`{"type":"tool-call-input-streaming-end","payload":{"toolCallId":"c"}}`, &stream.ToolCallInputEnd{ID: "c"}},
		{`{"type":"tool-call","runId":"r","payload":{"toolCallId":"c","toolName":"weather","args":{"city":"Oslo"}}}`, &stream.ToolCall{RunID: "r", ID: "c", Name: "weather", Args: raw(`{"city":"Oslo"}`)}},
		{`{"type":"tool-call","payload":{"toolCallId":"c","toolName":"now"}}`, &stream.ToolCall{ID: "c", Name: "now"}},
		{`{"type":"tool-result","runId":"r","payload":{"toolCallId":"c","toolName":"weather","result":7,"isError":true}}`, &stream.ToolResult{RunID: "r", ID: "c", Name: "weather", Result: raw(`7`), IsError: true}},
		{`{"type":"tool-output","payload":{"toolCallId":"c","output":{"progress":1}}}`, &stream.ToolOutputChunk{ID: "c", Output: raw(`{"progress":1}`)}},
		{`{"type":"tool-call-approval","runId":"r","payload":{"toolCallId":"c","toolName":"delicate","args":{"what":"b"},"resumeSchema":"{\"type\":\"object\"}"}}`,
			&stream.ToolCallApproval{RunID: "r", ID: "c", Name: "delicate", Args: raw(`{"what":"b"}`), ResumeSchema: stream.Schema(`{"type":"object"}`)}},
		{`{"type":"tool-call-suspended","runId":"r","payload":{"toolCallId":"c","toolName":"ask-user","args":{},"suspendPayload":{"question":"why?"},"resumeSchema":null}}`,
			&stream.ToolCallSuspended{RunID: "r", ID: "c", Name: "ask-user", Args: raw(`{}`), SuspendPayload: raw(`{"question":"why?"}`)}},
		{`{"type":"tripwire","runId":"r","payload":{"reason":"no","processorId":"p","retry":true,"metadata":{"a":1}}}`, &stream.Tripwire{RunID: "r", Reason: "no", ProcessorID: "p", Retry: true, Metadata: raw(`{"a":1}`)}},

		{`{"type":"background-task-started","runId":"r","payload":{"taskId":"t","toolName":"bg","toolCallId":"c"}}`, &stream.BackgroundTaskStarted{BackgroundTask: stream.BackgroundTask{TaskID: "t", ToolName: "bg", ToolCallID: "c", RunID: "r"}}},
		{`{"type":"background-task-progress","payload":{"taskIds":["t"],"runningCount":1,"elapsedMs":12.5}}`, &stream.BackgroundTaskProgress{TaskIDs: []string{"t"}, RunningCount: 1, ElapsedMS: 12.5}},
		{`{"type":"background-task-completed","payload":{"taskId":"t","runId":"r","result":{"ok":true},"completedAt":"2026-11-21T16:47:55.599Z"}}`,
			&stream.BackgroundTaskCompleted{BackgroundTask: stream.BackgroundTask{TaskID: "t", RunID: "r"}, Result: raw(`{"ok":true}`), CompletedAt: iso(t, "2026-11-21T16:47:55.599Z")}},

		{`{"type":"workflow-start","payload":{"workflowId":"doubler"}}`, &stream.WorkflowStart{WorkflowID: "doubler"}},
		{`{"type":"workflow-canceled","payload":{}}`, &stream.WorkflowCanceled{}},
		{`{"type":"workflow-paused"}`, &stream.WorkflowPaused{}},
		{`{"type":"workflow-step-start","payload":{"stepName":"double","id":"double","stepCallId":"s","payload":{"n":4},"startedAt":1000,"status":"running"}}`,
			&stream.WorkflowStepStart{WorkflowStep: stream.WorkflowStep{ID: "double", StepName: "double", StepCallID: "s", Payload: raw(`{"n":4}`), StartedAt: iso(t, "1970-01-01T00:00:01Z"), Status: "running"}}},
		{`{"type":"workflow-step-suspended","payload":{"id":"approve","status":"suspended","suspendPayload":{"reason":"x"},"suspendedAt":2000}}`,
			&stream.WorkflowStepSuspended{WorkflowStep: stream.WorkflowStep{ID: "approve", Status: "suspended"}, SuspendPayload: raw(`{"reason":"x"}`), SuspendedAt: iso(t, "1970-01-01T00:00:02Z")}},
		{`{"type":"workflow-step-waiting","payload":{"id":"sleep","status":"waiting","startedAt":1000,"payload":{}}}`,
			&stream.WorkflowStepWaiting{WorkflowStep: stream.WorkflowStep{ID: "sleep", Status: "waiting", StartedAt: iso(t, "1970-01-01T00:00:01Z"), Payload: raw(`{}`)}}},
		{`{"type":"workflow-step-progress","payload":{"id":"each","completedCount":1,"totalCount":2,"currentIndex":0,"iterationStatus":"success","iterationOutput":{"n":2}}}`,
			&stream.WorkflowStepProgress{WorkflowStep: stream.WorkflowStep{ID: "each"}, CompletedCount: 1, TotalCount: 2, IterationStatus: "success", IterationOutput: raw(`{"n":2}`)}},
		{`{"type":"workflow-step-output","payload":{"stepName":"emitter","output":{"progress":0.5},"runId":"r"}}`, &stream.WorkflowStepOutput{StepName: "emitter", RunID: "r", Output: raw(`{"progress":0.5}`)}},
		{`{"type":"workflow-step-finish","payload":{"id":"s","metadata":{}}}`, &stream.WorkflowStepFinish{WorkflowStep: stream.WorkflowStep{ID: "s", Metadata: raw(`{}`)}}},

		{`{"type":"routing-agent-text-start","payload":{"runId":"r"}}`, &stream.RoutingAgentTextStart{RunID: "r"}},
		{`{"type":"routing-agent-text-delta","payload":{"text":"final"}}`, &stream.RoutingAgentTextDelta{Text: "final"}},
		{`{"type":"tool-execution-abort","payload":{"primitiveType":"tool","primitiveId":"weather"}}`, &stream.NetworkAbort{PrimitiveType: "tool", PrimitiveID: "weather"}},
		{`{"type":"agent-execution-approval","payload":{"toolCallId":"c","toolName":"delicate","runId":"inner","agentId":"a","selectionReason":"s"}}`,
			&stream.AgentExecutionApproval{ToolCallApproval: stream.ToolCallApproval{RunID: "inner", ID: "c", Name: "delicate"}, AgentID: "a", SelectionReason: "s"}},
		{`{"type":"network-object","payload":{"object":{"a":1}}}`, &stream.NetworkObject{Object: raw(`{"a":1}`)}},
		{`{"type":"agent-execution-event-text-delta","payload":{"type":"text-delta","runId":"r","payload":{"id":"t","text":"x"}}}`,
			&stream.NestedChunk{Chunk: parse(t, `{"type":"text-delta","runId":"r","payload":{"id":"t","text":"x"}}`)}},
		{`{"type":"workflow-execution-event-workflow-start","payload":{"type":"workflow-start","payload":{"workflowId":"w"}}}`,
			&stream.NestedChunk{Chunk: parse(t, `{"type":"workflow-start","payload":{"workflowId":"w"}}`)}},

		{`{"type":"text-delta","payload":{"text":"a","id":5}}`, &stream.TextDelta{ID: "5", Text: "a"}},
		{`{"type":"tool-call","payload":{"toolCallId":7,"toolName":"t"}}`, &stream.ToolCall{ID: "7", Name: "t"}},
		{`{"type":"brand-new","payload":{"type":"text-delta"}}`, &stream.Unknown{Type: "brand-new", Payload: raw(`{"type":"text-delta"}`)}},
		{`{"payload":1}`, &stream.Unknown{Payload: raw(`1`)}},
		{`[1]`, &stream.Unknown{}},
	}
	for _, test := range tests {
		t.Run(test.chunk, func(t *testing.T) {
			assert.Equal(t, test.want, parse(t, test.chunk).Value())
		})
	}
}

func TestValue_OfAnOddPayloadIsUnknownNotFatal(t *testing.T) {
	for _, text := range []string{
		`{"type":"text-delta"}`, `{"type":"text-delta","payload":{"text":5}}`, `{"type":"text-delta","payload":{"text":[]}}`,
		`{"type":"reasoning-delta","payload":[]}`, `{"type":"tool-call","payload":"x"}`,
		`{"type":"finish","payload":[]}`, `{"type":"finish","payload":{"stepResult":{"reason":[]}}}`, `{"type":"step-finish"}`,
		`{"type":"step-start"}`, `{"type":"tool-result"}`, `{"type":"chunk","data":1}`, `{"type":"data-x","transient":"yes"}`, `{"type":"agent-execution-event-x"}`, `{"type":"agent-execution-event-x","payload":{}}`,
		`{"type":"workflow-step-result","payload":{"id":{},"startedAt":"yesterday"}}`, `{"type":"workflow-finish","payload":{"metadata":1}}`,
	} {
		t.Run(text, func(t *testing.T) {
			c := parse(t, text)
			unknown, ok := c.Value().(*stream.Unknown)
			require.True(t, ok, "%T", c.Value())
			assert.Equal(t, c.Type, unknown.Type)
			assert.Equal(t, c.Payload(), unknown.Payload)
			require.Error(t, unknown.Err)
		})
	}
}

func TestValue_OfAPayloadLosesOnlyTheOddMemberThatMayBeMissing(t *testing.T) {
	result, ok := parse(t, `{"type":"workflow-step-result","payload":{"id":"s","startedAt":"yesterday","endedAt":"2026-11-30 12:00:00+00"}}`).Value().(*stream.WorkflowStepResult)
	require.True(t, ok)
	assert.Equal(t, "s", result.ID)
	assert.True(t, result.StartedAt.IsZero())
	assert.Equal(t, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), result.EndedAt.Time)
	call, ok := parse(t, `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c","toolName":"t","dynamic":"maybe","providerExecuted":1}}`).Value().(*stream.ToolCall)
	require.True(t, ok)
	assert.Equal(t, &stream.ToolCall{RunID: "r", ID: "c", Name: "t", ProviderExecuted: true}, call)
	progress, ok := parse(t, `{"type":"workflow-step-progress","payload":{"id":"s","completedCount":"1","totalCount":2.0}}`).Value().(*stream.WorkflowStepProgress)
	require.True(t, ok)
	assert.Equal(t, 1, progress.CompletedCount)
	assert.Equal(t, 2, progress.TotalCount)
	finish, ok := parse(t, `{"type":"finish","payload":{"stepResult":{"reason":"stop","isContinued":"no"},"output":{"usage":{"inputTokens":11.0,"outputTokens":"7","totalTokens":"x"}}}}`).Value().(*stream.Finish)
	require.True(t, ok)
	assert.Equal(t, stream.FinishStop, finish.Reason())
	assert.Equal(t, stream.Usage{InputTokens: 11, OutputTokens: 7}, finish.Usage())
}

func TestErrorDetail_IsReadFromAnyJSON(t *testing.T) {
	tests := []struct {
		name, json string
		want       stream.ErrorDetail
	}{
		{"a plain error", `{"name":"Error","message":"m","stack":"s"}`, stream.ErrorDetail{Name: "Error", Message: "m"}},
		{"text", `"adapter level"`, stream.ErrorDetail{Message: "adapter level"}},
		{"no message but a cause", `{"name":"Error","cause":{"message":"no such city","name":"Error"},"details":{"errorMessage":"Error: no such city"},"domain":"TOOL","category":"USER"}`, stream.ErrorDetail{Name: "Error", Message: "no such city", Domain: "TOOL", Category: "USER"}},
		{"a cause that is text", `{"cause":"c"}`, stream.ErrorDetail{Message: "c"}},
		{"no message but details", `{"name":"E","details":{"errorMessage":"d"}}`, stream.ErrorDetail{Name: "E", Message: "d"}},
		{"nothing but a name", `{"name":"ToolNotFoundError"}`, stream.ErrorDetail{Name: "ToolNotFoundError", Message: "ToolNotFoundError"}},
		{"nothing", `{}`, stream.ErrorDetail{Message: "unknown error"}},
		{"null", `null`, stream.ErrorDetail{Message: "unknown error"}},
		{"fields of other types", `{"name":1,"message":{},"code":7,"statusCode":"x"}`, stream.ErrorDetail{Message: "unknown error"}},
		{"of a model provider", `{"name":"AI_APICallError","message":"upstream status 503","statusCode":503,"code":"c"}`, stream.ErrorDetail{Name: "AI_APICallError", Message: "upstream status 503", Code: "c", StatusCode: 503}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got stream.ErrorDetail
			require.NoError(t, json.Unmarshal([]byte(test.json), &got))
			if test.json != "null" {
				assert.JSONEq(t, test.json, string(got.Raw()))
			}
			assert.Equal(t, [5]any{test.want.Name, test.want.Message, test.want.Code, test.want.Domain, test.want.Category}, [5]any{got.Name, got.Message, got.Code, got.Domain, got.Category})
			assert.Equal(t, test.want.StatusCode, got.StatusCode)
			coded, err := json.Marshal(got)
			require.NoError(t, err)
			assert.NotContains(t, string(coded), "stack")
		})
	}
}

func TestErrorDetail_StandsInThePayloadOrBesideTheType(t *testing.T) {
	for chunk, want := range map[string]string{
		`{"type":"error","payload":{"error":{"message":"inside"}}}`:                              "inside",
		`{"type":"error","payload":{"error":{"message":"inside"}},"error":{"message":"beside"}}`: "inside",
		`{"type":"error","error":{"message":"beside"}}`:                                          "beside",
		`{"type":"error","payload":{"message":"the payload"},"error":{"message":"beside"}}`:      "beside",
		`{"type":"error","payload":"the payload","error":"beside"}`:                              "beside",
		`{"type":"error","data":{"message":"the data"},"error":{"message":"beside"}}`:            "beside",
		`{"type":"error","payload":{"message":"the payload"}}`:                                   "the payload",
		`{"type":"error","payload":"the payload"}`:                                               "the payload",
		`{"type":"error"}`: "unknown error",
	} {
		assert.Equal(t, want, parse(t, chunk).Value().(*stream.ErrorChunk).Error.Message, chunk)

		_, err := collect(open([]byte(sse(chunk, done)), stream.Options{}))
		var run *stream.RunError
		require.ErrorAs(t, err, &run, chunk)
		assert.Equal(t, want, run.Message, chunk)

		rec := httptest.NewRecorder()
		_ = stream.Forward(rec, open([]byte(sse(chunk, done)), stream.Options{}))
		assert.Contains(t, rec.Body.String(), `"error":{"message":"`+want+`"}`, chunk)
	}
}

func TestErrorDetail_OfRecordedFailuresSaysWhy(t *testing.T) {
	find := func(name, typ string) stream.Chunk {
		chunks, _ := collect(open(recording(t, name), optionsFor(name)))
		for _, c := range chunks {
			if c.Type == typ {
				return c
			}
		}
		require.Fail(t, "no such chunk")
		return stream.Chunk{}
	}
	toolError := find("answer-tool-error.sse", stream.TypeToolError).Value().(*stream.ToolErrorChunk)
	assert.Equal(t, stream.ToolResult{RunID: toolError.RunID, ID: "call_24", Name: "weather", Args: json.RawMessage(`{"city":"Nowhere"}`), IsError: true, Err: "no such city"}, toolError.Result())

	task := find("until-idle-task-failed.sse", stream.TypeBackgroundTaskFailed).Value().(*stream.BackgroundTaskFailed)
	assert.Equal(t, "bg broke", task.Error.Message)
	assert.Equal(t, "db507e1b-c3ec-4b07-aad4-33c97f069bee", task.RunID)

	step := find("workflow-error-props.rs", stream.TypeWorkflowStepResult).Value().(*stream.WorkflowStepResult)
	assert.Equal(t, "custom boom", step.Error.Message)
	assert.Equal(t, 418, step.Error.StatusCode)

	refused := find("workflow-refused.rs", stream.TypeWorkflowFinish).Value().(*stream.WorkflowFinish)
	assert.Equal(t, "failed", refused.Status)
	assert.Equal(t, "WORKFLOW_SCHEMA_VALIDATION_FAILED", refused.Metadata.Error.Code)
	assert.Contains(t, refused.Metadata.ErrorMessage, "Invalid input data")

	denied := find("answer-declined.sse", stream.TypeToolOutputDenied).Value().(*stream.ToolOutputDenied)
	assert.Equal(t, "no way", denied.Approval.Reason)
}

func TestValue_OfAFinishLeavesTheConversationAsJSON(t *testing.T) {
	chunks, err := collect(open(recording(t, "answer-tool.sse"), stream.Options{}))
	require.NoError(t, err)
	last := chunks[len(chunks)-1]
	finish := last.Value().(*stream.Finish)
	assert.Equal(t, stream.FinishStop, finish.Reason())
	assert.Equal(t, stream.Usage{InputTokens: 22, OutputTokens: 14, TotalTokens: 36}, finish.Usage())
	assert.Equal(t, textOf(chunks), finish.Output.Text())
	assert.NotEmpty(t, finish.MessageID)

	var whole struct{ Messages, Metadata, Output, Response json.RawMessage }
	require.NoError(t, json.Unmarshal(last.Payload(), &whole))
	assert.Equal(t, string(whole.Messages), string(finish.Messages))
	assert.Equal(t, string(whole.Metadata), string(finish.Metadata))
	assert.Equal(t, string(whole.Output), string(finish.Output.Raw()))
	assert.Equal(t, string(whole.Response), string(finish.Response))

	for _, c := range chunks {
		if step, ok := c.Value().(*stream.StepFinish); ok && step.StepResult.IsContinued {
			calls, err := step.Output.ToolCalls()
			require.NoError(t, err)
			require.Len(t, calls, 1)
			assert.Equal(t, "weather", calls[0].Name)
			steps, err := step.Output.Steps()
			require.NoError(t, err)
			assert.Len(t, steps, 1)
			assert.Nil(t, step.Output.Object())
			coded, err := json.Marshal(step)
			require.NoError(t, err)
			assert.Contains(t, string(coded), `"reason":"tool-calls"`)
		}
	}

	empty := parse(t, `{"type":"finish","payload":{"output":{"usage":{}}}}`).Value().(*stream.Finish)
	assert.Equal(t, stream.Usage{}, empty.Usage())
	nothing := parse(t, `{"type":"finish","payload":{}}`).Value().(*stream.Finish)
	assert.Equal(t, stream.Usage{}, nothing.Usage())
	assert.Empty(t, nothing.Output.Text())
	observed := parse(t, `{"type":"finish","runId":"r","data":{"output":{"text":"x"},"stepResult":{"reason":"abort"}},"index":13}`).Value().(*stream.ObservedChunk).Chunk.Value().(*stream.Finish)
	assert.Equal(t, stream.FinishAbort, observed.Reason())
	assert.Equal(t, "x", observed.Output.Text())
}

func TestValue_HoldsTheChunkWithinAChunk(t *testing.T) {
	chunks, err := collect(open(recording(t, "answer-nested-workflow.sse"), stream.Options{}))
	require.NoError(t, err)
	var inner []string
	for _, c := range chunks {
		if output, ok := c.Value().(*stream.ToolOutputChunk); ok {
			nested, ok := output.Chunk()
			require.True(t, ok)
			inner = append(inner, nested.Type)
		}
	}
	assert.Equal(t, []string{"workflow-start", "workflow-step-start", "workflow-step-result", "workflow-finish"}, inner)

	for _, text := range []string{`{"progress":1}`, `"text"`, `[{"type":"x"}]`, `null`} {
		_, ok := (&stream.WorkflowStepOutput{Output: json.RawMessage(text)}).Chunk()
		assert.False(t, ok, text)
	}
}
