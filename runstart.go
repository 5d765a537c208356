package mastra

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/stream"
)

var (
	opRunStream = post("WorkflowStream", "/workflows/{workflowId}/stream").records(stream.EndWorkflow)
	opRunStart  = post("WorkflowStart", "/workflows/{workflowId}/start")
)

// Start runs the workflow under this run's id and waits until the run has ended
// or is suspended.
//
// The run is executed once, however often Start is called or its answer is
// lost: the server lets a second start of a running run join it, and the state
// of one that has ended or is suspended is read instead. So a lost answer is
// cured by asking again, as often as [WithRetries] says. Only when nobody listens
// any more after a lost answer does Start give up with [ErrOutcomeUnknown],
// because a server that was killed would run an unfinished run afresh; [Run.Wait]
// then tells what became of it.
//
// A run that failed is not an error of the call: see [RunState.Err]. Input that
// does not fit the schema matches [ErrInvalidInput], an unknown workflow
// [ErrNotFound]. When ctx ends, the call returns and the run goes on.
//
// POST /workflows/{workflowId}/stream.
func (r *Run) Start(ctx context.Context, req StartRequest, opts ...Option) (*RunState, error) {
	loop, err := newOnce(r, opRunStream, opts)
	if err != nil {
		return nil, err
	}
	for {
		s, err := r.openStart(ctx, req, loop.broken(opts))
		opened := err == nil
		if opened {
			var state *RunState
			if state, err = s.Result(); err == nil {
				return state, nil
			}
			if now := s.b.record; now != nil && now.Status.settled() {
				return now, nil // the stream was a replay, and not the whole story
			}
		}
		if errors.Is(err, ErrConflict) { // it has ended already
			return loop.found(r.Wait(ctx, opts...))
		}
		if err := loop.again(ctx, err, opened); err != nil {
			return nil, err
		}
	}
}

// Stream starts the run, as [Run.Start] does, and streams what happens in it. It
// blocks until the first record is on its way; until then a lost answer is cured
// by asking again, and by observing the run where it has ended since. Afterwards a
// stream that breaks is taken up again where it broke, by observing the run
// ([WithReattach]); where the server has lost the history, it ends with
// [ErrTruncated], and [Run.Wait] tells what becomes of the run.
//
// Input that does not fit ends the stream with an error that matches
// [ErrInvalidInput]. A run that has ended already gives [ErrConflict].
//
// POST /workflows/{workflowId}/stream.
func (r *Run) Stream(ctx context.Context, req StartRequest, opts ...Option) (*RunStream, error) {
	loop, err := newOnce(r, opRunStream, opts)
	if err != nil {
		return nil, err
	}
	for {
		s, err := r.openStart(ctx, req, opts)
		if err == nil {
			return s, nil
		}
		if loop.lost && errors.Is(err, ErrConflict) { // it has ended since, and its history tells all
			past := request{op: opRunObserve.repeatable(), ids: []string{r.workflow}, query: r.query(), opts: opts}
			if s, err = r.openAs(ctx, opRunStream, past, opts); err != nil {
				return nil, loop.unknown(err)
			}
			return s.given(req.Input), nil
		}
		if err := loop.again(ctx, err, false); err != nil {
			return nil, err
		}
	}
}

func (r *Run) openStart(ctx context.Context, req StartRequest, opts []Option) (*RunStream, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	s, err := r.open(ctx, r.post(opRunStream, req, req.RequestContext, req.Extra, single(opts)), opts)
	if err != nil {
		return nil, err
	}
	return s.given(req.Input), nil
}

// given notes what the run was started with.
func (s *RunStream) given(input any) *RunStream {
	if input != nil {
		s.b.state.Input, _ = marshal(input) // it has been encoded before
	}
	return s
}

// StartDetached starts the run and returns at once. The server answers before it
// looks at the input: one that does not fit leaves the run pending, and
// [Run.Wait] says so with [ErrNotStarted].
//
// POST /workflows/{workflowId}/create-run, which is repeated, then
// POST /workflows/{workflowId}/start, which is not once it was sent.
func (r *Run) StartDetached(ctx context.Context, req StartRequest, opts ...Option) error {
	if err := r.check(); err != nil {
		return err
	}
	start := r.post(opRunStart, req, req.RequestContext, req.Extra, opts)
	if _, err := r.c.exchange(ctx, start); err != nil { // before anything is recorded
		return err
	}
	create := CreateRunRequest{RunID: r.id, Resource: req.Resource}
	if _, err := (&Workflow{r.c, r.workflow}).CreateRun(ctx, create, opts...); err != nil {
		return err
	}
	return r.c.call(ctx, start, nil)
}
