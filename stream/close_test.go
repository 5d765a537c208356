package stream_test

import (
	"context"
	"io"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/stream"
)

func TestOnClose_IsToldOfAStreamThatIsGivenUp(t *testing.T) {
	for _, tt := range []struct {
		name string
		body string
		read func(*stream.Stream, context.CancelFunc)
		want int32
	}{
		{"by Close", firstHalf, func(s *stream.Stream, _ context.CancelFunc) { s.Close(); s.Close() }, 1},
		{"by break", firstHalf + secondHalf + doneEvent, func(s *stream.Stream, _ context.CancelFunc) {
			for range s.Chunks() {
				break
			}
		}, 1},
		{"by the context", firstHalf + secondHalf + doneEvent, func(s *stream.Stream, cancel context.CancelFunc) {
			for range s.Chunks() {
				cancel()
			}
			s.Close()
		}, 1},
		{"not at a good end", firstHalf + doneEvent, func(s *stream.Stream, cancel context.CancelFunc) {
			for range s.Chunks() {
			}
			cancel()
			s.Close()
		}, 0},
		{"not at a bad end", firstHalf, func(s *stream.Stream, _ context.CancelFunc) {
			for range s.Chunks() {
			}
			s.Close()
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var calls atomic.Int32
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := stream.NewWithHooks(ctx, sseBody(tt.body), stream.Options{}, hooks{OnClose: func() { calls.Add(1) }})
			tt.read(s, cancel)
			assert.Equal(t, tt.want, calls.Load())
		})
	}
}

func TestOnClose_IsToldWhenTheContextEndsARead(t *testing.T) {
	body, _ := io.Pipe()
	closed := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	s := stream.NewWithHooks(ctx, body, stream.Options{}, hooks{OnClose: func() { close(closed) }})
	go cancel()
	_, err := s.Next()
	assert.ErrorIs(t, err, context.Canceled)
	<-closed
}
