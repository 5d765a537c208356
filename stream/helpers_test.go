package stream_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/internal/leakcheck"
	"github.com/mastra-go/mastra/stream"
)

func TestMain(m *testing.M) { os.Exit(leakcheck.Main(m)) }

// recording is a stream as a real server sent it.
func recording(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return b
}

// recordings are the names of all recorded streams with one of the suffixes.
func recordings(t testing.TB, suffixes ...string) []string {
	t.Helper()
	var names []string
	for _, suffix := range suffixes {
		found, err := filepath.Glob(filepath.Join("testdata", "*"+suffix))
		require.NoError(t, err)
		require.NotEmpty(t, found)
		for _, name := range found {
			names = append(names, filepath.Base(name))
		}
	}
	return names
}

// optionsFor are the options under which a recording is complete.
func optionsFor(name string) stream.Options {
	switch {
	case strings.HasSuffix(name, ".rs"):
		return stream.Options{Framing: stream.Records, End: stream.EndWorkflow}
	case strings.HasPrefix(name, "network"), strings.HasPrefix(name, "until-idle"):
		return stream.Options{End: stream.EndDone}
	}
	return stream.Options{}
}

// body is a response body that gives its pieces one per Read and then err.
type body struct {
	pieces [][]byte
	err    error
	closed int
	reads  int
}

func (b *body) Read(p []byte) (int, error) {
	b.reads++
	for len(b.pieces) > 0 && len(b.pieces[0]) == 0 {
		b.pieces = b.pieces[1:]
	}
	if len(b.pieces) == 0 {
		return 0, b.err
	}
	n := copy(p, b.pieces[0])
	b.pieces[0] = b.pieces[0][n:]
	return n, nil
}

func (b *body) Close() error {
	b.closed++
	return nil
}

// whole is a body that ends with io.EOF.
func whole(pieces ...string) *body {
	b := &body{err: io.EOF}
	for _, piece := range pieces {
		b.pieces = append(b.pieces, []byte(piece))
	}
	return b
}

// hooks is what a test hangs into a stream.
type hooks = hook.Hooks[stream.Chunk]

// openHooked reads the bytes as one piece, with hooks.
func openHooked(b []byte, h hooks) *stream.Stream {
	return stream.NewWithHooks(context.Background(), io.NopCloser(bytes.NewReader(b)), stream.Options{}, h)
}

// open reads the bytes as one piece.
func open(b []byte, o stream.Options) *stream.Stream {
	return stream.New(context.Background(), io.NopCloser(bytes.NewReader(b)), o)
}

// collect reads a stream to its end.
func collect(s *stream.Stream) ([]stream.Chunk, error) {
	var chunks []stream.Chunk
	for c, err := range s.Chunks() {
		if err != nil {
			return chunks, err
		}
		chunks = append(chunks, c)
	}
	return chunks, nil
}

func rawOf(chunks []stream.Chunk) []string {
	raw := []string{}
	for _, c := range chunks {
		raw = append(raw, string(c.Raw()))
	}
	return raw
}

func textOf(chunks []stream.Chunk) string {
	var b strings.Builder
	for _, c := range chunks {
		text, _ := c.Text()
		b.WriteString(text)
	}
	return b.String()
}
