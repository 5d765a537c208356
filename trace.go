package mastra

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// TraceContext is a place in a trace, as W3C trace context names it.
type TraceContext struct {
	// TraceID is 32, SpanID 16 hexadecimal digits.
	TraceID, SpanID string
}

// ParseTraceparent reads a traceparent header: "00-<trace id>-<span id>-<flags>".
func ParseTraceparent(header string) (TraceContext, bool) {
	parts := strings.Split(strings.TrimSpace(header), "-")
	if len(parts) < 4 || len(parts[0]) != 2 || !isHex(parts[0], 2) || parts[0] == "ff" || !isHex(parts[3], 2) {
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
	return option(func(c *config) error { c.trace = from; return nil })
}

// addTrace puts the trace of the context into a request's body.
func (c *config) addTrace(ctx context.Context, body []byte) ([]byte, error) {
	at, ok := c.trace(ctx)
	if !ok || !at.valid() {
		return body, nil
	}
	var own struct {
		Tracing *TracingOptions `json:"tracingOptions"`
	}
	if json.Unmarshal(body, &own) != nil {
		return body, nil // no object, so no run
	}
	if own.Tracing == nil {
		return appendMembers(body, map[string]any{"tracingOptions": TracingOptions{TraceID: at.TraceID, ParentSpanID: at.SpanID}})
	}
	if own.Tracing.TraceID != "" {
		return body, nil
	}
	own.Tracing.TraceID, own.Tracing.ParentSpanID = at.TraceID, at.SpanID
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	tracing, err := marshal(own.Tracing)
	if err != nil {
		return nil, err
	}
	members["tracingOptions"] = tracing
	return marshal(members)
}
