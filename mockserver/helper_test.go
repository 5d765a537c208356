package mockserver_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// caller sends requests to a server and closes its connections with the test.
type caller struct {
	t    *testing.T
	base string
	http *http.Client
}

func start(t *testing.T, options ...mockserver.Option) (*mockserver.Running, *caller) {
	t.Helper()
	mock := mockserver.Start(t, options...)
	return mock, call(t, mock.URL)
}

func call(t *testing.T, base string) *caller {
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	return &caller{t, base, client}
}

// open sends a request and returns the answer unread. A body that is not a
// string is sent as JSON.
func (c *caller) open(ctx context.Context, method, path string, body any, headers ...string) *http.Response {
	c.t.Helper()
	res, err := c.try(ctx, method, path, body, headers...)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { res.Body.Close() })
	return res
}

func (c *caller) try(ctx context.Context, method, path string, body any, headers ...string) (*http.Response, error) {
	c.t.Helper()
	var reader io.Reader
	if text, ok := body.(string); ok {
		reader = strings.NewReader(text)
	} else if body != nil {
		data, err := json.Marshal(body)
		require.NoError(c.t, err)
		reader = strings.NewReader(string(data))
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	require.NoError(c.t, err)
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return c.http.Do(req)
}

// do sends a request and returns the status and the whole answer.
func (c *caller) do(method, path string, body any, headers ...string) (int, string) {
	c.t.Helper()
	res := c.open(c.t.Context(), method, path, body, headers...)
	data, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return res.StatusCode, string(data)
}

func (c *caller) get(path string) (int, string) {
	c.t.Helper()
	return c.do(http.MethodGet, path, nil)
}

func (c *caller) post(path string, body any) (int, string) {
	c.t.Helper()
	return c.do(http.MethodPost, path, body)
}

// object is post for answers that are JSON objects with status 200.
func (c *caller) object(path string, body any) map[string]any {
	c.t.Helper()
	status, text := c.post(path, body)
	require.Equal(c.t, http.StatusOK, status, text)
	return decode(c.t, text)
}

// stream is post for streams: it returns the chunks.
func (c *caller) stream(path string, body any) []map[string]any {
	c.t.Helper()
	status, text := c.post(path, body)
	require.Equal(c.t, http.StatusOK, status, text)
	return chunks(c.t, text)
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return v
}

// chunks reads either framing.
func chunks(t *testing.T, text string) []map[string]any {
	t.Helper()
	separator := "\n\n"
	if strings.Contains(text, "\x1e") {
		separator = "\x1e"
	}
	var out []map[string]any
	for _, frame := range strings.Split(text, separator) {
		frame = strings.TrimPrefix(frame, "data: ")
		if frame != "" && frame != "[DONE]" {
			out = append(out, decode(t, frame))
		}
	}
	return out
}

func types(list []map[string]any) []string {
	out := make([]string, len(list))
	for i, chunk := range list {
		out[i], _ = chunk["type"].(string)
	}
	return out
}

// find returns the first chunk of a type.
func find(t *testing.T, list []map[string]any, kind string) map[string]any {
	t.Helper()
	for _, chunk := range list {
		if chunk["type"] == kind {
			return chunk
		}
	}
	require.Fail(t, "no chunk of type "+kind, "%v", types(list))
	return nil
}

// at walks into nested objects.
func at(v any, keys ...string) any {
	for _, key := range keys {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

func decodeList(t *testing.T, text string) []map[string]any {
	t.Helper()
	var v []map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return v
}

// read answers a JSON object; the query's quotes and braces may stand as they
// are.
func (c *caller) read(method, path string) (out map[string]any) {
	c.t.Helper()
	res := c.open(c.t.Context(), method, strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D").Replace(path), nil)
	require.NoError(c.t, json.NewDecoder(res.Body).Decode(&out))
	return out
}
