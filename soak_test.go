package mastra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/internal/lossy"
	"github.com/mastra-go/mastra/mockserver"
)

// thirty breaks three connections of ten, the ones that are too short for it set aside: on the way there, at the headers, between
// and within the chunks of an answer, and at its end.
func thirty(seed uint64, down int) lossy.Options {
	return lossy.Options{Seed: seed, Drop: 0.5, Up: 450, Down: down}
}

// lossyClient gives a client that opens a connection for each request, all of them
// through a proxy.
func lossyClient(t testing.TB, proxy *lossy.Proxy, opts ...mastra.ClientOption) *mastra.Client {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return dial(t, proxy.URL(), append([]mastra.ClientOption{mastra.WithHTTPClient(&http.Client{Transport: transport}), mastra.WithRetries(12), mastra.WithLooksFor(500 * time.Millisecond)}, opts...)...)
}

// many calls f with 0 to n-1, some at once.
func many(n, atOnce int, f func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}

func TestSoak_ThousandStartsRunOnceOverConnectionsThatBreak(t *testing.T) {
	const n = 1000
	mock := mockserver.Start(t)
	proxy := lossy.Start(t, mock.URL, thirty(7, 1100))
	client, direct := lossyClient(t, proxy), dial(t, mock.URL)
	var results atomic.Int64
	var unknown sync.Map // the runs of starts of which nobody can tell
	ids := make([]string, n)
	many(n, 16, func(i int) {
		run := client.Workflow("counted").NewRun()
		ids[i] = run.ID()
		state, err := run.Start(t.Context(), mastra.StartRequest{Input: map[string]any{"key": fmt.Sprint("key-", i), "ms": i % 4}})
		switch {
		case err == nil:
			results.Add(1)
			assert.JSONEq(t, fmt.Sprintf(`{"key":"key-%d","count":1}`, i), string(state.Result))
		case errors.Is(err, mastra.ErrOutcomeUnknown):
			unknown.Store(run.ID(), true)
		default:
			t.Errorf("neither a result nor ErrOutcomeUnknown: %v", err)
		}
	})
	connections, dropped := proxy.Connections()
	t.Logf("%d starts: %d results; %d of %d connections broke", n, results.Load(), dropped, connections)
	assert.GreaterOrEqual(t, results.Load(), int64(n*97/100))
	assert.GreaterOrEqual(t, dropped*10, connections*3)
	for i, id := range ids {
		state, err := direct.Workflow("counted").Run(id).Wait(t.Context())
		if _, maybe := unknown.Load(id); maybe && errors.Is(err, mastra.ErrNotFound) {
			continue // it never arrived
		}
		require.NoError(t, err)
		assert.JSONEq(t, fmt.Sprintf(`{"key":"key-%d","count":1}`, i), string(state.Result))
		var effects struct{ Count int }
		require.NoError(t, direct.Do(t.Context(), http.MethodGet, fmt.Sprint("/counted/key-", i), nil, &effects, mastra.WithAPIPrefix("")))
		assert.Equal(t, 1, effects.Count)
	}
}

// stages is a workflow of many steps, which suspends in its midst where gate is set.
func stages(id string, gate bool) *mockserver.Workflow {
	type value struct {
		N    int    `json:"n"`
		Text string `json:"text"`
	}
	w := mockserver.NewWorkflow[value, value](id)
	for i := range 12 {
		w.Then(mockserver.NewStep(fmt.Sprint("step-", i), func(s *mockserver.StepCall, in value) (value, error) {
			var data struct {
				OK bool `json:"ok"`
			}
			if gate && i == 4 && !s.Resumed(&data) {
				return in, s.Suspend(map[string]string{"reason": "half way"})
			}
			if in.N%3 == 0 {
				s.Sleep(time.Millisecond)
			}
			return value{in.N + 1, in.Text + "é"}, nil
		}).Suspends(struct {
			Reason string `json:"reason"`
		}{}).Resumes(struct {
			OK bool `json:"ok"`
		}{}))
	}
	return w
}

// wholeOf is a stream as its reader saw it: the chunks, byte for byte.
func wholeOf(s *mastra.RunStream) (chunks []string, err error) {
	for c, err := range s.Chunks() {
		if err != nil {
			return chunks, err
		}
		chunks = append(chunks, string(c.Raw()))
	}
	return chunks, nil
}

// history is what the server has kept of a run's stream.
func history(t testing.TB, run *mastra.Run) []string {
	t.Helper()
	s, err := run.Observe(t.Context(), mastra.ObserveRequest{})
	require.NoError(t, err)
	chunks, err := wholeOf(s)
	require.NoError(t, err)
	return chunks
}

func kinds(t testing.TB, chunks []string) (out []string) {
	t.Helper()
	for _, c := range chunks {
		var is struct {
			Type    string
			Payload struct{ ID, Status string }
		}
		require.NoError(t, json.Unmarshal([]byte(c), &is))
		out = append(out, is.Type+" "+is.Payload.ID+" "+is.Payload.Status)
	}
	return out
}

func TestSoak_StreamsAreWholeOrTruncatedOverConnectionsThatBreak(t *testing.T) {
	const n = 200
	mock := mockserver.Start(t, mockserver.WithWorkflow(stages("stages", false)))
	breaks := thirty(11, 6500)
	breaks.Drop = 0.65 // some connections end before the byte at which they would break
	proxy := lossy.Start(t, mock.URL, breaks)
	client, direct := lossyClient(t, proxy), dial(t, mock.URL)
	input := map[string]any{"n": 0, "text": "é"}
	s, err := direct.Workflow("stages").Stream(t.Context(), mastra.StartRequest{Input: input})
	require.NoError(t, err)
	undisturbed, err := wholeOf(s)
	require.NoError(t, err)
	want := kinds(t, undisturbed)
	require.Len(t, want, 26)

	var whole, cut atomic.Int64
	many(n, 8, func(i int) {
		run := client.Workflow("stages").NewRun()
		s, err := run.Stream(t.Context(), mastra.StartRequest{Input: input})
		if !assert.NoError(t, err) {
			return
		}
		chunks, err := wholeOf(s)
		state, waitErr := direct.Workflow("stages").Run(run.ID()).Wait(t.Context())
		if assert.NoError(t, waitErr) {
			assert.Equal(t, mastra.RunSuccess, state.Status)
		}
		all := history(t, direct.Workflow("stages").Run(run.ID()))
		switch {
		case err == nil:
			whole.Add(1)
			assert.Equal(t, all, chunks)
			assert.Equal(t, want, kinds(t, chunks))
		case errors.Is(err, mastra.ErrTruncated):
			cut.Add(1)
			assert.Equal(t, all[:len(chunks)], chunks, "what came before is right")
		default:
			t.Errorf("neither whole nor truncated: %v", err)
		}
		assert.Equal(t, 1, mock.Executions(run.ID()))
	})
	connections, dropped := proxy.Connections()
	t.Logf("%d streams: %d whole, %d truncated; %d of %d connections broke", n, whole.Load(), cut.Load(), dropped, connections)
	assert.GreaterOrEqual(t, whole.Load(), int64(n*97/100))
	assert.GreaterOrEqual(t, dropped*10, connections*3)
}

func TestSoak_ResumedStreamsAreWholeOrTruncatedOverConnectionsThatBreak(t *testing.T) {
	const n = 200
	mock := mockserver.Start(t, mockserver.WithWorkflow(stages("gated", true)))
	proxy := lossy.Start(t, mock.URL, thirty(13, 5000))
	client, direct := lossyClient(t, proxy), dial(t, mock.URL)
	input := map[string]any{"n": 0, "text": "é"}

	var whole, cut, lost atomic.Int64
	many(n, 8, func(i int) {
		run := client.Workflow("gated").NewRun()
		s, err := run.Stream(t.Context(), mastra.StartRequest{Input: input})
		if !assert.NoError(t, err) {
			return
		}
		first, err := wholeOf(s)
		if !assert.NoError(t, err) {
			return
		}
		assert.Len(t, first, 1+8+2+1)
		assert.Equal(t, "workflow-finish  ", kinds(t, first)[len(first)-1])
		s, err = run.ResumeStream(t.Context(), mastra.ResumeRequest{Data: map[string]bool{"ok": true}})
		if errors.Is(err, mastra.ErrOutcomeUnknown) {
			lost.Add(1) // before its first byte; it is not asked again
			return
		}
		if !assert.NoError(t, err) {
			return
		}
		chunks, err := wholeOf(s)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		state, waitErr := direct.Workflow("gated").Run(run.ID()).Wait(ctx)
		if assert.NoError(t, waitErr) {
			assert.Equal(t, mastra.RunSuccess, state.Status)
		}
		all := history(t, direct.Workflow("gated").Run(run.ID()))
		segment := all[len(all)-len(chunks):]
		switch {
		case err == nil:
			whole.Add(1)
			assert.Equal(t, segment, chunks)
			assert.Equal(t, "workflow-start  ", kinds(t, chunks)[0])
			assert.Len(t, chunks, 1+16+1, "eight steps, after the one that was resumed and its own")
		case errors.Is(err, mastra.ErrTruncated):
			cut.Add(1)
		default:
			t.Errorf("neither whole nor truncated: %v", err)
		}
		assert.Equal(t, 1, mock.Executions(run.ID()))
	})
	t.Logf("%d resumed streams: %d whole, %d truncated, %d lost before the first byte", n, whole.Load(), cut.Load(), lost.Load())
	assert.GreaterOrEqual(t, whole.Load(), (n-lost.Load())*97/100)
}
