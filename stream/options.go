package stream

import (
	"strings"
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

// EndRule says what a complete stream ends with: one of the constants, or what
// [EndAfter] makes. A stream that ends in any other way was cut off: its end matches
// [ErrTruncated]. In these rules the bytes end where the server ends the body; a
// connection that breaks is no good end under any rule, unless `[DONE]` came before.
type EndRule string

const (
	// EndDoneOrTerminal is the rule of agent streams: `[DONE]`, or the end of the
	// bytes right after a chunk that closes a segment: finish, abort, tripwire,
	// tool-call-approval or tool-call-suspended.
	EndDoneOrTerminal EndRule = ""
	// EndDone accepts `[DONE]` only. It is the rule of streams in which more than
	// one run may finish: networks and streams that run until idle.
	EndDone EndRule = "done"
	// EndWorkflow is the rule of workflow streams: the end of the bytes, when the
	// last segment had its workflow-finish. workflow-start opens a segment; one
	// stream can hold several when a history is replayed.
	EndWorkflow EndRule = "workflow"
	// EndEndless is the rule of subscriptions, which have no good end: they last
	// until the caller closes them. `[DONE]` is passed over, and the failure of a run
	// is a chunk like any other, no error of the stream.
	EndEndless EndRule = "endless"
	// EndEOF is for streams that end without a mark: `[DONE]`, or the end of the bytes
	// behind a whole event. A server that stops in between two events is not noticed.
	EndEOF EndRule = "eof"
)

// EndAfter is the rule of streams that have an end of their own: `[DONE]`, or the end
// of the bytes right after an event of one of these names or chunk types
// ([Chunk.Event], [Chunk].Type).
func EndAfter(names ...string) EndRule { return after + EndRule(strings.Join(names, "\n")) }

const after EndRule = "after\n"

// endsAfter tells whether a chunk is one of those that the rule names.
func (r EndRule) endsAfter(c *Chunk) bool {
	names, ok := strings.CutPrefix(string(r), string(after))
	if !ok {
		return false
	}
	for name := range strings.SplitSeq(names, "\n") {
		if name != "" && (name == c.Type || name == c.Event()) {
			return true
		}
	}
	return false
}

// own tells that the rule is that of a stream which is not one of Mastra's own.
func (r EndRule) own() bool { return r == EndEOF || strings.HasPrefix(string(r), string(after)) }

// DefaultMaxEventSize is the largest event accepted when [Options].MaxEventSize is 0.
const DefaultMaxEventSize = 16 << 20

// Options say how a stream is read. The zero Options read an agent's stream.
type Options struct {
	// Framing tells how chunks are separated. Default: SSE.
	Framing Framing
	// End is the rule that a complete stream obeys. Default: EndDoneOrTerminal.
	End EndRule
	// AnyData lets events hold data that is not JSON: those that have a name, and every
	// one where End is EndEOF or made by EndAfter. See [Chunk.Data].
	AnyData bool

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
