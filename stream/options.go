package stream

import (
	"context"
	"io"
	"time"
)

// Framing is how chunks are told apart in the bytes of a stream.
type Framing int

const (
	// SSE is a server-sent event stream (text/event-stream). One event holds one
	// chunk; the event `[DONE]` marks the end.
	SSE Framing = iota
	// Records is JSON text, each followed by the byte 0x1E (text/plain). Workflow
	// streams use it.
	Records
)

// ContentType is the media type that the server sends with this framing.
func (f Framing) ContentType() string {
	if f == Records {
		return "text/plain; charset=utf-8"
	}
	return "text/event-stream"
}

// EndRule says what a complete stream ends with. A stream that ends in any other
// way was cut off: its end matches [ErrTruncated]. The end of the bytes is a regular
// one only; a connection that breaks is never a good end unless [DONE] came before.
type EndRule int

const (
	// EndDoneOrTerminal is the rule of agent streams: `[DONE]`, or the end of the
	// bytes right after a chunk that closes a segment: finish, abort, tripwire,
	// tool-call-approval or tool-call-suspended.
	EndDoneOrTerminal EndRule = iota
	// EndDone accepts `[DONE]` only. It is the rule of streams in which more than
	// one run may finish: networks and streams that run until idle.
	EndDone
	// EndWorkflow is the rule of workflow streams: the end of the bytes, when the
	// last segment had its workflow-finish. workflow-start opens a segment; one
	// stream can hold several when a history is replayed.
	EndWorkflow
	// EndEndless is the rule of subscriptions, which have no good end: they last
	// until the caller closes them. `[DONE]` is passed over.
	EndEndless
)

// DefaultMaxEventSize is the largest event accepted when [Options].MaxEventSize is 0.
const DefaultMaxEventSize = 16 << 20

// Options say how a stream is read. The zero value reads an agent stream.
type Options struct {
	// Framing tells how chunks are separated. Default: SSE.
	Framing Framing
	// End is the rule that a complete stream obeys. Default: EndDoneOrTerminal.
	End EndRule

	// MaxEventSize is the most bytes that one event may have, framing included.
	// A larger one ends the stream with an error matching ErrEventTooLarge.
	// Default (0 or less): DefaultMaxEventSize, 16 MiB.
	MaxEventSize int

	// IdleTimeout is the longest wait for the next byte. Every byte counts, those
	// of comments too; time that the caller spends between reads does not. When it
	// is over the stream ends with an error matching ErrIdleTimeout. 0: no limit.
	IdleTimeout time.Duration
	// FirstByteTimeout replaces IdleTimeout for the first byte. 0: IdleTimeout
	// holds for the first byte too.
	FirstByteTimeout time.Duration

	// OnChunk sees every chunk before it is handed out, however the stream is
	// consumed, also by Forward. It is meant for accumulators. The pointer is valid
	// during the call only; what the chunk's methods return may be kept.
	OnChunk func(*Chunk)
	// OnEnd is called once, when the stream has ended by itself, which includes a
	// cut connection, a timeout and a cancelled context but not Close. It gets nil
	// or the error that the stream would end with, and what it returns becomes the
	// end.
	OnEnd func(error) error

	// OnClose is called once, if the reader gives the stream up before its end: by
	// Close, by leaving a loop over it, or by ending the context. It may be called
	// from another goroutine than the reader's.
	OnClose func()

	// Continue is asked when the bytes have come to an end, unless by Close or by
	// the end of the context: end is nil for a good end, else the error. It may
	// return another body, of the same framing, in which the stream goes on; the
	// reader sees one stream, and Forward passes on the last [DONE] only. With a nil
	// body, the stream ends with the error returned. ctx ends when the stream is
	// closed or its own context ends; what is read from the body may be bound to it.
	// Continue blocks the reader as a read does.
	Continue func(ctx context.Context, end error) (io.ReadCloser, error)

	// RunID is the run that the stream belongs to, where it is known beforehand.
	// Otherwise it is learned from the first chunk that has one.
	RunID string
}
