package stream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// unending is a server's answer that does not end; it tells when it is given up.
func unending(t *testing.T, event string) (url string, givenUp chan struct{}) {
	givenUp = make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(givenUp)
		_, _ = io.WriteString(w, sse(startA))
		_ = http.NewResponseController(w).Flush()
		for event != "" && r.Context().Err() == nil {
			if _, err := io.WriteString(w, event); err != nil {
				return
			}
		}
		<-r.Context().Done()
	}))
	t.Cleanup(upstream.Close)
	return upstream.URL, givenUp
}

func TestForward_GivesTheServerUpWhenTheClientLeaves(t *testing.T) {
	for name, forward := range forwarders {
		for what, event := range map[string]string{"while it writes": sse(startB), "in a silence": ""} {
			for _, bound := range []bool{false, true} {
				for _, http2 := range []bool{false, true} {
					if event == "" && !bound {
						continue // nothing tells of it
					}
					t.Run(fmt.Sprintf("%s, %s, bound to the request %v, HTTP/2 %v", name, what, bound, http2), func(t *testing.T) {
						url, givenUp := unending(t, event)
						ended := make(chan error, 1)
						server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
							ctx := r.Context()
							if !bound {
								ctx = context.WithoutCancel(ctx)
							}
							req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
							assert.NoError(t, err)
							res, err := http.DefaultClient.Do(req)
							if assert.NoError(t, err) {
								ended <- forward(w, stream.New(ctx, res.Body, stream.Options{}))
							}
						}))
						server.EnableHTTP2 = http2
						server.StartTLS()
						defer server.Close()
						res, err := server.Client().Get(server.URL)
						require.NoError(t, err)
						_, err = io.ReadFull(res.Body, make([]byte, len(sse(startA))))
						require.NoError(t, err)
						require.NoError(t, res.Body.Close())

						err = <-ended
						<-givenUp
						if !bound {
							require.ErrorIs(t, err, stream.ErrClientGone)
						} else {
							require.True(t, errors.Is(err, stream.ErrClientGone) || errors.Is(err, context.Canceled), "%v", err)
						}
						assert.NotErrorIs(t, err, stream.ErrTruncated)
					})
				}
			}
		}
	}
}

func TestForward_SaysThatTheClientIsGone(t *testing.T) {
	for name, forward := range forwarders {
		broken := errors.New("broken pipe")
		b := whole(sse(startA), sse(startB)) // and no end
		err := forward(&deaf{header: http.Header{}, err: broken}, stream.New(context.Background(), b, stream.Options{}))
		require.ErrorIs(t, err, stream.ErrClientGone, name)
		require.ErrorIs(t, err, broken, name)
		assert.NotErrorIs(t, err, stream.ErrTruncated, name)
		assert.EqualError(t, err, "stream: the client is gone: broken pipe", name)
		assert.Equal(t, 1, b.closed, name)

		err = forward(httptest.NewRecorder(), stream.New(context.Background(), whole(sse(startA)), stream.Options{}))
		require.ErrorIs(t, err, stream.ErrTruncated, name)
		assert.NotErrorIs(t, err, stream.ErrClientGone, name)
	}
}

func TestForward_DoesNotGoOnForAClientThatIsGone(t *testing.T) {
	for name, forward := range forwarders {
		for what, w := range map[string]http.ResponseWriter{"writing": &deaf{header: http.Header{}, err: io.ErrClosedPipe}, "flushing": &clogged{httptest.NewRecorder()}} {
			h := hooks{Continue: func(context.Context, error) (io.ReadCloser, error) {
				assert.Fail(t, "asked to go on", "%s, %s", name, what)
				return nil, nil
			}}
			err := forward(w, openHooked([]byte(firstHalf+doneEvent), h))
			require.ErrorIs(t, err, stream.ErrClientGone, "%s, %s", name, what)
		}
	}
}

// clogged is a client that buffers what it is written, and fails to send it.
type clogged struct{ *httptest.ResponseRecorder }

func (clogged) FlushError() error { return io.ErrClosedPipe }

func TestForward_FlushesBeforeItGoesOn(t *testing.T) {
	for name, forward := range forwarders {
		w := &counting{ResponseRecorder: httptest.NewRecorder()}
		var shown string
		h := hooks{Continue: func(_ context.Context, end error) (io.ReadCloser, error) {
			shown = w.shown
			return nil, end
		}}
		require.NoError(t, forward(w, openHooked([]byte(firstHalf+doneEvent), h)), name)
		assert.Equal(t, firstHalf, shown, name)
		assert.Equal(t, firstHalf+doneEvent, w.Body.String(), name)
	}
}

// counting notes what its client has been shown.
type counting struct {
	*httptest.ResponseRecorder
	shown string
}

func (c *counting) Flush() { c.shown = c.Body.String() }
