package lossy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/internal/leakcheck"
	"github.com/mastra-go/mastra/internal/lossy"
)

func TestMain(m *testing.M) { os.Exit(leakcheck.Main(m)) }

// ask gets an answer of 1,000 bytes n times, on a connection for each, and tells
// which came whole.
func ask(t *testing.T, url string, n int) string {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport}
	var out strings.Builder
	for range n {
		resp, err := client.Post(url, "text/plain", strings.NewReader(strings.Repeat("x", 200)))
		if err == nil {
			var body []byte
			body, err = io.ReadAll(resp.Body)
			resp.Body.Close()
			if err == nil {
				assert.Len(t, body, 1000)
			}
		}
		if err == nil {
			out.WriteByte('+')
		} else {
			out.WriteByte('-')
		}
	}
	return out.String()
}

func serve(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(make([]byte, 1000))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestProxy_BreaksConnectionsWhereTheSeedSays(t *testing.T) {
	url := serve(t)
	o := lossy.Options{Seed: 1, Drop: 0.3, Up: 200, Down: 1000}
	p := lossy.Start(t, url, o)
	first := ask(t, p.URL(), 200)
	all, dropped := p.Connections()
	assert.Equal(t, 200, all)
	assert.Equal(t, strings.Count(first, "-"), dropped)
	assert.InDelta(t, 60, dropped, 20)
	assert.Equal(t, first, ask(t, lossy.Start(t, url, o).URL(), 200), "the same again")
	o.Seed = 2
	assert.NotEqual(t, first, ask(t, lossy.Start(t, url, o).URL(), 200))
}

func TestProxy_ThatDropsNothingPassesEverything(t *testing.T) {
	p := lossy.Start(t, serve(t), lossy.Options{Seed: 1})
	require.Equal(t, strings.Repeat("+", 50), ask(t, p.URL(), 50))
	_, dropped := p.Connections()
	assert.Zero(t, dropped)
}
