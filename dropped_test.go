package mastra_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// A stream that nobody holds is closed, also where its context goes on; one that is
// being read is held by whoever reads it.
func TestStream_ThatIsDroppedIsClosed(t *testing.T) {
	gone := make(chan struct{})
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, someChunks)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(gone)
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	func() {
		s, err := c.Agent("a").Stream(ctx, ask())
		require.NoError(t, err)
		_, err = s.Next()
		require.NoError(t, err)
	}()
	for done := false; !done; {
		runtime.GC()
		select {
		case <-gone:
			done = true
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
		}
		require.NoError(t, ctx.Err())
	}
}

func TestStream_ThatIsReadIsNotDropped(t *testing.T) {
	more := make(chan struct{})
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, someChunks)
		w.(http.Flusher).Flush()
		<-more
		_, _ = io.WriteString(w, allChunks[len(someChunks):])
	})
	for name, read := range map[string]func(*mastra.AgentStream) error{
		"Chunks": func(s *mastra.AgentStream) error {
			for _, err := range s.Chunks() {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Text": func(s *mastra.AgentStream) error {
			for _, err := range s.Text() {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Result": func(s *mastra.AgentStream) error { _, err := s.Result(); return err },
		"Next": func(s *mastra.AgentStream) error {
			for {
				if _, err := s.Next(); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan error, 1)
			s, err := c.Agent("a").Stream(t.Context(), ask())
			require.NoError(t, err)
			go func(s *mastra.AgentStream) { done <- read(s) }(s)
			s = nil
			for range 20 {
				runtime.GC()
				time.Sleep(time.Millisecond)
			}
			more <- struct{}{}
			require.NoError(t, <-done)
		})
	}
}

// waitingBody is a body that tells when somebody waits for its rest.
type waitingBody struct {
	*strings.Reader
	waits, more chan struct{}
	rest        *strings.Reader
}

func newWaitingBody(first, rest string) *waitingBody {
	return &waitingBody{strings.NewReader(first), make(chan struct{}), make(chan struct{}), strings.NewReader(rest)}
}

func (b *waitingBody) Read(p []byte) (int, error) {
	if b.Len() > 0 {
		return b.Reader.Read(p)
	}
	select {
	case <-b.waits:
	default:
		close(b.waits)
	}
	<-b.more
	return b.rest.Read(p)
}

func (b *waitingBody) Close() error { return nil }

// on is a client whose stream has this body.
func (b *waitingBody) on(t *testing.T) *mastra.Client {
	return inMemory(t, play(func(req *http.Request) (*http.Response, error) {
		return response(req, 200, b, "Content-Type", "text/event-stream"), nil
	}))
}

// Whoever reads while another waits is told, and disturbs nothing.
func TestStream_IsReadByOneGoroutine(t *testing.T) {
	body := newWaitingBody(someChunks, allChunks[len(someChunks):])
	s, err := body.on(t).Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	defer s.Close()
	var all sync.WaitGroup
	all.Go(func() {
		n := 0
		for _, err := range s.Chunks() {
			assert.NoError(t, err)
			n++
		}
		assert.Equal(t, 3, n)
	})
	<-body.waits
	_, err = s.Next()
	require.ErrorIs(t, err, mastra.ErrConcurrentRead)
	for _, err := range s.Chunks() {
		require.ErrorIs(t, err, mastra.ErrConcurrentRead)
	}
	_, err = s.Result()
	require.ErrorIs(t, err, mastra.ErrConcurrentRead)
	close(body.more)
	all.Wait()
}

// Whoever comes at the same moment is told, or has its turn; nothing is lost between them.
func TestStream_ReadersAtTheSameMomentDisturbNothing(t *testing.T) {
	var feed strings.Builder
	for range 500 {
		feed.WriteString("data: {\"type\":\"text-delta\",\"runId\":\"r\",\"payload\":{\"id\":\"t\",\"text\":\"x\"}}\n\n")
	}
	c := inMemory(t, play(answer(200, feed.String()+allChunks, "Content-Type", "text/event-stream")))
	s, err := c.Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	defer s.Close()
	var read atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				switch _, err := s.Next(); {
				case err == nil:
					read.Add(1)
				case errors.Is(err, mastra.ErrConcurrentRead):
				default:
					assert.ErrorIs(t, err, io.EOF)
					return
				}
			}
		})
	}
	all.Wait()
	assert.Equal(t, int32(503), read.Load())
}
