package mastra_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// feedOf serves a stream and closes it properly, or breaks it.
func feedOf(t *testing.T, text string, broken bool) *mastra.Client {
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, text)
		if broken {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	})
}

// readEvents tells of each event of a stream, and how it ended.
func readEvents(t *testing.T, c *mastra.Client, opts ...mastra.Option) (got []string, end error) {
	t.Helper()
	s, err := c.OpenStream(t.Context(), "GET", "/feed", nil, opts...)
	require.NoError(t, err)
	defer s.Close()
	for chunk, err := range s.Chunks() {
		if err != nil {
			return got, err
		}
		got = append(got, fmt.Sprintf("%s#%s %s %s", chunk.Event(), chunk.EventID(), chunk.Type, chunk.Data()))
	}
	return got, nil
}

func TestOpenStream_EventsOfAnyRoute(t *testing.T) {
	const feed = ": hi\nevent: progress\nid: 7\ndata: half\ndata: done\n\ndata: {\"type\":\"tick\",\"n\":1}\n\nevent: empty\n\ndata:{\"n\":2}\nevent:last\n\nevent: done\ndata: \n\n"
	want := []string{"progress#7  half\ndone", `#7 tick {"type":"tick","n":1}`, `last#7  {"n":2}`}
	for name, tt := range map[string]struct {
		feed   string
		rule   *stream.EndRule
		want   []string
		end    error
		broken bool
	}{
		"names and text, an end of its own": {feed + "event: done\ndata: bye\n\n", new(stream.EndAfter("failed", "done")), append(want, "done#7  bye"), nil, false},
		"a chunk type ends it":              {feed + "data: {\"type\":\"failed\"}\n\n", new(stream.EndAfter("failed", "done")), append(want, `#7 failed {"type":"failed"}`), nil, false},
		"its end is missing":                {feed, new(stream.EndAfter("failed", "done")), want, mastra.ErrTruncated, false},
		"it ends with the bytes":            {feed, new(stream.EndEOF), want, nil, false},
		"text without a name":               {"data: hi\n\ndata:  \n\n", new(stream.EndEOF), []string{"#  hi", "#   "}, nil, false},
		"[DONE] is an end too":              {feed + "data: [DONE]\n\n", new(stream.EndAfter("x")), want, nil, false},
		"an event is cut":                   {feed + "data: x\n", new(stream.EndEOF), want, mastra.ErrTruncated, false},
		"the connection breaks":             {feed, new(stream.EndEOF), want, mastra.ErrTruncated, true},
		"the rule of Mastra's own":          {feed, nil, want, mastra.ErrTruncated, false},
		"text without a name, Mastra's own": {"data: hi\n\n", nil, nil, new(stream.MalformedError), false},
		"an error":                          {"event: error\ndata: {\"error\":\"no\"}\n\n", new(stream.EndEOF), []string{`error# error {"error":"no"}`}, new(mastra.RunError), false},
	} {
		t.Run(name, func(t *testing.T) {
			var opts []mastra.Option
			if tt.rule != nil {
				opts = append(opts, mastra.WithStreamEnd(*tt.rule))
			}
			got, err := readEvents(t, feedOf(t, tt.feed, tt.broken), opts...)
			assert.Equal(t, tt.want, got)
			switch want := tt.end.(type) {
			case *stream.MalformedError:
				assert.ErrorAs(t, err, &want)
			case *mastra.RunError:
				assert.ErrorAs(t, err, &want)
			default:
				assert.ErrorIs(t, err, tt.end)
			}
		})
	}
}

func TestOpenStream_TextOfAnEventIsJSONToo(t *testing.T) {
	s, err := feedOf(t, "event: say\ndata: he said \"hi\"\n\n", false).OpenStream(t.Context(), "GET", "/feed", nil, mastra.WithStreamEnd(stream.EndEOF))
	require.NoError(t, err)
	defer s.Close()
	chunk, err := s.Next()
	require.NoError(t, err)
	assert.Equal(t, `"he said \"hi\""`, string(chunk.Raw()))
	assert.Equal(t, `he said "hi"`, chunk.Data())
	_, err = s.Next()
	require.ErrorIs(t, err, io.EOF)
}

func TestOpenStream_RecordsThatEndWithTheBytes(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "{\"n\":1}\x1e{\"n\":2}\x1e")
	})
	got, err := readEvents(t, c)
	require.ErrorIs(t, err, mastra.ErrTruncated)
	assert.Len(t, got, 2)
	got, err = readEvents(t, c, mastra.WithStreamEnd(stream.EndEOF))
	require.NoError(t, err)
	assert.Equal(t, []string{`#  {"n":1}`, `#  {"n":2}`}, got)
}

// A server behind Express or Fastify never writes [DONE].
func TestWithStreamEnd_ServesUntilIdleOnly(t *testing.T) {
	const answer = "data: {\"type\":\"start\",\"runId\":\"r\"}\n\ndata: {\"type\":\"finish\",\"runId\":\"r\",\"payload\":{\"stepResult\":{\"reason\":\"stop\"}}}\n\n"
	const cut = "data: {\"type\":\"start\",\"runId\":\"r\"}\n\n"
	run := func(text string, idle *mastra.UntilIdle, opts ...mastra.ClientOption) error {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, text)
		}, opts...)
		req := ask()
		req.UntilIdle = idle
		s, err := c.Agent("a").Stream(t.Context(), req)
		require.NoError(t, err)
		defer s.Close()
		_, err = s.Result()
		return err
	}
	idle, eof := &mastra.UntilIdle{}, mastra.WithStreamEnd(stream.EndEOF)
	require.ErrorIs(t, run(answer, idle), mastra.ErrTruncated)
	require.NoError(t, run(answer, idle, eof))
	require.NoError(t, run(answer, nil, eof))
	require.ErrorIs(t, run(cut, nil, eof), mastra.ErrTruncated, "an agent's stream keeps its own end")
}

func TestWithStreamEnd_TakesRulesOnly(t *testing.T) {
	for _, rule := range []stream.EndRule{"sometime", stream.EndAfter(), stream.EndAfter("")} {
		_, err := mastra.New("http://x.test", mastra.WithStreamEnd(rule))
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
	}
	for _, rule := range []stream.EndRule{stream.EndDone, stream.EndEOF, stream.EndAfter("done")} {
		_, err := mastra.New("http://x.test", mastra.WithStreamEnd(rule))
		require.NoError(t, err)
	}
}

func TestDefaultTransport_IsWhereToBegin(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{"success":true}`) }))
	t.Cleanup(srv.Close)
	srv.Config.ErrorLog = quiet()
	_, err := takers["bytes"](t, dial(t, srv.URL), "/x")
	require.ErrorContains(t, err, "trust its authority: RootCAs of the transport in WithHTTPClient")
	transport := mastra.DefaultTransport()
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	t.Cleanup(transport.CloseIdleConnections)
	require.NoError(t, dial(t, srv.URL, mastra.WithHTTPClient(&http.Client{Transport: transport})).Health(t.Context()))
	assert.Equal(t, 100, transport.MaxIdleConnsPerHost)
	assert.Equal(t, 4*time.Second, transport.IdleConnTimeout)
	assert.Nil(t, mastra.DefaultTransport().TLSClientConfig, "each call makes a new one")
	assert.True(t, strings.HasPrefix(srv.URL, "https:"))
}
