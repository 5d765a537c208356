package contract_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// killed kills a server as by a loss of power and starts it again.
func killed(t testing.TB, s contract.Mortal) {
	t.Helper()
	require.NoError(t, s.Kill())
	require.NoError(t, s.Restart(within(t)))
}

// stored is a value after another process has read it from where it was kept.
func stored[T any](t testing.TB, v T) (out T) {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

// running starts a run and returns once it is running, with where the start's result
// will come.
func running(t testing.TB, run *mastra.Run, input any) <-chan started {
	t.Helper()
	ctx := within(t)
	result := make(chan started, 1)
	go func() {
		state, err := run.Start(ctx, mastra.StartRequest{Input: input})
		result <- started{state, err}
	}()
	until(t, "the run is running", func() bool {
		state, err := run.Get(within(t))
		return err == nil && state.Steps["count"].Status+state.Steps["wait"].Status == mastra.RunRunning
	})
	return result
}

type started struct {
	state *mastra.RunState
	err   error
}

func TestCrash_DoesNotMakeTheClientExecuteARunAgain(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, recorder := recorded(t, server.URL())
	key := unique("key")
	runs := []*mastra.Run{c.Workflow("counted").NewRun(), c.Workflow("slowly").NewRun()}
	results := []<-chan started{
		running(t, runs[0], countedInput{key, 60_000}),
		running(t, runs[1], map[string]int{"ms": 60_000}),
	}
	require.NoError(t, server.Kill())
	for _, result := range results {
		err := (<-result).err
		require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
		require.ErrorIs(t, err, mastra.ErrUnavailable)
		assert.Equal(t, 1, failure(t, err).Attempts, "the run was only looked for")
	}
	require.NoError(t, server.Restart(within(t)))
	for _, run := range runs {
		state, err := run.Get(within(t))
		require.NoError(t, err)
		assert.Equal(t, mastra.RunRunning, state.Status, "an orphan looks like a run that is alive")
		require.NoError(t, run.Cancel(within(t)))
		state, err = run.Wait(within(t))
		require.NoError(t, err)
		assert.Equal(t, mastra.RunCanceled, state.Status)
	}
	assert.Zero(t, countOf(t, c, key))
	assert.Equal(t, len(runs), posts(recorder, "/stream"), "nothing was sent to the server that came back")

	t.Run("but the caller may start it again", func(t *testing.T) {
		run := c.Workflow("counted").NewRun()
		s, err := run.Stream(within(t), mastra.StartRequest{Input: countedInput{key, 60_000}})
		s = streamed(t, s, err)
		for chunk, err := range s.Chunks() {
			require.NoError(t, err)
			if chunk.Type == "workflow-step-start" {
				break
			}
		}
		killed(t, server)
		state, err := run.Start(within(t), mastra.StartRequest{Input: countedInput{key, 0}})
		require.NoError(t, err)
		assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(state.Result))
		assert.Equal(t, 1, countOf(t, c, key))
	})
}

func TestCrash_LeavesAStartToWaitForTheRunThatIsTakenUp(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, recorder := recorded(t, server.URL())
	key := unique("key")
	run := c.Workflow("counted").NewRun()
	result := running(t, run, countedInput{key, 2000}) // much longer than it takes to kill the server
	killed(t, server)
	require.NoError(t, run.RestartDetached(within(t), mastra.RestartRequest{}))
	got := <-result
	require.NoError(t, got.err)
	assert.Equal(t, mastra.RunSuccess, got.state.Status)
	assert.JSONEq(t, `{"key":"`+key+`","count":1}`, string(got.state.Result))
	assert.Equal(t, 1, posts(recorder, "/stream"))
	assert.Equal(t, 1, countOf(t, c, key))
}

func TestCrash_CutsAStreamOffThatKeepsWhatCame(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	s := asked(t, c.Agent("plain"), "slow:200")
	var text string
	for piece, err := range s.Text() {
		if err != nil {
			require.ErrorIs(t, err, mastra.ErrTruncated)
			break
		}
		if text += piece; piece == "chunk-2 " {
			require.NoError(t, server.Kill())
		}
	}
	res, err := s.Result()
	require.ErrorIs(t, err, mastra.ErrTruncated)
	assert.Equal(t, text, res.Text)
	assert.Contains(t, res.Text, "chunk-0 chunk-1 chunk-2 ")
	assert.Equal(t, 502, mastra.HTTPStatus(err))
}

// posts counts the requests to a route that were answered, at least in part.
func posts(r *contract.Recorder, path string) (n int) {
	for _, x := range r.Exchanges() {
		if x.Method == "POST" && x.On(path) {
			n++
		}
	}
	return n
}

func TestCrash_LeavesTheRunsThatWait(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, _ := recorded(t, server.URL())
	approval, approvalAt := suspended(t, c.Workflow("approval"), number{4})
	outer, outerAt := suspended(t, c.Workflow("outer"), number{3})
	fan, fanAt := suspended(t, c.Workflow("fan"), []int{1, -2})
	review, reviewAt := suspended(t, c.Workflow("review"), number{1})

	agent := c.Agent("assistant")
	whole, piecewise, asked := waiting(t, agent, vase), waiting(t, agent, vase), waiting(t, agent, asks)
	durable := waiting(t, c.Agent("durable"), vase)
	remembered := ask(vase)
	remembered.Memory = &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	res, err := agent.Generate(within(t), remembered)
	require.NoError(t, err)
	require.Len(t, res.Pending(), 1)
	withMemory := res.Pending()[0]
	v := c.Vector("vec")
	index := index(t, v)
	_, err = v.Upsert(within(t), mastra.UpsertRequest{Index: index, Vectors: [][]float32{{1, 0}}, IDs: []string{"a"}})
	require.NoError(t, err)

	killed(t, server)

	t.Run("a run is still there to be waited for", func(t *testing.T) {
		state, err := approval.Wait(within(t))
		require.NoError(t, err)
		assert.Equal(t, mastra.RunSuspended, state.Status)
		require.Len(t, state.Suspensions(), 1)
		assert.True(t, approvalAt[0].SuspendedAt.Equal(state.Suspensions()[0].SuspendedAt.Time))
	})
	t.Run("but its stream is lost, which is said at once", func(t *testing.T) {
		s, err := approval.Observe(within(t), mastra.ObserveRequest{})
		_, err = streamed(t, s, err).Result()
		require.ErrorIs(t, err, mastra.ErrTruncated)
	})
	t.Run("workflows are resumed", func(t *testing.T) {
		for _, x := range []struct {
			run    *mastra.Run
			at     mastra.Suspension
			data   any
			result string
		}{
			{approval, approvalAt[0], approved{true}, `{"n":8,"approved":true}`},
			{outer, outerAt[0], approved{false}, `{"n":6,"approved":false}`},
			{fan, fanAt[0], value{5}, `{"big":{"size":"big","sum":12}}`},
			{review, reviewAt[1], approved{true}, ""},
			{review, reviewAt[0], approved{true}, `{"left":{"approved":true},"right":{"approved":true}}`},
		} {
			at := stored(t, x.at)
			state, err := x.run.Resume(within(t), mastra.ResumeRequest{Suspension: &at, Data: x.data})
			require.NoError(t, err, x.run.WorkflowID())
			if x.result == "" {
				assert.Equal(t, mastra.RunSuspended, state.Status)
				continue
			}
			assert.JSONEq(t, x.result, string(state.Result), x.run.WorkflowID())
		}
	})
	t.Run("agents are answered", func(t *testing.T) {
		res, err := agent.Approve(within(t), approve(stored(t, whole)))
		require.NoError(t, err)
		assert.Equal(t, saidVase, res.Text)
		s, err := agent.ApproveStream(within(t), approve(stored(t, piecewise)))
		res, err = opened(t, s, err).Result()
		require.NoError(t, err)
		assert.Equal(t, saidVase, res.Text)
		s, err = agent.ResumeStream(within(t), answer(stored(t, asked), map[string]any{"answer": "me"}))
		res, err = opened(t, s, err).Result()
		require.NoError(t, err)
		assert.Equal(t, saidMe, res.Text)
		s, err = agent.ApproveStream(within(t), approve(stored(t, withMemory)))
		res, err = opened(t, s, err).Result()
		require.NoError(t, err)
		assert.Equal(t, saidVase, res.Text)
		s, err = c.Agent("durable").ApproveStream(within(t), approve(stored(t, durable)))
		res, err = opened(t, s, err).Result()
		require.NoError(t, err)
		assert.Equal(t, saidVase, res.Text)
	})
	t.Run("threads and vectors are kept", func(t *testing.T) {
		page, err := c.Memory("assistant").ForResource(remembered.Memory.ResourceID).Thread(remembered.Memory.ThreadID).ListMessages(within(t), mastra.ListMessagesRequest{})
		require.NoError(t, err)
		assert.NotEmpty(t, page.Messages)
		matches, err := v.Query(within(t), mastra.QueryRequest{Index: index, Vector: []float32{1, 0}})
		require.NoError(t, err)
		assert.Equal(t, []string{"a"}, ids(matches))
	})
}
