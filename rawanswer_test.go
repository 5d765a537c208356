package mastra_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// takers are the ways in which Do gives an answer as it is.
var takers = map[string]func(*testing.T, *mastra.Client, string, ...mastra.Option) (string, error){
	"bytes": func(t *testing.T, c *mastra.Client, path string, opts ...mastra.Option) (string, error) {
		var out []byte
		err := c.Do(t.Context(), "GET", path, nil, &out, opts...)
		return string(out), err
	},
	"a writer": func(t *testing.T, c *mastra.Client, path string, opts ...mastra.Option) (string, error) {
		var out bytes.Buffer
		err := c.Do(t.Context(), "GET", path, nil, &out, opts...)
		return out.String(), err
	},
	"an open answer": func(t *testing.T, c *mastra.Client, path string, opts ...mastra.Option) (string, error) {
		var body io.ReadCloser
		if err := c.Do(t.Context(), "GET", path, nil, &body, opts...); err != nil {
			assert.Nil(t, body)
			return "", err
		}
		defer body.Close()
		text, err := io.ReadAll(body)
		return string(text), err
	},
}

func TestDo_GivesAnAnswerAsItIs(t *testing.T) {
	var accepts sync.Map
	page, mark := "<!doctype html><p>hi", "\xEF\xBB\xBFa,b\n"
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch strings.TrimPrefix(r.URL.Path, "/api/") {
		case "csv":
			accepts.Store(r.Header.Get("Accept"), true)
			w.Header().Set("Content-Type", "text/csv")
			_, _ = io.WriteString(w, mark)
		case "page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, page)
		case "json":
			say(w, 200, `{"a":1}`)
		case "empty":
			w.WriteHeader(204)
		case "none":
			say(w, 404, `{"error":"no such file"}`)
		case "coded":
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, "xxxx")
		case "cut":
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "hello")
		}
	}, mastra.WithRetries(0))
	for name, take := range takers {
		t.Run(name, func(t *testing.T) {
			for path, want := range map[string]string{"/csv": mark, "/page": page, "/json": `{"a":1}`, "/empty": ""} {
				var meta mastra.Response
				got, err := take(t, c, path, mastra.WithResponse(&meta))
				require.NoError(t, err, path)
				assert.Equal(t, want, got)
				assert.Equal(t, 1, meta.Attempts)
			}
			_, err := take(t, c, "/none")
			require.ErrorIs(t, err, mastra.ErrNotFound)
			assert.ErrorContains(t, err, "no such file")
			_, err = take(t, c, "/coded")
			assert.ErrorContains(t, err, "the answer is in the coding br")
			_, err = take(t, c, "/cut")
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		})
	}
	accepts.Range(func(accept, _ any) bool { return assert.Equal(t, "*/*", accept) })
	var table struct{}
	err := c.Do(t.Context(), "GET", "/csv", nil, &table)
	assert.ErrorContains(t, err, "the answer is not JSON but text/csv; a *[]byte takes it as it is")
	_, err = c.OpenStream(t.Context(), "GET", "/csv", nil)
	assert.ErrorContains(t, err, "the answer is not a stream but text/csv; Client.Do takes it, with a *[]byte or an *io.ReadCloser")
}

func TestDo_BytesHaveALimit(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 100)) }, mastra.WithMaxResponseSize(99))
	_, err := takers["bytes"](t, c, "/x")
	require.ErrorIs(t, err, mastra.ErrTooLarge)
	got, err := takers["a writer"](t, c, "/x")
	require.NoError(t, err)
	assert.Len(t, got, 100)
}

func TestDo_SilenceOfAnOpenAnswerIsBounded(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	for _, name := range []string{"a writer", "an open answer"} {
		got, err := takers[name](t, c, "/x", mastra.WithIdleTimeout(20*time.Millisecond))
		require.ErrorIs(t, err, mastra.ErrIdleTimeout, name)
		assert.Equal(t, "hello", got)
	}
}

func TestDo_WriterThatFailsIsTheReason(t *testing.T) {
	full := errors.New("the disk is full")
	var attempts atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		attempts.Add(1)
		_, _ = io.WriteString(w, "hello")
	})
	err := c.Do(t.Context(), "GET", "/x", nil, failingWriter{full})
	require.ErrorIs(t, err, full)
	assert.Equal(t, int32(1), attempts.Load())
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }
