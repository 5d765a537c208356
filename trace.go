package mastra

import (
	"context"
	"encoding/hex"
	"strings"
)

// TracingOptions tie a run into a trace of the caller's.
type TracingOptions struct {
	// TraceID is 32, ParentSpanID 16 hexadecimal digits.
	TraceID      string         `json:"traceId,omitzero"`
	ParentSpanID string         `json:"parentSpanId,omitzero"`
	RootSpanName string         `json:"rootSpanName,omitzero"`
	Metadata     map[string]any `json:"metadata,omitempty"`
	Tags         []string       `json:"tags,omitempty"`
	// RequestContextKeys names what of the request context goes into the trace.
	RequestContextKeys []string `json:"requestContextKeys,omitempty"`
	HideInput          bool     `json:"hideInput,omitzero"`
	HideOutput         bool     `json:"hideOutput,omitzero"`
}

// TraceContext is a place in a trace, as W3C trace context names it.
type TraceContext struct {
	// TraceID is 32, SpanID 16 hexadecimal digits.
	TraceID, SpanID string
}

// ParseTraceparent reads a traceparent header: "00-<trace id>-<span id>-<flags>".
func ParseTraceparent(header string) (TraceContext, bool) {
	parts := strings.Split(strings.TrimSpace(header), "-")
	if len(parts) < 4 || !isHex(parts[0], 2) || parts[0] == "ff" || !isHex(parts[3], 2) {
		return TraceContext{}, false
	}
	t := TraceContext{TraceID: parts[1], SpanID: parts[2]}
	return t, t.valid()
}

func (t TraceContext) valid() bool {
	return isHex(t.TraceID, 32) && strings.Trim(t.TraceID, "0") != "" && isHex(t.SpanID, 16) && strings.Trim(t.SpanID, "0") != ""
}

func isHex(text string, digits int) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == digits && text == strings.ToLower(text)
}

// WithTrace has the runs that calls start join the trace of the call's context:
// from tells where in which trace a context stands, and its answer becomes the
// request's tracingOptions (TraceID and ParentSpanID), unless the request has its
// own. A context in no trace, and one whose ids are not W3C's, add nothing. Agents
// and workflows read it; the server ignores a traceparent header.
//
// With OpenTelemetry:
//
//	mastra.WithTrace(func(ctx context.Context) (mastra.TraceContext, bool) {
//		span := trace.SpanContextFromContext(ctx)
//		return mastra.TraceContext{TraceID: span.TraceID().String(), SpanID: span.SpanID().String()}, span.IsValid()
//	})
func WithTrace(from func(context.Context) (TraceContext, bool)) Option {
	return option(func(c *config) error {
		c.Trace = nil
		if from != nil {
			c.Trace = func(ctx context.Context) (traceID, spanID string, ok bool) {
				at, ok := from(ctx)
				return at.TraceID, at.SpanID, ok && at.valid()
			}
		}
		return nil
	})
}
