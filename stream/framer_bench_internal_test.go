package stream

import (
	"bytes"
	"testing"

	"github.com/tmaxmax/go-sse"
)

// BenchmarkFraming_IntoEvents measures the cutting into events alone.
func BenchmarkFraming_IntoEvents(b *testing.B) {
	const n = 5000
	const delta = `{"type":"text-delta","runId":"e05d9839-814d-42ba-90cc-c04a228d1138","from":"AGENT","payload":{"id":"txt-1","text":"chunk-1234 "}}`
	events := bytes.Repeat([]byte("data: "+delta+"\n\n"), n)
	records := bytes.Repeat([]byte(delta+"\x1e"), n)
	run := func(name string, input []byte, frames func([]byte) int) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(input)))
			for b.Loop() {
				if got := frames(input); got != n {
					b.Fatalf("%d events", got)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/event")
		})
	}
	run("sse", events, func(input []byte) int { return countFrames(newSSEFramer(DefaultMaxEventSize), input) })
	run("records", records, func(input []byte) int { return countFrames(newRecordFramer(DefaultMaxEventSize), input) })
	run("sse/go-sse", events, func(input []byte) int {
		count := 0
		for range sse.Read(limited{bytes.NewReader(input)}, &sse.ReadConfig{MaxEventSize: 1 << 20}) {
			count++
		}
		return count
	})
}

type limited struct{ r *bytes.Reader }

func (l limited) Read(p []byte) (int, error) { return l.r.Read(p[:min(len(p), smallBuffer)]) }

func countFrames(f framer, input []byte) int {
	buf := newBuffer(DefaultMaxEventSize)
	source := bytes.NewReader(input)
	count := 0
	for {
		fr, err := f.next(buf.bytes())
		if err != nil {
			return -1
		}
		switch fr.kind {
		case frameData:
			count++
		case frameNone:
			f.moved(buf.room(f.keep()))
			if _, err := buf.fill(source, smallBuffer); err != nil {
				return count
			}
		}
	}
}
