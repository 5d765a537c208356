package stream

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"time"

	"github.com/mastra-go/mastra/internal/outlet"
)

// Forward passes the rest of a stream on to a client, byte for byte as the server
// sent it, comments and [DONE] included. The exception is what must not reach a
// browser: error chunks carry stack traces, paths of the server, and requests and
// answers of model providers. Their payload becomes
// {"error": {"name": ..., "message": ...}}; the errors inside tool-error and
// background-task-failed are cut down in the same way, and those of workflow steps
// lose their stack and upstream members, also where such a chunk is nested in
// another one. Where no chunk but something else is nested, such as an error that a tool
// has written, the errors in it lose these members, their cause and their details.
//
// Every complete event is flushed before Forward waits for the next one. An event
// that was cut off is not passed on, and nothing is made up: no [DONE] follows a
// truncation.
//
// Content-Type, Cache-Control and X-Accel-Buffering are set unless they are
// already. Forward blocks until the stream ends and returns nil if the end was
// good, otherwise the error that [Stream.Chunks] would end with. If the client is
// gone it closes the stream and returns an error that matches [ErrClientGone] and the
// error of writing, or that of the request's context if the stream is bound to it and
// is told first. A client that takes nothing for a minute counts as gone. That limit
// replaces the WriteTimeout of an http.Server, which would cut a long stream, and stays
// set on the response.
func Forward(w http.ResponseWriter, s *Stream) error {
	return s.alone(func(r *reader) error { return forward(w, r, scrub) })
}

// forward passes frames on as clean leaves them.
func forward(w http.ResponseWriter, s *reader, scrub func(string, []byte) ([]byte, bool)) error {
	out := newOutlet(w, s)
	var run []byte // frames that are passed on as they are, not yet written
	for {
		fr, c, err := s.step(false)
		b := s.buf.bytes()
		if err != nil {
			out.Write(run)
			if run = nil; err == errContinued {
				continue
			}
			return out.end(err)
		}
		switch fr.kind {
		case frameNone:
			out.Write(run)
			run = nil
			if !out.wait() {
				return out.end(nil)
			}
			if _, err := s.read(); err != nil {
				if err := s.finishRead(err); err != errContinued {
					return out.end(err)
				}
			}
			continue
		case frameDone:
			out.Write(run)
			run = nil
			if s.hooks.Continue != nil && !out.wait() {
				return out.end(nil)
			}
			last := append([]byte(nil), b[fr.start:fr.end]...)
			if s.hooks.Continue == nil {
				out.Write(last)
				last = nil
			}
			rest := lineEnds{write: func(b []byte) {
				if s.hooks.Continue == nil {
					out.Write(b)
				} else {
					last = append(last, b...)
				}
			}}
			rest.pass(b[fr.end:])
			if err := s.finishDone(rest.pass); err != errContinued {
				out.Write(last)
				return out.end(err)
			}
			continue
		case frameData:
			clean, changed := scrub(c.Type, fr.data)
			if changed || fr.changed {
				out.Write(run)
				out.Write(b[fr.start:fr.dataStart])
				out.Write(clean)
				run = b[fr.dataEnd:fr.end]
				continue
			}
		}
		if run == nil {
			run = b[fr.start:fr.start]
		}
		run = run[:len(run)+fr.end-fr.start] // frames follow each other without a gap
	}
}

// ForwardRaw passes the rest of a stream on as Forward does, but changes nothing:
// the client gets the bytes that the server sent, stack traces of failures
// included, each as soon as it arrives. Use it between trusted services.
//
// A stream of package mastra that goes on in a further response, such as that of an
// agent with client tools, is passed on event by event: each when it is complete, and
// the last [DONE] only.
func ForwardRaw(w http.ResponseWriter, s *Stream) error {
	return s.alone(func(r *reader) error { return forwardRaw(w, r) })
}

// alone reads the stream where no other goroutine does.
func (s *Stream) alone(read func(*reader) error) error {
	defer runtime.KeepAlive(s)
	if !s.r.busy.CompareAndSwap(false, true) {
		return ErrConcurrentRead
	}
	defer s.r.busy.Store(false)
	return read(s.r)
}

func forwardRaw(w http.ResponseWriter, s *reader) error {
	if s.hooks.Continue != nil {
		return forward(w, s, func(_ string, b []byte) ([]byte, bool) { return b, false })
	}
	out := newOutlet(w, s)
	if !s.over {
		out.Write(s.buf.bytes()[s.frames.keep():])
	}
	for {
		fr, _, err := s.step(false)
		if err != nil {
			return out.end(err)
		}
		switch fr.kind {
		case frameDone:
			return out.end(s.finishDone(out.Write))
		case frameNone:
			if !out.wait() {
				return out.end(nil)
			}
			b, err := s.read()
			if err != nil {
				return out.end(s.finishRead(err))
			}
			out.Write(b)
		}
	}
}

// writeTimeout is how long the client may take nothing.
const writeTimeout = time.Minute

// toClient writes a stream to the client.
type toClient struct {
	*outlet.Outlet
	s *reader
}

func newOutlet(w http.ResponseWriter, s *reader) toClient {
	h := w.Header()
	for name, value := range map[string]string{
		"Content-Type":      s.opt.Framing.ContentType(),
		"Cache-Control":     "no-cache",
		"X-Accel-Buffering": "no",
	} {
		if h.Get(name) == "" {
			h.Set(name, value)
		}
	}
	return toClient{outlet.New(w, writeTimeout), s}
}

// wait sends what has been written before something else takes its time. It tells
// whether the client is still there.
func (c toClient) wait() bool {
	c.Flush()
	c.Wait()
	return c.Err() == nil
}

// end flushes and turns the stream's end into what is returned.
func (c toClient) end(err error) error {
	c.Flush()
	if gone := c.Err(); gone != nil {
		_ = c.s.close()
		return fmt.Errorf("%w: %w", ErrClientGone, gone)
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// lineEnds passes on line ends only, and nothing behind the first other byte: of
// what follows the [DONE] line its blank line alone belongs to the stream.
type lineEnds struct {
	write func([]byte)
	over  bool
}

func (l *lineEnds) pass(b []byte) {
	if l.over {
		return
	}
	rest := bytes.TrimLeft(b, "\r\n")
	l.over = len(rest) > 0
	l.write(b[:len(b)-len(rest)])
}
