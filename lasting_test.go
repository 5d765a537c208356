package mastra_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// overTLS starts a server that speaks TLS as set, and a transport that trusts it.
func overTLS(t *testing.T, set func(server, client *tls.Config)) (string, *http.Transport) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(w, 200, "{}") }))
	srv.Config.ErrorLog = quiet()
	srv.TLS = &tls.Config{}
	client := &tls.Config{RootCAs: x509.NewCertPool()}
	set(srv.TLS, client)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	client.RootCAs.AddCert(srv.Certificate())
	return srv.URL, &http.Transport{TLSClientConfig: client, DisableKeepAlives: true}
}

func trusting(*tls.Config, *tls.Config) {}

// refusedAddress is how Linux refuses to dial a link-local address without a zone that
// is known.
func refusedAddress(zone string) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 4111, Zone: zone}, Err: os.NewSyscallError("connect", syscall.EINVAL)}
}

// lasting are failures that no repetition cures.
var lasting = []struct {
	name string
	met  func(*testing.T) (string, http.RoundTripper)
	says string
}{
	{"https to a plain server", func(t *testing.T) (string, http.RoundTripper) {
		srv := listenHTTP(t, func(http.ResponseWriter, *http.Request) {})
		return strings.Replace(srv.URL, "http:", "https:", 1), &http.Transport{}
	}, "the server speaks plain HTTP; begin the base URL with http://"},
	{"https to what is no server of TLS", func(t *testing.T) (string, http.RoundTripper) {
		w := listen(t, func(p *peer) { p.say("SSH-2.0-OpenSSH_9.6\r\n") })
		return "https://" + w.addr, &http.Transport{}
	}, "no TLS is spoken there; check the base URL"},
	{"http to a TLS server that sends an alert", func(t *testing.T) (string, http.RoundTripper) {
		w := listen(t, func(p *peer) {
			p.r.ReadString('\n')
			p.say("\x15\x03\x01\x00\x02\x02\x46")
		})
		return "http://" + w.addr, &http.Transport{}
	}, "the server speaks TLS; begin the base URL with https://"},
	{"an unknown host", func(*testing.T) (string, http.RoundTripper) {
		return "http://mastra.test", play(fails(&net.DNSError{Err: "no such host", Name: "mastra.test", IsNotFound: true}))
	}, "no such host; check the base URL"},
	{"an unknown host, when dialling", func(*testing.T) (string, http.RoundTripper) {
		return "http://mastra.test", play(fails(&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "mastra.test", IsNotFound: true}}))
	}, "no such host; check the base URL"},
	{"an unknown proxy", func(*testing.T) (string, http.RoundTripper) {
		return "http://mastra.test", &http.Transport{
			Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.test"}),
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "proxy.test", IsNotFound: true}}
			},
		}
	}, "no such host; check the proxy"},
	{"a zone that there is not", func(*testing.T) (string, http.RoundTripper) {
		return "http://[fe80::1%25nosuch]:4111", play(fails(refusedAddress("nosuch")))
	}, "this machine has no network interface nosuch; check the zone in the base URL"},
	{"an address that needs a zone", func(*testing.T) (string, http.RoundTripper) {
		return "http://[fe80::1]:4111", play(fails(refusedAddress("")))
	}, "a link-local address needs a zone in the base URL: http://[fe80::1%25eth0]"},
	{"an authority that is unknown", func(t *testing.T) (string, http.RoundTripper) {
		url, _ := overTLS(t, trusting)
		return url, &http.Transport{}
	}, "trust its authority: RootCAs of the transport in WithHTTPClient"},
	{"a certificate of another host", func(t *testing.T) (string, http.RoundTripper) {
		url, transport := overTLS(t, trusting)
		return strings.Replace(url, "127.0.0.1", "localhost", 1), transport
	}, "the certificate is another host's; check the base URL"},
	{"a certificate that has expired", func(t *testing.T) (string, http.RoundTripper) {
		return overTLS(t, func(_, client *tls.Config) {
			client.Time = func() time.Time { return time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) }
		})
	}, "renew the server's certificate, or set the clock"},
	{"a certificate that the caller refuses", func(*testing.T) (string, http.RoundTripper) {
		return "https://mastra.test", play(fails(x509.HostnameError{Certificate: new(x509.Certificate), Host: "mastra.test"}))
	}, "the certificate is another host's; check the base URL"},
	{"a missing certificate of the client, TLS 1.2", func(t *testing.T) (string, http.RoundTripper) {
		return overTLS(t, func(server, _ *tls.Config) {
			server.ClientAuth, server.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
		})
	}, "or the server wants a certificate of the client: Certificates of the transport in WithHTTPClient"},
	{"a missing certificate of the client, TLS 1.3", func(t *testing.T) (string, http.RoundTripper) {
		return overTLS(t, func(server, _ *tls.Config) {
			server.ClientAuth, server.MinVersion = tls.RequireAnyClientCert, tls.VersionTLS13
		})
	}, "the server wants a certificate of the client: Certificates of the transport in WithHTTPClient"},
	{"no version of TLS in common", func(t *testing.T) (string, http.RoundTripper) {
		return overTLS(t, func(server, client *tls.Config) {
			server.MaxVersion, client.MinVersion = tls.VersionTLS12, tls.VersionTLS13
		})
	}, "client and server have no version of TLS in common"},
	{"a protocol that there is not", func(*testing.T) (string, http.RoundTripper) {
		return "http://mastra.test", roundTripper(func(req *http.Request) (*http.Response, error) {
			odd := req.Clone(req.Context())
			odd.URL.Scheme = "ftp"
			return new(http.Transport).RoundTrip(odd)
		})
	}, "check the transport and the middleware"},
}

func TestLastingFailure_IsMetOnceAndSaysWhatToDo(t *testing.T) {
	wrap := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				err = fmt.Errorf("middleware: %w", err)
			}
			return resp, err
		})
	}
	for _, tt := range lasting {
		for name, opts := range map[string][]mastra.ClientOption{"bare": nil, "wrapped": {mastra.WithMiddleware(wrap)}} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				url, transport := tt.met(t)
				opts := append([]mastra.ClientOption{mastra.WithHTTPClient(&http.Client{Transport: transport}), mastra.WithRetryPolicy(mastra.RetryAlways), mastra.WithLooksFor(0)}, opts...)
				c := dial(t, url+base, opts...)
				for _, do := range []func(context.Context, *mastra.Client, ...mastra.Option) error{list, generate, startRun} {
					e := asError(t, do(t.Context(), c))
					assert.ErrorIs(t, e, mastra.ErrUnavailable)
					assert.NotErrorIs(t, e, mastra.ErrOutcomeUnknown, "nothing was processed")
					assert.Equal(t, 1, e.Attempts)
					assert.Contains(t, e.Message, "cannot connect to "+url+": ")
					assert.Contains(t, e.Message, tt.says)
					assert.NotContains(t, e.Message, "running?")
				}
			})
		}
	}
}

func startRun(ctx context.Context, c *mastra.Client, opts ...mastra.Option) error {
	_, err := c.Workflow("w").Run("r").Start(ctx, mastra.StartRequest{}, opts...)
	return err
}

func TestLastingFailure_OfAPlainRequestToATLSServerIsNamed(t *testing.T) {
	url, transport := overTLS(t, trusting)
	e := asError(t, list(t.Context(), dial(t, strings.Replace(url, "https:", "http:", 1), mastra.WithHTTPClient(&http.Client{Transport: transport}))))
	assert.Equal(t, "the server speaks TLS; begin the base URL with https://", e.Message)
	assert.Equal(t, 1, e.Attempts)

	const nginx = "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n</html>"
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(400)
		fmt.Fprint(w, nginx)
	})
	assert.Equal(t, "the server speaks TLS; begin the base URL with https://", asError(t, list(t.Context(), c)).Message)
}

func TestPassingFailure_OfTheNetworkIsRepeated(t *testing.T) {
	for name, err := range map[string]error{
		"a name server that fails":        &net.DNSError{Err: "server misbehaving", Name: "mastra.test", IsTemporary: true},
		"a name server that times out":    &net.DNSError{Err: "i/o timeout", Name: "mastra.test", IsTimeout: true},
		"a name that may come":            &net.DNSError{Err: "no such host", Name: "mastra.test", IsNotFound: true, IsTemporary: true},
		"an alert that is an accident":    &net.OpError{Op: "remote error", Err: errors.New("tls: internal error")},
		"a connection that is refused":    errRefused,
		"a zone that there is":            refusedAddress(loopback(t)),
		"a zone by its number":            refusedAddress("1"),
		"a server that is being replaced": fmt.Errorf("middleware: %w", errRefused),
	} {
		rt := play(fails(err))
		e := asError(t, list(t.Context(), inMemory(t, rt, mastra.WithBackoff(0))))
		require.Equal(t, 4, e.Attempts, name)
	}
}
