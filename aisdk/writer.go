package aisdk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/internal/outlet"
	"github.com/mastra-go/mastra/stream"
)

const (
	defaultHeartbeat    = 15 * time.Second
	defaultWriteTimeout = time.Minute
)

// Pace says how a stream is written. The zero Pace is made for browsers behind
// proxies.
type Pace struct {
	// Heartbeat is how long the stream may be silent before a comment is sent, so
	// that no proxy takes it for dead. Default: 15 s. Negative: none are sent.
	Heartbeat time.Duration
	// WriteTimeout is how long a browser may take nothing before it counts as gone.
	// It replaces the http.Server's. Default: one minute. Negative: no limit.
	WriteTimeout time.Duration
}

// Writer writes a UI message stream: server-sent events, one part each, `[DONE]`
// at the end. It belongs to one goroutine, and starts none but while Pipe runs.
//
// A browser that reads slowly makes the calls block, and with them whatever gives
// the parts.
type Writer struct {
	w     http.ResponseWriter
	out   *outlet.Outlet
	pace  Pace
	buf   []byte
	begun bool
	err   error
}

// NewWriter makes a writer on a response of which nothing has been sent. From then on
// the WriteTimeout of the http.Server does not count.
func NewWriter(w http.ResponseWriter, pace Pace) *Writer {
	if pace.Heartbeat == 0 {
		pace.Heartbeat = defaultHeartbeat
	}
	if pace.WriteTimeout == 0 {
		pace.WriteTimeout = defaultWriteTimeout
	}
	out := outlet.New(w, max(pace.WriteTimeout, 0))
	out.Wait() // the first part may take its time too
	return &Writer{w: w, out: out, pace: pace}
}

// Headers of a UI message stream.
func setHeaders(h http.Header) {
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("Connection", "keep-alive")
	h.Set("X-Vercel-Ai-Ui-Message-Stream", "v1")
	h.Set("X-Accel-Buffering", "no")
}

// maxBuffered is how many bytes wait for a flush at most.
const maxBuffered = 32 << 10

// Write adds parts to the stream. They may wait until Flush.
func (w *Writer) Write(parts ...Part) error {
	for i := range parts {
		w.buf = append(w.buf, "data: "...)
		w.buf = parts[i].appendJSON(w.buf)
		w.buf = append(w.buf, "\n\n"...)
		if len(w.buf) >= maxBuffered {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	return w.err
}

// Heartbeat sends a comment, which browsers pass over.
func (w *Writer) Heartbeat() error {
	w.buf = append(w.buf, ": heartbeat\n\n"...)
	return w.Flush()
}

// Done ends the stream.
func (w *Writer) Done() error {
	w.buf = append(w.buf, "data: [DONE]\n\n"...)
	return w.Flush()
}

// Flush sends what has been written. The first call sends the headers too. Once it
// has failed, because the browser is gone, every call fails, with an error that matches
// [stream.ErrClientGone].
func (w *Writer) Flush() error {
	if w.err != nil || w.begun && len(w.buf) == 0 {
		return w.err
	}
	if !w.begun {
		w.begun = true
		setHeaders(w.w.Header())
		w.w.WriteHeader(http.StatusOK)
	}
	w.out.Write(w.buf)
	if w.buf = w.buf[:0]; cap(w.buf) > 4*maxBuffered {
		w.buf = nil
	}
	w.out.Flush()
	w.out.Wait()
	if err := w.out.Err(); err != nil {
		w.err = fmt.Errorf("%w: %w", stream.ErrClientGone, err)
	}
	return w.err
}

// ChunkStream is a stream of chunks: a [*mastra.AgentStream], [*mastra.RunStream],
// [*mastra.NetworkStream] or [*stream.Stream]. Close may be called while Next
// blocks, and then ends it.
type ChunkStream interface {
	Next() (stream.Chunk, error)
	Close() error
}

// Pipe writes the rest of a stream, converted, and its end: everything after the
// headers, `[DONE]` included. What has been converted is flushed before it waits
// for more, and a comment goes out when that takes long.
//
// It returns how the stream ended: nil, or the error of [stream.Stream.Chunks]. A
// run that failed has said so in its parts; of any other error the browser is told
// BrokenMessage. When the browser is gone the stream is closed, which stops an
// agent, and the error matches [stream.ErrClientGone] and that of writing.
func (w *Writer) Pipe(s ChunkStream, o Options) error {
	return w.all(NewConverter(o), s)
}

// all writes a whole message out of one stream.
func (w *Writer) all(c *Converter, s ChunkStream) error {
	err := w.convert(s, c.Convert)
	return w.end(c, err)
}

// end writes the end of a message whose stream has ended with err.
func (w *Writer) end(c *Converter, err error) error {
	var last []Part
	if err == nil || told(err) {
		last = c.Close()
	} else {
		last = c.Fail(brokenText(err))
	}
	_ = w.Write(last...)
	if failed := w.Done(); failed != nil {
		return failed
	}
	return err
}

// answeredText tells that somebody has answered a run before.
const answeredText = "This question is no longer open."

// brokenText is what the browser may know about a stream that broke off.
func brokenText(err error) string {
	switch {
	case errors.Is(err, mastra.ErrInvalidInput):
		return "The input was not accepted."
	case errors.Is(err, mastra.ErrNotSuspended):
		return answeredText
	case errors.Is(err, stream.ErrIdleTimeout), errors.Is(err, context.DeadlineExceeded):
		return "The agent took too long."
	}
	return BrokenMessage
}

// ahead is how many chunks are read before the browser has taken them.
const ahead = 16

type read struct {
	chunk stream.Chunk
	err   error
}

// convert writes what convert makes of the chunks of s, and leaves s closed. It
// returns the error that ended s, or that of writing.
func (w *Writer) convert(s ChunkStream, convert func(stream.Chunk) []Part) error {
	reads := make(chan read, ahead)
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			c, err := s.Next()
			select {
			case reads <- read{c, err}:
			case <-stop:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	defer func() {
		close(stop)
		_ = s.Close()
		<-stopped
	}()

	var silence *time.Timer
	var silent <-chan time.Time
	if w.pace.Heartbeat > 0 {
		silence = time.NewTimer(w.pace.Heartbeat)
		silent = silence.C
		defer silence.Stop()
	}
	for {
		var next read
		select {
		case next = <-reads:
		default:
			if err := w.Flush(); err != nil {
				return err
			}
			select {
			case next = <-reads:
			case <-silent:
				if err := w.Heartbeat(); err != nil {
					return err
				}
				silence.Reset(w.pace.Heartbeat)
				continue
			}
		}
		if next.err == io.EOF {
			return nil
		}
		if next.err != nil {
			return next.err
		}
		if parts := convert(next.chunk); len(parts) > 0 {
			if err := w.Write(parts...); err != nil {
				return err
			}
			if silence != nil {
				silence.Reset(w.pace.Heartbeat)
			}
		}
	}
}
