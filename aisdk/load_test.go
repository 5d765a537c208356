package aisdk_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/internal/leakcheck"
	"github.com/mastra-go/mastra/mockserver"
)

func TestLoad_FiveHundredChatsAtOnceAreAllComplete(t *testing.T) {
	leakcheck.Check(t)
	const chats, pieces = 500, 200
	server := mockserver.Start(t, mockserver.WithDemoWorld())
	transport := &http.Transport{MaxIdleConnsPerHost: chats}
	t.Cleanup(transport.CloseIdleConnections)
	client, err := mastra.New(server.URL, mastra.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	srv := httptest.NewServer(aisdk.Handler(client.Agent("plain"), aisdk.Config{}))
	t.Cleanup(srv.Close)
	browsers := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: chats}}
	t.Cleanup(browsers.CloseIdleConnections)

	var want strings.Builder
	for i := range pieces {
		fmt.Fprintf(&want, "chunk-%d ", i)
	}
	var group sync.WaitGroup
	answers := make([]answered, chats)
	errs := make([]error, chats)
	for i := range chats {
		group.Go(func() {
			resp, err := browsers.Post(srv.URL, "application/json", strings.NewReader(chatBody(fmt.Sprintf("chunks:%d", pieces))))
			if err != nil {
				errs[i] = err
				return
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			answers[i], errs[i] = answered{resp.StatusCode, resp.Header, string(body)}, err
		})
	}
	group.Wait()
	for i := range chats {
		require.NoError(t, errs[i])
		parts := answers[i].parts(t)
		assert.Len(t, parts, pieces+6)
		assert.Equal(t, want.String(), textOf(parts))
	}
}

// BenchmarkConverter_OfOneDelta is one delta through the converter and onto a
// response.
func BenchmarkConverter_OfOneDelta(b *testing.B) {
	c := aisdk.NewConverter(aisdk.Options{OmitStart: true})
	chunk := delta(b, "the next word ")
	var size int
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range c.Convert(chunk) {
			j, _ := p.MarshalJSON()
			size += len(j)
		}
	}
	b.SetBytes(int64(size / b.N))
}

// BenchmarkHandler_AddedLatency sends a part every millisecond and measures how much
// later it arrives through the handler than straight from the server.
func BenchmarkHandler_AddedLatency(b *testing.B) {
	var begin, tick chan struct{}
	sent := make(chan time.Time, 1)
	up := newUpstream(b, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		control := http.NewResponseController(w)
		_ = control.Flush()
		close(begin)
		chunk := delta(b, "the next word ")
		for range tick {
			sent <- time.Now()
			fmt.Fprintf(w, "data: %s\n\n", chunk.Raw())
			_ = control.Flush()
		}
		fmt.Fprint(w, "data: [DONE]\n\n")
	})
	srv := httptest.NewServer(aisdk.Handler(up.agent(b), aisdk.Config{}))
	defer srv.Close()

	measure := func(b *testing.B, url string) time.Duration {
		begin, tick = make(chan struct{}), make(chan struct{})
		resp, err := http.Post(url, "application/json", strings.NewReader(chatBody("hi")))
		require.NoError(b, err)
		defer resp.Body.Close()
		<-begin
		buf := make([]byte, 4096)
		read := func() { // to the end of a delta
			for got := ""; !strings.Contains(got, "next word"); {
				n, err := resp.Body.Read(buf)
				require.NoError(b, err)
				got += string(buf[:n])
			}
		}
		var total time.Duration
		runtime.GC()
		b.ResetTimer()
		for range b.N {
			tick <- struct{}{}
			at := <-sent
			read()
			total += time.Since(at)
			time.Sleep(time.Millisecond)
		}
		b.StopTimer()
		close(tick)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(b, err)
		return total / time.Duration(b.N)
	}
	var direct time.Duration
	b.Run("direct", func(b *testing.B) {
		direct = measure(b, up.URL+"/api/agents/assistant/stream")
		b.ReportMetric(float64(direct.Nanoseconds())/1000, "µs/part")
	})
	b.Run("handler", func(b *testing.B) {
		through := measure(b, srv.URL)
		b.ReportMetric(float64(through.Nanoseconds())/1000, "µs/part")
		b.ReportMetric(float64((through-direct).Nanoseconds())/1000, "added-µs/part")
	})
}
