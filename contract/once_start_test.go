package contract_test

import (
	"encoding/json"
	"fmt"
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

func TestStart_IsExecutedOnceWhereverItsAnswerIsLost(t *testing.T) {
	t.Parallel()
	direct := client(t)
	for name, l := range losses() {
		for _, ms := range []int{0, 100} { // it has ended before it is asked again, or is still at work
			t.Run(fmt.Sprintf("%s, %d ms", name, ms), func(t *testing.T) {
				t.Parallel()
				c, proxy := through(t, l.seed)
				key := unique("key")
				run := c.Workflow("counted").NewRun()
				proxy.Plan("/stream", l.fault)
				state, err := run.Start(within(t), mastra.StartRequest{Input: countedInput{key, ms}})
				require.NoError(t, err)
				assert.Zero(t, proxy.Left(), "the fault has happened")
				assert.Equal(t, mastra.RunSuccess, state.Status)
				assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
				assert.Equal(t, 1, countOf(t, direct, key))
			})
		}
	}
}

func TestStart_IsExecutedOnceThoughItsAnswerIsLostTimeAndAgain(t *testing.T) {
	t.Parallel()
	direct := client(t)
	every := []contract.Fault{contract.DropUnsent, contract.DropSent, contract.DropAnswer, contract.CutAnswer, contract.CutTail}
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			c, proxy := through(t, seed, mastra.WithRetries(len(every)))
			key := unique("key")
			order := make([]contract.Fault, len(every))
			for i, f := range every { // another first one for each seed
				order[(i+int(seed))%len(every)] = f
			}
			proxy.Plan("/counted/stream", order...)
			state, err := c.Workflow("counted").Start(within(t), mastra.StartRequest{Input: countedInput{key, 100}})
			require.NoError(t, err)
			assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
			assert.Equal(t, 1, countOf(t, direct, key))
		})
	}
}

func TestStart_WhoseAnswersAreAllLostIsAnUnknownOutcomeAndTheRunIsThere(t *testing.T) {
	t.Parallel()
	c, proxy := through(t, 1, mastra.WithRetries(1))
	key := unique("key")
	run := c.Workflow("counted").NewRun()
	proxy.Plan("/stream", contract.DropSent, contract.DropSent)
	_, err := run.Start(within(t), mastra.StartRequest{Input: countedInput{key, 50}})
	require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
	assert.Equal(t, 2, failure(t, err).Attempts)
	state, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
	state, err = run.Start(within(t), mastra.StartRequest{Input: countedInput{key, 50}})
	require.NoError(t, err, "to start it again is safe")
	assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
	assert.Equal(t, 1, countOf(t, c, key))
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

func TestStart_GivesUpWhenNobodyCanBeReachedAfterItsAnswerWasLost(t *testing.T) {
	t.Parallel()
	c, proxy := through(t, 1)
	proxy.OnFault(func(contract.Fault) { proxy.Refuse() })
	key := unique("key")
	run := c.Workflow("counted").NewRun()
	proxy.Plan("/stream", contract.DropSent)
	_, err := run.Start(within(t), mastra.StartRequest{Input: countedInput{key, 50}})
	require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
	require.ErrorIs(t, err, mastra.ErrUnavailable)
	assert.Equal(t, 2, failure(t, err).Attempts, "once lost, once refused")
	require.NoError(t, proxy.Accept())
	state, err := run.Wait(within(t))
	require.NoError(t, err)
	assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
}

func TestStart_RefusalWhoseAnswerIsLostIsStillARefusal(t *testing.T) {
	t.Parallel()
	for name, l := range losses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, proxy := through(t, l.seed)
			proxy.Plan("/stream", l.fault)
			_, err := c.Workflow("counted").Start(within(t), mastra.StartRequest{Input: map[string]any{"key": 7}})
			require.ErrorIs(t, err, mastra.ErrInvalidInput)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		})
	}
}

func TestRunStream_IsStartedOnceAndBreaksHonestly(t *testing.T) {
	t.Parallel()
	direct := client(t)
	for name, l := range losses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, proxy := through(t, l.seed)
			key := unique("key")
			run := c.Workflow("counted").NewRun()
			proxy.Plan("/stream", l.fault)
			s, err := run.Stream(within(t), mastra.StartRequest{Input: countedInput{key, 100}})
			if err != nil {
				require.ErrorIs(t, err, mastra.ErrConflict, "it had ended when it was asked again")
			} else {
				state, err := streamed(t, s, nil).Result()
				if err != nil {
					require.ErrorIs(t, err, mastra.ErrTruncated)
				} else {
					assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
				}
			}
			state, err := run.Wait(within(t))
			require.NoError(t, err)
			assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
			assert.Equal(t, 1, countOf(t, direct, key))
		})
	}
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
