package stream_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

var forwarders = map[string]func(http.ResponseWriter, *stream.Stream) error{"Forward": stream.Forward, "ForwardRaw": stream.ForwardRaw}

func TestForward_IsNotCutByTheServersWriteTimeout(t *testing.T) {
	for name, forward := range forwarders {
		for _, http2 := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				p := newPipe()
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					assert.NoError(t, forward(w, stream.New(r.Context(), p, stream.Options{})))
				}))
				server.Config.WriteTimeout, server.EnableHTTP2 = 150*time.Millisecond, http2
				server.StartTLS()
				defer server.Close()
				go func() {
					for range 8 {
						time.Sleep(50 * time.Millisecond)
						io.WriteString(p.w, sse(startA))
					}
					io.WriteString(p.w, sse(done))
					p.w.Close()
				}()
				res, err := server.Client().Get(server.URL)
				require.NoError(t, err)
				defer res.Body.Close()
				assert.Equal(t, http2, res.ProtoMajor == 2)
				got, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				assert.Equal(t, strings.Repeat(sse(startA), 8)+sse(done), string(got))
			})
		}
	}
}

// room is a listener of connections in memory, whose other ends dial gives. They
// hold nothing: what is written waits for its reader.
type room struct{ conns, closed chan net.Conn }

func (r room) Accept() (net.Conn, error) {
	select {
	case conn := <-r.conns:
		return conn, nil
	case <-r.closed:
		return nil, net.ErrClosed
	}
}

func (r room) Close() error   { close(r.closed); return nil }
func (r room) Addr() net.Addr { return &net.TCPAddr{} }

func (r room) dial() net.Conn {
	ours, theirs := net.Pipe()
	r.conns <- theirs
	return ours
}

// inRoom serves in memory, so that the minutes of a synctest bubble pass at once.
func inRoom(t *testing.T, server *http.Server, serve func(room)) {
	synctest.Test(t, func(t *testing.T) {
		r := room{make(chan net.Conn), make(chan net.Conn)}
		ended := make(chan error)
		go func() { ended <- server.Serve(r) }()
		defer func() {
			server.Close()
			<-ended
		}()
		serve(r)
	})
}

func TestForward_GivesAReaderUpThatTakesNothingForAMinute(t *testing.T) {
	for name, forward := range forwarders {
		t.Run(name, func(t *testing.T) {
			server := new(http.Server)
			inRoom(t, server, func(r room) {
				ended := make(chan error, 1)
				b := whole(strings.Repeat(sse(startA), 100), sse(done))
				server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					ended <- forward(w, stream.New(r.Context(), b, stream.Options{}))
				})
				conn := r.dial()
				defer conn.Close()
				io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				start := time.Now()
				err := <-ended
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				assert.Equal(t, time.Minute, time.Since(start))
				assert.Equal(t, 1, b.closed, "the stream was closed")
			})
		})
	}
}

func TestForward_WaitsForASlowReaderOfALargeEvent(t *testing.T) {
	large := sse(`{"type":"x","payload":"` + strings.Repeat("x", 300<<10) + `"}`)
	for name, forward := range forwarders {
		t.Run(name, func(t *testing.T) {
			server := new(http.Server)
			inRoom(t, server, func(r room) {
				ended := make(chan error, 1)
				server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					ended <- forward(w, stream.New(r.Context(), whole(large, sse(done)), stream.Options{}))
				})
				conn := r.dial()
				defer conn.Close()
				io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				res, err := http.ReadResponse(bufio.NewReader(conn), nil)
				require.NoError(t, err)
				start := time.Now()
				var got strings.Builder
				_, err = io.CopyBuffer(struct{ io.Writer }{&got}, slowReader{res.Body}, make([]byte, 16<<10))
				require.NoError(t, err)
				assert.True(t, large+sse(done) == got.String())
				assert.Greater(t, time.Since(start), 3*time.Minute)
				require.NoError(t, <-ended)
			})
		})
	}
}

// slowReader takes what is asked for at once, after a pause.
type slowReader struct{ r io.Reader }

func (s slowReader) Read(p []byte) (int, error) {
	time.Sleep(10 * time.Second)
	n, err := io.ReadFull(s.r, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

func TestForward_OutlastsASilence(t *testing.T) {
	for name, forward := range forwarders {
		for _, http2 := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				protocols := new(http.Protocols)
				protocols.SetHTTP1(!http2)
				protocols.SetUnencryptedHTTP2(http2)
				server := &http.Server{Protocols: protocols, WriteTimeout: time.Second, IdleTimeout: time.Hour}
				inRoom(t, server, func(r room) {
					p := newPipe()
					server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						assert.NoError(t, forward(w, stream.New(r.Context(), p, stream.Options{})))
					})
					client := &http.Client{Transport: &http.Transport{Protocols: protocols, DialContext: func(context.Context, string, string) (net.Conn, error) {
						return r.dial(), nil
					}}}
					defer client.CloseIdleConnections()
					go func() {
						for range 3 {
							io.WriteString(p.w, sse(startA))
							time.Sleep(10 * time.Minute)
						}
						io.WriteString(p.w, sse(done))
						p.w.Close()
					}()
					res, err := client.Get("http://x/")
					require.NoError(t, err)
					defer res.Body.Close()
					assert.Equal(t, http2, res.ProtoMajor == 2)
					got, err := io.ReadAll(res.Body)
					require.NoError(t, err)
					assert.Equal(t, strings.Repeat(sse(startA), 3)+sse(done), string(got))
				})
			})
		}
	}
}

// stubborn is a writer whose deadlines cannot be set.
type stubborn struct{ *httptest.ResponseRecorder }

func (stubborn) SetWriteDeadline(time.Time) error { return errors.New("no deadlines here") }

func TestForward_NeedsNoDeadlines(t *testing.T) {
	for name, forward := range forwarders {
		for _, w := range []http.ResponseWriter{stubborn{httptest.NewRecorder()}, &plain{header: http.Header{}}} {
			require.NoError(t, forward(w, open([]byte(sse(startA, done)), stream.Options{})), name)
		}
	}
}

// plain can be written to, and nothing else.
type plain struct {
	header http.Header
	strings.Builder
}

func (p *plain) Header() http.Header { return p.header }
func (p *plain) WriteHeader(int)     {}
