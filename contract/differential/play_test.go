package differential_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract/differential"
)

// playground is a server for scenes that show how exchanges are played.
func playground(t testing.TB) *httptest.Server {
	t.Helper()
	var polls atomic.Int32
	released := make(chan struct{})
	mux := http.NewServeMux()
	stream := func(w http.ResponseWriter, r *http.Request, wait <-chan struct{}) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			fmt.Fprintf(w, "data: {\"type\":\"e%d\",\"runId\":\"run-%d\"}\n\n", i, i)
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-wait:
			fmt.Fprint(w, "data: [DONE]\n\n")
		case <-r.Context().Done():
		}
	}
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"type":%q,"size":%d,"body":%q,"inner":[{"id":"x"},{"id":"x"},{"id":"y"}]}`,
			r.Header.Get("Content-Type"), len(body), body[:min(len(body), 20)])
	})
	mux.HandleFunc("GET /polled", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, polls.Add(1)) })
	mux.HandleFunc("GET /open", func(w http.ResponseWriter, r *http.Request) { stream(w, r, nil) })
	mux.HandleFunc("GET /held", func(w http.ResponseWriter, r *http.Request) { stream(w, r, released) })
	mux.HandleFunc("GET /release", func(http.ResponseWriter, *http.Request) { close(released) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func played(t testing.TB, script string) []differential.Answer {
	t.Helper()
	scene, err := differential.Parse("scene.txt", []byte(script))
	require.NoError(t, err)
	return differential.Play(t.Context(), scene, playground(t).URL).Answers
}

func TestPlay_AnswersBindNames(t *testing.T) {
	t.Parallel()
	answers := played(t, `
## first
POST /echo
> save a=id b=id#2
{}

## second
POST /echo
> header Content-Type: text/plain
${a}${b}

## third
POST /echo
${pad:100000}

## fourth
POST /echo
${c}

## fifth
POST /echo
> header Content-Type:
x
`)
	assert.Contains(t, string(answers[0].Body), `"type":"application/json"`)
	assert.Contains(t, string(answers[1].Body), `"type":"text/plain","size":2,"body":"xy"`)
	assert.Contains(t, string(answers[2].Body), `"size":100000`)
	require.ErrorContains(t, answers[3].Err, "no answer has given c")
	assert.Contains(t, string(answers[4].Body), `"type":""`)
}

func TestPlay_RepeatsARequestUntilTheAnswerHoldsAText(t *testing.T) {
	t.Parallel()
	answers := played(t, "## polled\nGET /polled\n> until 3\n")
	require.NoError(t, answers[0].Err)
	assert.Equal(t, "3", string(answers[0].Body))
}

func TestPlay_ClosesAnOpenAnswerWhenNothingFollows(t *testing.T) {
	t.Parallel()
	answers := played(t, "## open\nGET /open\n> open 3\n")
	require.NoError(t, answers[0].Err)
	assert.True(t, answers[0].Closed)
	assert.Contains(t, string(answers[0].Body), "e2")
}

func TestPlay_CutAnswerHoldsTheEventsBeforeTheCut(t *testing.T) {
	t.Parallel()
	answers := played(t, "## cut\nGET /open\n> cut 2\n")
	require.NoError(t, answers[0].Err)
	assert.True(t, answers[0].Closed)
	assert.Contains(t, string(answers[0].Body), "e1")
	assert.NotContains(t, string(answers[0].Body), "e2")
}

func TestPlay_BackgroundExchangeGoesOnWhileOthersArePlayed(t *testing.T) {
	t.Parallel()
	answers := played(t, `
## held
GET /held
> background held 2
> save run=runId#2

## between
POST /echo
${run}

## release
GET /release

## after
POST /echo
> await held
{}
`)
	require.NoError(t, answers[0].Err)
	assert.Contains(t, string(answers[0].Body), "[DONE]")
	assert.Contains(t, string(answers[1].Body), `"body":"run-1"`)
	assert.Equal(t, http.StatusOK, answers[3].Status)
}

func TestScript_SaysWhereItIsWrong(t *testing.T) {
	t.Parallel()
	for script, message := range map[string]string{
		"GET /x":                               "s.txt:1: \"GET /x\" stands before the first exchange",
		"## a\nGET\n":                          "s.txt:2: \"GET\" is no method and path",
		"## a\nGET /x\n## a\nGET /y":           "s.txt:3: \"a\" stands here twice",
		"## a\nGET /x\n> nothing\n":            "s.txt:3: \"nothing\" says nothing about an exchange",
		"## a\nGET /x\n> save b\n":             "s.txt:3: \"b\" is no binding",
		"## a\nGET /x\n> open many\n":          "s.txt:3: ",
		"## a\nGET /x\n> header X\n":           "s.txt:3: \"X\" is no header",
		"> save a=b\n":                         "s.txt:1: \"save\" says nothing about a scene",
		"> world mine\n":                       "s.txt:1: \"world\" says nothing about a scene",
		"## a\nGET /x\n> background b often\n": "s.txt:3: ",
	} {
		_, err := differential.Parse("s.txt", []byte(script))
		assert.ErrorContains(t, err, message)
	}
}

func TestScript_SceneSaysWhatItsServersAre(t *testing.T) {
	t.Parallel()
	scene, err := differential.Parse("s.txt", []byte("> token T\n> world extra\n\n## a\nGET /x\n"))
	require.NoError(t, err)
	assert.Equal(t, "T", scene.Token)
	assert.True(t, scene.Extra)
}
