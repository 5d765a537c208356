package mastra_test

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// ends is the error with which a call ends that meets these steps.
func ends(t *testing.T, do func(context.Context, *mastra.Client) error, steps ...step) error {
	t.Helper()
	err := do(t.Context(), inMemory(t, play(steps...), mastra.WithRetries(0), mastra.WithLooksFor(1)))
	require.Error(t, err)
	return err
}

func TestHTTPStatus_OfEveryKindOfError(t *testing.T) {
	generate := func(ctx context.Context, c *mastra.Client) error { return generate(ctx, c) }
	get := func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Workflow("w").Run("r").Get(ctx)
		return err
	}
	wait := func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Workflow("w").Run("r").Wait(ctx)
		return err
	}
	execute := func(ctx context.Context, c *mastra.Client) error {
		_, err := mastra.ExecuteTool[struct{ N int }](ctx, c.Tool("t"), nil)
		return err
	}
	typed := func(ctx context.Context, c *mastra.Client) error {
		_, err := mastra.GenerateAs[order](ctx, c.Agent("a"), ask())
		return err
	}
	streamed := func(ctx context.Context, c *mastra.Client) error {
		s, err := c.Agent("a").Stream(ctx, ask())
		if err != nil {
			return err
		}
		_, err = s.Result()
		return err
	}
	events := func(body string) step { return answer(200, body, "Content-Type", "text/event-stream") }
	failed := func(body string) error {
		state := decode[mastra.RunState](t, []byte(body))
		return state.Err()
	}
	result := func(body string) error {
		state := decode[mastra.RunState](t, []byte(body))
		_, err := mastra.ResultAs[struct{ N int }](&state)
		return err
	}
	whole := func(body string) error {
		res := decode[mastra.AgentResult](t, []byte(body))
		return res.Err()
	}
	ended, end := context.WithCancel(t.Context())
	end()
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	html := answer(404, "<html>nothing here</html>", "Content-Type", "text/html")
	tools := func(message string) step {
		return answer(200, `{"error":true,"message":"`+message+`","validationErrors":{}}`)
	}

	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, 200},
		{"a client that is gone", fmt.Errorf("%w: %w", stream.ErrClientGone, io.ErrClosedPipe), 499},
		{"a caller that left", ends(t, func(_ context.Context, c *mastra.Client) error { return generate(ended, c) }, answer(200, "{}")), 499},
		{"a deadline", ends(t, func(_ context.Context, c *mastra.Client) error { return generate(late, c) }, answer(200, "{}")), 504},
		{"504", ends(t, generate, answer(504, "")), 504},
		{"an attempt that timed out", mastra.ErrTimeout, 504},
		{"a silent stream", stream.ErrIdleTimeout, 504},

		{"not suspended", ends(t, generate, answer(500, `{"error":"This workflow run was not suspended"}`)), 409},
		{"suspended", result(`{"runId":"r","status":"suspended"}`), 409},
		{"an agent that waits", func() error {
			return ends(t, typed, answer(200, string(testdata(t, "answers", "approval.json"))))
		}(), 409},
		{"conflict", ends(t, generate, answer(409, `{"error":"x"}`)), 409},
		{"the sentinel of a conflict", mastra.ErrConflict, 409},
		{"a run that goes on", result(`{"runId":"r","status":"running"}`), 409},
		{"a run that is paused", result(`{"runId":"r","status":"paused"}`), 409},

		{"400", ends(t, generate, answer(400, `{"error":"x"}`)), 400},
		{"401", ends(t, generate, answer(401, `{"error":"x"}`)), 502},
		{"403", ends(t, generate, answer(403, `{"error":"x"}`)), 403},
		{"404", ends(t, generate, answer(404, `{"error":"x"}`)), 404},
		{"404 of HEAD, which has no body", ends(t, func(ctx context.Context, c *mastra.Client) error { return c.Do(ctx, "HEAD", "/x", nil, nil) }, answer(404, "")), 404},
		{"no Mastra route here", ends(t, generate, html), 502},
		{"no Mastra route here, of a read", ends(t, get, answer(404, "404 page not found", "Content-Type", "text/plain")), 502},
		{"no Mastra route here, without a body", ends(t, get, answer(404, "")), 502},
		{"402", ends(t, generate, answer(402, `{"error":"x"}`)), 502},
		{"410", ends(t, generate, answer(410, `{"error":"x"}`)), 502},
		{"412", ends(t, generate, answer(412, `{"error":"x"}`)), 502},
		{"414", ends(t, generate, answer(414, `{"error":"x"}`)), 502},
		{"421", ends(t, generate, answer(421, `{"error":"x"}`)), 502},
		{"428", ends(t, generate, answer(428, `{"error":"x"}`)), 502},
		{"413", ends(t, generate, answer(413, `{"error":"x"}`)), 413},
		{"422", ends(t, generate, answer(422, `{"error":"x"}`)), 422},
		{"429", ends(t, generate, answer(429, "")), 429},

		{"what the client refuses", ends(t, func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Generate(ctx, mastra.AgentRequest{})
			return err
		}, answer(200, "{}")), 400},
		{"an empty id", ends(t, func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("").Get(ctx)
			return err
		}, answer(200, "{}")), 400},
		{"no agent of a memory", ends(t, func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("").Status(ctx)
			return err
		}, answer(200, "{}")), 400},
		{"nobody's memory", ends(t, func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").ForResource("").Thread("t").Get(ctx)
			return err
		}, answer(200, "{}")), 400},
		{"a tool's input", ends(t, execute, tools("Tool input validation failed for t.")), 400},
		{"a workflow's input", mastra.ErrInvalidInput, 400},

		{"a tripwire", ends(t, streamed, events(string(testdata(t, "answers", "tripwire-on-input.sse")))), 422},
		{"a tripwire of a whole answer", whole(string(testdata(t, "answers", "tripwire-on-input.json"))), 422},
		{"a tripwire of a run", failed(`{"runId":"r","status":"tripwire","tripwire":{"reason":"no"}}`), 422},
		{"a tripwire of a run that does not say why", failed(`{"runId":"r","status":"tripwire"}`), 422},

		{"503", ends(t, generate, answer(503, "")), 503},
		{"502", ends(t, generate, answer(502, "")), 503},
		{"no connection", ends(t, generate, fails(errRefused)), 503},

		{"500", ends(t, generate, answer(500, `{"error":"boom"}`)), 502},
		{"a broken connection", ends(t, generate, fails(errReset)), 502},
		{"the outcome unknown, alone", mastra.ErrOutcomeUnknown, 502},
		{"an answer too large", ends(t, func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Generate(ctx, ask(), mastra.WithMaxResponseSize(3))
			return err
		}, answer(200, `{"text":"hi"}`)), 502},
		{"an answer that is none", ends(t, generate, answer(200, `{}`)), 502},
		{"an answer that is no JSON", ends(t, generate, answer(200, `{`)), 502},
		{"a redirect", ends(t, generate, answer(302, "", "Location", "https://elsewhere.test/")), 502},
		{"a run that failed", failed(`{"runId":"r","status":"failed","error":{"message":"boom"}}`), 502},
		{"a run that failed and does not say why", failed(`{"runId":"r","status":"failed"}`), 502},
		{"a run that was canceled", failed(`{"runId":"r","status":"canceled"}`), 502},
		{"the failure of a run", &mastra.RunFailure{Message: "boom"}, 502},
		{"the result of a run that failed", result(`{"runId":"r","status":"failed","error":{"message":"boom"}}`), 502},
		{"a result that is not there", result(`{"runId":"r","status":"success"}`), 502},
		{"a result of another type", result(`{"runId":"r","status":"success","result":[1]}`), 502},
		{"an agent that failed", whole(`{"text":"","error":{"message":"boom"}}`), 502},
		{"an agent that failed in its stream", ends(t, streamed, events(string(testdata(t, "answers", "text.sse")[:300])+"\n\n"+`data: {"type":"error","payload":{"error":{"message":"boom"}}}`+"\n\ndata: [DONE]\n\n")), 502},
		{"a stream that was cut", ends(t, streamed, events("data: {\"type\":\"start\"}\n\n")), 502},
		{"a stream that broke", ends(t, streamed, func(req *http.Request) (*http.Response, error) {
			return response(req, 200, io.NopCloser(failingReader{errReset}), "Content-Type", "text/event-stream"), nil
		}), 502},
		{"a stream that is no JSON", ends(t, streamed, events("data: {\n\n")), 502},
		{"an event too large", &stream.EventTooLargeError{Limit: 1}, 502},
		{"an answer that does not fit its type", ends(t, typed, answer(200, `{"text":"prose"}`)), 502},
		{"a tool's output", ends(t, execute, tools("Tool output validation failed for t. The tool returned invalid output:")), 502},
		{"a tool's output of another type", ends(t, execute, answer(200, `{"n":"x"}`)), 502},
		{"a tool's output of something else", ends(t, execute, answer(200, `{"error":"x"}`)), 502},
		{"a run that nobody has started", ends(t, wait, answer(200, `{"runId":"r","status":"pending","createdAt":"2020-01-01T00:00:00Z"}`)), 502},
		{"a run without a status", ends(t, wait, answer(200, `{"runId":"r"}`)), 502},
		{"tools without end", mastra.ErrToolRounds, 502},

		{"another origin", errors.New("disk full"), 500},
		{"what a handler refuses", aisdk.Refuse(418, "No."), 418},
		{"what a handler refuses, whatever else failed", errors.Join(&mastra.Error{Status: 404}, aisdk.Refuse(401, "Please sign in.")), 401},
		{"a refusal that is none", aisdk.Refuse(200, "?"), 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, mastra.HTTPStatus(tt.err), "%v", tt.err)
			if tt.err == nil {
				return
			}
			assert.Equal(t, tt.want, mastra.HTTPStatus(fmt.Errorf("handler: %w", tt.err)), "wrapped")
			assert.Equal(t, tt.want, mastra.HTTPStatus(errors.Join(errors.New("log is full"), tt.err)), "joined")
			assert.Equal(t, tt.want, mastra.HTTPStatus(fmt.Errorf("%w, and %w", tt.err, errors.New("log is full"))), "one of two")
			assert.Equal(t, tt.want, mastra.HTTPStatus(fmt.Errorf("a: %w", errors.Join(fmt.Errorf("b: %w", tt.err)))), "deep")
			assert.Equal(t, 499, mastra.HTTPStatus(errors.Join(tt.err, context.Canceled)), "the first row of the table counts")
		})
	}
}

// sentinels are all errors that one can match, and wrap, with the status of each.
var sentinels = map[string]struct {
	err    error
	status int
}{
	"mastra.ErrBadRequest": {mastra.ErrBadRequest, 400}, "mastra.ErrInvalidInput": {mastra.ErrInvalidInput, 400}, "mastra.ErrUnauthorized": {mastra.ErrUnauthorized, 502},
	"mastra.ErrForbidden": {mastra.ErrForbidden, 403}, "mastra.ErrNotFound": {mastra.ErrNotFound, 404}, "mastra.ErrConflict": {mastra.ErrConflict, 409},
	"mastra.ErrTooLarge": {mastra.ErrTooLarge, 413}, "mastra.ErrRateLimited": {mastra.ErrRateLimited, 429}, "mastra.ErrNotSuspended": {mastra.ErrNotSuspended, 409},
	"mastra.ErrServer": {mastra.ErrServer, 502}, "mastra.ErrUnavailable": {mastra.ErrUnavailable, 503}, "mastra.ErrTimeout": {mastra.ErrTimeout, 504},
	"mastra.ErrOutcomeUnknown": {mastra.ErrOutcomeUnknown, 502}, "mastra.ErrToolRounds": {mastra.ErrToolRounds, 502}, "mastra.ErrNotStarted": {mastra.ErrNotStarted, 502},
	"mastra.ErrSuspended": {mastra.ErrSuspended, 409}, "mastra.ErrTruncated": {mastra.ErrTruncated, 502}, "mastra.ErrIdleTimeout": {mastra.ErrIdleTimeout, 504},
	"mastra.ErrEventTooLarge": {mastra.ErrEventTooLarge, 502}, "mastra.ErrClosed": {mastra.ErrClosed, 499}, "stream.ErrTruncated": {stream.ErrTruncated, 502},
	"stream.ErrIdleTimeout": {stream.ErrIdleTimeout, 504}, "stream.ErrEventTooLarge": {stream.ErrEventTooLarge, 502}, "stream.ErrClientGone": {stream.ErrClientGone, 499},
	"stream.ErrClosed": {stream.ErrClosed, 499}, "mastra.ErrConcurrentRead": {mastra.ErrConcurrentRead, 500}, "stream.ErrConcurrentRead": {stream.ErrConcurrentRead, 500},
}

// likeNotFound is an error of a user's that matches a sentinel and does not wrap it.
type likeNotFound struct{}

func (likeNotFound) Error() string        { return "no such order" }
func (likeNotFound) Is(target error) bool { return target == mastra.ErrNotFound }

// A fake of a user's wraps a sentinel: it counts as an Error that matches it.
func TestHTTPStatus_OfASentinelIsThatOfAnErrorThatMatchesIt(t *testing.T) {
	t.Parallel()
	for _, p := range compiled(t, "", "stream") {
		for _, name := range p.Scope().Names() {
			if _, ok := p.Scope().Lookup(name).(*types.Var); ok && strings.HasPrefix(name, "Err") {
				assert.Contains(t, sentinels, p.Name()+"."+name)
			}
		}
	}
	for name, s := range sentinels {
		assert.Equal(t, s.status, mastra.HTTPStatus(s.err), name)
		assert.Equal(t, s.status, mastra.HTTPStatus(fmt.Errorf("fake: %w", s.err)), name)
		assert.Equal(t, s.status, mastra.HTTPStatus(errors.Join(errors.New("log is full"), s.err)), name)
	}
	for status := 400; status < 600; status++ {
		err := &mastra.Error{Status: status, Message: "x"}
		for name, s := range sentinels {
			if errors.Is(err, s.err) && !errors.Is(err, mastra.ErrUnavailable) && !errors.Is(err, mastra.ErrTimeout) {
				assert.Equal(t, mastra.HTTPStatus(err), s.status, "%s, %d", name, status)
			}
		}
	}
	assert.Equal(t, 404, mastra.HTTPStatus(likeNotFound{}))
	assert.Equal(t, 503, mastra.HTTPStatus(fmt.Errorf("%w: %w", mastra.ErrServer, mastra.ErrUnavailable)))
}

func TestHTTPStatus_OfSeveralErrorsIsThatOfTheFirstRow(t *testing.T) {
	refused, unavailable, failed := &mastra.Error{Status: 403}, &mastra.Error{Status: 503}, &stream.RunError{Message: "boom"}
	for _, tt := range []struct {
		errs []error
		want int
	}{
		{[]error{unavailable, refused}, 403},
		{[]error{failed, unavailable}, 503},
		{[]error{failed, &stream.TripwireError{Reason: "no"}}, 422},
		{[]error{refused, mastra.ErrNotSuspended}, 409},
		{[]error{unavailable, mastra.ErrTimeout, failed}, 504},
		{[]error{&mastra.Error{Status: 500}, &mastra.Error{Status: 404}}, 404},
	} {
		assert.Equal(t, tt.want, mastra.HTTPStatus(errors.Join(tt.errs...)), "%v", tt.errs)
	}
}

// An error whose cause was an answer to another question is not that answer.
func TestHTTPStatus_OfACauseCountsOnlyForWhoDidNotWait(t *testing.T) {
	rt := play(fails(errReset), answer(403, `{"error":"no"}`))
	c := inMemory(t, rt, mastra.WithRetries(0))
	_, err := c.Workflow("w").Start(t.Context(), mastra.StartRequest{})
	require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
	require.ErrorIs(t, err, mastra.ErrForbidden, "of the look at the run")
	assert.Equal(t, 502, mastra.HTTPStatus(err))
}
