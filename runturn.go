package mastra

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/stream"
)

// The server carries out one answer to a run at a time, and refuses one that finds the
// run at work, at once or after a while. One more answer to a step inside a nested
// workflow fails the run. So a client sends an answer only once the run has settled
// after the one before.

// runTurn is the turn of one answer to a run.
type runTurn struct {
	run    *Run
	to     waits
	end    func()
	at     Suspension // what is answered
	before *RunState  // the run as it stood then

	mu   sync.Mutex
	mine *sentAnswer // nil before it was sent, and once nothing more can come of it
}

// turn waits until no other answer to the run is under way and the run has settled,
// and finds what the request answers.
func (r *Run) turn(ctx context.Context, req ResumeRequest) (*runTurn, error) {
	t := &runTurn{run: r, to: waits{actor: r.workflow, run: r.id}}
	var err error
	if t.end, err = alone(ctx, r.c.cfg().answers, t.to); err != nil {
		return nil, err
	}
	if err := t.find(ctx, req); err != nil {
		t.end()
		return nil, err
	}
	return t, nil
}

// find reads the run until it has settled. A place that no longer waits then was
// answered meanwhile.
func (t *runTurn) find(ctx context.Context, req ResumeRequest) error {
	r := t.run
	for pause := firstPoll; ; pause = min(2*pause, slowestPoll) {
		now, err := r.Get(ctx)
		if err != nil {
			return err
		}
		at, refusal, kind := now.pick(req)
		switch {
		case errors.Is(kind, ErrNotSuspended) && req.Suspension != nil && now.hides(*req.Suspension):
			// The place is looked for when the run has settled.
		case kind != nil:
			return r.refused(route.WorkflowResumeStream, refusal, kind)
		case now.Status == RunSuspended && !r.c.cfg().answers.last(t.to).mayBegin(now):
			t.at, t.before = at, now
			return nil
		default:
			req.Suspension, req.Step, req.ForEachIndex = &at, "", nil // and no later one of the step
		}
		if err := call.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("mastra: run %s of workflow %s is %s: %w", r.id, r.workflow, now.Status, err)
		}
	}
}

// sends: the answer goes out now.
func (t *runTurn) sends() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mine = &sentAnswer{at: t.at}
}

// leave ends the turn. An answer that was sent holds the next one back until the
// record has moved, or for as long as it may take to arrive.
func (t *runTurn) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.run.c.cfg(); t.mine != nil && t.mine.until.IsZero() {
		t.mine.until = time.Now().Add(c.looksFor)
		c.answers.keep(t.to, t.mine)
	}
	t.end()
}

// over: nothing more can come of the answer.
func (t *runTurn) over() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.run.c.cfg().answers.forget(t.to, t.mine)
	t.mine = nil
}

// failed is told the error of the sending: with most, nothing was carried out, nor
// will be.
func (t *runTurn) failed(ctx context.Context, err error) {
	if ctx.Err() == nil && !errors.Is(err, ErrOutcomeUnknown) {
		t.over()
	}
}

// ends has a stream of the answer tell the turn of its end.
func (t *runTurn) ends(h hooks) hooks {
	chunk := h.OnChunk
	h.OnChunk = func(c *stream.Chunk) {
		chunk(c)
		if c.Type == stream.TypeWorkflowFinish {
			t.over()
		}
	}
	return h
}
