// Package route lists the operations of openapi.yaml, and what has to be known of
// one to send it. operations.gen.go is made from openapi.yaml: run go generate
// after a change there.
package route

import "time"

//go:generate go run ./generate -spec ../../openapi.yaml -out operations.gen.go

// Operation is one route of openapi.yaml.
type Operation struct {
	// ID is the operationId; "" for a route that openapi.yaml does not describe.
	ID     string
	Method string
	// Path has placeholders for ids: "/agents/{agentId}/generate". The API prefix
	// stands before it, unless AtRoot is set.
	Path   string
	AtRoot bool
	// Safe tells that carrying the operation out twice does no harm (x-mastra-retry).
	Safe bool
	// Context is where the request context goes (x-mastra-request-context).
	Context Place
	// Tracing tells that the body has a member tracingOptions.
	Tracing bool
	// Answer says what a JSON answer consists of; nil where it may be any JSON.
	Answer *Answer
	// Stream says how the answer is streamed; nil for one that is no stream of chunks.
	Stream *Stream
}

// Place is a place in a request.
type Place int

// The places that a request context can go to.
const (
	Nowhere Place = iota
	Query
	Body
)

// Stream says how a stream is read (x-mastra-stream).
type Stream struct {
	Framing Framing
	End     End
	// Idle is the silence after which the stream is given up, FirstByte the same
	// before its first byte; 0 waits for ever.
	Idle, FirstByte time.Duration
}

// Framing tells how chunks are told apart in the bytes of a stream.
type Framing string

// The framings.
const (
	SSE     Framing = "sse"
	Records Framing = "records"
)

// End tells what a complete stream ends with.
type End string

// The ends.
const (
	DoneOrTerminal End = "done-or-terminal"
	Done           End = "done"
	Terminal       End = "terminal"
	Endless        End = "endless"
)
