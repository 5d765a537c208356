// Otel shows a call of an agent in an OpenTelemetry trace: a span for each HTTP
// attempt, the agent's own spans on the Mastra server in the same trace, and a log
// line for each attempt that names the trace.
//
//	go run .
//
// The server is the one at MASTRA_BASE_URL, or else the bundled mock. The program is
// a module of its own, so that who uses the client does not depend on OpenTelemetry.
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	exporter, err := stdouttrace.New(stdouttrace.WithPrettyPrint())
	if err != nil {
		return err
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
	defer func() { _ = provider.Shutdown(ctx) }() // the process ends here

	baseURL := "" // New then looks at MASTRA_BASE_URL and MASTRA_TOKEN
	if os.Getenv("MASTRA_BASE_URL") == "" {
		mock := mockserver.Listen(mockserver.WithDemoWorld())
		defer mock.Close()
		baseURL = mock.URL
	}
	logger := slog.New(traced{slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})})
	client, err := newClient(baseURL, provider, logger)
	if err != nil {
		return err
	}
	answer, err := ask(ctx, client, provider, "Hello there")
	if err != nil {
		return err
	}
	fmt.Println(answer)
	return nil
}

// newClient gives a client that takes part in traces.
func newClient(baseURL string, provider trace.TracerProvider, logger *slog.Logger) (*mastra.Client, error) {
	return mastra.New(baseURL,
		// A span for each attempt, as a child of the caller's. Retries are spans of their own.
		mastra.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
			return otelhttp.NewTransport(next,
				otelhttp.WithTracerProvider(provider),
				otelhttp.WithPropagators(propagation.TraceContext{}))
		}),
		// The Mastra server looks at the request's body for the trace, not at its headers.
		mastra.WithTrace(func(ctx context.Context) (mastra.TraceContext, bool) {
			span := trace.SpanContextFromContext(ctx)
			return mastra.TraceContext{TraceID: span.TraceID().String(), SpanID: span.SpanID().String()}, span.IsValid()
		}),
		mastra.WithLogger(logger),
	)
}

// ask is an operation of this program, with a span of its own.
func ask(ctx context.Context, client *mastra.Client, provider trace.TracerProvider, question string) (string, error) {
	ctx, span := provider.Tracer("github.com/mastra-go/mastra/examples/otel").Start(ctx, "ask")
	defer span.End()
	res, err := client.Agent("plain").Generate(ctx, mastra.AgentRequest{Messages: mastra.Prompt(question)})
	if err != nil {
		span.RecordError(err)
		return "", err
	}
	return res.Text, nil
}

// traced adds the trace of the context to each line of a log.
type traced struct{ slog.Handler }

func (t traced) Handle(ctx context.Context, r slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return t.Handler.Handle(ctx, r)
}

func (t traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{t.Handler.WithAttrs(attrs)} }
func (t traced) WithGroup(name string) slog.Handler       { return traced{t.Handler.WithGroup(name)} }
