package contract_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// entry is the input of the workflows that keep the ledger.
type entry struct {
	Key string `json:"key"`
	MS  int    `json:"ms"`
}

// pair starts two server processes on one storage, for a test that takes minutes:
// it runs with MASTRA_PROOF=1.
func pair(t *testing.T) [2]contract.Mortal {
	t.Helper()
	if os.Getenv("MASTRA_PROOF") == "" {
		t.Skip("MASTRA_PROOF is not set")
	}
	var servers [2]contract.Mortal
	var beside contract.Server
	for i := range servers {
		s, ok := own(t, contract.Config{Mortal: true, Ledger: true, Beside: beside}).(contract.Mortal)
		require.True(t, ok)
		servers[i], beside = s, s
	}
	return servers
}

// proofClient gives a client that records nothing but the server's failures: of
// thousands of exchanges a record would take longer than they do.
func proofClient(t *testing.T, url string, failures *failures, opts ...mastra.ClientOption) *mastra.Client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: 4 * time.Second}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := mastra.New(url, append([]mastra.ClientOption{
		mastra.WithHTTPClient(&http.Client{Transport: transport}), mastra.WithMiddleware(failures.middleware),
	}, opts...)...)
	require.NoError(t, err)
	return c
}

// failures counts the answers from 500 on, by method and status.
type failures struct {
	mu    sync.Mutex
	count map[string]int
}

func (f *failures) middleware(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil && resp.StatusCode >= 500 {
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.count == nil {
				f.count = map[string]int{}
			}
			f.count[fmt.Sprint(req.Method, " ", resp.StatusCode)]++
		}
		return resp, err
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// verdicts is what calls came to, each under the key of its work.
type verdicts struct {
	mu   sync.Mutex
	of   map[string]error  // nil where the call gave the run's own result
	kind map[string]string // what was called
}

func (v *verdicts) add(kind, key string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.of == nil {
		v.of, v.kind = map[string]error{}, map[string]string{}
	}
	v.of[key], v.kind[key] = err, kind
}

// judge holds the calls against the ledger: nothing is done twice, what has a result
// is done, and what is not known to have failed says so.
func (v *verdicts) judge(t *testing.T, s contract.Server, least float64) {
	t.Helper()
	keys, err := contract.Ledger(s)
	require.NoError(t, err)
	done := map[string]int{}
	for _, key := range keys {
		if done[key]++; done[key] == 2 {
			t.Errorf("%s was executed twice; its call: %v", key, v.of[key])
		}
	}
	rows, good := map[string]int{}, 0
	for key, err := range v.of {
		rows[fmt.Sprintf("%-8s done %d  %s", v.kind[key], done[key], class(err))]++
		switch {
		case err == nil:
			good++
			assert.Equal(t, 1, done[key], "%s has a result", key)
		case errors.Is(err, mastra.ErrOutcomeUnknown):
		case done[key] > 0:
			t.Errorf("%s was executed, and its call does not say that it may have been: %v", key, err)
		}
	}
	for _, row := range sorted(rows) {
		t.Logf("%5d  %s", rows[row], row)
	}
	share := float64(good) / float64(len(v.of))
	t.Logf("%d calls, %.1f %% with the run's result", len(v.of), 100*share)
	assert.GreaterOrEqual(t, share, least)
}

// volatile is what differs between errors of one class.
var volatile = regexp.MustCompile(`127\.0\.0\.1:[0-9]+(->127\.0\.0\.1:[0-9]+)?|[a-z]+-[0-9]+(-[a-z]+)?\b`)

// class is what an error is counted under.
func class(err error) string {
	if err == nil {
		return "result"
	}
	var kinds []string
	for _, kind := range []error{
		mastra.ErrOutcomeUnknown, mastra.ErrUnavailable, mastra.ErrConflict, mastra.ErrNotSuspended, mastra.ErrServer,
		mastra.ErrNotFound, context.DeadlineExceeded, errFailed,
	} {
		if errors.Is(err, kind) {
			kinds = append(kinds, strings.TrimPrefix(kind.Error(), "mastra: "))
		}
	}
	text := err.Error()
	if _, cause, ok := strings.Cut(text, ": "); ok {
		if _, after, ok := strings.Cut(cause, ": "); ok && strings.HasPrefix(text, "mastra: ") {
			cause = after // behind the method and the path
		}
		text = cause
	}
	text = volatile.ReplaceAllString(text, "*")
	return "[" + strings.Join(kinds, ", ") + "] " + text[:min(len(text), 160)]
}

func sorted(rows map[string]int) []string {
	var out []string
	for row := range rows {
		out = append(out, row)
	}
	slices.Sort(out)
	return out
}

// errFailed: the call gave a state, but not that of the run's success.
var errFailed = errors.New("the run has failed")

// outcome is nil where a call gave what the run should come to.
func outcome(state *mastra.RunState, err error, want ...mastra.RunStatus) error {
	if err != nil || slices.Contains(want, state.Status) {
		return err
	}
	return fmt.Errorf("%w: state: %s: %v", errFailed, state.Status, state.Err())
}

// atOnce calls f with 0 to n-1, so many of them at the same time.
func atOnce(n, workers int, f func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}
