package mastra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// base stands before the API prefix of every test server, so that a URL made
// without the base URL's path reaches nothing.
const base = "/some/base"

// serve starts a server whose routes stand under base, and a client for it.
func serve(t testing.TB, h http.HandlerFunc, opts ...mastra.ClientOption) *mastra.Client {
	t.Helper()
	return dial(t, listenHTTP(t, h).URL+base, opts...)
}

func listenHTTP(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.StripPrefix(base, h))
	t.Cleanup(srv.Close)
	return srv
}

// dial makes a client that pauses for a moment only.
func dial(t testing.TB, url string, opts ...mastra.ClientOption) *mastra.Client {
	t.Helper()
	quick := []mastra.ClientOption{mastra.WithBackoff(time.Millisecond), mastra.WithMaxBackoff(10 * time.Millisecond)}
	c, err := mastra.New(url, append(quick, opts...)...)
	require.NoError(t, err)
	return c
}

// inMemory makes a client with the default options over a transport.
func inMemory(t testing.TB, rt http.RoundTripper, opts ...mastra.ClientOption) *mastra.Client {
	t.Helper()
	c, err := mastra.New("http://mastra.test"+base, append([]mastra.ClientOption{mastra.WithHTTPClient(&http.Client{Transport: rt})}, opts...)...)
	require.NoError(t, err)
	return c
}

// A step is what one attempt meets.
type step func(*http.Request) (*http.Response, error)

// script is an http.RoundTripper in memory: the n-th attempt meets the n-th
// step, later ones the last. It notes when each attempt came, and with what.
type script struct {
	mu     sync.Mutex
	steps  []step
	times  []time.Time
	seen   []*http.Request
	bodies []string
}

func play(steps ...step) *script { return &script{steps: steps} }

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
	}
	s.mu.Lock()
	next := s.steps[min(len(s.times), len(s.steps)-1)]
	s.times = append(s.times, time.Now())
	s.seen = append(s.seen, req)
	s.bodies = append(s.bodies, string(body))
	s.mu.Unlock()
	if err := context.Cause(req.Context()); err != nil {
		return nil, err
	}
	return next(req)
}

func (s *script) attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times)
}

// waits are the pauses between the attempts.
func (s *script) waits() []time.Duration {
	var out []time.Duration
	for i := 1; i < len(s.times); i++ {
		out = append(out, s.times[i].Sub(s.times[i-1]))
	}
	return out
}

// answer is a whole answer; headers come in pairs of name and value.
func answer(status int, body string, headers ...string) step {
	return func(req *http.Request) (*http.Response, error) {
		return response(req, status, io.NopCloser(strings.NewReader(body)), headers...), nil
	}
}

func response(req *http.Request, status int, body io.ReadCloser, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{
		StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: body, ContentLength: -1, Request: req,
	}
}

// fine is a success of whatever the calls of the tables ask for: a list of agents by
// key, the answer of one, and a message that something was done.
const fine = `{"assistant":{"name":"assistant"},"text":"","message":{"name":"message"}}`

func fails(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs sends nothing until the attempt is given up.
func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
}

var (
	errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	errReset   = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

// cut begins an answer of status 200 and breaks off.
func cut(err error) step {
	return func(req *http.Request) (*http.Response, error) {
		return response(req, 200, io.NopCloser(io.MultiReader(strings.NewReader(`{"text":"ha`), failingReader{err}))), nil
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// say answers with JSON.
func say(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func ask() mastra.AgentRequest { return mastra.AgentRequest{Messages: mastra.Prompt("hello")} }

// A call is an operation of one class, for tables.
type call struct {
	name string
	safe bool
	do   func(context.Context, *mastra.Client, ...mastra.Option) error
}

var calls = []call{
	{"GET", true, list},
	{"DELETE", true, remove},
	{"HEAD", true, func(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
		return c.Do(ctx, "HEAD", "/things/1", nil, nil, opts...)
	}},
	{"POST that is safe", true, func(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
		return c.Vector("vec").CreateIndex(ctx, mastra.CreateIndexRequest{Index: "i", Dimension: 2}, opts...)
	}},
	{"generate", false, generate},
	{"POST by Do", false, func(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
		return c.Do(ctx, "POST", "/things", map[string]int{"n": 1}, nil, opts...)
	}},
	{"PUT by Do", false, func(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
		return c.Do(ctx, "PUT", "/things/1", nil, nil, opts...)
	}},
}

// withBody are the calls whose answers have a body.
var withBody = slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return c.name == "HEAD" })

func list(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
	_, err := c.Agents().List(ctx, opts...)
	return err
}

func remove(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
	return c.Do(ctx, "DELETE", "/things/1", nil, nil, opts...)
}

func generate(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
	_, err := c.Agent("assistant").Generate(ctx, ask(), opts...)
	return err
}

// asError takes the error apart, which must be an *Error.
func asError(t testing.TB, err error) *mastra.Error {
	t.Helper()
	var e *mastra.Error
	require.Error(t, err)
	require.True(t, errors.As(err, &e), "not an *Error but %T: %v", err, err)
	return e
}

func decode[T any](t testing.TB, text []byte) T {
	t.Helper()
	var out T
	require.NoError(t, json.NewDecoder(bytes.NewReader(text)).Decode(&out))
	return out
}

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
