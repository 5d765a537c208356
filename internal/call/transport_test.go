package call

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/internal/route"
)

func TestDefaultTransport_KeepsConnectionsForLessTimeThanNode(t *testing.T) {
	transport := DefaultTransport()
	assert.Greater(t, transport.IdleConnTimeout, 2*time.Second)
	assert.Less(t, transport.IdleConnTimeout, 5*time.Second, "a Node server closes an idle connection after 5 s")
	assert.GreaterOrEqual(t, transport.MaxIdleConnsPerHost, 100)
	assert.GreaterOrEqual(t, transport.MaxIdleConns, transport.MaxIdleConnsPerHost)
}

// transport is an http.RoundTripper that is a function.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

// watched is a body that notes that it was closed.
type watched struct {
	io.Reader
	closed *atomic.Bool
}

func (w watched) Close() error { w.closed.Store(true); return nil }

// connected is a server behind a transport.
func connected(t *testing.T, cfg *Config, rt http.RoundTripper) *Server {
	s, err := NewServer("http://mastra.test")
	require.NoError(t, err)
	cfg.HTTPClient = &http.Client{Transport: rt}
	cfg.Policy = func(Attempt) bool { return false }
	s, err = s.Connect(cfg)
	require.NoError(t, err)
	return s
}

// A transport that does not heed the end of its context answers after the attempt
// was given up: nobody will read that answer, so it is closed.
func TestAttempt_ClosesAnAnswerThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var closed atomic.Bool
		cfg := Defaults()
		cfg.AttemptTimeout = time.Second
		s := connected(t, &cfg, transport(func(req *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: watched{strings.NewReader("{}"), &closed}, Request: req}, nil
		}))
		x, err := s.Begin(t.Context(), &cfg, Request{Op: route.AgentsList})
		require.NoError(t, err)
		var f *Failure
		require.ErrorAs(t, x.JSON(t.Context(), nil), &f)
		assert.True(t, f.Kind.Is(TimedOut))
		assert.True(t, closed.Load(), "the body of the late answer")
	})
}

func TestRequestContext_TravelsInStandardBase64(t *testing.T) {
	var query string
	cfg := Defaults()
	cfg.RequestContext = map[string]any{"q": "??>>~~ÿ"} // text whose base64 holds + and /
	s := connected(t, &cfg, transport(func(req *http.Request) (*http.Response, error) {
		query = req.URL.Query().Get("requestContext")
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
	}))
	x, err := s.Begin(context.Background(), &cfg, Request{Op: route.AgentsList})
	require.NoError(t, err)
	require.NoError(t, x.JSON(context.Background(), nil))
	assert.Equal(t, "eyJxIjoiPz9cdTAwM2VcdTAwM2V+fsO/In0=", query)
}
