package stream

import (
	"context"
	"io"
	"iter"
	"runtime"

	"github.com/mastra-go/mastra/internal/hook"
)

// Stream reads the chunks of one response. It pulls: nothing is read ahead of the
// caller, and no goroutine runs for it. A Stream belongs to one goroutine; only
// Close and RunID may be called from others. A goroutine that reads while another one
// does gets [ErrConcurrentRead].
//
// A Stream must be closed, or read to its end. One that is dropped before is closed when
// the garbage collector finds it, which may be late.
type Stream struct {
	r       *reader
	cleanup runtime.Cleanup
}

func newStream(r *reader) *Stream {
	s := &Stream{r: r}
	s.cleanup = runtime.AddCleanup(s, (*reader).drop, r)
	return s
}

// New returns a Stream that reads body, which it closes. Cancelling ctx ends the
// stream, also while a read blocks, with an error that matches ctx.Err() and the
// cause given to the cancel function.
func New(ctx context.Context, body io.ReadCloser, o Options) *Stream {
	return NewWithHooks(ctx, body, o, hook.Hooks[Chunk]{})
}

// NewWithHooks is for the other packages of this module: use [New]. The hooks, whose
// type no other module can name, gather a result while somebody else reads the
// stream. Whoever reads it himself looks at the chunks as they come.
func NewWithHooks(ctx context.Context, body io.ReadCloser, o Options, h hook.Hooks[Chunk]) *Stream {
	if ctx == nil {
		ctx = context.Background()
	}
	if o.MaxEventSize <= 0 {
		o.MaxEventSize = DefaultMaxEventSize
	}
	o.MaxEventSize = min(o.MaxEventSize, maxMaxEventSize)
	s := &reader{
		ctx: ctx, body: body, opt: o, hooks: h,
		buf:    newBuffer(o.MaxEventSize),
		frames: newFramer(o.Framing, o.MaxEventSize),
		dec:    decoder{joins: true},
		end:    endState{rule: o.End, run: h.RunID},
	}
	s.closer.body = body
	if h.Continue != nil || h.Insert != nil {
		s.inner, s.release = context.WithCancel(ctx)
	}
	if h.RunID != "" {
		s.runID.Store(&s.hooks.RunID)
	}
	s.unwatch = context.AfterFunc(ctx, func() { s.interrupt(contextError(ctx)) })
	return newStream(s)
}

// RunID returns the id of the run, empty as long as it is not known. Where a
// stream holds several runs it is that of the first.
func (s *Stream) RunID() string { return s.r.run() }

// Chunks ranges over the chunks to the end of the stream. If the stream ends
// badly, the last pair is a zero Chunk and the error; a chunk never comes with an
// error. The errors to match are [ErrTruncated], [*RunError], [*TripwireError],
// [*MalformedError], [ErrEventTooLarge], [ErrIdleTimeout], [ErrClosed] and those
// of the context.
//
// Leaving the loop closes the stream. A range over a stream that has ended gives
// the end error again, or nothing if the end was good.
func (s *Stream) Chunks() iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		left := true // by break, return, panic or Goexit
		defer func() {
			if left {
				_ = s.Close()
			}
		}()
		defer runtime.KeepAlive(s)
		for r := s.r; ; {
			c, err := r.next()
			if err != nil {
				left = false
				if err != io.EOF {
					yield(Chunk{}, err)
				}
				return
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

// Next returns the next chunk and blocks until there is one. At the end it returns
// io.EOF if the end was good, or an error as Chunks gives it, and from then on the
// same again.
func (s *Stream) Next() (Chunk, error) {
	c, err := s.r.next()
	runtime.KeepAlive(s)
	return c, err
}

// Close ends the stream: the connection is given up, and a read that blocks in
// another goroutine returns with ErrClosed. After the end of the stream Close does
// nothing. It may be called any number of times, from any goroutine.
func (s *Stream) Close() error {
	s.cleanup.Stop()
	err := s.r.close()
	runtime.KeepAlive(s)
	return err
}
