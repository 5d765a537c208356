package mastra

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/internal/tolerant"
	"github.com/mastra-go/mastra/stream"
)

// runBuilder makes a RunState from the chunks of a run's stream. Each chunk is
// decoded once.
type runBuilder struct {
	run *Run // with the options of the call; quiet
	op  route.Operation
	// turn has the stream end the turn that it was begun in, if any.
	turn func(hooks) hooks
	reattachment
	lost *lostResume // of a resume's own stream: what asks whether it was carried out

	state    RunState
	steps    int         // started in this segment
	finished bool        // this segment has had its workflow-finish
	over     atomic.Bool // the same, for cancel
	refusal  string      // why the server refused the last segment that told anything
	resumed  bool        // there were segments before this one
	ended    bool        // the stream has ended by itself
	told     bool        // a record has come

	confirmed *RunState // from the server's record, where the stream agrees with it
	record    *RunState // the same, whether it agrees or not
}

func (b *runBuilder) add(c *stream.Chunk) {
	b.told = true
	if b.reattaches {
		b.read.add(c.Raw())
	}
	switch c.Type {
	case "workflow-start":
		b.resumed = b.resumed || b.finished
		b.finished, b.steps = false, 0
		b.over.Store(false)
		b.state.Status = RunRunning
	case "workflow-finish":
		b.finish(c.Payload())
	case "workflow-canceled":
		b.state.Status = RunCanceled
	case "workflow-step-start", "workflow-step-result", "workflow-step-suspended", "workflow-step-waiting":
		b.step(c.Payload())
	}
}

func (b *runBuilder) step(payload json.RawMessage) {
	var id struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(payload, &id) != nil || id.ID == "" {
		return // the chunk was delivered; there is nothing to add up
	}
	b.steps++
	b.refusal = ""
	var step StepState
	if _, err := tolerant.Unmarshal(payload, &step); err != nil {
		return
	}
	before := b.state.Steps[id.ID] // the end of a foreach does not repeat its beginning
	if step.Input == nil {
		step.Input = before.Input
	}
	if step.StartedAt.IsZero() {
		step.StartedAt = before.StartedAt
	}
	if b.state.Steps == nil {
		b.state.Steps = map[string]StepState{}
	}
	b.state.Steps[id.ID] = step
	if strings.Contains(id.ID, ".") {
		return // of a nested workflow
	}
	switch {
	case step.Tripwire != nil:
		b.state.Tripwire = step.Tripwire
	case step.Status == RunFailed && step.Failure != nil:
		b.state.Failure = step.Failure
	}
}

func (b *runBuilder) finish(payload json.RawMessage) {
	var finish struct {
		Status   RunStatus       `json:"workflowStatus"`
		Result   json.RawMessage `json:"finalWorkflowResult"`
		Metadata struct {
			ErrorMessage string `json:"errorMessage"`
		} `json:"metadata"`
	}
	if _, err := tolerant.Unmarshal(payload, &finish); err != nil {
		return
	}
	b.finished = true
	b.over.Store(true)
	b.state.Status, b.state.Result = finish.Status, finish.Result
	if finish.Status == RunSuccess { // whatever failed on the way has been made up for
		b.state.Failure, b.state.Tripwire = nil, nil
	}
	if text := finish.Metadata.ErrorMessage; text != "" && finish.Status == RunFailed {
		if b.state.Failure == nil {
			b.state.Failure = &RunFailure{Message: text}
		}
		if b.steps == 0 {
			b.refusal = text
		}
	}
}

// end is asked when the stream has ended by itself. A refusal becomes an error.
//
// The server replays a run that is started again, and ends the replay without
// workflow-finish. Of a suspended run that is the whole story if it tells of every
// suspension that the server's record has; of a run that it has refused before,
// the history says why.
func (b *runBuilder) end(ctx context.Context, err error) error {
	b.ended = true
	if b.lost != nil && !b.told && broken(err) {
		return b.run.unknown(b.op, 1, err)
	}
	replay := b.replay(err)
	if b.refusal != "" && (err == nil || replay || broken(err)) { // a cut behind it changes nothing
		if b.op.ID == route.WorkflowObserve.ID { // it may have been a resume's
			if now, getErr := b.run.Get(ctx); getErr == nil && now.Status.settled() {
				b.confirmed = now
				return nil
			}
		}
		return b.refused()
	}
	if !replay {
		return err
	}
	now, getErr := b.run.Get(ctx)
	if getErr != nil {
		return err
	}
	b.record = now
	switch {
	case now.Status == RunSuspended && b.tells(now):
		b.confirmed = now
		return nil
	case now.Status == RunPending && b.op.ID == route.WorkflowStream.ID:
		past, openErr := b.run.Observe(ctx, ObserveRequest{})
		if openErr != nil {
			break
		}
		defer past.Close()
		if _, pastErr := past.Result(); errors.Is(pastErr, ErrInvalidInput) {
			b.refusal = past.b.refusal
			return b.refused()
		}
	}
	return err
}

// replay: the stream may be the replay of a run, which began and has no end.
func (b *runBuilder) replay(err error) bool {
	return b.state.Status != "" && errors.Is(err, stream.ErrTruncated) && wholeBody(err)
}

// tells whether the stream has told of every step that waits.
func (b *runBuilder) tells(now *RunState) bool {
	waiting := now.waitingSteps()
	for _, id := range waiting {
		step := b.state.Steps[id]
		if step.Status != RunSuspended || !step.SuspendedAt.Equal(now.Steps[id].SuspendedAt.Time) {
			return false
		}
	}
	return len(waiting) > 0
}

// wholeBody: the body came to its end as HTTP sees it; no connection broke.
func wholeBody(err error) bool {
	u, ok := err.(interface{ Unwrap() error })
	return ok && u.Unwrap() == nil
}

func (b *runBuilder) refused() *Error {
	kind := ErrInvalidInput
	if notSuspended(b.refusal) {
		kind = ErrNotSuspended
	}
	e := b.run.refused(b.op, b.refusal, kind)
	e.Attempts = 1
	return e
}

// cancel stops a run whose stream was given up, unless that had come to its end: to
// cancel a run that has ended would rewrite what it came to.
func (b *runBuilder) cancel(ctx context.Context) {
	if b.over.Load() {
		return
	}
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), cancelTime)
	defer done()
	if now, err := b.run.Get(ctx); err == nil && now.Status.Ended() {
		return // before its end was read
	}
	_ = b.run.Cancel(ctx) // nobody is left to tell
}

const cancelTime = 5 * time.Second

// result is the state at the end. A stream that told of the whole run, to an end
// that needs no resume, suffices; else the server's record is read: a resumed
// segment tells nothing of the steps before it, and says success when only its
// own part of the run has succeeded.
func (b *runBuilder) result(ctx context.Context) (*RunState, error) {
	if b.confirmed != nil {
		return b.confirmed, nil
	}
	if b.op.ID == route.WorkflowStream.ID && !b.resumed && b.state.Status.Ended() {
		return b.snapshot(), nil
	}
	state, err := b.run.Wait(ctx)
	if err != nil {
		return b.snapshot(), err
	}
	b.confirmed = state
	return state, nil
}

func (b *runBuilder) snapshot() *RunState {
	s := b.state
	s.RunID, s.WorkflowID = b.run.id, b.run.workflow
	s.hide(sync.OnceValue(b.run.c.veil))
	return &s
}
