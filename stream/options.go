package stream

import "time"

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
// way was cut off: its end matches [ErrTruncated]. In these rules the bytes end where
// the server ends the body; a connection that breaks is no good end under any rule,
// unless `[DONE]` came before.
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
	// until the caller closes them. `[DONE]` is passed over, and the failure of a run
	// is a chunk like any other, no error of the stream.
	EndEndless
)

// DefaultMaxEventSize is the largest event accepted when [Options].MaxEventSize is 0.
const DefaultMaxEventSize = 16 << 20

// Options say how a stream is read. The zero Options read an agent's stream.
type Options struct {
	// Framing tells how chunks are separated. Default: SSE.
	Framing Framing
	// End is the rule that a complete stream obeys. Default: EndDoneOrTerminal.
	End EndRule

	// MaxEventSize is the most bytes that one event may have, the field names and
	// line ends of SSE included. A larger one ends the stream with an error matching
	// ErrEventTooLarge. Default (0 or less): DefaultMaxEventSize, 16 MiB. More than
	// 1 GiB counts as 1 GiB.
	MaxEventSize int

	// IdleTimeout is the longest wait for the next byte. Every byte counts, those
	// of comments too; time that the caller spends between reads does not. When it
	// is over the stream ends with an error matching ErrIdleTimeout. Default (0 or
	// less): no limit.
	IdleTimeout time.Duration
	// FirstByteTimeout replaces IdleTimeout for the first byte. Default (0 or less):
	// IdleTimeout holds for the first byte too.
	FirstByteTimeout time.Duration
}
