package mastra

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// relay passes bytes on to a server, connection by connection.
type relay struct {
	net.Listener
	dials, upstream atomic.Int64 // connections, and bytes towards the server
	mu              sync.Mutex
	dead            *atomic.Bool // of the connections that there are
}

func startRelay(t *testing.T, to string) *relay {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &relay{Listener: l, dead: new(atomic.Bool)}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if !assert.NoError(t, err) {
				client.Close()
				return
			}
			context.AfterFunc(t.Context(), func() { client.Close() }) // the end of the test
			r.dials.Add(1)
			r.mu.Lock()
			dead := r.dead
			r.mu.Unlock()
			open.Go(func() { pass(server, client, dead, &r.upstream) })
			open.Go(func() { pass(client, server, dead, new(atomic.Int64)) })
		}
	})
	t.Cleanup(func() { l.Close(); open.Wait() })
	return r
}

// pass copies, or swallows what comes once the connection is dead: neither side
// learns of it.
func pass(to, from net.Conn, dead *atomic.Bool, count *atomic.Int64) {
	defer to.Close()
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		count.Add(int64(n))
		if n > 0 && !dead.Load() {
			to.Write(b[:n])
		}
		if err != nil {
			return
		}
	}
}

// vanish makes the connections that there are swallow everything; later ones work.
func (r *relay) vanish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dead.Store(true)
	r.dead = new(atomic.Bool)
}

// overHTTP2 is a client that speaks HTTP/2 with h through a relay, over a
// transport as the default one is, but for how soon it finds a peer dead.
func overHTTP2(t *testing.T, ping, answer time.Duration, h http.HandlerFunc) (*Client, *relay) {
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	r := startRelay(t, srv.Listener.Addr().String())
	transport := call.DefaultTransport()
	transport.TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	transport.TLSClientConfig.NextProtos = nil
	if transport.HTTP2 != nil {
		transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout = ping, answer
	}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := New("https://"+r.Addr().String(), WithHTTPClient(&http.Client{Transport: transport}), WithBackoff(time.Millisecond))
	require.NoError(t, err)
	return c, r
}

func TestTransport_ReplacesADeadHTTP2Connection(t *testing.T) {
	c, r := overHTTP2(t, 50*time.Millisecond, 300*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, 2, r.ProtoMajor)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{}`)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	read := func() error { _, err := c.Agents().List(ctx); return err }
	require.NoError(t, read())
	require.Equal(t, int64(1), r.dials.Load())

	r.vanish()
	require.NoError(t, read(), "what may be repeated heals by itself")
	require.Equal(t, int64(2), r.dials.Load())

	r.vanish()
	err := c.Do(ctx, http.MethodPost, "/things", nil, nil)
	require.ErrorIs(t, err, ErrOutcomeUnknown, "what may not be repeated tells")
	require.NoError(t, ctx.Err())
	require.NoError(t, c.Do(ctx, http.MethodPost, "/things", nil, nil), "and the next call has another connection")
	require.Equal(t, int64(3), r.dials.Load())
}

func TestTransport_KeepsASilentHTTP2Stream(t *testing.T) {
	pinged := make(chan struct{})
	c, r := overHTTP2(t, 20*time.Millisecond, 10*time.Second, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		select {
		case <-pinged:
		case <-r.Context().Done():
			return
		}
		io.WriteString(w, "data: {\"type\":\"finish\"}\n\ndata: [DONE]\n\n")
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s, err := c.OpenStream(ctx, http.MethodGet, "/stream", nil)
	require.NoError(t, err)
	defer s.Close()
	go func() { // the server says nothing until it has been pinged often
		before := r.upstream.Load()
		for ctx.Err() == nil && r.upstream.Load() < before+20*17 { // bytes of a ping
			time.Sleep(5 * time.Millisecond)
		}
		close(pinged)
	}()
	var types []string
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		types = append(types, chunk.Type)
	}
	assert.Equal(t, []string{"finish"}, types)
	assert.Equal(t, int64(1), r.dials.Load())
	assert.NoError(t, ctx.Err())
}

func TestTransport_LooksForDeadPeers(t *testing.T) {
	h := call.DefaultTransport().HTTP2
	require.NotNil(t, h)
	assert.Equal(t, 10*time.Second, h.SendPingTimeout)
	assert.Equal(t, 15*time.Second, h.PingTimeout)
}
