package aisdk_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/internal/leakcheck"
	"github.com/mastra-go/mastra/stream"
)

// hand is a stream that the test hands its chunks by hand.
type hand struct {
	chunks chan stream.Chunk
	err    error // how it ends when chunks is closed
	closed chan struct{}
	once   sync.Once
}

func newHand() *hand {
	return &hand{chunks: make(chan stream.Chunk), err: io.EOF, closed: make(chan struct{})}
}

func (h *hand) Next() (stream.Chunk, error) {
	select {
	case c, ok := <-h.chunks:
		if !ok {
			return stream.Chunk{}, h.err
		}
		return c, nil
	case <-h.closed:
		return stream.Chunk{}, stream.ErrClosed
	}
}

func (h *hand) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

// screen is a response in memory that tells what has been flushed.
type screen struct {
	header  http.Header
	mu      sync.Mutex
	written bytes.Buffer
	flushed string
	flushes int
	fail    error
}

func newScreen() *screen { return &screen{header: http.Header{}} }

func (s *screen) Header() http.Header { return s.header }
func (s *screen) WriteHeader(int)     {}
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, s.fail
	}
	return s.written.Write(b)
}

func (s *screen) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flushes++
	s.flushed = s.written.String()
}

func (s *screen) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flushed
}

func delta(t testing.TB, text string) stream.Chunk {
	return chunks(t, fmt.Sprintf(`{"type":"text-delta","runId":"r","from":"AGENT","payload":{"id":"t","text":%q}}`, text))[0]
}

const (
	startFrame = `data: {"type":"start"}` + "\n\n"
	doneFrame  = "data: [DONE]\n\n"
)

func deltaFrame(text string) string {
	return fmt.Sprintf(`data: {"type":"text-delta","id":"t","delta":%q}`, text) + "\n\n"
}

func TestPipe_FlushesBeforeItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s := newHand(), newScreen()
		go func() { _ = aisdk.NewWriter(s, aisdk.Pace{}).Pipe(h, aisdk.Options{}) }()
		synctest.Wait()
		assert.Equal(t, "text/event-stream", s.header.Get("Content-Type"), "the headers go out at once")
		assert.Equal(t, 1, s.flushes)

		h.chunks <- delta(t, "a")
		synctest.Wait()
		assert.Equal(t, startFrame+deltaFrame("a"), s.shown())

		h.chunks <- delta(t, "b")
		synctest.Wait()
		assert.Equal(t, startFrame+deltaFrame("a")+deltaFrame("b"), s.shown())

		close(h.chunks)
		synctest.Wait()
		assert.Equal(t, startFrame+deltaFrame("a")+deltaFrame("b")+doneFrame, s.shown())
	})
}

func TestHeartbeat_IsSentWhileNothingComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s := newHand(), newScreen()
		go func() { _ = aisdk.NewWriter(s, aisdk.Pace{Heartbeat: 10 * time.Second}).Pipe(h, aisdk.Options{}) }()

		time.Sleep(9 * time.Second)
		h.chunks <- delta(t, "a")
		time.Sleep(9 * time.Second)
		synctest.Wait()
		assert.NotContains(t, s.shown(), "heartbeat", "a part counts as a sign of life")

		time.Sleep(22 * time.Second)
		synctest.Wait()
		assert.Equal(t, startFrame+deltaFrame("a")+strings.Repeat(": heartbeat\n\n", 3), s.shown())

		h.chunks <- delta(t, "b")
		close(h.chunks)
		synctest.Wait()
		assert.True(t, strings.HasSuffix(s.shown(), deltaFrame("b")+doneFrame))
	})
}

func TestHeartbeat_CanBeSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s := newHand(), newScreen()
		go func() { _ = aisdk.NewWriter(s, aisdk.Pace{Heartbeat: -1}).Pipe(h, aisdk.Options{}) }()
		time.Sleep(time.Hour)
		close(h.chunks)
		synctest.Wait()
		assert.Equal(t, doneFrame, s.shown())
	})
}

func TestPipe_TellsTheEndWhateverItIs(t *testing.T) {
	for name, c := range map[string]struct {
		end       error
		wantParts string
	}{
		"a good end":          {io.EOF, ""},
		"a cut connection":    {stream.ErrTruncated, `data: {"type":"error","errorText":"The connection to the agent was lost."}` + "\n\n"},
		"a network error":     {fmt.Errorf("read tcp 10.1.2.3:4111: %w", net.ErrClosed), `data: {"type":"error","errorText":"The connection to the agent was lost."}` + "\n\n"},
		"silence":             {stream.ErrIdleTimeout, `data: {"type":"error","errorText":"The agent took too long."}` + "\n\n"},
		"a deadline":          {context.DeadlineExceeded, `data: {"type":"error","errorText":"The agent took too long."}` + "\n\n"},
		"refused input":       {mastra.ErrInvalidInput, `data: {"type":"error","errorText":"The input was not accepted."}` + "\n\n"},
		"a run that failed":   {&stream.RunError{Message: "told before"}, ""},
		"a processor's stop":  {&stream.TripwireError{Reason: "told before"}, ""},
		"an answer too late":  {mastra.ErrNotSuspended, `data: {"type":"error","errorText":"This question is no longer open."}` + "\n\n"},
		"an event too large":  {stream.ErrEventTooLarge, `data: {"type":"error","errorText":"The connection to the agent was lost."}` + "\n\n"},
		"a stream closed":     {stream.ErrClosed, `data: {"type":"error","errorText":"The connection to the agent was lost."}` + "\n\n"},
		"a malformed message": {&stream.MalformedError{Event: 3}, `data: {"type":"error","errorText":"The connection to the agent was lost."}` + "\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			h, s := newHand(), newScreen()
			h.err = c.end
			go func() {
				h.chunks <- delta(t, "a")
				close(h.chunks)
			}()
			err := aisdk.NewWriter(s, aisdk.Pace{}).Pipe(h, aisdk.Options{})
			if c.end == io.EOF {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, c.end)
			}
			assert.Equal(t, startFrame+deltaFrame("a")+c.wantParts+doneFrame, s.shown())
		})
	}
}

func TestDisconnect_ClosesTheStream(t *testing.T) {
	leakcheck.Check(t)
	h, s := newHand(), newScreen()
	gone := errors.New("broken pipe")
	s.fail = gone
	go func() {
		select {
		case h.chunks <- delta(t, "a"):
		case <-h.closed:
		}
	}()
	err := aisdk.NewWriter(s, aisdk.Pace{}).Pipe(h, aisdk.Options{})
	require.ErrorIs(t, err, gone)
	require.ErrorIs(t, err, stream.ErrClientGone)
	assert.NotErrorIs(t, err, stream.ErrTruncated)
	<-h.closed
}

func TestDisconnect_GivesTheServerUp(t *testing.T) {
	for what, events := range map[string]string{"while it writes": deltaEvent, "in a silence": ""} {
		for _, http2 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, HTTP/2 %v", what, http2), func(t *testing.T) {
				givenUp := make(chan struct{})
				up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
					defer close(givenUp)
					w.Header().Set("Content-Type", "text/event-stream")
					fmt.Fprint(w, deltaEvent)
					_ = http.NewResponseController(w).Flush()
					for events != "" && r.Context().Err() == nil {
						fmt.Fprint(w, events)
					}
					<-r.Context().Done()
				})
				ended := make(chan error, 1)
				agent := up.agent(t)
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					s, err := agent.Stream(r.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi")})
					if assert.NoError(t, err) {
						ended <- aisdk.NewWriter(w, aisdk.Pace{}).Pipe(s, aisdk.Options{})
					}
				}))
				server.EnableHTTP2 = http2
				server.StartTLS()
				defer server.Close()
				res, err := server.Client().Get(server.URL)
				require.NoError(t, err)
				_, err = io.ReadFull(res.Body, make([]byte, len(startFrame)))
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())

				err = <-ended
				<-givenUp
				require.True(t, errors.Is(err, stream.ErrClientGone) || errors.Is(err, context.Canceled), "%v", err)
				assert.NotErrorIs(t, err, stream.ErrTruncated)
			})
		}
	}
}

func TestHeartbeat_FindsOutThatTheBrowserIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s := newHand(), newScreen()
		ended := make(chan error, 1)
		go func() { ended <- aisdk.NewWriter(s, aisdk.Pace{Heartbeat: time.Second}).Pipe(h, aisdk.Options{}) }()
		synctest.Wait()
		s.mu.Lock()
		s.fail = errors.New("broken pipe")
		s.mu.Unlock()
		time.Sleep(time.Second)
		require.Error(t, <-ended)
		<-h.closed
	})
}

func TestPipe_LeavesNoGoroutineAfterAPanicOfACallback(t *testing.T) {
	leakcheck.Check(t)
	h := newHand()
	go func() { h.chunks <- chunks(t, `{"type":"start","payload":{}}`)[0]; h.chunks <- delta(t, "a") }()
	assert.PanicsWithValue(t, "metadata", func() {
		_ = aisdk.NewWriter(newScreen(), aisdk.Pace{}).Pipe(h, aisdk.Options{Display: aisdk.Display{
			MessageMetadata: func(stream.Chunk) any { panic("metadata") },
		}})
	})
	<-h.closed
}

// flood gives chunks without end and counts them.
type flood struct {
	chunk stream.Chunk
	mu    sync.Mutex
	given int
}

func (f *flood) Next() (stream.Chunk, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.given++
	return f.chunk, nil
}
func (f *flood) Close() error { return nil }

// valve is a response that takes nothing until it is opened.
type valve struct {
	screen
	open chan struct{}
}

func (v *valve) Write(b []byte) (int, error) {
	<-v.open
	return 0, io.ErrClosedPipe
}

func TestPipe_IsHeldUpByABrowserThatReadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flood{chunk: delta(t, strings.Repeat("x", 1000))}
		v := &valve{screen: screen{header: http.Header{}}, open: make(chan struct{})}
		go func() { _ = aisdk.NewWriter(v, aisdk.Pace{}).Pipe(f, aisdk.Options{}) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		f.mu.Lock()
		assert.Less(t, f.given, 100, "chunks are not read without end ahead of the browser")
		f.mu.Unlock()
		close(v.open)
	})
}

func TestWriteTimeout_TakesThePlaceOfTheServers(t *testing.T) {
	h := newHand()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = aisdk.NewWriter(w, aisdk.Pace{}).Pipe(h, aisdk.Options{})
	}))
	srv.Config.WriteTimeout = 250 * time.Millisecond
	srv.Start()
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	for _, text := range []string{"a", "b"} {
		time.Sleep(200 * time.Millisecond)
		h.chunks <- delta(t, text)
	}
	close(h.chunks)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, startFrame+deltaFrame("a")+deltaFrame("b")+doneFrame, string(body))
}

func TestWriteTimeout_OfOneAnswerIsNothingToTheNext(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/plain" {
			fmt.Fprint(w, "fine")
			return
		}
		h := newHand()
		close(h.chunks)
		_ = aisdk.NewWriter(w, aisdk.Pace{WriteTimeout: 200 * time.Millisecond}).Pipe(h, aisdk.Options{})
	}))
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	r := bufio.NewReader(conn)
	for _, path := range []string{"/stream", "/plain"} {
		_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
		require.NoError(t, err)
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err, path)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err, path)
		time.Sleep(250 * time.Millisecond)
	}
}

func TestWriteTimeout_EndsAnAnswerThatTheBrowserDoesNotTake(t *testing.T) {
	f := &flood{chunk: delta(t, strings.Repeat("x", 64<<10))}
	ended := make(chan error, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ended <- aisdk.NewWriter(w, aisdk.Pace{WriteTimeout: 50 * time.Millisecond}).Pipe(f, aisdk.Options{})
	}))
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	require.Error(t, <-ended)
}

func TestPipe_KeepsAFrameWholeWithALineBreakInItsJSON(t *testing.T) {
	h, s := newHand(), newScreen()
	go func() {
		h.chunks <- chunks(t, "{\"type\":\"tool-call\",\"payload\":{\"toolCallId\":\"c\",\"toolName\":\"w\",\"args\":{\n  \"a\":\r\n [1,\n2]}}}")[0]
		h.chunks <- delta(t, "a\nb\r\n\n\ndata: c")
		close(h.chunks)
	}()
	require.NoError(t, aisdk.NewWriter(s, aisdk.Pace{}).Pipe(h, aisdk.Options{OmitStart: true}))
	assert.Equal(t, `data: {"type":"tool-input-available","toolCallId":"c","toolName":"w","input":{"a":[1,2]}}`+"\n\n"+
		deltaFrame("a\nb\r\n\n\ndata: c")+doneFrame, s.shown())
}

func TestConvert_EndsAsTheStreamDoes(t *testing.T) {
	given := func(end error) iter.Seq2[stream.Chunk, error] {
		return func(yield func(stream.Chunk, error) bool) {
			for _, chunk := range append(chunks(t, `{"type":"text-start","payload":{"id":"t"}}`), delta(t, "a")) {
				if !yield(chunk, nil) {
					return
				}
			}
			if end != nil {
				assert.False(t, yield(stream.Chunk{}, end), "nothing is asked for behind the error")
			}
		}
	}
	told := values(t, `{"type":"start"}`, `{"type":"text-start","id":"t"}`, `{"type":"text-delta","id":"t","delta":"a"}`, `{"type":"text-end","id":"t"}`)
	lost := append(told[:4:4], value(t, `{"type":"error","errorText":"The connection to the agent was lost."}`))
	o := aisdk.Options{Display: aisdk.Display{EndText: true}}
	for name, c := range map[string]struct {
		end  error
		want []any
	}{
		"a good end":         {nil, told},
		"a run that failed":  {&stream.RunError{Message: "told before"}, told},
		"a processor's stop": {&stream.TripwireError{Reason: "told before"}, told},
		"a cut":              {stream.ErrTruncated, lost},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, decoded(t, slices.Collect(aisdk.Convert(given(c.end), o))))
			for n := 1; n <= len(c.want); n++ { // whoever leaves the loop gets no more
				var got []aisdk.Part
				for p := range aisdk.Convert(given(c.end), o) {
					if got = append(got, p); len(got) == n {
						break
					}
				}
				assert.Equal(t, c.want[:n], decoded(t, got))
			}
		})
	}
}

func TestConvert_GivesPartsToWhoeverWritesThemHimself(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: %s\n\n", delta(t, "a").Raw()) // and no end
	})
	s, err := up.agent(t).Stream(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi")})
	require.NoError(t, err)
	var got []aisdk.Part
	for p := range aisdk.Convert(s.Chunks(), aisdk.Options{}) {
		got = append(got, p)
	}
	assert.Equal(t, values(t, `{"type":"start"}`, `{"type":"text-delta","id":"t","delta":"a"}`,
		`{"type":"error","errorText":"The connection to the agent was lost."}`), decoded(t, got))
}
