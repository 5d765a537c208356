package mastra_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
)

// valueSource is a token source whose secret stands in the value itself.
type valueSource struct{ token string }

func (s valueSource) Token(context.Context, string) (string, error) { return s.token, nil }

// valueTransport adds a key that stands in the value itself.
type valueTransport struct {
	key  string
	next http.RoundTripper
}

func (v valueTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	return v.next.RoundTrip(req)
}

var credentials = []string{"token-7f3a9c5e", "source-7f3a9c5e", "header-7f3a9c5e", "context-7f3a9c5e", "query-7f3a9c5e", "transport-7f3a9c5e"}

// keeper is a user's struct: fmt calls no methods on what its fields hold.
type keeper struct {
	client *mastra.Client
	any    any
	list   []*mastra.Client
	byName map[string]*mastra.Client
	inner  struct{ client *mastra.Client }
	err    error
}

// clientError is an error that keeps the client it failed with.
type clientError struct{ client *mastra.Client }

func (e clientError) Error() string { return "failed" }

// printed are values, each with a name, that hold a client or something of one.
func printed(t *testing.T, c *mastra.Client) map[string]any {
	runs := c.Workflow("w")
	s, err := c.Agent("a").Stream(t.Context(), ask(), mastra.WithToken(credentials[0]), mastra.WithHeader("X-Key", credentials[2]))
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	watch, err := runs.Run("r").Observe(t.Context(), mastra.ObserveRequest{})
	require.NoError(t, err)
	t.Cleanup(func() { watch.Close() })
	subscription, err := c.Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t"})
	require.NoError(t, err)
	t.Cleanup(func() { subscription.Close() })
	derived, err := c.With(mastra.WithToken(credentials[0]))
	require.NoError(t, err)
	values := map[string]any{
		"client": c, "a copy": *c, "a derived client": derived,
		"agents": c.Agents(), "agent": c.Agent("a"), "voice": c.Agent("a").Voice(), "workflows": c.Workflows(), "workflow": runs, "run": runs.Run("r"),
		"memory": c.Memory("a"), "thread": c.Memory("a").Thread("t"), "tools": c.Tools(), "tool": c.Tool("t"), "vectors": c.Vectors(), "vector": c.Vector("v"), "api": workflows.New(c),
		"agent stream": s, "run stream": watch, "subscription": subscription,
		"options": []mastra.ClientOption{mastra.WithToken(credentials[0]), mastra.WithTokenSource(valueSource{credentials[1]}), mastra.WithHeader("X-Key", credentials[2]),
			mastra.WithOptions(mastra.WithToken(credentials[0])), mastra.WithQuery("key", credentials[4])},
		"keeper": keeper{client: c}, "keeper of any": keeper{any: *c}, "keeper of a list": keeper{list: []*mastra.Client{c}}, "keeper of a map": keeper{byName: map[string]*mastra.Client{"c": c}},
		"keeper of an error": keeper{err: clientError{c}}, "keeper of a handle": keeper{any: c.Agent("a")}, "keeper of a stream": keeper{any: s},
		"error": clientError{c}, "joined": errors.Join(clientError{c}, io.EOF), "wrapped": fmt.Errorf("%v: %w", c, clientError{c}),
		"map key": map[*mastra.Client]bool{c: true},
	}
	nested := keeper{}
	nested.inner.client = c
	values["nested"] = nested
	return values
}

func TestPrinting_ShowsNoCredential(t *testing.T) {
	t.Setenv("MASTRA_TOKEN", credentials[0])
	t.Setenv("MASTRA_BASE_URL", "http://mastra.test")
	stands := func(req *http.Request) (*http.Response, error) {
		kind := "text/event-stream"
		if strings.HasSuffix(req.URL.Path, "/observe") {
			kind = "text/plain"
		}
		return response(req, 200, &stalled{strings.NewReader(""), make(chan struct{})}, "Content-Type", kind), nil
	}
	opts := []mastra.ClientOption{
		mastra.WithHeader("X-Key", credentials[2]), mastra.WithRequestContext(map[string]any{"k": credentials[3]}), mastra.WithQuery("key", credentials[4]),
		mastra.WithHTTPClient(&http.Client{Transport: valueTransport{credentials[5], play(stands)}}),
	}
	byEnvironment, err := mastra.New("", opts...)
	require.NoError(t, err)
	bySource, err := mastra.New("http://mastra.test", append(opts, mastra.WithTokenSource(valueSource{credentials[1]}))...)
	require.NoError(t, err)
	byHeader, err := mastra.New("http://mastra.test", append(opts, mastra.WithHeader("Authorization", "Basic "+credentials[0]))...)
	require.NoError(t, err)

	for origin, c := range map[string]*mastra.Client{"environment": byEnvironment, "source": bySource, "header": byHeader} {
		for name, value := range printed(t, c) {
			forms := map[string]any{"itself": value, "pointer": &value, "in a struct": struct{ unexported any }{value}, "exported": struct{ Exported any }{value},
				"in a slice": []any{value}, "in a map": map[string]any{"k": value}, "pointer to a struct": &struct{ unexported any }{value}}
			for form, v := range forms {
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%T", "%p", "%08v"} {
					hidesAll(t, origin+", "+name+", "+form+", "+verb, fmt.Sprintf(verb, v))
				}
				var out bytes.Buffer
				slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v, slog.Group("g", "v", v))
				slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v, slog.Group("g", "v", v))
				hidesAll(t, origin+", "+name+", "+form+", slog", out.String())
				text, _ := json.Marshal(v)
				hidesAll(t, origin+", "+name+", "+form+", JSON", string(text))
				hidesAll(t, origin+", "+name+", "+form+", an error", fmt.Errorf("%v %s: %w", v, v, io.EOF).Error())
			}
		}
	}
}

func hidesAll(t *testing.T, what, text string) {
	t.Helper()
	for _, secret := range credentials {
		code := hex.EncodeToString([]byte(secret))
		for _, form := range []string{secret, code, strings.ToUpper(code), strings.Trim(fmt.Sprint([]byte(secret)), "[]")} {
			if strings.Contains(text, form) {
				assert.Fail(t, "shows "+secret, "%s: %s", what, text)
			}
		}
	}
}

func TestPrinting_ResponseShowsNeitherHeaderNorBody(t *testing.T) {
	meta := mastra.Response{Status: 200, Attempts: 2, Header: http.Header{"Set-Cookie": {"session=" + credentials[2]}}, Body: []byte(credentials[4])}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, value := range []any{meta, &meta, []mastra.Response{meta}, struct{ Meta *mastra.Response }{&meta}, struct{ Meta mastra.Response }{meta}} {
			hidesAll(t, verb, fmt.Sprintf(verb, value))
		}
	}
	assert.Equal(t, "{status 200, attempts 2, 1 headers, body of 14 bytes}", fmt.Sprint(meta))
	text, err := json.Marshal(&meta)
	require.NoError(t, err)
	assert.JSONEq(t, `{"status":200,"attempts":2,"headers":1,"bodyBytes":14}`, string(text))
}
