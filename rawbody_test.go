package mastra_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// opaque hides what a reader can beside reading.
type opaque struct{ io.Reader }

// rawBodies are bodies of "hello" that Do can be given, and whether they can be sent again.
func rawBodies(t testing.TB) map[string]struct {
	body  any
	again bool
	size  int64
} {
	t.Helper()
	path := filepath.Join(t.TempDir(), "body")
	require.NoError(t, os.WriteFile(path, []byte("skip hello"), 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	_, err = file.Seek(5, io.SeekStart)
	require.NoError(t, err)
	behind := strings.NewReader("skip hello")
	_, err = behind.Seek(5, io.SeekStart)
	require.NoError(t, err)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Close() })
	_, err = w.WriteString("hello")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	type row = struct {
		body  any
		again bool
		size  int64
	}
	return map[string]row{
		"[]byte":                {[]byte("hello"), true, 5},
		"a strings.Reader":      {behind, true, 5},
		"a bytes.Reader":        {bytes.NewReader([]byte("hello")), true, 5},
		"a file":                {file, true, 5},
		"a bytes.Buffer":        {bytes.NewBufferString("hello"), false, 5},
		"a reader":              {opaque{strings.NewReader("hello")}, false, -1},
		"a pipe, which is File": {r, false, -1},
	}
}

func TestDo_SendsABodyAsItIs(t *testing.T) {
	for name, b := range rawBodies(t) {
		t.Run(name, func(t *testing.T) {
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				say(w, 200, fmt.Sprintf(`["%s","%s",%d,"%s"]`, body, r.Header.Get("Content-Type"), r.ContentLength, r.URL.RawQuery))
			})
			var out []any
			require.NoError(t, c.Do(t.Context(), "PUT", "/files/a", b.body, &out, mastra.WithContentType("text/plain")))
			assert.Equal(t, []any{"hello", "text/plain", float64(b.size), ""}, out)
		})
	}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		say(w, 200, fmt.Sprintf(`["%s","%s","%s"]`, body, r.Header.Get("Content-Type"), r.URL.Query().Get("requestContext")))
	})
	var out []string
	require.NoError(t, c.Do(t.Context(), "POST", "/files", []byte("x"), &out, mastra.WithRequestContext(map[string]any{"k": 1})))
	assert.Equal(t, []string{"x", "application/octet-stream", "eyJrIjoxfQ=="}, out, "the request context is in the query")
	require.NoError(t, c.Do(t.Context(), "POST", "/files", []byte(" [1]"), &out))
	assert.Equal(t, []string{" [1]", "application/json", ""}, out, "JSON is known by its look")
	require.NoError(t, c.Do(t.Context(), "POST", "/files", []byte("[1"), &out))
	assert.Equal(t, []string{"[1", "application/octet-stream", ""}, out)
	require.NoError(t, c.Do(t.Context(), "POST", "/files", strings.NewReader(""), &out))
	assert.Equal(t, []string{"", "application/octet-stream", ""}, out)
}

func TestDo_RepeatsABodyThatCanBeReadAgain(t *testing.T) {
	for name, b := range rawBodies(t) {
		t.Run(name, func(t *testing.T) {
			var attempts atomic.Int32
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				assert.Equal(t, "hello", string(body))
				if attempts.Add(1) < 3 {
					say(w, 429, `{"error":"later"}`)
					return
				}
				say(w, 200, `{}`)
			})
			err := c.Do(t.Context(), "POST", "/files", b.body, nil)
			if b.again {
				require.NoError(t, err)
				assert.Equal(t, int32(3), attempts.Load())
				return
			}
			require.ErrorIs(t, err, mastra.ErrRateLimited)
			assert.ErrorContains(t, err, "the body is a reader that cannot be read again, so it is sent once")
			assert.Equal(t, int32(1), attempts.Load())
		})
	}
	t.Run("another token", func(t *testing.T) {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.Header.Get("Authorization") != "Bearer second-token" {
				say(w, 401, `{"error":"no"}`)
				return
			}
			assert.Equal(t, "hello", string(body))
			say(w, 200, `{}`)
		}, mastra.WithTokenSource(tokensAfter(func(refused string) string {
			if refused == "" {
				return "first-token"
			}
			return "second-token"
		})))
		require.NoError(t, c.Do(t.Context(), "POST", "/files", []byte("hello"), nil))
		require.ErrorIs(t, c.Do(t.Context(), "POST", "/files", opaque{strings.NewReader("hello")}, nil), mastra.ErrUnauthorized)
	})
	t.Run("nothing was read where nobody listens", func(t *testing.T) {
		c := dial(t, "http://127.0.0.1:1")
		err := c.Do(t.Context(), "POST", "/files", opaque{strings.NewReader("hello")}, nil)
		assert.Equal(t, 4, asError(t, err).Attempts)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	})
}

type tokensAfter func(refused string) string

func (f tokensAfter) Token(_ context.Context, refused string) (string, error) { return f(refused), nil }

func TestDo_ReaderThatFailsIsTheReason(t *testing.T) {
	broken := errors.New("the disk is gone")
	var attempts atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		attempts.Add(1)
		_, _ = io.ReadAll(r.Body)
		say(w, 200, `{}`)
	})
	err := c.Do(t.Context(), "PUT", "/files", io.MultiReader(strings.NewReader("hel"), failingReader{broken}), nil)
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "the request's body cannot be read: the disk is gone")
	assert.LessOrEqual(t, attempts.Load(), int32(1))
}

func TestDo_NobodyBeginsToReadABodyAfterIt(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, 413, `{"error":"too large"}`) })
	r := &counted{Reader: zeros{}}
	err := c.Do(t.Context(), "POST", "/files", r, nil)
	require.Error(t, err)
	time.Sleep(5 * time.Millisecond) // one that was under way
	before := r.n.Load()
	time.Sleep(20 * time.Millisecond)
	assert.Equal(t, before, r.n.Load())
}

type counted struct {
	io.Reader
	n atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) { c.n.Add(1); return c.Reader.Read(p) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestDo_EndOfTheContextIsNotHeldUpByAReader(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) })
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- c.Do(ctx, "POST", "/files", r, nil) }()
	_, err := w.Write([]byte("hel")) // it is being sent
	require.NoError(t, err)
	cancel()
	select {
	case err := <-done:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(5 * time.Second):
		t.Fatal("it waits")
	}
	require.NoError(t, w.Close()) // the read that is under way
}

func TestDo_RefusesBodiesThatAreNone(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	for want, do := range map[string]func() error{
		"a nil *bytes.Buffer": func() error { return c.Do(t.Context(), "POST", "/x", (*bytes.Buffer)(nil), nil) },
		"WithContentType: the call has no body": func() error {
			return c.Do(t.Context(), "POST", "/x", nil, nil, mastra.WithContentType("a/b"))
		},
		"WithContentType: this call makes its body itself": func() error { return generate(t.Context(), c, mastra.WithContentType("a/b")) },
		"WithContentType: the value": func() error {
			return c.Do(t.Context(), "POST", "/x", []byte{}, nil, mastra.WithContentType("a\nb"))
		},
		"cannot be put into a nil pointer": func() error { return c.Do(t.Context(), "GET", "/x", nil, (*[]byte)(nil)) },
	} {
		err := do()
		require.ErrorIs(t, err, mastra.ErrInvalidInput, want)
		assert.ErrorContains(t, err, want)
	}
	_, err := mastra.New("http://x.test", mastra.WithOptions(mastra.WithContentType("a/b")))
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
}
