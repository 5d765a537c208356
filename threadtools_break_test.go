package mastra_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// The server tells a run that is under way from its start to whoever subscribes: after a
// break, the same calls come again.
func TestSubscribeThread_RunsACallOnceThatIsToldAgainBehindABreak(t *testing.T) {
	var saw []int
	th := &thread{next: []string{runOf("r2")}}
	whole := runOf("r1", "c1", "c2")
	half := strings.Index(whole, `data: {"type":"finish"`)
	th.subscribe = func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			_, _ = io.WriteString(w, whole[:half])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, whole)
		w.(http.Flusher).Flush()
		th.tell(w, r)
	}
	s := followThread(t, th, mastra.SubscribeThreadRequest{ClientTools: lookups(&saw)})
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		if chunk.RunID == "r2" && chunk.Type == "finish" {
			break
		}
	}
	assert.Equal(t, []int{7, 7}, saw, "one for each call")
	require.Len(t, th.answers, 1)
	assert.Len(t, th.answers[0]["messages"], 2)
}

// A break behind the last chunk of the run, before its tools are run.
func TestSubscribeThread_AnswersARunThatABreakFollows(t *testing.T) {
	for _, reattach := range []bool{true, false} {
		t.Run(fmt.Sprint("reattach ", reattach), func(t *testing.T) {
			var saw []int
			th := &thread{next: []string{runOf("r2")}}
			th.subscribe = func(n int, w http.ResponseWriter, r *http.Request) {
				if n == 1 {
					_, _ = io.WriteString(w, runOf("r1", "c1"))
					return
				}
				th.tell(w, r)
			}
			s := followThread(t, th, mastra.SubscribeThreadRequest{ClientTools: lookups(&saw)}, mastra.WithReattach(reattach))
			var last error
			for chunk, err := range s.Chunks() {
				if last = err; err == nil && chunk.RunID == "r2" && chunk.Type == "finish" {
					break
				}
			}
			if reattach {
				require.NoError(t, last)
			} else {
				require.ErrorIs(t, last, mastra.ErrTruncated)
			}
			assert.Equal(t, []int{7}, saw)
			assert.Len(t, th.answers, 1)
		})
	}
}

// How long a subscription may be silent says nothing of how long a tool may take.
func TestSubscribeThread_AToolMayTakeLongerThanTheSilenceThatIsAllowed(t *testing.T) {
	const silence = 50 * time.Millisecond
	var ended error
	tool := mastra.NewClientTool("lookup", "", func(ctx context.Context, _ struct {
		ID int `json:"id"`
	}) (string, error) {
		select {
		case <-ctx.Done():
		case <-time.After(6 * silence):
		}
		ended = ctx.Err()
		return "found", nil
	})
	th := &thread{next: []string{runOf("r2")}, feed: make(chan string, 10)}
	s, err := serve(t, th.ServeHTTP).Agent("a").SubscribeThread(t.Context(),
		mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u", ClientTools: []mastra.ClientTool{tool}}, mastra.WithIdleTimeout(silence))
	require.NoError(t, err)
	defer s.Close()
	th.feed <- runOf("r1", "c1")
	kinds, _ := kindsUntil(t, s, "tool-result")
	assert.Equal(t, "tool-result", kinds[len(kinds)-1])
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		if chunk.RunID == "r2" && chunk.Type == "finish" {
			break
		}
	}
	assert.NoError(t, ended)
	assert.Len(t, th.answers, 1)
}

// Results are given between the events of the server, however these arrive.
func TestSubscribeThread_GivesResultsBetweenEvents(t *testing.T) {
	var saw []int
	th := &thread{next: []string{": heartbeat\n\n" + runOf("r2", "c2") + ": heartbeat\n\n", runOf("r3")}}
	th.subscribe = func(_ int, w http.ResponseWriter, r *http.Request) { th.tell(byteByByte{w}, r) }
	s := followThread(t, th, mastra.SubscribeThreadRequest{ClientTools: lookups(&saw)})
	th.feed <- ": heartbeat\r\n\r\n" + strings.ReplaceAll(runOf("r1", "c1"), "\n", "\r\n")
	var results int
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		if chunk.Type == "tool-result" {
			results++
		}
		if chunk.RunID == "r3" && chunk.Type == "finish" {
			break
		}
	}
	assert.Equal(t, []int{7, 7}, saw)
	assert.Equal(t, 2, results)
	assert.Len(t, th.answers, 2)
}

// byteByByte flushes each byte.
type byteByByte struct{ http.ResponseWriter }

func (w byteByByte) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := w.ResponseWriter.Write(p[i : i+1]); err != nil {
			return i, err
		}
		w.Flush()
	}
	return len(p), nil
}

func (w byteByByte) Flush() { w.ResponseWriter.(http.Flusher).Flush() }
