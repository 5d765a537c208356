package mockserver_test

import (
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// score is what a score of a run needs, changed by pairs of name and value.
func score(run string, change map[string]any) map[string]any {
	s := map[string]any{"scorerId": "len", "entityId": "plain", "runId": run, "entityType": "AGENT", "score": 0.5, "output": 1,
		"source": "TEST", "scorer": map[string]any{"id": "len"}, "entity": map[string]any{"id": "plain"}}
	maps.Copy(s, change)
	return map[string]any{"score": s}
}

func TestLogs_AreEmptyAndTheirPagesCountFromOne(t *testing.T) {
	_, c := start(t)
	for path, want := range map[string]string{
		"/api/logs/transports":                         `{"transports":[]}`,
		"/api/logs?transportId=a&page=0&perPage=5":     `{"logs":[],"total":0,"page":1,"perPage":5,"hasMore":false}`,
		"/api/logs/r-1?transportId=a&page=2":           `{"logs":[],"total":0,"page":2,"perPage":100,"hasMore":false}`,
		"/api/logs?transportId=a&perPage=0&filters=ab": `{"logs":[],"total":0,"page":1,"perPage":100,"hasMore":false}`,
		"/api/logs?transportId=":                       `{"error":"Argument \"transportId\" is required"}`,
		"/api/logs?transportId=a&fromDate=zz":          `{"error":"Invalid query parameters","issues":[{"field":"fromDate","message":"Invalid input: expected date, received Date"}]}`,
	} {
		_, answer := c.get(path)
		assert.Equal(t, want, answer, path)
	}
}

func TestScore_ScorersBelongToTheDemoWorld(t *testing.T) {
	_, demo := start(t)
	_, answer := demo.get("/api/scores/scorers/len")
	assert.Contains(t, answer, `"description":"length"`)
	_, own := start(t, mockserver.WithVectorStore("mine"))
	_, answer = own.get("/api/scores/scorers")
	assert.Equal(t, "{}", answer)
	_, answer = own.get("/api/scores/scorers/len")
	assert.Equal(t, "null", answer)
}

func TestScore_WithAnIDTakesThePlaceOfTheOneBefore(t *testing.T) {
	_, c := start(t)
	c.object("/api/scores", score("r", map[string]any{"id": "mine", "score": 0.1}))
	c.object("/api/scores", score("r", map[string]any{"score": 0.2}))
	c.object("/api/scores", score("r", map[string]any{"id": "mine", "score": 0.3}))
	_, answer := c.get("/api/scores/run/r")
	list := decode(t, answer)["scores"].([]any)
	require.Len(t, list, 2)
	assert.Equal(t, "mine", at(list[0], "id"))
	assert.Equal(t, 0.3, at(list[0], "score"))
	assert.Equal(t, 0.2, at(list[1], "score"))
}

func TestScore_ListedHasNoNullsAndItsTraceTakenApart(t *testing.T) {
	_, c := start(t)
	saved := c.object("/api/scores", score("r", map[string]any{
		"traceId": "t1-s1-x", "input": nil, "organizationId": nil, "structuredOutput": true, "unknown": 1}))["score"]
	assert.Equal(t, "t1-s1-x", at(saved, "traceId"))
	assert.Contains(t, saved, "organizationId")
	assert.Contains(t, saved, "structuredOutput")
	assert.NotContains(t, saved, "unknown")
	_, answer := c.get("/api/scores/run/r")
	listed := decode(t, answer)["scores"].([]any)[0]
	assert.Equal(t, "t1", at(listed, "traceId"))
	assert.Equal(t, "s1", at(listed, "spanId"))
	for _, name := range []string{"input", "organizationId", "structuredOutput", "unknown"} {
		assert.NotContains(t, listed, name)
	}
}

func TestScore_OfAnUnknownAgentOrWorkflowIsNotFound(t *testing.T) {
	_, c := start(t)
	for path, want := range map[string]int{"AGENT/nope": 404, "WORKFLOW/nope": 404, "WORKFLOW/doubler": 200, "STEP/nope": 200} {
		status, _ := c.get("/api/scores/entity/" + path)
		assert.Equal(t, want, status, path)
	}
}

func TestScore_ThatDoesNotFitFailsInTheStore(t *testing.T) {
	_, c := start(t)
	const whole = "[\n  {\n    \"expected\": \"object\",\n    \"code\": \"invalid_type\",\n    \"path\": [],\n    \"message\": \"Invalid input: expected object, received number\"\n  }\n]"
	for body, want := range map[string]string{
		`{"score":null}`: "Cannot read properties of null (reading 'scorer')",
		`{"score":5}`:    whole,
		`{"score":{"scorerId":"a","entityId":"b","runId":"c","output":1,"score":1e999,"scorer":{},"source":"LIVE","entity":{}}}`: "[\n  {\n    \"expected\": \"number\",\n    \"code\": \"invalid_type\",\n    \"received\": \"Infinity\",\n    \"path\": [\n      \"score\"\n    ],\n    \"message\": \"Invalid input: expected number, received Infinity\"\n  }\n]",
	} {
		status, answer := c.post("/api/scores", body)
		assert.Equal(t, http.StatusInternalServerError, status, body)
		assert.Equal(t, want, decode(t, answer)["error"], body)
	}
	status, _ := c.post("/api/scores", score("r", map[string]any{"source": "OTHER"}))
	assert.Equal(t, http.StatusInternalServerError, status)
	_, answer := c.get("/api/scores/run/r")
	assert.Equal(t, 0.0, at(decode(t, answer), "pagination", "total"))
}

func TestScore_PageFarBeyondTheEndIsEmptyOrAnError(t *testing.T) {
	_, c := start(t)
	c.object("/api/scores", score("r", nil))
	status, answer := c.get("/api/scores/run/r?page=9007199254740991&perPage=10")
	assert.Equal(t, http.StatusOK, status, answer)
	assert.Equal(t, false, at(decode(t, answer), "pagination", "hasMore"))
	status, _ = c.get("/api/scores/run/r?page=900719925474099&perPage=9007199254740991")
	assert.Equal(t, http.StatusInternalServerError, status)
}

func TestScore_ManyAreSavedAndListedAtOnce(t *testing.T) {
	_, c := start(t)
	const writers, each = 4, 10
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for n := range each {
				res, err := c.try(t.Context(), http.MethodPost, "/api/scores", score("r", map[string]any{"id": fmt.Sprint(i, n)}))
				if assert.NoError(t, err) {
					assert.NoError(t, res.Body.Close())
				}
				res, err = c.try(t.Context(), http.MethodGet, "/api/scores/run/r", nil)
				if assert.NoError(t, err) {
					assert.NoError(t, res.Body.Close())
				}
			}
		})
	}
	wg.Wait()
	_, answer := c.get("/api/scores/run/r?perPage=100")
	assert.Equal(t, float64(writers*each), at(decode(t, answer), "pagination", "total"))
}
