package stream_test

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

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
			if tt.want > 0 { // the end of a context does not wait for it
				require.Eventually(t, func() bool { return calls.Load() == tt.want }, 5*time.Second, time.Millisecond)
			}
			assert.Equal(t, tt.want, calls.Load())
		})
	}
}

// What gives a stream up after a silence that was too long counts as ever: the stream
// goes on in another body meanwhile, or looks for one.
func TestOnClose_IsToldAfterASilenceToo(t *testing.T) {
	for name, giveUp := range map[string]struct {
		do   func(*stream.Stream, context.CancelFunc)
		want error
	}{
		"by Close":       {func(s *stream.Stream, _ context.CancelFunc) { s.Close() }, stream.ErrClosed},
		"by the context": {func(_ *stream.Stream, cancel context.CancelFunc) { cancel() }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first, _ := io.Pipe()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var told atomic.Int32
				asked := make(chan error, 1)
				s := stream.NewWithHooks(ctx, first, stream.Options{IdleTimeout: time.Second}, hooks{
					OnClose: func() { told.Add(1) },
					Continue: func(ctx context.Context, end error) (io.ReadCloser, error) {
						asked <- end
						<-ctx.Done() // it is looked for until somebody gives the stream up
						return nil, end
					},
				})
				go func() {
					assert.ErrorIs(t, <-asked, stream.ErrIdleTimeout)
					giveUp.do(s, cancel)
				}()
				_, err := s.Next()
				assert.ErrorIs(t, err, giveUp.want)
				synctest.Wait()
				assert.Equal(t, int32(1), told.Load())
			})
		})
	}
}

// A Close that comes as the stream goes on in another body is not forgotten.
func TestClose_HoldsWhileAStreamGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, _ := io.Pipe()
		second, _ := io.Pipe()
		var s *stream.Stream
		s = stream.NewWithHooks(t.Context(), first, stream.Options{IdleTimeout: time.Second}, hooks{
			Continue: func(context.Context, error) (io.ReadCloser, error) {
				s.Close()
				return second, nil
			},
		})
		_, err := s.Next()
		assert.ErrorIs(t, err, stream.ErrClosed)
	})
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
