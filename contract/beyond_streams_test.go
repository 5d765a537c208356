package contract_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
	"github.com/mastra-go/mastra/internal/lossy"
)

// lossyClient gives a client of the shared server whose connections, one for each
// request, break with a chance of three in ten.
func lossyClient(t testing.TB, seed uint64, down int) (*mastra.Client, *lossy.Proxy) {
	t.Helper()
	proxy := lossy.Start(t, suite.server.URL(), lossy.Options{Seed: seed, Drop: 0.38, Up: 450, Down: down})
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	c, _ := recorded(t, proxy.URL(), mastra.WithHTTPClient(&http.Client{Transport: transport}), mastra.WithRetries(12))
	return c, proxy
}

// withinLosses bounds the calls over connections that break: each time that a start
// does not arrive, the run is looked for for 10 s.
func withinLosses(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// each calls f with 0 to n-1, so many at once.
func each(n, atOnce int, f func(i int)) {
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	all.Wait()
}

func TestStart_IsExecutedOnceOverConnectionsThatBreak(t *testing.T) {
	t.Parallel()
	const n = 50
	ctx := withinLosses(t)
	c, proxy := lossyClient(t, 17, 1100)
	direct := client(t)
	keys, runs := make([]string, n), make([]string, n)
	var mu sync.Mutex
	results := 0
	each(n, n/2, func(i int) {
		run := c.Workflow("counted").NewRun()
		keys[i], runs[i] = unique("key"), run.ID()
		state, err := run.Start(ctx, mastra.StartRequest{Input: countedInput{keys[i], i % 20}})
		if err != nil {
			assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
			return
		}
		assert.JSONEq(t, `{"key":"`+keys[i]+`","count":1}`, string(state.Result))
		mu.Lock()
		results++
		mu.Unlock()
	})
	all, broken := proxy.Connections()
	t.Logf("%d starts: %d results; %d of %d connections broke", n, results, broken, all)
	assert.GreaterOrEqual(t, results, n*97/100)
	assert.Greater(t, broken, 5)
	for i, id := range runs {
		state, err := direct.Workflow("counted").Run(id).Wait(within(t))
		require.NoError(t, err)
		assert.JSONEq(t, `{"key":"`+keys[i]+`","count":1}`, string(state.Result))
		assert.Equal(t, 1, countOf(t, direct, keys[i]))
	}
}

// chunksOf reads a run's stream, byte for byte.
func chunksOf(s *mastra.RunStream) (out []string, err error) {
	for chunk, err := range s.Chunks() {
		if err != nil {
			return out, err
		}
		out = append(out, string(chunk.Raw()))
	}
	return out, nil
}

func TestRunStream_IsWholeOrTruncatedOverConnectionsThatBreak(t *testing.T) {
	t.Parallel()
	c, proxy := lossyClient(t, 19, 5000)
	direct := client(t)
	ctx := withinLosses(t)
	var mu sync.Mutex
	var whole, cut, unanswered int
	settle := func(run *mastra.Run, chunks []string, err error, first bool) {
		s, openErr := direct.Workflow(run.WorkflowID()).Run(run.ID()).Observe(within(t), mastra.ObserveRequest{})
		if !assert.NoError(t, openErr) {
			return
		}
		history, historyErr := chunksOf(s)
		if !assert.NoError(t, historyErr) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil && first:
			whole++
			assert.Equal(t, history[:len(chunks)], chunks)
			assert.Contains(t, chunks[len(chunks)-1], "workflow-finish")
		case err == nil:
			whole++
			assert.Equal(t, history[len(history)-len(chunks):], chunks)
			assert.Contains(t, chunks[0], "workflow-start")
		case errors.Is(err, mastra.ErrTruncated):
			cut++
		default:
			assert.NoError(t, err)
		}
	}
	each(24, 4, func(i int) {
		if i%2 == 0 {
			run := c.Workflow("fan").NewRun()
			s, err := run.Stream(ctx, mastra.StartRequest{Input: []int{1, 2, 3, 4, 5, 6, 7, 8}})
			if assert.NoError(t, err) {
				chunks, err := chunksOf(s)
				settle(run, chunks, err, true)
			}
			return
		}
		run := c.Workflow("fan").NewRun()
		state, err := run.Start(ctx, mastra.StartRequest{Input: []int{1, -2, 3, 4, 5, 6, 7, 8}})
		if !assert.NoError(t, err) || !assert.Equal(t, mastra.RunSuspended, state.Status) {
			return
		}
		s, err := run.ResumeStream(within(t), mastra.ResumeRequest{Data: map[string]int{"value": 5}})
		if errors.Is(err, mastra.ErrOutcomeUnknown) {
			mu.Lock()
			defer mu.Unlock()
			unanswered++
			return
		}
		if assert.NoError(t, err) {
			chunks, err := chunksOf(s)
			_, waitErr := direct.Workflow("fan").Run(run.ID()).Wait(within(t))
			assert.NoError(t, waitErr)
			settle(run, chunks, err, false)
		}
	})
	all, broken := proxy.Connections()
	t.Logf("%d whole, %d truncated, %d lost before the first byte; %d of %d connections broke", whole, cut, unanswered, broken, all)
	assert.Positive(t, broken)
	assert.GreaterOrEqual(t, whole, 24-unanswered-1)
}

func TestCrash_TruncatesAStreamWhoseRunCanBeAwaited(t *testing.T) {
	t.Parallel()
	s := mortal(t)
	c, _ := recorded(t, s.URL())
	run := c.Workflow("approval").NewRun()
	if _, err := run.Start(within(t), mastra.StartRequest{Input: number{4}}); err != nil {
		require.NoError(t, err)
	}
	killed(t, s)
	observer, err := run.Observe(within(t), mastra.ObserveRequest{})
	_, err = chunksOf(streamed(t, observer, err))
	require.ErrorIs(t, err, mastra.ErrTruncated, "its history is lost")
	state, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuspended, state.Status)
}

func TestRunStream_GivenUpCancelsItsRun(t *testing.T) {
	t.Parallel()
	c := client(t)
	ctx, cancel := context.WithCancel(within(t))
	run := c.Workflow("slowly").NewRun()
	s, err := run.Stream(ctx, mastra.StartRequest{Input: map[string]int{"ms": 20_000}}, mastra.WithCancelOnClose(true))
	s = streamed(t, s, err)
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		if chunk.Type == "workflow-step-start" {
			break // which gives the stream up
		}
	}
	cancel()
	state, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunCanceled, state.Status)

	run = c.Workflow("slowly").NewRun()
	s, err = run.Stream(within(t), mastra.StartRequest{Input: map[string]int{"ms": 1}}, mastra.WithCancelOnClose(true))
	_, err = streamed(t, s, err).Result()
	require.NoError(t, err)
	require.NoError(t, s.Close())
	state, err = run.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status, "it had ended")
}

func TestAgentThread_SubscriptionComesBackAfterItsServer(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	agent := c.Agent("assistant")
	to := mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	s, err := agent.SubscribeThread(within(t), mastra.SubscribeThreadRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID})
	s = opened(t, s, err)
	receipt, err := agent.SendMessage(within(t), message(to, "before"))
	require.NoError(t, err)
	var text string
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		if chunk.Type == "resubscribed" {
			text += "|"
			receipt, err = agent.SendMessage(within(t), message(to, "after"))
			require.NoError(t, err)
		}
		if chunk.RunID != receipt.RunID {
			continue
		}
		if piece, ok := chunk.Text(); ok {
			text += piece
		}
		if chunk.Type == "finish" && text == "You said: before" {
			killed(t, server)
		} else if chunk.Type == "finish" {
			break
		}
	}
	assert.Equal(t, "You said: before|You said: after", text)
}

func TestTrace_OfTheCallerIsJoined(t *testing.T) {
	t.Parallel()
	type key struct{}
	c := client(t, mastra.WithTrace(func(ctx context.Context) (mastra.TraceContext, bool) {
		at, ok := ctx.Value(key{}).(mastra.TraceContext)
		return at, ok
	}))
	at, ok := mastra.ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	require.True(t, ok)
	ctx := context.WithValue(within(t), key{}, at)
	res, err := c.Agent("plain").Generate(ctx, ask("hi"))
	require.NoError(t, err)
	assert.Equal(t, at.TraceID, res.TraceID)
	assert.NotEqual(t, at.SpanID, res.SpanID, "a span below the caller's")
	state, err := workflows.New(c).StartAsync(ctx, "doubler", unique("run"), mastra.StartRequest{Input: number{4}})
	require.NoError(t, err)
	assert.Equal(t, at.TraceID, state.TraceID)

	res, err = c.Agent("plain").Generate(within(t), ask("hi"))
	require.NoError(t, err)
	assert.NotEqual(t, at.TraceID, res.TraceID, "a context in no trace")
	assert.NotEmpty(t, res.TraceID)

	if suite.target.Name == "mock" {
		return // it keeps no traces
	}
	until(t, "the trace is stored under the caller's id", func() bool {
		var trace struct{ Spans []struct{ TraceID string } }
		err := c.Do(within(t), "GET", "/observability/traces/"+at.TraceID, nil, &trace)
		return err == nil && len(trace.Spans) > 0 && trace.Spans[0].TraceID == at.TraceID
	})
}
