package mastra_test

import (
	"context"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	neturl "net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestBaseURL_MayHaveAnIPv6Zone(t *testing.T) {
	var host string
	srv := httptest.NewServer(http.StripPrefix(base, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		switch r.URL.Path {
		case "/api/old":
			http.Redirect(w, r, base+"/api/agents", http.StatusFound)
			return
		case "/api/absolute":
			http.Redirect(w, r, "http://"+r.Host+base+"/api/relative", http.StatusFound)
			return
		case "/api/relative":
			http.Redirect(w, r, base+"/api/arrived", http.StatusFound)
			return
		case "/api/zone":
			http.Redirect(w, r, "http://[fe80::1%25other]:4111/", http.StatusFound)
			return
		}
		assert.Equal(t, []string{"Bearer " + secret}, r.Header["Authorization"])
		assert.Equal(t, []string{"a=1; b=2"}, r.Header["Cookie"])
		if r.Method == http.MethodGet {
			say(w, 200, `{}`)
			return
		}
		say(w, 200, `{"text":"hi"}`)
	})))
	t.Cleanup(srv.Close)
	for url, dialled := range map[string]string{
		"http://[fe80::1%25eth0]:4111": "[fe80::1%eth0]:4111",
		"http://[fe80::1%25eth0]":      "[fe80::1%eth0]:80",
		"http://[::1%25lo]:4111":       "[::1%lo]:4111",
		"http://[fe80::1%25a%2Db]:1":   "[fe80::1%a-b]:1",
		"http://[::1]:4111":            "[::1]:4111",
	} {
		t.Run(url, func(t *testing.T) {
			var asked string
			transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				asked = addr
				return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
			}}
			jar, err := cookiejar.New(nil)
			require.NoError(t, err)
			at, err := neturl.Parse(url)
			require.NoError(t, err)
			jar.SetCookies(at, []*http.Cookie{{Name: "b", Value: "2"}})
			c := dial(t, url+base, mastra.WithHTTPClient(&http.Client{Transport: transport, Jar: jar}), mastra.WithToken(secret), mastra.WithHeader("Cookie", "a=1"))
			require.NoError(t, list(t.Context(), c))
			assert.Equal(t, dialled, asked)
			assert.NotContains(t, host, "%", "a zone means nothing to the server")
			require.NoError(t, generate(t.Context(), c))
			require.NoError(t, c.Do(t.Context(), "GET", "/old", nil, nil), "a redirect on the same host")
			require.NoError(t, c.Do(t.Context(), "GET", "/absolute", nil, nil), "one that names the host, which does not know its zone")
			assert.Equal(t, dialled, asked)
			assert.ErrorContains(t, c.Do(t.Context(), "GET", "/zone", nil, nil), "not followed", "another zone is another host")
		})
	}
}

func TestBaseURL_WithAZoneReachesALoopbackListener(t *testing.T) {
	ln, err := net.Listen("tcp", "[::1]:0")
	var opts []mastra.ClientOption
	if err != nil { // a machine without IPv6: the address that is dialled leads elsewhere
		ln, err = net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		opts = append(opts, mastra.WithHTTPClient(&http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, ln.Addr().String())
		}}}))
	}
	w := listenOn(t, ln, func(p *peer) { p.read(); p.ok() })
	_, port, err := net.SplitHostPort(w.addr)
	require.NoError(t, err)
	require.NoError(t, list(t.Context(), dial(t, "http://[::1%25"+loopback(t)+"]:"+port, opts...)))
}

func loopback(t *testing.T) string {
	all, err := net.Interfaces()
	require.NoError(t, err)
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			return i.Name
		}
	}
	return "lo"
}

func TestBaseURL_WithAZoneIsToldAsItWasGiven(t *testing.T) {
	c := inMemory(t, play(fails(errRefused)), mastra.WithRetries(0))
	require.ErrorContains(t, list(t.Context(), c), "cannot connect to http://mastra.test: ")
	c, err := mastra.New("http://[fe80::1%25eth0]:4111/", mastra.WithHTTPClient(&http.Client{Transport: play(fails(errRefused))}), mastra.WithRetries(0))
	require.NoError(t, err)
	require.ErrorContains(t, list(t.Context(), c), "cannot connect to http://[fe80::1%25eth0]:4111: ")
}
