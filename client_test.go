package mastra_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// counting is a server that counts the connections made to it.
func counting(t *testing.T, h http.HandlerFunc) (url string, conns *atomic.Int64) {
	t.Helper()
	conns = new(atomic.Int64)
	srv := httptest.NewUnstartedServer(http.StripPrefix(base, h))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL + base, conns
}

func TestConnection_StaysOpenAfterACallThatFailed(t *testing.T) {
	var next atomic.Pointer[func(http.ResponseWriter)]
	url, conns := counting(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		(*next.Load())(w)
	})
	// A transport whose connections do not grow old, however slow the machine.
	c := dial(t, url, mastra.WithMaxBackoff(5*time.Second), mastra.WithHTTPClient(&http.Client{Transport: &http.Transport{}}))
	ok := func(w http.ResponseWriter) { say(w, 200, "{}") }
	next.Store(&ok)
	require.NoError(t, list(t.Context(), c))

	for _, tt := range []struct {
		name string
		next func(http.ResponseWriter)
	}{
		{"400", func(w http.ResponseWriter) { say(w, 400, `{"error":"no"}`) }},
		{"404 in plain text", func(w http.ResponseWriter) { http.NotFound(w, nil) }},
		{"500", func(w http.ResponseWriter) { say(w, 500, `{"error":"no"}`) }},
		{"503", func(w http.ResponseWriter) { say(w, 503, "") }},
		{"503 and a long Retry-After", func(w http.ResponseWriter) { w.Header().Set("Retry-After", "60"); say(w, 503, "") }},
		{"a redirect", func(w http.ResponseWriter) { w.Header().Set("Location", "http://elsewhere.test/"); w.WriteHeader(307) }},
		{"a page", func(w http.ResponseWriter) { io.WriteString(w, html) }},
		{"JSON cut short", func(w http.ResponseWriter) { say(w, 200, "{") }},
		{"a chunked error", func(w http.ResponseWriter) {
			say(w, 500, `{"error":`)
			w.(http.Flusher).Flush()
			io.WriteString(w, `"no"}`)
		}},
	} {
		for _, call := range calls {
			t.Run(tt.name+"/"+call.name, func(t *testing.T) {
				next.Store(&tt.next)
				_ = call.do(t.Context(), c)
				next.Store(&ok)
				require.NoError(t, list(t.Context(), c))
				assert.EqualValues(t, 1, conns.Load())
			})
		}
	}
	t.Run("cancelled during the pause", func(t *testing.T) {
		slow, err := c.With(mastra.WithBackoff(5 * time.Second))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		busy := func(w http.ResponseWriter) { say(w, 503, ""); time.AfterFunc(20*time.Millisecond, cancel) }
		next.Store(&busy)
		require.ErrorIs(t, list(ctx, slow), context.Canceled)
		next.Store(&ok)
		require.NoError(t, list(t.Context(), c))
		assert.EqualValues(t, 1, conns.Load())
	})
}

// Calls that are under way at once have a connection each; when all have been given
// back, as many calls again use the same ones.
func TestTransport_KeepsConnectionsForManyCallsAtOnce(t *testing.T) {
	const workers, rounds = 64, 20
	var together atomic.Pointer[sync.WaitGroup] // the calls of a round are answered when all have arrived
	url, conns := counting(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		round := together.Load()
		round.Done()
		round.Wait()
		say(w, 200, `{"text":"hi"}`)
	})
	var kept atomic.Int64 // connections that were given back
	noting := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			trace := &httptrace.ClientTrace{PutIdleConn: func(err error) {
				if err == nil {
					kept.Add(1)
				}
			}}
			return next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
		})
	}
	c, err := mastra.New(url, mastra.WithMiddleware(noting))
	require.NoError(t, err)
	for round := range rounds {
		here := new(sync.WaitGroup)
		here.Add(workers)
		together.Store(here)
		var all sync.WaitGroup
		for range workers {
			all.Go(func() { assert.NoError(t, generate(t.Context(), c)) })
		}
		all.Wait()
		require.Eventually(t, func() bool { return kept.Load() == int64(workers*(round+1)) }, 10*time.Second, time.Millisecond)
	}
	assert.Equal(t, int64(workers), conns.Load())
}

func TestClient_ServesManyGoroutinesAndTheirDerivedClients(t *testing.T) {
	url, _ := counting(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Who") == "" || !strings.Contains(string(body), r.Header.Get("X-Who")) || !strings.Contains(string(body), `"shared"`) {
			say(w, 400, `{"error":"mixed up"}`)
			return
		}
		say(w, 200, fine)
	})
	c := dial(t, url, mastra.WithHeader("X-All", "1"), mastra.WithRequestContext(map[string]any{"all": "shared"}), mastra.WithQuery("q", "1"), mastra.WithToken(secret))
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			who := "who-" + string(rune('a'+i))
			opts := []mastra.Option{mastra.WithHeader("X-Who", who), mastra.WithRequestContext(map[string]any{"who": who})}
			for range 10 {
				assert.NoError(t, generate(context.Background(), c, opts...))
				derived, err := c.With(mastra.WithHeader("X-Who", who), mastra.WithRequestContext(map[string]any{"who": who}))
				assert.NoError(t, err)
				assert.NoError(t, generate(context.Background(), derived))
			}
		})
	}
	wg.Wait()
}

func TestClient_CopiesTheCallersHTTPClientAndNeverChangesIt(t *testing.T) {
	rt := play(answer(200, "{}"))
	hc := &http.Client{Transport: rt}
	before := *hc
	c, err := mastra.New("http://mastra.test", mastra.WithHTTPClient(hc), mastra.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return next }))
	require.NoError(t, err)
	assert.Same(t, before.Transport, hc.Transport)
	assert.Nil(t, hc.CheckRedirect)

	hc.Transport = play(fails(errReset)) // what the caller does later does not reach the client
	hc.Timeout = time.Second
	require.NoError(t, list(t.Context(), c))
	derived, err := c.With(mastra.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return next }))
	require.NoError(t, err)
	require.NoError(t, list(t.Context(), derived))
	assert.Equal(t, 2, rt.attempts())

	_, err = mastra.New("http://mastra.test", mastra.WithHTTPClient(hc))
	assert.ErrorContains(t, err, "Timeout")
}

func TestMiddleware_WrapsEveryAttemptTheFirstGivenOutermost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		named := func(name string) func(http.RoundTripper) http.RoundTripper {
			return func(next http.RoundTripper) http.RoundTripper {
				return roundTripper(func(req *http.Request) (*http.Response, error) {
					order = append(order, name)
					return next.RoundTrip(req)
				})
			}
		}
		c := inMemory(t, play(answer(503, ""), answer(200, "{}")), mastra.WithMiddleware(named("a")), mastra.WithMiddleware(named("b")))
		require.NoError(t, list(t.Context(), c))
		assert.Equal(t, []string{"a", "b", "a", "b"}, order)

		order = nil
		derived, err := c.With(mastra.WithMiddleware(named("c")))
		require.NoError(t, err)
		require.NoError(t, list(t.Context(), derived))
		assert.Equal(t, []string{"a", "b", "c"}, order)

		order = nil
		require.NoError(t, list(t.Context(), c))
		assert.Equal(t, []string{"a", "b"}, order, "the parent stays as it is")
	})
	_, err := mastra.New("http://mastra.test", mastra.WithMiddleware(func(http.RoundTripper) http.RoundTripper { return nil }))
	assert.ErrorContains(t, err, "WithMiddleware")
}

func TestClient_DerivedLeavesItsParentAsItIs(t *testing.T) {
	rt := play(answer(200, fine))
	parent := inMemory(t, rt, mastra.WithHeader("X-A", "parent"), mastra.WithToken("parent"), mastra.WithQuery("q", "parent"),
		mastra.WithRequestContext(map[string]any{"k": "parent"}), mastra.WithUserAgent("parent/1"), mastra.WithAPIPrefix("/parent"))
	child, err := parent.With(mastra.WithHeader("X-A", "child"), mastra.WithHeader("X-B", "child"), mastra.WithToken("child"), mastra.WithQuery("q", "child"),
		mastra.WithRequestContext(map[string]any{"k": "child", "l": "child"}), mastra.WithUserAgent("child/1"), mastra.WithAPIPrefix("/child"), mastra.WithRetries(0))
	require.NoError(t, err)
	require.NoError(t, generate(t.Context(), child))
	require.NoError(t, generate(t.Context(), parent))
	require.NoError(t, generate(t.Context(), parent, mastra.WithHeader("X-A", "call")))
	require.NoError(t, generate(t.Context(), parent))

	for i, want := range []string{"child", "parent", "call", "parent"} {
		assert.Equal(t, want, rt.seen[i].Header.Get("X-A"))
	}
	for i, want := range []string{"child", "parent"} {
		req := rt.seen[i]
		assert.Equal(t, "Bearer "+want, req.Header.Get("Authorization"))
		assert.Equal(t, want, req.URL.Query().Get("q"))
		assert.Equal(t, base+"/"+want+"/agents/assistant/generate", req.URL.Path)
		assert.True(t, strings.HasPrefix(req.UserAgent(), want+"/1 mastra-go/"), req.UserAgent())
		assert.Equal(t, want, decode[struct{ RequestContext map[string]string }](t, []byte(rt.bodies[i])).RequestContext["k"])
	}
	assert.Empty(t, rt.seen[1].Header.Get("X-B"))
	assert.NotContains(t, rt.bodies[1], `"l"`)

	_, err = parent.With(mastra.WithRetries(-1))
	assert.Error(t, err)
	_, err = parent.With(nil)
	assert.Error(t, err)
}

func TestHealth_AsksTheServersRoot(t *testing.T) {
	var path string
	body := `{"success":true}`
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { path = r.URL.Path; say(w, 200, body) }, mastra.WithAPIPrefix("/v1"))
	require.NoError(t, c.Health(t.Context()))
	assert.Equal(t, "/health", path)
	for _, body = range []string{`{"success":false}`, `{}`, `null`, ``, html} {
		assert.Error(t, c.Health(t.Context()), body)
	}
}

func TestDo_ReachesAnyRoute(t *testing.T) {
	type seen struct{ method, path, query, contentType, body string }
	var got seen
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = seen{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Content-Type"), string(body)}
		say(w, 200, `{"n": 1}`)
	})
	for _, tt := range []struct {
		name, method, path string
		in                 any
		opts               []mastra.Option
		want               seen
	}{
		{"a GET", "get", "/x", nil, nil, seen{"GET", "/api/x", "", "", ""}},
		{"a POST with a body", "POST", "/x/y", map[string]any{"html": "<a&b>"}, nil, seen{"POST", "/api/x/y", "", "application/json", `{"html":"<a&b>"}`}},
		{"a body that is JSON already", "PUT", "/x", json.RawMessage(`{"a": 1}`), nil, seen{"PUT", "/api/x", "", "application/json", `{"a":1}`}},
		{"a path with a query", "GET", "/x?b=2&a=1%202", nil, []mastra.Option{mastra.WithQuery("c", "3")}, seen{"GET", "/api/x", "a=1+2&b=2&c=3", "", ""}},
		{"an escaped path", "GET", "/x/a%2Fb%20c", nil, nil, seen{"GET", "/api/x/a%2Fb%20c", "", "", ""}},
		{"the root", "GET", "/counted/k", nil, []mastra.Option{mastra.WithAPIPrefix("")}, seen{"GET", "/counted/k", "", "", ""}},
		{"a slash at the end", "GET", "/x/", nil, nil, seen{"GET", "/api/x/", "", "", ""}},
		{"nothing but a slash", "GET", "/", nil, []mastra.Option{mastra.WithAPIPrefix("")}, seen{"GET", "/", "", "", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out struct{ N int }
			require.NoError(t, c.Do(t.Context(), tt.method, tt.path, tt.in, &out, tt.opts...))
			assert.Equal(t, tt.want, got)
			assert.Equal(t, 1, out.N)
		})
	}
	for name, route := range map[string][2]string{
		"no slash": {"GET", "x"}, "nothing": {"GET", ""}, "empty segments": {"GET", "/a//b"}, "only empty segments": {"GET", "//"},
		"dots": {"GET", "/a/../b"}, "escaped dots": {"GET", "/a/%2e%2E/b"}, "one dot": {"GET", "/./a"}, "an escaped dot": {"GET", "/%2e/a"},
		"a space": {"GET", "/a b"}, "a fragment": {"GET", "/a#b"}, "a broken escape": {"GET", "/a%zz"}, "a control character": {"GET", "/a\n"},
		"a broken query": {"GET", "/a?b=%zz"}, "a semicolon in the query": {"GET", "/a?b=1;c=2"},
		"no method": {"", "/a"}, "a method with a space": {"GE T", "/a"}, "another host": {"GET", "http://elsewhere.test/a"}, "another host by slashes": {"GET", "//elsewhere.test/a"},
	} {
		t.Run(name, func(t *testing.T) {
			got = seen{}
			err := c.Do(t.Context(), route[0], route[1], nil, nil)
			assert.ErrorContains(t, err, "mastra: ")
			assert.Equal(t, seen{}, got, "nothing was sent")
			_, err = c.OpenStream(t.Context(), route[0], route[1], nil)
			assert.Error(t, err)
		})
	}
	t.Run("raw JSON out", func(t *testing.T) {
		var raw []byte
		var out = struct{ N int }{}
		require.NoError(t, c.Do(t.Context(), "GET", "/x", nil, (*json.RawMessage)(&raw)))
		assert.Equal(t, `{"n": 1}`, string(raw))
		got = seen{}
		for _, odd := range []any{out, (*struct{})(nil), "text", map[string]int{}} {
			assert.ErrorContains(t, c.Do(t.Context(), "GET", "/x", nil, odd), "give a pointer")
		}
		assert.Equal(t, seen{}, got, "nothing was sent")
	})
}

func TestLog_TellsOfEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		l := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey:
				return slog.Attr{}
			case "repeat_in", "duration": // which vary
				if a.Value.Duration() > 0 {
					return slog.String(a.Key, "")
				}
			}
			return a
		}}))
		rt := play(answer(503, `{"error":"busy"}`), answer(200, "{}"))
		require.NoError(t, list(t.Context(), inMemory(t, rt, mastra.WithLogger(l))))
		assert.Equal(t, `level=DEBUG msg="mastra: attempt" operation=AgentsList method=GET path=`+base+`/api/agents attempt=1 duration=0s status=503 error=busy repeat_in=""
level=DEBUG msg="mastra: attempt" operation=AgentsList method=GET path=`+base+`/api/agents attempt=2 duration=0s status=200
level=INFO msg="mastra: call" operation=AgentsList method=GET path=`+base+`/api/agents status=200 attempts=2 duration=""
`, out.String())
		require.NoError(t, list(t.Context(), inMemory(t, rt, mastra.WithLogger(nil))))
	})
}
