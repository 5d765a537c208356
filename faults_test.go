package mastra_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// wire is a server on a real listener that may break HTTP's rules.
type wire struct {
	addr     string
	conns    atomic.Int64
	complete atomic.Int64 // requests that arrived whole
}

// peer is one connection of a wire, the n-th, counted from 1.
type peer struct {
	net.Conn
	r *bufio.Reader
	w *wire
	n int

	head bool // the last request asked for no body
}

// listen starts a wire; behave is called once for every connection, which is
// closed afterwards.
func listen(t testing.TB, behave func(*peer)) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return listenOn(t, ln, behave)
}

func listenOn(t testing.TB, ln net.Listener, behave func(*peer)) *wire {
	w := &wire{addr: ln.Addr().String()}
	var wg sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			n := int(w.conns.Add(1))
			wg.Go(func() {
				defer conn.Close()
				behave(&peer{Conn: conn, r: bufio.NewReader(conn), w: w, n: n})
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return w
}

func (w *wire) url() string { return "http://" + w.addr + base }

// read takes one whole request in; false where none came.
func (p *peer) read() bool {
	req, err := http.ReadRequest(p.r)
	if err != nil {
		return false
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return false
	}
	p.head = req.Method == http.MethodHead
	p.w.complete.Add(1)
	return true
}

func (p *peer) say(text string) { io.WriteString(p, text) }

func (p *peer) ok() {
	p.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(fine)))
	if !p.head {
		p.say(fine)
	}
}

// reset closes the connection with an RST.
func (p *peer) reset() {
	p.Conn.(*net.TCPConn).SetLinger(0)
	p.Conn.Close()
}

// serveWell answers all requests of a connection.
func (p *peer) serveWell() {
	for p.read() {
		p.ok()
	}
}

// droppings are the ways in which a connection breaks after a whole request.
var droppings = []struct {
	name string
	drop func(*peer)
}{
	{"it is closed", func(*peer) {}},
	{"it is reset", (*peer).reset},
	{"half a status line", func(p *peer) { p.say("HTTP/1.1 2") }},
	{"half the headers", func(p *peer) { p.say("HTTP/1.1 200 OK\r\nContent-Type: appl") }},
	{"no body although one was announced", func(p *peer) {
		p.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
	}},
	{"half the body", func(p *peer) {
		p.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"text\":\"ha")
	}},
	{"half the chunks", func(p *peer) {
		p.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n")
	}},
	{"what is not HTTP", func(p *peer) { p.say("SSH-2.0-OpenSSH_9.6\r\n\r\n") }},
}

func TestRetry_NeverRepeatsAPostWhoseConnectionDropsAfterItWasSent(t *testing.T) {
	once := append([]call{{"stream", false, func(ctx context.Context, c *mastra.Client, _ ...mastra.Option) error {
		_, err := c.Agent("assistant").Stream(ctx, ask())
		return err
	}}}, calls...)
	for _, d := range droppings {
		for _, c := range once {
			if c.safe {
				continue
			}
			t.Run(d.name+"/"+c.name, func(t *testing.T) {
				w := listen(t, func(p *peer) {
					if p.read() {
						d.drop(p)
					}
				})
				err := c.do(t.Context(), dial(t, w.url()))
				assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
				assert.NotErrorIs(t, err, mastra.ErrUnavailable)
				assert.Equal(t, 1, asError(t, err).Attempts)
				assert.EqualValues(t, 1, w.complete.Load())
				assert.EqualValues(t, 1, w.conns.Load())
			})
		}
	}
	for _, status := range []int{500, 502, 504} {
		t.Run(fmt.Sprintf("status %d", status), func(t *testing.T) {
			w := listen(t, func(p *peer) {
				for p.read() {
					fmt.Fprintf(p, "HTTP/1.1 %d Failed\r\nContent-Length: 0\r\n\r\n", status)
				}
			})
			err := generate(t.Context(), dial(t, w.url()))
			assert.ErrorIs(t, err, mastra.ErrServer)
			assert.Equal(t, status != 500, errors.Is(err, mastra.ErrOutcomeUnknown))
			assert.EqualValues(t, 1, w.complete.Load())
		})
	}
}

func TestRetry_CarriesASafeCallOverDroppedConnections(t *testing.T) {
	for _, d := range droppings {
		for _, c := range withBody {
			if !c.safe {
				continue
			}
			t.Run(d.name+"/"+c.name, func(t *testing.T) {
				w := listen(t, func(p *peer) {
					if p.n > 2 {
						p.serveWell()
					} else if p.read() {
						d.drop(p)
					}
				})
				require.NoError(t, c.do(t.Context(), dial(t, w.url())))
				assert.EqualValues(t, 3, w.complete.Load())
			})
		}
	}
}

func TestConnection_ThatIsStaleDoesNotDoubleAPost(t *testing.T) {
	t.Run("closed while it was idle", func(t *testing.T) {
		closed := make(chan struct{}, 1)
		w := listen(t, func(p *peer) {
			if p.n > 1 {
				p.serveWell()
			} else if p.read() {
				p.ok()
				p.Close()
				closed <- struct{}{}
			}
		})
		c := dial(t, w.url())
		require.NoError(t, generate(t.Context(), c))
		<-closed
		// Whether the client has noticed is a matter of luck: once or never, but not twice.
		err := generate(t.Context(), c)
		if err != nil {
			assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
		}
		assert.LessOrEqual(t, w.complete.Load(), int64(2))
	})
	t.Run("closed when the next request begins to arrive", func(t *testing.T) {
		w := listen(t, func(p *peer) {
			if p.read() {
				p.ok()
				p.r.Peek(1)
				p.reset()
			}
		})
		c := dial(t, w.url())
		require.NoError(t, generate(t.Context(), c))
		err := generate(t.Context(), c)
		assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
		assert.EqualValues(t, 1, w.conns.Load(), "nobody tried again")
		assert.EqualValues(t, 1, w.complete.Load())
	})
	t.Run("closed when the next request has arrived", func(t *testing.T) {
		w := listen(t, func(p *peer) {
			if p.read() {
				p.ok()
				p.read()
			}
		})
		c := dial(t, w.url())
		require.NoError(t, generate(t.Context(), c))
		err := generate(t.Context(), c)
		assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
		assert.EqualValues(t, 2, w.complete.Load(), "one of each call")
		assert.EqualValues(t, 1, w.conns.Load())
	})
	t.Run("closed at about the moment of reuse, many times", func(t *testing.T) {
		w := listen(t, func(p *peer) {
			if p.read() {
				p.ok()
				time.Sleep(time.Duration(p.n%16) * 10 * time.Microsecond)
			}
		})
		c := dial(t, w.url())
		for i := range 300 {
			before := w.complete.Load()
			err := generate(t.Context(), c)
			arrived := w.complete.Load() - before
			if err != nil {
				require.ErrorIs(t, err, mastra.ErrOutcomeUnknown, "call %d", i)
				require.LessOrEqual(t, arrived, int64(1), "call %d", i)
				continue
			}
			require.EqualValues(t, 1, arrived, "call %d", i)
		}
	})
	t.Run("a safe call goes through", func(t *testing.T) {
		w := listen(t, func(p *peer) {
			if p.read() {
				p.ok()
				p.r.Peek(1)
				p.reset()
			}
		})
		c := dial(t, w.url())
		for range 5 {
			require.NoError(t, list(t.Context(), c))
		}
	})
}

func TestRedirect_NeverLeadsAPostOn(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprintf("%d to another host", status), func(t *testing.T) {
			var led atomic.Int64
			elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { led.Add(1) }))
			t.Cleanup(elsewhere.Close)
			var arrived atomic.Int64
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				arrived.Add(1)
				http.Redirect(w, r, elsewhere.URL+"/secret?key=hidden", status)
			})
			err := generate(t.Context(), c)
			e := asError(t, err)
			assert.Equal(t, status, e.Status)
			assert.Contains(t, err.Error(), elsewhere.URL)
			assert.NotContains(t, err.Error(), "hidden")
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, "a redirect carries nothing out")
			assert.EqualValues(t, 1, arrived.Load())
			assert.Zero(t, led.Load())
		})
		t.Run(fmt.Sprintf("%d to the same host", status), func(t *testing.T) {
			var arrived atomic.Int64
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				arrived.Add(1)
				w.Header().Set("Location", base+"/api/agents/assistant/generate")
				w.WriteHeader(status)
			})
			e := asError(t, generate(t.Context(), c))
			assert.Equal(t, status, e.Status)
			assert.Contains(t, e.Error(), "127.0.0.1")
			assert.EqualValues(t, 1, arrived.Load())
		})
	}
}

func TestIdempotencyKey_IsRefusedWhereNetHTTPWouldRepeatBecauseOfIt(t *testing.T) {
	for name, value := range map[string]string{"Idempotency-Key": "k-1", "X-Idempotency-Key": "k-1", "idempotency-key": ""} {
		t.Run(name, func(t *testing.T) {
			w := listen(t, (*peer).serveWell)
			key := mastra.WithHeader(name, value)
			c := dial(t, w.url())
			assert.ErrorContains(t, generate(t.Context(), c, key), "Idempotency-Key")
			derived, err := c.With(key)
			require.NoError(t, err)
			assert.ErrorContains(t, generate(t.Context(), derived), "Idempotency-Key")
			assert.Zero(t, w.complete.Load(), "nothing was sent")
			assert.NoError(t, list(t.Context(), derived), "a safe call may carry it")
		})
	}
}

func TestIdempotencyKey_ThatMiddlewareSetsIsRefusedToo(t *testing.T) {
	w := listen(t, (*peer).serveWell)
	c := dial(t, w.url(), mastra.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			req.Header.Set("Idempotency-Key", "k-1")
			return next.RoundTrip(req)
		})
	}))
	for _, call := range calls {
		before := w.complete.Load()
		err := call.do(t.Context(), c)
		if call.safe {
			assert.NoError(t, err, call.name)
			continue
		}
		assert.ErrorContains(t, err, "Idempotency-Key", call.name)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, call.name)
		assert.Equal(t, 1, asError(t, err).Attempts, call.name)
		assert.Equal(t, before, w.complete.Load(), "nothing was sent")
	}
}

func TestRetry_ReachesAServerThatComesUp(t *testing.T) {
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			addr := ln.Addr().String()
			require.NoError(t, ln.Close())

			var w *wire
			up := func(next http.RoundTripper) http.RoundTripper {
				return roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := next.RoundTrip(req)
					if err != nil && w == nil { // the first attempt has been refused
						again, listenErr := net.Listen("tcp", addr)
						require.NoError(t, listenErr)
						w = listenOn(t, again, (*peer).serveWell)
					}
					return resp, err
				})
			}
			var meta mastra.Response
			require.NoError(t, c.do(t.Context(), dial(t, "http://"+addr+base, mastra.WithMiddleware(up)), mastra.WithResponse(&meta)))
			assert.Equal(t, 2, meta.Attempts)
			assert.EqualValues(t, 1, w.complete.Load())
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestUnavailable_ServerThatIsNotRunningIsNamedPlainly(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := ln.Addr().String()
	require.NoError(t, ln.Close())

	c := dial(t, "http://"+addr+base, mastra.WithQuery("key", "hidden"))
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			err := call.do(t.Context(), c)
			assert.ErrorIs(t, err, mastra.ErrUnavailable)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.ErrorContains(t, err, "cannot connect to http://"+addr)
			assert.ErrorContains(t, err, "is the Mastra server running?")
			assert.NotContains(t, err.Error(), "hidden")
			assert.Equal(t, 4, asError(t, err).Attempts)
		})
	}
}

func TestUnavailable_IsAServerWhoseNameIsUnknown(t *testing.T) {
	unknown := &net.DNSError{Err: "no such host", Name: "mastra.test", IsNotFound: true}
	for _, failure := range []error{unknown, &net.OpError{Op: "dial", Net: "tcp", Err: unknown}} {
		err := generate(t.Context(), inMemory(t, play(fails(failure)), mastra.WithBackoff(0)))
		assert.ErrorIs(t, err, mastra.ErrUnavailable)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		assert.ErrorContains(t, err, "no such host")
		assert.Equal(t, 1, asError(t, err).Attempts)
	}
}

func TestRetry_NeverTriesAnUntrustedCertificateAgain(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ErrorLog = quiet()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	err := generate(t.Context(), dial(t, srv.URL))
	assert.ErrorIs(t, err, mastra.ErrUnavailable)
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	assert.ErrorContains(t, err, "certificate")
	assert.NotContains(t, err.Error(), "running?")
	assert.Equal(t, 1, asError(t, err).Attempts)
}

func TestRetry_NeverRepeatsALargeBodyThatIsRefusedEarly(t *testing.T) {
	w := listen(t, func(p *peer) {
		if req, err := http.ReadRequest(p.r); err == nil {
			p.say("HTTP/1.1 413 Payload Too Large\r\nContent-Type: application/json\r\nContent-Length: 34\r\nConnection: close\r\n\r\n" + `{"error":"Request body too large"}`)
			io.Copy(io.Discard, req.Body)
		}
	})
	_, err := dial(t, w.url()).Agent("assistant").Generate(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt(strings.Repeat("x", 5<<20))})
	assert.ErrorIs(t, err, mastra.ErrTooLarge)
	assert.EqualValues(t, 1, w.conns.Load())
}

func TestContext_OfAnAttemptEndsWithItsBody(t *testing.T) {
	// The attempt's context ends with its body, so that nothing stays behind.
	seen := make(chan context.Context, 1)
	c := inMemory(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		seen <- req.Context()
		return answer(200, fine)(req)
	}))
	require.NoError(t, generate(t.Context(), c))
	assert.Error(t, (<-seen).Err())
}
