package differential_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract/differential"
)

const (
	idA = "11111111-1111-4111-8111-111111111111"
	idB = "22222222-2222-4222-8222-222222222222"
)

// compared gives the places where answers of JSON differ, each a pair of real and mock.
func compared(t testing.TB, pairs ...[2]string) []string {
	t.Helper()
	var scene differential.Scene
	began := time.UnixMilli(1_700_000_000_000)
	real := differential.Transcript{URL: "http://127.0.0.1:1111", Began: began, Ended: began.Add(time.Minute)}
	mock := differential.Transcript{URL: "http://127.0.0.1:2222", Began: began, Ended: began.Add(time.Minute)}
	for _, pair := range pairs {
		scene.Exchanges = append(scene.Exchanges, differential.Exchange{})
		real.Answers = append(real.Answers, differential.Answer{Status: 200, Type: "application/json", Body: []byte(pair[0])})
		mock.Answers = append(mock.Answers, differential.Answer{Status: 200, Type: "application/json", Body: []byte(pair[1])})
	}
	real.Scene, mock.Scene = scene, scene
	var places []string
	for _, o := range differential.Compare(real, mock) {
		for _, d := range o.Differences {
			places = append(places, d.At)
		}
	}
	return places
}

func TestCompare_ReplacesOnlyWhatDiffersAnywhere(t *testing.T) {
	t.Parallel()
	for what, x := range map[string]struct {
		real, mock string
		differs    []string
	}{
		"the same":                      {`{"a":1}`, `{"a":1}`, nil},
		"white space":                   {`{"a": 1}`, `{"a":1}`, nil},
		"half a character":              {`{"a":"x\ud83d"}`, `{"a":"x\uD83D"}`, []string{"body.a"}},
		"the other half":                {`{"a":"\ud83d"}`, `{"a":"\ude00"}`, []string{"body.a"}},
		"half a character, replaced":    {`{"a":"\ud83d"}`, "{\"a\":\"\ufffd\"}", []string{"body.a"}},
		"a whole one, escaped":          {`{"a":"\ud83d\ude00"}`, `{"a":"😀"}`, nil},
		"another id":                    {`{"id":"` + idA + `"}`, `{"id":"` + idB + `"}`, nil},
		"another id within a text":      {`{"m":"no run ` + idA + `"}`, `{"m":"no run ` + idB + `"}`, nil},
		"another id as a key":           {`{"` + idA + `":1}`, `{"` + idB + `":1}`, nil},
		"another call":                  {`{"id":"call_1"}`, `{"id":"call_27"}`, nil},
		"one id for two":                {`["` + idA + `","` + idB + `"]`, `["` + idA + `","` + idA + `"]`, []string{"body[1]"}},
		"two ids for one":               {`["` + idA + `","` + idA + `"]`, `["` + idA + `","` + idB + `"]`, []string{"body[1]"}},
		"an id that is no id":           {`{"id":"` + idA + `"}`, `{"id":"run-1"}`, []string{"body.id"}},
		"a call for an id":              {`{"id":"` + idA + `"}`, `{"id":"call_1"}`, []string{"body.id"}},
		"a trace":                       {`{"traceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`, `{"traceId":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}`, nil},
		"a span for a trace":            {`{"traceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`, `{"traceId":"bbbbbbbbbbbbbbbb"}`, []string{"body.traceId"}},
		"a parent of a trace":           {`{"traceparent":"00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-cccccccccccccccc-01"}`, `{"traceparent":"00-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-dddddddddddddddd-01"}`, nil},
		"a time in ms":                  {`{"startedAt":1700000000001}`, `{"startedAt":1700000000009}`, nil},
		"a time in ms of another day":   {`{"startedAt":1700000000001}`, `{"startedAt":1600000000009}`, []string{"body.startedAt"}},
		"a time in ms at another key":   {`{"n":1700000000001}`, `{"n":1700000000009}`, []string{"body.n"}},
		"a time as a text":              {`{"createdAt":"2023-11-14T22:13:20.001Z"}`, `{"createdAt":"2023-11-14T22:13:20.002Z"}`, nil},
		"a time that the script gave":   {`{"createdAt":"2026-01-01T00:00:00.000Z"}`, `{"createdAt":"2023-11-14T22:13:20.002Z"}`, []string{"body.createdAt"}},
		"a text for a time in ms":       {`{"startedAt":1700000000001}`, `{"startedAt":"2023-11-14T22:13:20.002Z"}`, []string{"body.startedAt"}},
		"a stack":                       {`{"stack":"Error at a.js"}`, `{"stack":"Error at b.js"}`, nil},
		"no stack":                      {`{"stack":"Error at a.js"}`, `{}`, []string{"body.stack"}},
		"a port":                        {`{"url":"http://127.0.0.1:1111/a"}`, `{"url":"http://127.0.0.1:2222/a"}`, nil},
		"null for absent":               {`{}`, `{"a":null}`, []string{"body.a"}},
		"absent for null":               {`{"a":null}`, `{}`, []string{"body.a"}},
		"another order of members":      {`{"a":1,"b":2}`, `{"b":2,"a":1}`, []string{"order of body"}},
		"another order of items":        {`[1,2]`, `[2,1]`, []string{"body[0]", "body[1]"}},
		"an item more":                  {`[1]`, `[1,2]`, []string{"body.length", "body[1]"}},
		"a fraction":                    {`{"a":1}`, `{"a":1.0}`, []string{"body.a"}},
		"a text for a number":           {`{"a":1}`, `{"a":"1"}`, []string{"body.a"}},
		"an object for a list":          {`{"a":[]}`, `{"a":{}}`, []string{"body.a"}},
		"a member twice":                {`{"a":1}`, `{"a":1,"a":1}`, []string{"order of body"}},
		"no JSON":                       {`{"a":1}`, `{"a":1`, []string{"body"}},
		"two values":                    {`{"a":1}`, `{"a":1}{}`, []string{"body"}},
		"ids in another order of names": {`{"a":"` + idA + `","b":"` + idB + `","c":"` + idA + `"}`, `{"c":"` + idA + `","b":"` + idB + `","a":"` + idA + `"}`, []string{"order of body"}},
	} {
		t.Run(what, func(t *testing.T) {
			assert.Equal(t, x.differs, compared(t, [2]string{x.real, x.mock}))
		})
	}
}

func TestCompare_IDIsTheSameInTheWholeScene(t *testing.T) {
	t.Parallel()
	made := func(id string) string { return `{"runId":"` + id + `"}` }
	assert.Empty(t, compared(t,
		[2]string{made(idA), made(idB)},
		[2]string{made(idA), made(idB)}))
	assert.Equal(t, []string{"body.runId"}, compared(t,
		[2]string{made(idA), made(idB)},
		[2]string{made(idA), made(idA)}), "a new id where the first one should be")
	assert.Equal(t, []string{"body.extra"}, compared(t,
		[2]string{`{}`, `{"extra":"` + idB + `"}`},
		[2]string{made(idA), made(idA)}), "an id too many does not shift later ones")
}

func TestCompare_GoesEventByEventInStreams(t *testing.T) {
	t.Parallel()
	const sse = "text/event-stream"
	for what, x := range map[string]struct {
		real, mock differential.Answer
		differs    []string
	}{
		"the same": {
			differential.Answer{Type: sse, Body: []byte("data: {\"type\":\"a\"}\n\ndata: [DONE]\n\n")},
			differential.Answer{Type: sse, Body: []byte("data: {\"type\":\"a\"}\n\ndata: [DONE]\n\n")}, nil},
		"heartbeats": {
			differential.Answer{Type: sse, Body: []byte(": connected\n\n: heartbeat\n\n")},
			differential.Answer{Type: sse, Body: []byte(": connected\n\n")}, nil},
		"no end": {
			differential.Answer{Type: sse, Body: []byte("data: {\"type\":\"a\"}\n\ndata: [DONE]\n\n")},
			differential.Answer{Type: sse, Body: []byte("data: {\"type\":\"a\"}\n\n")}, []string{"events"}},
		"cut off": {
			differential.Answer{Type: sse, Body: []byte("data: {\"type\":\"a\"}\n\n")},
			differential.Answer{Type: sse, Body: []byte("data: {\"type\":\"a\"}\n")}, []string{"events"}},
		"stays open": {
			differential.Answer{Type: sse, Body: []byte("data: {\"type\":\"a\"}\n\n"), Closed: true},
			differential.Answer{Type: sse, Body: []byte("data: {\"type\":\"a\"}\n\n")}, []string{"end"}},
		"records": {
			differential.Answer{Type: "text/plain", Body: []byte("{\"type\":\"a\",\"n\":1}\x1e")},
			differential.Answer{Type: "text/plain", Body: []byte("{\"type\":\"a\",\"n\":2}\x1e")}, []string{"event[0:a].n"}},
		"a failure for a stream": {
			differential.Answer{Status: 200, Type: sse, Body: []byte("data: {\"type\":\"a\"}\n\n")},
			differential.Answer{Status: 404, Type: "application/json", Body: []byte(`{"error":"x"}`)}, []string{"status", "type", "events"}},
		"headers": {
			differential.Answer{Header: http.Header{"Vary": {"Origin"}, "Date": {"today"}}},
			differential.Answer{Header: http.Header{"Date": {"tomorrow"}}}, []string{"header Vary"}},
		"both fail to answer": {
			differential.Answer{Err: assert.AnError}, differential.Answer{Err: assert.AnError}, []string{"answer"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			scene := differential.Scene{Exchanges: make([]differential.Exchange, 1)}
			out := differential.Compare(
				differential.Transcript{Scene: scene, Answers: []differential.Answer{x.real}},
				differential.Transcript{Scene: scene, Answers: []differential.Answer{x.mock}})
			require.Len(t, out, 1)
			var places []string
			for _, d := range out[0].Differences {
				places = append(places, d.At)
			}
			assert.Equal(t, x.differs, places)
		})
	}
}
