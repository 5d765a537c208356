package contract_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

func TestDo_BodiesAndAnswersThatAreNoJSON(t *testing.T) {
	t.Parallel()
	c := client(t)
	speak := map[string]string{"text": "hello"}
	var whole []byte
	require.NoError(t, c.Do(within(t), "POST", "/agents/voiced/voice/speak", speak, &whole))
	assert.Equal(t, "hello", string(whole))
	var copied bytes.Buffer
	require.NoError(t, c.Do(within(t), "POST", "/agents/voiced/voice/speak", []byte(`{"text":"hello"}`), &copied, mastra.WithContentType("application/json")))
	assert.Equal(t, "hello", copied.String())
	var open io.ReadCloser
	require.NoError(t, c.Do(within(t), "POST", "/agents/voiced/voice/speak", strings.NewReader(`{"text":"hello"}`), &open, mastra.WithContentType("application/json")))
	text, err := io.ReadAll(open)
	require.NoError(t, err)
	require.NoError(t, open.Close())
	assert.Equal(t, "hello", string(text))

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("audio", "a.mp3")
	require.NoError(t, err)
	_, err = part.Write([]byte("spoken"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	var heard struct{ Text string }
	require.NoError(t, c.Do(within(t), "POST", "/agents/voiced/voice/listen", form.Bytes(), &heard, mastra.WithContentType(w.FormDataContentType())))
	assert.Equal(t, "spoken", heard.Text)

	err = c.Do(within(t), "POST", "/agents/voiced/voice/speak", speak, &struct{}{})
	assert.ErrorContains(t, err, "a *[]byte takes it as it is")
	err = c.Do(within(t), "POST", "/agents/nobody/voice/speak", speak, &whole)
	require.ErrorIs(t, err, mastra.ErrNotFound)
}

// A server that never writes [DONE], as one that is mounted in Express: a stream that
// runs until idle ends with its bytes, where the client is told so.
func TestWithStreamEnd_WhereNoDoneIsWritten(t *testing.T) {
	t.Parallel()
	to, err := url.Parse(suite.server.URL())
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, FlushInterval: -1, ModifyResponse: func(resp *http.Response) error {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{&withoutDone{r: resp.Body}, resp.Body}
		resp.Header.Del("Content-Length")
		return nil
	}}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	run := func(opts ...mastra.ClientOption) (*mastra.AgentResult, error) {
		c, err := mastra.New(front.URL, opts...)
		require.NoError(t, err)
		req := ask("hi")
		req.UntilIdle = &mastra.UntilIdle{}
		s, err := c.Agent("assistant").Stream(within(t), req)
		require.NoError(t, err)
		defer s.Close()
		return s.Result()
	}
	_, err = run()
	require.ErrorIs(t, err, mastra.ErrTruncated)
	res, err := run(mastra.WithStreamEnd(stream.EndEOF))
	require.NoError(t, err)
	assert.Equal(t, "You said: hi", res.Text)
}

// withoutDone leaves the mark of the end out.
type withoutDone struct {
	r    io.Reader
	rest []byte
	err  error
}

func (w *withoutDone) Read(p []byte) (int, error) {
	if w.err == nil {
		w.rest, w.err = io.ReadAll(w.r)
		w.rest = bytes.ReplaceAll(w.rest, []byte("data: [DONE]\n\n"), nil)
		if w.err == nil {
			w.err = io.EOF
		}
	}
	n := copy(p, w.rest)
	if w.rest = w.rest[n:]; n > 0 {
		return n, nil
	}
	return 0, w.err
}
