package stream_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

func TestIdleTimeout_EndsASilentStream(t *testing.T) {
	const limit = 30 * time.Second
	idle := stream.Options{IdleTimeout: limit}
	tests := []struct {
		name   string
		o      stream.Options
		script func(t *testing.T, p *pipe)
		after  time.Duration
		want   error
	}{
		{"nothing comes", idle, func(*testing.T, *pipe) {}, limit, stream.ErrIdleTimeout},
		{"chunks keep it alive", idle, func(t *testing.T, p *pipe) {
			for range 10 {
				time.Sleep(limit - time.Second)
				p.send(t, sse(startA))
			}
			p.send(t, sse(done))
			p.w.Close()
		}, 10 * (limit - time.Second), nil},
		{"so do comments, and single bytes", idle, func(t *testing.T, p *pipe) {
			for _, piece := range []string{": heart", "b", "eat\n\n", "d"} {
				time.Sleep(limit - time.Second)
				p.send(t, piece)
			}
		}, 4*(limit-time.Second) + limit, stream.ErrIdleTimeout},
		{"no limit", stream.Options{}, func(t *testing.T, p *pipe) {
			time.Sleep(240 * time.Hour)
			p.send(t, sse(done))
			p.w.Close()
		}, 240 * time.Hour, nil},
		{"the first byte has its own limit", stream.Options{IdleTimeout: limit, FirstByteTimeout: time.Second}, func(*testing.T, *pipe) {}, time.Second, stream.ErrIdleTimeout},
		{"which may be longer", stream.Options{IdleTimeout: limit, FirstByteTimeout: 2 * limit}, func(t *testing.T, p *pipe) {
			time.Sleep(2*limit - time.Second)
			p.send(t, ":")
		}, 2*limit - time.Second + limit, stream.ErrIdleTimeout},
		{"which holds for the first byte only", stream.Options{FirstByteTimeout: time.Second}, func(t *testing.T, p *pipe) {
			p.send(t, ":")
			time.Sleep(time.Hour)
			p.send(t, "\n"+sse(done))
			p.w.Close()
		}, time.Hour, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPipe()
				begin := time.Now()
				go test.script(t, p)
				_, err := collect(stream.New(t.Context(), p, test.o))
				assert.Equal(t, test.after, time.Since(begin))
				if test.want == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, test.want)
					assert.NotErrorIs(t, err, stream.ErrTruncated)
					var timeout interface{ Timeout() bool }
					require.ErrorAs(t, err, &timeout)
					assert.True(t, timeout.Timeout())
				}
				assert.Equal(t, 1, p.closes)
				synctest.Wait()
			})
		})
	}

	t.Run("the time of a slow caller does not count", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := stream.New(t.Context(), whole(sse(startA), sse(startB), sse(done)), idle)
			for _, err := range s.Chunks() {
				require.NoError(t, err)
				time.Sleep(10 * limit)
			}
		})
	})
}

// late is a body that gives a chunk at the moment it is closed.
type late struct {
	closed chan struct{}
	text   string
}

func (l *late) Read(p []byte) (int, error) {
	<-l.closed
	n := copy(p, l.text)
	l.text = ""
	return n, nil
}

func (l *late) Close() error { close(l.closed); return nil }

func TestIdleTimeout_LosesNothingThatArrivesWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &late{closed: make(chan struct{}), text: sse(startA)}
		chunks, err := collect(stream.New(t.Context(), b, stream.Options{IdleTimeout: time.Second}))
		assert.Len(t, chunks, 1)
		require.ErrorIs(t, err, stream.ErrIdleTimeout)
	})
}
