package mastra_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

const secret = "token-7f3a9c"

// tokens is a source that gives one token after the other and notes what it was asked.
type tokens struct {
	mu      sync.Mutex
	give    []string // the last one again and again
	asked   int
	refused []string
	err     error // given in place of the token that follows give
}

func (s *tokens) Token(_ context.Context, refused string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = append(s.refused, refused)
	n := s.asked
	s.asked++
	if s.err != nil && n >= len(s.give) {
		return "", s.err
	}
	return s.give[min(n, len(s.give)-1)], nil
}

func authorizations(rt *script) []string {
	var out []string
	for _, req := range rt.seen {
		out = append(out, req.Header.Get("Authorization"))
	}
	return out
}

func TestToken_SourceIsAskedForEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &tokens{give: []string{"one", "two", "three"}}
		rt := play(answer(503, `{"error":"busy"}`), fails(errRefused), answer(200, fine))
		require.NoError(t, generate(t.Context(), inMemory(t, rt, mastra.WithTokenSource(source))))
		assert.Equal(t, []string{"Bearer one", "Bearer two", "Bearer three"}, authorizations(rt))
		assert.Equal(t, []string{"", "", ""}, source.refused)
	})
}

func TestToken_RefusedIsReplacedOnce(t *testing.T) {
	refusal, ok := answer(401, `{"error":"Invalid or expired token"}`), answer(200, fine)
	for _, tt := range []struct {
		name    string
		source  *tokens
		steps   []step
		opts    []mastra.ClientOption
		sent    []string
		refused []string
		fails   bool
	}{
		{"a different token is tried", &tokens{give: []string{"old", "new"}}, []step{refusal, ok}, nil,
			[]string{"Bearer old", "Bearer new"}, []string{"", "old"}, false},
		{"the same token is not tried again", &tokens{give: []string{"old"}}, []step{refusal}, nil,
			[]string{"Bearer old"}, []string{"", "old"}, true},
		{"the different token is refused too", &tokens{give: []string{"old", "new", "newer"}}, []step{refusal, refusal, ok}, nil,
			[]string{"Bearer old", "Bearer new"}, []string{"", "old"}, true},
		{"another fault follows", &tokens{give: []string{"old", "new", "newer"}}, []step{refusal, answer(503, `{"error":"busy"}`), ok}, nil,
			[]string{"Bearer old", "Bearer new", "Bearer newer"}, []string{"", "old", ""}, false},
		{"another fault came before", &tokens{give: []string{"old", "older", "new"}}, []step{answer(429, ""), refusal, ok}, nil,
			[]string{"Bearer old", "Bearer older", "Bearer new"}, []string{"", "", "older"}, false},
		{"no repetitions are allowed", &tokens{give: []string{"old", "new"}}, []step{refusal, ok}, []mastra.ClientOption{mastra.WithRetries(0)},
			[]string{"Bearer old"}, []string{""}, true},
		{"the policy repeats nothing", &tokens{give: []string{"old", "new"}}, []step{refusal, ok}, []mastra.ClientOption{mastra.WithRetryPolicy(mastra.RetryNever)},
			[]string{"Bearer old"}, []string{""}, true},
		{"the policy is client-js's", &tokens{give: []string{"old", "new"}}, []step{refusal, ok}, []mastra.ClientOption{mastra.WithRetryPolicy(mastra.RetryAlways)},
			[]string{"Bearer old", "Bearer new"}, []string{"", "old"}, false},
		{"no token is left", &tokens{give: []string{"old", ""}}, []step{refusal, ok}, nil,
			[]string{"Bearer old", ""}, []string{"", "old"}, false},
	} {
		for _, c := range calls {
			t.Run(tt.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					source := &tokens{give: tt.source.give}
					rt := play(tt.steps...)
					err := c.do(t.Context(), inMemory(t, rt, append([]mastra.ClientOption{mastra.WithTokenSource(source)}, tt.opts...)...))
					assert.Equal(t, tt.sent, authorizations(rt))
					assert.Equal(t, tt.refused, source.refused)
					if !tt.fails {
						assert.NoError(t, err)
						return
					}
					assert.ErrorIs(t, err, mastra.ErrUnauthorized)
					assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
				})
			})
		}
	}
	t.Run("at once, without a pause", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			rt := play(refusal, ok)
			require.NoError(t, list(t.Context(), inMemory(t, rt, mastra.WithTokenSource(&tokens{give: []string{"old", "new"}}))))
			assert.Zero(t, rt.waits()[0])
		})
	})
}

func TestToken_SourceThatFailsIsTheErrorOfTheCall(t *testing.T) {
	broken := errors.New("the vault is sealed")
	for _, tt := range []struct {
		name     string
		give     []string
		steps    []step
		attempts int
		is       []error
	}{
		{"before the first attempt", nil, []step{answer(200, "{}")}, 0, []error{broken}},
		{"before a repetition", []string{"one"}, []step{answer(503, `{"error":"busy"}`)}, 1, []error{broken, mastra.ErrUnavailable}},
		{"before a repetition after a broken connection", []string{"one"}, []step{fails(errRefused)}, 1, []error{broken, mastra.ErrUnavailable, errRefused}},
		{"after a 401", []string{"one"}, []step{answer(401, "")}, 1, []error{broken, mastra.ErrUnauthorized}},
	} {
		for _, c := range calls {
			t.Run(tt.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					rt := play(tt.steps...)
					meta := mastra.Response{Status: 99}
					err := c.do(t.Context(), inMemory(t, rt, mastra.WithTokenSource(&tokens{give: tt.give, err: broken})), mastra.WithResponse(&meta))
					for _, target := range tt.is {
						assert.ErrorIs(t, err, target)
					}
					assert.ErrorContains(t, err, "token source: the vault is sealed")
					assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
					assert.Equal(t, tt.attempts, rt.attempts())
					assert.Equal(t, tt.attempts, meta.Attempts)
					assert.NotEqual(t, 99, meta.Status)
				})
			})
		}
	}
}

func TestToken_ThatNoHeaderCanCarryIsALocalErrorThatDoesNotShowIt(t *testing.T) {
	for _, bad := range []string{secret + "\n", "\r\n" + secret, secret + "\x00", secret + "\x1b[0m"} {
		_, err := mastra.New("http://mastra.test", mastra.WithToken(bad))
		require.Error(t, err, "%q", bad)
		assert.NotContains(t, err.Error(), secret)

		rt := play(answer(200, "{}"))
		err = generate(t.Context(), inMemory(t, rt, mastra.WithTokenSource(&tokens{give: []string{bad}})))
		require.Error(t, err, "%q", bad)
		assert.NotContains(t, err.Error(), secret)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		assert.Zero(t, rt.attempts())
	}
}

func TestToken_OrAuthorizationHeaderTheLastGivenCounts(t *testing.T) {
	basic := mastra.WithHeader("authorization", "Basic abc")
	for _, tt := range []struct {
		name   string
		client []mastra.ClientOption
		call   []mastra.Option
		want   string
	}{
		{"a token", []mastra.ClientOption{mastra.WithToken("t")}, nil, "Bearer t"},
		{"a header", []mastra.ClientOption{basic}, nil, "Basic abc"},
		{"a token after a header", []mastra.ClientOption{basic, mastra.WithToken("t")}, nil, "Bearer t"},
		{"a header after a token", []mastra.ClientOption{mastra.WithToken("t"), basic}, nil, "Basic abc"},
		{"a call's header over the client's token", []mastra.ClientOption{mastra.WithToken("t")}, []mastra.Option{basic}, "Basic abc"},
		{"a call's token over the client's header", []mastra.ClientOption{basic}, []mastra.Option{mastra.WithToken("t")}, "Bearer t"},
		{"no source", []mastra.ClientOption{mastra.WithToken("t"), mastra.WithTokenSource(nil)}, nil, ""},
		{"an empty token", []mastra.ClientOption{mastra.WithToken("")}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := play(answer(200, "{}"))
			c := inMemory(t, rt, tt.client...)
			require.NoError(t, list(t.Context(), c, tt.call...))
			assert.Equal(t, []string{tt.want}, authorizations(rt))
			rt.seen = nil
			require.NoError(t, list(t.Context(), inMemory(t, rt, tt.client...)))
		})
	}
}

func TestRedirect_IsFollowedByGETOnTheSameHostOnly(t *testing.T) {
	var strangerAuth atomic.Value
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		strangerAuth.Store(r.Header.Get("Authorization"))
	}))
	t.Cleanup(stranger.Close)
	var hops atomic.Int64
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		hops.Add(1)
		assert.Equal(t, "Bearer "+secret, r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/api/near":
			http.Redirect(w, r, base+"/api/arrived", http.StatusFound)
		case "/api/far":
			http.Redirect(w, r, stranger.URL+"/?apiKey=hidden", http.StatusFound)
		case "/api/loop":
			http.Redirect(w, r, base+"/api/loop", http.StatusFound)
		case "/api/port":
			http.Redirect(w, r, "https://"+r.Host+"/", http.StatusMovedPermanently)
		case "/api/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/api/broken":
			w.Header().Set("Location", "http://%zz/?apiKey=hidden")
			w.WriteHeader(http.StatusFound)
		default:
			say(w, 200, `{"ok":true}`)
		}
	}, mastra.WithToken(secret))

	for _, tt := range []struct {
		name, method, path string
		hops               int64
		says               string
	}{
		{"a GET on the same host", "GET", "/near", 2, ""},
		{"a GET to another host", "GET", "/far", 1, stranger.URL},
		{"a GET to another scheme", "GET", "/port", 1, "https://127.0.0.1"},
		{"a GET in circles", "GET", "/loop", 10, "302 Found: redirected 10 times in a row on its own host; check the base URL and the proxies before the server, which may send each other's URLs back"},
		{"a GET to nowhere", "GET", "/nowhere", 1, "not followed"},
		{"a GET to what is no URL", "GET", "/broken", 1, "not followed"},
		{"a HEAD on the same host", "HEAD", "/near", 1, "not followed"},
		{"a DELETE on the same host", "DELETE", "/near", 1, "not followed"},
		{"a POST on the same host", "POST", "/near", 1, "not followed"},
		{"a POST to what is no URL", "POST", "/broken", 1, "not followed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hops.Store(0)
			err := client.Do(t.Context(), tt.method, tt.path, nil, nil)
			assert.Equal(t, tt.hops, hops.Load())
			if tt.says == "" {
				assert.NoError(t, err)
				return
			}
			e := asError(t, err)
			assert.Contains(t, e.Error(), tt.says)
			assert.NotContains(t, e.Error(), "hidden")
			assert.NotContains(t, fmt.Sprint(errors.Unwrap(e)), "hidden")
			assert.GreaterOrEqual(t, e.Status, 300)
			assert.Less(t, e.Status, 400)
			assert.Equal(t, 1, e.Attempts)
		})
	}
	assert.Nil(t, strangerAuth.Load(), "the other host was never asked")
}

func TestRedirect_RuleOfTheCallerMayForbidMore(t *testing.T) {
	var hops atomic.Int64
	srv := listenHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		hops.Add(1)
		http.Redirect(w, r, base+"/api/x", http.StatusFound)
	})
	hc := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	err := list(t.Context(), dial(t, srv.URL+base, mastra.WithHTTPClient(hc)))
	assert.Equal(t, http.StatusFound, asError(t, err).Status)
	assert.EqualValues(t, 1, hops.Load())
	hc.Transport = nil
	http.DefaultClient.CloseIdleConnections()
}

func TestCookie_OfAJarIsSentOncePerAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		u, _ := url.Parse("http://mastra.test/")
		jar.SetCookies(u, []*http.Cookie{{Name: "session", Value: "s1"}})
		rt := play(answer(503, ""), answer(503, ""), answer(200, "{}"))
		c, err := mastra.New("http://mastra.test", mastra.WithHTTPClient(&http.Client{Transport: rt, Jar: jar}))
		require.NoError(t, err)
		require.NoError(t, list(t.Context(), c))
		for i, req := range rt.seen {
			assert.Equal(t, []string{"session=s1"}, req.Header.Values("Cookie"), "attempt %d", i+1)
		}
	})
}

func TestMiddleware_HeadersThatItAddsDoNotPileUp(t *testing.T) {
	for _, opts := range [][]mastra.ClientOption{nil, {mastra.WithToken(secret)}} {
		synctest.Test(t, func(t *testing.T) {
			rt := play(answer(503, ""), answer(503, ""), answer(200, "{}"))
			add := func(next http.RoundTripper) http.RoundTripper {
				return roundTripper(func(req *http.Request) (*http.Response, error) {
					req.Header.Add("X-Trace", "t")
					req.Header.Add("X-Given", "more")
					return next.RoundTrip(req)
				})
			}
			c := inMemory(t, rt, append(opts, mastra.WithMiddleware(add), mastra.WithHeader("X-Given", "g"))...)
			require.NoError(t, list(t.Context(), c))
			require.NoError(t, list(t.Context(), c))
			for i, req := range rt.seen {
				assert.Equal(t, []string{"t"}, req.Header.Values("X-Trace"), "attempt %d", i+1)
				assert.Equal(t, []string{"g", "more"}, req.Header.Values("X-Given"), "attempt %d", i+1)
			}
		})
	}
}

// say nothing of what is secret: a server that echoes all it got, a transport
// that puts the URL into its error.
func TestCredentials_NeverReachErrorsAndLogs(t *testing.T) {
	echo := answer(400, `{"error":"bad token `+secret+` in body-7f3a9c","issues":[{"field":"x","message":"saw `+secret+`"}],"code":"`+secret+`"}`, "Set-Cookie", "header-7f3a9c")
	for _, tt := range []struct {
		name string
		met  step
	}{
		{"a server that echoes the token", echo},
		{"a server that echoes it on every attempt", answer(503, "no, "+secret, "Content-Type", "text/plain", "X", "header-7f3a9c")},
		{"a page that holds it", answer(200, "<html>"+secret+" body-7f3a9c</html>", "Content-Type", "text/html")},
		{"an answer that does not decode", answer(200, `{"text":"body-7f3a9c`)},
		{"an answer of another shape", answer(200, `{"text":7730910000000,"object":"body-7f3a9c"}`)},
		{"an answer that is a text", answer(200, `"body-7f3a9c"`)},
		{"a transport that tells the URL", func(req *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("proxy: GET %s failed with Authorization: %s", req.URL, req.Header.Get("Authorization"))
		}},
		{"a transport that wraps the URL", func(req *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("proxy: %w", &url.Error{Op: "Get", URL: req.URL.String(), Err: errReset})
		}},
		{"a redirect", answer(307, "", "Location", "http://elsewhere.test/x?key=query-7f3a9c")},
		{"no connection", fails(errRefused)},
	} {
		for _, c := range withBody {
			t.Run(tt.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var logs bytes.Buffer
					opts := &slog.HandlerOptions{Level: slog.LevelDebug}
					text, json := slog.New(slog.NewTextHandler(&logs, opts)), slog.New(slog.NewJSONHandler(&logs, opts))
					client := inMemory(t, play(tt.met), mastra.WithToken(secret), mastra.WithLogger(text),
						mastra.WithQuery("key", "query-7f3a9c"), mastra.WithHeader("X-Key", "header-7f3a9c"),
						mastra.WithRequestContext(map[string]any{"k": "context-7f3a9c"}))
					err := c.do(t.Context(), client)
					if err == nil { // what answered does not matter to this call
						require.Contains(t, tt.name, "an answer")
					}
					text.Error("failed", "err", err)
					json.Error("failed", "err", err, "deep", struct{ Err error }{err})
					fmt.Fprintf(&logs, "%v %+v %#v %s %q %d", err, err, err, err, err, err)
					require.Contains(t, logs.String(), "mastra: attempt")
					for _, word := range []string{secret, "query-7f3a9c", "header-7f3a9c", "context-7f3a9c", "hello"} {
						assert.NotContains(t, logs.String(), word)
					}
					if tt.name != "a server that echoes the token" { // its message is the server's own words
						assert.NotContains(t, logs.String(), "body-7f3a9c")
						assert.NotContains(t, logs.String(), "77309")
					}
				})
			})
		}
	}
}
