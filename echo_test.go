package mastra_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	escapes "html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// given is what a client was given, with the words that must not be shown of it.
type given struct {
	name  string
	opts  []mastra.ClientOption
	words []string
}

const oddWord = `se"c\r&t+/=7f 3a%9c<5e>'` // each of these is quoted somewhere

var secretsGiven = []given{
	{"a token", []mastra.ClientOption{mastra.WithToken("token-7f3a9c")}, []string{"token-7f3a9c"}},
	{"a token that is quoted", []mastra.ClientOption{mastra.WithToken(oddWord)}, []string{oddWord}},
	{"a token refreshed since", nil, []string{"new-7f3a9c", "old-7f3a9c"}},
	{"a key", []mastra.ClientOption{mastra.WithHeader("X-Api-Key", "key-7f3a9c")}, []string{"key-7f3a9c"}},
	{"several in a header", []mastra.ClientOption{mastra.WithHeader("X-Api-Key", "one-7f3a9c, two-7f3a9c;sig=three-7f3a9c")}, []string{"one-7f3a9c", "two-7f3a9c", "three-7f3a9c"}},
	{"a user and a password", []mastra.ClientOption{mastra.WithHeader("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("ann:pass-7f3a")))},
		[]string{"pass-7f3a", "ann:pass-7f3a", base64.StdEncoding.EncodeToString([]byte("ann:pass-7f3a"))}},
	{"a query", []mastra.ClientOption{mastra.WithQuery("api_key", "s3cret"), mastra.WithQuery("other", "other-7f3a9c"), mastra.WithQuery("odd", oddWord), mastra.WithQuery("n", "1x")},
		[]string{"s3cret", "other-7f3a9c", oddWord, "n=1x", "api_key=s3cret"}},
}

// quotings are the forms in which somebody may give back a word.
var quotings = map[string]func(string) string{
	"as it is": func(w string) string { return w }, "as JSON": js, "as Go": strconv.Quote, "as HTML": escapes.EscapeString,
	"in a query": url.QueryEscape, "in a path": url.PathEscape, "in a query, twice": func(w string) string { return url.QueryEscape(url.QueryEscape(w)) },
	"in capitals": strings.ToUpper, "in a URL": func(w string) string { return "https://api.test/x?sig=" + url.QueryEscape(w) + "&v=1: no" },
}

func TestEcho_OfASecretReachesNoErrorAndNoLog(t *testing.T) {
	for _, g := range secretsGiven {
		for _, word := range g.words {
			for _, e := range echoes {
				t.Run(g.name+"/"+word+"/"+e.name, func(t *testing.T) { meets(t, e, g, word, word) })
			}
		}
	}
}

func TestEcho_InEachFormIsHidden(t *testing.T) {
	for _, g := range secretsGiven {
		for _, word := range g.words {
			for as, quote := range quotings {
				t.Run(g.name+"/"+word+"/"+as, func(t *testing.T) { meets(t, echoes[0], g, word, quote(word)) })
			}
		}
	}
}

func meets(t *testing.T, e echo, g given, word, quoted string) {
	var mu sync.Mutex
	var logs bytes.Buffer
	level := &slog.HandlerOptions{Level: slog.LevelDebug}
	logger := slog.New(slog.NewMultiHandler(slog.NewTextHandler(&locked{&mu, &logs}, level), slog.NewJSONHandler(&locked{&mu, &logs}, level), printing{&locked{&mu, &logs}}))
	opts := append([]mastra.ClientOption{mastra.WithLogger(logger), mastra.WithRetries(1), mastra.WithBackoff(time.Millisecond), mastra.WithReattach(false)}, g.opts...)
	if g.opts == nil {
		opts = append(opts, mastra.WithTokenSource(&tokens{give: []string{"old-7f3a9c", "new-7f3a9c"}}))
	}
	var c *mastra.Client
	if e.between != nil {
		c = inMemory(t, roundTripper(func(req *http.Request) (*http.Response, error) { return e.between(req, quoted) }), opts...)
	} else {
		c = serve(t, func(w http.ResponseWriter, r *http.Request) { e.handler(w, r, quoted) }, opts...)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for range 2 { // each token is sent once
		_ = c.Health(ctx, mastra.WithRetries(0))
	}
	mu.Lock()
	logs.Reset()
	mu.Unlock()
	met := false
	for _, err := range e.ask(ctx, c) {
		if err == nil {
			continue
		}
		met = true
		for _, text := range textsOf(err) {
			showsNothing(t, word, quoted, text)
		}
		logger.Error("failed", "err", err, "deep", struct{ Err error }{err})
	}
	require.True(t, met)
	mu.Lock()
	defer mu.Unlock()
	showsNothing(t, word, quoted, logs.String())
}

func showsNothing(t *testing.T, word, quoted, text string) {
	t.Helper()
	forms := []string{word, quoted, strings.Trim(js(word), `"`), strings.Trim(strconv.Quote(word), `"`), url.QueryEscape(word)}
	if half := word[:len(word)/2]; len(half) > 5 {
		forms = append(forms, half)
	}
	for _, form := range forms {
		if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
			assert.Fail(t, "shows "+form, text)
		}
	}
}

// textsOf are all texts of an error, and of all that it wraps.
func textsOf(err error) []string {
	texts := []string{err.Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		texts = append(texts, fmt.Sprintf(verb, err))
	}
	var u *url.Error
	if errors.As(err, &u) {
		texts = append(texts, u.URL, u.Error(), fmt.Sprintf("%+v", *u))
	}
	var late net.Error
	if errors.As(err, &late) {
		texts = append(texts, late.Error(), fmt.Sprintf("%#v", late))
	}
	if e, ok := err.(*mastra.Error); ok {
		texts = append(texts, e.Message, e.Code, e.RequestID, fmt.Sprint(e.Issues))
	}
	switch w := err.(type) {
	case interface{ Unwrap() error }:
		if inner := w.Unwrap(); inner != nil {
			texts = append(texts, textsOf(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range w.Unwrap() {
			texts = append(texts, textsOf(inner)...)
		}
	}
	return texts
}

// printing is a handler that prints what it is given with %+v.
type printing struct{ w io.Writer }

func (p printing) Enabled(context.Context, slog.Level) bool { return true }
func (p printing) WithAttrs([]slog.Attr) slog.Handler       { return p }
func (p printing) WithGroup(string) slog.Handler            { return p }
func (p printing) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(p.w, "%+v %+v %#v\n", a, a.Value.Any(), a.Value.Any())
		return true
	})
	return nil
}

type locked struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// A run may repeat the token that it began with long after that was replaced.
func TestEcho_OfATokenThatWasReplacedIsHiddenForLong(t *testing.T) {
	give := []string{"first-7f3a9c"}
	for i := range 15 {
		give = append(give, fmt.Sprintf("other-%x-7f3a9c", i))
	}
	source := &tokens{give: give} // the last one again and again
	calls := play(answer(500, `{"error":"saw first-7f3a9c and other-0-7f3a9c"}`))
	client := inMemory(t, calls, mastra.WithTokenSource(source), mastra.WithRetries(0))
	for range 50 {
		assert.ErrorContains(t, generate(t.Context(), client), "saw [hidden] and ")
	}
	assert.ErrorContains(t, generate(t.Context(), client), "saw [hidden] and [hidden]")
	assert.Equal(t, "Bearer other-e-7f3a9c", calls.seen[50].Header.Get("Authorization"))
}

func TestEcho_OfARequestContextInAQueryIsHidden(t *testing.T) {
	text := base64.StdEncoding.EncodeToString([]byte(`{"user":"ann-7f3a9c"}`))
	client := inMemory(t, play(answer(400, `{"error":"no, `+text+`!"}`)), mastra.WithRequestContext(map[string]any{"user": "ann-7f3a9c"}))
	assert.Equal(t, "no, [hidden]!", asError(t, list(t.Context(), client)).Message)
}

func TestEcho_OfAQueryInThePathIsHidden(t *testing.T) {
	client := inMemory(t, play(answer(400, `{"error":"no, s3cret!"}`)))
	assert.Equal(t, "no, [hidden]!", asError(t, client.Do(t.Context(), "GET", "/x?api_key=s3cret", nil, nil)).Message)
	_, err := client.OpenStream(t.Context(), "POST", "/x?api_key=s3cret", nil)
	assert.Equal(t, "no, [hidden]!", asError(t, err).Message)
}

// A text from which every short value was taken could not be read any more.
func TestEcho_OfWhatIsNoSecretStays(t *testing.T) {
	for name, value := range map[string]string{"page": "1", "verbose": "true", "order": "desc", "api_key": "abc", "tenant": "acme"} {
		client := inMemory(t, play(answer(400, `{"error":"no, `+value+`; see https://docs.test/a@b/`+name+`"}`)), mastra.WithQuery(name, value))
		assert.Equal(t, "no, "+value+"; see https://docs.test/a@b/"+name, asError(t, list(t.Context(), client)).Message)
	}
	runID := "7f3a9c5e-0000-4000-8000-000000000000"
	client := inMemory(t, play(answer(400, `{"error":"run `+runID+` is no more"}`)))
	_, err := client.Workflow("w").Run(runID).Stream(t.Context(), mastra.StartRequest{})
	assert.Equal(t, "run "+runID+" is no more", asError(t, err).Message)
}

func TestEcho_OfACredentialThatTheHTTPClientAddsIsHidden(t *testing.T) {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	jar.SetCookies(&url.URL{Scheme: "http", Host: "mastra.test", Path: "/"}, []*http.Cookie{{Name: "session", Value: "jar-7f3a9c"}})
	say := play(answer(400, `{"error":"no, jar-7f3a9c, mid-7f3a9c and trace-7f3a9c"}`))
	sign := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			req = req.Clone(req.Context())
			req.Header.Set("Authorization", "Bearer mid-7f3a9c")
			req.Header.Set("X-Trace", "trace-7f3a9c")
			return next.RoundTrip(req)
		})
	}
	client, err := mastra.New("http://mastra.test", mastra.WithHTTPClient(&http.Client{Transport: say, Jar: jar}), mastra.WithMiddleware(sign))
	require.NoError(t, err)
	assert.Equal(t, "no, [hidden], [hidden] and trace-7f3a9c", asError(t, list(t.Context(), client)).Message)
}

func TestEcho_HidingKeepsWhatAnErrorIs(t *testing.T) {
	bad := &net.OpError{Op: "read", Net: "tcp", Err: timeoutError{"saw token-7f3a9c"}}
	client := inMemory(t, play(fails(errors.Join(io.ErrUnexpectedEOF, bad))), mastra.WithToken("token-7f3a9c"), mastra.WithRetries(0))
	err := list(t.Context(), client)
	var op *net.OpError
	var late net.Error
	require.ErrorAs(t, err, &op)
	assert.Equal(t, "read tcp: saw [hidden]", op.Error())
	require.ErrorAs(t, err, &late)
	assert.True(t, late.Timeout())
	for _, target := range []error{io.ErrUnexpectedEOF, bad} {
		assert.ErrorIs(t, err, target)
	}

	clean := fmt.Errorf("proxy: %w", io.ErrNoProgress)
	err = list(t.Context(), inMemory(t, play(fails(clean)), mastra.WithToken("token-7f3a9c"), mastra.WithRetries(0)))
	assert.Same(t, clean, errors.Unwrap(err))
}

func TestEcho_RetryPolicyAndTokenSourceShowNothing(t *testing.T) {
	var seen []error
	look := func(a mastra.Attempt) bool { seen = append(seen, a.Err); return false }
	client := inMemory(t, play(fails(errors.New("saw token-7f3a9c"))), mastra.WithToken("token-7f3a9c"), mastra.WithRetryPolicy(look))
	require.Error(t, list(t.Context(), client))
	require.Len(t, seen, 1)
	assert.Equal(t, "saw [hidden]", seen[0].Error())

	broken := &url.Error{Op: "Post", URL: "https://idp.test/token?client_secret=7f3a9c", Err: io.EOF}
	err := list(t.Context(), inMemory(t, play(answer(200, "{}")), mastra.WithTokenSource(&tokens{err: broken})))
	require.ErrorIs(t, err, io.EOF)
	for _, text := range textsOf(err) {
		assert.NotContains(t, text, "7f3a9c")
	}
}

func TestEcho_OfTheAnswerInAnErrorOfJSONIsLeftOut(t *testing.T) {
	tool := inMemory(t, play(answer(200, `{"n":77309}`))).Tool("t")
	_, err := mastra.ExecuteTool[struct{ N int8 }](t.Context(), tool, nil)
	_, result := mastra.ResultAs[int8](&mastra.RunState{Status: mastra.RunSuccess, Result: json.RawMessage("77309")})
	shape := inMemory(t, play(answer(200, `{"a":77309}`))).Do(t.Context(), "GET", "/x", nil, new(struct{ A int8 }))
	for _, err := range []error{err, result, shape} {
		var kind *json.UnmarshalTypeError
		require.ErrorAs(t, err, &kind)
		for _, text := range textsOf(err) {
			assert.NotContains(t, text, "77309")
		}
	}
}
