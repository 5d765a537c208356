package stream_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// pipe is a body that blocks in Read until it is written to or closed; nothing
// else interrupts it.
type pipe struct {
	*io.PipeReader
	w       *io.PipeWriter
	reading chan struct{} // gets a value whenever a Read begins
	closes  int
	mu      sync.Mutex
}

func newPipe() *pipe {
	r, w := io.Pipe()
	return &pipe{PipeReader: r, w: w, reading: make(chan struct{}, 1000)}
}

func (p *pipe) Read(b []byte) (int, error) {
	p.reading <- struct{}{}
	return p.PipeReader.Read(b)
}

func (p *pipe) Close() error {
	p.mu.Lock()
	p.closes++
	p.mu.Unlock()
	return p.PipeReader.Close()
}

func (p *pipe) send(t *testing.T, text string) {
	t.Helper()
	_, err := io.WriteString(p.w, text)
	assert.NoError(t, err)
}

func TestClose_ComesWithLeavingTheLoop(t *testing.T) {
	leave := map[string]func(*stream.Stream){
		"break": func(s *stream.Stream) {
			for range s.Chunks() {
				break
			}
		},
		"return": func(s *stream.Stream) {
			func() {
				for range s.Chunks() {
					return
				}
			}()
		},
		"panic": func(s *stream.Stream) {
			defer func() { _ = recover() }()
			for range s.Chunks() {
				panic("left")
			}
		},
		"goexit": func(s *stream.Stream) {
			var wg sync.WaitGroup
			wg.Go(func() {
				for range s.Chunks() {
					runtime.Goexit()
				}
			})
			wg.Wait()
		},
	}
	for name, leave := range leave {
		t.Run(name, func(t *testing.T) {
			b := whole(sse(startA, startB, done))
			s := stream.New(context.Background(), b, stream.Options{})
			leave(s)
			assert.Equal(t, 1, b.closed)
			chunks, err := collect(s)
			assert.Empty(t, chunks)
			require.ErrorIs(t, err, stream.ErrClosed, "the rest is gone, and that is no good end")
		})
	}
}

func TestClose_OfTheBodyComesOnceAtTheEnd(t *testing.T) {
	for _, input := range []string{sse(startA, done), sse(startA, finishA), sse(startA), sse("{"), ""} {
		b := whole(input)
		s := stream.New(context.Background(), b, stream.Options{})
		_, _ = collect(s)
		assert.Equal(t, 1, b.closed)
		require.NoError(t, s.Close())
		require.NoError(t, s.Close())
		assert.Equal(t, 1, b.closed)
	}
}

func TestClose_BeforeReadingReadsNothing(t *testing.T) {
	b := whole(sse(startA, done))
	s := stream.New(context.Background(), b, stream.Options{})
	require.NoError(t, s.Close())
	chunks, err := collect(s)
	assert.Empty(t, chunks)
	require.ErrorIs(t, err, stream.ErrClosed)
	assert.Zero(t, b.reads)
}

func TestClose_FromAnotherGoroutineInterruptsARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipe()
		s := stream.New(t.Context(), p, stream.Options{})
		var chunks []stream.Chunk
		var err error
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			chunks, err = collect(s)
		}()
		p.send(t, sse(startA)+"data: half an ev")
		synctest.Wait() // the range blocks in Read now
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { assert.NoError(t, s.Close()) })
		}
		wg.Wait()
		<-ended
		require.ErrorIs(t, err, stream.ErrClosed)
		assert.NotErrorIs(t, err, stream.ErrTruncated)
		assert.Len(t, chunks, 1)
		assert.Equal(t, 1, p.closes)
	})
}

func TestClose_InsideTheLoopHandsOutNothingMore(t *testing.T) {
	s := open([]byte(sse(startA, startB, done)), stream.Options{})
	var chunks []stream.Chunk
	var end error
	for c, err := range s.Chunks() {
		if end = err; err == nil {
			chunks = append(chunks, c)
			require.NoError(t, s.Close())
		}
	}
	assert.Len(t, chunks, 1)
	require.ErrorIs(t, end, stream.ErrClosed)
}

func TestCancel_EndsTheStream(t *testing.T) {
	reason := errors.New("user pressed stop")
	tests := []struct {
		name string
		ctx  func(context.Context) (context.Context, func())
		want []error
	}{
		{"cancelled", func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancel(ctx)
			return ctx, cancel
		}, []error{context.Canceled}},
		{"cancelled with a cause", func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(reason) }
		}, []error{context.Canceled, reason}},
		{"over its deadline", func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			return ctx, func() { time.Sleep(2 * time.Second); cancel() }
		}, []error{context.DeadlineExceeded}},
	}
	for _, test := range tests {
		t.Run(test.name+" while a read blocks", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, end := test.ctx(t.Context())
				p := newPipe()
				s := stream.New(ctx, p, stream.Options{})
				go func() {
					p.send(t, sse(startA)+"data: {")
					synctest.Wait()
					end()
				}()
				chunks, err := collect(s)
				assert.Len(t, chunks, 1)
				for _, want := range test.want {
					require.ErrorIs(t, err, want)
				}
				assert.NotErrorIs(t, err, stream.ErrTruncated)
				assert.Equal(t, 1, p.closes)
				time.Sleep(time.Minute) // until end has returned
			})
		})
		t.Run(test.name+" between two reads", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, end := test.ctx(t.Context())
				s := stream.New(ctx, whole(sse(startA, startB, done)), stream.Options{})
				_, err := s.Next()
				require.NoError(t, err)
				end()
				_, err = s.Next()
				for _, want := range test.want {
					require.ErrorIs(t, err, want, "what is left in the buffer is not handed out")
				}
				synctest.Wait()
			})
		})
	}
	t.Run("before the first read", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := collect(stream.New(ctx, whole(sse(startA, done)), stream.Options{}))
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("after a good end nothing changes", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := stream.New(ctx, whole(sse(startA, done)), stream.Options{})
		_, err := collect(s)
		require.NoError(t, err)
		cancel()
		_, err = s.Next()
		require.Equal(t, io.EOF, err)
	})
	t.Run("a failed run is still told", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := stream.New(ctx, whole(sse(errorA, startB, done)), stream.Options{})
		_, err := s.Next()
		require.NoError(t, err)
		cancel()
		_, err = s.Next()
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorAs(t, err, new(*stream.RunError))
	})
}

// faulty is a body whose second Read does something and then fails.
type faulty struct {
	first string
	then  func() error
}

func (f *faulty) Read(p []byte) (int, error) {
	n := copy(p, f.first)
	if f.first = f.first[n:]; n > 0 {
		return n, nil
	}
	return 0, f.then()
}

func (f *faulty) Close() error { return nil }

func TestCancel_OrCloseIsTheEndThoughTheBodyFailsFirst(t *testing.T) {
	t.Run("the context was cancelled, and the transport saw it first", func(t *testing.T) {
		for range 100 {
			ctx, cancel := context.WithCancel(t.Context())
			b := &faulty{sse(startA), func() error { cancel(); return errors.New("connection reset") }}
			_, err := collect(stream.New(ctx, b, stream.Options{}))
			require.ErrorIs(t, err, context.Canceled)
			require.NotErrorIs(t, err, stream.ErrTruncated)
		}
	})
	t.Run("an end of bytes that Close made is no good end", func(t *testing.T) {
		var s *stream.Stream
		b := &faulty{sse(finishA), func() error { _ = s.Close(); return io.EOF }}
		s = stream.New(t.Context(), b, stream.Options{})
		_, err := collect(s)
		require.ErrorIs(t, err, stream.ErrClosed)
	})
	t.Run("all had come when the context was cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := &faulty{sse(finishA), func() error { cancel(); return io.EOF }}
		_, err := collect(stream.New(ctx, b, stream.Options{}))
		require.NoError(t, err)
	})
}

func TestStream_NeedsNoContext(t *testing.T) {
	var none context.Context
	_, err := collect(stream.New(none, whole(sse(done)), stream.Options{MaxEventSize: 1 << 40}))
	require.NoError(t, err)
}

func TestCut_IsABodyThatReturnsNothing(t *testing.T) {
	b := &stuck{}
	_, err := collect(stream.New(context.Background(), b, stream.Options{}))
	require.ErrorIs(t, err, io.ErrNoProgress)
	require.ErrorIs(t, err, stream.ErrTruncated)
	assert.Equal(t, 100, b.reads)
}

// stuck returns nothing, again and again.
type stuck struct{ reads int }

func (s *stuck) Read([]byte) (int, error) { s.reads++; return 0, nil }
func (s *stuck) Close() error             { return nil }

func TestEnd_IsFollowedByALimitedRead(t *testing.T) {
	t.Run("silence", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPipe()
			go p.send(t, sse(startA, done))
			begin := time.Now()
			_, err := collect(stream.New(t.Context(), p, stream.Options{}))
			require.NoError(t, err)
			assert.Equal(t, 50*time.Millisecond, time.Since(begin))
			assert.Equal(t, 1, p.closes)
			synctest.Wait()
		})
	})
	t.Run("no end of bytes", func(t *testing.T) {
		b := &endless{text: "data: [DONE]\n\n"}
		_, err := collect(stream.New(t.Context(), b, stream.Options{}))
		require.NoError(t, err)
		assert.LessOrEqual(t, b.read, 4096+4096)
	})
}

// TestEnd_LeavesTheConnectionToBeUsedAgain proves that a stream that was read to
// [DONE] leaves the connection in a state in which the next request can use it.
func TestEnd_LeavesTheConnectionToBeUsedAgain(t *testing.T) {
	full := recording(t, "answer-tool.sse")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(full)
		_ = http.NewResponseController(w).Flush()
	}))
	defer server.Close()
	dials := 0
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		dials++
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}
	defer transport.CloseIdleConnections()

	idle := make(chan error, 1)
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{PutIdleConn: func(err error) { idle <- err }})
	for range 5 {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, nil)
		require.NoError(t, err)
		res, err := transport.RoundTrip(req)
		require.NoError(t, err)
		_, err = collect(stream.New(ctx, res.Body, stream.Options{}))
		require.NoError(t, err)
		require.NoError(t, <-idle)
	}
	assert.Equal(t, 1, dials)
}

func TestClose_ReturnsWhileTheServerIsStillBlocked(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, sse(startA))
		_ = http.NewResponseController(w).Flush()
		<-release
	}))
	defer server.Close()
	defer close(release)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()

	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, nil)
		require.NoError(t, err)
		res, err := transport.RoundTrip(req)
		require.NoError(t, err)
		s := stream.New(ctx, res.Body, stream.Options{})
		_, err = s.Next()
		require.NoError(t, err)
		time.AfterFunc(10*time.Millisecond, cancel)
		_, err = s.Next()
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("closed", func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, nil)
		require.NoError(t, err)
		res, err := transport.RoundTrip(req)
		require.NoError(t, err)
		s := stream.New(t.Context(), res.Body, stream.Options{})
		_, err = s.Next()
		require.NoError(t, err)
		time.AfterFunc(10*time.Millisecond, func() { _ = s.Close() })
		_, err = s.Next()
		require.ErrorIs(t, err, stream.ErrClosed)
	})
}
