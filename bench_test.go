package mastra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

const answerJSON = `{"text":"You said: hello","finishReason":"stop","usage":{"inputTokens":11,"outputTokens":7,"totalTokens":18},"steps":[],"toolCalls":[],"toolResults":[],"runId":"r-1"}`

// instant answers without a network.
func instant(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
	return &http.Response{StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(len(answerJSON)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader([]byte(answerJSON)))}, nil
}

// BenchmarkGenerate_BesideNetHTTP measures what the client adds to a call of net/http.
func BenchmarkGenerate_BesideNetHTTP(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		say(w, 200, answerJSON)
	}))
	b.Cleanup(srv.Close)

	for _, network := range []struct {
		name, url string
		transport http.RoundTripper
	}{
		{"in memory", "http://mastra.test", roundTripper(instant)},
		{"loopback", srv.URL, &http.Transport{MaxIdleConnsPerHost: 100}},
	} {
		hc := &http.Client{Transport: network.transport}
		b.Run(network.name+"/net-http", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bareGenerate(b, hc, network.url)
			}
		})
		c, err := mastra.New(network.url, mastra.WithHTTPClient(hc), mastra.WithToken("t"))
		require.NoError(b, err)
		b.Run(network.name+"/mastra", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Agent("assistant").Generate(b.Context(), ask()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(network.name+"/mastra with options", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Agent("assistant").Generate(b.Context(), ask(), mastra.WithHeader("X-A", "1"), mastra.WithRetries(1)); err != nil {
					b.Fatal(err)
				}
			}
		})
		hc.CloseIdleConnections()
	}
}

// bareGenerate is the same call written by hand, decoding as much.
func bareGenerate(b *testing.B, hc *http.Client, url string) {
	body, err := json.Marshal(map[string]any{"messages": []map[string]any{{"role": "user", "content": "hello"}}})
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/api/agents/assistant/generate", bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer t")
	resp, err := hc.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	var out mastra.AgentResult
	if err := json.Unmarshal(text, &out); err != nil {
		b.Fatal(err)
	}
}
