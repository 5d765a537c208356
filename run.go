package mastra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mastra-go/mastra/stream"
)

var (
	opRunGet     = get("WorkflowGetRun", "/workflows/{workflowId}/runs/{runId}")
	opRunCancel  = post("WorkflowCancelRun", "/workflows/{workflowId}/runs/{runId}/cancel").contextInQuery()
	opRunObserve = post("WorkflowObserve", "/workflows/{workflowId}/observe").contextInQuery().records(stream.EndWorkflow)
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

func (r *Run) ids() []string { return []string{r.workflow, r.id} }

// check is for the routes that take the run id in the query.
func (r *Run) check() error { return checkID("runId", r.id) }

// path of one of the workflow's routes, for errors.
func (r *Run) path(op operation) string {
	path, _ := op.expand([]string{r.workflow})
	return r.c.basePath + r.c.cfg.prefix + path
}

func (r *Run) query() url.Values { return url.Values{"runId": {r.id}} }

// Get reads the run as it stands. An unknown run matches [ErrNotFound].
//
// GET /workflows/{workflowId}/runs/{runId}. Safe to repeat, and repeated.
func (r *Run) Get(ctx context.Context, opts ...Option) (*RunState, error) {
	s, err := callFor[RunState](ctx, r.c, request{op: opRunGet, ids: r.ids(), opts: opts})
	if err != nil {
		return nil, err
	}
	return s, nil
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
func (r *Run) Wait(ctx context.Context, opts ...Option) (*RunState, error) {
	var meta Response
	opts = append([]Option{WithResponse(&meta)}, opts...)
	for pause := firstPoll; ; pause = min(pause*2, slowestPoll) {
		s, err := r.Get(ctx, opts...)
		if err != nil {
			return nil, err
		}
		if s.Status.settled() {
			return s, nil
		}
		if s.Status == RunPending && serverTime(meta.Header).Sub(s.CreatedAt.Time) > startsWithin {
			return s, fmt.Errorf("%w: run %s of workflow %s", ErrNotStarted, r.id, r.workflow)
		}
		if err := sleep(ctx, pause); err != nil {
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

// sleep pauses, or returns the context's error as soon as it has ended.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return contextError(ctx)
	case <-timer.C:
		return nil
	}
}

// Cancel stops the run. The server answers before the run's step has noticed.
// Beware: cancelling a run that has ended makes its status canceled all the
// same. An unknown run matches [ErrNotFound].
//
// POST /workflows/{workflowId}/runs/{runId}/cancel. Not repeated once it was sent.
func (r *Run) Cancel(ctx context.Context, opts ...Option) error {
	return r.c.call(ctx, request{op: opRunCancel, ids: r.ids(), opts: opts}, nil)
}

// ObserveRequest says what of a run's history to read.
type ObserveRequest struct {
	// Offset skips that many chunks from the beginning; a negative one counts
	// from the end.
	Offset int
}

// Observe reads the stream of a run that was streamed before: what has happened
// so far, then what happens, until the run ends or is suspended. It blocks until
// the first byte. Every start and every resume begins a segment of its own with
// workflow-start; the server may repeat segments, of a run in progress too.
//
// A server that was restarted has lost the history: the stream then ends with
// [ErrTruncated] at once, and Wait is what is left. An unknown run matches
// [ErrNotFound].
//
// POST /workflows/{workflowId}/observe. Repeated, before the stream is open, only
// where the server refused it unprocessed.
func (r *Run) Observe(ctx context.Context, req ObserveRequest, opts ...Option) (*RunStream, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	query := r.query()
	if req.Offset != 0 {
		query.Set("offset", strconv.Itoa(req.Offset))
	}
	return r.open(ctx, request{op: opRunObserve, ids: []string{r.workflow}, query: query, opts: opts}, opts)
}

// open opens one of the run's streams. opts are for what else has to be asked.
func (r *Run) open(ctx context.Context, req request, opts []Option) (*RunStream, error) {
	return r.openAs(ctx, req.op, req, opts)
}

// openAs opens a stream that stands for the one of another route.
func (r *Run) openAs(ctx context.Context, op operation, req request, opts []Option) (*RunStream, error) {
	cfg, err := r.c.cfg.with(opts)
	if err != nil {
		return nil, err
	}
	b := &runBuilder{run: r, op: op, opts: opts, cfg: cfg}
	if b.op.id != opRunStream.id && b.op.id != opRunResumeStream.id {
		b.cfg.reattach = false // other streams have no beginning to count from
	}
	h := hooks{RunID: r.id, OnChunk: b.add}
	if b.cfg.cancelOnClose && b.op.id != opRunObserve.id {
		h.OnClose = func() { b.cancel(ctx) }
	}
	if b.cfg.reattach {
		h.Continue = b.reattach
		h.OnEnd = func(err error) error { b.ended = true; return err }
	} else {
		h.OnEnd = func(err error) error { return b.end(ctx, err) }
	}
	s, err := r.c.open(ctx, req, h)
	if err != nil {
		return nil, err
	}
	return &RunStream{Stream: s, ctx: ctx, b: b}, nil
}

// RunStream is the stream of a workflow run, record by record: see
// [stream.Stream] for Chunks and Close. It belongs to one goroutine.
//
// Closing it does not stop the run: [Run.Cancel] does, and [WithCancelOnClose].
type RunStream struct {
	*stream.Stream
	ctx context.Context
	b   *runBuilder
}

// Result reads what is left of the stream and returns the run's state. It may be
// called after Chunks, or instead. A suspended run is read from the server's
// record, as its suspensions are not all told in the stream. What has been read
// before an error is returned along with it.
func (s *RunStream) Result() (*RunState, error) {
	for _, err := range s.Chunks() {
		if err != nil {
			return s.b.snapshot(), err
		}
	}
	if !s.b.ended {
		return s.b.snapshot(), ErrClosed
	}
	return s.b.result(s.ctx)
}

// Suspensions reads what is left of the stream and lists where the run waits.
func (s *RunStream) Suspensions() ([]Suspension, error) {
	state, err := s.Result()
	if err != nil {
		return nil, err
	}
	return state.Suspensions(), nil
}
