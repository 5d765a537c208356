package mastra

import (
	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/stream"
)

// Types that streams and results share.
type (
	// Usage counts tokens: see [stream.Usage].
	Usage = stream.Usage
	// ToolCall is a model's call of a tool: see [stream.ToolCall].
	ToolCall = stream.ToolCall
	// ToolResult is what a tool call came to: see [stream.ToolResult].
	ToolResult = stream.ToolResult
	// Pending is one thing that an agent's run waits for: see [stream.Pending].
	Pending = stream.Pending
	// PendingKind is what a suspended run waits for: see [stream.PendingKind].
	PendingKind = stream.PendingKind
	// FinishReason is why a model call or a run ended: see [stream.FinishReason].
	FinishReason = stream.FinishReason
	// RunError is a run that failed while its stream was open: see [stream.RunError].
	RunError = stream.RunError
	// TripwireError is a run that a processor stopped on purpose: see [stream.TripwireError].
	TripwireError = stream.TripwireError
	// Source is what a model based its answer on: see [stream.Source].
	Source = stream.Source
	// Schema is a JSON Schema, read from every form that the server sends: see [stream.Schema].
	Schema = stream.Schema
	// Chunk is one piece of a stream: see [stream.Chunk].
	Chunk = stream.Chunk
	// Time is a moment as the server writes it, ISO 8601 or epoch milliseconds: see [stream.Time].
	Time = stream.Time
	// AgentStep is one model call of a run: see [gen.AgentStep].
	AgentStep = gen.AgentStep
)

// What a run can wait for.
const (
	PendingApproval   = stream.PendingApproval
	PendingSuspended  = stream.PendingSuspended
	PendingClientTool = stream.PendingClientTool
)

// Why a run can have ended.
const (
	FinishStop          = stream.FinishStop
	FinishLength        = stream.FinishLength
	FinishContentFilter = stream.FinishContentFilter
	FinishToolCalls     = stream.FinishToolCalls
	FinishError         = stream.FinishError
	FinishOther         = stream.FinishOther
	FinishUnknown       = stream.FinishUnknown
	FinishTripwire      = stream.FinishTripwire
	FinishRetry         = stream.FinishRetry
	FinishAbort         = stream.FinishAbort
	FinishSuspended     = stream.FinishSuspended
)

// What ends a stream badly, besides [*RunError] and [*TripwireError].
var (
	ErrTruncated      = stream.ErrTruncated
	ErrIdleTimeout    = stream.ErrIdleTimeout
	ErrEventTooLarge  = stream.ErrEventTooLarge
	ErrClosed         = stream.ErrClosed
	ErrConcurrentRead = stream.ErrConcurrentRead
)
