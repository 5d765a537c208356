package mastra_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestOption_ThatIsWrongIsAnErrorWhereverItIsGiven(t *testing.T) {
	for name, o := range map[string]mastra.Option{
		"nothing":                              nil,
		"negative retries":                     mastra.WithRetries(-1),
		"very negative retries":                mastra.WithRetries(math.MinInt),
		"a negative backoff":                   mastra.WithBackoff(-1),
		"a negative maximum":                   mastra.WithMaxBackoff(-time.Second),
		"a negative attempt timeout":           mastra.WithAttemptTimeout(-1),
		"a negative idle timeout":              mastra.WithIdleTimeout(-1),
		"no event size":                        mastra.WithMaxEventSize(0),
		"a negative event size":                mastra.WithMaxEventSize(-1),
		"no response size":                     mastra.WithMaxResponseSize(0),
		"a negative response size":             mastra.WithMaxResponseSize(-1),
		"no policy":                            mastra.WithRetryPolicy(nil),
		"a header without a name":              mastra.WithHeader("", "v"),
		"a header name with a space":           mastra.WithHeader("X A", "v"),
		"a header name with a colon":           mastra.WithHeader("X:", "v"),
		"a header name with a line break":      mastra.WithHeader("X\n", "v"),
		"a header name that is not ASCII":      mastra.WithHeader("Über", "v"),
		"a header value with a line break":     mastra.WithHeader("X", "v\r\nY: w"),
		"a header value with a NUL":            mastra.WithHeader("X", "\x00"),
		"a header value with a control":        mastra.WithHeader("X", "a\x01"),
		"a header value with DEL":              mastra.WithHeader("X", "a\x7f"),
		"the content type":                     mastra.WithHeader("content-type", "text/plain"),
		"the content length":                   mastra.WithHeader("Content-Length", "1"),
		"the host":                             mastra.WithHeader("HOST", "x"),
		"the transfer encoding":                mastra.WithHeader("Transfer-Encoding", "chunked"),
		"a trailer":                            mastra.WithHeader("Trailer", "X"),
		"an encoding that nobody would decode": mastra.WithHeader("Accept-Encoding", "br"),
		"a query without a name":               mastra.WithQuery("", "v"),
		"a prefix with a query":                mastra.WithAPIPrefix("/api?x=1"),
		"a prefix with a fragment":             mastra.WithAPIPrefix("/api#x"),
		"a prefix with a space":                mastra.WithAPIPrefix("/a pi"),
		"a prefix with dots":                   mastra.WithAPIPrefix("/../api"),
		"a prefix with one dot":                mastra.WithAPIPrefix("/./api"),
		"a prefix with escaped dots":           mastra.WithAPIPrefix("/%2E%2e/api"),
		"a prefix with empty segments":         mastra.WithAPIPrefix("/a//b"),
		"a prefix with a broken escape":        mastra.WithAPIPrefix("/%zz"),
		"a prefix with a line break":           mastra.WithAPIPrefix("/a\n"),
		"a token with a line break":            mastra.WithToken(secret + "\n"),
	} {
		t.Run(name, func(t *testing.T) {
			rt := play(answer(200, "{}"))
			_, err := mastra.New("http://mastra.test", o)
			assert.ErrorContains(t, err, "mastra: ")
			c := inMemory(t, rt)
			_, err = c.With(o)
			assert.ErrorContains(t, err, "mastra: ")
			for _, call := range calls {
				assert.ErrorContains(t, call.do(t.Context(), c, o), "mastra: ", call.name)
			}
			_, err = c.OpenStream(t.Context(), "GET", "/x", nil, o)
			assert.ErrorContains(t, err, "mastra: ")
			assert.Error(t, c.Health(t.Context(), o))
			assert.Zero(t, rt.attempts())
		})
	}
	for name, o := range map[string]mastra.ClientOption{
		"nothing":                     nil,
		"no http.Client":              mastra.WithHTTPClient(nil),
		"an http.Client that is cut":  mastra.WithHTTPClient(&http.Client{Timeout: time.Second}),
		"no middleware":               mastra.WithMiddleware(nil),
		"middleware that gives none":  mastra.WithMiddleware(func(http.RoundTripper) http.RoundTripper { return nil }),
		"no product":                  mastra.WithUserAgent(""),
		"a blank product":             mastra.WithUserAgent("  "),
		"a product with a line break": mastra.WithUserAgent("a\nb"),
		"a response for all calls":    mastra.WithResponse(new(mastra.Response)),
	} {
		t.Run("client/"+name, func(t *testing.T) {
			_, err := mastra.New("http://mastra.test", o)
			assert.ErrorContains(t, err, "mastra: ")
			_, err = inMemory(t, play(answer(200, "{}"))).With(o)
			assert.ErrorContains(t, err, "mastra: ")
		})
	}
	assert.Error(t, list(t.Context(), inMemory(t, play(answer(200, "{}"))), mastra.WithResponse(nil)))
}

// What one call alone may be given stays so inside several options in one.
func TestWithOptions_GivesAClientWhatAClientTakes(t *testing.T) {
	header := mastra.WithHeader("X-A", "b")
	both := mastra.WithOptions(header, mastra.WithResponse(new(mastra.Response)))
	_, err := mastra.New("http://mastra.test", both)
	assert.ErrorIs(t, err, mastra.ErrInvalidInput)
	_, err = inMemory(t, play(answer(200, "{}"))).With(mastra.WithOptions(both))
	assert.ErrorIs(t, err, mastra.ErrInvalidInput)

	rt := play(answer(200, `{"text":"hi"}`))
	var meta mastra.Response
	_, err = inMemory(t, rt, mastra.WithOptions(header)).Agent("a").Generate(t.Context(), ask(), mastra.WithOptions(mastra.WithResponse(&meta)))
	require.NoError(t, err)
	assert.Equal(t, 200, meta.Status)
	assert.Equal(t, "b", rt.seen[0].Header.Get("X-A"))
}

func TestOption_MistakenForAnotherDoesNotShowASecret(t *testing.T) {
	for name, o := range map[string]mastra.Option{
		"name and value swapped": mastra.WithHeader("Bearer "+secret, "Authorization"),
		"a prefix with a query":  mastra.WithAPIPrefix("/api?key=" + secret),
		"a value with a break":   mastra.WithHeader("X-Key", secret+"\n"),
	} {
		_, err := mastra.New("http://mastra.test", o)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), secret, name)
	}
}

func TestBaseURL_IsTakenOrRefusedWithoutShowingASecret(t *testing.T) {
	for _, tt := range []struct{ base, want string }{
		{"http://mastra.test", "http://mastra.test/api/agents"},
		{"http://mastra.test/", "http://mastra.test/api/agents"},
		{"https://mastra.test:8443/a/b/", "https://mastra.test:8443/a/b/api/agents"},
		{"HTTP://mastra.test", "http://mastra.test/api/agents"},
		{"http://[::1]:4111", "http://[::1]:4111/api/agents"},
		{"http://mastra.test/a%20b", "http://mastra.test/a%20b/api/agents"},
		{"http://mastra.test/a%2Fb", "http://mastra.test/a%2Fb/api/agents"},
	} {
		t.Run(tt.base, func(t *testing.T) {
			rt := play(answer(200, "{}"))
			c, err := mastra.New(tt.base, mastra.WithHTTPClient(&http.Client{Transport: rt}))
			require.NoError(t, err)
			require.NoError(t, list(t.Context(), c))
			assert.Equal(t, tt.want, rt.seen[0].URL.String())
		})
	}
	for name, bad := range map[string]string{
		"a user":                 "http://user@mastra.test",
		"a password":             "http://user:" + secret + "@mastra.test",
		"a query":                "http://mastra.test?key=" + secret,
		"an empty query":         "http://mastra.test/?",
		"a fragment":             "http://mastra.test/#" + secret,
		"no host":                "http://",
		"no host but a path":     "http:///api",
		"no host but a port":     "http://:4111",
		"no scheme":              "mastra.test/" + secret,
		"a host and a port":      "localhost:4111",
		"ftp":                    "ftp://mastra.test/" + secret,
		"a file":                 "file:///etc/passwd",
		"no slashes":             "http:mastra.test",
		"blanks":                 " ",
		"a blank at the end":     "http://mastra.test ",
		"a port that is no port": "http://mastra.test:" + secret,
		"dots":                   "http://mastra.test/a/../b",
		"escaped dots":           "http://mastra.test/a/%2e%2e/b",
		"empty segments":         "http://mastra.test/a//b",
		"two slashes":            "http://mastra.test//",
		"a line break":           "http://mastra.test/\n" + secret,
		"a broken escape":        "http://mastra.test/%zz" + secret,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mastra.New(bad)
			assert.ErrorContains(t, err, "mastra: the base URL")
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

func TestEnvironment_IsReadOnlyWhereNoBaseURLIsGiven(t *testing.T) {
	for _, tt := range []struct {
		name, base, envBase, envToken string
		opts                          []mastra.ClientOption
		url, auth                     string
	}{
		{"nothing set", "", "", "", nil, "http://localhost:4111/api/agents", ""},
		{"a base URL and a token set", "", "http://env.test/x", "env", nil, "http://env.test/x/api/agents", "Bearer env"},
		{"a token alone set", "", "", "env", nil, "http://localhost:4111/api/agents", "Bearer env"},
		{"a base URL given", "http://code.test", "http://env.test", "env", nil, "http://code.test/api/agents", ""},
		{"a token given", "", "http://env.test", "env", []mastra.ClientOption{mastra.WithToken("code")}, "http://env.test/api/agents", "Bearer code"},
		{"a header given", "", "http://env.test", "env", []mastra.ClientOption{mastra.WithHeader("Authorization", "Basic x")}, "http://env.test/api/agents", "Basic x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("MASTRA_BASE_URL", tt.envBase)
			t.Setenv("MASTRA_TOKEN", tt.envToken)
			rt := play(answer(200, "{}"))
			c, err := mastra.New(tt.base, append(tt.opts, mastra.WithHTTPClient(&http.Client{Transport: rt}))...)
			require.NoError(t, err)
			require.NoError(t, list(t.Context(), c))
			assert.Equal(t, tt.url, rt.seen[0].URL.String())
			assert.Equal(t, tt.auth, rt.seen[0].Header.Get("Authorization"))
		})
	}
	t.Setenv("MASTRA_BASE_URL", "http://user:"+secret+"@env.test")
	_, err := mastra.New("")
	assert.ErrorContains(t, err, "MASTRA_BASE_URL")
	assert.NotContains(t, err.Error(), secret)
	t.Setenv("MASTRA_BASE_URL", "")
	t.Setenv("MASTRA_TOKEN", secret+"\n")
	_, err = mastra.New("")
	assert.ErrorContains(t, err, "MASTRA_TOKEN")
	assert.NotContains(t, err.Error(), secret)
}

func TestAPIPrefix_IsTakenWithAndWithoutSlashes(t *testing.T) {
	for prefix, want := range map[string]string{
		"": base + "/agents", "/": base + "/agents", "/api": base + "/api/agents", "api": base + "/api/agents",
		"/v1/api/": base + "/v1/api/agents", "/a%20b": base + "/a%20b/agents", "/v1..2": base + "/v1..2/agents",
	} {
		rt := play(answer(200, "{}"))
		require.NoError(t, list(t.Context(), inMemory(t, rt), mastra.WithAPIPrefix(prefix)), prefix)
		assert.Equal(t, want, rt.seen[0].URL.EscapedPath(), prefix)
	}
}

func TestOption_GivenLastCounts(t *testing.T) {
	rt := play(answer(503, ""))
	c := inMemory(t, rt, mastra.WithRetries(5), mastra.WithRetries(2), mastra.WithBackoff(time.Hour), mastra.WithBackoff(0),
		mastra.WithHeader("x-a", "1"), mastra.WithHeader("X-A", "2"), mastra.WithQuery("q", "1"), mastra.WithQuery("q", "2"))
	require.Error(t, list(t.Context(), c))
	assert.Equal(t, 3, rt.attempts())
	assert.Equal(t, []string{"2"}, rt.seen[0].Header.Values("X-A"))
	assert.Equal(t, url.Values{"q": {"2"}}, rt.seen[0].URL.Query())

	rt = play(answer(503, ""))
	c = inMemory(t, rt, mastra.WithRetries(5))
	require.Error(t, list(t.Context(), c, mastra.WithRetries(1), mastra.WithRetries(0), mastra.WithHeader("accept", "text/plain")))
	assert.Equal(t, 1, rt.attempts())
	assert.Equal(t, []string{"text/plain"}, rt.seen[0].Header.Values("Accept"), "a header of the client's own may be replaced")
}

func TestRequest_HeadersTellOfClientAndContent(t *testing.T) {
	rt := play(answer(200, fine))
	c := inMemory(t, rt, mastra.WithUserAgent("shop/2.1"))
	require.NoError(t, list(t.Context(), c))
	require.NoError(t, generate(t.Context(), c))
	_, _ = c.Agent("a").Stream(t.Context(), ask())
	agent := "shop/2.1 mastra-go/" + mastra.Version + " ("
	for _, req := range rt.seen {
		assert.True(t, strings.HasPrefix(req.UserAgent(), agent), req.UserAgent())
	}
	assert.Empty(t, rt.seen[0].Header.Get("Content-Type"), "no body, no type")
	assert.Equal(t, "application/json", rt.seen[1].Header.Get("Content-Type"))
	assert.Equal(t, "application/json", rt.seen[1].Header.Get("Accept"))
	assert.Equal(t, "identity", rt.seen[2].Header.Get("Accept-Encoding"))
	assert.Contains(t, rt.seen[2].Header.Get("Accept"), "text/event-stream")
	for _, req := range rt.seen {
		for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "Authorization"} {
			assert.NotContains(t, req.Header, name)
		}
	}
}

func TestRequestContext_IsMergedKeyByKey(t *testing.T) {
	values := func(from string, keys ...string) map[string]any {
		m := map[string]any{}
		for _, k := range keys {
			m[k] = from
		}
		return m
	}
	ofClient, ofCall, ofRequest := values("client", "a", "b", "c"), values("call", "b", "c"), values("request", "c")
	want := map[string]any{"a": "client", "b": "call", "c": "request"}
	inQuery := map[string]any{"a": "client", "b": "call", "c": "call"}

	for _, tt := range []struct {
		name  string
		do    func(context.Context, *mastra.Client, mastra.Option) error
		body  map[string]any // nil: not there
		query map[string]any
	}{
		{"generate: in the body", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			req := ask()
			req.RequestContext = ofRequest
			_, err := c.Agent("a").Generate(ctx, req, o)
			return err
		}, want, nil},
		{"a GET: in the query", func(ctx context.Context, c *mastra.Client, o mastra.Option) error { return list(ctx, c, o) }, nil, inQuery},
		{"any POST: in the body", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Vector("v").CreateIndex(ctx, mastra.CreateIndexRequest{Index: "i", Dimension: 1}, o)
		}, inQuery, nil},
		{"a POST that has no other members: in the body", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Workflow("w").Run("r").Cancel(ctx, o)
		}, inQuery, nil},
		{"a POST that is a form: in the query", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			_, err := c.Agent("a").Voice().Listen(ctx, mastra.ListenRequest{Audio: strings.NewReader("x")}, o)
			return err
		}, nil, inQuery},
		{"Do by POST without a body: in the body", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Do(ctx, "POST", "/x", nil, nil, o)
		}, inQuery, nil},
		{"Do with an object: in the body", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Do(ctx, "POST", "/x", map[string]any{"n": 1}, nil, o)
		}, inQuery, nil},
		{"Do with an object that has one: merged", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Do(ctx, "POST", "/x", map[string]any{"requestContext": ofRequest}, nil, o)
		}, want, nil},
		{"Do with a struct that has one: merged", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Do(ctx, "POST", "/x", struct {
				N              int            `json:"n"`
				RequestContext map[string]any `json:"requestContext"`
			}{1, ofRequest}, nil, o)
		}, want, nil},
		{"Do with an empty object: in the body", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Do(ctx, "POST", "/x", json.RawMessage(" { } "), nil, o)
		}, inQuery, nil},
		{"Do with a list: in the query", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Do(ctx, "POST", "/x", []int{1}, nil, o)
		}, nil, inQuery},
		{"Do without a body: in the query", func(ctx context.Context, c *mastra.Client, o mastra.Option) error {
			return c.Do(ctx, "DELETE", "/x", nil, nil, o)
		}, nil, inQuery},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := play(answer(200, fine))
			c := inMemory(t, rt, mastra.WithRequestContext(ofClient))
			require.NoError(t, tt.do(t.Context(), c, mastra.WithRequestContext(ofCall)))

			var body struct {
				RequestContext map[string]any `json:"requestContext"`
			}
			_ = json.Unmarshal([]byte(rt.bodies[0]), &body)
			assert.Equal(t, tt.body, body.RequestContext)
			assert.Equal(t, min(1, len(tt.body)), strings.Count(rt.bodies[0], "requestContext"), "once in the body")

			var query map[string]any
			if text := rt.seen[0].URL.Query().Get("requestContext"); text != "" {
				raw, err := base64.StdEncoding.DecodeString(text)
				require.NoError(t, err)
				query = decode[map[string]any](t, raw)
			}
			assert.Equal(t, tt.query, query)
		})
	}
	assert.Equal(t, []any{"client", "call", "request"}, []any{ofClient["c"], ofCall["c"], ofRequest["c"]}, "the caller's maps stay as they are")
}

func TestRequestContext_KeyThatTheServerWouldDropIsALocalError(t *testing.T) {
	for _, key := range []string{
		"mastra__resourceId", "mastra__threadId", "mastra__user", "mastra__userPermissions", "mastra__userRoles",
		"mastra__authToken", "mastra__isStudio", "mastra__authMode", "mastra__inheritedMemory", "organizationId",
	} {
		t.Run(key, func(t *testing.T) {
			values := map[string]any{"fine": 1, key: "x"}
			_, err := mastra.New("http://mastra.test", mastra.WithRequestContext(values))
			assert.ErrorContains(t, err, key)
			rt := play(answer(200, "{}"))
			c := inMemory(t, rt)
			for _, call := range calls {
				assert.ErrorContains(t, call.do(t.Context(), c, mastra.WithRequestContext(values)), key, call.name)
			}
			req := ask()
			req.RequestContext = values
			_, err = c.Agent("a").Generate(t.Context(), req)
			assert.ErrorContains(t, err, key)
			assert.ErrorContains(t, c.Do(t.Context(), "POST", "/x", map[string]any{"requestContext": values}, nil, mastra.WithRequestContext(map[string]any{"a": 1})), key)
			assert.Zero(t, rt.attempts())
		})
	}
	for name, values := range map[string]map[string]any{"a channel": {"k": make(chan int)}, "not a number": {"k": math.NaN()}} {
		rt := play(answer(200, "{}"))
		for _, call := range calls {
			assert.ErrorContains(t, call.do(t.Context(), inMemory(t, rt), mastra.WithRequestContext(values)), "encode", name)
		}
		assert.Zero(t, rt.attempts())
	}
}

func TestQuery_ParameterOfTheCallItselfCannotBeReplaced(t *testing.T) {
	rt := play(answer(200, `{"threads":[]}`))
	c := inMemory(t, rt)
	_, err := c.Memory("a").ListThreads(t.Context(), mastra.ListThreadsRequest{Page: 1}, mastra.WithQuery("page", "2"))
	assert.ErrorContains(t, err, `"page"`)
	assert.ErrorContains(t, c.Do(t.Context(), "GET", "/x?a=1", nil, nil, mastra.WithQuery("a", "2")), `"a"`)
	for _, do := range []func(...mastra.Option) error{
		func(o ...mastra.Option) error { return list(t.Context(), c, o...) },
		func(o ...mastra.Option) error {
			return c.Do(t.Context(), "GET", "/x?requestContext=e30=", nil, nil, o[0])
		},
	} {
		err = do(mastra.WithRequestContext(map[string]any{"k": 1}), mastra.WithQuery("requestContext", "e30="))
		assert.ErrorContains(t, err, "requestContext")
	}
	assert.Zero(t, rt.attempts())
	_, err = c.Memory("a").ListThreads(t.Context(), mastra.ListThreadsRequest{Page: 1}, mastra.WithQuery("x y", "ä&="))
	require.NoError(t, err)
	assert.Equal(t, url.Values{"agentId": {"a"}, "page": {"1"}, "x y": {"ä&="}}, rt.seen[0].URL.Query())
}

func TestResponse_IsFilledWhateverTheEnd(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []step
		want  mastra.Response
		fails bool
	}{
		{"a success", []step{answer(200, `{"a":{"name":"a"}}`, "X-Id", "7")}, mastra.Response{Status: 200, Attempts: 1, Body: []byte(`{"a":{"name":"a"}}`)}, false},
		{"a success after a fault", []step{answer(503, "busy"), answer(201, `{}`, "X-Id", "7")}, mastra.Response{Status: 201, Attempts: 2, Body: []byte(`{}`)}, false},
		{"a failure", []step{answer(404, `{"error":"no"}`, "X-Id", "7")}, mastra.Response{Status: 404, Attempts: 1, Body: []byte(`{"error":"no"}`)}, true},
		{"a failure, again and again", []step{answer(503, `busy`, "X-Id", "7")}, mastra.Response{Status: 503, Attempts: 4, Body: []byte(`busy`)}, true},
		{"no connection", []step{fails(errRefused)}, mastra.Response{Attempts: 4}, true},
		{"no connection after an answer", []step{answer(503, `busy`, "X-Id", "7"), fails(errRefused)}, mastra.Response{Status: 503, Attempts: 4, Body: []byte(`busy`)}, true},
		{"an answer that does not decode", []step{answer(200, `{`, "X-Id", "7")}, mastra.Response{Status: 200, Attempts: 1, Body: []byte(`{`)}, true},
		{"a page", []step{answer(200, html, "X-Id", "7", "Content-Type", "text/html")}, mastra.Response{Status: 200, Attempts: 1, Body: []byte(html)}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := mastra.Response{Status: 1, Attempts: 99, Body: []byte("of an earlier call"), Header: http.Header{"X": {"old"}}}
			err := list(t.Context(), inMemory(t, play(tt.steps...), mastra.WithBackoff(0)), mastra.WithResponse(&got))
			assert.Equal(t, tt.fails, err != nil)
			if tt.want.Status != 0 {
				assert.Equal(t, "7", got.Header.Get("X-Id"))
			} else {
				assert.Nil(t, got.Header)
			}
			got.Header = nil
			assert.Equal(t, tt.want, got)
		})
	}
	t.Run("a call that sends nothing clears it", func(t *testing.T) {
		got := mastra.Response{Status: 1, Attempts: 99}
		_, err := inMemory(t, play(answer(200, "{}"))).Agent("").Get(t.Context(), mastra.WithResponse(&got))
		require.Error(t, err)
		assert.Equal(t, mastra.Response{}, got)
	})
	t.Run("a stream has no body in it", func(t *testing.T) {
		var got mastra.Response
		c := inMemory(t, play(answer(503, `{"error":"busy"}`), answer(200, "data: [DONE]\n\n", "Content-Type", "text/event-stream")), mastra.WithBackoff(0))
		s, err := c.Agent("a").Stream(t.Context(), ask(), mastra.WithResponse(&got))
		require.NoError(t, err)
		defer s.Close()
		assert.Equal(t, 200, got.Status)
		assert.Equal(t, 2, got.Attempts)
		assert.Nil(t, got.Body)
	})
}
