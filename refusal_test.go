package mastra_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// cutAnswer is one whose body breaks off.
func cutAnswer(status int, body string) step {
	return func(req *http.Request) (*http.Response, error) {
		return response(req, status, io.NopCloser(io.MultiReader(strings.NewReader(body), failingReader{errReset}))), nil
	}
}

// unavailable are the forms in which servers and proxies say 503.
var unavailable = []struct {
	name    string
	met     step
	refused bool // it says that the request was not processed
}{
	{"the server's own error", answer(503, `{"error":"busy"}`), true},
	{"the server's own error, with an object", answer(503, `{"error":{"message":"busy"}}`), true},
	{"the server's own error, beside others", answer(503, ` {"code":"X","error":"busy"}`+"\n"), true},
	{"Retry-After in seconds", answer(503, "", "Retry-After", "0"), true},
	{"Retry-After as a date", answer(503, html, "Content-Type", "text/html", "Retry-After", "Thu, 01 Jan 1998 00:00:00 GMT"), true},
	{"Retry-After that is malformed", answer(503, "busy", "Retry-After", "soon"), true},
	{"Envoy's text", answer(503, "upstream connect error or disconnect/reset before headers. reset reason: connection termination", "Content-Type", "text/plain"), false},
	{"nginx's page", answer(503, html, "Content-Type", "text/html"), false},
	{"nothing", answer(503, ""), false},
	{"an empty Retry-After", answer(503, "", "Retry-After", " "), false},
	{"an object with a message", answer(503, `{"message":"Service unavailable"}`), false},
	{"an object with a fault", answer(503, `{"fault":{"faultstring":"The Service is temporarily unavailable"}}`), false},
	{"an error in another case", answer(503, `{"Error":"busy"}`), false},
	{"an error that is null", answer(503, `{"error":null}`), false},
	{"an error further inside", answer(503, `{"body":{"error":"busy"}}`), false},
	{"an array", answer(503, `[{"error":"busy"}]`), false},
	{"a text", answer(503, `"error"`), false},
	{"null", answer(503, `null`), false},
	{"the server's own error, cut", cutAnswer(503, `{"error":"bu`), false},
}

func TestRetry_TakesA503ForARefusalOnlyWhereItSaysSo(t *testing.T) {
	for _, f := range unavailable {
		for _, c := range calls {
			t.Run(f.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					rt := play(f.met)
					err := c.do(t.Context(), inMemory(t, rt))
					assert.ErrorIs(t, err, mastra.ErrUnavailable)
					assert.ErrorIs(t, err, mastra.ErrServer)
					assert.Equal(t, 503, mastra.HTTPStatus(err))
					repeated := c.safe || f.refused
					assert.Equal(t, map[bool]int{true: 4, false: 1}[repeated], rt.attempts())
					assert.Equal(t, !repeated, errors.Is(err, mastra.ErrOutcomeUnknown), "%v", err)
				})
			})
		}
	}
}

func TestRetry_RefusalAfterA503OfAProxyIsNoCertainty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(answer(503, ""), answer(503, `{"error":"busy"}`))
		err := generate(t.Context(), inMemory(t, rt, mastra.WithRetryPolicy(mastra.RetryAlways)))
		assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown, "the first may have been carried out")
		assert.Equal(t, 4, rt.attempts())
	})
}

func TestRetry_PolicySeesWhetherARequestWasRefused(t *testing.T) {
	type seen struct {
		Status  int
		Refused bool
	}
	for _, f := range unavailable {
		synctest.Test(t, func(t *testing.T) {
			var got []seen
			never := func(a mastra.Attempt) bool {
				if a.Operation != "WorkflowGetRun" { // that looks at the run
					got = append(got, seen{a.Status, a.Refused})
				}
				return false
			}
			_ = generate(t.Context(), inMemory(t, play(f.met), mastra.WithRetryPolicy(never)))
			assert.Equal(t, []seen{{503, f.refused}}, got, f.name)
			got = nil
			_, _ = inMemory(t, &routes{steps: map[string][]step{"stream": {f.met}, "get": {answer(404, `{"error":"Workflow run not found"}`)}}}, mastra.WithRetryPolicy(never)).
				Workflow("w").Run("r").Start(t.Context(), mastra.StartRequest{})
			assert.Equal(t, []seen{{503, f.refused}}, got, f.name+", start")
		})
	}
	for status, refused := range map[int]bool{401: true, 429: true, 500: false, 502: false, 504: false, 400: false, 408: false} {
		synctest.Test(t, func(t *testing.T) {
			var got []seen
			never := func(a mastra.Attempt) bool { got = append(got, seen{a.Status, a.Refused}); return false }
			_ = generate(t.Context(), inMemory(t, play(answer(status, `{"error":"x"}`)), mastra.WithRetryPolicy(never), mastra.WithTokenSource(&tokenChain{"secret-1", "secret-2"})))
			assert.Equal(t, []seen{{status, refused}}, got)
		})
	}
}

// A run that a proxy's 503 left in the dark is looked at, as after a 502.
func TestStart_GoesOnAfterA503OfAProxyAsAfterA502(t *testing.T) {
	for _, f := range unavailable {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: map[string][]step{"stream": {f.met, replays(t, "doubler")}, "get": {answer(404, `{"error":"Workflow run not found"}`)}}}
				state, err := inMemory(t, rt).Workflow("w").Run("r").Start(t.Context(), mastra.StartRequest{Input: map[string]int{"n": 2}})
				require.NoError(t, err)
				assert.Equal(t, mastra.RunSuccess, state.Status)

				rt = &routes{steps: map[string][]step{"stream": {f.met, fails(errRefused)}, "get": {answer(404, `{"error":"Workflow run not found"}`)}}}
				_, err = inMemory(t, rt).Workflow("w").Run("r").Start(t.Context(), mastra.StartRequest{})
				assert.ErrorIs(t, err, mastra.ErrUnavailable)
				assert.Equal(t, !f.refused, errors.Is(err, mastra.ErrOutcomeUnknown), "the start may have been carried out")

				rt = &routes{steps: map[string][]step{
					"get": {tells(t, "approval-suspended"), tells(t, "approval-ended")}, "resume-stream": {f.met, replays(t, "approval-resumed")},
				}}
				state, err = inMemory(t, rt).Workflow("w").Resume(t.Context(), "r", mastra.ResumeRequest{Step: "approve"})
				require.NoError(t, err, "what the resume itself has done is no error")
				assert.Equal(t, mastra.RunSuccess, state.Status)
				posts := map[bool]int{true: 2, false: 1}[f.refused]
				assert.Equal(t, posts, rt.count("resume-stream"), "posted again only after a refusal: the run has moved on")
			})
		})
	}
}

func TestRetry_OfARefusedDeleteDoesNotTakeNotFoundForSuccess(t *testing.T) {
	for name, first := range map[string]step{"busy": answer(503, `{"error":"busy"}`), "slow down": answer(429, "")} {
		synctest.Test(t, func(t *testing.T) {
			rt := play(first, answer(404, `{"error":"no"}`))
			assert.ErrorIs(t, remove(t.Context(), inMemory(t, rt)), mastra.ErrNotFound, name)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		rt := play(answer(503, "upstream connect error", "Content-Type", "text/plain"), answer(404, `{"error":"no"}`))
		assert.NoError(t, remove(t.Context(), inMemory(t, rt, mastra.WithMaxBackoff(time.Second))), "the first attempt may have")
	})
}
