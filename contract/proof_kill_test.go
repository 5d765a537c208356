package contract_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// gateway forwards to servers in turn. Where one cannot be reached, or breaks off
// before its answer begins, it answers 502 with a page.
func gateway(t *testing.T, servers ...contract.Mortal) string {
	t.Helper()
	var turn atomic.Int64
	var urls []*url.URL
	for _, s := range servers {
		u, err := url.Parse(s.URL())
		require.NoError(t, err)
		urls = append(urls, u)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(urls[int(turn.Add(1))%len(urls)]) },
		Transport:     &http.Transport{DisableKeepAlives: true},
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // that answers break is what is tested
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>") // to a client that may have left
		},
	})
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// killing kills a server time and again, each time just as some work is entered in
// the ledger, and starts it again at once. It ends with the server alive.
func killing(t *testing.T, s contract.Mortal, over <-chan struct{}) (kills int) {
	entries := func() int {
		keys, err := contract.Ledger(s)
		assert.NoError(t, err)
		return len(keys)
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return kills
		case <-time.After(1500 * time.Millisecond):
		}
		for before := entries(); entries() == before; {
			select {
			case <-over:
				return kills
			case <-tick.C:
			}
		}
		if !assert.NoError(t, s.Kill()) || !assert.NoError(t, s.Restart(context.Background())) {
			return kills
		}
		kills++
	}
}

func TestProof_StartsWhileAServerIsKilledAreExecutedOnce(t *testing.T) {
	for name, address := range map[string]func(t *testing.T, servers [2]contract.Mortal) string{
		"at the server that is killed": func(_ *testing.T, servers [2]contract.Mortal) string { return servers[1].URL() },
		"behind a gateway":             func(t *testing.T, servers [2]contract.Mortal) string { return gateway(t, servers[:]...) },
	} {
		t.Run(name, func(t *testing.T) {
			servers := pair(t)
			var failed failures
			c := proofClient(t, address(t, servers), &failed)
			var calls verdicts
			began := time.Now()
			over := make(chan struct{})
			var kills int
			var killer sync.WaitGroup
			killer.Go(func() { kills = killing(t, servers[1], over) })
			atOnce(160, 16, func(i int) {
				ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
				defer cancel()
				key := fmt.Sprint("start-", i)
				state, err := c.Workflow("entered").Run("run-of-"+key).Start(ctx, mastra.StartRequest{Input: entry{key, []int{0, 50, 200, 800}[i%4]}})
				calls.add("start", key, outcome(state, err, mastra.RunSuccess))
			})
			close(over)
			killer.Wait()
			t.Logf("%s, %d kills, answers from 500 on: %v", time.Since(began).Round(time.Second), kills, failed.count)
			calls.judge(t, servers[0], 0)
			for key, err := range calls.of {
				if err != nil && !errors.Is(err, mastra.ErrOutcomeUnknown) {
					assert.ErrorIs(t, err, mastra.ErrUnavailable, "%s: nothing was sent", key)
				}
			}
		})
	}
}
