// Package hook holds what this module hangs into a stream that it opens itself:
// to gather a result from the chunks, to judge the end, to go on in another body.
// It is internal because a promise about when each hook runs would bind the inside
// of the stream; it is generic over the chunk so that it stands below package
// stream and imports nothing.
package hook

import (
	"context"
	"io"
)

// End is what became of a stream.
type End struct {
	Chunks, Bytes int64
	Continued     int64 // how often it went on in another body
	RunID         string
	Err           error // nil for a good end
}

// Hooks is what a stream of chunks C calls. Each is optional; the zero Hooks does
// nothing.
type Hooks[C any] struct {
	// OnChunk sees every chunk before it is handed out, however the stream is
	// consumed, also when it is forwarded. It is meant for accumulators. The pointer
	// is valid during the call only; what the chunk's methods return may be kept.
	OnChunk func(*C)
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
	// reader sees one stream, and what forwards it passes on the last [DONE] only.
	// With a nil body, the stream ends with the error returned. ctx ends when the
	// stream is closed or its own context ends; what is read from the body may be
	// bound to it. Continue blocks the reader as a read does.
	Continue func(ctx context.Context, end error) (io.ReadCloser, error)

	// Insert is asked before each read that begins between two events, also when the
	// bytes have come to an end: what it returns is read first, and then it is asked
	// again. ctx is that of Continue. Insert blocks the reader as a read does, but no
	// limit of silence counts meanwhile.
	Insert func(ctx context.Context) []byte

	// Hide takes out of JSON text, which stays JSON, what must not be shown. It is given
	// what chunks tell of errors, before anybody sees it.
	Hide func([]byte) []byte

	// Over is called once, when the stream is over for whatever reason, from the
	// goroutine that found it so.
	Over func(End)

	// Dropped is called before a stream is closed that its reader has dropped without
	// closing it, from a goroutine of the runtime's: it must not block.
	Dropped func(runID string)

	// RunID is the run that the stream belongs to, where it is known beforehand.
	// Otherwise it is learned from the first chunk that has one.
	RunID string
}
