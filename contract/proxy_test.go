package contract_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract"
)

func TestProxy_LosesWhatItIsToldToLose(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	whole := strings.Repeat("line\n", 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		if r.URL.Path == "/sized" {
			w.Header().Set("Content-Length", "5000")
		}
		_, _ = io.WriteString(w, whole) // a client that has left is what is tested
	}))
	defer server.Close()
	proxy, err := contract.NewProxy(server.URL, 1)
	require.NoError(t, err)
	defer proxy.Close()
	client := http.Client{Transport: &http.Transport{}, Timeout: callTime}
	defer client.CloseIdleConnections()
	get := func(path string) (string, error) {
		resp, err := client.Get(proxy.URL() + path)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return string(body), err
	}
	for _, path := range []string{"/chunked", "/sized"} {
		for range 3 { // over one connection
			body, err := get(path)
			require.NoError(t, err)
			assert.Equal(t, whole, body)
		}
		for fault, reaches := range map[contract.Fault]int64{
			contract.DropUnsent: 0, contract.DropSent: 1, contract.DropAnswer: 1, contract.CutAnswer: 1, contract.CutTail: 1,
		} {
			before := served.Load()
			happened := make(chan contract.Fault, 1)
			proxy.OnFault(func(f contract.Fault) { happened <- f })
			client.CloseIdleConnections() // net/http repeats a GET by itself where an old connection breaks
			proxy.Plan(path, fault)
			body, err := get(path)
			require.Error(t, err, "%s", fault)
			assert.True(t, strings.HasPrefix(whole, body), "%s", fault)
			assert.Equal(t, fault, <-happened)
			until(t, "the server was asked", func() bool { return served.Load() >= before+reaches })
			assert.Zero(t, proxy.Left())
		}
	}
	proxy.Refuse()
	_, err = get("/chunked")
	require.Error(t, err)
	require.NoError(t, proxy.Accept())
	_, err = get("/chunked")
	require.NoError(t, err)
	assert.NotZero(t, proxy.Forwarded("/chunked"))
}

func TestRecorder_KeepsWhatWentOverTheWire(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {}\n\n")
		if r.URL.Query().Has("whole") {
			_, _ = io.WriteString(w, "data: [DONE]\n\n")
			return
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	recorder := new(contract.Recorder)
	client := http.Client{Transport: recorder.Middleware(server.Client().Transport), Timeout: callTime}
	resp, err := client.Post(server.URL+"/api/x?whole=1", "application/json", strings.NewReader(`{"a":1}`))
	require.NoError(t, err)
	assert.Len(t, recorder.Open(), 1)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Empty(t, recorder.Open())
	require.Len(t, recorder.Exchanges(), 1)
	x := recorder.Exchanges()[0]
	assert.Equal(t, "/api/x?whole=1", x.Path)
	assert.True(t, x.On("/x"))
	assert.JSONEq(t, `{"a":1}`, string(x.RequestBody))
	assert.Equal(t, body, x.Body)
	assert.False(t, x.Cut)

	resp, err = client.Get(server.URL + "/api/x")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Len(t, recorder.Exchanges(), 2)
	assert.True(t, recorder.Exchanges()[1].Cut, "the client has left")

	server.Close()
	_, err = client.Get(server.URL)
	require.Error(t, err)
	assert.Equal(t, 1, recorder.Lost())
}

func TestProxy_AsksSeveralServersInTurn(t *testing.T) {
	t.Parallel()
	var served [2]atomic.Int64
	var urls [2]string
	for i := range served {
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served[i].Add(1) }))
		defer server.Close()
		urls[i] = server.URL
	}
	proxy, err := contract.NewProxy(urls[0], 1, urls[1])
	require.NoError(t, err)
	defer proxy.Close()
	proxy.Choose(func(r *http.Request) contract.Fault {
		if r.URL.Path == "/lost" {
			return contract.DropAnswer
		}
		return contract.Pass
	})
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: callTime}
	for range 3 {
		resp, err := client.Get(proxy.URL() + "/kept")
		require.NoError(t, err)
		resp.Body.Close()
		_, err = client.Post(proxy.URL()+"/lost", "", nil)
		require.Error(t, err)
	}
	assert.EqualValues(t, 3, served[0].Load())
	assert.EqualValues(t, 3, served[1].Load())
}
