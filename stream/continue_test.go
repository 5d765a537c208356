package stream_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

func sseBody(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }

const (
	firstHalf  = "data: {\"type\":\"text-delta\",\"payload\":{\"id\":\"1\",\"text\":\"one \"}}\n\n"
	secondHalf = "data: {\"type\":\"text-delta\",\"payload\":{\"id\":\"1\",\"text\":\"two\"}}\n\n"
	doneEvent  = "data: [DONE]\n\n"
)

// bodies gives further bodies, one after the other, and notes how each ended.
func bodies(ends *[]error, texts ...string) func(context.Context, error) (io.ReadCloser, error) {
	return func(_ context.Context, end error) (io.ReadCloser, error) {
		*ends = append(*ends, end)
		if len(texts) == 0 {
			return nil, end
		}
		text := texts[0]
		texts = texts[1:]
		return sseBody(text), nil
	}
}

func drainText(t *testing.T, s *stream.Stream) (string, error) {
	t.Helper()
	var b strings.Builder
	for c, err := range s.Chunks() {
		if err != nil {
			return b.String(), err
		}
		text, _ := c.Text()
		b.WriteString(text)
	}
	return b.String(), nil
}

func TestContinue_GoesOnInAnotherBody(t *testing.T) {
	for _, tt := range []struct {
		name, first string
		rest        []string
		want        string
		ends        []error // nil, or what the end of each body matches
		err         error
	}{
		{"after a good end", firstHalf + doneEvent, []string{secondHalf + doneEvent}, "one two", []error{nil, nil}, nil},
		{"after a cut", firstHalf, []string{secondHalf + doneEvent}, "one two", []error{stream.ErrTruncated, nil}, nil},
		{"after a cut inside an event", firstHalf + "data: {\"ty", []string{secondHalf + doneEvent}, "one two", []error{stream.ErrTruncated, nil}, nil},
		{"after an event that is not JSON", firstHalf + "data: {\n\n", []string{secondHalf + doneEvent}, "one two", []error{new(stream.MalformedError), nil}, nil},
		{"and may be cut for good", firstHalf, []string{secondHalf}, "one two", []error{stream.ErrTruncated, stream.ErrTruncated}, stream.ErrTruncated},
		{"three times", firstHalf, []string{"", firstHalf, secondHalf + doneEvent}, "one one two", []error{stream.ErrTruncated, stream.ErrTruncated, stream.ErrTruncated, nil}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var ends []error
			seen := 0
			s := stream.NewWithHooks(t.Context(), sseBody(tt.first), stream.Options{}, hooks{
				Continue: bodies(&ends, tt.rest...), OnChunk: func(*stream.Chunk) { seen++ },
			})
			text, err := drainText(t, s)
			assert.Equal(t, tt.want, text)
			assert.ErrorIs(t, err, tt.err)
			assert.Equal(t, len(strings.Fields(tt.want)), seen)
			require.Len(t, ends, len(tt.ends))
			for i, want := range tt.ends {
				var malformed *stream.MalformedError
				if errors.As(want, &malformed) {
					assert.ErrorAs(t, ends[i], &malformed)
				} else {
					assert.ErrorIs(t, ends[i], want)
				}
			}
		})
	}
}

func TestForward_PassesOneDoneOnOfSeveralBodies(t *testing.T) {
	for name, forward := range map[string]func(*httptest.ResponseRecorder, *stream.Stream) error{
		"cleaned": func(w *httptest.ResponseRecorder, s *stream.Stream) error { return stream.Forward(w, s) },
		"raw":     func(w *httptest.ResponseRecorder, s *stream.Stream) error { return stream.ForwardRaw(w, s) },
	} {
		t.Run(name, func(t *testing.T) {
			var ends []error
			w := httptest.NewRecorder()
			s := stream.NewWithHooks(t.Context(), sseBody(firstHalf+doneEvent), stream.Options{}, hooks{Continue: bodies(&ends, secondHalf+doneEvent)})
			require.NoError(t, forward(w, s))
			assert.Equal(t, firstHalf+secondHalf+doneEvent, w.Body.String())

			for _, broken := range []string{"", "data: {\"ty", "data: {\n\n"} {
				w = httptest.NewRecorder()
				s = stream.NewWithHooks(t.Context(), sseBody(firstHalf+broken), stream.Options{}, hooks{Continue: bodies(&ends, secondHalf+doneEvent)})
				require.NoError(t, forward(w, s), broken)
				assert.Equal(t, firstHalf+secondHalf+doneEvent, w.Body.String(), broken)
			}

			w = httptest.NewRecorder()
			s = stream.NewWithHooks(t.Context(), sseBody(firstHalf+doneEvent), stream.Options{}, hooks{Continue: bodies(&ends, secondHalf)})
			assert.ErrorIs(t, forward(w, s), stream.ErrTruncated)
			assert.Equal(t, firstHalf+secondHalf, w.Body.String(), "nothing is made up behind a cut")
		})
	}
}

func TestContinue_GivesTheEnd(t *testing.T) {
	failed := errors.New("the continuation failed")
	s := stream.NewWithHooks(t.Context(), sseBody(firstHalf+doneEvent), stream.Options{}, hooks{
		Continue: func(context.Context, error) (io.ReadCloser, error) { return nil, failed },
	})
	_, err := drainText(t, s)
	assert.ErrorIs(t, err, failed)
}

func TestContinue_ThatBlocksIsEndedByClose(t *testing.T) {
	entered := make(chan struct{})
	s := stream.NewWithHooks(t.Context(), sseBody(firstHalf+doneEvent), stream.Options{}, hooks{
		Continue: func(ctx context.Context, _ error) (io.ReadCloser, error) {
			close(entered)
			<-ctx.Done()
			return sseBody(secondHalf + doneEvent), nil // too late: it is closed, not read
		},
	})
	go func() {
		<-entered
		_ = s.Close()
	}()
	text, err := drainText(t, s)
	assert.Equal(t, "one ", text)
	assert.ErrorIs(t, err, stream.ErrClosed)
}

func TestContinue_ThatGivesUpAfterCloseEndsWithErrClosed(t *testing.T) {
	var s *stream.Stream
	s = stream.NewWithHooks(t.Context(), sseBody(firstHalf+doneEvent), stream.Options{}, hooks{
		Continue: func(ctx context.Context, _ error) (io.ReadCloser, error) {
			_ = s.Close()
			return nil, ctx.Err()
		},
		OnEnd: func(err error) error {
			t.Error("a stream that is closed does not end by itself")
			return err
		},
	})
	_, err := drainText(t, s)
	assert.ErrorIs(t, err, stream.ErrClosed)
	assert.NotErrorIs(t, err, context.Canceled)
}

func TestContinue_ThatGivesUpAfterTheContextEndsWithItsErrors(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	s := stream.NewWithHooks(ctx, sseBody(firstHalf), stream.Options{}, hooks{
		Continue: func(_ context.Context, end error) (io.ReadCloser, error) {
			cancel(cause)
			return nil, end
		},
	})
	_, err := drainText(t, s)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, cause)
}

func TestContinue_IsNotAskedOnceTheContextIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := stream.NewWithHooks(ctx, sseBody(firstHalf+doneEvent), stream.Options{}, hooks{
		Continue: func(context.Context, error) (io.ReadCloser, error) {
			t.Error("asked to continue")
			return nil, nil
		},
	})
	_, err := drainText(t, s)
	assert.ErrorIs(t, err, context.Canceled)
}
