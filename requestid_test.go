package mastra_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestRequestID_IsTheServersOrAProxys(t *testing.T) {
	const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for _, tt := range []struct {
		name    string
		headers []string
		id      string
		printed bool
	}{
		{"none", nil, "", false},
		{"the usual header", []string{"X-Request-Id", "4f6c2a"}, "4f6c2a", true},
		{"another usual header", []string{"x-correlation-id", "4f6c2a"}, "4f6c2a", true},
		{"a third", []string{"Request-Id", "4f6c2a"}, "4f6c2a", true},
		{"of several the most usual", []string{"Traceparent", traceparent, "Cf-Ray", "ray", "X-Correlation-Id", "other", "X-Request-Id", "4f6c2a"}, "4f6c2a", true},
		{"an empty one does not count", []string{"X-Request-Id", " ", "X-Correlation-Id", "4f6c2a"}, "4f6c2a", true},
		{"an AWS service's", []string{"X-Amzn-Requestid", "4f6c2a"}, "4f6c2a", true},
		{"another platform's", []string{"Fly-Request-Id", "01HX-fra"}, "01HX-fra", true},
		{"a CDN's", []string{"Cf-Ray", "8f1c-FRA"}, "8f1c-FRA", true},
		{"a trace of a later version", []string{"Traceparent", "01" + traceparent[2:] + "-more"}, "0af7651916cd43dd8448eb211c80319c", true},
		{"a trace that is too short", []string{"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"}, "", false},
		{"a trace of a digit too few", []string{"Traceparent", "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01"}, "", false},
		{"a trace of other digits", []string{"Traceparent", "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, "", false},
		{"a load balancer's", []string{"X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"}, "Root=1-67891233-abcdef012345678912345678", true},
		{"a platform's", []string{"X-Vercel-Id", "iad1::pdx1::xkcd9-1700000000000-abc"}, "iad1::pdx1::xkcd9-1700000000000-abc", true},
		{"the trace's", []string{"Traceparent", traceparent}, "0af7651916cd43dd8448eb211c80319c", true},
		{"a trace that is none", []string{"Traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01"}, "", false},
		{"a trace that is not well formed", []string{"Traceparent", "0af7651916cd43dd8448eb211c80319c"}, "", false},
		{"one with blanks around", []string{"X-Request-Id", " 4f6c2a "}, "4f6c2a", true},
		{"one that is long", []string{"X-Request-Id", strings.Repeat("x", 65)}, strings.Repeat("x", 65), false},
		{"one that is odd", []string{"X-Request-Id", "see <b>the log</b>"}, "see <b>the log</b>", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := inMemory(t, play(answer(400, `{"error":"bad"}`, tt.headers...)))
			e := asError(t, list(t.Context(), client))
			assert.Equal(t, tt.id, e.RequestID)
			if tt.printed {
				assert.True(t, strings.HasSuffix(e.Error(), "400 Bad Request: bad (request id "+tt.id+")"), e.Error())
			} else {
				assert.True(t, strings.HasSuffix(e.Error(), "400 Bad Request: bad"), e.Error())
			}
		})
	}
}

func TestRequestID_IsThatOfTheLastAnswerWhateverWasWrongWithIt(t *testing.T) {
	const name, id = "X-Request-Id", "4f6c2a"
	broken := func(req *http.Request) (*http.Response, error) {
		return response(req, 200, io.NopCloser(io.MultiReader(strings.NewReader(`{"te`), failingReader{errReset})), name, id), nil
	}
	for what, step := range map[string]step{
		"does not decode": answer(200, `{"text":`, name, id),
		"is a page":       answer(200, html, "Content-Type", "text/html", name, id),
		"is a redirect":   answer(307, "", "Location", "/", name, id),
		"breaks":          broken,
	} {
		e := asError(t, generate(t.Context(), inMemory(t, play(answer(503, `{"error":"busy"}`, name, "first"), step), mastra.WithBackoff(0))))
		assert.Equal(t, id, e.RequestID, what)
		assert.True(t, strings.HasSuffix(e.Error(), " (after 2 attempts) (request id 4f6c2a)"), e.Error())
	}
	_, err := inMemory(t, play(answer(200, "{}", name, id))).Agent("a").Stream(t.Context(), ask())
	assert.Equal(t, id, asError(t, err).RequestID, "no stream")
	e := asError(t, list(t.Context(), inMemory(t, play(answer(503, "", name, id), fails(errRefused)), mastra.WithBackoff(0))))
	assert.Empty(t, e.RequestID, "no answer came")
}

func TestRequestID_ThatTheCallerGaveAndTheServerEchoesIsShown(t *testing.T) {
	rt := play(func(req *http.Request) (*http.Response, error) {
		return answer(400, `{"error":"bad"}`, "X-Request-Id", req.Header.Get("X-Request-Id"))(req)
	})
	e := asError(t, list(t.Context(), inMemory(t, rt), mastra.WithHeader("X-Request-Id", "my-request-4711")))
	assert.Equal(t, "my-request-4711", e.RequestID)
	assert.Contains(t, e.Error(), "my-request-4711")
}

func TestRequestID_IsNoPlaceForACredential(t *testing.T) {
	for _, echoed := range []string{"token-7f3a9c5e", "header-7f3a9c5e", "x-token-7f3a9c5e-y"} {
		client := inMemory(t, play(answer(400, `{"error":"bad"}`, "X-Request-Id", echoed)), mastra.WithToken("token-7f3a9c5e"), mastra.WithHeader("X-Key", "header-7f3a9c5e"))
		e := asError(t, list(t.Context(), client))
		assert.NotContains(t, e.Error(), "7f3a9c5e")
		assert.NotContains(t, e.RequestID, "7f3a9c5e")
	}
}

func TestRequestID_StandsInTheJSONOfAnError(t *testing.T) {
	e := asError(t, list(t.Context(), inMemory(t, play(answer(400, `{"error":"bad"}`, "X-Request-Id", "4f6c2a")))))
	text, err := json.Marshal(e)
	require.NoError(t, err)
	var back mastra.Error
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, "4f6c2a", back.RequestID)
	assert.False(t, errors.Is(&back, mastra.ErrNotFound))
}
