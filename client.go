package mastra

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/mastra-go/mastra/stream"
)

// Client talks to one Mastra server. It is safe for concurrent use, and so are
// the handles it gives: Agent, Workflow, Run, Memory, Thread, Tool, Vector. They
// hold ids only; making one does no I/O.
type Client struct {
	cfg      config
	origin   string // "http://localhost:4111"
	basePath string // the path of the base URL, "" or "/mastra"
	http     *http.Client
}

const defaultBaseURL = "http://localhost:4111"

// New makes a client for the server at baseURL: http or https, a host, and
// perhaps a path that stands before the API prefix. It does no I/O.
//
// An empty baseURL means the environment: MASTRA_BASE_URL, else
// http://localhost:4111, and MASTRA_TOKEN as the token if it is set. When
// baseURL is given, the environment is not read, so that a token cannot reach a
// server it was not meant for.
func New(baseURL string, opts ...ClientOption) (*Client, error) {
	cfg := defaults()
	from := ""
	if baseURL == "" {
		if baseURL = os.Getenv("MASTRA_BASE_URL"); baseURL != "" {
			from = " (it comes from MASTRA_BASE_URL)"
		}
		if token := os.Getenv("MASTRA_TOKEN"); token != "" {
			if err := checkToken(token); err != nil {
				return nil, fmt.Errorf("mastra: MASTRA_TOKEN: %w", err)
			}
			cfg.tokens = staticToken(token)
		}
	}
	if baseURL == "" {
		baseURL = defaultBaseURL
	}
	u, err := parseBase(baseURL)
	if err != nil {
		return nil, fmt.Errorf("mastra: the base URL %w%s", err, from)
	}
	c := &Client{cfg: cfg, origin: u.Scheme + "://" + u.Host, basePath: strings.TrimSuffix(u.EscapedPath(), "/")}
	if err := c.apply(opts); err != nil {
		return nil, err
	}
	return c, nil
}

// With returns a client with further options; c stays as it is. Both share
// their connections unless the options replace the http.Client or add middleware.
func (c *Client) With(opts ...ClientOption) (*Client, error) {
	derived := *c
	derived.cfg = c.cfg.clone()
	if err := derived.apply(opts); err != nil {
		return nil, err
	}
	return &derived, nil
}

// apply sets options and, where they concern it, makes the http.Client anew.
func (c *Client) apply(opts []ClientOption) error {
	before, middleware := c.cfg.httpClient, len(c.cfg.middleware)
	for _, o := range opts {
		if o == nil {
			return errors.New("mastra: a nil ClientOption")
		}
		if err := o.applyClient(&c.cfg); err != nil {
			return err
		}
	}
	if c.cfg.httpClient == nil {
		c.cfg.httpClient = &http.Client{Transport: defaultTransport()}
	}
	if c.http != nil && c.cfg.httpClient == before && len(c.cfg.middleware) == middleware {
		return nil
	}
	hc := *c.cfg.httpClient
	next := hc.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	if len(c.cfg.middleware) > 0 {
		next = keyGuard{next}
	}
	for i := len(c.cfg.middleware) - 1; i >= 0; i-- {
		if next = c.cfg.middleware[i](next); next == nil {
			return errors.New("mastra: WithMiddleware: the function returned nil")
		}
	}
	hc.Transport = attemptTransport{next}
	hc.CheckRedirect = followRedirect(hc.CheckRedirect)
	c.http = &hc
	return nil
}

// parseBase checks a base URL. Its errors go on with "the base URL", and do not
// repeat what may be a password.
func parseBase(base string) (*url.URL, error) {
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
	if p := strings.TrimSuffix(u.EscapedPath(), "/"); p != "" && !plainPath(p+"/") {
		return nil, errors.New("has a path with empty or dot segments")
	}
	return u, nil
}

// defaultTransport keeps connections for less time than a Node server does
// (5 s), so that a request seldom meets one that is just being closed.
//
// HTTP/2 puts every request on one connection, also when the peer behind it is
// gone without a word: each attempt would meet the dead one again. So a connection
// that has brought nothing for 10 s is pinged, and dropped 15 s later unless
// something came. Such a ping is answered below the application: a stream may be
// silent as long as it likes. 15 s are enough for a packet that was lost to be sent
// a few times more, and for a server that is busy for a moment; both together end
// before the 30 s after which a silent Observe gives up.
func defaultTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
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

// Do calls any route, custom ones included, and decodes its JSON answer into
// out; a *json.RawMessage takes it as it is, nil drops it. path begins with "/",
// is escaped already, and follows the API prefix ([WithAPIPrefix]: "" for custom
// routes at the root); it may carry a query. in is sent as JSON, nil as no body.
//
// GET, HEAD and DELETE are repeated as safe operations, the rest only where the
// server refused them unprocessed: see [RetrySafe].
func (c *Client) Do(ctx context.Context, method, path string, in, out any, opts ...Option) error {
	r, err := anyRoute(method, path, in, opts)
	if err != nil {
		return err
	}
	if v := reflect.ValueOf(out); out != nil && (v.Kind() != reflect.Pointer || v.IsNil()) {
		return fmt.Errorf("mastra: the answer cannot be decoded into a %T; give a pointer", out)
	}
	return c.call(ctx, r, out)
}

// OpenStream is Do for a route whose answer is a stream. The answer's type tells
// the framing: text/event-stream is SSE and ends with [DONE] or a terminal
// chunk, text/plain is records and ends with workflow-finish. The caller closes
// the stream.
func (c *Client) OpenStream(ctx context.Context, method, path string, in any, opts ...Option) (*stream.Stream, error) {
	r, err := anyRoute(method, path, in, opts)
	if err != nil {
		return nil, err
	}
	return c.open(ctx, r, hooks{})
}

func anyRoute(method, route string, in any, opts []Option) (request, error) {
	method = strings.ToUpper(method)
	route, rawQuery, _ := strings.Cut(route, "?")
	query, err := url.ParseQuery(rawQuery)
	switch {
	case !validHeaderName(method):
		return request{}, errors.New("mastra: the method is not an HTTP method")
	case err != nil:
		return request{}, errors.New("mastra: the query of the path does not parse")
	case !plainPath(route):
		return request{}, errors.New("mastra: the path must begin with / and be escaped, without empty or dot segments")
	}
	op := operation{method: method, path: route}
	op.safe = method == http.MethodGet || method == http.MethodHead || method == http.MethodDelete
	op.contextInBody = in != nil
	return request{op: op, query: query, body: in, opts: opts}, nil
}

// plainPath: absolute and escaped, and without anything that a server or a proxy
// would resolve or cut off. It may end with a slash.
func plainPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# ") || strings.ContainsFunc(path, unicode.IsControl) {
		return false
	}
	segments := strings.Split(path[1:], "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil || plain == "." || plain == ".." || plain == "" && i < len(segments)-1 {
			return false
		}
	}
	return true
}

var opHealth = get("Health", "/health")

// Health asks whether the server is up: nil means that GET /health, at the
// server's root, answered with success. It is repeated like every GET; to ask
// once, pass WithRetries(0).
func (c *Client) Health(ctx context.Context, opts ...Option) error {
	var health struct {
		Success bool `json:"success"`
	}
	err := c.call(ctx, request{op: opHealth, opts: append([]Option{WithAPIPrefix("")}, opts...)}, &health)
	if err == nil && !health.Success {
		err = fmt.Errorf("mastra: %s%s/health did not answer as a Mastra server does", c.origin, c.basePath)
	}
	return err
}
