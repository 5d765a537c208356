package mastra_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

const proxyPassword = "proxy-7f3a9c:e"

var proxyBasic = base64.StdEncoding.EncodeToString([]byte("user:" + proxyPassword))

// viaProxy is a transport that sends all through a proxy, with a password.
func viaProxy(addr string) *http.Transport {
	u := &url.URL{Scheme: "http", Host: addr, User: url.UserPassword("user", proxyPassword)}
	return &http.Transport{Proxy: http.ProxyURL(u), ProxyConnectHeader: http.Header{"X-Tunnel-Key": {"tunnel-7f3a9c"}}}
}

// proxyOf answers every request to a proxy with what it makes of its credentials.
func proxyOf(t *testing.T, answer func(credentials string) string) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			req, err := http.ReadRequest(bufio.NewReader(conn))
			if err == nil {
				basic := strings.TrimPrefix(req.Header.Get("Proxy-Authorization"), "Basic ")
				plain, _ := base64.StdEncoding.DecodeString(basic)
				io.WriteString(conn, answer(fmt.Sprintf("%s %s %s", basic, plain, req.Header.Get("X-Tunnel-Key"))))
			}
			conn.Close()
		}
	}()
	return ln.Addr().String()
}

func TestProxy_NoErrorAndNoLogLineShowsItsPassword(t *testing.T) {
	answers := map[string]func(string) string{
		"a status line":   func(c string) string { return "HTTP/1.1 502 Bad " + c + "\r\nContent-Length: 0\r\n\r\n" },
		"a refusal":       func(c string) string { return "HTTP/1.1 407 Proxy Authentication Required\r\nX-Saw: " + c + "\r\n\r\n" },
		"garbage":         func(c string) string { return c + "\r\n\r\n" },
		"a broken header": func(c string) string { return "HTTP/1.1 200 OK\r\n" + c + "\r\n\r\n" },
		"a broken code":   func(c string) string { return "HTTP/1.1 2" + c + "\r\n\r\n" },
		"a body": func(c string) string {
			body := `{"error":` + js("saw "+c) + `}`
			return fmt.Sprintf("HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		},
	}
	for name, answer := range answers {
		addr := proxyOf(t, answer)
		wrap := mastra.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err != nil {
					err = fmt.Errorf("middleware: %w", err)
				}
				return resp, err
			})
		})
		for _, target := range []string{"https://mastra.test", "http://mastra.test"} {
			t.Run(name+", "+target, func(t *testing.T) {
				var out bytes.Buffer
				log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
				c := dial(t, target, mastra.WithHTTPClient(&http.Client{Transport: viaProxy(addr)}), mastra.WithLogger(log), mastra.WithLooksFor(0), wrap)
				for _, do := range []func(context.Context, *mastra.Client, ...mastra.Option) error{list, generate, startRun} {
					err := do(t.Context(), c)
					require.Error(t, err)
					text := out.String()
					for e := err; e != nil; e = errors.Unwrap(e) {
						text += fmt.Sprintf("%v %+v %#v\n", e, e, e)
					}
					for _, word := range []string{proxyPassword, "7f3a9c", proxyBasic} {
						assert.NotContains(t, text, word)
					}
				}
			})
		}
	}
}

func TestProxy_ThatCannotBeReachedIsNamed(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := ln.Addr().String()
	ln.Close()
	absent := viaProxy("proxy.test:3128")
	absent.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "proxy.test", IsNotFound: true}}
	}
	socks := viaProxy(addr)
	socks.Proxy = http.ProxyURL(&url.URL{Scheme: "socks5", Host: addr, User: url.UserPassword("user", proxyPassword)})
	broken := viaProxy(addr)
	broken.Proxy = func(*http.Request) (*url.URL, error) {
		return url.Parse(fmt.Sprintf("http://user:p/%s@proxy.test", proxyPassword))
	}
	for name, tt := range map[string]struct {
		transport *http.Transport
		says      string
		attempts  int
	}{
		"refused":           {viaProxy(addr), "; is the proxy http://" + addr + " running?", 2},
		"refused, by SOCKS": {socks, "; is the proxy socks5://" + addr + " running?", 2},
		"absent":            {absent, "no such host; check the proxy http://proxy.test:3128", 1},
		"no address":        {broken, "the transport's Proxy gives no address; check it, and HTTP_PROXY and HTTPS_PROXY", 1},
		"that wants another password": {viaProxy(proxyOf(t, func(string) string { return "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n" })),
			"Proxy Authentication Required; check the user name and the password of the proxy http://127.0.0.1:", 1},
		"that does not let through": {viaProxy(proxyOf(t, func(string) string { return "HTTP/1.1 502 no way\r\n\r\n" })),
			"no way; check the proxy http://127.0.0.1:", 2},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, "https://mastra.test", mastra.WithHTTPClient(&http.Client{Transport: tt.transport}), mastra.WithRetries(1))
			e := asError(t, list(t.Context(), c))
			assert.ErrorIs(t, e, mastra.ErrUnavailable)
			assert.Contains(t, e.Message, "cannot connect to https://mastra.test: ")
			assert.Contains(t, e.Message, tt.says)
			assert.NotContains(t, e.Message, "is the Mastra server running?")
			assert.NotContains(t, fmt.Sprint(e, errors.Unwrap(e)), "7f3a9c")
			assert.Equal(t, tt.attempts, e.Attempts)
		})
	}
}
