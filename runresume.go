package mastra

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// ResumeRequest answers a suspended run.
type ResumeRequest struct {
	// Suspension is the one to answer, as [RunState.Suspensions] gave it, perhaps
	// in another process. One that has been answered since gives [ErrNotSuspended].
	Suspension *Suspension
	// Step names the suspended step where there is no Suspension: "approve", or
	// "outer.approve" inside a nested workflow. It may be empty where only one
	// step is suspended.
	Step string
	// ForEachIndex picks the item of a foreach step; nil takes the suspended one.
	ForEachIndex *int
	// Data is encoded as JSON and must fit the step's resume schema.
	Data any
	// PerStep pauses the run after the step that is resumed.
	PerStep bool
	Tracing *TracingOptions
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any
	// Extra holds members of the body that this struct does not model.
	Extra map[string]any
}

// resumeBody is what the server reads.
type resumeBody struct {
	Path         []string        `json:"step"`
	Data         any             `json:"resumeData,omitempty"`
	ForEachIndex *int            `json:"forEachIndex,omitempty"`
	PerStep      bool            `json:"perStep,omitzero"`
	Tracing      *TracingOptions `json:"tracingOptions,omitempty"`
}

// Resume answers the suspended run and waits until it has ended or is suspended
// again.
//
// The answer is given once. The run is read first, to know which suspension is
// answered; when the server's reply is lost, it is read again: a run that has moved
// on is waited for, whichever server process executes it; one that still stands 10 s
// later where it stood is asked again, as often as [WithRetries] says. Where a
// repetition could answer a later suspension of the same step, Resume gives up with
// [ErrOutcomeUnknown] instead.
//
// A run that is not suspended matches [ErrNotSuspended], one that is not there
// [ErrNotFound]; data that does not fit the schema [ErrInvalidInput], and the
// suspension stays (inside a nested workflow the server fails the run instead).
// Several suspended steps and none named match [ErrInvalidInput], an item of a foreach
// of workflows that is not the first to wait [ErrConflict]. When ctx ends, the call
// returns and the run goes on.
//
// The server carries out one answer to a run at a time. So Resume waits while the run
// works at another, and sends its own if its place still waits then; a step's name
// means the place that waited at the beginning. ctx bounds that, and until it is over
// nothing is sent. Answers of one Client, with all that [Client.With] made of it, go
// one after the other in the same way. Between several processes, or several calls of
// [New], two answers at the same moment to the same place may both be sent. The server
// carries one of them out; the other may match [ErrNotSuspended], or come to the run's
// state as if it had been the one, or fail a run of nested workflows, and in a loop it may
// answer the next suspension. Where that matters, let one process at a time answer.
//
// A run whose server was killed stays running: Resume and [Run.Wait] then wait until ctx
// ends. [Run.Restart] takes such a run up.
//
// GET /workflows/{workflowId}/runs/{runId}, POST /workflows/{workflowId}/resume-stream.
func (r *Run) Resume(ctx context.Context, req ResumeRequest, opts ...Option) (state *RunState, err error) {
	r, err = r.with(opts)
	if err != nil {
		return nil, err
	}
	ctx, end := r.account(ctx, route.WorkflowResumeStream)
	defer func() { end(err) }()
	t, err := r.turn(ctx, req)
	if err != nil {
		return nil, err
	}
	defer t.leave()
	state, err = r.resume(ctx, t, req)
	if err != nil {
		t.failed(ctx, err)
		return nil, err
	}
	t.over()
	return state, nil
}

func (r *Run) resume(ctx context.Context, t *runTurn, req ResumeRequest) (*RunState, error) {
	q := r.resumeRequest(route.WorkflowResumeStream, t.at, req)
	lost := &lostResume{run: r, at: t.at, before: t.before}
	q.Lost = lost.look
	x, err := r.c.begin(ctx, q)
	if err != nil {
		return nil, err
	}
	t.sends()
	resp, o, err := x.Frames(ctx)
	for err == nil {
		b := r.builder(route.WorkflowResumeStream)
		b.turn = func(h hooks) hooks { return t.ends(began(h, t.leave)) }
		state, readErr := b.stream(ctx, false, resp.Body, o).Result()
		switch {
		case readErr == nil:
			return state, nil
		case errors.Is(readErr, ErrInvalidInput), errors.Is(readErr, ErrNotSuspended):
			return lost.result(ctx, x, readErr) // the server's last word
		}
		resp, o, err = x.Again(ctx, readErr)
	}
	return lost.result(ctx, x, err)
}

// ResumeStream answers the suspended run and streams what happens from there.
// It waits for other answers as [Run.Resume] does, and then blocks until the first
// record is on its way. It is sent once: an answer that is lost before the first byte
// gives [ErrOutcomeUnknown]. Afterwards a stream that breaks is taken up again, as that
// of [Run.Stream].
//
// GET /workflows/{workflowId}/runs/{runId}, POST /workflows/{workflowId}/resume-stream.
func (r *Run) ResumeStream(ctx context.Context, req ResumeRequest, opts ...Option) (s *RunStream, err error) {
	r, err = r.with(opts)
	if err != nil {
		return nil, err
	}
	opening, end := r.account(ctx, route.WorkflowResumeStream)
	defer func() { end(err) }()
	t, err := r.turn(opening, req)
	if err != nil {
		return nil, err
	}
	b := r.builder(route.WorkflowResumeStream)
	b.lost = &lostResume{run: b.run, at: t.at, before: t.before}
	b.turn = func(h hooks) hooks { return t.ends(leaving(h, t.leave)) }
	t.sends()
	q := r.resumeRequest(b.op, t.at, req)
	q.Lost = once
	resp, o, err := r.frames(opening, q)
	if err != nil {
		t.failed(ctx, err)
		t.leave()
		return nil, err
	}
	return b.stream(ctx, r.c.cfg().reattach, resp.Body, o), nil
}

// ResumeDetached answers the suspended run and does not wait for what follows. It waits
// for other answers as [Run.Resume] does. The server looks at the data only afterwards:
// data that does not fit leaves the run suspended, and holds the client's next answer to
// the run back for 10 s, as it might still be on its way.
//
// GET /workflows/{workflowId}/runs/{runId}, POST /workflows/{workflowId}/resume.
func (r *Run) ResumeDetached(ctx context.Context, req ResumeRequest, opts ...Option) (err error) {
	r, err = r.with(opts)
	if err != nil {
		return err
	}
	ctx, end := r.account(ctx, route.WorkflowResume)
	defer func() { end(err) }()
	t, err := r.turn(ctx, req)
	if err != nil {
		return err
	}
	defer t.leave()
	t.sends()
	q := r.resumeRequest(route.WorkflowResume, t.at, req)
	q.Lost = once
	err = r.c.call(ctx, nil, q, nil)
	if err != nil {
		t.failed(ctx, err)
	}
	return err
}

// once has a request that may have been carried out not repeated, whatever the policy.
func once(context.Context) (call.Verdict, error) { return call.Unsure, nil }

func (r *Run) resumeRequest(op route.Operation, at Suspension, req ResumeRequest) call.Request {
	body := resumeBody{Path: at.Path, Data: req.Data, ForEachIndex: at.ForEachIndex, PerStep: req.PerStep, Tracing: req.Tracing}
	return r.post(op, body, req.RequestContext, req.Extra)
}
