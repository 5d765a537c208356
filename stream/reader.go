package stream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mastra-go/mastra/internal/hook"
)

// reader is what a Stream does. What ends it from elsewhere, a context or a timer,
// holds the reader and not the Stream, so that a Stream that nobody holds is noticed.
type reader struct {
	ctx    context.Context
	body   io.ReadCloser
	opt    Options
	hooks  hook.Hooks[Chunk]
	buf    buffer
	frames framer
	dec    decoder
	end    endState
	events int   // chunks read so far
	seen   Chunk // the one that OnChunk looks at

	runID     atomic.Pointer[string]
	cause     atomic.Pointer[error] // why the stream was given up
	busy      atomic.Bool           // a goroutine is reading
	waiting   atomic.Bool           // for a byte, with a limit
	silent    atomic.Bool           // the body was closed because none came in time
	closer    closer                // of the body
	unwatch   func() bool           // stops watching ctx
	inner     context.Context       // for Continue and Insert; nil without them
	inserted  bytes.Reader          // what Insert has given and is to be read
	release   context.CancelFunc    // ends inner
	timer     *time.Timer           // made at its first use
	someBytes bool                  // something was received

	readErr error // from the body; the bytes before it come first
	over    bool
	err     error // the end, io.EOF for a good one

	told                     atomic.Bool // hooks.Over
	chunks, bytes, continued atomic.Int64
}

// maxMaxEventSize keeps sums of sizes within an int of 32 bits.
const maxMaxEventSize = 1 << 30

func newFramer(f Framing, maxEvent int) framer {
	if f == Records {
		return newRecordFramer(maxEvent)
	}
	return newSSEFramer(maxEvent)
}

// next is Next. One goroutine at a time is let in: the other would disturb it.
func (s *reader) next() (Chunk, error) {
	if !s.busy.CompareAndSwap(false, true) {
		return Chunk{}, ErrConcurrentRead
	}
	defer s.busy.Store(false)
	for {
		fr, c, err := s.step(true)
		if err == errContinued {
			continue
		}
		if err != nil {
			return Chunk{}, err
		}
		switch fr.kind {
		case frameData:
			return c, nil
		case frameDone:
			if err := s.finishDone(nil); err != errContinued {
				return Chunk{}, err
			}
		case frameNone:
			if _, err := s.read(); err != nil {
				if err := s.finishRead(err); err != errContinued {
					return Chunk{}, err
				}
			}
		}
	}
}

// close is Close.
func (s *reader) close() error {
	s.interrupt(ErrClosed)
	s.unwatch()
	return s.closer.close()
}

// run is the id of the run, "" as long as it is not known.
func (s *reader) run() string {
	if id := s.runID.Load(); id != nil {
		return *id
	}
	return ""
}

// drop is called when nobody holds the stream any more.
func (s *reader) drop() {
	if s.hooks.Dropped != nil && s.cause.Load() == nil {
		s.hooks.Dropped(s.run())
	}
	go func() { _ = s.close() }() // which may wait
}

// interrupt gives the stream up for a reason; the first one holds. Close waits for
// OnClose, the end of the context does not.
func (s *reader) interrupt(cause error) {
	first := s.cause.CompareAndSwap(nil, &cause)
	if s.release != nil {
		s.release()
	}
	_ = s.closer.close()
	if first {
		s.tell(cause)
	}
	switch {
	case !first || s.hooks.OnClose == nil:
	case cause == ErrClosed:
		s.hooks.OnClose()
	default:
		go s.hooks.OnClose()
	}
}

// interrupted is the reason why nothing more may be handed out, or nil.
func (s *reader) interrupted() error {
	if cause := s.cause.Load(); cause != nil && *cause == ErrClosed {
		return ErrClosed
	}
	if s.ctx.Err() != nil {
		return contextError(s.ctx)
	}
	return nil
}

// step takes the next frame from the buffer without reading. For a frameData it
// returns the chunk too, all checks and callbacks done; with owned false the chunk
// borrows its bytes unless OnChunk may want to keep them. After a frameDone comes
// finishDone. An error is the end of the stream.
func (s *reader) step(owned bool) (frame, Chunk, error) {
	if s.over {
		return frame{}, Chunk{}, s.err
	}
	if err := s.interrupted(); err != nil {
		return frame{}, Chunk{}, s.finish(err)
	}
	fr, err := s.frames.next(s.buf.bytes())
	if err != nil {
		return frame{}, Chunk{}, s.finish(err)
	}
	if fr.kind == frameData && blank(fr.data) && (len(fr.data) == 0 || !s.takesText(&fr)) {
		fr.kind = frameOther
	}
	switch fr.kind {
	case frameData:
		c, clean, err := s.chunk(&fr, owned)
		if clean != nil {
			fr.data, fr.changed = clean, true
		}
		return fr, c, err
	case frameDone:
		if s.end.rule == EndEndless {
			fr.kind = frameOther
		}
	}
	return fr, Chunk{}, nil
}

// chunk makes the chunk of an event, and returns the text that it was made of where
// something was hidden in it.
func (s *reader) chunk(fr *frame, owned bool) (c Chunk, clean []byte, err error) {
	s.events++
	data := fr.data
	if c, err = s.dec.chunk(data, owned || s.hooks.OnChunk != nil); err != nil {
		if !s.takesText(fr) {
			return Chunk{}, nil, s.finish(locate(err, s.events))
		}
		c, err = textChunk(data), nil
	}
	c.sse = fr.sse
	if c.isBareError() {
		c.Type = TypeError
	}
	if s.hooks.Hide != nil {
		if hidden, changed := hideErrors(c.Type, data, s.hooks.Hide); changed {
			typ, fields := c.Type, c.sse
			if c, err = s.dec.chunk(hidden, true); err != nil {
				return Chunk{}, nil, s.finish(locate(err, s.events))
			}
			c.Type, c.sse, clean = typ, fields, hidden
		}
	}
	if c.RunID != "" && s.runID.Load() == nil {
		id := c.RunID
		s.runID.Store(&id)
	}
	s.end.see(&c)
	if s.hooks.Over != nil {
		s.chunks.Add(1)
	}
	if s.hooks.OnChunk != nil {
		s.seen = c // a pointer to c itself would put every chunk on the heap
		s.hooks.OnChunk(&s.seen)
		s.seen = Chunk{}
	}
	return c, clean, nil
}

// takesText tells whether an event may hold data that is not JSON.
func (s *reader) takesText(fr *frame) bool {
	return s.opt.AnyData && (fr.sse != nil && fr.sse.name != "" || s.opt.End.own())
}

// finish ends the stream; err is nil if all came that should have come. Where
// Continue has more, the stream goes on and finish returns errContinued.
func (s *reader) finish(err error) error {
	if cut := s.interrupted(); cut != nil && err != nil {
		s.interrupt(cut)
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	_ = s.closer.close()
	if err != ErrClosed {
		err = joinErrors(err, s.end.outcome())
		if s.hooks.Continue != nil && s.interrupted() == nil {
			var body io.ReadCloser
			if body, err = s.hooks.Continue(s.inner, err); body != nil {
				return s.goOn(body)
			}
			if cut := s.interrupted(); cut == ErrClosed || cut != nil && err != nil { // meanwhile
				err = cut
				s.interrupt(cut)
			}
		}
		if s.hooks.OnEnd != nil && err != ErrClosed {
			err = s.hooks.OnEnd(err)
		}
	}
	s.over = true
	s.tell(err)
	s.cause.CompareAndSwap(nil, &errOver) // what closes the stream now gives up nothing
	s.unwatch()
	if s.release != nil {
		s.release()
	}
	if err == nil {
		err = io.EOF
	}
	s.err = err
	return err
}

// tell says once that the stream is over.
func (s *reader) tell(err error) {
	if s.hooks.Over != nil && s.told.CompareAndSwap(false, true) {
		s.hooks.Over(hook.End{Chunks: s.chunks.Load(), Bytes: s.bytes.Load(), Continued: s.continued.Load(), RunID: s.run(), Err: err})
	}
}

var errOver = errors.New("stream: over")

// errContinued: the stream goes on in another body.
var errContinued = errors.New("stream: continued")

// goOn starts afresh in another body.
func (s *reader) goOn(body io.ReadCloser) error {
	s.silent.Store(false)
	s.continued.Add(1)
	s.closer.replace(body)
	if s.cause.Load() != nil { // closed meanwhile
		_ = s.closer.close()
	}
	s.body, s.readErr, s.someBytes = body, nil, false
	s.buf = newBuffer(s.opt.MaxEventSize)
	s.frames = newFramer(s.opt.Framing, s.opt.MaxEventSize)
	s.end = endState{rule: s.end.rule, run: s.end.run}
	return errContinued
}

// closer closes one body after the other, each once.
type closer struct {
	mu     sync.Mutex
	body   io.Closer
	closed bool
	err    error
}

func (c *closer) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed, c.err = true, c.body.Close()
	}
	return c.err
}

func (c *closer) replace(body io.Closer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.body, c.closed, c.err = body, false, nil
}

// finishDone ends the stream behind [DONE]. What still comes is read, so that the
// connection can be used again, and given to each if that is not nil.
func (s *reader) finishDone(each func([]byte)) error {
	s.startTimer(drainTime)
	for left := drainBytes; left > 0 && s.readErr == nil; {
		var n int
		n, s.readErr = s.body.Read(s.buf.b[:min(left, len(s.buf.b))])
		left -= max(n, 1)
		if n > 0 && each != nil {
			each(s.buf.b[:n])
		}
	}
	s.stopTimer(drainTime)
	return s.finish(s.end.done())
}

// What is read behind the end of a stream at most.
const (
	drainBytes = 4 << 10
	drainTime  = 50 * time.Millisecond
)

// finishRead ends the stream after a read that failed.
func (s *reader) finishRead(err error) error {
	cut := s.interrupted()
	if cut == ErrClosed {
		return s.finish(cut)
	}
	end := s.end.eof(err, s.frames.partial(s.buf.bytes()))
	if end == nil {
		return s.finish(nil)
	}
	if cut != nil {
		return s.finish(cut)
	}
	if s.silent.Load() {
		return s.finish(ErrIdleTimeout)
	}
	return s.finish(end)
}

// read gets more bytes, which it returns; they are in the buffer too.
func (s *reader) read() ([]byte, error) {
	if b := s.insert(); len(b) > 0 {
		return b, nil
	}
	if s.readErr != nil {
		return nil, s.readErr
	}
	if s.cause.Load() != nil || s.silent.Load() {
		return nil, errInterrupted
	}
	s.frames.moved(s.buf.room(s.frames.keep()))
	limit := s.opt.IdleTimeout
	if !s.someBytes && s.opt.FirstByteTimeout > 0 {
		limit = s.opt.FirstByteTimeout
	}
	s.startTimer(limit)
	b, err := s.buf.fill(s.body, len(s.buf.b))
	s.stopTimer(limit)
	s.readErr = err
	if len(b) > 0 {
		s.bytes.Add(int64(len(b)))
		s.someBytes = true
		return b, nil
	}
	return nil, err
}

// insert reads what Insert has to say between two events.
func (s *reader) insert() []byte {
	if s.hooks.Insert == nil || s.cause.Load() != nil {
		return nil
	}
	if s.inserted.Len() == 0 {
		if s.frames.partial(s.buf.bytes()) {
			return nil
		}
		s.inserted.Reset(s.hooks.Insert(s.inner))
	}
	if s.inserted.Len() == 0 {
		return nil
	}
	s.frames.moved(s.buf.room(s.frames.keep()))
	b, _ := s.buf.fill(&s.inserted, len(s.buf.b)) // it holds some
	s.bytes.Add(int64(len(b)))
	return b
}

var errInterrupted = errors.New("stream: interrupted")

// startTimer closes the body after d unless stopTimer comes first. There is one
// timer, for the waits of a stream and for the one behind its end.
func (s *reader) startTimer(d time.Duration) {
	if d <= 0 {
		return
	}
	s.waiting.Store(true)
	if s.timer == nil {
		s.timer = time.AfterFunc(d, s.tooSilent)
	} else {
		s.timer.Reset(d)
	}
}

func (s *reader) stopTimer(d time.Duration) {
	if d > 0 {
		s.waiting.Store(false)
		s.timer.Stop()
	}
}

func (s *reader) tooSilent() {
	if s.waiting.CompareAndSwap(true, false) {
		s.silent.Store(true)
		_ = s.closer.close()
	}
}
