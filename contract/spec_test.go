package contract_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract"
)

var (
	jsonHeader = http.Header{"Content-Type": {"application/json"}}
	sseHeader  = http.Header{"Content-Type": {"text/event-stream"}}
	textHeader = http.Header{"Content-Type": {"text/plain"}}
)

func TestCheck_FindsMistakes(t *testing.T) {
	spec := suite.spec
	thread := `{"id":"t","resourceId":"r","title":"","metadata":null,"createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z"}`
	get := func(body string) contract.Exchange {
		return contract.Exchange{Method: "GET", Path: "/api/memory/threads/t", Status: 200, Header: jsonHeader, Body: []byte(body)}
	}
	stream := func(body string) contract.Exchange {
		return contract.Exchange{
			Method: "POST", Path: "/api/agents/a/stream", RequestHeader: jsonHeader, RequestBody: []byte(`{"messages":"hi"}`),
			Status: 200, Header: sseHeader, Body: []byte(body),
		}
	}
	records := func(body string) contract.Exchange {
		return contract.Exchange{
			Method: "POST", Path: "/api/workflows/w/stream?runId=r", RequestHeader: jsonHeader, RequestBody: []byte(`{}`),
			Status: 200, Header: textHeader, Body: []byte(body),
		}
	}
	search := func(method, query, body string) contract.Exchange {
		return contract.Exchange{
			Method: method, Path: "/api/memory/threads" + query, RequestHeader: jsonHeader, RequestBody: []byte(body),
			Status: 200, Header: jsonHeader, Body: []byte(thread),
		}
	}
	page := search("GET", "?page=0", "")
	page.Body = []byte(`{"threads":[` + thread + `],"total":1,"page":0,"perPage":false,"hasMore":false}`)
	badPage := page
	badPage.Path = "/api/memory/threads?page=first&orderBy=%7B%22direction%22%3A%22up%22%7D"
	for name, tt := range map[string]struct {
		exchange contract.Exchange
		problem  string // empty where the exchange is right
	}{
		"a good answer":                   {get(thread), ""},
		"further fields":                  {get(strings.Replace(thread, "{", `{"new":1,`, 1)), ""},
		"a page":                          {page, ""},
		"a bad query":                     {badPage, `page`},
		"a missing field":                 {get(`{"id":"t"}`), "missing properties"},
		"a field of the wrong type":       {get(strings.Replace(thread, `"title":""`, `"title":7`, 1)), "/title"},
		"a time that is none":             {get(strings.ReplaceAll(thread, "2026-01-01", "yesterday")), "date-time"},
		"no JSON":                         {get(`<html>`), "not one JSON value"},
		"two JSON values":                 {get(thread + thread), "not one JSON value"},
		"a good request":                  {search("POST", "?agentId=a", `{"resourceId":"r"}`), ""},
		"a request without its query":     {search("POST", "", `{"resourceId":"r"}`), "agentId"},
		"a request without its body":      {search("POST", "?agentId=a", ""), "body is missing"},
		"a request with a wrong body":     {search("POST", "?agentId=a", `{"resourceId":null}`), "/resourceId"},
		"a complete stream":               {stream(": connected\n\ndata: {\"type\":\"finish\",\"payload\":{}}\n\ndata: [DONE]\n\n"), ""},
		"a stream that ends with finish":  {stream("data: {\"type\":\"finish\",\"payload\":{}}\n\n"), ""},
		"an unknown event":                {stream("data: {\"type\":\"brand-new\",\"payload\":[1]}\n\ndata: [DONE]\n\n"), ""},
		"a truncated stream":              {stream("data: {\"type\":\"text-delta\",\"payload\":{\"text\":\"a\"}}\n\n"), "is no end"},
		"an event without type":           {stream("data: {\"payload\":{}}\n\ndata: [DONE]\n\n"), "missing property"},
		"an event with a wrong payload":   {stream("data: {\"type\":\"text-delta\",\"payload\":{\"text\":1}}\n\ndata: [DONE]\n\n"), "/text"},
		"a wrong payload within an event": {stream(`data: {"type":"agent-execution-event-x","payload":{"type":"text-delta","payload":{}}}` + "\n\ndata: [DONE]\n\n"), "text"},
		"an event that is no JSON":        {stream("data: {\"type\"\n\ndata: [DONE]\n\n"), "event 0"},
		"complete records":                {records(`{"type":"workflow-finish","payload":{"workflowStatus":"success"}}` + "\x1e"), ""},
		"a record without its end":        {records(`{"type":"workflow-finish","payload":{}}`), "within a record"},
		"records without an end":          {records(`{"type":"workflow-step-start","payload":{"id":"a"}}` + "\x1e"), "is no end"},
		"a record with a wrong payload":   {records(`{"type":"workflow-finish","payload":{"workflowStatus":"great"}}` + "\x1e"), "/workflowStatus"},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := spec.Check(t.Context(), tt.exchange)
			if tt.problem == "" {
				assert.Empty(t, verdict.Problems)
				return
			}
			require.NotEmpty(t, verdict.Problems)
			assert.Regexp(t, regexp.QuoteMeta(tt.problem), verdict.Problems[0].Error())
		})
	}
}

func TestCheck_LeavesUnknownRoutesAlone(t *testing.T) {
	verdict := suite.spec.Check(t.Context(), contract.Exchange{Method: "GET", Path: "/api/nothing", Status: 404, Header: textHeader})
	assert.Empty(t, verdict.OperationID)
	assert.Empty(t, verdict.Problems)
}

func TestCheck_ForgivesTheCutOfABrokenStream(t *testing.T) {
	verdict := suite.spec.Check(t.Context(), contract.Exchange{
		Method: "POST", Path: "/api/agents/a/stream", RequestHeader: jsonHeader, RequestBody: []byte(`{"messages":"hi"}`),
		Status: 200, Header: sseHeader, Body: []byte("data: {\"type\":\"start\",\"payload\":{}}\n\ndata: {\"ty"), Cut: true,
	})
	assert.Empty(t, verdict.Problems)
	assert.Equal(t, 1, verdict.Events)
}
