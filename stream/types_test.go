package stream_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

func TestPending_SurvivesStorage(t *testing.T) {
	suspended := parse(t, `{"type":"tool-call-suspended","runId":"r","payload":{"toolCallId":"c","toolName":"ask-user","args":{"question":"why?"},"suspendPayload":{"prompt":"why?"},"resumeSchema":"{\"type\":\"object\"}"}}`)
	approval := parse(t, `{"type":"tool-call-approval","runId":"r","payload":{"toolCallId":"c","toolName":"delicate","args":{"what":"b"}}}`)
	for _, pending := range []stream.Pending{
		suspended.Value().(*stream.ToolCallSuspended).Pending(),
		approval.Value().(*stream.ToolCallApproval).Pending(),
		{Kind: stream.PendingClientTool, RunID: "r", ToolCallID: "c", ToolName: "mine"},
	} {
		assert.Equal(t, "r", pending.RunID)
		coded, err := json.Marshal(pending)
		require.NoError(t, err)
		var back stream.Pending
		require.NoError(t, json.Unmarshal(coded, &back))
		assert.Equal(t, pending, back)
	}
	coded, err := json.Marshal(suspended.Value().(*stream.ToolCallSuspended).Pending())
	require.NoError(t, err)
	assert.JSONEq(t, `{"kind":"suspended","runId":"r","toolCallId":"c","toolName":"ask-user","args":{"question":"why?"},"suspendPayload":{"prompt":"why?"},"resumeSchema":{"type":"object"}}`, string(coded))
}

func TestSchema_IsReadInEveryForm(t *testing.T) {
	for in, want := range map[string]string{
		`{"type":"object"}`:                    `{"type":"object"}`,
		`"{\"type\":\"object\"}"`:              `{"type":"object"}`,
		`"{\"json\":{\"type\":\"object\"}}"`:   `{"type":"object"}`,
		`{"json":{"type":"object"},"meta":{}}`: `{"type":"object"}`,
		`{"json":true}`:                        `{"json":true}`,
		`{"json":"{}"}`:                        `{"json":"{}"}`,
		`{"json":null}`:                        `{"json":null}`,
		`{"json":{}}`:                          `{}`,
		`"  {\"type\":\"object\"}  "`:          `{"type":"object"}`,
		`[{"json":{}}]`:                        `[{"json":{}}]`,
		`true`:                                 `true`,
		`"not JSON"`:                           `"not JSON"`,
		`null`:                                 ``,
		`"null"`:                               ``,
	} {
		var s stream.Schema
		require.NoError(t, json.Unmarshal([]byte(in), &s), in)
		assert.Equal(t, want, string(s), in)
	}
	coded, err := json.Marshal(struct{ S stream.Schema }{})
	require.NoError(t, err)
	assert.Equal(t, `{"S":null}`, string(coded))
}

func TestTime_IsReadInEveryForm(t *testing.T) {
	for in, want := range map[string]string{
		`"2026-11-21T16:47:16.242Z"`:      `"2026-11-21T16:47:16.242Z"`,
		`"2026-11-21T18:47:16.242+02:00"`: `"2026-11-21T16:47:16.242Z"`,
		`"2026-11-21T16:47:16Z"`:          `"2026-11-21T16:47:16.000Z"`,
		`"2026-11-21T16:47:16.242"`:       `"2026-11-21T16:47:16.242Z"`,
		`"2026-11-21"`:                    `"2026-11-21T00:00:00.000Z"`,
		`"2026-11-21 16:47:16.242+00"`:    `"2026-11-21T16:47:16.242Z"`,
		`"2026-11-21 18:47:16+02"`:        `"2026-11-21T16:47:16.000Z"`,
		`"2026-11-21 16:47:16.242301+00"`: `"2026-11-21T16:47:16.242301Z"`,
		`1795279636242`:                   `"2026-11-21T16:47:16.242Z"`,
		`1795279636242.5`:                 `"2026-11-21T16:47:16.242Z"`,
		`1.795279636242e12`:               `"2026-11-21T16:47:16.242Z"`,
		`"1795279636242"`:                 `"2026-11-21T16:47:16.242Z"`,
		`-1`:                              `"1969-12-31T23:59:59.999Z"`,
		`0`:                               `"1970-01-01T00:00:00.000Z"`,
		`null`:                            `null`,
		`""`:                              `null`,
	} {
		var at stream.Time
		require.NoError(t, json.Unmarshal([]byte(in), &at), in)
		coded, err := json.Marshal(at)
		require.NoError(t, err)
		assert.Equal(t, want, string(coded), in)
		if !at.IsZero() {
			assert.Equal(t, time.UTC, at.Location())
		}
	}
	for _, in := range []string{`"yesterday"`, `{}`, `true`, `1e300`, `[1]`} {
		require.Error(t, json.Unmarshal([]byte(in), new(stream.Time)), in)
	}
	_, err := json.Marshal(stream.Time{Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)})
	require.Error(t, err)
}

func TestUsage_IsReadAndAddedUp(t *testing.T) {
	var u stream.Usage
	require.NoError(t, json.Unmarshal([]byte(`{"inputTokens":11,"outputTokens":7,"totalTokens":18,"reasoningTokens":3,"cachedInputTokens":2,"cacheCreationInputTokens":1,"raw":{}}`), &u))
	assert.Equal(t, stream.Usage{InputTokens: 22, OutputTokens: 14, TotalTokens: 36, ReasoningTokens: 6, CachedInputTokens: 4, CacheCreationInputTokens: 2}, u.Add(u))
	for in, want := range map[string]stream.Usage{
		`{"inputTokens":11.0,"outputTokens":"7","totalTokens":18}`:           {InputTokens: 11, OutputTokens: 7, TotalTokens: 18},
		`{"inputTokens":"many","outputTokens":{},"totalTokens":18,"raw":{}}`: {TotalTokens: 18},
		`{"inputTokens":1.5,"outputTokens":7,"totalTokens":null}`:            {OutputTokens: 7},
		`null`: {},
	} {
		var u stream.Usage
		require.NoError(t, json.Unmarshal([]byte(in), &u), in)
		assert.Equal(t, want, u, in)
	}
	coded, err := json.Marshal(stream.Usage{InputTokens: 1})
	require.NoError(t, err)
	assert.JSONEq(t, `{"inputTokens":1,"outputTokens":0,"totalTokens":0}`, string(coded))
}
