package mastra_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// What went wrong is told in words that say where to look.
func TestError_MessageSaysWhatWentWrong(t *testing.T) {
	text := func(status int, contentType, body string) step {
		return answer(status, body, "Content-Type", contentType)
	}
	broken := func(edit func([]byte) []byte) step {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(`{"text":"hello"}`))
		_ = w.Close()
		return answer(200, string(edit(b.Bytes())), "Content-Encoding", "gzip")
	}
	deep := strings.Repeat("[", 10001) + strings.Repeat("]", 10001)
	for _, tt := range []struct {
		name string
		met  step
		want string
	}{
		{"a page of a proxy", text(502, "text/html", "<html>"), "an HTML page, not a Mastra answer; check base URL and API prefix, or a proxy before the server has sent it"},
		{"no route", text(404, "text/plain", "404 page not found"), "no Mastra route here; check base URL and API prefix"},
		{"nothing", text(500, "", ""), "empty answer"},
		{"plain text", text(500, "text/plain", " it broke \n"), "it broke"},
		{"no JSON", text(500, "application/json", "{"), "the answer is not JSON"},
		{"no JSON of a success", text(200, "application/json", "{"), "the answer is not JSON"},
		{"nested too deeply", text(200, "application/json", deep), "the answer is nested too deeply: more than 10,000 levels"},
		{"nothing in a success", text(200, "application/json", " "), "the answer is empty"},
		{"a list", text(200, "application/json", "[]"), "the answer does not decode: it is no object"},
		{"somebody else's object", text(200, "application/json", `{"data":1}`), "the answer has no text: it is not what this route answers"},
		{"an error without a text", text(200, "application/json", `{"error":{}}`), "the answer is an error without a text"},
		{"another coding", answer(200, "\x0b", "Content-Encoding", "br"), "the answer is in the coding br, which was not asked for"},
		{"no gzip", broken(func(b []byte) []byte { return append([]byte("x"), b...) }), "the answer's gzip coding is broken: gzip: invalid header"},
		{"a gzip that was changed", broken(func(b []byte) []byte { b[len(b)-8]++; return b }), "the answer's gzip coding is broken: gzip: invalid checksum"},
		{"a redirect", answer(302, "", "Location", "https://elsewhere.test/secret"), "a redirect to https://elsewhere.test is not followed"},
		{"a redirect to nowhere", answer(302, ""), "a redirect, which is not followed"},
		{"a broken connection", fails(errReset), "the connection broke: read tcp: connection reset by peer"},
		{"no connection", fails(errRefused), "cannot connect to http://mastra.test: dial tcp: connection refused; is the Mastra server running?"},
		{"too large", text(200, "application/json", `{"text":"`+strings.Repeat("x", 3000)+`"}`), "the answer is larger than WithMaxResponseSize allows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := inMemory(t, play(tt.met), mastra.WithRetries(0), mastra.WithMaxResponseSize(25000)).Agent("a").Generate(t.Context(), ask(), mastra.WithMaxResponseSize(map[bool]int64{true: 2000, false: 25000}[tt.name == "too large"]))
			assert.Equal(t, tt.want, asError(t, err).Message)
		})
	}
	t.Run("no list", func(t *testing.T) {
		_, err := inMemory(t, play(answer(200, "7"))).Agents().List(t.Context())
		assert.Equal(t, "the answer does not decode: it is no object", asError(t, err).Message)
		_, err = inMemory(t, play(answer(200, `{"a":7}`))).Agents().List(t.Context())
		assert.Equal(t, "the answer has nothing of what this route lists", asError(t, err).Message)
		_, err = inMemory(t, play(answer(200, `{}`))).Agent("a").Voice().Speakers(t.Context())
		assert.Equal(t, "the answer does not decode: it is no list", asError(t, err).Message)
	})
	t.Run("a value of another kind", func(t *testing.T) {
		type mine struct {
			O struct{} `json:"o"`
			L []int    `json:"l"`
			N int      `json:"n"`
			T string   `json:"t"`
			B bool     `json:"b"`
		}
		for body, want := range map[string]string{
			`{"o":1}`:        "number in place of object in o",
			`{"l":{}}`:       "object in place of array in l",
			`{"n":"secret"}`: "string in place of number in n",
			`{"t":12345}`:    "number in place of string in t",
			`{"b":[]}`:       "array in place of bool in b",
			`[]`:             "array in place of object",
		} {
			err := inMemory(t, play(answer(200, body))).Do(t.Context(), "GET", "/mine", nil, new(mine))
			assert.Equal(t, "the answer does not decode: "+want, asError(t, err).Message)
		}
	})
	t.Run("no time", func(t *testing.T) {
		client := inMemory(t, play(hangs), mastra.WithRetries(0), mastra.WithAttemptTimeout(1))
		_, err := client.Agent("a").Generate(t.Context(), ask())
		assert.Equal(t, "no response headers within the attempt timeout", asError(t, err).Message)
		assert.True(t, strings.HasSuffix(err.Error(), "(the request was sent; whether it was carried out is unknown)"), err.Error())
	})
	t.Run("not Mastra's health", func(t *testing.T) {
		err := inMemory(t, play(answer(200, `{"success":false}`))).Health(t.Context())
		assert.Equal(t, "the answer is not that of a Mastra server", asError(t, err).Message)
	})
}

func TestRefusal_OfWhatIsSentByHandSaysWhatIsWrong(t *testing.T) {
	post := func(c *mastra.Client, body any, opts ...mastra.Option) error {
		return c.Do(t.Context(), "POST", "/x", body, nil, opts...)
	}
	for want, do := range map[string]func(*mastra.Client) error{
		"the method is not an HTTP method":                                         func(c *mastra.Client) error { return c.Do(t.Context(), "G T", "/x", nil, nil) },
		"the query of the path does not parse":                                     func(c *mastra.Client) error { return c.Do(t.Context(), "GET", "/x?%zz", nil, nil) },
		"the path must begin with / and be escaped, without empty or dot segments": func(c *mastra.Client) error { return c.Do(t.Context(), "GET", "/../x", nil, nil) },
		"the context is nil":                                                       func(c *mastra.Client) error { return c.Do(none, "GET", "/x", nil, nil) },
		`WithQuery("a"): the call itself sends this parameter`: func(c *mastra.Client) error {
			return c.Do(t.Context(), "GET", "/x?a=1", nil, nil, mastra.WithQuery("a", "2"))
		},
		`request context: "mastra__threadId" is set by the server and would be dropped`: func(c *mastra.Client) error {
			return post(c, nil, mastra.WithRequestContext(map[string]any{"mastra__threadId": 1}))
		},
		"request context: the one in the body is not a JSON object": func(c *mastra.Client) error {
			return post(c, map[string]any{"requestContext": 1}, mastra.WithRequestContext(map[string]any{"a": 1}))
		},
		"an Idempotency-Key header is refused here: the server does not know it, and net/http would send the request twice": func(c *mastra.Client) error {
			return post(c, nil, mastra.WithHeader("Idempotency-Key", "k"))
		},
		"WithToken: the token holds characters that no header can carry, such as a line break at its end": func(c *mastra.Client) error {
			return post(c, nil, mastra.WithToken("secret\n"))
		},
		"a nil Option": func(c *mastra.Client) error { return post(c, nil, nil) },
		"the request does not encode: unsupported type: chan int": func(c *mastra.Client) error { return post(c, make(chan int)) },
		`"k" does not encode: unsupported type: chan int`: func(c *mastra.Client) error {
			_, err := c.Agent("a").Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi"), Extra: map[string]any{"k": make(chan int)}})
			return err
		},
		`Extra names "messages", which the request has a field for`: func(c *mastra.Client) error {
			_, err := c.Agent("a").Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi"), Extra: map[string]any{"messages": 1}})
			return err
		},
		`the query holds a "requestContext" already; use WithRequestContext alone`: func(c *mastra.Client) error {
			return c.Do(t.Context(), "GET", "/x?requestContext=a", nil, nil, mastra.WithRequestContext(map[string]any{"a": 1}))
		},
		"Memory.ForResource was given an empty resource: pass the id of the user you have authenticated, or leave ForResource out to reach every resource": func(c *mastra.Client) error {
			_, err := c.Memory("a").ForResource("").ListThreads(t.Context(), mastra.ListThreadsRequest{})
			return err
		},
		"a int is no structured answer: T must be a struct, a map or a slice; put the value into a field, or use Generate for a text": func(c *mastra.Client) error {
			_, err := mastra.GenerateAs[int](t.Context(), c.Agent("a"), ask())
			return err
		},
	} {
		t.Run(want, func(t *testing.T) {
			rt := play(answer(200, "{}"))
			err := do(inMemory(t, rt))
			assert.EqualError(t, err, "mastra: "+want)
			assert.ErrorIs(t, err, mastra.ErrInvalidInput)
			assert.Zero(t, rt.attempts())
		})
	}
	_, err := inMemory(t, play(answer(200, "{}"))).Agent("a").Voice().Listen(t.Context(), mastra.ListenRequest{Audio: failingReader{errors.New("no tape")}})
	assert.EqualError(t, err, "mastra: the part audio cannot be read: no tape")
	_, err = mastra.New("http://mastra.test", mastra.WithMiddleware(func(http.RoundTripper) http.RoundTripper { return nil }))
	assert.EqualError(t, err, "mastra: WithMiddleware: the function returned nil")
}

var none context.Context

func TestResume_RefusalSaysWhatTheRunWaitsFor(t *testing.T) {
	flat := recordedRun(t, "approval-suspended").Suspensions()[0]
	other := func(change func(*mastra.Suspension)) *mastra.Suspension {
		s := flat
		change(&s)
		return &s
	}
	one, negative := 1, -1
	for _, tt := range []struct {
		name, file string
		req        mastra.ResumeRequest
		want       string
		is         error
	}{
		{"a negative item", "approval-suspended", mastra.ResumeRequest{ForEachIndex: &negative}, "ForEachIndex is negative", mastra.ErrInvalidInput},
		{"a run that has ended", "approval-ended", mastra.ResumeRequest{}, "the run is not suspended, it is success", mastra.ErrNotSuspended},
		{"no path", "approval-suspended", mastra.ResumeRequest{Suspension: &mastra.Suspension{Step: "approve"}}, "the Suspension has no Path: pass it as Suspensions gave it, or name the Step", mastra.ErrInvalidInput},
		{"another step beside", "approval-suspended", mastra.ResumeRequest{Suspension: &flat, Step: "x"}, "the request names another step or item than its Suspension does", mastra.ErrInvalidInput},
		{"an item beside", "approval-suspended", mastra.ResumeRequest{Suspension: &flat, ForEachIndex: &one}, "the request names another step or item than its Suspension does", mastra.ErrInvalidInput},
		{"another workflow's", "approval-suspended", mastra.ResumeRequest{Suspension: other(func(s *mastra.Suspension) { s.WorkflowID = "w2" })}, "that suspension is of workflow w2", mastra.ErrNotSuspended},
		{"another run's", "approval-suspended", mastra.ResumeRequest{Suspension: other(func(s *mastra.Suspension) { s.RunID = "r2" })}, "that suspension is of run r2", mastra.ErrNotSuspended},
		{"answered", "approval-suspended", mastra.ResumeRequest{Suspension: other(func(s *mastra.Suspension) { s.Step, s.Path = "x", []string{"x"} })}, "that suspension of x has been answered; the run waits at approve", mastra.ErrNotSuspended},
		{"another step", "approval-suspended", mastra.ResumeRequest{Step: "x"}, `step "x" is not suspended; the run waits at approve`, mastra.ErrNotSuspended},
		{"none of several", "deep-stadium", mastra.ResumeRequest{}, "the request names no step; the run waits at turnstile (item 0), turnstile (item 1)", mastra.ErrInvalidInput},
		{"several", "deep-stadium", mastra.ResumeRequest{Step: "turnstile"}, `step "turnstile" waits in several places: name one by its Suspension, or give ForEachIndex; the run waits at turnstile (item 0), turnstile (item 1)`, mastra.ErrInvalidInput},
		{"not the first", "deep-rooms", mastra.ResumeRequest{ForEachIndex: &one}, `item 0 of step "room.window" waits too, and the server would give it the answer to item 1: answer item 0 first`, mastra.ErrConflict},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := &routes{steps: map[string][]step{"get": {tells(t, tt.file)}}}
			_, err := inMemory(t, rt).Workflow("w").Resume(t.Context(), recordedRun(t, tt.file).RunID, tt.req)
			assert.Equal(t, tt.want, asError(t, err).Message)
			assert.ErrorIs(t, err, tt.is)
			assert.Empty(t, rt.sent("resume-stream"))
		})
	}
}

func TestExecuteTool_OutputThatDoesNotFitSaysWhat(t *testing.T) {
	type weather struct{ TempC int }
	for body, want := range map[string]string{
		`[]`:              "mastra: the output of tool t does not fit: json: cannot unmarshal array into Go value of type mastra_test.weather",
		`{"tempC":"hot"}`: "mastra: the output of tool t does not fit: json: cannot unmarshal string into Go struct field weather.TempC of type int",
		`{"city":"Rome"}`: "mastra: the output of tool t does not fit: it has no member of mastra_test.weather",
	} {
		_, err := mastra.ExecuteTool[weather](t.Context(), inMemory(t, play(answer(200, body))).Tool("t"), nil)
		assert.EqualError(t, err, want)
	}
}

func TestRefusal_OfATypeOrAValueSaysWhatIsWrong(t *testing.T) {
	for want, do := range map[string]func() error{
		"mastra: struct { M map[string]int \"enum:\\\"1\\\"\" } has no JSON Schema: field M: map[string]int cannot have an enum": func() error {
			_, err := mastra.SchemaOf[struct {
				M map[string]int `enum:"1"`
			}]()
			return err
		},
		"mastra: struct { N int \"enum:\\\"1,two\\\"\" } has no JSON Schema: field N: enum value \"two\" is no int": func() error {
			_, err := mastra.SchemaOf[struct {
				N int `enum:"1,two"`
			}]()
			return err
		},
		"stream: year of time outside 0..9999": func() error {
			_, err := stream.Time{Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}.MarshalJSON()
			return err
		},
		`stream: neither a date nor milliseconds since 1970: "tomorrow"`: func() error {
			return new(stream.Time).UnmarshalJSON([]byte(`"tomorrow"`))
		},
		"mastra: the base URL must begin with http:// or https:// (it comes from MASTRA_BASE_URL)": func() error {
			t.Setenv("MASTRA_BASE_URL", "localhost:4111")
			_, err := mastra.New("")
			return err
		},
		"mastra: MASTRA_TOKEN: the token holds characters that no header can carry, such as a line break at its end": func() error {
			t.Setenv("MASTRA_TOKEN", "secret\n")
			_, err := mastra.New("")
			return err
		},
	} {
		assert.EqualError(t, do(), want)
		t.Setenv("MASTRA_BASE_URL", "")
		t.Setenv("MASTRA_TOKEN", "")
	}
}
