package call

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/mastra-go/mastra/internal/veil"
)

// Exchange is one call under way: its encoded request and what its attempts met.
// It belongs to one goroutine.
type Exchange struct {
	server      *Server
	cfg         *Config
	req         Request
	url         string
	query       string     // of the URL; must not be shown
	private     url.Values // what in it the client does not know; nor must that be
	path        string     // for errors: no query
	payload     []byte
	contentType string // of the payload
	kind        answerKind
	credentials credentials
	veil        *veil.Veil // nil: to be made

	now          attempt
	attempts     int
	serverErrors int
	next         time.Duration // the pause before the next attempt
	pausing      bool          // it is that pause
	ran          bool          // some attempt may have been carried out
	unknown      bool          // and no answer said whether it was
	done         bool          // it was, as Request.Lost found out
	failure      *Failure      // of the last attempt

	// The last answer that came.
	status  int
	header  http.Header
	body    []byte // the whole of it, where it is no stream; an error's beginning
	bodyErr error  // why an error's body was not read to its end
}

// Begin checks and encodes a request. Its errors mean that nothing was sent.
func (s *Server) Begin(ctx context.Context, cfg *Config, r Request) (*Exchange, error) {
	if ctx == nil {
		return nil, Refuse("mastra: the context is nil")
	}
	if cfg.Answer != nil {
		*cfg.Answer = Answer{}
	}
	if r.Refused != nil {
		return nil, r.Refused
	}
	if err := CheckRequestContext(r.Context); err != nil {
		return nil, err
	}
	path, err := expand(r.Op, r.IDs)
	if err != nil {
		return nil, err
	}
	if !r.Op.Safe && idempotent(cfg.Header) {
		return nil, Refuse("mastra: %w", errIdempotencyKey)
	}
	x := &Exchange{server: s, cfg: cfg, req: r, contentType: "application/json", path: s.path(cfg, r.Op.AtRoot, path)}
	x.credentials.source = cfg.Tokens
	x.now.safe, x.now.timeout, x.now.silence = r.Op.Safe, cfg.AttemptTimeout, r.silence(cfg)
	if before := r.After; before != nil {
		x.credentials, x.attempts, x.serverErrors = before.credentials, before.attempts, before.serverErrors
		x.ran, x.unknown = before.ran, before.unknown
	}
	if err := x.encode(ctx); err != nil {
		return nil, err
	}
	return x, nil
}

// encode makes the URL and the body, and puts the request context into one of them.
func (x *Exchange) encode(ctx context.Context) error {
	query := cloneValues(x.req.Query)
	if query == nil {
		query = url.Values{}
	}
	for name, values := range x.cfg.Query {
		if query.Has(name) {
			return Refuse("mastra: WithQuery(%q): the call itself sends this parameter", name)
		}
		query[name] = values
	}
	var err error
	if x.payload, err = encodeBody(x.req.Body, x.req.Extra); err != nil {
		return err
	}
	if x.cfg.Trace != nil && x.req.Op.Tracing && x.payload != nil {
		if x.payload, err = x.cfg.addTrace(ctx, x.payload); err != nil {
			return err
		}
	}
	if values := MergeContext(x.cfg.RequestContext, x.req.Context); len(values) > 0 {
		if x.payload, err = placeContext(x.req.Op.Context, x.req.Form != nil, values, x.payload, query); err != nil {
			return err
		}
	}
	if x.req.Form != nil {
		if x.payload, x.contentType, err = x.req.Form.encode(); err != nil {
			return err
		}
	}
	x.url = x.server.origin + x.path
	if len(query) > 0 {
		x.query = query.Encode()
		x.url += "?" + x.query
	}
	if x.private = query; x.req.Op.ID != "" { // the client's own parameters are no secrets
		for name := range x.req.Query {
			delete(query, name)
		}
	}
	return nil
}

// headers are those of every attempt.
func (x *Exchange) headers() http.Header {
	h := make(http.Header, 8+len(x.cfg.Header))
	h.Set("User-Agent", x.cfg.UserAgent)
	h.Set("Accept", x.kind.accept())
	if x.kind != jsonAnswer {
		h.Set("Accept-Encoding", "identity")
	}
	if x.payload != nil {
		h.Set("Content-Type", x.contentType)
	}
	for name, values := range x.cfg.Header {
		h[name] = slices.Clone(values)
	}
	return h
}

// JSON sends the request, whose answer is JSON, and decodes the answer into out;
// nil drops it, unless it is an error, a *json.RawMessage takes it as it is. An empty answer leaves out as
// it is where the operation is not known; where it is, the result is missing.
func (x *Exchange) JSON(ctx context.Context, out any) error {
	if _, err := x.do(ctx); err != nil {
		return err
	}
	return x.decode(out)
}

// Body sends the request, whose answer is neither JSON nor a stream of chunks. The
// caller closes the body.
func (x *Exchange) Body(ctx context.Context) (*http.Response, error) {
	x.kind = bytesAnswer
	return x.do(ctx)
}

// fail completes a failure with what the exchange knows.
func (x *Exchange) fail(f *Failure) *Failure {
	f.tidy(x.Veil())
	f.Method, f.Path, f.Attempts = x.req.Op.Method, x.path, x.attempts
	f.RequestID = Clip(x.Veil().Text(requestID(f.Header)), maxRequestID)
	if !x.req.Op.Safe && x.unknown {
		f.Kind |= OutcomeUnknown
	}
	return f
}

// Report tells the caller of the last answer.
func (x *Exchange) Report() {
	if x.req.Answer != nil {
		*x.req.Answer = Answer{Status: x.status, Header: x.header, Attempts: x.attempts, Body: x.body}
	}
	switch to := x.cfg.Answer; {
	case to == nil:
	case x.done: // the last answer is the one that told so
		x.ReportAttempts()
	default:
		*to = Answer{Status: x.status, Header: x.header, Attempts: x.attempts, Body: x.body}
	}
}

// Attempts is how often the call was attempted.
func (x *Exchange) Attempts() int { return x.attempts }

// ReportAttempts tells the caller how often the call was attempted, where the last
// answer is another request's.
func (x *Exchange) ReportAttempts() {
	if x.cfg.Answer != nil {
		x.cfg.Answer.Attempts = x.attempts
	}
}
