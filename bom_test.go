package mastra_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

const byteOrderMark = "\xEF\xBB\xBF"

func TestByteOrderMark_BeforeJSONIsSkipped(t *testing.T) {
	for _, codings := range [][]string{nil, {"gzip"}} {
		encode := func(text string) string { return text }
		if codings != nil {
			encode = gzipped
		}
		client := coded(t, 200, "application/json", encode(byteOrderMark+`{"text":"hello"}`), codings)
		res, err := client.Agent("a").Generate(t.Context(), ask())
		require.NoError(t, err)
		assert.Equal(t, "hello", res.Text)
		var raw json.RawMessage
		require.NoError(t, client.Do(t.Context(), "GET", "/things", nil, &raw))
		assert.Equal(t, `{"text":"hello"}`, string(raw))

		client = coded(t, 400, "application/json", encode(byteOrderMark+`{"error":"no such model"}`), codings)
		assert.Equal(t, "no such model", asError(t, list(t.Context(), client)).Message)
		client = coded(t, 503, "application/json", encode(byteOrderMark+`{"error":"busy"}`), codings)
		assert.NotErrorIs(t, generate(t.Context(), client), mastra.ErrOutcomeUnknown, "the server's own error")
		client = coded(t, 200, "application/json", encode(byteOrderMark), codings)
		assert.ErrorContains(t, generate(t.Context(), client), "the answer is empty")
		client = coded(t, 200, "application/json", encode(byteOrderMark+byteOrderMark+`{}`), codings)
		assert.ErrorContains(t, generate(t.Context(), client), "the answer is not JSON", "one mark, not two")
	}
}

func TestByteOrderMark_BeforeTheFirstEventOfAStreamIsSkipped(t *testing.T) {
	record := `{"type":"workflow-start","runId":"r","payload":{}}` + "\x1e" + `{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"success"}}` + "\x1e"
	for _, codings := range [][]string{nil, {"gzip"}} {
		encode := func(text string) string { return text }
		if codings != nil {
			encode = gzipped
		}
		for kind, text := range map[string]string{"text/event-stream": finished, "text/plain": record} {
			s, err := coded(t, 200, kind, encode(byteOrderMark+text), codings).OpenStream(t.Context(), "GET", "/things", nil)
			require.NoError(t, err)
			var types []string
			for c, err := range s.Chunks() {
				require.NoError(t, err, kind)
				types = append(types, c.Type)
			}
			assert.Len(t, types, 2)

			s, err = coded(t, 200, kind, encode(byteOrderMark), codings).OpenStream(t.Context(), "GET", "/things", nil)
			require.NoError(t, err)
			_, err = s.Next()
			assert.ErrorIs(t, err, mastra.ErrTruncated)
		}
	}
}

// A run's stream that is taken up again is compared byte by byte with what was read.
func TestByteOrderMark_DoesNotKeepAStreamFromBeingTakenUp(t *testing.T) {
	const start, finish = `{"type":"workflow-start","runId":"r","payload":{}}` + "\x1e", `{"type":"workflow-finish","runId":"r","payload":{"workflowStatus":"success"}}` + "\x1e"
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		switch {
		case strings.HasSuffix(r.URL.Path, "/resume-stream"):
			io.WriteString(w, byteOrderMark+start)
		case strings.HasSuffix(r.URL.Path, "/observe"):
			io.WriteString(w, byteOrderMark+start+finish)
		default:
			say(w, 200, `{"runId":"r","status":"suspended","steps":{"s":{"status":"suspended"}},"suspendedPaths":{"s":[0]}}`)
		}
	})
	s, err := client.Workflow("w").Run("r").ResumeStream(t.Context(), mastra.ResumeRequest{Step: "s", Data: true})
	require.NoError(t, err)
	var types []string
	for c, err := range s.Chunks() {
		require.NoError(t, err)
		types = append(types, c.Type)
	}
	assert.Equal(t, []string{"workflow-start", "workflow-finish"}, types)
}

func TestByteOrderMark_OfASubscriptionThatComesBackIsSkipped(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, byteOrderMark+"data: {\"type\":\"start\",\"payload\":{}}\n\n")
	})
	s, err := client.Agent("a").SubscribeThread(t.Context(), mastra.SubscribeThreadRequest{ThreadID: "t"})
	require.NoError(t, err)
	defer s.Close()
	for _, want := range []string{"start", "resubscribed", "start", "resubscribed"} {
		c, err := s.Next()
		require.NoError(t, err)
		assert.Equal(t, want, c.Type)
	}
}

// A stream may begin with any byte, and stand still behind it.
func TestByteOrderMark_IsNotWaitedFor(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, ":")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s, err := client.OpenStream(ctx, "GET", "/things", nil, mastra.WithIdleTimeout(50*time.Millisecond))
	require.NoError(t, err)
	_, err = s.Next()
	assert.ErrorIs(t, err, mastra.ErrIdleTimeout)
}
