package stream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gosse "github.com/tmaxmax/go-sse"

	"github.com/mastra-go/mastra/stream"
)

// deltas is a stream of n text-deltas as a server sends them, 129 bytes of JSON each.
func deltas(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "data: {\"type\":\"text-delta\",\"runId\":\"e05d9839-814d-42ba-90cc-c04a228d1138\",\"from\":\"AGENT\",\"payload\":{\"id\":\"txt-1\",\"text\":\"chunk-%d \"}}\n\n", i)
	}
	b.WriteString("data: [DONE]\n\n")
	return b.Bytes()
}

// large is a stream of n step-finish chunks of about size bytes: the conversation of
// a recorded one, repeated.
func large(t testing.TB, n, size int) []byte {
	chunks, err := collect(open(recording(t, "answer-tool.sse"), stream.Options{}))
	require.NoError(t, err)
	step := string(chunks[len(chunks)-2].Raw())
	const steps = `"steps":[`
	at := strings.Index(step, steps) + len(steps)
	require.Greater(t, at, len(steps))
	item := step[at:strings.Index(step, `]},"messages"`)] + ","
	step = step[:at] + strings.Repeat(item, (size-len(step))/len(item)) + step[at:]
	require.True(t, json.Valid([]byte(step)))
	return []byte(strings.Repeat(sse(step), n) + sse(done))
}

// packets gives at most 4 KB per Read, as net/http does for a chunked body.
type packets struct{ r bytes.Reader }

func (p *packets) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), 4<<10)]) }
func (p *packets) Close() error               { return nil }

func packetsOf(b []byte) *packets {
	p := &packets{}
	p.r.Reset(b)
	return p
}

// TestDelta_CostsOneAllocationOrThreeWithEscapes counts all that it takes to turn
// the bytes of a text-delta into its text.
func TestDelta_CostsOneAllocationOrThreeWithEscapes(t *testing.T) {
	const n = 2000
	plain := deltas(n)
	escaped := bytes.ReplaceAll(plain, []byte("chunk-"), []byte(`\n\"chunk\" `))
	for name, test := range map[string]struct {
		input []byte
		limit float64
	}{"plain": {plain, 1.1}, "with escapes": {escaped, 3.1}} {
		t.Run(name, func(t *testing.T) {
			size := 0
			perStream := testing.AllocsPerRun(5, func() {
				for c, err := range stream.New(context.Background(), packetsOf(test.input), stream.Options{}).Chunks() {
					if err != nil {
						t.Error(err)
					}
					text, _ := c.Text()
					size += len(text)
				}
			})
			assert.Positive(t, size)
			assert.LessOrEqual(t, perStream/n, test.limit)
			t.Logf("%.2f allocations per delta", perStream/n)
		})
	}
}

// benchmark runs read over the input, once per iteration.
func benchmark(b *testing.B, input []byte, events int, read func(io.ReadCloser) int) {
	b.ReportAllocs()
	b.SetBytes(int64(len(input)))
	for b.Loop() {
		if n := read(packetsOf(input)); n != events {
			b.Fatalf("%d events, not %d", n, events)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
}

func readAll(r io.ReadCloser) int {
	n := 0
	for range stream.New(context.Background(), r, stream.Options{}).Chunks() {
		n++
	}
	return n
}

func readText(r io.ReadCloser) int {
	n := 0
	for c := range stream.New(context.Background(), r, stream.Options{}).Chunks() {
		if text, ok := c.Text(); ok && text != "" {
			n++
		}
	}
	return n
}

func readValues(r io.ReadCloser) int {
	n := 0
	for c := range stream.New(context.Background(), r, stream.Options{}).Chunks() {
		switch c.Value().(type) {
		case *stream.TextDelta, *stream.StepFinish:
			n++
		}
	}
	return n
}

// readGoSSE is what the same work costs with go-sse and encoding/json.
func readGoSSE(r io.ReadCloser) int {
	n := 0
	for event, err := range gosse.Read(r, &gosse.ReadConfig{MaxEventSize: 16 << 20}) {
		if err != nil || event.Data == done {
			break
		}
		n++
	}
	return n
}

func readGoSSEText(r io.ReadCloser) int {
	n := 0
	for event, err := range gosse.Read(r, &gosse.ReadConfig{MaxEventSize: 16 << 20}) {
		if err != nil || event.Data == done {
			break
		}
		var chunk struct {
			Type    string          `json:"type"`
			RunID   string          `json:"runId"`
			From    string          `json:"from"`
			Payload json.RawMessage `json:"payload"`
		}
		if json.Unmarshal([]byte(event.Data), &chunk) != nil {
			break
		}
		if chunk.Type == "text-delta" {
			var delta struct{ ID, Text string }
			if json.Unmarshal(chunk.Payload, &delta) == nil && delta.Text != "" {
				n++
			}
			continue
		}
		n++
	}
	return n
}

func BenchmarkStream_OfDeltas(b *testing.B) {
	const n = 5000
	input := deltas(n)
	b.Run("text", func(b *testing.B) { benchmark(b, input, n, readText) })
	b.Run("text/go-sse", func(b *testing.B) { benchmark(b, input, n, readGoSSEText) })
	b.Run("value", func(b *testing.B) { benchmark(b, input, n, readValues) })
	b.Run("escaped", func(b *testing.B) {
		benchmark(b, bytes.ReplaceAll(input, []byte("chunk-"), []byte(`\n\"c\"`)), n, readText)
	})
}

func BenchmarkStream_OfEventsOf106KB(b *testing.B) {
	const n = 20
	input := large(b, n, 106<<10)
	b.Run("chunks", func(b *testing.B) { benchmark(b, input, n, readAll) })
	b.Run("chunks/go-sse", func(b *testing.B) { benchmark(b, input, n, readGoSSEText) })
	b.Run("value", func(b *testing.B) { benchmark(b, input, n, readValues) })
}

func BenchmarkStream_OfOneEventOf4MB(b *testing.B) {
	input := large(b, 1, 4<<20)
	b.Run("chunks", func(b *testing.B) { benchmark(b, input, 1, readAll) })
	b.Run("framing/go-sse", func(b *testing.B) { benchmark(b, input, 1, readGoSSE) })
}

func BenchmarkChunk_IsParsed(b *testing.B) {
	for name, text := range map[string]string{
		"delta": `{"type":"text-delta","runId":"e05d9839-814d-42ba-90cc-c04a228d1138","from":"AGENT","payload":{"id":"txt-1","text":"chunk-17 "}}`,
		"tool":  `{"type":"tool-call","runId":"e05d9839-814d-42ba-90cc-c04a228d1138","from":"AGENT","payload":{"toolCallId":"call_1","toolName":"weather","args":{"city":"Oslo"}}}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := stream.ParseChunk([]byte(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
