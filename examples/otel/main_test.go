package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/mastra-go/mastra/mockserver"
)

func TestTrace_HoldsACallAndItsAttempts(t *testing.T) {
	mock := mockserver.Start(t)
	mock.Inject(mockserver.Fault{Operation: "AgentGenerate", Status: 503, RetryAfter: "0"})
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	var lines bytes.Buffer
	client, err := newClient(mock.URL, provider, slog.New(traced{slog.NewJSONHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug})}))
	require.NoError(t, err)
	text, err := ask(t.Context(), client, provider, "hi")
	require.NoError(t, err)
	assert.Equal(t, "You said: hi", text)

	ended := spans.Ended()
	require.Len(t, ended, 3, "two attempts, and what asked for them")
	caller := ended[2].SpanContext()
	for _, attempt := range ended[:2] {
		assert.Equal(t, caller.TraceID(), attempt.SpanContext().TraceID())
		assert.Equal(t, caller.SpanID(), attempt.Parent().SpanID())
	}
	for _, request := range mock.RequestsOf("AgentGenerate") {
		var body struct {
			TracingOptions struct{ TraceID, ParentSpanID string }
		}
		require.NoError(t, json.Unmarshal(request.Body, &body))
		assert.Equal(t, caller.TraceID().String(), body.TracingOptions.TraceID)
		assert.Equal(t, caller.SpanID().String(), body.TracingOptions.ParentSpanID)
		assert.Contains(t, request.Header.Get("Traceparent"), caller.TraceID().String(), "for proxies on the way")
	}
	log := strings.Split(strings.TrimSpace(lines.String()), "\n")
	assert.Len(t, log, 2)
	for _, line := range log {
		assert.Contains(t, line, `"trace_id":"`+caller.TraceID().String()+`"`)
	}
	assert.Contains(t, log[0], `"WARN"`)
}

func TestProgram_Runs(t *testing.T) {
	t.Setenv("MASTRA_BASE_URL", "")
	require.NoError(t, run(t.Context()))
}
