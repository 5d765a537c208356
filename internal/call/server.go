package call

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mastra-go/mastra/internal/route"
)

// Server is where requests go: a base URL, and the connections to it.
type Server struct {
	origin   string // "http://localhost:4111"
	basePath string // the path of the base URL, "" or "/mastra"
	http     *http.Client
	proxies  proxies
	tokens   *tokens
}

// NewServer is the server at a base URL. Its errors go on with "the base URL", and
// do not repeat what may be a password.
func NewServer(base string) (*Server, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return nil, errors.New("does not parse")
	case u.User != nil:
		return nil, errors.New("holds a user name or password; use WithToken or WithHeader")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("must begin with http:// or https://")
	case u.Host == "" || u.Hostname() == "":
		return nil, errors.New("has no host")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("has a query or fragment; use WithQuery")
	}
	if p := strings.TrimSuffix(u.EscapedPath(), "/"); p != "" && !PlainPath(p+"/") {
		return nil, errors.New("has a path with empty or dot segments")
	}
	origin := url.URL{Scheme: u.Scheme, Host: u.Host} // an IPv6 zone must be escaped
	return &Server{origin: origin.String(), basePath: strings.TrimSuffix(u.EscapedPath(), "/"), tokens: new(tokens)}, nil
}

// Base is the base URL without a slash at its end.
func (s *Server) Base() string { return s.origin + s.basePath }

// Connect is the same server with connections as the settings want them.
func (s *Server) Connect(cfg *Config) (*Server, error) {
	hc := http.Client{Transport: cfg.HTTPClient.Transport, Jar: cfg.HTTPClient.Jar, CheckRedirect: followRedirect(cfg.HTTPClient.CheckRedirect)}
	next := hc.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	via := proxiesOf(next)
	next = proxyGuard{next, via}
	if len(cfg.Middleware) > 0 {
		next = keyGuard{next}
	}
	for i := len(cfg.Middleware) - 1; i >= 0; i-- {
		if next = cfg.Middleware[i](next); next == nil {
			return nil, Refuse("mastra: WithMiddleware: the function returned nil")
		}
	}
	hc.Transport = attemptTransport{next}
	return &Server{origin: s.origin, basePath: s.basePath, http: &hc, proxies: via, tokens: s.tokens}, nil
}

// ErrNoServer: nobody has made the client.
var ErrNoServer = Refuse("mastra: this Client, or the one behind this handle, was not made by New")

// PathOf is the path of an operation, as errors tell it.
func (s *Server) PathOf(cfg *Config, op route.Operation, ids ...string) string {
	path, _ := expand(op, ids)
	return s.path(cfg, op.AtRoot, path)
}

// path puts what stands before a route before it.
func (s *Server) path(cfg *Config, atRoot bool, route string) string {
	if atRoot {
		return s.basePath + route
	}
	return s.basePath + cfg.Prefix + route
}

// DefaultTransport keeps connections for less time than a Node server does
// (5 s), so that a request seldom meets one that is just being closed.
//
// HTTP/2 puts every request on one connection, also when the peer behind it is
// gone without a word: each attempt would meet the dead one again. So a connection
// that has brought nothing for 10 s is pinged, and dropped 15 s later unless
// something came. Such a ping is answered below the application: a stream may be
// silent as long as it likes. 15 s are enough for a packet that was lost to be sent
// a few times more, and for a server that is busy for a moment; both together end
// before the 30 s after which a silent Observe gives up.
func DefaultTransport() *http.Transport {
	return &http.Transport{
		Proxy: func(req *http.Request) (*url.URL, error) {
			return environmentProxy(func() (*url.URL, error) { return http.ProxyFromEnvironment(req) })
		},
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConns:          1000,
		MaxIdleConnsPerHost:   100,
		IdleConnTimeout:       4 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 15 * time.Second},
	}
}
