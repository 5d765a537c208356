package mastra_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func TestOddMember_OfAThreadPageCostsItself(t *testing.T) {
	list := func(body string) *mastra.ThreadPage {
		page, err := inMemory(t, play(answer(200, body))).Memory("a").ListThreads(t.Context(), mastra.ListThreadsRequest{})
		require.NoError(t, err, body)
		return page
	}
	page := list(`{"threads":[
		{"id":"t1","resourceId":"r","title":"one","createdAt":"2026-11-30 12:00:00+00","updatedAt":"last week","metadata":"hello"},
		{"id":"t2","resourceId":"r","title":"two","createdAt":"2026-11-30T12:00:00.000Z","updatedAt":1796040000000,"metadata":"{\"k\":\"v\"}"}
	],"total":"2","page":0.0,"perPage":"all","hasMore":"true"}`)
	require.Len(t, page.Threads, 2)
	one, two := page.Threads[0], page.Threads[1]
	assert.Equal(t, "t1", one.ID)
	assert.Equal(t, "one", one.Title)
	assert.True(t, one.CreatedAt.Equal(noon))
	assert.True(t, one.UpdatedAt.IsZero())
	assert.Nil(t, one.Metadata)
	assert.Equal(t, "two", two.Title)
	assert.True(t, two.UpdatedAt.Equal(noon))
	assert.JSONEq(t, `{"k":"v"}`, text(t, two.Metadata))
	assert.Equal(t, 2, page.Total)
	assert.True(t, page.HasMore)

	for _, body := range []string{`{"threads":"none","total":1}`, `{"threads":{"t1":{}},"total":1}`, `{"threads":["t1"],"total":1}`} {
		_, err := inMemory(t, play(answer(200, body))).Memory("a").ListThreads(t.Context(), mastra.ListThreadsRequest{})
		assert.ErrorContains(t, err, "does not decode", "the threads are what was asked for")
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

func TestOddMember_OfAMessagePageStaysInFields(t *testing.T) {
	page, err := inMemory(t, play(answer(200, `{"messages":[
		{"id":"m1","role":"user","createdAt":"whenever","threadId":5,"content":{"format":2,"parts":[{"type":"text","text":"hi"}],"metadata":"text"}},
		{"id":"m2","role":"assistant","createdAt":"2026-11-30 12:00:00+00","content":{"format":"2","parts":[{"type":"text","text":"ho","createdAt":{}}]}}
	],"total":"2","hasMore":0}`))).Memory("a").Thread("t").ListMessages(t.Context(), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	require.Len(t, page.Messages, 2)
	assert.Equal(t, 2, page.Total)
	one, two := page.Messages[0], page.Messages[1]
	assert.Equal(t, "hi", one.Text())
	assert.JSONEq(t, `"whenever"`, string(one.Fields["createdAt"]))
	assert.JSONEq(t, `5`, string(one.Fields["threadId"]))
	assert.JSONEq(t, `"text"`, string(one.Content.Fields["metadata"]))
	assert.Equal(t, "ho", two.Text())
	assert.True(t, two.CreatedAt.Equal(noon))
	assert.JSONEq(t, `"2"`, string(two.Content.Fields["format"]))
}

func TestOddMember_OfAnAgentsAnswerCostsItself(t *testing.T) {
	body := `{"text":"hi","finishReason":7,"usage":"unknown","totalUsage":{"inputTokens":11.0,"outputTokens":"7","totalTokens":{}},
		"reasoningText":["a"],"toolCalls":[{"type":"tool-call","runId":"r","payload":{"toolCallId":"c1","toolName":"weather","args":{"city":"Rome"},"dynamic":"maybe","providerExecuted":0}}],
		"toolResults":"none","sources":[1],"files":[{"type":"file","payload":{"mimeType":"text/plain","base64":"aGk=","filename":"9"}}],
		"runId":"r","traceId":null,"spanId":{},"usedFallbackValue":"no","response":{"messages":"none"},"suspendPayload":false,"steps":[{"text":"hi","usage":{"inputTokens":"11"},"stepType":{}}]}`
	res, err := inMemory(t, play(answer(200, body))).Agent("a").Generate(t.Context(), ask())
	require.NoError(t, err)
	assert.Equal(t, "hi", res.Text)
	assert.Equal(t, mastra.Usage{InputTokens: 11, OutputTokens: 7}, res.Usage)
	assert.Equal(t, "r", res.RunID)
	require.Len(t, res.ToolCalls, 1)
	assert.Equal(t, "weather", res.ToolCalls[0].Name)
	assert.Empty(t, res.Pending())
	require.Len(t, res.Files, 1)
	assert.Equal(t, "9", res.Files[0].Filename)
	assert.JSONEq(t, body, string(res.Raw), "what was lost is still there")
	steps, err := res.Steps()
	require.NoError(t, err)
	require.Len(t, steps, 1)
	assert.Equal(t, "hi", steps[0].Text)
	assert.Equal(t, 11, steps[0].Usage.InputTokens)
}

func TestOddMember_OfARunCostsItself(t *testing.T) {
	steps := `{"input":{"n":1},"double":{"status":"success","payload":{"n":1},"output":{"n":2},"startedAt":"early","endedAt":"2026-11-30 12:00:00+00","metadata":"x"},
		"odd":"text","ask":{"status":"suspended","suspendPayload":{"q":"?"},"suspendedAt":1796040000000,"tripwire":"no","error":{"message":5}}}`
	record := `{"runId":"r","workflowName":"w","status":"suspended","createdAt":"2026-11-30 12:00:00+00","updatedAt":{},"resourceId":8,"stepExecutionPath":"double",
		"suspendedPaths":{"ask":["1"]},"activeStepsPath":[],"resumeLabels":[],"tripwire":"no","steps":` + steps + `}`
	check := func(s *mastra.RunState) {
		t.Helper()
		assert.Equal(t, mastra.RunSuspended, s.Status)
		assert.Equal(t, "r", s.RunID)
		assert.True(t, s.CreatedAt.Equal(noon))
		assert.True(t, s.UpdatedAt.IsZero())
		assert.Equal(t, map[string][]int{"ask": {1}}, s.SuspendedPaths)
		require.Len(t, s.Steps, 2)
		assert.JSONEq(t, `{"n":2}`, string(s.Steps["double"].Output))
		assert.True(t, s.Steps["double"].StartedAt.IsZero())
		assert.True(t, s.Steps["double"].EndedAt.Equal(noon))
		require.Len(t, s.Suspensions(), 1)
		assert.True(t, s.Suspensions()[0].SuspendedAt.Equal(noon))
	}
	run := inMemory(t, play(answer(200, record))).Workflow("w").Run("r")
	s, err := run.Get(t.Context())
	require.NoError(t, err)
	check(s)
	s, err = run.Wait(t.Context())
	require.NoError(t, err)
	check(s)

	snapshot := `{"status":"suspended","suspendedPaths":{"ask":["1"]},"value":{},"context":` + steps + `,"tracingContext":"none","timestamp":{}}`
	page, err := inMemory(t, play(answer(200, `{"runs":[{"runId":"r","workflowName":"w","createdAt":"2026-11-30 12:00:00+00","updatedAt":"then","snapshot":`+snapshot+`},
		{"runId":"q","workflowName":"w","snapshot":null}],"total":"2"}`))).Workflow("w").ListRuns(t.Context(), mastra.ListRunsRequest{})
	require.NoError(t, err)
	assert.Equal(t, 2, page.Total)
	require.Len(t, page.Runs, 2)
	check(&page.Runs[0])
	assert.Equal(t, "q", page.Runs[1].RunID)
}

func TestOddMember_OfAStreamsChunksCostsItself(t *testing.T) {
	t.Run("agent", func(t *testing.T) {
		body := "data: " + `{"type":"start","runId":"r","payload":{"messageId":{}}}` + "\n\n" +
			"data: " + `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c1","toolName":"weather","args":{},"dynamic":"maybe"}}` + "\n\n" +
			"data: " + `{"type":"tool-result","runId":"r","payload":{"toolCallId":"c1","toolName":"weather","result":1,"isError":"?","providerExecuted":{}}}` + "\n\n" +
			"data: " + `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop","isContinued":"no"},"output":{"usage":{"inputTokens":11.0,"outputTokens":"7","totalTokens":"x"}}}}` + "\n\ndata: [DONE]\n\n"
		s, err := inMemory(t, play(answer(200, body, "Content-Type", "text/event-stream"))).Agent("a").Stream(t.Context(), ask())
		require.NoError(t, err)
		res, err := s.Result()
		require.NoError(t, err)
		assert.Equal(t, mastra.FinishStop, res.FinishReason)
		assert.Equal(t, mastra.Usage{InputTokens: 11, OutputTokens: 7}, res.Usage)
		require.Len(t, res.ToolCalls, 1)
		require.Len(t, res.ToolResults, 1)
	})
	t.Run("run", func(t *testing.T) {
		body := `{"type":"workflow-start","runId":"r","payload":{}}` + "\x1e" +
			`{"type":"workflow-step-start","runId":"r","payload":{"id":"s","status":"running","payload":{"n":1},"startedAt":"early"}}` + "\x1e" +
			`{"type":"workflow-step-result","runId":"r","payload":{"id":"s","status":"success","output":{"n":2},"endedAt":"2026-11-30 12:00:00+00","tripwire":7}}` + "\x1e" +
			`{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"success","finalWorkflowResult":{"n":2},"metadata":"none","output":{"usage":"none"}}}` + "\x1e"
		s, err := inMemory(t, play(answer(200, body, "Content-Type", "text/plain"))).Workflow("w").Run("r").Stream(t.Context(), mastra.StartRequest{})
		require.NoError(t, err)
		var kinds []string
		for chunk, err := range s.Chunks() {
			require.NoError(t, err)
			if u, ok := chunk.Value().(*stream.Unknown); ok {
				kinds = append(kinds, u.Type)
			}
		}
		assert.Equal(t, []string{"workflow-finish"}, kinds, "the payload of which lacks what it must have")
		state, err := s.Result()
		require.NoError(t, err)
		assert.Equal(t, mastra.RunSuccess, state.Status)
		assert.JSONEq(t, `{"n":2}`, string(state.Result))
		assert.JSONEq(t, `{"n":2}`, string(state.Steps["s"].Output))
		assert.True(t, state.Steps["s"].EndedAt.Equal(noon))
	})
}

func TestOddMember_OfACallersOwnTypeIsAnError(t *testing.T) {
	var out struct{ N int }
	err := inMemory(t, play(answer(200, `{"n":"7"}`))).Do(t.Context(), "GET", "/mine", nil, &out)
	e := asError(t, err)
	assert.Contains(t, e.Message, "does not decode")
	assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(err))
}
