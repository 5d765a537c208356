package stream_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// A server that fails once the stream has begun may send its error as it would have
// answered with it: an object that has no type.
func TestStream_ErrorWithoutATypeTellsItsText(t *testing.T) {
	for _, tt := range []struct{ name, body, says string }{
		{"and then nothing", `data: {"error":"database is locked"}` + "\n\n", "database is locked"},
		{"and then the end", `data: {"error":"database is locked"}` + "\n\ndata: [DONE]\n\n", "database is locked"},
		{"behind others", `data: {"type":"start","runId":"r"}` + "\n\n" + `data: {"error":{"message":"deep","name":"DbError","stack":"at secret"}}` + "\n\n", "run r failed: DbError: deep"},
		{"with a message beside it", `data: {"error":{"message":"boom"},"message":"x"}` + "\n\n", "boom"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := stream.New(t.Context(), io.NopCloser(strings.NewReader(tt.body)), stream.Options{})
			var chunks []stream.Chunk
			var end error
			for c, err := range s.Chunks() {
				if end = err; err == nil {
					chunks = append(chunks, c)
				}
			}
			var failed *stream.RunError
			require.ErrorAs(t, end, &failed)
			assert.ErrorContains(t, end, tt.says)
			assert.NotContains(t, end.Error(), "secret")
			assert.Equal(t, !strings.Contains(tt.body, "[DONE]"), errors.Is(end, stream.ErrTruncated))
			last := chunks[len(chunks)-1]
			assert.Equal(t, stream.TypeError, last.Type)
			assert.IsType(t, &stream.ErrorChunk{}, last.Value())
			assert.Contains(t, tt.body, string(last.Raw()), "its JSON is as it came")
		})
	}
	t.Run("in records", func(t *testing.T) {
		s := stream.New(t.Context(), io.NopCloser(strings.NewReader(`{"error":"database is locked"}`+"\x1e")), stream.Options{Framing: stream.Records, End: stream.EndWorkflow})
		var end error
		for _, err := range s.Chunks() {
			end = err
		}
		assert.ErrorContains(t, end, "database is locked")
	})
	t.Run("passed on, without its stack", func(t *testing.T) {
		s := stream.New(t.Context(), io.NopCloser(strings.NewReader(`data: {"error":{"message":"deep","stack":"at secret"}}`+"\n\ndata: [DONE]\n\n")), stream.Options{})
		w := httptest.NewRecorder()
		_ = stream.Forward(w, s)
		assert.Contains(t, w.Body.String(), "deep")
		assert.NotContains(t, w.Body.String(), "secret")
	})
}

func TestStream_ObjectWithoutATypeAndErrorIsDelivered(t *testing.T) {
	for _, object := range []string{`{"a":1}`, `{"error":null}`, `[{"error":"x"}]`, `{"payload":{"error":"x"}}`, `{"type":"data-x","data":1,"error":"its own"}`} {
		s := stream.New(context.Background(), io.NopCloser(strings.NewReader("data: "+object+"\n\ndata: [DONE]\n\n")), stream.Options{})
		met := 0
		for c, err := range s.Chunks() {
			require.NoError(t, err, object)
			assert.NotEqual(t, stream.TypeError, c.Type)
			met++
		}
		assert.Equal(t, 1, met)
	}
}
