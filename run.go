package mastra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// ErrNotStarted: a run has been pending for 30 s since it was created; nobody
// has started it, or its input was refused.
var ErrNotStarted = errors.New("mastra: the run was never started")

// Run is a handle to one run of a workflow. It holds ids only and keeps nothing
// of the run, so that any process may continue what another has begun.
type Run struct {
	c            *Client
	workflow, id string
}

// ID of the run.
func (r *Run) ID() string { return r.id }

// WorkflowID is the id of the workflow that the run belongs to.
func (r *Run) WorkflowID() string { return r.workflow }

// with is the run as a call with these options works with it.
func (r *Run) with(opts []Option) (*Run, error) {
	c, err := r.c.with(opts)
	if err != nil {
		return nil, err
	}
	return &Run{c, r.workflow, r.id}, nil
}

// quiet is the run as work beside the call works with it.
func (r *Run) quiet() *Run { return &Run{r.c.quiet(), r.workflow, r.id} }

// about is a request for a route that takes the run's id in its path.
func (r *Run) about(op route.Operation) call.Request {
	return call.Request{Op: op, IDs: []string{r.workflow, r.id}}
}

// post is a request for a route that takes the run's id in the query.
func (r *Run) post(op route.Operation, body any, values, extra map[string]any) call.Request {
	return call.Request{
		Op: op, IDs: []string{r.workflow}, Query: url.Values{"runId": {r.id}}, Refused: call.CheckID("runId", r.id),
		Body: body, Extra: extra, Context: values,
	}
}

// refused is the error of a run that was not started or resumed: nothing happened.
// It has no attempts where the client itself refused.
func (r *Run) refused(op route.Operation, message string, kind error) *Error {
	e := &Error{Method: op.Method, Path: r.path(op), Message: call.Clip(r.c.veil().Text(message), call.MaxErrorText)}
	e.mark(kind)
	return e
}

// unknown is the error of a call that gives up not knowing what became of it.
func (r *Run) unknown(op route.Operation, attempts int, cause error) *Error {
	e := &Error{Method: op.Method, Path: r.path(op), Message: call.Clip(cause.Error(), call.MaxErrorText), Attempts: attempts, cause: cause}
	e.mark(ErrOutcomeUnknown)
	return e
}

// account makes one call of what is sent with the context, see [Client.account].
func (r *Run) account(ctx context.Context, op route.Operation) (context.Context, func(error)) {
	return r.c.account(ctx, op, r.id, r.workflow, r.id)
}

// path of one of the workflow's routes, for errors.
func (r *Run) path(op route.Operation) string {
	return r.c.host().PathOf(&r.c.cfg().Config, op, r.workflow)
}

// state sends a request that is answered with the run's state.
func (r *Run) state(ctx context.Context, opts []Option, q call.Request) (*RunState, error) {
	s, err := callFor[RunState](ctx, r.c, opts, q)
	if err != nil {
		return nil, err
	}
	s.RunID, s.WorkflowID = r.id, r.workflow
	return s, nil
}

// Get reads the run as it stands. An unknown run matches [ErrNotFound].
//
// GET /workflows/{workflowId}/runs/{runId}. Safe to repeat, and repeated.
func (r *Run) Get(ctx context.Context, opts ...Option) (*RunState, error) {
	return callFor[RunState](ctx, r.c, opts, r.about(route.WorkflowGetRun))
}

const (
	firstPoll    = 100 * time.Millisecond
	slowestPoll  = 2 * time.Second
	startsWithin = 30 * time.Second
)

// Wait blocks until the run has ended, is suspended or is paused, and returns
// its state. It asks every 100 ms at first, every 2 s in the end; the context
// bounds it. A run still pending 30 s after its creation gives [ErrNotStarted].
//
// GET /workflows/{workflowId}/runs/{runId}, many times.
func (r *Run) Wait(ctx context.Context, opts ...Option) (state *RunState, err error) {
	r, err = r.with(opts)
	if err != nil {
		return nil, err
	}
	ctx, end := r.account(ctx, route.WorkflowGetRun)
	defer func() { end(err) }()
	for pause := firstPoll; ; pause = min(pause*2, slowestPoll) {
		s, answer := new(RunState), new(call.Answer)
		q := r.about(route.WorkflowGetRun)
		q.Answer = answer
		if err := r.c.call(ctx, nil, q, s); err != nil {
			return nil, err
		}
		if s.Status == "" { // there is nothing to wait for
			return nil, &Error{
				Method: q.Op.Method, Path: r.c.host().PathOf(&r.c.cfg().Config, q.Op, q.IDs...), Status: answer.Status, Header: answer.Header, Body: answer.Body, Attempts: answer.Attempts,
				Message: "the answer does not say how the run stands",
			}
		}
		if s.Status.settled() {
			return s, nil
		}
		if s.Status == RunPending && serverTime(answer.Header).Sub(s.CreatedAt.Time) > startsWithin {
			return s, fmt.Errorf("%w: run %s of workflow %s", ErrNotStarted, r.id, r.workflow)
		}
		if err := call.Sleep(ctx, pause); err != nil {
			return s, fmt.Errorf("mastra: run %s of workflow %s is %s: %w", r.id, r.workflow, s.Status, err)
		}
	}
}

// serverTime is when an answer was sent, by the server's clock where it tells.
func serverTime(header http.Header) time.Time {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		return date
	}
	return time.Now()
}

// Cancel stops the run. The server answers before the run's step has noticed.
// An unknown run matches [ErrNotFound].
//
// Beware: cancelling a run that has ended makes its status canceled all the same. And
// where several server processes share their storage, only the one that executes the
// run can stop it: through another one Cancel gives no error and the record says
// canceled, but the run goes on to its end, and the record then says what that was.
//
// POST /workflows/{workflowId}/runs/{runId}/cancel. Not repeated once it was sent.
func (r *Run) Cancel(ctx context.Context, opts ...Option) error {
	return r.c.call(ctx, opts, r.about(route.WorkflowCancelRun), nil)
}
