package mastra

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/stream"
)

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

// given notes what the run was started with.
func (s *RunStream) given(input any) *RunStream {
	if input != nil {
		s.b.state.Input, _ = call.Marshal(input) // it has been encoded before
	}
	return s
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
// A server that was restarted has lost the history, and one that shares the run's
// storage with the one that executes it has none: the stream then ends with
// [ErrTruncated] at once, and Wait is what is left. An unknown run matches
// [ErrNotFound].
//
// POST /workflows/{workflowId}/observe. Safe to repeat, and repeated before the
// stream is open.
func (r *Run) Observe(ctx context.Context, req ObserveRequest, opts ...Option) (*RunStream, error) {
	r, err := r.with(opts)
	if err != nil {
		return nil, err
	}
	return r.open(ctx, r.history(req.Offset))
}

// history is the request for the run's history from an offset on.
func (r *Run) history(offset int) call.Request {
	q := r.post(route.WorkflowObserve, nil, nil, nil)
	if offset != 0 {
		q.Query.Set("offset", strconv.Itoa(offset))
	}
	return q
}

// open opens one of the run's streams.
func (r *Run) open(ctx context.Context, q call.Request) (*RunStream, error) {
	resp, o, err := r.frames(ctx, q)
	if err != nil {
		return nil, err
	}
	return r.builder(q.Op).stream(ctx, r.c.cfg().reattach, resp.Body, o), nil
}

// builder is for the stream of op.
func (r *Run) builder(op route.Operation) *runBuilder { return &runBuilder{run: r.quiet(), op: op} }

// stream reads a body. With reattach, it is taken up again where it breaks, if the
// operation is one whose stream has a beginning to count from.
func (b *runBuilder) stream(ctx context.Context, reattach bool, body io.ReadCloser, o stream.Options) *RunStream {
	h := hooks{RunID: b.run.id, OnChunk: b.add}
	if b.run.c.cfg().cancelOnClose && b.op.ID != route.WorkflowObserve.ID {
		h.OnClose = func() { b.cancel(ctx) }
	}
	if b.reattaches = reattach && (b.op.ID == route.WorkflowStream.ID || b.op.ID == route.WorkflowResumeStream.ID); b.reattaches {
		h.Continue = b.reattach
		h.OnEnd = func(err error) error { b.ended = true; return err }
	} else {
		h.OnEnd = func(err error) error { return b.end(ctx, err) }
	}
	if b.turn != nil {
		h = b.turn(h)
	}
	return &RunStream{Stream: stream.NewWithHooks(ctx, body, o, b.run.c.host().StreamHooks(ctx, &b.run.c.cfg().Config, b.op, b.run.path(b.op), b.run.c.veil, h)), ctx: ctx, b: b}
}

// frames opens one of the run's streams, and leaves the reading of it to the caller.
func (r *Run) frames(ctx context.Context, q call.Request) (*http.Response, stream.Options, error) {
	x, err := r.c.begin(ctx, q)
	if err != nil {
		return nil, stream.Options{}, err
	}
	resp, o, err := x.Frames(ctx)
	return resp, o, publicError(err)
}
