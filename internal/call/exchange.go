package call

import (
	"context"
	"fmt"
	"io"
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
	begun        time.Time
	attempts     int
	told         int // attempts that the account of the call knows of
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
	if s == nil {
		return nil, ErrNoServer
	}
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
	x := &Exchange{server: s, cfg: cfg, req: r, begun: time.Now(), contentType: "application/json", path: s.path(cfg, r.Op.AtRoot, path)}
	x.credentials.source = cfg.Tokens
	x.now.safe, x.now.timeout, x.now.silence = r.Op.Safe, cfg.AttemptTimeout, r.silence(cfg)
	if before := r.After; before != nil {
		x.credentials, x.attempts, x.serverErrors = before.credentials, before.attempts, before.serverErrors
		x.ran, x.unknown = before.ran, before.unknown
		x.told = before.attempts
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
		if x.payload, err = placeContext(x.req.Op.Context, x.req.Form != nil || x.req.Raw != nil, values, x.payload, query); err != nil {
			return err
		}
	}
	if x.req.Form != nil {
		if x.payload, x.contentType, err = x.req.Form.encode(); err != nil {
			return err
		}
	}
	if x.req.Raw != nil {
		x.contentType = x.req.Raw.contentType()
	}
	if err := x.setContentType(); err != nil {
		return err
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

// setContentType obeys WithContentType.
func (x *Exchange) setContentType() error {
	switch {
	case x.cfg.ContentType == "":
	case x.req.Op.ID != "":
		return Refuse("mastra: WithContentType: this call makes its body itself; the option is for Client.Do and Client.OpenStream")
	case !x.hasBody():
		return Refuse("mastra: WithContentType: the call has no body")
	default:
		x.contentType = x.cfg.ContentType
	}
	return nil
}

func (x *Exchange) hasBody() bool { return x.payload != nil || x.req.Raw != nil }

// headers are those of every attempt.
func (x *Exchange) headers() http.Header {
	h := make(http.Header, 8+len(x.cfg.Header))
	h.Set("User-Agent", x.cfg.UserAgent)
	h.Set("Accept", x.kind.accept())
	if x.kind != jsonAnswer {
		h.Set("Accept-Encoding", "identity")
	}
	if x.hasBody() {
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
func (x *Exchange) JSON(ctx context.Context, out any) (err error) {
	defer func() { x.ended(ctx, err) }()
	if _, err := x.do(ctx); err != nil {
		return err
	}
	return x.decode(out)
}

// Body sends the request, whose answer is neither JSON nor a stream of chunks. The
// caller closes the body.
func (x *Exchange) Body(ctx context.Context) (*http.Response, error) {
	return x.open(ctx, bytesAnswer)
}

// AnyBody is Body for an answer of any kind.
func (x *Exchange) AnyBody(ctx context.Context) (*http.Response, error) {
	return x.open(ctx, openAnswer)
}

func (x *Exchange) open(ctx context.Context, kind answerKind) (*http.Response, error) {
	x.kind = kind
	resp, err := x.do(ctx)
	x.ended(ctx, err)
	if err == nil {
		resp.Body = withIdleLimit(resp.Body, x.cfg.IdleTimeout)
	}
	return resp, err
}

// Bytes sends the request, and returns its answer, of any kind, as it is.
func (x *Exchange) Bytes(ctx context.Context) ([]byte, error) {
	x.kind = wholeAnswer
	_, err := x.do(ctx)
	x.ended(ctx, err)
	return x.body, err
}

// Copy sends the request, and copies its answer, of any kind, to w.
func (x *Exchange) Copy(ctx context.Context, w io.Writer) error {
	resp, err := x.AnyBody(ctx)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	from := &answerReader{Reader: resp.Body}
	switch _, err = io.Copy(w, from); {
	case err == nil:
		return nil
	case from.err == nil: // the caller's own
		return fmt.Errorf("mastra: the answer cannot be written: %w", err)
	}
	x.unknown = true
	f := transportFailure(ctx, &x.now, x.server.origin, x.advice, from.err)
	f.Status, f.Header = 0, resp.Header
	return x.fail(f)
}

// answerReader remembers why a reader has failed.
type answerReader struct {
	io.Reader
	err error
}

func (w *answerReader) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != io.EOF {
		w.err = err
	}
	return n, err
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
