package mastra

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/stream"
)

// A ClientOption sets something for a whole client: see [New] and [Client.With].
// Every [Option] is one.
type ClientOption interface {
	applyClient(*config) error
}

// An Option sets something for a client or for a single call. Where both set
// the same, the call's counts; among several the last one. Headers replace each
// other by canonical name, request contexts and queries merge key by key.
type Option interface {
	ClientOption
	applyCall(*config) error
}

// TokenSource gives the bearer token of a request. Token is asked before every
// attempt with refused == "", and once more, with the token that the server
// refused, after a 401: a different token is then tried, once. It is called
// from many goroutines, and should cache.
type TokenSource interface {
	Token(ctx context.Context, refused string) (string, error)
}

// Response is what [WithResponse] fills in. Printed, logged or encoded as JSON it tells
// its status and sizes, neither a header nor the body: those are for programs to read.
// (A value of it in an unexported field prints in full, because fmt calls no methods there.)
type Response struct {
	// Status is the HTTP status of the last answer, 0 where none came.
	Status int
	// Header of the last answer.
	Header http.Header
	// Attempts is how often the call was attempted; 0 where nothing was sent. Requests
	// beside it, such as those that look for a run whose start got lost, do not count.
	Attempts int
	// Body holds the raw answer, of an error the first 64 KiB; nil for a stream.
	Body []byte
}

// Format prints the status and the sizes for every verb: neither a header nor the body
// gets into a log with the Response.
func (r Response) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{status %d, attempts %d, %d headers, body of %d bytes}", r.Status, r.Attempts, len(r.Header), len(r.Body))
}

// MarshalJSON writes what Format prints.
func (r Response) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Status    int `json:"status"`
		Attempts  int `json:"attempts"`
		Headers   int `json:"headers"`
		BodyBytes int `json:"bodyBytes"`
	}{r.Status, r.Attempts, len(r.Header), len(r.Body)})
}

// WithOptions makes one option of several, in their order: so a []Option can be given to
// [New] and [Client.With] too.
func WithOptions(opts ...Option) Option {
	return joinedOptions(opts)
}

type joinedOptions []Option

func (j joinedOptions) applyClient(c *config) error { return j.each(c, Option.applyClient) }
func (j joinedOptions) applyCall(c *config) error   { return j.each(c, Option.applyCall) }

func (j joinedOptions) each(c *config, apply func(Option, *config) error) error {
	for _, o := range j {
		if o == nil {
			return refuse("a nil Option")
		}
		if err := apply(o, c); err != nil {
			return err
		}
	}
	return nil
}

type option func(*config) error

func (o option) applyClient(c *config) error { return o(c) }
func (o option) applyCall(c *config) error   { return o(c) }

// callOption belongs to one call: what it holds is not to be shared.
type callOption struct {
	name  string
	apply func(*config) error
}

func (o callOption) applyCall(c *config) error { return o.apply(c) }
func (o callOption) applyClient(*config) error {
	return refuse("%s belongs to a call, not to a client", o.name)
}

type clientOption func(*config) error

func (o clientOption) applyClient(c *config) error { return o(c) }

// WithToken sends token as "Authorization: Bearer". Default, and for an empty
// token: none. It goes to the base URL's host only; a redirect elsewhere does not
// carry it. Of a token and a header Authorization the last one given counts.
func WithToken(token string) Option {
	return option(func(c *config) error {
		if err := call.CheckToken(token); err != nil {
			return refuse("WithToken: %w", err)
		}
		c.setTokens(staticToken(token))
		return nil
	})
}

// WithTokenSource asks source for the bearer token of every attempt, and once
// more after a 401. nil sends no token.
func WithTokenSource(source TokenSource) Option {
	return option(func(c *config) error { c.setTokens(source); return nil })
}

func (c *config) setTokens(source TokenSource) {
	c.Tokens = source
	c.Header.Del("Authorization")
}

// WithHeader sets a header of every request. Content-Type, Content-Length, Host
// and the like cannot be set, nor an Accept-Encoding but identity, which net/http
// would not decode; Idempotency-Key is refused where an operation must not be
// carried out twice, because net/http repeats requests that have it.
//
// A value counts as a credential from 8 bytes on, from 4 where the header's name says
// that it holds one (key, token, auth, secret, session and the like), and so does each
// part of a value that is a list, and the password in a Basic one: no error and no log
// line repeats it, whoever echoes it. It is found as it is, in any letter case; quoted as
// JSON or Go text, also twice; percent-encoded; and HTML-escaped. It is not found in
// another encoding, such as the base64 or the hex of a token; of Basic credentials both
// the base64 and what stands in it are. Headers that are known to hold none, such as
// X-Request-Id, are left alone.
func WithHeader(name, value string) Option {
	return option(func(c *config) error {
		name := http.CanonicalHeaderKey(name)
		switch {
		case !call.ValidHeaderName(name): // which may be a secret in the wrong place
			return refuse("WithHeader: the name is not a header name")
		case !call.ValidHeaderValue(value):
			return refuse("WithHeader: the value of %s holds characters that no header can carry", name)
		case name == "Accept-Encoding" && value != "identity",
			slices.Contains([]string{"Content-Type", "Content-Length", "Host", "Transfer-Encoding", "Trailer"}, name):
			return refuse("WithHeader: %s is set by the client", name)
		case name == "Authorization":
			c.Tokens = nil
		}
		if c.Header == nil {
			c.Header = http.Header{}
		}
		c.Header[name] = []string{value}
		return nil
	})
}

// WithRetries sets how often a failed request is repeated: n repetitions, n+1
// attempts. Default 3; 0 never repeats. A run's stream that breaks is taken up again
// until that has failed n+1 times in a row ([WithReattach]); a subscription is opened
// again without a bound ([Agent.SubscribeThread]). A run whose start or resume got lost
// is looked for whatever n is ([Run.Start], [Run.Resume]).
func WithRetries(n int) Option {
	return option(func(c *config) error {
		if n < 0 {
			return refuse("WithRetries(%d): must not be negative", n)
		}
		c.Retries = n
		return nil
	})
}

// WithBackoff sets the pause before the first repetition; it doubles from one to
// the next up to [WithMaxBackoff], and each is shortened at random by up to
// half. Default 300 ms. With 0 there is no pause, but for one of 100 ms before a
// subscription is opened again ([Agent.SubscribeThread]), which is done without end.
func WithBackoff(d time.Duration) Option {
	return option(func(c *config) error { return setDuration(&c.Backoff, "WithBackoff", d) })
}

// WithMaxBackoff sets the longest pause between attempts. A server that asks
// for a longer one (Retry-After) ends the call with its error. Default 5 s.
func WithMaxBackoff(d time.Duration) Option {
	return option(func(c *config) error { return setDuration(&c.MaxBackoff, "WithMaxBackoff", d) })
}

// WithRetryPolicy sets which failures are repeated. Default [RetrySafe].
func WithRetryPolicy(p RetryPolicy) Option {
	return option(func(c *config) error {
		if p == nil {
			return refuse("WithRetryPolicy(nil)")
		}
		c.Policy = policy(p)
		return nil
	})
}

// WithAttemptTimeout bounds the time of one attempt until the response headers
// are there. Default 0: only the context bounds a call. Generate sends its
// headers when the agent is done, so give it more than the agent needs. An
// attempt that runs out matches [ErrTimeout].
func WithAttemptTimeout(d time.Duration) Option {
	return option(func(c *config) error { return setDuration(&c.AttemptTimeout, "WithAttemptTimeout", d) })
}

// WithIdleTimeout ends a stream, or an answer that [Client.Do] or [Voice.Speak] leaves
// open, on which no byte (comments count) arrives for d,
// with an error that matches [ErrIdleTimeout]. 0 switches it off. Default: off,
// but where a silent server is known to stay silent: Observe of an agent 30 s to
// the first byte, SubscribeThread 60 s. There, and where a workflow's stream that broke
// is taken up again, the wait for the response headers counts too.
func WithIdleTimeout(d time.Duration) Option {
	return option(func(c *config) error {
		c.IdleTimeout = new(time.Duration)
		return setDuration(c.IdleTimeout, "WithIdleTimeout", d)
	})
}

// WithReattach sets whether the stream of a workflow run ([Run.Stream],
// [Run.ResumeStream]) that breaks is taken up again where it broke, by observing
// the run. Default true. To observe is a call of its own, which is safe: it is
// repeated as [WithRetryPolicy] and [WithRetries] say, counted anew once something new
// has been read; with [RetryNever] it is tried once. Where the process that is asked
// has no history of the run, the stream ends with [ErrTruncated] all the same. It sets
// too whether a subscription ([Agent.SubscribeThread]) that breaks is opened again.
func WithReattach(on bool) Option {
	return option(func(c *config) error { c.reattach = on; return nil })
}

// WithCancelOnClose sets whether a workflow run is cancelled whose stream ([Run.Stream],
// [Run.ResumeStream]) is given up before its end: by Close, by leaving a loop over
// it, or by ending the context. Default false: the run goes on. Giving the stream up then
// waits for the cancel to be answered, at most 5 s; ending the context does not. A
// run whose workflow-finish has been read is never cancelled. Where several server
// processes serve the workflow, a cancel that reaches another one than executes the run
// does not stop it: see [Run.Cancel].
func WithCancelOnClose(on bool) Option {
	return option(func(c *config) error { c.cancelOnClose = on; return nil })
}

// WithMaxEventSize sets how large one event of a stream may be, in bytes.
// Default 16 MiB. A larger one ends the stream with [ErrEventTooLarge].
func WithMaxEventSize(bytes int) Option {
	return option(func(c *config) error {
		if bytes <= 0 {
			return refuse("WithMaxEventSize(%d): must be positive", bytes)
		}
		c.MaxEvent = bytes
		return nil
	})
}

// WithMaxResponseSize sets how large an answer that is no stream may be, in
// bytes. Default 64 MiB. A larger one fails with [ErrTooLarge].
func WithMaxResponseSize(bytes int64) Option {
	return option(func(c *config) error {
		if bytes <= 0 {
			return refuse("WithMaxResponseSize(%d): must be positive", bytes)
		}
		c.MaxResponse = bytes
		return nil
	})
}

// WithAPIPrefix sets the path before every route. Default "/api"; "" calls
// custom routes at the server's root.
func WithAPIPrefix(prefix string) Option {
	return option(func(c *config) error {
		path := strings.TrimSuffix("/"+strings.TrimPrefix(prefix, "/"), "/")
		if path != "" && !call.PlainPath(path) {
			return refuse("WithAPIPrefix: must be a plain path, escaped and without query, empty or dot segments")
		}
		c.Prefix = path
		return nil
	})
}

// WithRequestContext adds values to the server's request context. Every POST carries
// them in its JSON body, a GET in the query, and so does a POST whose body is no JSON
// object: a form with a file, or what [Client.Do] sends of another kind. A query is
// limited to 16 KiB and ends up in access logs. Routes that change or delete something
// stored (PATCH, DELETE) read none and are not sent it. The context of a request struct
// wins over a call's, a call's over the client's, key by key. A key that the server
// keeps for itself is an error, because the server would drop it silently.
func WithRequestContext(values map[string]any) Option {
	return option(func(c *config) error {
		if err := call.CheckRequestContext(values); err != nil {
			return publicError(err)
		}
		c.RequestContext = call.MergeContext(c.RequestContext, values)
		return nil
	})
}

// WithQuery sets a query parameter that the client does not model. One that the
// call itself sends is not replaced: naming it is an error of the call.
//
// No error and no log line repeats the query. A value that is echoed alone, without its
// name, is hidden as that of a header is ([WithHeader]): from 8 bytes on, from 4 where
// the name says that it is a credential. Shorter ones, such as "1", are left, because
// no text could be read without them.
func WithQuery(name, value string) Option {
	return option(func(c *config) error {
		if name == "" {
			return refuse("WithQuery: the name is empty")
		}
		if c.Query == nil {
			c.Query = url.Values{}
		}
		c.Query.Set(name, value)
		return nil
	})
}

// WithContentType sets the Content-Type of a call's body: [Client.Do] and
// [Client.OpenStream] only. Default "application/octet-stream" for a reader, and for a
// []byte that is no JSON object or list; "application/json" for the rest.
func WithContentType(mediaType string) Option {
	return callOption{"WithContentType", func(c *config) error {
		if mediaType == "" || !call.ValidHeaderValue(mediaType) {
			return refuse("WithContentType: the value is not one that a header can carry")
		}
		c.ContentType = mediaType
		return nil
	}}
}

// WithStreamEnd sets how a stream ends whose only mark of the end is [DONE], and one of
// [Client.OpenStream]: see [stream.EndRule] and [stream.EndAfter]. The first are the
// streams that run until idle ([AgentRequest].UntilIdle). Only the server that Mastra
// itself builds writes [DONE]; give a client of one that is mounted in Express, Fastify
// or the like stream.EndEOF. All other streams have an end of their own and keep it, so
// that one that was cut off is never taken for whole.
func WithStreamEnd(rule stream.EndRule) Option {
	return option(func(c *config) error {
		after := string(stream.EndAfter(""))
		known := []stream.EndRule{stream.EndDoneOrTerminal, stream.EndDone, stream.EndWorkflow, stream.EndEndless, stream.EndEOF}
		if !slices.Contains(known, rule) && (!strings.HasPrefix(string(rule), after) || string(rule) == after) {
			return refuse("WithStreamEnd: not a rule; use the End values of package stream, or stream.EndAfter with a name")
		}
		c.StreamEnd = &rule
		return nil
	})
}

// WithResponse fills *meta with the status, headers and raw body of the call's
// last answer, and with the number of attempts, whether the call succeeds or
// fails. A call that is several requests tells of the last answer, as [Run.Start] does
// of the one that has read the run; the attempts are those of the start. What follows
// when a stream is open is not told: that it is taken up again, or that client tools
// are answered. Give each call a Response of its own; a client refuses the option.
func WithResponse(meta *Response) Option {
	return callOption{"WithResponse", func(c *config) error {
		if meta == nil {
			return refuse("WithResponse(nil)")
		}
		c.Answer = (*call.Answer)(meta)
		return nil
	}}
}

// WithHTTPClient makes a copy of hc send the requests: its Transport and Jar are
// used, and its CheckRedirect may forbid the redirects that the client follows,
// which are those of a GET on the same host. One with a Timeout is refused, because the timeout would cut streams;
// use a context, [WithAttemptTimeout] and [WithIdleTimeout]. Default: a client
// that keeps 100 idle connections per host for 4 s, less than a Node server's
// 5 s, and allows 10 s each for dialing and for TLS: one with [DefaultTransport], which
// is what to begin with where it must be another one in some respect.
//
// A transport of your own that speaks HTTP/2, [http.DefaultTransport] too, goes on
// using a connection whose peer is gone without a word, and every attempt fails,
// for minutes. Set SendPingTimeout and PingTimeout of its HTTP2 field (an
// [http.HTTP2Config]); the default client has 10 s and 15 s, so that a dead
// connection is dropped 25 s after it last brought something.
func WithHTTPClient(hc *http.Client) ClientOption {
	return clientOption(func(c *config) error {
		switch {
		case hc == nil:
			return refuse("WithHTTPClient(nil)")
		case hc.Timeout != 0:
			return refuse("WithHTTPClient: a client with a Timeout would cut streams; use a context, WithAttemptTimeout or WithIdleTimeout")
		}
		copied := *hc
		c.HTTPClient = &copied
		return nil
	})
}

// DefaultTransport returns a new transport with the settings of the default client, for
// those who need TLS, a proxy or limits of their own:
//
//	t := mastra.DefaultTransport()
//	t.TLSClientConfig = &tls.Config{RootCAs: ours}
//	client, err := mastra.New(url, mastra.WithHTTPClient(&http.Client{Transport: t}))
//
// It keeps 100 idle connections per host for 4 s, less than a Node server's 5 s; allows
// 10 s each for dialing and for TLS; takes its proxy from the environment; and drops an
// HTTP/2 connection 25 s after it last brought something.
func DefaultTransport() *http.Transport { return call.DefaultTransport() }

// WithMiddleware puts wrap around the transport of every attempt; the first
// middleware given is the outermost.
func WithMiddleware(wrap func(http.RoundTripper) http.RoundTripper) ClientOption {
	return clientOption(func(c *config) error {
		if wrap == nil {
			return refuse("WithMiddleware(nil)")
		}
		c.Middleware = append(c.Middleware, wrap)
		return nil
	})
}

// WithUserAgent puts product before the client's own User-Agent.
func WithUserAgent(product string) ClientOption {
	return clientOption(func(c *config) error {
		if !call.ValidHeaderValue(product) || strings.TrimSpace(product) == "" {
			return refuse("WithUserAgent(%q): not a header value", product)
		}
		c.UserAgent = product + " " + userAgent()
		return nil
	})
}

func setDuration(field *time.Duration, name string, d time.Duration) error {
	if d < 0 {
		return refuse("%s(%s): must not be negative", name, d)
	}
	*field = d
	return nil
}
