package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// through gives a client of the shared server whose exchanges go through a proxy.
func through(t testing.TB, seed uint64, opts ...mastra.ClientOption) (*mastra.Client, *contract.Proxy) {
	t.Helper()
	proxy, err := contract.NewProxy(suite.server.URL(), seed)
	require.NoError(t, err)
	t.Cleanup(proxy.Close)
	c, _ := recorded(t, proxy.URL(), opts...)
	return c, proxy
}

// losses are the ways to lose one answer, each under a name and with a seed.
func losses() map[string]loss {
	out := map[string]loss{}
	for _, f := range []contract.Fault{contract.DropUnsent, contract.DropSent, contract.DropAnswer, contract.CutTail} {
		for seed := range uint64(2) {
			out[fmt.Sprintf("%s, seed %d", f, seed)] = loss{f, seed}
		}
	}
	for seed := range uint64(8) {
		out[fmt.Sprintf("%s, seed %d", contract.CutAnswer, seed)] = loss{contract.CutAnswer, seed}
	}
	return out
}

type loss struct {
	fault contract.Fault
	seed  uint64
}

// seeds are some, each under a name.
func seeds(n uint64) map[string]uint64 {
	out := map[string]uint64{}
	for seed := range n {
		out[fmt.Sprint("seed ", seed)] = seed
	}
	return out
}

// together runs the cases of a test at the same time, however few tests may run in
// parallel: a start that has not arrived is looked for for 10 s before it is posted
// again.
func together[T any](t *testing.T, cases map[string]T, test func(*testing.T, T)) {
	t.Helper()
	t.Parallel()
	var all sync.WaitGroup
	for name, x := range cases {
		all.Go(func() { t.Run(name, func(t *testing.T) { test(t, x) }) })
	}
	all.Wait()
}

func TestStart_IsExecutedOnceWhereverItsAnswerIsLost(t *testing.T) {
	direct := client(t)
	type lostStart struct {
		loss
		ms int
	}
	cases := map[string]lostStart{}
	for name, l := range losses() {
		for _, ms := range []int{0, 100} { // it has ended before it is read, or is still at work
			cases[fmt.Sprintf("%s, %d ms", name, ms)] = lostStart{l, ms}
		}
	}
	together(t, cases, func(t *testing.T, x lostStart) {
		c, proxy := through(t, x.seed)
		key := unique("key")
		proxy.Plan("/stream", x.fault)
		state, err := c.Workflow("counted").Start(within(t), mastra.StartRequest{Input: countedInput{key, x.ms}})
		require.NoError(t, err)
		assert.Zero(t, proxy.Left(), "the fault has happened")
		assert.Equal(t, mastra.RunSuccess, state.Status)
		assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
		assert.Equal(t, 1, proxy.Forwarded("/stream"), "what has arrived is not posted again")
		assert.Equal(t, 1, countOf(t, direct, key))
	})
}

func TestStart_IsExecutedOnceThoughItsAnswerIsLostTimeAndAgain(t *testing.T) {
	direct := client(t)
	every := []contract.Fault{contract.DropUnsent, contract.DropSent, contract.DropAnswer, contract.CutAnswer, contract.CutTail}
	together(t, seeds(6), func(t *testing.T, seed uint64) {
		c, proxy := through(t, seed, mastra.WithRetries(len(every)))
		key := unique("key")
		order := make([]contract.Fault, len(every))
		for i, f := range every { // another first one for each seed
			order[(i+int(seed))%len(every)] = f
		}
		proxy.Plan("/workflows/counted/", order...) // the start, and the reading of the run
		state, err := c.Workflow("counted").Start(within(t), mastra.StartRequest{Input: countedInput{key, 100}})
		require.NoError(t, err)
		assert.Zero(t, proxy.Left(), "the faults have happened")
		assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
		assert.Equal(t, 1, proxy.Forwarded("/stream"))
		assert.Equal(t, 1, countOf(t, direct, key))
	})
}

func TestStart_WhoseAnswerIsLostIsFoundByReadingWithoutRetriesToo(t *testing.T) {
	t.Parallel()
	c, proxy := through(t, 1, mastra.WithRetries(0))
	key := unique("key")
	run := c.Workflow("counted").NewRun()
	proxy.Plan("/stream", contract.DropSent, contract.DropSent)
	state, err := run.Start(within(t), mastra.StartRequest{Input: countedInput{key, 50}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
	assert.Equal(t, 1, proxy.Left(), "it was posted once")
	proxy.Plan("/stream")
	state, err = run.Start(within(t), mastra.StartRequest{Input: countedInput{key, 50}})
	require.NoError(t, err, "to start it again is safe")
	assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
	assert.Equal(t, 1, countOf(t, c, key))
}

func TestStart_ThatCannotBeFoundIsAnUnknownOutcome(t *testing.T) {
	type lostStart struct {
		fault  contract.Fault
		refuse bool // nobody can be reached from then on
		runs   bool
	}
	together(t, map[string]lostStart{
		"nobody can be reached any more": {contract.DropSent, true, true},
		"it has not arrived":             {contract.DropUnsent, false, false},
	}, func(t *testing.T, x lostStart) {
		c, proxy := through(t, 1, mastra.WithRetries(0))
		if x.refuse {
			proxy.OnFault(func(contract.Fault) { proxy.Refuse() })
		}
		key := unique("key")
		run := c.Workflow("counted").NewRun()
		proxy.Plan("/stream", x.fault)
		_, err := run.Start(within(t), mastra.StartRequest{Input: countedInput{key, 50}})
		require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
		assert.Equal(t, x.refuse, errors.Is(err, mastra.ErrUnavailable))
		assert.Equal(t, 1, failure(t, err).Attempts, "it is not posted again")
		require.NoError(t, proxy.Accept())
		state, err := run.Wait(within(t))
		if !x.runs {
			require.ErrorIs(t, err, mastra.ErrNotFound)
			return
		}
		require.NoError(t, err)
		assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
	})
}

func TestStart_IsTriedAgainWhileNobodyCanBeReached(t *testing.T) {
	t.Parallel()
	var proxy *contract.Proxy
	refusals := 0
	c, proxy := through(t, 1, mastra.WithRetryPolicy(func(a mastra.Attempt) bool {
		assert.False(t, a.Sent)
		if refusals++; refusals == 2 {
			assert.NoError(t, proxy.Accept())
		}
		return mastra.RetrySafe(a)
	}))
	proxy.Refuse()
	key := unique("key")
	state, err := c.Workflow("counted").Start(within(t), mastra.StartRequest{Input: countedInput{key, 0}})
	require.NoError(t, err)
	assert.Equal(t, 2, refusals)
	assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
}

func TestStart_RefusalWhoseAnswerIsLostIsStillARefusal(t *testing.T) {
	together(t, losses(), func(t *testing.T, l loss) {
		c, proxy := through(t, l.seed)
		proxy.Plan("/stream", l.fault)
		_, err := c.Workflow("counted").Start(within(t), mastra.StartRequest{Input: map[string]any{"key": 7}})
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	})
}

func TestRunStream_IsStartedOnceAndIsWholeWhereverItIsCut(t *testing.T) {
	direct := client(t)
	together(t, losses(), func(t *testing.T, l loss) {
		c, proxy := through(t, l.seed)
		key := unique("key")
		run := c.Workflow("counted").NewRun()
		proxy.Plan("/stream", l.fault)
		s, err := run.Stream(within(t), mastra.StartRequest{Input: countedInput{key, 100}})
		s = streamed(t, s, err)
		chunks, err := chunksOf(s)
		require.NoError(t, err)
		assert.Contains(t, chunks[0], `"workflow-start"`)
		assert.Contains(t, chunks[len(chunks)-1], `"workflow-finish"`)
		state, err := s.Result()
		require.NoError(t, err)
		assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
		assert.Equal(t, 1, proxy.Forwarded("/stream"))
		assert.Equal(t, 1, countOf(t, direct, key))
	})
}

func TestStart_ManyAtOnceShareOneExecution(t *testing.T) {
	t.Parallel()
	c, other := client(t), client(t)
	for _, ms := range []int{0, 5, 50} {
		t.Run(fmt.Sprint(ms, " ms"), func(t *testing.T) {
			t.Parallel()
			for range 5 {
				key, runID := unique("key"), unique("run")
				ctx := within(t)
				results := make(chan json.RawMessage, 4)
				for i := range cap(results) {
					from := []*mastra.Client{c, other}[i%2]
					go func() {
						state, err := from.Workflow("counted").Run(runID).Start(ctx, mastra.StartRequest{Input: countedInput{key, ms}})
						if assert.NoError(t, err) {
							results <- state.Result
						} else {
							results <- json.RawMessage("null")
						}
					}()
				}
				for range cap(results) {
					assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(<-results))
				}
				assert.Equal(t, 1, countOf(t, c, key))
			}
		})
	}
}

func TestStart_DetachedIsSentOnce(t *testing.T) {
	t.Parallel()
	c, proxy := through(t, 1)
	proxy.Plan("/create-run", contract.DropSent, contract.DropAnswer, contract.CutAnswer)
	key := unique("key")
	run := c.Workflow("counted").NewRun()
	require.NoError(t, run.StartDetached(within(t), mastra.StartRequest{Input: countedInput{key, 0}}), "to create a run is safe")
	state, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))

	for _, fault := range []contract.Fault{contract.DropSent, contract.DropAnswer, contract.CutAnswer, contract.CutTail} {
		key := unique("key")
		run := c.Workflow("counted").NewRun()
		proxy.Plan("/counted/start", fault)
		before := proxy.Forwarded("/counted/start")
		err := run.StartDetached(within(t), mastra.StartRequest{Input: countedInput{key, 0}})
		require.ErrorIs(t, err, mastra.ErrOutcomeUnknown, "%s", fault)
		assert.Equal(t, 1, failure(t, err).Attempts, "%s", fault)
		assert.Equal(t, before+1, proxy.Forwarded("/counted/start"), "%s", fault)
		state, err := run.Wait(within(t))
		require.NoError(t, err, "%s", fault)
		assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result), "%s", fault)
	}
}
