package aisdk_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
)

// slow is a Mastra server in memory that takes its time: before each answer, and
// between all events of a stream.
type slow struct{ answer, event time.Duration }

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	body, w := io.Pipe()
	res := &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, ContentLength: -1, Request: r}
	var events []string
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/suspended-runs"):
		events = []string{`{"runs":[{"runId":"r","threadId":"t","resourceId":"u","toolCalls":[]}],"total":1}`}
	case strings.Contains(path, "/runs/"):
		events = []string{`{"runId":"r","status":"suspended","resourceId":"u","steps":{"s":{"status":"suspended"}}}`}
	case strings.Contains(path, "/workflows/"):
		res.Header.Set("Content-Type", "text/plain")
		for _, chunk := range []string{`{"type":"workflow-start","runId":"r","payload":{"workflowId":"w"}}`, `{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"success"}}`} {
			events = append(events, chunk+"\x1e")
		}
	case strings.HasSuffix(path, "/network"):
		res.Header.Set("Content-Type", "text/event-stream")
		events = []string{"data: " + `{"type":"routing-agent-start","runId":"n","payload":{"networkId":"n","runId":"s"}}` + "\n\n", "data: [DONE]\n\n"}
	default:
		res.Header.Set("Content-Type", "text/event-stream")
		events = []string{deltaEvent, deltaEvent, "data: [DONE]\n\n"}
		events[2] = "data: " + `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop"}}}` + "\n\n" + events[2]
	}
	if !pause(r.Context(), s.answer) {
		return nil, r.Context().Err()
	}
	go func() {
		defer w.Close()
		for i, event := range events {
			if i > 0 && !pause(r.Context(), s.event) {
				return
			}
			if _, err := io.WriteString(w, event); err != nil {
				return
			}
		}
	}()
	return res, nil
}

// pause tells whether the context has outlasted it.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

const deltaEvent = "data: " + `{"type":"text-delta","runId":"r","payload":{"id":"t","text":"a"}}` + "\n\n"

// served are the ways to write a UI message stream.
func served(t testing.TB, s slow, pace aisdk.Pace) map[string]struct {
	handler      http.Handler
	method, body string
} {
	client, err := mastra.New("http://mastra.test", mastra.WithRetries(0), mastra.WithHTTPClient(&http.Client{Transport: s}))
	require.NoError(t, err)
	serving := aisdk.Serving{
		Pace:    pace,
		OnError: func(_ *http.Request, err error) { assert.NoError(t, err) },
		Reattach: func(r *http.Request, _ string) (aisdk.ChunkStream, error) {
			return client.Agent("a").Observe(r.Context(), mastra.ObserveAgentRequest{RunID: "r"}, mastra.WithIdleTimeout(0))
		},
	}
	agent := aisdk.Config{Serving: serving}
	owned := agent
	owned.Request = func(*http.Request, aisdk.Chat) (mastra.AgentRequest, error) {
		return mastra.AgentRequest{Memory: &mastra.MemoryRef{ThreadID: "t", ResourceID: "u"}}, nil
	}
	workflow := aisdk.WorkflowConfig{Serving: serving}
	const resume = `{"messages":[],"runId":"r","resumeData":{"a":1}}`
	return map[string]struct {
		handler      http.Handler
		method, body string
	}{
		"an agent":            {aisdk.Handler(client.Agent("a"), agent), http.MethodPost, chatBody("hi")},
		"an agent resumed":    {aisdk.Handler(client.Agent("a"), owned), http.MethodPost, resume},
		"a network":           {aisdk.NetworkHandler(client.Agent("a"), agent), http.MethodPost, chatBody("hi")},
		"a workflow":          {aisdk.WorkflowHandler(client.Workflow("w"), workflow), http.MethodPost, `{"inputData":{}}`},
		"a workflow resumed":  {aisdk.WorkflowHandler(client.Workflow("w"), workflow), http.MethodPost, resume},
		"an answer under way": {aisdk.Handler(client.Agent("a"), agent), http.MethodGet, ""},
		"a stream": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			out := aisdk.NewWriter(w, pace)
			s, err := client.Agent("a").Stream(r.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi")})
			if assert.NoError(t, err) {
				assert.NoError(t, out.Pipe(s, aisdk.Options{}))
			}
		}), http.MethodPost, "x"},
		"parts by hand": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			out := aisdk.NewWriter(w, pace)
			time.Sleep(s.answer)
			for range 2 {
				assert.NoError(t, out.Write(aisdk.Part{Type: aisdk.PartStart}))
				assert.NoError(t, out.Flush())
				time.Sleep(s.event)
			}
			assert.NoError(t, out.Done())
		}), http.MethodPost, "x"},
	}
}

// inMemory serves without a network, so that the hours of a synctest bubble pass at
// once.
func inMemory(t *testing.T, http2 bool, h http.Handler, use func(*http.Client)) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetUnencryptedHTTP2(http2)
	conns, closed := make(chan net.Conn), make(chan net.Conn)
	var handlers sync.WaitGroup
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handlers.Add(1)
		defer handlers.Done()
		h.ServeHTTP(w, r)
	})
	server := &http.Server{Handler: counted, Protocols: protocols, WriteTimeout: time.Second, IdleTimeout: 24 * time.Hour}
	ended := make(chan error)
	go func() { ended <- server.Serve(connections{conns, closed}) }()
	client := &http.Client{Transport: &http.Transport{Protocols: protocols, DialContext: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		conns <- theirs
		return ours, nil
	}}}
	defer func() {
		client.CloseIdleConnections()
		server.Close()
		<-ended
		handlers.Wait()
	}()
	use(client)
}

// connections is a listener of connections in memory.
type connections struct{ conns, closed chan net.Conn }

func (c connections) Accept() (net.Conn, error) {
	select {
	case conn := <-c.conns:
		return conn, nil
	case <-c.closed:
		return nil, net.ErrClosed
	}
}

func (c connections) Close() error   { close(c.closed); return nil }
func (c connections) Addr() net.Addr { return &net.TCPAddr{} }

func TestWriteTimeout_IsNothingToASilence(t *testing.T) {
	for name, pace := range map[string]aisdk.Pace{
		"with heartbeats":                  {},
		"without heartbeats":               {Heartbeat: -1},
		"with heartbeats and no limit":     {WriteTimeout: -1},
		"with heartbeats after the limit":  {Heartbeat: 5 * time.Minute},
		"with heartbeats and a long limit": {WriteTimeout: 24 * time.Hour},
	} {
		for _, http2 := range []bool{false, true} {
			for way := range served(t, slow{}, pace) {
				t.Run(fmt.Sprintf("%s, %s, HTTP/2 %v", way, name, http2), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s := served(t, slow{answer: 2 * time.Minute, event: 10 * time.Minute}, pace)[way]
						inMemory(t, http2, s.handler, func(client *http.Client) {
							req, err := http.NewRequest(s.method, "http://x/api/chat/c/stream", strings.NewReader(s.body))
							require.NoError(t, err)
							req.Header.Set("Content-Type", "application/json")
							res, err := client.Do(req)
							require.NoError(t, err)
							defer res.Body.Close()
							assert.Equal(t, http2, res.ProtoMajor == 2)
							got, err := io.ReadAll(res.Body)
							require.NoError(t, err, "%s", got)
							assert.Equal(t, http.StatusOK, res.StatusCode, "%s", got)
							assert.True(t, strings.HasSuffix(string(got), doneFrame), "%s", got)
							assert.NotContains(t, string(got), `"error"`)
						})
					})
				})
			}
		}
	}
}

func TestWriteTimeout_OfARealServerIsNothingToTheHeartbeat(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %v", http2), func(t *testing.T) {
			h := newHand()
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.NoError(t, aisdk.NewWriter(w, aisdk.Pace{Heartbeat: 50 * time.Millisecond}).Pipe(h, aisdk.Options{}))
			}))
			server.Config.WriteTimeout, server.EnableHTTP2 = 150*time.Millisecond, http2
			server.StartTLS()
			defer server.Close()
			res, err := server.Client().Get(server.URL)
			require.NoError(t, err)
			defer res.Body.Close()
			assert.Equal(t, http2, res.ProtoMajor == 2)
			frame := make([]byte, len(": heartbeat\n\n"))
			for range 8 {
				_, err := io.ReadFull(res.Body, frame)
				require.NoError(t, err)
				assert.Equal(t, ": heartbeat\n\n", string(frame))
			}
			close(h.chunks)
			rest, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			assert.True(t, strings.HasSuffix(string(rest), doneFrame))
		})
	}
}

func TestWriteTimeout_HoldsForARefusalToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clock{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest(http.MethodPost, "/api/chat", strings.NewReader("x"))
		aisdk.Handler(nil, aisdk.Config{}).ServeHTTP(c, r)
		assert.Equal(t, http.StatusUnsupportedMediaType, c.Code)
		assert.Equal(t, time.Now().Add(time.Minute), c.deadlines[len(c.deadlines)-1])
	})
}

// clock notes the deadlines that it is given.
type clock struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (c *clock) SetWriteDeadline(at time.Time) error {
	c.deadlines = append(c.deadlines, at)
	return nil
}
