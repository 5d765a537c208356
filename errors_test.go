package mastra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// mocked is a client whose every call meets one answer.
func mocked(t *testing.T, responder httpmock.Responder) *mastra.Client {
	t.Helper()
	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(responder)
	return inMemory(t, transport, mastra.WithRetries(0))
}

func answers(status int, contentType, body string) httpmock.Responder {
	return httpmock.NewStringResponder(status, body).HeaderSet(http.Header{"Content-Type": {contentType}})
}

func TestError_EveryShapeOfBodyIsRead(t *testing.T) {
	const asJSON, asText, asHTML = "application/json", "text/plain; charset=UTF-8", "text/html"
	for _, tt := range []struct {
		name, contentType, body string
		status                  int
		code, message           string
		issues                  []mastra.Issue
	}{
		{name: "a string", status: 404, contentType: asJSON, body: `{"error":"Agent with id x not found"}`, message: "Agent with id x not found"},
		{name: "a string and a cause", status: 500, contentType: asJSON, body: `{"error":"boom","cause":{"failingItems":[]}}`, message: "boom"},
		{name: "an object", status: 422, contentType: asJSON, body: `{"error":{"code":"MODEL_NOT_ALLOWED","message":"no","allowed":[]}}`, code: "MODEL_NOT_ALLOWED", message: "no"},
		{name: "an object of odd types", status: 500, contentType: asJSON, body: `{"error":{"code":42,"message":"no"}}`, code: "42", message: "no"},
		{name: "an object without a message", status: 500, contentType: asJSON, body: `{"error":{"name":"ZodError"}}`, message: "ZodError"},
		{name: "a message beside", status: 403, contentType: asJSON, body: `{"error":"Forbidden","message":"Missing required permission: agents:read"}`, message: "Forbidden: Missing required permission: agents:read"},
		{name: "the same message beside", status: 403, contentType: asJSON, body: `{"error":"Forbidden","message":"Forbidden"}`, message: "Forbidden"},
		{name: "a message only", status: 400, contentType: asJSON, body: `{"success":false,"message":"no"}`, message: "no"},
		{name: "a flag and a message", status: 400, contentType: asJSON, body: `{"error":true,"message":"no"}`, message: "no"},
		{name: "a code beside", status: 400, contentType: asJSON, body: `{"error":"no","code":"E1"}`, code: "E1", message: "no"},
		{name: "issues", status: 400, contentType: asJSON, body: `{"error":"Invalid request body","issues":[{"field":"messages","message":"Required"},{"field":"root","message":"Odd"}]}`,
			message: "Invalid request body", issues: []mastra.Issue{{Field: "messages", Message: "Required"}, {Field: "root", Message: "Odd"}}},
		{name: "issues of odd types", status: 400, contentType: asJSON, body: `{"error":"Invalid","issues":[{"field":5,"message":"a"},"b",null,{"field":["x",0],"message":{"y":1}},[1]]}`,
			message: "Invalid", issues: []mastra.Issue{{Field: "5", Message: "a"}, {Message: "b"}, {Field: "x.0"}}},
		{name: "issues that are no list", status: 400, contentType: asJSON, body: `{"error":"Invalid","issues":{"field":"x"}}`, message: "Invalid"},
		{name: "odd types throughout", status: 500, contentType: asJSON, body: `{"error":[1],"message":{"a":1},"code":[],"issues":7}`},
		{name: "odd types do not hide the others", status: 500, contentType: asJSON, body: `{"message":7,"error":"boom","code":null}`, message: "boom"},
		{name: "a JSON text", status: 500, contentType: asJSON, body: `"boom"`, message: "boom"},
		{name: "a JSON list", status: 500, contentType: asJSON, body: `["boom"]`},
		{name: "JSON null", status: 500, contentType: asJSON, body: `null`},
		{name: "JSON cut short", status: 500, contentType: asJSON, body: `{"error":"bo`, message: "the answer is not JSON"},
		{name: "JSON of several lines", status: 400, contentType: asJSON, body: `{"error":"Invalid input data: \n- n: expected\u001b[31m number"}`, message: "Invalid input data: \n- n: expected\u001b[31m number"},
		{name: "nothing", status: 502, contentType: "", body: ``, message: "empty answer"},
		{name: "plain text", status: 401, contentType: asText, body: "Unauthorized\n", message: "Unauthorized"},
		{name: "plain text for a missing route", status: 404, contentType: asText, body: "404 Not Found", message: "no Mastra route here; check base URL and API prefix"},
		{name: "a page for a missing route", status: 404, contentType: asHTML, body: html, message: "no Mastra route here; check base URL and API prefix"},
		{name: "nothing for a missing route", status: 404, contentType: "", body: "", message: "no Mastra route here; check base URL and API prefix"},
		{name: "a page", status: 502, contentType: asHTML, body: html, message: "an HTML page, not a Mastra answer; check base URL and API prefix, or a proxy before the server has sent it"},
		{name: "a page that does not say so", status: 503, contentType: "", body: "\n <HTML>x", message: "an HTML page, not a Mastra answer; check base URL and API prefix, or a proxy before the server has sent it"},
		{name: "bytes", status: 500, contentType: "application/octet-stream", body: "\x00\xff", message: "the answer is not JSON"},
		{name: "very deep JSON", status: 500, contentType: asJSON, body: strings.Repeat("[", 30000), message: "the answer is nested too deeply: more than 10,000 levels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := list(t.Context(), mocked(t, answers(tt.status, tt.contentType, tt.body)))
			e := asError(t, err)
			assert.Equal(t, tt.status, e.Status)
			assert.Equal(t, tt.code, e.Code)
			assert.Equal(t, tt.message, e.Message)
			assert.Equal(t, tt.issues, e.Issues)
			assert.Equal(t, tt.body, string(e.Body))
			assert.Equal(t, tt.contentType, e.Header.Get("Content-Type"))
			assert.Equal(t, "GET", e.Method)
			assert.Equal(t, base+"/api/agents", e.Path)
			assert.Equal(t, 1, e.Attempts)
			assert.Contains(t, e.Error(), fmt.Sprintf("mastra: GET %s/api/agents: %d", base, tt.status))
			assert.NotContains(t, e.Error(), "\n")
			assert.NotContains(t, e.Error(), "\x1b")
		})
	}
}

func TestError_TextStaysShort(t *testing.T) {
	long := strings.Repeat("ä", 40000)
	for name, r := range map[string]httpmock.Responder{
		"a long message":         answers(500, "application/json", `{"error":"`+long[:50000]+`"}`),
		"a long object":          answers(500, "application/json", `{"error":{"message":"`+long[:50000]+`"}}`),
		"two long ones":          answers(500, "application/json", `{"error":"`+long[:20000]+`","message":"b`+long[:20000]+`"}`),
		"a long plain text":      answers(500, "text/plain", long),
		"invalid UTF-8":          answers(500, "text/plain", strings.Repeat("a\xff", 400)),
		"invalid UTF-8 and JSON": answers(500, "application/json", `{"error":"`+strings.Repeat("a\xff", 400)+`"}`),
		"nothing but tails":      answers(500, "text/plain", strings.Repeat("\x80", 5000)),
		"a huge body":            answers(500, "application/json", `{"error":"`+strings.Repeat("x", 1<<20)+`"}`),
		"many long issues":       answers(400, "application/json", `{"error":"Invalid","issues":[`+strings.Repeat(`{"field":"`+long[:1000]+`","message":"`+long[:1000]+`"},`, 20)+`{"field":"last","message":"m"}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			e := asError(t, list(t.Context(), mocked(t, r)))
			assert.LessOrEqual(t, len(e.Message), 500)
			assert.True(t, utf8.ValidString(e.Message))
			assert.True(t, utf8.ValidString(e.Error()))
			assert.LessOrEqual(t, len(e.Error()), 2000)
			assert.LessOrEqual(t, len(e.Body), 64<<10)
		})
	}
	t.Run("a few issues are told, the rest counted", func(t *testing.T) {
		err := list(t.Context(), mocked(t, answers(400, "application/json", `{"error":"Invalid","issues":[{"field":"a","message":"1"},{"field":"b","message":"2"},{"field":"c","message":"3"},{"field":"d","message":"4"},{"field":"e","message":"5"}]}`)))
		assert.EqualError(t, err, "mastra: GET "+base+"/api/agents: 400 Bad Request: Invalid: a: 1; b: 2; c: 3; and 2 more")
	})
	t.Run("a code is short", func(t *testing.T) {
		for n, want := range map[int]string{100: strings.Repeat("x", 100), 101: strings.Repeat("x", 97) + "…"} {
			e := asError(t, list(t.Context(), mocked(t, answers(500, "application/json", `{"error":"boom","code":"`+strings.Repeat("x", n)+`"}`))))
			assert.Equal(t, want, e.Code)
		}
	})
	t.Run("the end of a cut text is marked", func(t *testing.T) {
		e := asError(t, list(t.Context(), mocked(t, answers(500, "text/plain", strings.Repeat("x", 501)))))
		assert.Equal(t, strings.Repeat("x", 497)+"…", e.Message)
		e = asError(t, list(t.Context(), mocked(t, answers(500, "text/plain", strings.Repeat("x", 500)))))
		assert.Equal(t, strings.Repeat("x", 500), e.Message)
	})
}

func TestResponse_SuccessThatCannotBeReadIsAnError(t *testing.T) {
	for _, tt := range []struct {
		name, contentType, body, says string
		status                        int
	}{
		{"a page", "text/html; charset=utf-8", html, "an HTML page", 200},
		{"a page that does not say so", "", "  <!DOCTYPE HTML><p>", "an HTML page", 200},
		{"JSON cut short", "application/json", `{"text":"ha`, "not JSON", 200},
		{"JSON and more", "application/json", `{"text":"ha"} {"text":"ho"}`, "not JSON", 200},
		{"plain text", "text/plain", "OK", "not JSON", 200},
		{"JSON of another shape", "application/json", `[1,2]`, "does not decode", 200},
		{"a field of another type", "application/json", `{"text":{"a":1}}`, "does not decode", 200},
		{"nothing", "application/json", "", "empty", 200},
		{"no content", "", "", "empty", 204},
		{"blanks", "application/json", " \n", "empty", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := mocked(t, answers(tt.status, tt.contentType, tt.body))
			err := generate(t.Context(), c)
			e := asError(t, err)
			assert.Equal(t, tt.status, e.Status)
			assert.Contains(t, e.Error(), tt.says)
			assert.Equal(t, tt.body, string(e.Body))
			assert.Equal(t, 1, e.Attempts)
			assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown, "it ran, and its result is lost")
			assert.NotErrorIs(t, err, mastra.ErrServer)
			assert.NotErrorIs(t, list(t.Context(), c), mastra.ErrOutcomeUnknown)
			assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(err))
		})
	}
	t.Run("nothing is a good answer of a route of one's own", func(t *testing.T) {
		out := map[string]int{"kept": 1}
		for _, status := range []int{200, 202, 204} {
			require.NoError(t, mocked(t, answers(status, "", "")).Do(t.Context(), "POST", "/mine", nil, &out))
		}
		assert.Equal(t, map[string]int{"kept": 1}, out)
	})
	t.Run("what a decoding error wraps can be matched", func(t *testing.T) {
		var syntax *json.SyntaxError
		assert.True(t, errors.As(generate(t.Context(), mocked(t, answers(200, "application/json", `{"a`))), &syntax))
		var kind *json.UnmarshalTypeError
		err := generate(t.Context(), mocked(t, answers(200, "application/json", `{"text":[12345]}`)))
		assert.True(t, errors.As(err, &kind))
		assert.NotContains(t, err.Error(), "12345")
		assert.Contains(t, err.Error(), "text")
	})
}

func TestError_EveryStatusMatchesItsKinds(t *testing.T) {
	all := map[string]error{
		"ErrBadRequest": mastra.ErrBadRequest, "ErrInvalidInput": mastra.ErrInvalidInput, "ErrUnauthorized": mastra.ErrUnauthorized,
		"ErrForbidden": mastra.ErrForbidden, "ErrNotFound": mastra.ErrNotFound, "ErrConflict": mastra.ErrConflict, "ErrTooLarge": mastra.ErrTooLarge,
		"ErrRateLimited": mastra.ErrRateLimited, "ErrNotSuspended": mastra.ErrNotSuspended, "ErrServer": mastra.ErrServer,
		"ErrUnavailable": mastra.ErrUnavailable, "ErrTimeout": mastra.ErrTimeout, "ErrOutcomeUnknown": mastra.ErrOutcomeUnknown,
	}
	for _, tt := range []struct {
		status     int
		body       string
		is         []string // of a call that is safe
		passedOnAs int
	}{
		{400, `{"error":"no"}`, []string{"ErrBadRequest"}, 400},
		{400, `{"error":"no","issues":[{"field":"a","message":"b"}]}`, []string{"ErrBadRequest", "ErrInvalidInput"}, 400},
		{400, `{"error":"Invalid input data: \n- n: expected number"}`, []string{"ErrBadRequest", "ErrInvalidInput"}, 400},
		{400, `{"error":"Invalid resume data: \n- approved: expected boolean"}`, []string{"ErrBadRequest", "ErrInvalidInput"}, 400},
		{401, `{"error":"no"}`, []string{"ErrUnauthorized"}, 502},
		{403, `{"error":"no"}`, []string{"ErrForbidden"}, 403},
		{404, `{"error":"no"}`, []string{"ErrNotFound"}, 404},
		{404, `404 Not Found`, []string{"ErrNotFound"}, 502},
		{408, ``, nil, 502},
		{409, `{"error":"no"}`, []string{"ErrConflict"}, 409},
		{413, `{"error":"no"}`, []string{"ErrTooLarge"}, 413},
		{422, `{"error":"no"}`, nil, 422},
		{429, `{"error":"no"}`, []string{"ErrRateLimited"}, 429},
		{500, `{"error":"no"}`, []string{"ErrServer"}, 502},
		{500, `{"error":"This workflow run was not suspended"}`, []string{"ErrServer", "ErrNotSuspended"}, 409},
		{500, `{"error":"This workflow step \"zzz\" was not suspended. Available suspended steps: [approve]"}`, []string{"ErrServer", "ErrNotSuspended"}, 409},
		{403, `{"error":"Access denied: tool call is not suspended on this durable run"}`, []string{"ErrForbidden", "ErrNotSuspended"}, 409},
		{500, `{"error":"x cannot resume tool call \"x\" because it is not suspended."}`, []string{"ErrServer", "ErrNotSuspended"}, 409},
		{500, `{"error":"x could not find a suspended run for runId y"}`, []string{"ErrServer", "ErrNotSuspended"}, 409},
		{501, ``, []string{"ErrServer"}, 502},
		{502, ``, []string{"ErrServer", "ErrUnavailable"}, 503},
		{503, ``, []string{"ErrServer", "ErrUnavailable"}, 503},
		{504, `{"error":"Gateway Timeout"}`, []string{"ErrServer", "ErrTimeout"}, 504},
		{524, ``, []string{"ErrServer"}, 502},
		{302, ``, nil, 502},
		{418, ``, nil, 502},
	} {
		t.Run(fmt.Sprintf("%d %s", tt.status, tt.body), func(t *testing.T) {
			err := list(t.Context(), mocked(t, answers(tt.status, "application/json", tt.body)))
			var is []string
			for name, kind := range all {
				if errors.Is(err, kind) {
					is = append(is, name)
				}
				assert.False(t, errors.Is(kind, err))
			}
			assert.ElementsMatch(t, tt.is, is)
			assert.Equal(t, tt.passedOnAs, mastra.HTTPStatus(err))
			assert.Equal(t, tt.passedOnAs, mastra.HTTPStatus(fmt.Errorf("handler: %w", err)))
		})
	}
}

func TestHTTPStatus_IsKnownForErrorsThatAreNotTheServers(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"none", nil, 200},
		{"another origin", errors.New("disk full"), 500},
		{"a caller that left", fmt.Errorf("x: %w", context.Canceled), 499},
		{"a deadline", context.DeadlineExceeded, 504},
		{"an attempt that timed out", mastra.ErrTimeout, 504},
		{"a silent stream", stream.ErrIdleTimeout, 504},
		{"no connection", list(context.Background(), mocked(t, httpmock.NewErrorResponder(errRefused))), 503},
		{"a broken connection", list(context.Background(), mocked(t, httpmock.NewErrorResponder(errReset))), 502},
		{"a stream that was cut", stream.ErrTruncated, 502},
		{"an event that is too large", &stream.EventTooLargeError{Limit: 1}, 502},
		{"an event that is no JSON", &stream.MalformedError{Event: 1}, 502},
		{"a run that failed in its stream", &stream.RunError{Message: "boom"}, 502},
		{"input that a workflow refused", mastra.ErrInvalidInput, 400},
		{"a run that is not suspended", mastra.ErrNotSuspended, 409},
		{"an unknown agent", mastra.ErrNotFound, 404},
	} {
		assert.Equal(t, tt.want, mastra.HTTPStatus(tt.err), tt.name)
	}
}

func TestError_PrintsAlikeWhateverTheVerb(t *testing.T) {
	e := &mastra.Error{Status: 418, Code: "C", Message: "short\nand stout", Method: "GET", Path: "/api/x", Attempts: 2,
		Header: http.Header{"X": {"header-1"}}, Body: []byte("body-1"), RetryAfter: time.Second}
	const want = "mastra: GET /api/x: 418 I'm a teapot: short and stout (after 2 attempts)"
	for _, verb := range []string{"%v", "%+v", "%s", "%d", "%x"} {
		assert.Equal(t, want, fmt.Sprintf(verb, e), verb)
	}
	assert.Equal(t, fmt.Sprintf("%q", want), fmt.Sprintf("%q", e))
	assert.NotContains(t, fmt.Sprintf("%#v", e), "body-1")
	text, err := json.Marshal(e)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "body-1")
	assert.NotContains(t, string(text), "header-1")
	assert.Contains(t, string(text), "I'm short"[4:])
	assert.Equal(t, "mastra: unknown error", (&mastra.Error{}).Error())
	assert.Equal(t, "mastra: 799", (&mastra.Error{Status: 799}).Error())
	var none *mastra.Error
	assert.NotPanics(t, func() { _ = fmt.Sprint(none) })
}

func TestResponse_LargerThanAllowedIsRefused(t *testing.T) {
	body := `{"text":"` + strings.Repeat("x", 1000) + `"}`
	for _, length := range []int64{-1, int64(len(body))} {
		reply := func(req *http.Request) (*http.Response, error) {
			resp := response(req, 200, io.NopCloser(strings.NewReader(body)))
			resp.ContentLength = length
			return resp, nil
		}
		c := inMemory(t, play(reply))
		err := generate(t.Context(), c, mastra.WithMaxResponseSize(int64(len(body))-1))
		assert.ErrorIs(t, err, mastra.ErrTooLarge)
		assert.ErrorContains(t, err, "WithMaxResponseSize")
		assert.Equal(t, 1, asError(t, err).Attempts, "another attempt would meet the same")
		assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(err))
		assert.NoError(t, generate(t.Context(), c, mastra.WithMaxResponseSize(int64(len(body)))))
	}
}

func TestResponse_HeaderThatAnnouncesMuchReservesLittle(t *testing.T) {
	c := inMemory(t, play(func(req *http.Request) (*http.Response, error) {
		resp := response(req, 200, io.NopCloser(strings.NewReader("{}")))
		resp.ContentLength = 60 << 20
		return resp, nil
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_ = list(t.Context(), c)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
}
