package mastra

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// Start runs the workflow under this run's id and waits until the run has ended
// or is suspended.
//
// The run is executed once, although answers get lost. When one is, the client
// reads the run: one that has begun is waited for, whichever server process
// executes it, and one that has ended is the result. Only a run that is still not
// recorded 10 s later is posted again, as often as [WithRetries] says. With
// WithRetries(0) a lost start is looked for, and never posted again. What cannot
// be found out matches [ErrOutcomeUnknown]; [Run.Wait] then tells what became of it.
//
// This holds for server processes that share their storage, and for workflows that
// record their runs while they run (Mastra's option shouldPersistSnapshot can
// switch that off). What is left: a request that a proxy holds back, or a server that
// stands still, for longer than 10 s, and that is carried out after the repetition;
// and a second call of Start with the same run id that reaches another process while
// the run is in progress. A process knows only the runs that it executes itself:
// before you start an id again, read the run ([Run.Get], [Run.Wait]). A run whose server
// was killed stays running, and Start waits for it until ctx ends: [Run.Restart] takes
// it up.
//
// A run that failed is not an error of the call: see [RunState.Err]. Input that
// does not fit the schema matches [ErrInvalidInput], an unknown workflow
// [ErrNotFound]. When ctx ends, the call returns and the run goes on.
//
// POST /workflows/{workflowId}/stream.
func (r *Run) Start(ctx context.Context, req StartRequest, opts ...Option) (state *RunState, err error) {
	r, err = r.with(opts)
	if err != nil {
		return nil, err
	}
	ctx, end := r.account(ctx, route.WorkflowStream)
	defer func() { end(err) }()
	x, lost, err := r.beginStart(ctx, req)
	if err != nil {
		return nil, err
	}
	resp, o, err := x.Frames(ctx)
	for err == nil {
		s := r.builder(route.WorkflowStream).stream(ctx, false, resp.Body, o).given(req.Input)
		state, readErr := s.Result()
		switch now := s.b.record; {
		case readErr == nil:
			return state, nil
		case now != nil && now.Status.settled():
			return now, nil // the stream was a replay, and not the whole story
		case errors.Is(readErr, ErrInvalidInput), errors.Is(readErr, ErrNotSuspended):
			return nil, readErr // the server's last word
		}
		resp, o, err = x.Again(ctx, readErr)
	}
	return lost.result(ctx, x, err)
}

// Stream starts the run, as [Run.Start] does, and streams what happens in it. It
// blocks until the first record is on its way; an answer that is lost until then is
// made up for as in Start, and a run that was found is observed. Afterwards a
// stream that breaks is taken up again where it broke, by observing the run
// ([WithReattach]). Where the process that is asked has no history of the run,
// because it was restarted or another one executes the run, the stream ends with
// [ErrTruncated], and [Run.Wait] tells what becomes of the run.
//
// Input that does not fit ends the stream with an error that matches
// [ErrInvalidInput]. A run that has ended already gives [ErrConflict].
//
// POST /workflows/{workflowId}/stream.
func (r *Run) Stream(ctx context.Context, req StartRequest, opts ...Option) (s *RunStream, err error) {
	r, err = r.with(opts)
	if err != nil {
		return nil, err
	}
	x, lost, err := r.beginStart(ctx, req)
	if err != nil {
		return nil, err
	}
	opening, end := r.account(ctx, route.WorkflowStream)
	defer func() { end(err) }()
	resp, o, err := x.Frames(opening)
	if err == nil {
		return r.builder(route.WorkflowStream).stream(ctx, r.c.cfg().reattach, resp.Body, o).given(req.Input), nil
	}
	if err = publicError(err); err != call.ErrDone && !(lost.asked && errors.Is(err, ErrConflict)) {
		return nil, err
	}
	b := r.builder(route.WorkflowStream)
	past, err := b.observe(ctx, false) // it was begun, and its history tells all
	if err != nil {
		return nil, r.unknown(route.WorkflowStream, x.Attempts(), err)
	}
	return b.stream(ctx, r.c.cfg().reattach, past, b.options).given(req.Input), nil
}

// StartDetached starts the run and returns at once. The server answers before it
// looks at the input: one that does not fit leaves the run pending, and
// [Run.Wait] says so with [ErrNotStarted].
//
// It is sent once, and looks for nothing: a second call with the same run id starts
// the run again, as long as it goes on and afterwards.
//
// POST /workflows/{workflowId}/create-run, which is repeated, then
// POST /workflows/{workflowId}/start, which is not once it was sent.
func (r *Run) StartDetached(ctx context.Context, req StartRequest, opts ...Option) (err error) {
	r, err = r.with(opts)
	if err != nil {
		return err
	}
	ctx, end := r.account(ctx, route.WorkflowStart)
	defer func() { end(err) }()
	q := r.post(route.WorkflowStart, req, req.RequestContext, req.Extra)
	q.Lost = once
	start, err := r.c.begin(ctx, q) // before anything is recorded
	if err != nil {
		return err
	}
	create := CreateRunRequest{RunID: r.id, ResourceID: req.ResourceID}
	if _, err := (&Workflow{r.c, r.workflow}).CreateRun(ctx, create); err != nil {
		return err
	}
	return publicError(start.JSON(ctx, nil))
}

func (r *Run) beginStart(ctx context.Context, req StartRequest) (*call.Exchange, *lostStart, error) {
	q := r.post(route.WorkflowStream, req, req.RequestContext, req.Extra)
	lost := &lostStart{run: r}
	q.Lost = lost.look
	x, err := r.c.begin(ctx, q)
	return x, lost, err
}
