package mastra_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

const (
	someTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	someSpan  = "00f067aa0ba902b7"
)

func TestTrace_OfTheContextIsJoinedByTheRun(t *testing.T) {
	type key struct{}
	from := func(ctx context.Context) (mastra.TraceContext, bool) {
		at, ok := ctx.Value(key{}).(mastra.TraceContext)
		return at, ok
	}
	for _, tt := range []struct {
		name    string
		at      *mastra.TraceContext
		tracing *mastra.TracingOptions
		want    string
	}{
		{"a trace", &mastra.TraceContext{TraceID: someTrace, SpanID: someSpan}, nil,
			`{"traceId":"` + someTrace + `","parentSpanId":"` + someSpan + `"}`},
		{"beside options of the request", &mastra.TraceContext{TraceID: someTrace, SpanID: someSpan}, &mastra.TracingOptions{Tags: []string{"x"}},
			`{"traceId":"` + someTrace + `","parentSpanId":"` + someSpan + `","tags":["x"]}`},
		{"the request's own trace wins", &mastra.TraceContext{TraceID: someTrace, SpanID: someSpan}, &mastra.TracingOptions{TraceID: "t"}, `{"traceId":"t"}`},
		{"no trace", nil, nil, ``},
		{"ids that are none", &mastra.TraceContext{TraceID: "xyz", SpanID: someSpan}, nil, ``},
		{"ids of zeros", &mastra.TraceContext{TraceID: "00000000000000000000000000000000", SpanID: someSpan}, nil, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var body struct {
				Tracing json.RawMessage `json:"tracingOptions"`
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				text, _ := io.ReadAll(r.Body)
				assert.NoError(t, json.Unmarshal(text, &body))
				io.WriteString(w, `{"text":"hi"}`)
			}))
			defer server.Close()
			client, err := mastra.New(server.URL, mastra.WithTrace(from))
			require.NoError(t, err)
			ctx := t.Context()
			if tt.at != nil {
				ctx = context.WithValue(ctx, key{}, *tt.at)
			}
			_, err = client.Agent("a").Generate(ctx, mastra.AgentRequest{Messages: mastra.Prompt("x"), Tracing: tt.tracing})
			require.NoError(t, err)
			if tt.want == "" {
				assert.Empty(t, body.Tracing)
			} else {
				assert.JSONEq(t, tt.want, string(body.Tracing))
			}
		})
	}
}

func TestTrace_ParentIsParsedOrRefused(t *testing.T) {
	at, ok := mastra.ParseTraceparent("00-" + someTrace + "-" + someSpan + "-01")
	assert.True(t, ok)
	assert.Equal(t, mastra.TraceContext{TraceID: someTrace, SpanID: someSpan}, at)
	_, ok = mastra.ParseTraceparent("01-" + someTrace + "-" + someSpan + "-00-more")
	assert.True(t, ok, "a later version may add something")
	for _, bad := range []string{"", "00", "00-" + someTrace + "-" + someSpan, "0-" + someTrace + "-" + someSpan + "-01", "zz-" + someTrace + "-" + someSpan + "-01",
		"00-" + someTrace + "-0000000000000000-01", "00-" + someTrace[1:] + "-" + someSpan + "-01", "00-" + someTrace + "-" + someSpan + "0-01",
		"00-" + someTrace + "-" + someSpan + "-1", "00-" + someTrace, "ff-" + someTrace + "-" + someSpan + "-01", "00-" + someTrace + "-" + someSpan + "-zz",
		"00-00000000000000000000000000000000-" + someSpan + "-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + someSpan + "-01"} {
		_, ok := mastra.ParseTraceparent(bad)
		assert.False(t, ok, bad)
	}
}
