package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Ends that a stream can come to, for errors.Is.
var (
	// ErrTruncated is a stream that stopped before its end: the connection broke or
	// the server died. Such an error also matches io.ErrUnexpectedEOF and wraps the
	// transport's error if there was one.
	ErrTruncated = errors.New("stream: cut off before its end")
	// ErrIdleTimeout is a stream on which nothing arrived for too long. It has a
	// method Timeout() bool that returns true, as a net.Error does.
	ErrIdleTimeout error = idleTimeout{}
	// ErrEventTooLarge is an event over the size limit; the error is an
	// *EventTooLargeError.
	ErrEventTooLarge = errors.New("stream: event too large")
	// ErrClientGone is a client of Forward or ForwardRaw that could not be written to,
	// because it is gone or takes nothing; the error wraps that of writing. It says
	// nothing of the stream, which was closed.
	ErrClientGone = errors.New("stream: the client is gone")
	// ErrClosed is what reading gives after Close.
	ErrClosed = errors.New("stream: closed")
	// ErrConcurrentRead: another goroutine is reading the stream, or waits for its next
	// chunk. The stream goes on for that one. It is a mistake of the program's.
	ErrConcurrentRead = errors.New("stream: another goroutine is reading it; a stream belongs to one")
)

// RunError is a run that failed while its stream was open: the server sent an
// `error` chunk, and no `finish` of the run after it with another reason than "error".
// (With one, another model has answered: the run is a success.) It holds no stack
// trace and nothing of the upstream's answer.
type RunError struct {
	RunID string `json:"runId,omitzero"`
	// Name is the JavaScript error's name, such as "Error" or "AI_APICallError";
	// empty if the server gave none.
	Name string `json:"name,omitzero"`
	// Message is the server's text.
	Message string `json:"message"`
	// Code is Mastra's error code, such as
	// "STRUCTURED_OUTPUT_SCHEMA_VALIDATION_FAILED"; empty if there is none.
	Code string `json:"code,omitzero"`
	// StatusCode is the HTTP status that the model provider answered with, or 0.
	StatusCode int `json:"statusCode,omitzero"`
}

func (e *RunError) Error() string {
	if e == nil {
		return "run failed"
	}
	text := "run"
	if e.RunID != "" {
		text += " " + e.RunID
	}
	text += " failed"
	if e.Name != "" && e.Name != "Error" && e.Name != e.Message {
		text += ": " + e.Name
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// TripwireError is a run that a processor stopped on purpose.
type TripwireError struct {
	RunID string `json:"runId,omitzero"`
	// Reason is the processor's text.
	Reason string `json:"reason"`
	// ProcessorID names the processor.
	ProcessorID string `json:"processorId,omitzero"`
	// Retry tells that the processor asked for another try.
	Retry bool `json:"retry,omitzero"`
	// Metadata is what the processor attached: any JSON, or nil.
	Metadata json.RawMessage `json:"metadata,omitempty"`
}

func (e *TripwireError) Error() string {
	text := "tripwire"
	if e != nil && e.ProcessorID != "" {
		text += " of processor " + e.ProcessorID
	}
	if e != nil && e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// MalformedError is a chunk that is not JSON. It says where, never what: the
// content stays out of the error's text.
type MalformedError struct {
	// Event is the number of the event in the stream, counted from 1; 0 when a
	// single chunk was parsed.
	Event int
	// Offset is the position of the offending byte in the event's data.
	Offset int64
	// Reason names the broken rule.
	Reason string
}

func (e *MalformedError) Error() string {
	text := "stream: malformed JSON"
	if e == nil {
		return text
	}
	if e.Event != 0 {
		text += fmt.Sprintf(" in event %d", e.Event)
	}
	text += fmt.Sprintf(" at byte %d", e.Offset)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// EventTooLargeError is an event over the limit; it matches ErrEventTooLarge.
type EventTooLargeError struct {
	// Limit is the limit in bytes.
	Limit int
}

func (e *EventTooLargeError) Error() string {
	if e == nil || e.Limit == 0 {
		return ErrEventTooLarge.Error()
	}
	return fmt.Sprintf("stream: event larger than %d bytes", e.Limit)
}

// Is reports whether target is ErrEventTooLarge.
func (e *EventTooLargeError) Is(target error) bool { return target == ErrEventTooLarge }

type idleTimeout struct{}

func (idleTimeout) Error() string   { return "stream: nothing received for too long" }
func (idleTimeout) Timeout() bool   { return true }
func (idleTimeout) Temporary() bool { return true }

// truncated is the error of a stream that was cut off.
type truncated struct {
	missing string // what should still have come
	cause   error  // the transport's error; nil for a plain end of the bytes
}

func (e *truncated) Error() string {
	text := "stream: cut off before " + e.missing
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *truncated) Is(target error) bool {
	return target == ErrTruncated || target == io.ErrUnexpectedEOF
}

func (e *truncated) Unwrap() error { return e.cause }

// contextError is the end of a stream whose context is over. It always matches
// ctx.Err(), and the cause too where the caller gave one.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// joinErrors is errors.Join without a wrapper around a single error.
func joinErrors(errs ...error) error {
	kept := errs[:0]
	for _, err := range errs {
		if err != nil {
			kept = append(kept, err)
		}
	}
	switch len(kept) {
	case 0:
		return nil
	case 1:
		return kept[0]
	}
	return errors.Join(kept...)
}
