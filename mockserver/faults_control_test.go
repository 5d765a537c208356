package mockserver_test

import (
	"encoding/json"
	"io"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestFault_EveryFieldHasItsNameInJSON(t *testing.T) {
	const text = `{"operation":"Health","skip":1,"times":-1,"status":503,"body":{"a":1},"retryAfter":"3","html":true,"delay":"1.5s","eventDelay":20,
		"dropUnread":true,"dropBefore":true,"dropAfter":true,"cutAtByte":-1,"cutAtEvent":2,"cutClean":true,"split":3,"at":4,"garbage":"{no","giant":5,"silence":"-1ms"}`
	var got mockserver.Fault
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	assert.Equal(t, mockserver.Fault{
		Operation: "Health", Skip: 1, Times: -1, Status: 503, Body: map[string]any{"a": 1.0}, RetryAfter: "3", HTML: true,
		Delay: 1500 * time.Millisecond, EventDelay: 20 * time.Millisecond, DropUnread: true, DropBefore: true, DropAfter: true,
		CutAtByte: -1, CutAtEvent: 2, CutClean: true, Split: 3, At: 4, Garbage: "{no", Giant: 5, Silence: -time.Millisecond,
	}, got)
	fields := reflect.ValueOf(got)
	for i := range fields.NumField() {
		assert.False(t, fields.Field(i).IsZero(), "%s is in the text above", fields.Type().Field(i).Name)
	}
}

func TestFault_ThatCouldNeverHitIsRefusedOverHTTP(t *testing.T) {
	_, c := start(t, mockserver.WithFaultControl())
	for bad, says := range map[string]string{
		``:                                     "unexpected end of JSON input",
		`{`:                                    "unexpected end of JSON input",
		`[{"status":503},{"nothing":1}]`:       `unknown field \"nothing\"`,
		`{"delay":"soon"}`:                     `invalid duration \"soon\"`,
		`{"delay":{}}`:                         `a number of milliseconds or a text such as \"50ms\"`,
		`{"status":"503"}`:                     "cannot unmarshal string",
		`{"status":100}`:                       "status 100 cannot be answered",
		`{"status":1000}`:                      "status 1000 cannot be answered",
		`{"operation":"Helth","status":503}`:   `there is no operation \"Helth\"`,
		`"503"`:                                "cannot unmarshal string",
		`{"status":503} {"status":502}`:        "after top-level value",
		`[` + strings.Repeat(" ", 1<<20) + `]`: "unexpected end of JSON input",
	} {
		status, body := c.post("/__mock/faults", bad)
		assert.Equal(t, 400, status, bad[:min(len(bad), 40)])
		assert.Contains(t, body, says)
	}
	status, _ := c.get("/health")
	assert.Equal(t, 200, status, "none of them was queued")
}

func TestFault_HitsAlikeOverHTTPAndFromGo(t *testing.T) {
	_, c := start(t, mockserver.WithFaultControl())
	for fault, check := range map[string]func(text string, err error){
		`{"cutAtEvent":2}`:           func(text string, err error) { assert.Error(t, err); assert.Equal(t, 2, strings.Count(text, "\x1e")) },
		`{"cutAtByte":9}`:            func(text string, err error) { assert.Error(t, err); assert.Len(t, text, 9) },
		`{"garbage":"{no","at":1}`:   func(text string, err error) { assert.NoError(t, err); assert.Contains(t, text, "\x1e{no\x1e") },
		`{"giant":1000,"split":7}`:   func(text string, err error) { assert.NoError(t, err); assert.Greater(t, len(text), 1000) },
		`{"html":true,"status":502}`: func(text string, err error) { assert.NoError(t, err); assert.Contains(t, text, "<html") },
		`{"skip":1,"status":503}`:    func(text string, err error) { assert.NoError(t, err); assert.Contains(t, text, "workflow-finish") },
	} {
		status, body := c.post("/__mock/faults", strings.Replace(fault, "{", `{"operation":"WorkflowStream",`, 1))
		require.Equal(t, 200, status, body)
		assert.Equal(t, `{"success":true,"queued":1}`, body)
		res := c.open(t.Context(), "POST", "/api/workflows/doubler/stream?runId="+url.QueryEscape(fault), `{"inputData":{"n":1}}`)
		text, err := io.ReadAll(res.Body)
		check(string(text), err)
		c.open(t.Context(), "DELETE", "/__mock/faults", nil)
	}
	status, body := c.post("/__mock/faults", `[]`)
	assert.Equal(t, 200, status)
	assert.Equal(t, `{"success":true,"queued":0}`, body)
}

func TestFault_ThatCouldNeverHitIsRefusedInGo(t *testing.T) {
	mock := mockserver.New()
	defer mock.Close()
	assert.PanicsWithValue(t, `mockserver: there is no operation "AgentStrem"`, func() { mock.Inject(mockserver.Fault{Operation: "AgentStrem"}) })
	assert.PanicsWithValue(t, `mockserver: status 7 cannot be answered`, func() { mock.Inject(mockserver.Fault{Status: 7}) })
	assert.NotPanics(t, func() { mock.Inject(mockserver.Fault{Operation: "Health", Status: 503}) })
}
