package contract_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestGateway_503AfterTheRequestWasAnsweredDoesNotMakeAnAgentRunTwice(t *testing.T) {
	t.Parallel()
	server, err := url.Parse(suite.server.URL())
	require.NoError(t, err)
	var forwarded, answered atomic.Int64
	transport := &http.Transport{DisableKeepAlives: true}
	gateway := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			forwarded.Add(1)
			r.SetURL(server)
		},
		Transport: transport,
		ModifyResponse: func(resp *http.Response) error {
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				return err
			}
			if resp.StatusCode == http.StatusOK {
				answered.Add(1)
			}
			const text = "upstream connect error"
			resp.Body.Close()
			resp.StatusCode, resp.Header = http.StatusServiceUnavailable, http.Header{"Content-Type": {"text/plain"}}
			resp.ContentLength, resp.Body = int64(len(text)), io.NopCloser(strings.NewReader(text))
			return nil
		},
	})
	defer gateway.Close()
	c, err := mastra.New(gateway.URL, mastra.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}))
	require.NoError(t, err)
	_, err = c.Agent("plain").Generate(within(t), ask("hello"))
	require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
	require.ErrorIs(t, err, mastra.ErrUnavailable)
	assert.EqualValues(t, 1, forwarded.Load())
	assert.EqualValues(t, 1, answered.Load(), "the agent has run")
}
